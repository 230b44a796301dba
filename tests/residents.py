"""People of the test town: registering them, and what became of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from towns import GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.people.households import NewHousehold, register_households
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.places.buildings import NewBuilding, NewUnit, register_buildings
from wangge_core.rights.viewers import Viewer, operator


async def done(town: Town, operation: Any, requests: Sequence[Any], by: Viewer | None = None) -> list[int]:
    """The ids of requests that must all be accepted."""
    async with town.deployment.write() as work:
        return ids(await operation(work, by or operator("en"), requests))


async def refused(town: Town, operation: Any, requests: Sequence[Any], by: Viewer | None = None) -> list[str]:
    """What each request was refused with, `field: CODE`; empty for the accepted."""
    async with town.deployment.write() as work:
        outcomes = await operation(work, by or operator("en"), requests)
    return [", ".join(f"{one.field}: {one.code}" for one in outcome.refusals) for outcome in outcomes]


async def a_person(town: Town, grid: str = "urban", **given: Any) -> int:
    """Somebody who is newly registered in a grid of the town."""
    (id,) = await done(town, register_persons, [NewPerson(**{"grid_id": town.grids[GRIDS[grid]], "name": "Tao"} | given)])
    return id


async def a_household(town: Town, grid: str = "urban", **home: Any) -> int:
    home = home or {"address": "Behind the school"}
    (id,) = await done(town, register_households, [NewHousehold(grid_id=town.grids[GRIDS[grid]], name="Home", **home)])
    return id


async def homes_in(town: Town, grid: str, count: int = 2) -> list[int]:
    """New units in a grid."""
    units = tuple(NewUnit(name=f"{number}") for number in range(count))
    (id,) = await done(town, register_buildings, [NewBuilding(grid_id=town.grids[GRIDS[grid]], name="House", units=units)])
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.unit.c.id).where(t.unit.c.building_id == id).order_by(t.unit.c.id))
    return [row.id for row in rows]


async def row(town: Town, table: sa.Table, id: int) -> sa.Row[Any]:
    async with town.deployment.read() as work:
        found = await work.first(sa.select(table).where(table.c.id == id))
    assert found is not None
    return found


async def of_person(town: Town, table: sa.Table, person_id: int) -> Sequence[sa.Row[Any]]:
    """The rows of a table about a person, oldest first."""
    async with town.deployment.read() as work:
        return await work.rows(sa.select(table).where(table.c.person_id == person_id).order_by(table.c.id))


async def today(town: Town) -> date:
    async with town.deployment.read() as work:
        return work.today


def days(count: int) -> timedelta:
    return timedelta(days=count)
