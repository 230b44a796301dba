"""A town on the map: boundaries of its grids, and a building, an asset, a place and events that stand in the urban grid and beside it."""

from collections.abc import Sequence
from typing import Any

import mapbox_vector_tile

from grounds import CELL, SOUTH, WEST, bound, square
from samples import first
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.maps.mercator import TileAddress, to_steps
from wangge_core.maps.tiles import TILE_LAYERS, make_tile
from wangge_core.places.assets import NewAsset, register_assets
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.places.places import NewPlace, register_places
from wangge_core.rights.viewers import Viewer, anonymous, operator

HAZARD = {"hazard": "FIRE", "immediate_danger": False}


def at(column: float, row: float) -> dict[str, float]:
    """A position, counted in cells from the corner of the ground."""
    return {"longitude": round(WEST + column * CELL, 7), "latitude": round(SOUTH + row * CELL, 7)}


async def drawn_town(town: Town) -> None:
    """Four grids of ten by ten cells side by side, and around them their community, subdistrict and district."""
    grids = {name: square(10 * number, 0, 10, 10) for number, name in enumerate(GRIDS)}
    around = {f"c{code}": square(0, 0, 40, 10) for code in (COMMUNITY, SUBDISTRICT, DISTRICT)}
    await bound(town, **grids, **around)


async def standing_things(town: Town) -> dict[str, int]:
    """A building, an asset, a place and an event in the urban grid, and an event in the rural one; their keys."""
    urban, rural = town.grids[GRIDS["urban"]], town.grids[GRIDS["rural"]]
    registry = town.deployment.rules.registry
    kind = next(one for one in registry.asset_kinds.values() if one.details is None or first(one.details) is not None)
    place = next(iter(registry.place_kinds.values()))
    async with town.deployment.write() as work:
        new = [NewBuilding(grid_id=urban, name="Tower", **at(5, 5))]
        (building,) = ids(await register_buildings(work, operator(), new))
        assets = [NewAsset(grid_id=urban, kind_id=kind.id, name="Lamp", details=kind.details and first(kind.details), **at(2, 2))]
        (asset,) = ids(await register_assets(work, operator(), assets))
        places = [
            NewPlace(grid_id=urban, kind_id=place.id, name="Station", details=place.details and first(place.details), **at(3, 3))
        ]
        (station,) = ids(await register_places(work, operator(), places))
        reports = [
            EventReport(kind_id="community.hazard", description="seen", grid_id=grid, details=HAZARD, **at(*position))
            for grid, position in ((urban, (6, 6)), (rural, (25, 5)))
        ]
        near, far = ids(await report_events(work, operator(), reports))
    return {"building": building, "asset": asset, "place": station, "near": near, "far": far}


def tile_of(zoom: int, column: float = 5, row: float = 5) -> TileAddress:
    """The tile of a zoom in which a position lies, counted in cells."""
    (x, y), *_ = to_steps([tuple(at(column, row).values())], zoom)
    return TileAddress(zoom, int(x // 4096), int(y // 4096))


def decoded(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """The features of each layer of a tile; positions count down from its northwest corner."""
    found: Any = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in found.items()}


async def shown(
    town: Town, tile: TileAddress, viewer: Viewer | None = None, names: Sequence[str] = TILE_LAYERS, layer: str = "base"
) -> dict[str, list[dict[str, Any]]]:
    """What a viewer is shown in a tile; a visitor where none is given."""
    async with town.deployment.read() as work:
        made = await make_tile(work, viewer or anonymous("en"), tile, names, layer)
    assert made is not None
    return decoded(made.content)


def names_in(features: Sequence[dict[str, Any]]) -> list[str]:
    """The names of features, in their order."""
    return [one["properties"]["name"] for one in features]
