"""Splitting: a matter that is several becomes parts, each an event of its own with its own workflow; the whole goes on beside them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.assignments import Given
from wangge_core.events.history import HistoryEntryKind, situation_of
from wangge_core.events.kinds import kinds_in_use
from wangge_core.events.levels import desk_post
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, EventSource, Origin
from wangge_core.events.situations import Situation
from wangge_core.events.workflows import current_versions
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.definitions import WorkflowDefinition
from wangge_core.rights.viewers import SYSTEM_VIEWER, HeldPost, Viewer
from wangge_core.steering.reassigning import check_assignees, give_to
from wangge_core.steering.steering import MOST_NOTE, Steered, Steering, record, steered, why_not_running

MOST_PARTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPart:
    """A part: what it is about, of the same kind unless another is named, and to whom its first stage is given, where to somebody.

    `details` are those of its kind; a part of the same kind takes over those of the whole where none are given.
    """

    description: str
    kind_id: str | None = None
    details: Any = None
    assignees: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Steering):
    """The parts."""

    parts: tuple[NewPart, ...]
    note: str | None = None


async def split_events(work: Work, viewer: Viewer, requests: Sequence[Split]) -> list[Outcome]:
    """Split events into parts; for the desk of the level, or of one above."""
    return [await _split(work, viewer, request) for request in requests]


async def _split(work: Work, viewer: Viewer, request: Split) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = desk_post(event.situation, viewer)
    if post is None:
        return refused("DESK_ONLY")
    if stopped := why_not_running(event, emergency=False, deferred=False):
        return Outcome(refusals=(stopped,))
    if event.row.part_of_id is not None:
        return refused("SPLIT_OF_PART")
    if not request.parts:
        return refused("REQUIRED", "parts")
    if len(request.parts) > MOST_PARTS:
        return refused("TOO_MANY", "parts", most=MOST_PARTS)
    found = list(check_optional_text(request.note, "note", most=MOST_NOTE))
    found += await _check_hidden(work, event, request.parts)
    for index, part in enumerate(request.parts):
        found += await _check_given(work, event, part, f"parts.{index}.assignees")
    if found:
        return Outcome(refusals=tuple(found))
    async with work.attempt() as take_back:
        return await _write(work, viewer, event, post, request, take_back)


async def _check_hidden(work: Work, event: Steered, parts: Sequence[NewPart]) -> list[Refusal]:
    """A part of what is kept from the grid is kept from it too: it would tell there who complained."""
    kind, kinds = t.event_kind, [part.kind_id or event.row.kind_id for part in parts]
    hidden = {row.id for row in await work.rows(sa.select(kind.c.id).where(kind.c.hidden_from_grid))}
    if event.row.kind_id not in hidden:
        return []
    return [refusal("SPLIT_HIDDEN", f"parts.{index}.kindId") for index, id in enumerate(kinds) if id not in hidden]


async def _check_given(work: Work, event: Steered, part: NewPart, field: str) -> list[Refusal]:
    """What is wrong with giving the first stage of the part's workflow to these; a kind that is not there is refused with its report."""
    if not part.assignees:
        return []
    kind_id = part.kind_id or event.row.kind_id
    kind = (await kinds_in_use(work, [kind_id])).get(kind_id)
    version = (await current_versions(work, [kind.workflow])).get(kind.workflow) if kind else None
    if version is None:
        return []
    start = _beginning(work, event, version.definition)
    return await check_assignees(work, start, kind_id, part.assignees, field)


def _beginning(work: Work, event: Steered, definition: WorkflowDefinition) -> Situation:
    """The situation of a part right after it began."""
    return situation_of(
        definition,
        stage=definition.start.name,
        path=event.row.path,
        reporter_id=event.row.reporter_id,
        steps=(),
        roles=work.rules.registry.roles,
    )


async def _write(
    work: Work, viewer: Viewer, event: Steered, post: HeldPost, request: Split, take_back: Callable[[], Awaitable[None]]
) -> Outcome:
    """Report the parts, all or none, and tie them to the whole."""
    outcomes = await report_events(work, viewer, [_report(event, part) for part in request.parts])
    refusals = [_of_part(index, one) for index, outcome in enumerate(outcomes) for one in outcome.refusals]
    if refusals:
        await take_back()
        return Outcome(refusals=tuple(refusals))
    ids = [outcome.id for outcome in outcomes if outcome.id is not None]
    for id, part in zip(ids, request.parts, strict=True):
        await _tie(work, viewer, event, post, id, part)
    answers = {"parts": [{"event": id} for id in ids], "note": request.note}
    await record(work, viewer, event, HistoryEntryKind.SPLIT, post, answers=answers)
    return Outcome(id=event.id)


def _report(event: Steered, part: NewPart) -> EventReport:
    row = event.row
    same = part.kind_id in (None, row.kind_id)
    return EventReport(
        kind_id=part.kind_id or row.kind_id,
        description=part.description,
        grid_id=row.grid_id,
        building_id=row.building_id,
        place_id=row.place_id,
        longitude=row.longitude,
        latitude=row.latitude,
        occurred_at=row.occurred_at,
        source=EventSource(row.source),
        priority=Priority(row.priority),
        details=row.details if same and part.details is None else part.details,
        origin=Origin(part_of_id=event.id),
        person_reported=True,
    )


def _of_part(index: int, found: Refusal) -> Refusal:
    """A refusal of a report as one of the part."""
    if not found.field:
        return found
    return refusal(found.code, f"parts.{index}.{found.field}", **found.values)


async def _tie(work: Work, viewer: Viewer, event: Steered, post: HeldPost, id: int, part: NewPart) -> None:
    """The part knows its whole, belongs to whoever reported that, and goes to whom it is given."""
    made = await steered(work, SYSTEM_VIEWER, Steering(event_id=id))
    assert isinstance(made, Steered)
    values = {"reporter_id": event.row.reporter_id}
    answers = {"of": {"event": event.id}}
    if part.assignees:
        await give_to(work, viewer, made, post, HistoryEntryKind.SPLIT, part.assignees, answers, values)
    else:
        await record(work, viewer, made, HistoryEntryKind.SPLIT, post, answers=answers, values=values)
