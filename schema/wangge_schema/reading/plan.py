"""Planning: a selection on planned types becomes one SQL expression of JSON text, and a function that finishes what Python must."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa
from graphql import GraphQLObjectType

from wangge_core.grids.extents import Extents
from wangge_core.rights.bound import Way
from wangge_core.rights.data_classes import DataClass
from wangge_core.search.samples import Samples
from wangge_core.storable import is_storable
from wangge_schema.reading.connections import plan_connection
from wangge_schema.reading.finishing import Finisher, Planned, each, finish_members, maybe
from wangge_schema.reading.frames import Frame, keep_used
from wangge_schema.reading.given import Given
from wangge_schema.reading.private import Place, mark, private_fields, shown, sign
from wangge_schema.reading.project import project
from wangge_schema.reading.select import Chosen, source_of
from wangge_schema.reading.sources import (
    Answer,
    Asking,
    Computed,
    Connected,
    Gather,
    Join,
    Reader,
    Row,
    Scalar,
    Source,
    ToMany,
    ToOne,
)
from wangge_schema.reading.statement import Gathered, Json, JsonScalar, joined, json_object, literal, or_null

Binder = Callable[[Reader], Any]
"""How the value of a parameter is found when a plan runs."""


def as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Reveal:
    """A fact about a given value that the plan depends on: it is asked again for every request. `name` says which fact."""

    name: str
    given: Given
    question: Callable[[Any], Hashable]


@dataclass(slots=True)
class Planner:
    """Makes one plan. What variables hold is never looked at but through `bound` and `revealed`, with those of one request."""

    asking: Asking
    extents: Extents
    samples: Samples
    variables: Mapping[str, Any]
    binders: dict[str, Binder] = field(default_factory=dict[str, Binder])
    reveals: dict[Hashable, Reveal] = field(default_factory=dict[Hashable, Reveal])
    places: list[Place] = field(default_factory=list[Place])
    """Where private values stand, as the marks of the answer number them."""

    def bound(self, value: Any, type: Any, convert: Callable[[Any], Any] = as_it_is) -> sa.ColumnElement[Any]:
        """A value as a parameter. `convert` may raise a ReadingError, at once or when the plan runs."""
        if not isinstance(value, Given):
            return sa.literal(convert(value), type)
        name = f"given_{len(self.binders)}"
        self.binders[name] = lambda reader: convert(value.read(reader.variables))
        return sa.bindparam(name, type_=type)

    def bound_storable(self, value: Any, type: Any) -> sa.ColumnElement[Any]:
        """A value as a parameter; NULL, which nothing equals, where no row can hold it."""
        return self.bound(value, type, lambda given: given if is_storable(given) else None)

    def revealed(self, name: str, value: Any, question: Callable[[Any], Hashable]) -> Any:
        """A fact about a value, on which the plan may depend. Facts of one name are the answers to one question."""
        if not isinstance(value, Given):
            return question(value)
        self.reveals[name, value.path] = Reveal(name, value, question)
        return question(value.read(self.variables))

    def visible(self, source: Source, row: Row, way: Way = Way.REFERRED) -> sa.ColumnElement[bool]:
        """Which rows the viewer may read."""
        return source.rule(row, self.asking.viewer.coming(way))

    def object(self, chosen: Sequence[Chosen], type: GraphQLObjectType, row: Row, frame: Frame) -> Planned:
        """The JSON object of a row of the frame."""
        members: list[tuple[str, Json]] = []
        finishers: dict[str, Finisher] = {}
        for one in chosen:
            text, finish = self.field(one, type, row, frame)
            members.append((one.key, text))
            if finish is not None:
                finishers[one.key] = finish
        return self.marked(json_object(members), chosen, type, row), finish_members(finishers)

    def marked(self, text: Json, chosen: Sequence[Chosen], type: GraphQLObjectType, row: Row) -> Json:
        """The object of a row, with marks in front where private values may stand in it."""
        source, fields = source_of(type), private_fields(chosen)
        if source is not None and fields:
            text = self.told(text, source, row, fields)
        for one in chosen:
            if isinstance(one.reads, Computed) and one.reads.subjects is not None:
                subjects = one.reads.subjects(one, row, self.asking)
                if subjects is not None:
                    text = joined([sign(len(self.places), subjects), text])
                    self.places.append((type.name, (one.name,)))
        return text

    def told(self, text: Json, source: Source, row: Row, fields: tuple[str, ...]) -> Json:
        """A text that holds these private fields of a row, with the mark that says so."""
        found = mark(len(self.places), source, row, self.asking.viewer)
        if found is None:
            return text
        self.places.append((source.name, fields))
        return joined([found, text])

    def field(self, chosen: Chosen, type: GraphQLObjectType, row: Row, frame: Frame) -> Planned:
        """The JSON value of one field of a row."""
        if chosen.name == "__typename":
            return literal(f'"{type.name}"'), None
        match chosen.reads:
            case Scalar(data_class=DataClass.PRIVATE | DataClass.SEALED) as scalar:
                return self.private(scalar, source_of(type), row), None
            case Scalar() as scalar:
                return self.scalar(scalar, row), None
            case Answer(expression, form):
                return JsonScalar(expression(row, self.asking, chosen.arguments, self.bound_storable), form), None
            case ToOne(join, data_class):
                return self.one(chosen, self.private_join(join, source_of(type)) if data_class else join, row, frame)
            case ToMany() as many:
                return self.many(chosen, many, row)
            case Connected(join):
                select, finish = plan_connection(self, chosen, row, join)
                return select.correlate(row).scalar_subquery(), finish
            case Computed() as computed:
                return self.computed(chosen, computed, row)
            case _:
                raise TypeError(f"{type.name}.{chosen.name} does not say what it reads")

    def scalar(self, scalar: Scalar, row: Row) -> Json:
        value, mask = scalar.expression(row, self.asking), scalar.mask
        if mask is not None:
            otherwise = sa.null() if mask.otherwise is None else mask.otherwise(row, self.asking)
            value = sa.case((mask.unmasked(row, self.asking.viewer.coming(Way.REFERRED)), value), else_=otherwise)
        return JsonScalar(value, scalar.form)

    def private(self, scalar: Scalar, source: Source | None, row: Row) -> Json:
        """A private value for whom it is shown to, and its mask for all others."""
        assert source is not None
        condition = shown(source, row, self.asking.viewer)
        if isinstance(condition, sa.True_):
            return self.scalar(scalar, row)
        masked = sa.null() if scalar.masked is None else scalar.masked(row, self.asking)
        return JsonScalar(sa.case((condition, scalar.expression(row, self.asking)), else_=masked), scalar.form)

    def private_join(self, join: Join, source: Source | None) -> Join:
        """A join that finds nothing for whom the reference is private."""
        assert source is not None
        return lambda row, target, asking: sa.and_(shown(source, row, asking.viewer), join(row, target, asking))

    def one(self, chosen: Chosen, join: Callable[[Row, Row, Asking], sa.ColumnElement[bool]], row: Row, frame: Frame) -> Planned:
        """The row that a row refers to, or null: joined to the frame while there is room."""
        if frame.is_full:
            select, finish = self.found(chosen, lambda target: join(row, target, self.asking))
            return or_null(select.correlate(row).scalar_subquery()), finish
        type, source = planned_type(chosen)
        target = source.table.alias()
        self.asking.follow(join, row, target)
        frame.join(target, sa.and_(join(row, target, self.asking), self.visible(source, target)))
        text, finish = self.object(chosen.children(), type, target, frame)
        return sa.case((target.c.id.is_(None), literal("null")), else_=text), maybe(finish)

    def found(
        self, chosen: Chosen, matches: Callable[[Row], sa.ColumnElement[bool]], *, of_base: bool = False
    ) -> tuple[sa.Select[Any], Finisher | None]:
        """A select of the one row of the field's type that matches; no row where there is none. `of_base`: a grid of the base layer."""
        type, source = planned_type(chosen)
        return self.found_among(chosen, type, source, matches, of_base=of_base)

    def found_among(
        self,
        chosen: Chosen,
        type: GraphQLObjectType,
        source: Source,
        matches: Callable[[Row], sa.ColumnElement[bool]],
        *,
        of_base: bool = False,
    ) -> tuple[sa.Select[Any], Finisher | None]:
        """As `found`, for a field whose type is an interface."""
        target = source.table.alias()
        if of_base:
            self.asking.base_rows.add(target)
        frame = Frame(target)
        text, finish = self.object(chosen.children(type), type, target, frame)
        select = frame.select(text).where(matches(target), self.visible(source, target))
        return select, maybe(finish)

    def many(self, chosen: Chosen, many: ToMany, row: Row) -> Planned:
        """A plain list of rows."""
        type, source = planned_type(chosen)
        target = source.table.alias()
        inside = (
            sa.select(*target.c)
            .where(
                many.join(row, target, self.asking),
                self.visible(source, target),
                shown(source, target, self.asking.viewer) if many.private else sa.true(),
            )
            .order_by(target.c[many.order], target.c.id)
            .limit(many.most)
            .correlate(row)
        )
        rows = inside.subquery()
        self.asking.follow(many.join, row, rows)
        frame = Frame(rows)
        text, finish = self.object(chosen.children(), type, rows, frame)
        gathered = frame.select(joined(["[", Gathered(text, rows.c[many.order], rows.c.id), "]"])).correlate(row)
        keep_used(rows, gathered)
        return gathered.scalar_subquery(), each(finish)

    def computed(self, chosen: Chosen, computed: Computed, row: Row) -> Planned:
        """The value, where the statement can write it; else what Python will need, as an object in its place."""
        written = computed.write and computed.write(chosen, row, self.asking)
        if written is not None:
            return written, None
        members = [(name, self.need(need, row)) for name, need in computed.needs.items()]
        given = {name: chosen.arguments[name] for name in computed.arguments if name in chosen.arguments}

        def finished(value: Any, reader: Reader) -> Any:
            arguments = {name: one.read(reader.variables) if isinstance(one, Given) else one for name, one in given.items()}
            return project(computed.finish(value | arguments, reader), chosen)

        return json_object(members), finished

    def need(self, need: Scalar | Gather, row: Row) -> Json:
        if isinstance(need, Scalar):
            return self.scalar(need, row)
        target = need.table.alias()
        text = json_object((name, self.scalar(scalar, target)) for name, scalar in need.columns.items())
        select = (
            sa.select(text.label("item"), target.c[need.order].label("o"))
            .where(need.join(row, target, self.asking))
            .order_by(target.c[need.order])
            .correlate(row)
        )
        items = select.subquery()
        return joined(["[", sa.select(Gathered(items.c.item, items.c.o)).correlate(row).scalar_subquery(), "]"])


def planned_type(chosen: Chosen) -> tuple[GraphQLObjectType, Source]:
    """The type of a field that is a row, and what it reads."""
    source = source_of(chosen.type)
    assert source is not None, f"{chosen.type.name} is not planned"
    return cast("GraphQLObjectType", chosen.type), source
