"""Workflows as plugins declare them: stages, moves and what each asks for."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.details import DataClass
from wangge_core.plugin.drawing import flow_chart
from wangge_schema.reading.declare import column, computed, need, planned, to_many
from wangge_schema.reading.sources import Reader
from wangge_schema.types.declared import DECLARED_FILTERS, ORDERS, available_field, declared_id, plugin_field
from wangge_schema.types.limits import Clock, KindLimit
from wangge_schema.types.nodes import label_field


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
