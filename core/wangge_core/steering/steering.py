"""Steering: what all that is done with a running event beside its moves shares — reading it under its lock, who works on it, writing.

Each of these operations changes no stage, writes one entry of the history and tells the outbox of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.db.columns import instant_text
from wangge_core.db.work import Work
from wangge_core.deadlines.clocks import ClockedEvent
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.history import HistoryEntryKind, record_entry
from wangge_core.events.situations import Situation, acting_post
from wangge_core.events.states import State, locked_state
from wangge_core.plugin.definitions import StageDefinition
from wangge_core.rights.viewers import HeldPost, Viewer
from wangge_core.tasks.giving import NewTask

MOST_NOTE = 4000
STEERED = "event.steered"
"""The topic of all that is done with an event beside its moves and remarks; `what` says which entry of the history it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """What every request here begins with. `expected_version`, where given, is the version that was seen; another one is a conflict."""

    event_id: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Steered:
    """An event under its lock, with what decides about it."""

    state: State

    @property
    def row(self) -> sa.Row[Any]:
        return self.state.row

    @property
    def situation(self) -> Situation:
        return self.state.situation

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def stage(self) -> StageDefinition:
        return self.situation.definition.stage(self.row.stage)

    @property
    def sequence(self) -> int:
        """The sequence that the entry will have."""
        return self.row.version + 1

    @property
    def lead(self) -> sa.Row[Any] | None:
        """The post or office that leads the work now."""
        return next((one for one in self.state.at_work if one.lead), None)


async def steered(work: Work, viewer: Viewer, request: Steering) -> Steered | Outcome:
    """The event of a request; an outcome where it is not there for this viewer, or has changed."""
    state = await locked_state(work, viewer, request.event_id)
    if state is None:
        return refused("NOT_FOUND", "id", what="Event", id=request.event_id)
    event = Steered(state)
    if request.expected_version is not None and request.expected_version != event.row.version:
        stage = event.stage.label.in_language(viewer.language)
        return refused("EVENT_CHANGED", "expectedVersion", version=event.row.version, stage=stage)
    return event


async def record(
    work: Work,
    viewer: Viewer | None,
    event: Steered,
    kind: HistoryEntryKind,
    post: HeldPost | None,
    *,
    answers: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
) -> None:
    """Write the entry with what it changes, and tell the outbox."""
    kept = {name: _plain(one) for name, one in answers.items() if one not in (None, [])}
    await record_entry(
        work,
        event.row,
        kind,
        viewer=viewer,
        post_id=post.id if post else None,
        answers=kept,
        values=values,
        given=given,
    )
    tell(work, event.row, kind)


def _plain(answer: Any) -> Any:
    if isinstance(answer, datetime):
        return instant_text(answer)
    return answer.strip() if isinstance(answer, str) else answer


def tell(work: Work, row: sa.Row[Any], kind: HistoryEntryKind) -> None:
    work.announce(STEERED, row.id, row.grid_id, kind=row.kind_id, stage=row.stage, what=kind.value)


def why_not_running(event: Steered, *, emergency: bool = True, deferred: bool = True) -> Refusal | None:
    """Why nothing is done with an event: it ended, was joined to another, or, unless those may be, is an emergency or deferred."""
    if event.situation.joined:
        return refusal("EVENT_JOINED")
    if event.row.closed:
        return refusal("EVENT_ENDED")
    if not emergency and event.situation.definition.emergency:
        return refusal("EMERGENCY")
    until = event.row.deferred_until
    if not deferred and until is not None:
        return refusal("EVENT_DEFERRED", until=until.isoformat(timespec="minutes"))
    return None


def stage_worker(event: Steered, viewer: Viewer) -> HeldPost | None:
    """The post under which the viewer works on the event's present stage."""
    return acting_post(event.situation, set(event.stage.by), viewer)


def assigned_post(event: Steered, viewer: Viewer) -> HeldPost | None:
    """The post of the viewer to which the event was given, or to whose office; a partner's as well as the lead's."""
    situation = event.situation
    return next((post for post in viewer.posts if post.acts_as and is_given(situation, post)), None)


def is_given(situation: Situation, post: HeldPost) -> bool:
    return post.id in situation.post_ids or (post.office_id is not None and post.office_id in situation.office_ids)


def stage_lead(event: Steered, viewer: Viewer) -> HeldPost | None:
    """The post under which the viewer leads the work: the lead's where it can do this stage, or else any who works on it."""
    lead = event.lead
    if lead is None or not leads_stage(event):
        return stage_worker(event, viewer)
    mine = (post for post in viewer.posts if post.acts_as)
    return next((one for one in mine if one.id == lead.post_id or (one.office_id or 0) == lead.office_id), None)


def leads_stage(event: Steered) -> bool:
    """Whether the post or office that leads can act in a role of the present stage."""
    lead, roles, by = event.lead, event.situation.roles, set(event.stage.by)
    if lead is None:
        return False
    if lead.office_id is not None:
        return any(role in roles and roles[role].in_office for role in by)
    return lead.role_id in roles and bool(roles[lead.role_id].acts_as & by)


def holders(event: Steered) -> dict[str, Any]:
    """Who has the event, as a task is given: whoever leads it, where they can do this stage, or else the roles of the stage."""
    lead = event.lead
    if lead is None or not leads_stage(event):
        return {"role_ids": event.stage.by}
    return {"post_ids": (lead.post_id,)} if lead.post_id is not None else {"office_ids": (lead.office_id,)}


def new_task(event: Steered, post: HeldPost | None = None, **what: Any) -> NewTask:
    """A task about the event, put on somebody by a post."""
    row = event.row
    by = {"rule": f"{event.situation.definition.id}.{row.stage}", "asked_by_post_id": post.id if post else None}
    return NewTask(event_id=row.id, grid_id=row.grid_id, path=row.path, **by, **what)


def clocked(event: Steered) -> ClockedEvent:
    """The event as its clocks see it."""
    row = event.row
    return ClockedEvent(
        id=row.id,
        grid_id=row.grid_id,
        path=row.path,
        kind_id=row.kind_id,
        definition=event.situation.definition,
        limit=row.filed_limit,
        details=row.details,
        office_id=row.assignee_office_id,
    )


def check_later(value: datetime, now: datetime, field: str, *, days: int) -> list[Refusal]:
    """A moment must lie ahead, and not further than so many days."""
    if value <= now:
        return [refusal("MOMENT_NOT_LATER", field, than=instant_text(now))]
    return [refusal("MOMENT_TOO_FAR", field, days=days)] if value > now + timedelta(days=days) else []
