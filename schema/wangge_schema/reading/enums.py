"""Enumerations of the core and of plugins as GraphQL enums; every value is described by its labels."""

from typing import Any, TypeVar

import strawberry

from wangge_core.plugin.declarations.labels import Choice

_E = TypeVar("_E", bound=Choice)


def enum_type(choice: type[_E], *, name: str | None = None, description: str | None = None) -> type[_E]:
    """Show a `Choice` as a GraphQL enum, under another name where one is given."""
    made = strawberry.enum(choice, name=name, description=description or (choice.__doc__ or "").strip())
    definition: Any = getattr(made, "__strawberry_definition__")  # noqa: B009 - Strawberry adds it
    values: list[Any] = definition.values
    for value, member in zip(values, choice, strict=True):
        value.description = f"{member.zh} · {member.en}"
    return made
