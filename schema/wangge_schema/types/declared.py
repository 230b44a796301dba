"""What plugins declare: grid types, roles, staffing templates, workflows and kinds. Their ids are their plain names."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.deadlines.limits import read_limits
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.details import DataClass
from wangge_core.plugin.declarations.kinds import Involvable, Priority
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.drawing import flow_chart
from wangge_schema.reading.declare import column, computed, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Filter, Reader
from wangge_schema.scalars import DateTime
from wangge_schema.types.nodes import label_field

for choice in (AnswerType, Capability, DataClass, Involvable, Priority, Level):
    enum_type(choice)

ORDERS = ("ordinal", "id")
DECLARED_FILTERS = {
    "id": Filter("text", lambda row: row.c.id, "By id."),
    "plugin": Filter("text", lambda row: row.c.plugin, "By the plugin that declares it."),
    "available": Filter("boolean", lambda row: row.c.available, "Whether its plugin is switched on."),
}


def declared_id(description: str) -> Any:
    return column("id", description)


def plugin_field() -> Any:
    return column("plugin", "The plugin that declares it; `local` for a local catalogue.")


def available_field() -> Any:
    return column("available", "False when its plugin is switched off; what was written under it still reads.", form="boolean")


@strawberry.type(description="The size rule of a grid type. A grid outside of a range is a warning, never an error.")
class SizeRule:
    least_households: int | None = strawberry.field(description="Households, at least.")
    most_households: int | None = strawberry.field(description="Households, at most.")
    least_people: int | None = strawberry.field(description="People, at least.")
    most_people: int | None = strawberry.field(description="People, at most.")
    grids_are: str = strawberry.field(description="What one grid is where it is not counted in households; else empty.")


def _size(needs: dict[str, Any], reader: Reader) -> SizeRule:
    del reader
    size: dict[str, Any] = needs["size"]
    households, people = size["households"] or (None, None), size["people"] or (None, None)
    return SizeRule(
        least_households=households[0],
        most_households=households[1],
        least_people=people[0],
        most_people=people[1],
        grids_are=size["grids_are"],
    )


@strawberry.type(description="The name that a grid type gives to a level.")
class LevelName:
    level: Level = strawberry.field(description="The level.")
    label: str = strawberry.field(description="What this type calls it, in the viewer's language.")


def _level_names(needs: dict[str, Any], reader: Reader) -> list[LevelName]:
    names: dict[str, dict[str, str]] = needs["level_names"]
    return [LevelName(level=Level(level), label=label[reader.viewer.language]) for level, label in names.items()]


def _templates(needs: dict[str, Any], reader: Reader) -> list[str]:
    grid_type = reader.registry.grid_types.get(needs["id"])
    return [] if grid_type is None else [one.id for one in grid_type.staffing]


@planned(table=t.grid_type, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class GridType:
    """A kind of grid, from a plugin: towns, villages, sights, the sea and whatever integrators add."""

    id: strawberry.ID = declared_id("Its name, such as `urban`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    overlay: bool = column("overlay", "Whether it is for layers made of base grids.", form="boolean")
    size: SizeRule = computed("How large a grid of this type should be.", _size, size=need("size", "json"))
    level_names: list[LevelName] = computed(
        "What this type calls the levels that answer for a grid.", _level_names, level_names=need("level_names", "json")
    )
    staffing_ids: list[strawberry.ID] = computed(
        "The staffing templates that a grid of this type can choose; the first is the default.", _templates, id=need("id")
    )


@planned(table=t.role, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class Role:
    """A template of posts: who does the work, at which level, and with what rights."""

    id: strawberry.ID = declared_id("Its name, such as `community.grid_worker`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    level: Level = column("level", "Where such a post is held.")
    duty: str = column("duty", "What its holder does, in a sentence.")
    may: list[Capability] = column("may", "What its holder may do within the post's grid.", form="json")
    acts_as: list[strawberry.ID] = column("acts_as", "The roles whose part in a workflow its holder may take.", form="json")


@planned(table=t.staffing, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class Staffing:
    """A staffing template: which posts a grid or a desk should have."""

    id: strawberry.ID = declared_id("Its name, such as `urban.one_five_n`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    level: Level = column("level", "Where its posts are held.")
    positions: "list[StaffingPosition]" = to_many("staffing_id", "Its lines.", order="ordinal")


@planned(table=t.staffing_position, data_class=DataClass.PUBLIC)
class StaffingPosition:
    """One line of a staffing template."""

    role: Role = to_one("role_id", "The role.")
    least: int = column("least", "How many posts at least.", form="number")
    most: int | None = column("most", "How many posts at most; null means no limit.", form="number")
    per: str = column("per", "Of what: grid, building, shift …")


@strawberry.type(description="How the time of a stage is counted.")
class Clock:
    kind: str = strawberry.field(
        description="CONTINUOUS, WORKING_HOURS, WORKING_DAYS, CALENDAR_DAYS, BY_KIND (the limit of the event's kind), BY_PLAN or BY_DETAIL."
    )
    amount: int | None = strawberry.field(description="Seconds for CONTINUOUS, else hours or days; null where the clock has none.")


def _clock(needs: dict[str, Any], reader: Reader) -> Clock | None:
    del reader
    clock: dict[str, Any] | None = needs["clock"]
    return None if clock is None else Clock(kind=clock["kind"], amount=clock.get("amount"))


@planned(table=t.workflow_stage, data_class=DataClass.PUBLIC)
class WorkflowStage:
    """Where an event can stand."""

    name: str = column("name", "Its name within the workflow.")
    label: str = label_field()
    final: bool = column("final", "Whether it ends the event.", form="boolean")
    clock: Clock | None = computed("How long it may take; none for a final stage.", _clock, clock=need("clock", "json"))


@strawberry.type(description="One of the values that a CHOICE takes.")
class AskOption:
    name: str = strawberry.field(description="What to answer.")
    label: str = strawberry.field(description="What to show, in the viewer's language.")


@strawberry.type(description="One thing that a move asks for. Draw a form field from it.")
class MoveAsk:
    name: str = strawberry.field(description="The name under which to answer.")
    label: str = strawberry.field(description="What to show, in the viewer's language.")
    type: AnswerType = strawberry.field(description="The form of the answer.")
    required: bool = strawberry.field(description="Whether the move is refused without it.")
    at_least: int = strawberry.field(description="How many items an answer that is a list must have.")
    options: list[AskOption] = strawberry.field(description="The values of a CHOICE; empty for all else.")
    must_be_yes: bool = strawberry.field(description="Whether a FLAG must be true, such as the consent of both parties.")
    nearest_on_duty: bool = strawberry.field(
        description="Whether it may be left out, and the nearest post on duty is given the event then."
    )
    each_a_part: bool = strawberry.field(description="Whether everybody named has a part of their own to finish.")
    may_precede: bool = strawberry.field(description="Whether a DATE_TIME may lie before the event happened.")
    limits: "list[KindLimit]" = strawberry.field(
        description="Of an available move: the limits of the kind, of which a LIMIT names one. Where there are several it is needed."
    )


@strawberry.type(description="A step from one stage to another, as the workflow has it.")
class WorkflowMove:
    move: str = strawberry.field(description="Its name.")
    label: str = strawberry.field(description="What to show, in the viewer's language.")
    sources: list[str] = strawberry.field(description="The stages that it leaves.")
    to: str | None = strawberry.field(
        description="The stage that it leads to; null when it goes back to where the event came from."
    )
    by: list[strawberry.ID] = strawberry.field(description="The roles that may make it; also `reporter`, `party` and `system`.")
    asks: list[MoveAsk] = strawberry.field(description="What it asks for.")


def asks_of(move: Any, language: str, limits: "Sequence[KindLimit]" = ()) -> list[MoveAsk]:
    return [
        MoveAsk(
            name=ask.name,
            label=ask.label.in_language(language),
            type=ask.type,
            required=ask.required,
            at_least=ask.at_least,
            options=[AskOption(name=one.name, label=one.label.in_language(language)) for one in ask.options],
            must_be_yes=ask.must_be_yes,
            nearest_on_duty=ask.nearest_on_duty,
            each_a_part=ask.each_a_part,
            may_precede=ask.may_precede,
            limits=list(limits) if ask.type is AnswerType.LIMIT else [],
        )
        for ask in move.asks
    ]


def _moves(needs: dict[str, Any], reader: Reader) -> list[WorkflowMove]:
    language = reader.viewer.language
    return [
        WorkflowMove(
            move=move.name,
            label=move.label.in_language(language),
            sources=list(move.sources),
            to=move.to,
            by=[strawberry.ID(role) for role in move.by],
            asks=asks_of(move, language),
        )
        for move in reader.definitions[needs["version"]].moves
    ]


def _mermaid(needs: dict[str, Any], reader: Reader) -> str:
    return flow_chart(reader.definitions[needs["version"]], reader.viewer.language)


_current = (
    sa.select(t.workflow, t.workflow_version.c.id.label("version_id"))
    .join(t.workflow_version, sa.and_(t.workflow_version.c.workflow_id == t.workflow.c.id, t.workflow_version.c.current))
    .subquery("current_workflow")
)


@planned(table=_current, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class Workflow:
    """The stages that an event of some kind goes through, and the moves between them; the version that new events start under."""

    id: strawberry.ID = declared_id("Its name, such as `community.three_loops`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    stages: list[WorkflowStage] = to_many(
        lambda row, stage, _: stage.c.workflow_version_id == row.c.version_id,
        "Its stages; the first is where events start.",
        order="ordinal",
    )
    moves: list[WorkflowMove] = computed("Its moves.", _moves, version=need("version_id", "number"))
    mermaid: str = computed(
        "A drawing of it in Mermaid's language, labelled for the viewer.", _mermaid, version=need("version_id", "number")
    )


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


@strawberry.type(
    description="How long events of a kind may take under a filing condition. What its workflow's clock by kind follows."
)
class KindLimit:
    name: str = strawberry.field(description="Its name within the kind; answer it where a move asks for a LIMIT.")
    label: str = strawberry.field(description="The filing condition, in the viewer's language where there is a translation.")
    clock: Clock = strawberry.field(description="How long.")
    closed_when: str = strawberry.field(
        description="What must be so before such an event is closed, in Chinese; empty where nothing is said."
    )


def _limits(needs: dict[str, Any], reader: Reader) -> list[KindLimit]:
    return shown_limits(needs["limits"], reader.viewer.language)


def shown_limits(stored: object, language: str) -> list[KindLimit]:
    """The limits that a kind keeps, as they are shown."""
    return [
        KindLimit(
            name=limit.name,
            label=limit.label.in_language(language),
            clock=Clock(kind=limit.clock.kind, amount=limit.clock.amount or None),
            closed_when=limit.closed_when,
        )
        for limit in read_limits(stored)
    ]


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
