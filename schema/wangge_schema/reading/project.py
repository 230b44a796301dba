"""Projecting: what a selection asks of plain values, such as the result of a computed field or the errors of a mutation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLScalarType

from wangge_schema.reading.select import Chosen


@dataclass(frozen=True, slots=True)
class Late:
    """A member that is only made where it is asked for."""

    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Typed:
    """A plain value of a type that is known by name: its members by their GraphQL names."""

    type: str
    members: Mapping[str, Any]

    def member(self, name: str) -> Any:
        found = self.members.get(name)
        return found.make() if isinstance(found, Late) else found


def project(value: Any, chosen: Chosen) -> Any:
    """The part of a plain value that was selected, as JSON data."""
    field: Any = chosen.field
    return _projected(value, field.type, chosen)


def _projected(value: Any, type: Any, chosen: Chosen) -> Any:
    if isinstance(type, GraphQLNonNull):
        return _projected(value, _inner(type), chosen)
    if value is None:
        return None
    if isinstance(type, GraphQLList):
        return [_projected(item, _inner(type), chosen) for item in value]
    if isinstance(type, GraphQLEnumType) and isinstance(value, str):
        return str(value)  # stored by its name
    if isinstance(type, GraphQLEnumType | GraphQLScalarType):
        return type.coerce_output_value(value)
    return _object(value, chosen)


def _inner(wrapper: Any) -> Any:
    return wrapper.of_type


def _object(value: Any, chosen: Chosen) -> dict[str, Any]:
    schema = chosen.document.schema
    name = value.type if isinstance(value, Typed) else value.__strawberry_definition__.name
    type = cast("GraphQLObjectType", schema.type_map[name])
    found: dict[str, Any] = {}
    for one in chosen.children(type):
        if one.name == "__typename":
            found[one.key] = name
        elif isinstance(value, Typed):
            found[one.key] = project(value.member(one.name), one)
        else:
            found[one.key] = project(getattr(value, one.python_name), one)
    return found
