"""Making Strawberry types at run time, from fields that are only known then."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

MAKE: Any = strawberry
"""Strawberry's decorators without their static types, which describe classes written out in source only."""


def make_class(
    name: str, fields: Mapping[str, tuple[Any, Any]], *, bases: tuple[type[Any], ...] = (), module: str = __name__
) -> Any:
    """A class with annotated fields: by Python name, the annotation and the Strawberry field."""
    annotations = {key: annotation for key, (annotation, _) in fields.items()}
    return type(
        name, bases, {"__module__": module, "__annotations__": annotations} | {key: one for key, (_, one) in fields.items()}
    )


def make_type(name: str, fields: Mapping[str, tuple[Any, str]], description: str) -> Any:
    """An object type: by Python name, the annotation and the description."""
    return MAKE.type(
        make_class(name, {key: (type, MAKE.field(description=said)) for key, (type, said) in fields.items()}),
        name=name,
        description=description,
    )


def make_enum(name: str, values: Mapping[str, str], description: str) -> Any:
    """An enum whose values are equal to their names: by name, the description."""
    members = {value: MAKE.enum_value(value, description=said) for value, said in values.items()}
    return MAKE.enum(Enum(name, members), name=name, description=description)


def optional_field(description: str, *, name: str | None = None) -> Any:
    """A field of an input that may be left out."""
    return MAKE.field(default=strawberry.UNSET, name=name, description=description)
