"""Details as the statement writes them, where no more is asked of them than plain fields, so that Python has nothing to finish.

Labels, and fields that hold other fields, are left to Python.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from graphql import GraphQLObjectType
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from strawberry.utils.str_converters import to_camel_case

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.details import DataClass
from wangge_core.plugin.definitions import DetailField, DetailsDefinition
from wangge_core.rights.bound import Way
from wangge_schema.reading.detail_filters import KIND_COLUMNS, kinds
from wangge_schema.reading.select import Chosen
from wangge_schema.reading.sources import Asking, Row
from wangge_schema.reading.statement import Json, JsonMember, JsonScalar, json_object, literal

UNAVAILABLE = "UnavailableDetails"
TEXTS = frozenset({"String", "Date", "DateTime"})
"""Types that are stored as JSON strings; so are options."""
Guards = Mapping[DataClass, Capability]
"""What a viewer must be allowed on the ground to see values of a class; the other classes are seen with the thing."""


class Part(FunctionElement[str]):
    """A member of a JSON object as JSON text (`->`), or NULL."""

    type = sa.Text()
    inherit_cache = False

    def __init__(self, value: sa.ColumnElement[Any], name: str) -> None:
        super().__init__(value)
        self.member = name


@compiles(Part)
def _part(element: Part, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} -> '{element.member}')"


def details_object(sort: str, guards: Guards, chosen: Chosen, row: Row, asking: Asking) -> Json | None:
    """The JSON of what is selected of a thing's details, null where it has none; None where Python must finish it."""
    kind = row.c[KIND_COLUMNS[sort]]
    fields = {id: one.details.fields for id, one in kinds(asking.registry, sort).items() if one.details is not None}
    types = {id: one.details.graphql_name for id, one in kinds(asking.registry, sort).items() if one.details is not None}
    unknown = _members(chosen, UNAVAILABLE, ())
    known = {id: _members(chosen, types[id], fields[id]) for id in fields}
    if unknown is None or None in known.values():
        return None
    writing = _Writing(row, kind, guards, asking)
    branches = {
        id: writing.object(types[id], members) for id, members in known.items() if members is not None and members != unknown
    }
    otherwise = writing.object(UNAVAILABLE, unknown)
    by_kind = sa.case(branches, value=kind, else_=otherwise) if branches else otherwise
    return sa.case((row.c.details.is_(None), literal("null")), else_=by_kind)


def private_subjects(sort: str, guards: Guards, chosen: Chosen, row: Row, asking: Asking) -> Json | None:
    """The persons involved in an event, where private values of its details are selected and shown; None where none are selected."""
    guard = guards.get(DataClass.PRIVATE)
    of_kind = _private_kinds(sort, chosen, row, asking) if sort == "event" else None
    if guard is None or of_kind is None:
        return None
    tie = t.involvement.alias()
    persons = sa.select(Joined(tie.c.person_id)).where(tie.c.event_id == row.c.id, tie.c.person_id.is_not(None)).correlate(row)
    told = sa.and_(
        of_kind,
        row.c.details.is_not(None),
        _Writing(row, row.c.kind_id, guards, asking).allows(guard),
    )
    return sa.case((told, sa.func.coalesce(persons.scalar_subquery(), "")), else_=literal(""))


def _private_kinds(sort: str, chosen: Chosen, row: Row, asking: Asking) -> sa.ColumnElement[bool] | None:
    """Of which kinds a selection shows something private: of those whose plugin is gone, any value might be. None for no kinds."""
    declared = {id: one.details for id, one in kinds(asking.registry, sort).items() if one.details is not None}
    private = {id: _selects_private(chosen, one) for id, one in declared.items()}
    kind = row.c[KIND_COLUMNS[sort]]
    if any(one.name == "values" for one in chosen.children(_type(chosen, UNAVAILABLE))):
        return kind.not_in([sa.literal(id) for id, found in private.items() if not found])
    found = [sa.literal(id) for id, found in private.items() if found]
    return kind.in_(found) if found else None


def _type(chosen: Chosen, name: str) -> GraphQLObjectType:
    return cast("GraphQLObjectType", chosen.document.schema.type_map[name])


def _selects_private(chosen: Chosen, details: DetailsDefinition) -> bool:
    """Whether a selection shows a private field of this kind: by name, or among all values."""
    private = {to_camel_case(one.name) for one in details.fields if _is_private(one)}
    selected = chosen.children(_type(chosen, details.graphql_name))
    return bool(private) and any(one.name in private or one.name == "values" for one in selected)


def _is_private(field: DetailField) -> bool:
    return field.data_class is DataClass.PRIVATE or any(map(_is_private, field.fields))


class Joined(FunctionElement[str]):
    """An aggregate: the values of all rows as text with commas between; NULL for no rows."""

    type = sa.Text()
    inherit_cache = False


@compiles(Joined, "postgresql")
def _joined_on_postgresql(element: Joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}::text, ',')"


@compiles(Joined, "sqlite")
def _joined_on_sqlite(element: Joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, ',')"


Members = Sequence[tuple[str, str, DetailField | None]]
"""What is selected of an object: response key, name, and the field of details that it is; `kind` and `__typename` are none."""


def _members(chosen: Chosen, type: str, fields: Sequence[DetailField]) -> Members | None:
    """What is selected of the details of one type; None where a label, or a field with fields of its own, is among it."""
    by_name = {to_camel_case(field.name): field for field in fields}
    selected = chosen.children(_type(chosen, type))
    if any(one.name == "values" or (one.name in by_name and by_name[one.name].fields) for one in selected):
        return None
    # a type's name differs from kind to kind; so that such selections are never equal, it stands in the place of the field's
    return [(one.key, type if one.name == "__typename" else one.name, by_name.get(one.name)) for one in selected]


@dataclass(frozen=True, slots=True)
class _Writing:
    """Writes the details of one row."""

    row: Row
    kind: sa.ColumnElement[Any]
    guards: Guards
    asking: Asking

    def object(self, type: str, members: Members) -> Json:
        return json_object((key, self.member(type, name, field)) for key, name, field in members)

    def member(self, type: str, name: str, field: DetailField | None) -> Json:
        if field is None:
            return JsonScalar(self.kind, "text") if name == "kind" else literal(f'"{type}"')
        value = self.value(field)
        guard = self.guards.get(field.data_class)
        if guard is None:
            return value
        return sa.case((self.allows(guard), value), else_=literal("null"))

    def value(self, field: DetailField) -> Json:
        if (field.type in TEXTS or field.options) and not field.many:
            return JsonScalar(JsonMember(self.row.c.details, field.name), "text")
        return JsonScalar(Part(self.row.c.details, field.name), "json")

    def allows(self, capability: Capability) -> sa.ColumnElement[bool]:
        scope = self.asking.viewer.coming(Way.REFERRED).scope(capability)
        return scope.covers(self.row.c.grid_id) if "grid_id" in self.row.c else scope.holds(self.row.c.path)
