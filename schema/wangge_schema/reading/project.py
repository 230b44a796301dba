"""Projecting: what a selection asks of plain values, such as the result of a computed field or the errors of a mutation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import GraphQLObjectType, GraphQLOutputType, is_enum_type, is_leaf_type, is_list_type, is_non_null_type

from wangge_schema.reading.select import Chosen


@dataclass(frozen=True, slots=True)
class Typed:
    """A plain value of a type that is known by name: its members by their GraphQL names."""

    type: str
    members: Mapping[str, Any]


def project(value: Any, chosen: Chosen) -> Any:
    """The part of a plain value that was selected, as JSON data."""
    assert chosen.field is not None
    return _projected(value, chosen.field.type, chosen)


def _projected(value: Any, type: GraphQLOutputType, chosen: Chosen) -> Any:
    if is_non_null_type(type):
        return _projected(value, type.of_type, chosen)
    if value is None:
        return None
    if is_list_type(type):
        return [_projected(item, type.of_type, chosen) for item in value]
    if is_enum_type(type) and isinstance(value, str):
        return str(value)  # stored by its name
    if is_leaf_type(type):
        return type.coerce_output_value(value)
    return _object(value, chosen)


def _object(value: Any, chosen: Chosen) -> dict[str, Any]:
    schema = chosen.document.schema
    name = value.type if isinstance(value, Typed) else value.__strawberry_definition__.name
    type = cast("GraphQLObjectType", schema.type_map[name])
    found: dict[str, Any] = {}
    for one in chosen.children(type):
        if one.name == "__typename":
            found[one.key] = name
        elif isinstance(value, Typed):
            found[one.key] = project(value.members.get(one.name), one)
        else:
            found[one.key] = project(getattr(value, one.python_name), one)
    return found
