"""Joining: reports of one matter go on as one event. The others end as joined, keep their numbers, and are answered with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.running import restart_clocks, stop_clocks
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.levels import desk_post
from wangge_core.events.stage_tasks import WITH_EVENT, give_part_tasks
from wangge_core.rights.viewers import SYSTEM_VIEWER, HeldPost, Viewer
from wangge_core.steering.chasing import ask_chases_again
from wangge_core.steering.reassigning import give_stage_task
from wangge_core.steering.requests import lapse
from wangge_core.steering.steering import MOST_NOTE, Steered, Steering, record, steered, why_not_running
from wangge_core.tasks.giving import end_tasks

MOST_JOINED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Steering):
    """The events that tell of the same matter as the one that goes on."""

    events: tuple[int, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation(Steering):
    """That a joined event is a matter of its own after all."""

    note: str | None = None


async def lock_in_order(work: Work, event_ids: Iterable[int]) -> None:
    """Lock events by ascending key, so that two who join the other way round wait for each other and not for ever."""
    if not work.on_sqlite:
        ids = sorted(set(event_ids))
        await work.rows(sa.select(t.event.c.id).where(t.event.c.id.in_(ids)).order_by(t.event.c.id).with_for_update())


async def join_events(work: Work, viewer: Viewer, requests: Sequence[Join]) -> list[Outcome]:
    """Join events to another; for the desk of the level of every one of them, or of a level above."""
    return [await _join(work, viewer, request) for request in requests]


async def _join(work: Work, viewer: Viewer, request: Join) -> Outcome:
    if len(request.events) > MOST_JOINED:
        return refused("TOO_MANY", "events", most=MOST_JOINED)
    await lock_in_order(work, [request.event_id, *request.events])
    main = await steered(work, viewer, request)
    if isinstance(main, Outcome):
        return main
    post = desk_post(main.situation, viewer)
    if post is None:
        return refused("DESK_ONLY")
    if stopped := why_not_running(main, emergency=False):
        return Outcome(refusals=(stopped,))
    others: list[Steered] = []
    found = list(check_optional_text(request.note, "note", most=MOST_NOTE))
    if not request.events:
        found.append(refusal("REQUIRED", "events"))
    for index, id in enumerate(sorted(set(request.events))):
        other = await _other(work, viewer, main, id, f"events.{index}")
        if isinstance(other, Steered):
            others.append(other)
        else:
            found.append(other)
    if found:
        return Outcome(refusals=tuple(found))
    await _write(work, viewer, post, main, others, request.note)
    return Outcome(id=main.id)


async def _other(work: Work, viewer: Viewer, main: Steered, id: int, field: str) -> Steered | Refusal:
    """An event that may be joined, or why it may not."""
    if id == main.id:
        return refusal("JOIN_TO_ITSELF", field)
    other = await steered(work, viewer, Steering(event_id=id))
    if isinstance(other, Outcome):
        return refusal("NOT_FOUND", field, what="Event", id=id)
    if desk_post(other.situation, viewer) is None:
        return refusal("DESK_ONLY", field)
    if stopped := why_not_running(other, emergency=False):
        return refusal(stopped.code, field, **stopped.values)
    if await _refers(work, t.event.c.joined_to_id, id):
        return refusal("JOIN_HAS_OTHERS", field)
    if await _refers(work, t.event.c.part_of_id, id):
        return refusal("JOIN_HAS_PARTS", field)
    if await _hidden(work, other) or await _hidden(work, main):
        return refusal("JOIN_HIDDEN", field)
    return other


async def _refers(work: Work, column: sa.ColumnElement[int], id: int) -> bool:
    return await work.first(sa.select(t.event.c.id).where(column == id).limit(1)) is not None


async def _hidden(work: Work, event: Steered) -> bool:
    """Complaints are joined with nothing: who may see one may not see the other."""
    return bool(await work.value(sa.select(t.event_kind.c.hidden_from_grid).where(t.event_kind.c.id == event.row.kind_id)))


async def _write(work: Work, viewer: Viewer, post: HeldPost, main: Steered, others: Sequence[Steered], note: str | None) -> None:
    for other in others:
        await stop_clocks(work, other.id)
        await lapse(work, other.id)
        await end_tasks(work, other.id, WITH_EVENT, done=False)
        values = {
            "joined_to_id": main.id,
            "closed": True,
            "closed_at": work.now,
            "deferred_until": None,
            "stage_due_at": None,
            "whole_due_at": None,
        }
        answers = {"to": {"event": main.id}, "note": note}
        await record(work, viewer, other, HistoryEntryKind.JOINED, post, answers=answers, values=values)
    times = main.row.times_reported + sum(other.row.times_reported for other in others)
    answers = {"events": [{"event": other.id} for other in others], "note": note}
    await record(work, viewer, main, HistoryEntryKind.JOINED, post, answers=answers, values={"times_reported": times})


async def separate_events(work: Work, viewer: Viewer, requests: Sequence[Separation]) -> list[Outcome]:
    """Separate joined events again: they go on where they stood; for the desk of their level, or of one above."""
    return [await _separate(work, viewer, request) for request in requests]


async def _separate(work: Work, viewer: Viewer, request: Separation) -> Outcome:
    joined_to = await work.value(sa.select(t.event.c.joined_to_id).where(t.event.c.id == request.event_id))
    await lock_in_order(work, [request.event_id] if joined_to is None else [request.event_id, joined_to])
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = desk_post(event.situation, viewer)
    if post is None:
        return refused("DESK_ONLY")
    if not event.situation.joined:
        return refused("EVENT_NOT_JOINED")
    if found := tuple(check_optional_text(request.note, "note", most=MOST_NOTE)):
        return Outcome(refusals=found)
    main = await steered(work, SYSTEM_VIEWER, Steering(event_id=event.row.joined_to_id))
    assert isinstance(main, Steered)
    due = await restart_clocks(work, event.id, event.row.closed_at)
    values = {"joined_to_id": None, "closed": False, "closed_at": None, **due._asdict()}
    answers = {"from": {"event": main.id}, "note": request.note}
    await record(work, viewer, event, HistoryEntryKind.SEPARATED, post, answers=answers, values=values)
    await give_stage_task(work, event, post, due.stage_due_at)
    await give_part_tasks(work, event.state, due.stage_due_at, post.id)
    await ask_chases_again(work, event)
    times = main.row.times_reported - event.row.times_reported
    told = {"events": [{"event": event.id}], "note": request.note}
    await record(work, viewer, main, HistoryEntryKind.SEPARATED, post, answers=told, values={"times_reported": times})
    return Outcome(id=event.id)
