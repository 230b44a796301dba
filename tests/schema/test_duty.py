"""Duty: who is on shift takes what comes up, the nearest first; rosters are kept by who may, and a place is known for a day at most."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from operating import done, tried
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.handlers import HANDLERS
from wangge_core.jobs.worker import Worker
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.tasks.duty import distance, nearest_on_duty, on_duty
from wangge_core.tasks.shifts import CheckIn, NewShift, ShiftCancel, cancel_shifts, check_in, set_shifts

pytestmark = pytest.mark.anyio

WORKER, OFFICER, HEAD = "community.grid_worker", "community.information_officer", "community.community_head"
URBAN, RURAL = GRIDS["urban"], GRIDS["rural"]
HOUR = timedelta(hours=1)
HERE = (120.0, 30.0)
SET = """mutation($post: ID!, $from: DateTime!, $to: DateTime!) {
  shiftSet(input: {postId: $post, startsAt: $from, endsAt: $to}) { shift { id post { id } } userErrors { code field } } }"""


class Roster:
    """The urban grid with two workers, whose shifts and places are set."""

    def __init__(self, town: Town, second: int) -> None:
        self.town = town
        self.first, self.second = town.posts[f"{WORKER}@{URBAN}"], second
        self.now = town.deployment.clock()
        town.deployment.clock = lambda: self.now

    async def on(self, post: int, start: float, end: float) -> int:
        times = {"starts_at": self.now + start * HOUR, "ends_at": self.now + end * HOUR}
        (id,) = await done(self.town, set_shifts, NewShift(post_id=post, **times))
        return id

    async def at(self, post: int, longitude: float, latitude: float) -> None:
        holder = await self.town.login(f"{WORKER}@{URBAN}" if post == self.first else f"{WORKER}@{RURAL}")
        await done(self.town, check_in, CheckIn(post_id=post, longitude=longitude, latitude=latitude), by=holder)

    async def _path(self, work: Any) -> str:
        return await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == self.town.grids[URBAN]))

    async def duty(self) -> list[int]:
        async with self.town.deployment.read() as work:
            return await on_duty(work, [WORKER], await self._path(work))

    async def nearest(self, place: tuple[float | None, float | None] = HERE) -> int | None:
        async with self.town.deployment.read() as work:
            return await nearest_on_duty(work, [WORKER], await self._path(work), *place)


@pytest.fixture
async def roster(town: Town) -> Roster:
    holder = await town.login(f"{WORKER}@{RURAL}")
    assert holder.account_id is not None
    (second,) = await done(town, assign_posts, NewPost(account_id=holder.account_id, role_id=WORKER, grid_id=town.grids[URBAN]))
    return Roster(town, second)


async def test_where_nobody_keeps_a_roster_whoever_is_in_post_is_on_duty(roster: Roster) -> None:
    assert set(await roster.duty()) >= {roster.first, roster.second}


async def test_with_a_roster_only_who_is_on_shift_is_on_duty(roster: Roster) -> None:
    await roster.on(roster.first, 1, 9)
    await roster.on(roster.second, -1, 1)
    assert roster.first not in await roster.duty()
    assert roster.second in await roster.duty()
    roster.now += 2 * HOUR
    assert roster.first in await roster.duty()
    assert roster.second not in await roster.duty()


async def test_the_nearest_is_found_by_the_last_check_in(roster: Roster) -> None:
    await roster.at(roster.first, 120.01, 30.0)
    await roster.at(roster.second, 120.001, 30.0)
    assert await roster.nearest() == roster.second
    await roster.at(roster.first, 120.0001, 30.0)
    assert await roster.nearest() == roster.first


async def test_a_check_in_of_an_earlier_shift_or_of_hours_ago_tells_nothing(roster: Roster) -> None:
    await roster.on(roster.first, -1, 8)
    await roster.on(roster.second, -1, 8)
    await roster.at(roster.second, *HERE)
    assert await roster.nearest() == roster.second
    roster.now += 3 * HOUR
    assert await roster.nearest() == roster.first, "then all are alike, and the first one is as good as any"


async def test_without_a_place_the_post_of_the_smallest_ground_takes_it(roster: Roster) -> None:
    assert await roster.nearest((None, None)) in (roster.first, roster.second)


async def test_nobody_is_nearest_where_nobody_is_on_duty(roster: Roster) -> None:
    for post in (roster.first, roster.second):
        await done(roster.town, end_posts, PostEnd(post_id=post))
    async with roster.town.deployment.read() as work:
        rural = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == roster.town.grids[RURAL]))
        urban = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == roster.town.grids[URBAN]))
        known = set(await on_duty(work, [WORKER], urban))
        assert roster.town.posts[f"{WORKER}@{RURAL}"] not in known, "a post over a neighbouring grid may not act here"
        assert roster.town.posts[f"{WORKER}@{RURAL}"] in await on_duty(work, [WORKER], rural)


def test_distances_are_those_of_the_globe() -> None:
    assert distance(0, 0, 1, 0) == pytest.approx(111_195, abs=1)
    assert distance(120, 30, 120, 30) == 0


async def test_a_grid_shows_who_is_on_duty_now(roster: Roster) -> None:
    await roster.on(roster.first, -1, 8)
    cancelled = await roster.on(roster.second, -1, 8)
    await done(roster.town, cancel_shifts, ShiftCancel(shift_id=cancelled, reason="ill"))
    head = roster.town.posts[f"{HEAD}@{COMMUNITY}"]
    await roster.on(head, -1, 8)
    query = "query($code: String!) { grid(code: $code) { onDuty { post { id } } } }"
    found = (await roster.town.ask(query, code=URBAN))["grid"]["onDuty"]
    assert [one["post"]["id"] for one in found] == [f"Post:{roster.first}", f"Post:{head}"]
    assert [one["post"]["id"] for one in (await roster.town.ask(query, code=RURAL))["grid"]["onDuty"]] == [f"Post:{head}"]
    assert (await roster.town.ask(query, await roster.town.login(f"{WORKER}@{URBAN}"), code=RURAL))["grid"]["onDuty"] == []


async def test_rosters_are_kept_by_the_information_officer_and_by_who_manages_posts(roster: Roster) -> None:
    town, times = roster.town, {"from": (roster.now + HOUR).isoformat(), "to": (roster.now + 5 * HOUR).isoformat()}
    worker, officer = await town.viewer(WORKER, URBAN), await town.viewer(OFFICER, URBAN)
    refused = await town.ask(SET, worker, post=f"Post:{roster.first}", **times)
    assert refused["shiftSet"]["userErrors"] == [{"code": "NOT_ALLOWED", "field": "postId"}]
    made = await town.ask(SET, officer, post=f"Post:{roster.first}", **times)
    assert made["shiftSet"]["shift"]["post"] == {"id": f"Post:{roster.first}"}
    elsewhere = await town.ask(SET, await town.viewer(OFFICER, RURAL), post=f"Post:{roster.first}", **times)
    assert [one["code"] for one in elsewhere["shiftSet"]["userErrors"]] == ["NOT_FOUND"]


async def test_shifts_do_not_overlap_and_end_within_a_day(roster: Roster) -> None:
    def shift(start: float, end: float) -> NewShift:
        return NewShift(post_id=roster.first, starts_at=roster.now + start * HOUR, ends_at=roster.now + end * HOUR)

    said = await tried(
        roster.town, set_shifts, shift(1, 9), shift(8, 12), shift(9, 12), shift(20, 50), shift(30, 29), shift(-9, -1)
    )
    long = "endsAt: SHIFT_TOO_LONG"
    assert said == ["", "startsAt: SHIFTS_OVERLAP", "", long, "endsAt: TERM_INVALID", "endsAt: TERM_INVALID"]


async def test_a_place_is_checked_is_ones_own_and_is_forgotten_after_a_day(roster: Roster) -> None:
    town = roster.town
    worker = await town.login(f"{WORKER}@{URBAN}")
    good = CheckIn(post_id=roster.first, longitude=120.0, latitude=30.0)
    nowhere = CheckIn(post_id=roster.first, longitude=0.0, latitude=0.0)
    others = CheckIn(post_id=roster.second, longitude=120.0, latitude=30.0)
    assert await tried(town, check_in, good, nowhere, others, by=worker) == ["", "position: POSITION_INVALID", "postId: NOT_FOUND"]
    jobs = Worker(town.deployment, HANDLERS)
    roster.now += 23 * HOUR
    await jobs.run_inside()
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.duty_position)) == 1
    roster.now += HOUR
    while await jobs.run_inside():
        pass
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.duty_position)) == 0
        outbox = await work.rows(sa.select(t.outbox.c.content))
    assert all("120" not in str(row.content) for row in outbox), "nothing that is told to others names a place"
