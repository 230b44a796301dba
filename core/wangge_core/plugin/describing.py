"""Describing details: reads a `@details` dataclass into the fields that the schema, the forms and the checks work from."""

import dataclasses
import types
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from wangge_core.plugin.declarations.details import DataClass, class_of_details
from wangge_core.plugin.declarations.labels import Choice, Label, Zh, english
from wangge_core.plugin.definitions import DetailField, DetailsDefinition

OF_THE_INTERFACE = ("kind", "values")
"""What every type of details already shows, so that no field of its own can have the name."""
SCALARS: dict[Any, str] = {str: "String", int: "Int", float: "Float", bool: "Boolean", date: "Date", datetime: "DateTime"}


class UndescribableError(Exception):
    """A field of a details dataclass is not of a form that the schema can show. Caught by the checks and told as a fault."""


def pascal(name: str) -> str:
    """`scenic.lost_visitor` → `ScenicLostVisitor`."""
    return "".join(part[:1].upper() + part[1:] for part in name.replace(".", "_").split("_"))


def describe(cls: type[Any], *, plugin: str, graphql_name: str) -> DetailsDefinition:
    """The definition of a details dataclass. Raises UndescribableError with the first thing that cannot be described."""
    fields = tuple(_fields(cls, plugin, nested=False))
    return DetailsDefinition(python_type=cls, graphql_name=graphql_name, description=_docstring(cls), fields=fields)


def _docstring(cls: type[Any]) -> str:
    text = (cls.__doc__ or "").strip()
    if not text or text.startswith(f"{cls.__name__}("):
        raise UndescribableError("has no docstring; its first sentence describes the GraphQL type")
    return text


def _fields(cls: type[Any], plugin: str, *, nested: bool) -> Iterator[DetailField]:
    data_class = class_of_details(cls)
    if data_class is None or not dataclasses.is_dataclass(cls):
        raise UndescribableError(f"{cls.__name__} is not made with @details")
    try:
        hints = get_type_hints(cls, include_extras=True)
    except Exception as error:
        raise UndescribableError(f"has a type that cannot be read: {error}") from None
    for field in dataclasses.fields(cls):
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        try:
            yield _field(field.name, hints[field.name], plugin, data_class, required=required, nested=nested)
        except UndescribableError as error:
            raise UndescribableError(f"field {field.name!r} {error}") from None


def _field(name: str, hint: Any, plugin: str, data_class: DataClass, *, required: bool, nested: bool) -> DetailField:
    if name in OF_THE_INTERFACE and not nested:
        raise UndescribableError("has a name that all details use; give it another")
    if get_origin(hint) is not Annotated:
        raise UndescribableError('has no label; write Annotated[int, Zh("…")]')
    inner, *notes = get_args(hint)
    labels = [note for note in notes if isinstance(note, Zh)]
    if not labels:
        raise UndescribableError('has no label; write Annotated[int, Zh("…")]')
    data_class = next((note for note in notes if isinstance(note, DataClass)), data_class)
    if data_class is DataClass.SEALED:
        raise UndescribableError("is sealed; sealed values belong to a person's record, never to details")
    inner, many = _without_many(_without_none(inner, required=required))
    cls: type[Any] | None = inner if isinstance(inner, type) else None
    options: tuple[tuple[str, Label], ...] = ()
    fields: tuple[DetailField, ...] = ()
    if inner in SCALARS:
        type_name = SCALARS[inner]
    elif cls is not None and issubclass(cls, Choice):
        type_name = pascal(plugin) + cls.__name__
        options = tuple((member.value, member.label) for member in cls)
    elif cls is not None and class_of_details(cls) is not None and not nested:
        type_name = pascal(plugin) + cls.__name__
        fields = tuple(_fields(cls, plugin, nested=True))
    else:
        raise UndescribableError(f"is a {getattr(inner, '__name__', inner)}, which details cannot hold")
    return DetailField(
        name=name,
        type=type_name,
        label=Label(labels[0].zh, labels[0].en or english(name)),
        required=required,
        many=many,
        data_class=data_class,
        options=options,
        fields=fields,
    )


def _without_none(hint: Any, *, required: bool) -> Any:
    if get_origin(hint) not in (Union, types.UnionType):
        return hint
    members = [member for member in get_args(hint) if member is not types.NoneType]
    if len(members) != 1:
        raise UndescribableError("is a union of types; give it one")
    if required:
        raise UndescribableError("may be None but has no default; add `= None`")
    return members[0]


def _without_many(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) is tuple:
        arguments = get_args(hint)
        if len(arguments) != 2 or arguments[1] is not Ellipsis:
            raise UndescribableError("is a tuple of fixed length; write tuple[int, ...]")
        return arguments[0], True
    return hint, False
