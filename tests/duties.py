"""A town in which duties are due: a clock of its own, people with homes and needs, entries in the ledger, and due lists."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from towns import GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.deadlines.calendars import CalendarSetting, set_calendars
from wangge_core.duties.due import DueItem, DueRequest, DutyFigures, due_items, due_summary
from wangge_core.duties.stating import DueState
from wangge_core.people.households import NewHousehold, Relation, register_households
from wangge_core.people.needs import NewNeed, set_needs
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.rights.viewers import Viewer, operator

WORKER = "community.grid_worker"
NOON = datetime(2031, 11, 5, 4, tzinfo=UTC)
"""Noon of a Wednesday in Shanghai, in the second month of its quarter."""
LONG_AGO = datetime(2029, 1, 1, tzinfo=UTC)
ALL = tuple(DueState)


class Clock:
    """What time it is, as a test says."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


async def settled(town: Town, now: datetime = NOON) -> Clock:
    """The town long after it was made, with a calendar of the year."""
    town.deployment.clock = clock = Clock(now)
    async with town.deployment.write() as work:
        await work.connection.execute(sa.update(t.duty).values(since=LONG_AGO))
        for table in (t.household, t.building, t.organization, t.asset, t.place, t.grid):
            await work.connection.execute(sa.update(table).values(created_at=LONG_AGO))
        outcomes = await set_calendars(work, operator(), [CalendarSetting(name="default", years=(2030, 2031, 2032))])
        assert outcomes[0].accepted
    return clock


async def family(town: Town, name: str, code: str = GRIDS["urban"], *, unit_id: int | None = None) -> tuple[int, int]:
    """A household with one person in a grid: the keys of both."""
    async with town.deployment.write() as work:
        home = NewHousehold(grid_id=town.grids[code], name=name, unit_id=unit_id, address=None if unit_id else f"{name} Lane")
        (household,) = ids(await register_households(work, operator(), [home]))
        person = NewPerson(grid_id=town.grids[code], name=name, household_id=household, relation=Relation.HEAD)
        (one,) = ids(await register_persons(work, operator(), [person]))
        long_ago = sa.update(t.household).where(t.household.c.id == household).values(created_at=LONG_AGO)
        await work.connection.execute(long_ago)
    return household, one


async def in_need(town: Town, person_id: int, kind: str, *, since: datetime = LONG_AGO) -> int:
    """A need that holds for some months more, set then."""
    until = (town.deployment.clock() + timedelta(days=100)).date()
    asked = NewNeed(
        person_id=person_id,
        kind_id=kind,
        reason="asked for",
        legal_basis="own statement",
        from_on=date(2031, 10, 1),
        until_on=until,
    )
    async with town.deployment.write() as work:
        (need,) = ids(await set_needs(work, operator(), [asked]))
        await work.connection.execute(sa.update(t.need).where(t.need.c.id == need).values(created_at=since))
    return need


async def record(town: Town, at: datetime, *, what: str = "VISIT", outcome: str = "MET", **more: Any) -> None:
    """An entry in the ledger, by the worker of the urban grid unless it says otherwise."""
    login = f"{WORKER}@{GRIDS['urban']}"
    post_id = town.posts[login]
    async with town.deployment.write() as work:
        account = await work.value(sa.select(t.post.c.account_id).where(t.post.c.id == post_id))
        common = {"account_id": account, "post_id": post_id, "grid_id": town.grids[GRIDS["urban"]], "what": what, "counted": True}
        common |= {"started_at": at, "received_at": at}
        if what.endswith("PATROL"):
            await work.insert(t.patrol, [common | {"ended_at": at, "impossible_points": 0} | more])
        else:
            await work.insert(t.visit, [common | {"outcome": outcome} | more])


async def due(
    town: Town, viewer: Viewer | None = None, *, states: tuple[DueState, ...] = ALL, **request: Any
) -> tuple[DueItem, ...]:
    """The items of a due list; of the urban grid unless it is that of a post."""
    if "post_id" not in request:
        request = {"grid_id": town.grids[GRIDS["urban"]]} | request
    duties = request.pop("duty", None)
    async with town.deployment.read() as work:
        found = await due_items(
            work,
            viewer or operator(),
            DueRequest(duty_ids=(duties,) if duties else (), states=states, **({"first": 100} | request)),
        )
    assert found is not None
    return found.items


async def figures(town: Town, viewer: Viewer | None = None, **request: Any) -> Mapping[str, DutyFigures]:
    """The figures of each duty."""
    request = request or {"grid_id": town.grids[GRIDS["urban"]]}
    async with town.deployment.read() as work:
        found = await due_summary(work, viewer or operator(), DueRequest(**request))
    assert found is not None
    return {one.duty_id: one for one in found.duties}
