"""The map of a made-up city: what a screen loads where it opens, and how many tiles a second are given out, fresh and kept.

20,164 grids of 330 m in 225 communities, 47 by 41 km, with buildings and open events. An administrator opens it with all layers. Tiles are
asked of the service's own app, in this process.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from showing import Town, empty_town

import meshes
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.errors import Outcome
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.codes import GridLevel
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.maps.mercator import EXTENT, TileAddress, to_steps
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import operator
from wangge_server.app import create_app
from wangge_server.demo.markers import Marker, place_of, write_marker
from wangge_server.sign_in import make_token, read_key

SETTINGS = 'codes = "free"\nlog_level = "error"\ndevelopment_sign_in = true\n'
LOGIN = "administrator"
SIDE = 30_000
"""The side of a grid in units of 1e-7 degree: 330 m northward."""
SCREEN = (1920, 1080)
PIXELS = 512
"""Of a tile on the screen, as MapLibre draws it."""
OPENS_AT = 10
MOST_OPENING_BYTES = 500_000
PLAIN = {"Accept-Encoding": "identity"}
LAYERS = "grids,buildings,assets,places,events"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=142, help="how many grids along a side of the city")
    given = parser.parse_args()
    meshes.SIDE = SIDE
    with empty_town(SETTINGS) as town:
        mesh = meshes.Mesh(given.side, given.side, seed=5)
        asyncio.run(_fill(town, mesh))
        found = asyncio.run(_measured(town, mesh))
    print(json.dumps({"grids": len(mesh.cells), "communities": len(mesh.parents) - 1} | found))
    if found["opening_bytes"] >= MOST_OPENING_BYTES:
        sys.exit("The map opens with too many bytes.")


async def _fill(town: Town, mesh: meshes.Mesh) -> None:
    deployment = town.open()
    await deployment.start(migrate=True)
    level = {0: GridLevel.DISTRICT, 1: GridLevel.COMMUNITY, 2: GridLevel.GRID}
    order = [meshes.ROOT, *sorted(set(mesh.parents) - {meshes.ROOT}), *sorted(mesh.cells)]
    shapes = mesh.parents | mesh.cells

    def depth(id: int) -> int:
        return 0 if id == meshes.ROOT else 1 if id in mesh.parents else 2

    async def made(operation: Callable[..., Awaitable[list[Outcome]]], requests: Sequence[Any]) -> list[int]:
        ids: list[int] = []
        for start in range(0, len(requests), 5_000):
            async with deployment.write() as work:
                outcomes = await operation(work, operator(), requests[start : start + 5_000])
            assert all(one.accepted for one in outcomes), next(one for one in outcomes if not one.accepted)
            ids += [one.id for one in outcomes if one.id is not None]
        return ids

    grids = [
        NewGrid(
            code=f"G{id}",
            name=f"第{id}网格",
            type_id="urban" if depth(id) == 2 else "community.division",
            parent_code=None if id == meshes.ROOT else f"G{mesh.above[id]}",
            level=level[depth(id)],
        )
        for id in order
    ]
    ids = dict(zip(order, await made(create_grids, grids), strict=True))
    await made(set_boundaries, [NewBoundary(grid_id=ids[id], geometry=_geojson(shapes[id]), system="wgs84") for id in order])
    dice = random.Random(1)
    cells = sorted(mesh.cells)
    standing = [(dice.choice(cells), number) for number in range(len(cells) * 2)]
    buildings = [NewBuilding(grid_id=ids[cell], name=f"{number}号楼", **_place(mesh, cell)) for cell, number in standing]
    await made(register_buildings, buildings)
    details = {"hazard": "FIRE", "immediate_danger": False}
    reports = [
        EventReport(kind_id="community.hazard", description="seen", grid_id=ids[cell], details=details, **_place(mesh, cell))
        for cell, _ in standing[: len(cells) // 10]
    ]
    await made(report_events, reports)
    (account,) = await made(create_accounts, [NewAccount(login=LOGIN, name="Administrator")])
    await made(assign_posts, [NewPost(account_id=account, role_id="community.district_administrator", grid_id=ids[meshes.ROOT])])
    await deployment.close()
    print(f"{len(order):,} grids with boundaries, {len(buildings):,} buildings, {len(reports):,} open events")


def _geojson(polygons: Any) -> dict[str, Any]:
    rings = [[[x / 1e7, y / 1e7] for x, y in (*ring, ring[0])] for ring in polygons[0]]
    return {"type": "Polygon", "coordinates": rings}


def _place(mesh: meshes.Mesh, cell: int) -> dict[str, float]:
    ring = mesh.cells[cell][0][0]
    return {
        "longitude": sum(x for x, _ in ring) / len(ring) / 1e7,
        "latitude": sum(y for _, y in ring) / len(ring) / 1e7,
    }


def screen(zoom: int, longitude: float, latitude: float) -> Iterator[TileAddress]:
    """The tiles that a screen shows with a position in its middle."""
    (x, y), *_ = to_steps([(longitude, latitude)], zoom) / EXTENT
    wide, high = (pixels / PIXELS / 2 for pixels in SCREEN)
    for column in range(int(x - wide), int(x + wide) + 1):
        for row in range(int(y - high), int(y + high) + 1):
            yield TileAddress(zoom, column, row)


async def _measured(town: Town, mesh: meshes.Mesh) -> dict[str, Any]:
    settings = town.settings()
    write_marker(town.folder, Marker(database=place_of(settings), plugins=settings.plugins, seed=1, filled=True))
    app = create_app(settings)
    signed_in = {"Authorization": f"Bearer {make_token(LOGIN, read_key(town.folder))}", "Accept-Encoding": "identity"}
    middle = _place(mesh, sorted(mesh.cells)[len(mesh.cells) // 2])
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://town") as client:
        opening = [await _bytes(client, tile, LAYERS, signed_in) for tile in screen(OPENS_AT, **middle)]
        print(f"opens at zoom {OPENS_AT}: {len(opening)} tiles, {sum(opening):,} bytes before packing")
        found: dict[str, Any] = {"opening_tiles": len(opening), "opening_bytes": sum(opening)}
        for zoom in (10, 12, 13, 14, 16):
            first, *tiles = _around(zoom, middle)
            start = time.perf_counter()
            await _bytes(client, first, "grids")
            first_seconds = round(time.perf_counter() - start, 3)
            fresh, size = await _timed(client, tiles)
            kept, _ = await _timed(client, tiles)
            told = f"the first in {first_seconds} s, then {fresh:,.0f} a second fresh, {kept:,.0f} kept"
            print(f"zoom {zoom}: {len(tiles)} tiles of {size / len(tiles):,.0f} bytes, {told}")
            found[f"zoom_{zoom}"] = {
                "first_seconds": first_seconds,
                "fresh_per_second": round(fresh),
                "kept_per_second": round(kept),
            }
    return found


def _around(zoom: int, middle: dict[str, float]) -> list[TileAddress]:
    """All tiles of the screen, and at higher zooms those around it: up to a hundred."""
    (x, y), *_ = to_steps([tuple(middle.values())], zoom) / EXTENT
    reach = 1 if zoom <= OPENS_AT else 5
    return [TileAddress(zoom, int(x) + right, int(y) + down) for right in range(-reach, reach) for down in range(-reach, reach)]


async def _timed(client: httpx.AsyncClient, tiles: Sequence[TileAddress]) -> tuple[float, int]:
    """Tiles a second, the layer of grids alone, and their bytes."""
    start = time.perf_counter()
    size = sum([await _bytes(client, tile, "grids") for tile in tiles])
    return len(tiles) / (time.perf_counter() - start), size


async def _bytes(client: httpx.AsyncClient, tile: TileAddress, layers: str, headers: Mapping[str, str] = PLAIN) -> int:
    answer = await client.get(f"/map/tiles/{tile.zoom}/{tile.column}/{tile.row}.mvt", params={"layers": layers}, headers=headers)
    answer.raise_for_status()
    return len(answer.content)


if __name__ == "__main__":
    main()
