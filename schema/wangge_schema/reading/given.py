"""Given values: variables as the planner sees them. Their shape decides the plan; what they hold is bound each time the plan runs.

Null, truth values, enums and which members an input object has are shape; text, numbers, moments, ids and lists of such are values.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull

Path = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What a variable holds at a path."""

    path: Path

    def read(self, variables: Mapping[str, Any]) -> Any:
        """What it holds in a request."""
        found: Any = variables
        for step in self.path:
            found = found[step]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class GivenList(Given):
    """A list that the document writes out, some of whose items are given."""

    items: tuple[Any, ...] = ()

    def read(self, variables: Mapping[str, Any]) -> list[Any]:
        return [item.read(variables) if isinstance(item, Given) else item for item in self.items]


def as_one(value: Any) -> Any:
    """A list with given items as one given value; anything else as it is."""
    if not isinstance(value, list):
        return value
    items = cast("list[Any]", value)
    if not any(isinstance(item, Given) for item in items):
        return items
    paths = tuple(item.path if isinstance(item, Given) else () for item in items)
    return GivenList(("list", *paths), tuple(items))


def symbolic(type: Any, value: Any, path: Path) -> Any:
    """A coerced value with `Given` wherever the value itself is not part of the shape."""
    if value is None or isinstance(value, bool):
        return value
    type = _nullable(type)
    if isinstance(type, GraphQLEnumType):
        return value
    if isinstance(type, GraphQLInputObjectType):
        members = cast("dict[str, Any]", value)
        return {name: symbolic(type.fields[name].type, member, (*path, name)) for name, member in members.items()}
    if isinstance(type, GraphQLList) and _has_shape(type):
        return [symbolic(_inner(type), item, (*path, at)) for at, item in enumerate(value)]
    return Given(path)


def shape(type: Any, value: Any) -> Hashable:
    """What of a coerced value decides the plan."""
    if value is None or isinstance(value, bool):
        return value
    type = _nullable(type)
    if isinstance(type, GraphQLEnumType):
        return ("enum", value)
    if isinstance(type, GraphQLInputObjectType):
        members = cast("dict[str, Any]", value)
        return tuple((name, shape(type.fields[name].type, member)) for name, member in members.items())
    if isinstance(type, GraphQLList) and _has_shape(type):
        return tuple(shape(_inner(type), item) for item in value)
    return ...


def _nullable(type: Any) -> Any:
    return _inner(type) if isinstance(type, GraphQLNonNull) else type


def _inner(wrapper: Any) -> Any:
    return wrapper.of_type


def _has_shape(type: Any) -> bool:
    """Whether the items of a list have a shape of their own: input objects and lists do, scalars and enums do not."""
    return isinstance(_nullable(_inner(type)), GraphQLInputObjectType | GraphQLList)
