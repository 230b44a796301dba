"""Filters on details: a comparison for every plain field that a plugin's details have, by kind.

A details filter is a `@oneOf` of kinds, so that naming a field names its kind, and the scan is bounded by the kind's index. Fields that
some viewers of a row may not see cannot be filtered by: that would tell them what they hold.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import sqlalchemy as sa
from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.utils.str_converters import to_camel_case

from wangge_core.db.columns import Instant
from wangge_core.plugin.declarations.details import DataClass
from wangge_core.plugin.definitions import DetailField, DetailsDefinition
from wangge_core.plugin.registry import Registry
from wangge_schema.reading.making import MAKE, make_class

KIND_COLUMNS: Mapping[str, str] = {"event": "kind_id", "asset": "kind_id", "place": "kind_id", "grid": "grid_type_id"}
"""The tables that have details, and the column of each that says their kind."""
FILTERABLE: Mapping[str, frozenset[DataClass]] = {
    sort: frozenset({DataClass.PUBLIC} if sort in ("place", "grid") else {DataClass.PUBLIC, DataClass.STAFF})
    for sort in KIND_COLUMNS
}
"""Whose values everybody may see who sees the row."""
COMPARISONS: Mapping[str, str] = {
    "String": "TextComparison",
    "Boolean": "BooleanComparison",
    "Date": "DateComparison",
    "DateTime": "DateTimeComparison",
}
TYPES: Mapping[str, tuple[Any, str]] = {
    "String": (sa.Text(), "text"),
    "Int": (sa.Integer(), "bigint"),
    "Float": (sa.Float(53), "double precision"),
    "Boolean": (sa.Boolean(), "boolean"),
    "Date": (sa.Date(), "date"),
    "DateTime": (Instant(), "timestamptz"),
}
"""How a value of a GraphQL type is compared, and PostgreSQL's name for that."""
ONE_OF = MAKE.input(make_class("OneOf", {}), one_of=True).__strawberry_definition__
"""What Strawberry looks at when it prints or introspects an input of which one member must be given."""
Compare = Callable[[sa.ColumnElement[Any], str, Any], sa.ColumnElement[bool]]


def kinds(registry: Registry, sort: str) -> Mapping[str, Any]:
    """The declared kinds of a sort of thing by id."""
    match sort:
        case "event":
            return registry.event_kinds
        case "asset":
            return registry.asset_kinds
        case "place":
            return registry.place_kinds
        case _:
            return registry.grid_types


def definitions(registry: Registry, sort: str) -> Mapping[str, DetailsDefinition]:
    """The details of a sort of thing that have a field to filter by, by kind."""
    return {id: kind.details for id, kind in kinds(registry, sort).items() if kind.details and any(_filterable(sort, kind.details))}


def _filterable(sort: str, definition: DetailsDefinition) -> Iterator[DetailField]:
    for field in definition.fields:
        if field.data_class in FILTERABLE[sort] and not field.many and not field.fields:
            yield field


def member(kind_id: str) -> str:
    """The member of a details filter for a kind: `scenic.rescue` → `scenicRescue`."""
    return to_camel_case(kind_id.replace(".", "_"))


def condition(
    registry: Registry, sort: str, row: sa.FromClause, given: Mapping[str, Any], compare: Compare
) -> sa.ColumnElement[bool]:
    """True for rows of the kind that a details filter names, whose fields compare as it says.

    `given` has GraphQL names; `compare` makes the condition of a value, an operator and an operand.
    """
    parts: list[sa.ColumnElement[bool]] = []
    by_member = {member(id): (id, definition) for id, definition in definitions(registry, sort).items()}
    for name, comparisons in given.items():
        kind_id, definition = by_member[name]
        of_kind = row.c[KIND_COLUMNS[sort]] == kind_id
        parts.append(of_kind)
        fields = {to_camel_case(field.name): field for field in definition.fields}
        for field, operators in cast("Mapping[str, Mapping[str, Any] | None]", comparisons or {}).items():
            # a CASE, because PostgreSQL may read the value of a row of another kind first
            value: sa.ColumnElement[Any] = sa.case((of_kind, DetailValue(row.c.details, fields[field])))
            parts += [compare(value, *pair) for pair in (operators or {}).items() if pair[1] is not None]
    return sa.and_(sa.true(), *parts)


class DetailValue(FunctionElement[Any]):
    """The value of a field in details, or NULL."""

    inherit_cache = False

    def __init__(self, details: sa.ColumnElement[Any], field: DetailField) -> None:
        super().__init__(details)
        self.member = field.name
        self.type, self.type_name = TYPES[_scalar(field)]


@compiles(DetailValue, "postgresql")
def _value_on_postgresql(element: DetailValue, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} ->> '{element.member}' AS {element.type_name})"


@compiles(DetailValue, "sqlite")
def _value_on_sqlite(element: DetailValue, compiler: SQLCompiler, **options: Any) -> str:
    value = f"({compiler.process(element.clauses, **options)} ->> '{element.member}')"
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', {value})" if element.type_name == "timestamptz" else value


def _scalar(field: DetailField) -> str:
    return "String" if field.options else field.type


def add_detail_filters(schema: GraphQLSchema, registry: Registry) -> None:
    """Give the filter inputs of a built schema their member `details`; its types depend on the registry, theirs do not."""
    for sort in KIND_COLUMNS:
        found = definitions(registry, sort)
        if found:
            name = f"{sort.capitalize()}DetailsFilter"
            fields = {
                member(id): GraphQLInputField(_kind_filter(schema, sort, definition), description=f"Of the kind {id}.")
                for id, definition in found.items()
            }
            made = _input(schema, name, fields, f"Which details of one kind of {sort}.", one_of=True)
            filter = cast("GraphQLInputObjectType", schema.type_map[f"{sort.capitalize()}Filter"])
            filter.fields["details"] = GraphQLInputField(
                made, description="By its details: of one kind, and by that kind's fields."
            )


def _kind_filter(schema: GraphQLSchema, sort: str, definition: DetailsDefinition) -> GraphQLInputObjectType:
    fields = {
        to_camel_case(one.name): GraphQLInputField(_comparison(schema, one), description=f"{one.label.zh} · {one.label.en}")
        for one in _filterable(sort, definition)
    }
    said = f"Which {definition.graphql_name}. Its fields all hold together."
    return _input(schema, f"{definition.graphql_name}Filter", fields, said)


def _comparison(schema: GraphQLSchema, field: DetailField) -> GraphQLInputObjectType:
    name = COMPARISONS.get(field.type, f"{field.type}Comparison")
    found = schema.type_map.get(name)
    if found is not None:
        return cast("GraphQLInputObjectType", found)
    type = cast("GraphQLScalarType | GraphQLEnumType", schema.type_map[field.type])
    equal = {"eq": (type, "Equal to."), "in": (GraphQLList(GraphQLNonNull(type)), "One of at most 200 values.")}
    operators = equal if field.options else {"gte": (type, "At least."), "lte": (type, "At most.")}
    fields = {key: GraphQLInputField(type, description=said) for key, (type, said) in operators.items()}
    return _input(schema, name, fields, f"Compares a {field.type}.")


def _input(
    schema: GraphQLSchema, name: str, fields: dict[str, GraphQLInputField], description: str, *, one_of: bool = False
) -> GraphQLInputObjectType:
    told = {GraphQLCoreConverter.DEFINITION_BACKREF: ONE_OF} if one_of else None
    made = GraphQLInputObjectType(name, fields, description=description, is_one_of=one_of, extensions=told)
    schema.type_map[name] = made
    return made
