"""Kinds of events, assets, places and needs: what plugins and local catalogues declare, with their details and versions."""

from collections.abc import Callable
from typing import Any

import strawberry

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.details import DataClass
from wangge_core.plugin.declarations.kinds import Involvable, Priority
from wangge_schema.reading.declare import column, computed, need, planned, to_many, to_one
from wangge_schema.reading.sources import Filter, Reader
from wangge_schema.scalars import DateTime
from wangge_schema.types.declared import DECLARED_FILTERS, ORDERS, available_field, declared_id, plugin_field
from wangge_schema.types.limits import KindLimit, shown_limits
from wangge_schema.types.nodes import label_field
from wangge_schema.types.workflows import Workflow


@strawberry.type(description="A value that a field can take.")
class DetailOption:
    value: str = strawberry.field(description="What to send.")
    label: str = strawberry.field(description="What to show, in the viewer's language.")


@strawberry.type(description="A field of a kind's details; a form for any plugin's kind can be built from these.")
class DetailField:
    name: str = strawberry.field(description="Its name in the details' GraphQL type, in camelCase.")
    label: str = strawberry.field(description="What to show, in the viewer's language.")
    type: str = strawberry.field(description="Its GraphQL type without list and non-null marks.")
    required: bool = strawberry.field(description="Whether details without it are refused.")
    many: bool = strawberry.field(description="Whether it is a list.")
    data_class: DataClass = strawberry.field(description="Who may see it.")
    options: list[DetailOption] = strawberry.field(description="The values to choose from; empty where it is no choice.")
    fields: list["DetailField"] = strawberry.field(description="The fields of a nested object; empty otherwise.")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def detail_field(stored: dict[str, Any], language: str) -> DetailField:
    return DetailField(
        name=_camel(stored["name"]),
        label=stored["label"][language],
        type=stored["type"],
        required=stored["required"],
        many=stored["many"],
        data_class=DataClass(stored["data_class"]),
        options=[DetailOption(value=value, label=label[language]) for value, label in stored["options"]],
        fields=[detail_field(one, language) for one in stored["fields"]],
    )


def _detail_fields(needs: dict[str, Any], reader: Reader) -> list[DetailField]:
    return [detail_field(one, reader.viewer.language) for one in needs["detail_fields"]]


def detail_fields_field() -> Any:
    return computed(
        "The fields of its details, from which a form can be drawn.", _detail_fields, detail_fields=need("detail_fields", "json")
    )


def details_type_field() -> Any:
    return column("details_type", "The GraphQL type of its details; null where it has none.")


@strawberry.type(description="A role in which people, organisations or assets are tied to an event of a kind.")
class InvolvementRole:
    role: str = strawberry.field(description="Its name.")
    label: str = strawberry.field(description="What to show, in the viewer's language.")
    sorts: list[Involvable] = strawberry.field(description="What can be tied in it.")
    optional: bool = strawberry.field(description="Whether an event may do without.")
    many: bool = strawberry.field(description="Whether there may be several.")


def _involves(needs: dict[str, Any], reader: Reader) -> list[InvolvementRole]:
    return [
        InvolvementRole(
            role=one["role"],
            label=one["label"][reader.viewer.language],
            sorts=[Involvable(sort) for sort in one["sorts"]],
            optional=one["optional"],
            many=one["many"],
        )
        for one in needs["involves"]
    ]


def _limits(needs: dict[str, Any], reader: Reader) -> list[KindLimit]:
    return shown_limits(needs["limits"], reader.viewer.language)


def _said_in_version(name: str) -> Callable[[dict[str, Any], Reader], Any]:
    def said(needs: dict[str, Any], reader: Reader) -> Any:
        del reader
        return needs["content"][name]

    return said


@planned(table=t.event_kind_version, data_class=DataClass.PUBLIC)
class EventKindVersion:
    """What a kind said from a moment on, until its next version."""

    version: int = column("version", "Its number, from 1.", form="number")
    at: DateTime = column("at", "When it began to hold.", form="moment")
    label: str = computed(
        "The kind's label then.",
        lambda needs, reader: needs["content"]["label"][reader.viewer.language],
        content=need("content", "json"),
    )
    workflow_id: strawberry.ID = computed("Its workflow then.", _said_in_version("workflow_id"), content=need("content", "json"))
    parent_id: strawberry.ID | None = computed(
        "The wider kind then.", _said_in_version("parent_id"), content=need("content", "json")
    )
    limits: list[KindLimit] = computed(
        "Its limits then.",
        lambda needs, reader: _limits(needs["content"], reader),
        content=need("content", "json"),
    )
    retired_because: str | None = computed(
        "Why it took no new events then; null while it did.", _said_in_version("retired_because"), content=need("content", "json")
    )


@planned(
    table=t.event_kind,
    orders=ORDERS,
    filters=DECLARED_FILTERS
    | {
        "parent": Filter("text", lambda row: row.c.parent_id, "By the kind above it."),
        "catalogue": Filter("text", lambda row: row.c.catalogue, "By local catalogue."),
    },
    data_class=DataClass.PUBLIC,
)
class EventKind:
    """A sort of matter to settle: from a plugin, or from an imported local catalogue."""

    id: strawberry.ID = declared_id("Its name, such as `community.hazard`; `local.CATALOGUE.KEY…` for a local one.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    parent: "EventKind | None" = to_one("parent_id", "The wider kind that it belongs to.")
    children: "list[EventKind]" = to_many("parent_id", "The narrower kinds below it.", order="ordinal", most=1_000)
    workflow: Workflow = to_one("workflow_id", "The workflow that settles it.")
    priority: Priority = column("priority", "The priority of its events unless the report says otherwise.")
    details_type: str | None = details_type_field()
    detail_fields: list[DetailField] = detail_fields_field()
    involves: list[InvolvementRole] = computed(
        "Who and what can be tied to its events.", _involves, involves=need("involves", "json")
    )
    hidden_from_grid: bool = column(
        "hidden_from_grid",
        "Whether its events are kept from posts in the event's own grid and community, as complaints about those who serve there are.",
        form="boolean",
    )
    open_to_public: bool = column(
        "open_to_public", "Whether residents and visitors may report it without an account.", form="boolean"
    )
    shown_to_public: bool = column(
        "shown_to_public", "Whether everybody may see that such an event is open: its kind, stage and place.", form="boolean"
    )
    limits: list[KindLimit] = computed("How long its events may take, by filing condition.", _limits, limits=need("limits", "json"))
    handled_by: list[str] = column("handled_by", "Who handles it, by name, as its catalogue says.", form="json")
    supervised_by: list[str] = column("supervised_by", "Who supervises that, by name, as its catalogue says.", form="json")
    version: int = column("version", "Counts its versions.", form="number")
    versions: list[EventKindVersion] = to_many("kind_id", "All its versions, oldest first.", order="version", most=100)
    catalogue: str | None = column("catalogue", "The local catalogue that it came with.")
    retired_because: str | None = column("retired_because", "Why it takes no new events; null while it does.")


@planned(table=t.asset_kind, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class AssetKind:
    """A sort of thing on the ground."""

    id: strawberry.ID = declared_id("Its name, such as `manhole_cover` qualified with its plugin.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    details_type: str | None = details_type_field()
    detail_fields: list[DetailField] = detail_fields_field()


@planned(table=t.place_kind, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class PlaceKind:
    """A sort of station or point."""

    id: strawberry.ID = declared_id("Its name, such as `community.grid_station`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    details_type: str | None = details_type_field()
    detail_fields: list[DetailField] = detail_fields_field()
    station: bool = column("station", "Whether people find somebody there; such places stand on the notice board.", form="boolean")


@planned(table=t.need_kind, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class NeedKind:
    """A reason why a person may need attention, always with a basis and an end."""

    id: strawberry.ID = declared_id("Its name, such as `community.lives_alone`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    basis: str = column("basis", "What it usually rests on.")
    visits: str = column("visits", "The rule of visits that follows; empty for none.")
    months: int | None = column(
        "months", "The longest span before it must be set again; null: as long as the paper it rests on.", form="number"
    )
    sensitive: bool = column(
        "sensitive", "Whether it is off until the deployment switches it on with a legal basis.", form="boolean"
    )
    children: bool = column(
        "children", "Whether it is of children under fourteen, and asks for a guardian's agreement.", form="boolean"
    )
    open: bool = column("open", "Whether such needs can be set here.", form="boolean")
    legal_basis: str | None = column("legal_basis", "The legal basis on which this deployment has switched a sensitive kind on.")
