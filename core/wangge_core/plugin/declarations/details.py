"""`@details`: a dataclass that says what a kind needs to know, from which the schema makes a type and an input."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import auto
from typing import Any, TypeVar, dataclass_transform

from wangge_core.plugin.declarations.labels import Choice

DATA_CLASS = "__wangge_data_class__"


class DataClass(Choice):
    """Who may see a value: everybody, staff within their scope, or staff with the right to private data.

    Sealed values never stand in details.
    """

    PUBLIC = auto(), "公开"
    STAFF = auto(), "工作"
    PRIVATE = auto(), "隐私"
    SEALED = auto(), "密封"


STAFF = DataClass.STAFF
PRIVATE = DataClass.PRIVATE
PUBLIC = DataClass.PUBLIC


_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def details(*, data_class: DataClass = DataClass.STAFF) -> Callable[[type[_T]], type[_T]]:
    """Make a class the details of a kind: frozen, slotted, keyword-only.

    Fields are scalars (`str`, `int`, `float`, `bool`, `date`, `datetime`), a `Choice`, tuples of these, or tuples of one further
    `@details` class; each is `Annotated` with its `Zh` label and, where it differs from the class's, its `DataClass`. Optional
    ones are `| None = None`. Rules across fields go in `__post_init__` and raise `ValueError`. Fields are only ever added later,
    with a default.
    """

    def decorate(cls: type[_T]) -> type[_T]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        setattr(made, DATA_CLASS, data_class)
        return made

    return decorate


def class_of_details(cls: type[Any]) -> DataClass | None:
    """The data class given to `@details`, or None when `cls` was not made with it."""
    return getattr(cls, DATA_CLASS, None)


def refuse_negative(**values: float | None) -> None:
    """For a `__post_init__`: raise `ValueError` when a count or measure is below zero. None passes.

    `refuse_negative(people=self.people, injured=self.injured)`
    """
    for name, value in values.items():
        if value is not None and value < 0:
            raise ValueError(f"{name} must not be negative")
