"""Casework, driven: random lives of events through every shipped workflow, each step held against what must be.

No dead end, no forbidden move accepted, a history that replays to the present state, deadlines that never run while they wait.
`WANGGE_DRIVEN_SEED=123` runs the life of one seed; `WANGGE_DRIVEN=5000` says how many lives the long run has.
"""

import os

import pytest
import sqlalchemy as sa

import samples
from driven_town import DrivenTown
from driving import Drive
from operating import done
from steered import (
    GRIDS,
    administrator,
    ahead,
    at_offices,
    entries,
    head,
    moved,
    open_tasks,
    reported,
    specialist,
)
from towns import PHOTOGRAPH, Town
from wangge_core.db import tables as t
from wangge_core.events.replay import check_replay
from wangge_core.plugin.definitions import DetailsDefinition
from wangge_core.steering.chasing import Chase, chase_events
from wangge_core.steering.joining import Join, Separation, join_events, separate_events
from wangge_core.steering.reassigning import Reassignment, reassign_events

pytestmark = pytest.mark.anyio
PARTS = 2
"""Of the short run: tests on each database. Together they live one life of every workflow."""
LONG = int(os.environ.get("WANGGE_DRIVEN", "2000"))
LONG_PARTS = 40
ONE = os.environ.get("WANGGE_DRIVEN_SEED")


async def driven(town: Town, seeds: range) -> Drive:
    """Live the lives of these seeds."""
    drive = Drive(DrivenTown(town))
    await drive.town.fill()
    for seed in [int(ONE)] if ONE else seeds:
        await drive.life(seed)
    print(dict(sorted(drive.told.items())))
    async with town.deployment.read() as work:
        assert (await check_replay(work))[1] == []
    return drive


@pytest.mark.parametrize("part", range(1 if ONE else PARTS))
async def test_events_of_every_workflow_live_as_they_must(town: Town, part: int) -> None:
    workflows = len(town.deployment.rules.registry.workflows)
    seeds = range(part, workflows, PARTS)
    drive = await driven(town, seeds)
    assert drive.told["ended"] == (1 if ONE else len(seeds))


async def test_what_posts_of_no_office_had_is_taken_up_by_any_office_at_a_stage_of_offices(town: Town) -> None:
    id = await reported(town, "community.project", details=samples.first(_details(town, "community.project")))
    chief, chair = await town.viewer("community.grid_chief", GRIDS["urban"]), await head(town)
    await done(town, reassign_events, Reassignment(event_id=id, assignees=((chair.post_ids[0], None),)), by=chair)
    photo = [{"attachment": PHOTOGRAPH}]
    await moved(town, chair, id, "fix_at_once", note="filled in", photo_after=photo)
    await moved(town, chief, id, "mend", reason="it came loose")
    assert ("HANDLE", ("community.department_specialist",)) in await open_tasks(town, id)
    await moved(town, await specialist(town), id, "finish", photo_after=photo, cost_fen=120_000)
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.project.c.cost_fen).where(t.project.c.event_id == id)) == 120_000
    assert (await entries(town, id))[-1] == "MOVED"


async def test_a_separated_event_asks_for_its_open_parts_and_answers_again(town: Town) -> None:
    id, main = await at_offices(town, "water_works", "housing"), await at_offices(town, "water_works")
    by = await administrator(town)
    await done(town, chase_events, Chase(event_id=id, note="how far is it?", answer_due_at=ahead(1)), by=by)
    before = await open_tasks(town, id)
    assert {kind for kind, _ in before} == {"HANDLE", "DO_PART", "ANSWER_CHASE"}
    await done(town, join_events, Join(event_id=main, events=(id,)), by=by)
    assert await open_tasks(town, id) == []
    await done(town, separate_events, Separation(event_id=id), by=by)
    assert sorted(await open_tasks(town, id)) == sorted(before)


def _details(town: Town, kind: str) -> DetailsDefinition:
    found = town.deployment.rules.registry.event_kinds[kind].details
    assert found is not None
    return found


@pytest.mark.long
@pytest.mark.parametrize("part", range(LONG_PARTS))
async def test_events_live_as_they_must_for_long(town: Town, part: int) -> None:
    each = LONG // 2 // LONG_PARTS
    drive = await driven(town, range(1000 + part * each, 1000 + (part + 1) * each))
    assert drive.told["move"] > each  # two in a life, on average
    assert drive.told["forbidden"] > each / 4
    assert drive.told["move refused"] < drive.told["move"]
