"""Field work from offline: check-ins of a campaign, and a patrol that is begun, walked and ended in one call."""

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from campaigned import a_campaign, figures, people, targets
from clockwork import run_timers
from steered import worker
from towns import GRIDS, Town
from wangge_core.campaigns.checking_in import CheckIn, CheckIns
from wangge_core.campaigns.outcomes import ExceptionReason, TargetState
from wangge_core.db import tables as t
from wangge_core.ledger.entries import PatrolKind
from wangge_core.ledger.patrol_requests import NewPatrol, PatrolEnd, PatrolPoints
from wangge_core.ledger.tracks import TrackPoint
from wangge_core.rights.viewers import Viewer
from wangge_core.sync.changes import Answer, Change, Queue, SyncMend, SyncStatus
from wangge_core.sync.syncing import sync

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def posts_are_held_for_long(town: Town) -> None:
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).values(starts_at=work.now - timedelta(days=60)))


async def sent(town: Town, viewer: Viewer, *changes: Change) -> list[Answer]:
    queue = Queue(phone_now=town.deployment.clock(), changes=changes)
    answers = await sync(partial(town.deployment.write, viewer, "sync"), viewer, queue)
    assert isinstance(answers, list)
    return answers


async def test_check_ins_count_once_and_one_that_differs_is_told(town: Town) -> None:
    urban = await people(town, "urban", 3)
    campaign, by = await a_campaign(town), await worker(town)
    first, second = [one for one in await targets(town, campaign) if one.person_id in urban][:2]

    def checked(id: str, target: int, state: TargetState = TargetState.DONE) -> Change:
        reason = None if state is TargetState.DONE else ExceptionReason.DECLINED
        request = CheckIns(campaign_id=campaign, items=(CheckIn(target_id=target, state=state, reason=reason),))
        return Change(client_id=id, kind="campaignCheckIn", captured_at=town.deployment.clock(), request=request)

    changes = [checked("a", first.id), checked("b", second.id, TargetState.EXCEPTION), checked("c", 10**9)]
    for status in ("DONE", "ALREADY_DONE"):
        answers = await sent(town, by, *changes)
        assert [one.status.name for one in answers] == [status, status, "REFUSED"]
    assert [one.code for one in answers[2].refusals] == ["NOT_ON_LIST"]
    (differs,) = await sent(town, by, checked("d", first.id, TargetState.EXCEPTION))
    assert (differs.status.name, [one.code for one in differs.refusals]) == ("CONFLICT", ["SYNC_DIFFERS"])
    assert differs.thing is not None
    assert (differs.thing.type, differs.thing.id) == ("CampaignTarget", first.id)
    assert sum(one[2] for one in (await figures(town, campaign)).values()) == 1


async def test_what_was_checked_in_before_the_end_counts_after_it_until_the_results_go(town: Town) -> None:
    await people(town, "urban", 3)
    by, began = await worker(town), town.deployment.clock()
    campaign = await a_campaign(town, ends_at=began + 2 * MINUTE, keep_days=1)
    listed = [one.id for one in await targets(town, campaign) if one.of_grid == GRIDS["urban"]]

    def checked(target: int, minute: int) -> Change:
        request = CheckIns(campaign_id=campaign, items=(CheckIn(target_id=target),))
        return Change(client_id=f"{target}.{minute}", kind="campaignCheckIn", captured_at=began + minute * MINUTE, request=request)

    changes = [checked(listed[0], 1), checked(listed[1], 3)]
    later = began + 10 * MINUTE
    town.deployment.clock = lambda: later
    for ended in (False, True):
        if ended:
            await run_timers(town)
        answers = await sent(town, by, *changes)
        assert [[one.code for one in answer.refusals] for answer in answers] == [[], ["CAMPAIGN_ENDED"]], ended
    assert (await figures(town, campaign))[GRIDS["urban"]][2] == 1
    forgotten = later + timedelta(days=2)
    town.deployment.clock = lambda: forgotten
    await run_timers(town)
    (answer,) = await sent(town, by, checked(listed[2], 1))
    assert [one.code for one in answer.refusals] == ["CAMPAIGN_ENDED"]
    assert (answer.status, answer.mend) == (SyncStatus.CONFLICT, SyncMend.LOOK_AGAIN), "nothing in it is to be mended"


async def test_a_patrol_is_begun_walked_and_ended_in_one_call_in_any_order(town: Town) -> None:
    by, began = await worker(town), town.deployment.clock() - timedelta(hours=1)
    grid = town.grids[GRIDS["urban"]]
    points = tuple(TrackPoint(at=began + MINUTE * each, longitude=11.9 + each / 10_000, latitude=48.4) for each in range(31))
    changes = [
        Change(
            client_id="end",
            kind="patrolEnd",
            captured_at=began + MINUTE * 30,
            request=PatrolEnd(patrol_id=0, ended_at=began + MINUTE * 30),
            about="patrol",
            after=("track",),
        ),
        Change(
            client_id="track",
            kind="patrolAddPoints",
            captured_at=began + MINUTE * 30,
            request=PatrolPoints(patrol_id=0, points=points),
            about="patrol",
        ),
        Change(
            client_id="patrol",
            kind="patrolStart",
            captured_at=began,
            request=NewPatrol(what=PatrolKind.PATROL, started_at=began, grid_id=grid),
        ),
    ]
    assert [one.status.name for one in await sent(town, by, *changes)] == ["DONE"] * 3
    assert [one.status.name for one in await sent(town, by, *changes[::-1])] == ["ALREADY_DONE"] * 3
    async with town.deployment.read() as work:
        patrol = await work.first(sa.select(t.patrol.c.minutes, t.patrol.c.client_key))
        count = await work.value(sa.select(sa.func.count()).select_from(t.patrol_point))
    assert patrol is not None
    assert (patrol.minutes, patrol.client_key, count) == (30, "patrol", 31)
