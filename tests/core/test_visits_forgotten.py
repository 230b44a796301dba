"""Whom visits were of and where patrols went is forgotten after a time; that the work was done stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from operating import done
from towns import Town
from wangge_core.data_care.periods import Periods
from wangge_core.data_care.retention import retain
from wangge_core.db import tables as t
from wangge_core.ledger.checklists import Checklist
from wangge_core.ledger.patrols import record_patrols
from wangge_core.ledger.targets import Target, TargetSort
from wangge_core.ledger.visits import record_visits
from worked import a_patrol, a_visit, track, worker

pytestmark = pytest.mark.anyio


async def run(town: Town) -> dict[str, int]:
    found = await retain(town.deployment.read, town.deployment.write, Periods(), dry=False, progress=lambda *_: None)
    return {one.name: one.done for one in found if one.done}


async def test_whom_old_visits_were_of_is_forgotten_and_of_children_sooner(town: Town) -> None:
    me = await worker(town)
    learned = await a_visit(town, checklist=Checklist(contact_right=True))
    of_person = replace(learned, target=Target(sort=TargetSort.PERSON, id=town.person))
    household, person = await done(town, record_visits, learned, of_person, by=me)
    assert await run(town) == {}
    async with town.deployment.write() as work:
        await work.run(sa.update(t.visit).values(started_at=work.now - timedelta(days=300)))
    assert await run(town) == {}
    async with town.deployment.write() as work:
        await work.run(sa.update(t.person).values(born_on=work.today - timedelta(days=3000)))
    assert await run(town) == {"visits": 1}
    async with town.deployment.write() as work:
        kept = {row.id: row for row in await work.rows(sa.select(t.visit))}
        await work.run(sa.update(t.visit).values(started_at=work.now - timedelta(days=800)))
    assert (kept[person].person_id, kept[person].checklist, kept[person].outcome) == (None, None, "MET")
    assert kept[household].checklist == {"contactRight": True}
    assert await run(town) == {"visits": 1}
    assert await run(town) == {}


async def test_tracks_are_forgotten_and_their_minutes_stay(town: Town) -> None:
    me, whole = await worker(town), await a_patrol(town)
    walked = replace(whole, points=track(whole.started_at, (0, 0.5, 0.5), (4, 0.5, 0.5)))
    await done(town, record_patrols, walked, by=me)
    async with town.deployment.write() as work:
        for row in await work.rows(sa.select(t.patrol_point)):
            await work.run(sa.update(t.patrol_point).where(t.patrol_point.c.id == row.id).values(at=row.at - timedelta(days=31)))
    assert await run(town) == {"patrol_points": 2}
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.patrol.c.minutes_counted)) == 4
