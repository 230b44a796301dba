"""Joint handling: every partner finishes its own part, or gives it up and says why; when none is open the lead goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refused
from wangge_core.events.assignments import part_changes
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.situations import PartState
from wangge_core.evidence.attachments import attach, check_attachments
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.viewers import HeldPost, Viewer
from wangge_core.steering.steering import MOST_NOTE, Steered, Steering, holders, new_task, record, steered, why_not_running
from wangge_core.tasks.giving import end_tasks, give_tasks

ROLE = "part"
ALL_ENDED = "各承办方的分项均已办结或退出 · Every part is done or given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFinish(Steering):
    """What was done, with photographs where there are some."""

    note: str | None = None
    attachments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartGivingUp(Steering):
    """Why a part cannot be done."""

    reason: str


async def finish_parts(work: Work, viewer: Viewer, requests: Sequence[PartFinish]) -> list[Outcome]:
    """Finish parts of joint handlings; for the post that has the part, and for members of the office that has it.

    Where that post has ended, for its office or for whoever acts in its role: to them its task fell.
    """
    return [await _finish(work, viewer, request) for request in requests]


async def _finish(work: Work, viewer: Viewer, request: PartFinish) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    found = list(check_optional_text(request.note, "note", most=MOST_NOTE))
    found += await check_attachments(work, viewer, request.attachments, "attachments")
    if stopped := await _end(work, viewer, event, PartState.DONE, request.note, found, request.attachments):
        return Outcome(refusals=tuple(stopped))
    return Outcome(id=event.id)


async def give_up_parts(work: Work, viewer: Viewer, requests: Sequence[PartGivingUp]) -> list[Outcome]:
    """Give up parts of joint handlings; for whoever has the part. The lead sees why."""
    return [await _give_up(work, viewer, request) for request in requests]


async def _give_up(work: Work, viewer: Viewer, request: PartGivingUp) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    found = list(check_text(request.reason, "reason", most=MOST_NOTE))
    if stopped := await _end(work, viewer, event, PartState.GIVEN_UP, request.reason, found):
        return Outcome(refusals=tuple(stopped))
    return Outcome(id=event.id)


async def _end(
    work: Work,
    viewer: Viewer,
    event: Steered,
    state: PartState,
    note: str | None,
    found: Sequence[Refusal],
    attachments: Sequence[int] = (),
) -> Sequence[Refusal]:
    """End the viewer's open part; why that is refused."""
    mine = _open_part(event, viewer) or await _inherited_part(work, event, viewer)
    if mine is None:
        return refused("PARTNER_ONLY").refusals
    if stopped := why_not_running(event):
        return [stopped]
    if found:
        return found
    part, post = mine  # its key stands in `sequence`, see states.py
    given = t.event_assignment
    told = note.strip() if note else None
    await work.run(sa.update(given).where(given.c.id == part.sequence).values(part_state=state.value, part_note=told))
    await attach(work, event.id, event.sequence, attachments, ROLE)
    done = state is PartState.DONE
    shown = [{"attachment": id} for id in dict.fromkeys(attachments)]
    await record(
        work,
        viewer,
        event,
        HistoryEntryKind.PART_DONE if done else HistoryEntryKind.PART_GIVEN_UP,
        post,
        answers={"note" if done else "reason": note, "attachments": shown},
        given=await part_changes(work, event.id),
    )
    await end_tasks(work, event.id, [TaskKind.DO_PART], done=done, **_who_had(part, post))
    await _tell_lead(work, event, post, part)
    return []


def _open_part(event: Steered, viewer: Viewer) -> tuple[sa.Row[Any], HeldPost] | None:
    """The open part that one of the viewer's posts has, or else its office, with that post."""
    parts = [one for one in event.state.at_work if one.part_state == PartState.OPEN.value]
    posts = [post for post in viewer.posts if post.acts_as]
    own = [(part, post) for part in parts for post in posts if part.post_id == post.id]
    of_office = [
        (part, post) for part in parts for post in posts if part.office_id is not None and part.office_id == post.office_id
    ]
    return next(iter([*own, *of_office]), None)


async def _inherited_part(work: Work, event: Steered, viewer: Viewer) -> tuple[sa.Row[Any], HeldPost] | None:
    """The open part of a post that has ended, and the viewer's post to which its task fell."""
    parts = {one.post_id: one for one in event.state.at_work if one.part_state == PartState.OPEN.value}
    ended, over = t.post, (post for post in viewer.posts if post.stands_over(event.row.path))
    columns = (ended.c.role_id, ended.c.office_id)
    left = await work.by_ids(columns, ended.c.id, filter(None, parts), ended.c.ends_at <= work.now) if viewer.posts else {}
    found = ((parts[id], post) for post in over for id, one in left.items() if _falls_to(one, post))
    return next(found, None)


def _falls_to(ended: sa.Row[Any], post: HeldPost) -> bool:
    """Whether the tasks of a post that has ended fall to this one, as `tasks/passing.py` has it."""
    return post.office_id == ended.office_id if ended.office_id is not None else ended.role_id in post.acts_as


def _who_had(part: sa.Row[Any], post: HeldPost) -> dict[str, Any]:
    """To whom the task of a part is addressed: to who has it, or to whom it fell."""
    if part.post_id is None or part.post_id == post.id:
        return {"post_ids": (part.post_id,)} if part.post_id is not None else {"office_ids": (part.office_id,)}
    heir = {"office_ids": (post.office_id,)} if post.office_id is not None else {"role_ids": (part.role_id,)}
    return {"post_ids": (part.post_id,), **heir}


async def _tell_lead(work: Work, event: Steered, post: HeldPost, ended: sa.Row[Any]) -> None:
    """When no partner's part is open any more, whoever leads is told to go on."""
    partners = (one for one in event.state.at_work if not one.lead and one.part_state == PartState.OPEN.value)
    if not ended.lead and all(one.sequence == ended.sequence for one in partners):
        await give_tasks(work, [new_task(event, post, kind=TaskKind.ACKNOWLEDGE, note=ALL_ENDED, **holders(event))])
