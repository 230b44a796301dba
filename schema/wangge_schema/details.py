"""Plugins' details in the schema: an interface for every sort of thing, a type for every kind, and inputs, made from the dataclasses.

A front-end that knows only the core reads `kind` and `values`; one that knows the plugin writes fragments on its types. Details of a
plugin that is switched off read as `UnavailableDetails`. Values of class PRIVATE are null for who has no READ_PRIVATE there.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from enum import Enum
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.details import DataClass
from wangge_core.plugin.definitions import DetailField, DetailsDefinition
from wangge_core.plugin.registry import Registry
from wangge_schema.reading.declare import computed, need
from wangge_schema.reading.detail_fields import UNAVAILABLE, Guards, details_object, private_subjects
from wangge_schema.reading.detail_filters import kinds
from wangge_schema.reading.filters import camel
from wangge_schema.reading.making import MAKE, make_class, make_enum, optional_field
from wangge_schema.reading.project import Late, Typed
from wangge_schema.reading.sources import Asking, Reader, Row, Scalar
from wangge_schema.scalars import JSON, Date, DateTime

SCALAR_TYPES: Mapping[str, Any] = {"String": str, "Int": int, "Float": float, "Boolean": bool, "Date": Date, "DateTime": DateTime}


@strawberry.type(description="A value of some details, for front-ends that do not know its kind.")
class DetailValue:
    name: str = strawberry.field(description="The field's name in the details' GraphQL type.")
    label: str = strawberry.field(description="What to show, in the viewer's language.")
    type: str = strawberry.field(description="The field's GraphQL type without list and non-null marks.")
    value: JSON | None = strawberry.field(description="The value; null where there is none or the viewer may not see it.")
    text: str | None = strawberry.field(
        description="The value as text in the viewer's language: options by their labels, lists with commas."
    )


@strawberry.interface(description="What a kind adds to a thing; each kind has its own type.")
class Details:
    kind: strawberry.ID = strawberry.field(description="The id of the kind, or of the grid type.")
    values: list[DetailValue] = strawberry.field(description="Every value with its label.")


@strawberry.interface(description="What a kind of event adds.")
class EventDetails(Details):
    pass


@strawberry.interface(description="What a kind of asset adds.")
class AssetDetails(Details):
    pass


@strawberry.interface(description="What a kind of place adds.")
class PlaceDetails(Details):
    pass


@strawberry.interface(description="What a type of grid adds.")
class GridDetails(Details):
    pass


PUBLIC_SORTS = ("place", "grid")
"""Sorts of things that everybody sees; their details of class STAFF are for who has READ_PLACES there."""
INTERFACES: Mapping[str, type[Details]] = {"event": EventDetails, "asset": AssetDetails, "place": PlaceDetails, "grid": GridDetails}


@strawberry.type(
    description="Details of a kind whose plugin is switched off. They are kept, and read again when it is switched on. "
    "Until then only who may see personal information there sees the values."
)
class UnavailableDetails(EventDetails, AssetDetails, PlaceDetails, GridDetails):
    pass


@dataclass(frozen=True, slots=True)
class DetailsTypes:
    """The types and inputs that the registry's details become, by sort of thing."""

    types: tuple[type[Any], ...]
    inputs: Mapping[str, type[Any]]


def definitions(registry: Registry, sort: str) -> dict[str, DetailsDefinition]:
    """The details of a sort of thing by kind id."""
    return {id: kind.details for id, kind in kinds(registry, sort).items() if kind.details is not None}


def build_details(registry: Registry) -> DetailsTypes:
    """Make the types and inputs of all details."""
    types: list[type[Any]] = [UnavailableDetails]
    inputs: dict[str, type[Any]] = {}
    for sort, interface in INTERFACES.items():
        found = definitions(registry, sort)
        made = _Maker(public=sort in PUBLIC_SORTS)
        types += [made.object(definition, interface) for definition in found.values()]
        if found:
            inputs[sort] = made.one_of(sort, found)
    return DetailsTypes(tuple(types), inputs)


class _Maker:
    """Makes Strawberry types from detail fields; enums and nested types once each."""

    def __init__(self, *, public: bool) -> None:
        self._made: dict[str, Any] = {}
        self._may_be_hidden = {DataClass.PRIVATE, DataClass.STAFF} if public else {DataClass.PRIVATE}

    def object(self, definition: DetailsDefinition, interface: Any) -> Any:
        """The type of a kind's details."""
        cls = self._class(definition.graphql_name, definition.fields, self._output, bases=(interface,))
        return MAKE.type(cls, name=definition.graphql_name, description=definition.description)

    def one_of(self, sort: str, found: Mapping[str, DetailsDefinition]) -> Any:
        """The input that carries the details of exactly one kind."""
        name = f"{sort.capitalize()}DetailsInput"
        fields = {
            input_field(id): (strawberry.Maybe[self._input_of(definition)], MAKE.field(description=f"For the kind {id}."))
            for id, definition in found.items()
        }
        return MAKE.input(make_class(name, fields), name=name, one_of=True, description=f"The details of one kind of {sort}.")

    def _input_of(self, definition: DetailsDefinition) -> Any:
        return self._input(f"{definition.graphql_name}Input", definition.description, definition.fields)

    def _input(self, name: str, description: str, fields: Iterable[DetailField]) -> Any:
        if name not in self._made:
            self._made[name] = MAKE.input(self._class(name, fields, self._given), name=name, description=description)
        return self._made[name]

    def _output(self, field: DetailField) -> Any:
        inner = self._scalar(field) or self._nested(field)
        return _shaped(inner, field, required=field.required and field.data_class not in self._may_be_hidden)

    def _given(self, field: DetailField) -> Any:
        inner = self._scalar(field) or self._input(f"{field.type}Input", f"See {field.type}.", field.fields)
        return _shaped(inner, field, required=field.required)

    def _scalar(self, field: DetailField) -> Any:
        if not field.options:
            return SCALAR_TYPES.get(field.type)
        if field.type not in self._made:
            values = {value: f"{label.zh} · {label.en}" for value, label in field.options}
            self._made[field.type] = make_enum(field.type, values, "The options of a field of details.")
        return self._made[field.type]

    def _nested(self, field: DetailField) -> Any:
        if field.type not in self._made:
            cls = self._class(field.type, field.fields, self._output)
            self._made[field.type] = MAKE.type(cls, name=field.type, description=f"Part of the details: {field.label.en}.")
        return self._made[field.type]

    def _class(
        self, name: str, fields: Iterable[DetailField], annotation: Callable[[DetailField], Any], bases: tuple[Any, ...] = ()
    ) -> Any:
        return make_class(name, {one.name: (annotation(one), _strawberry_field(one)) for one in fields}, bases=bases)


def _shaped(inner: Any, field: DetailField, *, required: bool) -> Any:
    whole = list[inner] if field.many else inner
    return whole if required else whole | None


def _strawberry_field(field: DetailField) -> Any:
    said = f"{field.label.zh} · {field.label.en}" + ("" if field.data_class is DataClass.STAFF else f" ({field.data_class.value})")
    return MAKE.field(description=said) if field.required else optional_field(said)


def input_field(kind_id: str) -> str:
    """`scenic.rescue` → `scenic_rescue`, which GraphQL shows as `scenicRescue`."""
    return kind_id.replace(".", "_")


def details_field(sort: str, kind_column: str, description: str) -> Any:
    """The field `details` of a thing whose kind is in the named column."""

    def finish(needs: dict[str, Any], reader: Reader) -> Typed | None:
        return _finished(sort, needs, reader)

    def path(row: Row, _: Asking) -> sa.ColumnElement[Any]:
        if sort == "grid":
            return row.c.path
        return sa.select(t.grid.c.path).where(t.grid.c.id == row.c.grid_id).correlate(row).scalar_subquery()

    guards = guards_of(sort)
    return computed(
        description,
        finish,
        write=partial(details_object, sort, guards),
        subjects=partial(private_subjects, sort, guards),
        kind=need(kind_column),
        details=need("details", "json"),
        path=Scalar(path, "text"),
    )


def guards_of(sort: str) -> Guards:
    """What a viewer must be allowed to see more of a sort's details than the thing itself tells."""
    private = {DataClass.PRIVATE: Capability.READ_PRIVATE}
    return private | {DataClass.STAFF: Capability.READ_PLACES} if sort in PUBLIC_SORTS else private


def _finished(sort: str, needs: dict[str, Any], reader: Reader) -> Typed | None:
    stored: dict[str, Any] | None = needs["details"]
    if stored is None:
        return None
    kind = kinds(reader.registry, sort).get(needs["kind"])
    hidden = {seen for seen, capability in guards_of(sort).items() if not reader.viewer.may(capability, needs["path"])}
    if kind is None or kind.details is None:  # which values are private is not known without the plugin
        values = [] if DataClass.PRIVATE in hidden else _unlabelled(stored)
        return Typed(UNAVAILABLE, {"kind": needs["kind"], "values": values})
    shown = _shown(kind.details.fields, hidden)
    members = {camel(one.name): Late(partial(_member, one, stored.get(one.name))) for one in shown}
    values = Late(lambda: [_value(one, stored.get(one.name), reader.viewer.language) for one in shown])
    return Typed(kind.details.graphql_name, members | {"kind": needs["kind"], "values": values})


def _shown(fields: Sequence[DetailField], hidden: set[DataClass]) -> Sequence[DetailField]:
    """The fields that the viewer may see, nested ones included."""
    if not hidden:
        return fields
    seen = (one for one in fields if one.data_class not in hidden)
    return [dataclasses.replace(one, fields=tuple(_shown(one.fields, hidden))) for one in seen]


def _unlabelled(stored: Mapping[str, Any]) -> list[DetailValue]:
    return [
        DetailValue(name=camel(name), label=name, type="JSON", value=value, text=None if value is None else str(value))
        for name, value in stored.items()
        if not isinstance(value, list | dict)
    ]


def _member(field: DetailField, value: Any) -> Any:
    if value is None or not field.fields:
        return value
    if field.many:
        return [_nested_member(field, one) for one in value]
    return _nested_member(field, value)


def _nested_member(field: DetailField, value: Mapping[str, Any]) -> Typed:
    return Typed(field.type, {camel(one.name): value.get(one.name) for one in field.fields})


def _value(field: DetailField, value: Any, language: str) -> DetailValue:
    labels = {option: label.in_language(language) for option, label in field.options}
    return DetailValue(
        name=camel(field.name),
        label=field.label.in_language(language),
        type=field.type,
        value=value,
        text=_text(value, labels, language),
    )


def _text(value: Any, labels: Mapping[str, str], language: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return ("，" if language == "zh" else ", ").join(_text(one, labels, language) or "" for one in items)
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return " ".join(_text(one, labels, language) or "" for one in members.values())
    return labels.get(value, str(value)) if isinstance(value, str) else str(value)


def plain(value: Any) -> Any:
    """A Strawberry input as the plain data that the core validates: only what was given, enums by their values."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [plain(one) for one in items]
    if is_dataclass(value):
        members = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: plain(member) for name, member in members if member is not strawberry.UNSET and member is not None}
    return value


def given_details(value: Any, kind_ids: Iterable[str]) -> tuple[str, Any] | None:
    """The kind whose details a `@oneOf` input carries, and those details as plain data."""
    for id in kind_ids:
        member: strawberry.Some[Any] | None = getattr(value, input_field(id), None)
        if member is not None:
            return id, plain(member.value)
    return None


__all__ = ["AssetDetails", "DetailsTypes", "EventDetails", "GridDetails", "PlaceDetails", "UnavailableDetails", "build_details"]
