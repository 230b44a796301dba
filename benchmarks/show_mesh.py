"""The grid of a position among 200,000 crooked cells under 2,000 parents, on SQLite and on PostgreSQL where there is one: how long `gridAt`
takes through the schema, and whether each of 100,000 random and lattice points lies in exactly one cell, the one that another computation
finds. Ends with 1 where one does not.

The other computation moves each point by less than any distance in the mesh, to the east and still less to the north, so that it lies on
no edge, and counts in whole numbers of any size how often each ring near it goes around it.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shapely

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from showing import ids

from databases import start_postgresql
from meshes import Mesh, Point, Ring
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.geometry.exact import degrees
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.codes import FreeCodes, GridLevel
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.grids.locating import grid_at, locate
from wangge_core.plugin.loading import load_plugins
from wangge_core.rights.viewers import anonymous, operator
from wangge_core.rules import Rules
from wangge_schema.api import Api

COLUMNS, ROWS, BLOCK = 500, 400, 10
POINTS, CALLS, BATCH = 100_000, 5_000, 5_000
QUICK = 5
"""By how much each side of the mesh is shorter, and the points are fewer, when it is to be quick."""
FINE = 10**24
EAST, NORTH = FINE // 10**12, 1
"""By how much of a unit a point is moved, in parts of FINE."""
AT = "query At($x: Float!, $y: Float!) { gridAt(longitude: $x, latitude: $y) { inside distance grid { code name } } }"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8,000 cells and 20,000 points")
    share = QUICK if parser.parse_args().quick else 1
    mesh = Mesh(COLUMNS // share, ROWS // share, BLOCK, seed=5)
    points = points_in(mesh, POINTS // share)
    started = time.perf_counter()
    expected = independent(mesh, points)
    print(f"{len(points):,} points computed independently in {time.perf_counter() - started:.0f} s.", flush=True)
    with tempfile.TemporaryDirectory(prefix="wangge-show-") as folder:
        good = asyncio.run(show("sqlite", f"sqlite:///{Path(folder) / 'mesh.db'}", mesh, points, expected))
    server = start_postgresql()
    if server is None:
        print("No PostgreSQL: set WANGGE_TEST_PG_URL to see the same there.")
    else:
        with server:
            name = server.unused_name()
            good &= asyncio.run(show("postgresql", server.create(name), mesh, points, expected))
            server.drop(name)
    sys.exit(0 if good else 1)


def points_in(mesh: Mesh, count: int) -> list[Point]:
    """Random points within, corners that four cells share, middles of edges, and points on straight lines between these."""
    chance = random.Random(11)
    found = [in_mesh(mesh, chance) for _ in range(count // 2)]
    while len(found) < count:
        ring = mesh.cells[mesh.cell(chance.randrange(1, mesh.columns - 1), chance.randrange(1, mesh.rows - 1))][0][0]
        place = chance.randrange(len(ring))
        (ax, ay), (bx, by) = ring[place], ring[(place + 1) % len(ring)]
        found += [ring[place], ((ax + bx) // 2, (ay + by) // 2), (ax, by)]
    return found[:count]


def in_mesh(mesh: Mesh, chance: random.Random) -> Point:
    (west, south), (east, north) = mesh.point(1, 1), mesh.point(mesh.columns - 1, mesh.rows - 1)
    return chance.randint(west, east), chance.randint(south, north)


def independent(mesh: Mesh, points: Sequence[Point]) -> list[list[int]]:
    """The cells of the mesh around each point."""
    keys = list(mesh.cells)
    rings = [mesh.cells[key][0][0] for key in keys]
    tree = shapely.STRtree([shapely.box(*bounds(ring)) for ring in rings])
    around: list[list[int]] = [[] for _ in points]
    for number, cell in tree.query(shapely.points(points), predicate="intersects").T.tolist():
        if winds(rings[cell], points[number]):
            around[number].append(keys[cell])
    return around


def bounds(ring: Ring) -> tuple[int, int, int, int]:
    xs, ys = zip(*ring, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def winds(ring: Ring, point: Point) -> bool:
    """Whether a ring goes around a point that is moved off every edge: its winding number, in whole numbers."""
    px, py = point[0] * FINE + EAST, point[1] * FINE + NORTH
    corners, times = [(x * FINE, y * FINE) for x, y in ring], 0
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        left = (bx - ax) * (py - ay) - (px - ax) * (by - ay)
        if ay <= py < by and left > 0:
            times += 1
        elif by <= py < ay and left < 0:
            times -= 1
    return times != 0


async def show(database: str, url: str, mesh: Mesh, points: list[Point], expected: list[list[int]]) -> bool:
    rules = Rules(registry=load_plugins(("urban",)), codes=FreeCodes(), zone=ZoneInfo("Asia/Shanghai"))
    deployment = Deployment(database_url(url), rules)
    await deployment.start(migrate=True)
    try:
        filled, made = await fill(deployment, mesh)
        exact = await place(deployment, points, expected, made)
        chosen = random.Random(13).sample([(degrees(x), degrees(y)) for x, y in points], CALLS)
        times = await timed(deployment, chosen)
    finally:
        await deployment.close()
    print(json.dumps({"database": database, "grids": len(made), "filled_seconds": filled, **exact, **times}), flush=True)
    return exact["exact"] == len(points)


async def fill(deployment: Deployment, mesh: Mesh) -> tuple[float, dict[int, int]]:
    """Make the grids with their boundaries by the operations; the cells of the mesh by the keys of the grids."""
    started, made = time.perf_counter(), dict[int, int]()
    everything = sorted(mesh.grids(), key=lambda one: one[0])  # parents before children
    for begin in range(0, len(everything), BATCH):
        some = everything[begin : begin + BATCH]
        new = [
            NewGrid(
                code=f"m{id}",
                name=f"Cell {id}",
                type_id="community.division" if id < 1_000_000 else "urban",
                parent_code=None if above is None else f"m{above}",
                level=GridLevel.GRID if id >= 1_000_000 else GridLevel.COMMUNITY if above else GridLevel.SUBDISTRICT,
            )
            for id, above, _ in some
        ]
        async with deployment.write() as work:
            keys = ids(await create_grids(work, operator(), new))
            ids(await set_boundaries(work, operator(), [drawn(key, one[2]) for key, one in zip(keys, some, strict=True)]))
        made |= {key: one[0] for key, one in zip(keys, some, strict=True)}
    return round(time.perf_counter() - started, 1), made


def drawn(key: int, polygons: list[list[Ring]]) -> NewBoundary:
    rings = [[[degrees(x), degrees(y)] for x, y in [*ring, ring[0]]] for ring in polygons[0]]
    return NewBoundary(grid_id=key, geometry={"type": "Polygon", "coordinates": rings}, system="wgs84")


async def place(deployment: Deployment, points: list[Point], expected: list[list[int]], made: dict[int, int]) -> dict[str, Any]:
    """How many of the points lie in the one cell that the other computation has for them, and how many a second were found."""
    async with deployment.read() as work:
        started = time.perf_counter()
        found = await locate(work, [(degrees(x), degrees(y)) for x, y in points])
        seconds = time.perf_counter() - started
    exact = sum(one is not None and [made[one.grid_id]] == other for one, other in zip(found, expected, strict=True))
    alone = sum(len(other) == 1 for other in expected)
    return {"points": len(points), "in_one_cell": alone, "exact": exact, "points_per_second": round(len(points) / seconds)}


async def timed(deployment: Deployment, chosen: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Milliseconds of `gridAt`, one after the other: by the operation alone, and through the schema as a visitor asks."""
    api, alone, asked = Api(deployment), list[float](), list[float]()
    for position in chosen:
        started = time.perf_counter()
        async with deployment.read() as work:
            await grid_at(work, position)
        alone.append(time.perf_counter() - started)
    for x, y in chosen:
        started = time.perf_counter()
        answer = await api.execute(AT, {"x": x, "y": y}, viewer=anonymous())
        asked.append(time.perf_counter() - started)
        assert answer["data"]["gridAt"]["inside"], answer
    return {f"{what}_{name}_ms": value for what, times in (("operation", alone), ("schema", asked)) for name, value in cut(times)}


def cut(times: Sequence[float]) -> list[tuple[str, float]]:
    hundredths = statistics.quantiles(times, n=100)
    return [("p50", round(hundredths[49] * 1000, 2)), ("p99", round(hundredths[98] * 1000, 2))]


if __name__ == "__main__":
    main()
