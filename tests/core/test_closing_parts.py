"""What becomes of the parts of a matter when the whole ends: settled with it, or let go, as its workflow says."""

from typing import Any

import pytest
import sqlalchemy as sa

import samples
from operating import done, tried
from steered import COMMUNITY, DISTRICT, GRIDS, administrator, ahead, entries, event_row, moved, open_tasks
from towns import Town
from wangge_core.db import tables as t
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.events.states import locked_state
from wangge_core.moves.closing import close_parts
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer
from wangge_core.steering.deferring import DeferralRequest, Resumption, ask_deferrals, decide_deferrals, resume_events
from wangge_core.steering.requests import Decision
from wangge_core.steering.splitting import NewPart, Split, split_events

pytestmark = pytest.mark.anyio
COMPLAINT, DISPUTE = "community.service_complaint", "community.dispute"
DECLINE = {"reason": "not ours", "referral": "the court"}


async def above(town: Town) -> Viewer:
    return await town.viewer("community.district_administrator", DISTRICT)


async def split(town: Town, kind: str, by: Viewer) -> tuple[int, list[int]]:
    """A matter with two parts."""
    definition = town.deployment.rules.registry.event_kinds[kind].details
    party = Involved(role="party", sort=Involvable.PERSON, id=town.person)
    whole = EventReport(
        kind_id=kind,
        description="several things at once",
        grid_id=town.grids[GRIDS["urban"]],
        details=samples.first(definition) if definition else None,
        involved=(party,) if kind == DISPUTE else (),
    )
    (id,) = await done(town, report_events, whole)
    parts = tuple(NewPart(description=text) for text in ("nobody came", "nobody called"))
    await done(town, split_events, Split(event_id=id, parts=parts), by=by)
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.event.c.id).where(t.event.c.part_of_id == id).order_by(t.event.c.id))
    return id, [row.id for row in rows]


async def requests_of(town: Town, id: int) -> list[str]:
    async with town.deployment.read() as work:
        return [row.state for row in await work.rows(sa.select(t.event_request.c.state).where(t.event_request.c.event_id == id))]


async def test_a_part_that_rests_is_settled_with_the_whole_and_rests_no_more(town: Town) -> None:
    id, (resting, waiting) = await split(town, COMPLAINT, await administrator(town))
    for part in (resting, waiting):
        ask = DeferralRequest(event_id=part, reason="the witness is away", until=ahead(9))
        await done(town, ask_deferrals, ask, by=await administrator(town))
    await done(town, decide_deferrals, Decision(event_id=resting, granted=True), by=await above(town))
    await moved(town, await above(town), id, "decline", **DECLINE)
    for part in (resting, waiting):
        row: Any = await event_row(town, part)
        assert (row.stage, row.closed, row.deferred_until, row.stage_due_at) == ("closed", True, None, None)
        assert await open_tasks(town, part) == []
        assert (await entries(town, part))[-1] == "MOVED"
    assert await requests_of(town, waiting) == ["LAPSED"]
    assert await tried(town, resume_events, Resumption(event_id=resting), by=await above(town)) == [": EVENT_NOT_DEFERRED"]


async def test_a_part_that_has_ended_meanwhile_keeps_the_end_that_it_has(town: Town) -> None:
    id, (ended, still) = await split(town, COMPLAINT, await administrator(town))
    async with town.deployment.write() as work:
        whole = await locked_state(work, SYSTEM_VIEWER, id)
        assert whole is not None and whole.children == (ended, still)
        decline = EventMoveRequest(event_id=ended, move="decline", answers=DECLINE)
        (outcome,) = await move_events(work, await above(town), [decline])
        assert outcome.accepted
        await close_parts(work, whole)
    assert [(await event_row(town, part)).stage for part in (ended, still)] == ["not_accepted", "closed"]


async def test_parts_are_let_go_where_the_workflow_says_so(town: Town) -> None:
    head = await town.viewer("community.community_head", COMMUNITY)
    id, parts = await split(town, DISPUTE, head)
    async with town.deployment.write() as work:
        whole = await locked_state(work, SYSTEM_VIEWER, id)
        assert whole is not None
        await close_parts(work, whole)
    for part in parts:
        row: Any = await event_row(town, part)
        assert (row.part_of_id, row.closed) == (None, False)
        assert (await entries(town, part))[-1] == "RELEASED"
