"""Planning: a selection on planned types becomes one SQL expression of JSON text, and a function that finishes what Python must."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import sqlalchemy as sa
from graphql import GraphQLObjectType

from wangge_schema.reading.connections import plan_connection
from wangge_schema.reading.declare import Computed, Connected, Gather, Reader, Row, Scalar, Source, ToMany, ToOne
from wangge_schema.reading.finishing import Finisher, Planned, each, finish_members, maybe
from wangge_schema.reading.project import project
from wangge_schema.reading.select import Chosen, source_of
from wangge_schema.reading.statement import Gathered, Json, JsonScalar, joined, json_object, literal, or_null


class Planner:
    """Plans for one reader."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def visible(self, source: Source, row: Row) -> sa.ColumnElement[bool]:
        """Which rows the viewer may read."""
        return source.rule(row, self.reader.viewer)

    def object(self, chosen: Sequence[Chosen], type: GraphQLObjectType, row: Row) -> Planned:
        """The JSON object of a row."""
        members: list[tuple[str, Json]] = []
        finishers: dict[str, Finisher] = {}
        for one in chosen:
            text, finish = self.field(one, type, row)
            members.append((one.key, text))
            if finish is not None:
                finishers[one.key] = finish
        return json_object(members), finish_members(finishers)

    def field(self, chosen: Chosen, type: GraphQLObjectType, row: Row) -> Planned:
        """The JSON value of one field of a row."""
        if chosen.name == "__typename":
            return literal(f'"{type.name}"'), None
        match chosen.reads:
            case Scalar() as scalar:
                return self.scalar(scalar, row), None
            case ToOne(join):
                return self.one(chosen, lambda target: join(row, target, self.reader), correlated=row)
            case ToMany() as many:
                return self.many(chosen, many, row)
            case Connected(join):
                return plan_connection(self, chosen, row, join)
            case Computed(needs, finish):
                return self.computed(chosen, needs, finish, row)
            case _:
                raise TypeError(f"{type.name}.{chosen.name} does not say what it reads")

    def scalar(self, scalar: Scalar, row: Row) -> Json:
        return JsonScalar(scalar.expression(row, self.reader), scalar.form)

    def one(self, chosen: Chosen, matches: Callable[[Row], sa.ColumnElement[bool]], correlated: Row | None = None) -> Planned:
        """A row of the field's type, or null."""
        type, source = planned_type(chosen)
        target = source.table.alias()
        text, finish = self.object(chosen.children(), type, target)
        select = sa.select(text).select_from(target).where(matches(target), self.visible(source, target)).limit(1)
        return or_null(correlate(select, correlated).scalar_subquery()), maybe(finish)

    def many(self, chosen: Chosen, many: ToMany, row: Row) -> Planned:
        """A plain list of rows."""
        type, source = planned_type(chosen)
        target = source.table.alias()
        text, finish = self.object(chosen.children(), type, target)
        select = (
            sa.select(text.label("item"), target.c[many.order].label("o"), target.c.id.label("i"))
            .where(many.join(row, target, self.reader), self.visible(source, target))
            .order_by(target.c[many.order], target.c.id)
        )
        items = correlate(select, row).subquery()
        gathered = sa.select(Gathered(items.c.item, items.c.o)).select_from(items).scalar_subquery()
        return joined(["[", gathered, "]"]), each(finish)

    def computed(self, chosen: Chosen, needs: Any, finish: Callable[[dict[str, Any], Reader], Any], row: Row) -> Planned:
        """What Python will need, as an object in the place of the value."""
        members = [(name, self.need(need, row)) for name, need in needs.items()]
        reader = self.reader

        def finished(value: Any) -> Any:
            return project(finish(value, reader), chosen)

        return json_object(members), finished

    def need(self, need: Scalar | Gather, row: Row) -> Json:
        if isinstance(need, Scalar):
            return self.scalar(need, row)
        target = need.table.alias()
        text = json_object((name, self.scalar(scalar, target)) for name, scalar in need.columns.items())
        select = (
            sa.select(text.label("item"), target.c[need.order].label("o"))
            .where(need.join(row, target, self.reader))
            .order_by(target.c[need.order])
        )
        items = correlate(select, row).subquery()
        return joined(["[", sa.select(Gathered(items.c.item, items.c.o)).select_from(items).scalar_subquery(), "]"])


def planned_type(chosen: Chosen) -> tuple[GraphQLObjectType, Source]:
    """The type of a field that is a row, and what it reads."""
    source = source_of(chosen.type)
    assert source is not None, f"{chosen.type.name} is not planned"
    return cast("GraphQLObjectType", chosen.type), source


def correlate(select: Any, row: Row | None) -> sa.Select[Any]:
    """The select with the enclosing row taken from outside; everything else is its own."""
    return select.correlate(None) if row is None else select.correlate(row)
