"""44 residents' groups of a generated town become 92 grids: simulated, applied, undone and applied again.

The town stands on real footprints, its people and events are made up. `--events 20000 --db URL`. The last line is JSON: what there is, how
much was lost (0), whether undoing put every row back, whether the figures of the whole ground agree before and after, and the seconds of
each step. Ends with 1 where anything is lost or differs.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import fmean
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from showing import empty_town, real_data

from divided import everything
from towns import ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.divisions.applying import DivisionApplication, apply_divisions
from wangge_core.divisions.changes import ChangeKind, DivisionChange, Part, PostTo
from wangge_core.divisions.proposing import NewDivision, propose_divisions
from wangge_core.divisions.rehoming import REHOMED
from wangge_core.divisions.simulating import simulate_division
from wangge_core.divisions.undoing import DivisionUndoing, undo_divisions
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.people.households import NewHousehold, Relation, register_households
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.places.units import NewUnit
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import operator
from wangge_server.opening import open_deployment
from wangge_server.settings import read_settings

GROUPS, GRIDS = 44, 92
DISTRICT, SUBDISTRICT, COMMUNITY = "999903", "999903001", "999903001001"
AT_ONCE = 2_000
Point = tuple[float, float]
Box = tuple[float, float, float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--db", help="an empty database of its own; a temporary one of SQLite by default")
    given = parser.parse_args()
    homes = footprints(real_data("buildings", "osm_buildings_moosburg.geojson"))
    with empty_town() as town:
        settings = read_settings(environment={}, data_folder=str(town.folder), database=given.db)
        found = asyncio.run(show(open_deployment(settings), homes, given.events))
    print(json.dumps(found))
    sys.exit(0 if found["lost"] == 0 and found["restored"] and found["agree"] else 1)


def footprints(path: Path) -> list[Point]:
    """The middle of each building's first ring."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    found: set[Point] = set()
    for feature in features:
        ring = feature["geometry"]["coordinates"][0]
        ring = ring[0] if isinstance(ring[0][0], list) else ring
        longitude, latitude = (round(fmean(corner[axis] for corner in ring[:-1]), 7) for axis in (0, 1))
        found.add((longitude, latitude))
    return sorted(found)


def cut(box: Box, points: Sequence[Point], count: int) -> list[tuple[Box, list[Point]]]:
    """The box in `count` pieces with about as many points each, by straight cuts across the longer side."""
    if count == 1:
        return [(box, list(points))]
    west, south, east, north = box
    axis = 0 if east - west > north - south else 1
    ordered = sorted(points, key=lambda point: point[axis])
    first = count // 2
    at = round(ordered[len(ordered) * first // count][axis], 7)
    low, high = [one for one in ordered if one[axis] < at], [one for one in ordered if one[axis] >= at]
    boxes = (
        ((west, south, at, north), (at, south, east, north)) if axis == 0 else ((west, south, east, at), (west, at, east, north))
    )
    return [*cut(boxes[0], low, first), *cut(boxes[1], high, count - first)]


def polygon(box: Box) -> dict[str, Any]:
    west, south, east, north = box
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


class Ground:
    """The groups with their boxes and buildings, and into how many grids each is cut."""

    def __init__(self, homes: Sequence[Point]) -> None:
        (west, south), (east, north) = (
            tuple(round(edge(one[axis] for one in homes) + off, 7) for axis in (0, 1))
            for edge, off in ((min, -0.001), (max, 0.001))
        )
        self.outline: Box = (west, south, east, north)
        self.groups = cut(self.outline, homes, GROUPS)
        more = GRIDS - 2 * GROUPS
        self.parts = [cut(box, points, 3 if number < more else 2) for number, (box, points) in enumerate(self.groups)]

    def changes(self, grid_ids: Sequence[int], posts: Sequence[int]) -> list[DivisionChange]:
        number, found = 100, list[DivisionChange]()
        for grid, post, parts in zip(grid_ids, posts, self.parts, strict=True):
            made: list[Part] = []
            for box, _ in parts:
                number += 1
                code = f"{COMMUNITY}{number}"
                made.append(Part(code=code, name=f"Grid {number}", geometry=polygon(box), system="wgs84"))
            to = (PostTo(post_id=post, code=made[0].code),)
            found.append(DivisionChange(kind=ChangeKind.SPLIT, grid_ids=(grid,), parts=tuple(made), rest=made[0].code, posts=to))
        return found


async def show(deployment: Deployment, homes: Sequence[Point], events: int) -> dict[str, Any]:
    ground = Ground(homes)
    await deployment.start(migrate=True)
    try:
        async with timed("The town is made") as made:
            grids, posts, top = await make(deployment, ground, events)
        print(f"{len(homes):,} buildings in {GROUPS} groups.")
        return await divide(deployment, ground, grids, posts, top) | {"events": events, "made_seconds": made.seconds}
    finally:
        await deployment.close()


class timed:  # noqa: N801 - reads as a word of the block
    """How long a block takes."""

    def __init__(self, what: str) -> None:
        self.what, self.seconds = what, 0.0

    async def __aenter__(self) -> "timed":
        self._since = time.perf_counter()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.seconds = round(time.perf_counter() - self._since, 2)
        print(f"{self.what}: {self.seconds} s", flush=True)


async def make(deployment: Deployment, ground: Ground, events: int) -> tuple[list[int], list[int], int]:
    """The grids, people and events; the groups, their workers' posts and the community."""
    viewer, chance = operator(), random.Random(44)
    async with deployment.write() as work:
        tree = [
            NewGrid(code=DISTRICT, name="Moor", type_id="community.division"),
            NewGrid(code=SUBDISTRICT, name="Mill", type_id="community.division", parent_code=DISTRICT),
            NewGrid(code=COMMUNITY, name="Castle", type_id="community.division", parent_code=SUBDISTRICT),
        ]
        groups = [
            NewGrid(code=f"{COMMUNITY}{n:03}", name=f"Group {n}", type_id="urban", parent_code=COMMUNITY)
            for n in range(1, GROUPS + 1)
        ]
        *_, top = ids(await create_grids(work, viewer, tree))
        grids = ids(await create_grids(work, viewer, groups))
        shapes = [(top, ground.outline), *zip(grids, (box for box, _ in ground.groups), strict=True)]
        ids(
            await set_boundaries(
                work, viewer, [NewBoundary(grid_id=id, geometry=polygon(box), system="wgs84") for id, box in shapes]
            )
        )
        accounts = ids(
            await create_accounts(work, viewer, [NewAccount(login=f"worker{n}", name=f"Worker {n}") for n in range(GROUPS)])
        )
        requests = [
            NewPost(account_id=account, role_id="community.grid_worker", grid_id=grid)
            for account, grid in zip(accounts, grids, strict=True)
        ]
        posts = ids(await assign_posts(work, viewer, requests))
    await settle(deployment, ground, grids, chance)
    await happen(deployment, ground, grids, events, chance)
    return grids, posts, top


async def settle(deployment: Deployment, ground: Ground, grids: Sequence[int], chance: random.Random) -> None:
    """A home in every building, with one to six people."""
    viewer = operator()
    stand = [(grid, point) for grid, (_, points) in zip(grids, ground.groups, strict=True) for point in points]
    for start in range(0, len(stand), AT_ONCE):
        some = stand[start : start + AT_ONCE]
        async with deployment.write() as work:
            houses = [
                NewBuilding(grid_id=grid, name=f"House {start + n}", longitude=x, latitude=y, units=(NewUnit(name="1"),))
                for n, (grid, (x, y)) in enumerate(some)
            ]
            buildings = ids(await register_buildings(work, viewer, houses))
            units = await work.by_ids((t.unit.c.id.label("unit"),), t.unit.c.building_id, buildings)
            homes = [
                NewHousehold(grid_id=grid, name=f"Home {id}", unit_id=units[id].unit)
                for id, (grid, _) in zip(buildings, some, strict=True)
            ]
            households = ids(await register_households(work, viewer, homes))
            people = [
                NewPerson(grid_id=grid, name=f"Ren {home}-{n}", household_id=home, relation=None if n else Relation.HEAD)
                for home, (grid, _) in zip(households, some, strict=True)
                for n in range(chance.randint(1, 6))
            ]
            ids(await register_persons(work, viewer, people))


async def happen(deployment: Deployment, ground: Ground, grids: Sequence[int], events: int, chance: random.Random) -> None:
    """Events of two years, some at a building, some at a position, some with nothing but their grid."""
    async with deployment.read() as work:
        buildings = [row.id for row in await work.rows(sa.select(t.building.c.id).order_by(t.building.c.id))]
    for start in range(0, events, AT_ONCE):
        async with deployment.write() as work:
            reports = [happened(work, ground, grids, buildings, chance) for _ in range(min(AT_ONCE, events - start))]
            ids(await report_events(work, operator(), reports))


def happened(work: Work, ground: Ground, grids: Sequence[int], buildings: Sequence[int], chance: random.Random) -> EventReport:
    place: dict[str, Any] = {}
    match chance.random():
        case one if one < 0.4:
            place = {"building_id": chance.choice(buildings)}
        case one if one < 0.95:
            west, south, east, north = ground.outline
            place = {"longitude": round(chance.uniform(west, east), 7), "latitude": round(chance.uniform(south, north), 7)}
        case _:
            place = {"grid_id": chance.choice(grids)}
    at = work.now - timedelta(minutes=chance.randrange(1, 2 * 365 * 24 * 60))
    details = {"hazard": "FIRE", "immediate_danger": False}
    return EventReport(kind_id="community.hazard", description="Something is blocked", reported_at=at, details=details, **place)


async def divide(deployment: Deployment, ground: Ground, grids: Sequence[int], posts: Sequence[int], top: int) -> dict[str, Any]:
    viewer, steps = operator(), dict[str, float]()
    before, figures = await everything(deployment, "division"), await below(deployment, top)
    async with timed("proposed") as step, deployment.write() as work:
        request = NewDivision(grid_id=top, name="44 into 92", changes=ground.changes(grids, posts))
        (division,) = ids(await propose_divisions(work, viewer, [request]))
    steps["propose"] = step.seconds
    async with timed("simulated") as step, deployment.read() as work:
        found = await simulate_division(work, viewer, division)
    steps["simulate"] = step.seconds
    assert found is not None
    warnings = sum(len(one.size_warnings) for one in found.grids)
    print(f"{len(found.grids)} grids, {len(found.faults)} faults, {warnings} size warnings, moved: {found.moved}")
    for name in ("apply", "undo", "apply again"):
        async with timed(name) as step, deployment.write(viewer, name) as work:
            if name == "undo":
                outcomes = await undo_divisions(work, viewer, [DivisionUndoing(id=division, reason="A trial")])
            else:
                outcomes = await apply_divisions(work, viewer, [DivisionApplication(id=division)])
            ids(outcomes)
        steps[name.replace(" ", "_")] = step.seconds
        if name == "undo":
            after = await everything(deployment, "division")
            different = sorted(table for table in before if before[table] != after[table])
            print(f"tables that differ after undoing: {different}")
    agree = await below(deployment, top) == figures
    lost = await left_behind(deployment, grids)
    return {
        "groups": len(grids),
        "grids": len(found.grids),
        "buildings": figures["building"],
        "households": figures["household"],
        "persons": figures["person"],
        "lost": lost,
        "restored": not different,
        "agree": agree,
        "seconds": steps,
    }


async def below(deployment: Deployment, top: int) -> dict[str, int]:
    """How many rows of each table lie below the community."""
    async with deployment.read() as work:
        path = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == top))
        own = sa.select(t.grid.c.id).where(t.grid.c.path.startswith(path))
        return {
            table.name: await work.value(sa.select(sa.func.count()).select_from(table).where(table.c.grid_id.in_(own)))
            for table in REHOMED
        }


async def left_behind(deployment: Deployment, grids: Sequence[int]) -> int:
    """Rows that still lie in a group that has ended, and events that are not found from the group in which they were reported."""
    async with deployment.read() as work:
        left = 0
        for table in REHOMED:
            left += await work.value(sa.select(sa.func.count()).select_from(table).where(table.c.grid_id.in_(grids)))
        move = t.division_move
        found = sa.select(move.c.row_id).where(move.c.moved == "event", move.c.from_grid_id.in_(grids))
        return left + await work.value(sa.select(sa.func.count()).select_from(t.event).where(t.event.c.id.not_in(found)))


if __name__ == "__main__":
    main()
