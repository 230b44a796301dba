"""Boundaries of grids, and the grid at a position, which an operation of the core finds and the planner reads."""

from typing import Annotated, Any, cast

import strawberry
from strawberry.types.info import Info

from wangge_core.checking import check_position
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.geometry.exact import degrees
from wangge_core.grids.locating import Located, layer_exists
from wangge_core.grids.overlays import overlay_at
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.refusals import message
from wangge_core.rights.data_classes import DataClass
from wangge_core.storable import is_storable
from wangge_schema.errors import LayerError, PositionError
from wangge_schema.reading.declare import column, computed, need, planned, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.sources import WEIGHT, Reader
from wangge_schema.scalars import JSON, DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.intake import session_of
from wangge_schema.types.rights import Account


class BoundaryRepairKind(Choice):
    """What was changed in a boundary because `repair` was asked for."""

    CLOSED_RINGS = "CLOSED_RINGS", "闭合了环", "Rings were closed"
    DROPPED_HEIGHTS = "DROPPED_HEIGHTS", "去掉了高程", "Heights were dropped"
    DROPPED_RINGS = "DROPPED_RINGS", "去掉了没有面积的环", "Rings without area were dropped"
    RESHAPED = "RESHAPED", "重整了自相交的边界", "What crossed itself was made a valid shape"


enum_type(BoundaryRepairKind)


@strawberry.type(description="A change that was made in a boundary, on request, when it was set.")
class BoundaryRepair:
    what: BoundaryRepairKind = strawberry.field(description="What was done.")
    count: int = strawberry.field(
        description="To how many rings or positions; of a reshaped boundary how many corners went or came."
    )
    longitude: float | None = strawberry.field(description="Longitude of the first fault, WGS 84; null where it has no place.")
    latitude: float | None = strawberry.field(description="Latitude of the first fault, WGS 84; null where it has no place.")


def _box(needs: dict[str, Any], reader: Reader) -> list[float]:
    del reader
    return [degrees(needs[side]) for side in ("west", "south", "east", "north")]


def _repairs(needs: dict[str, Any], reader: Reader) -> list[BoundaryRepair]:
    del reader
    return [_repair(**one) for one in needs["repairs"]]


def _repair(what: str, **more: Any) -> BoundaryRepair:
    return BoundaryRepair(what=BoundaryRepairKind(what), **more)


@planned(table=t.boundary, data_class=DataClass.PUBLIC)
class GridBoundary:
    """The boundary of a grid. Public."""

    geometry: JSON = column(
        "geometry",
        "GeoJSON (RFC 7946) in WGS 84 to 1e-7 degree: a Polygon, or a MultiPolygon where it has several parts.",
        form="json",
    )
    original: JSON = column("original", "The geometry as it was sent, in its own system; nothing else of a feature.", form="json")
    system: str = column("system", "The coordinate system that it was sent in, such as `wgs84`, `gcj02` or `epsg:4547`.")
    area: float = column("area", "Square metres on the ellipsoid of WGS 84.", form="number")
    vertices: int = column("vertices", "How many corners it has, of all rings.", form="number")
    bbox: list[float] = computed(
        "West, south, east and north of the smallest upright rectangle around it, in degrees of WGS 84.",
        _box,
        west=need("west", "number"),
        south=need("south", "number"),
        east=need("east", "number"),
        north=need("north", "number"),
    )
    repairs: list[BoundaryRepair] = computed(
        "What was changed when it was set; empty where it is as it was sent.", _repairs, repairs=need("repairs", "json")
    )
    set_at: DateTime = column("set_at", "When it was set.", form="moment")
    set_by: Account | None = to_one("set_by_id", "Who set it; null where the viewer may not see the account.")


@strawberry.type(description="The grid of a position.")
class GridAt:
    grid: Grid = strawberry.field(description="The grid that the position lies in, or else the nearest.")
    inside: bool = strawberry.field(description="Whether the position lies in it.")
    distance: float = strawberry.field(description="Metres to its edge; 0 where the position lies in it.")


async def _grid_at(
    info: Info,
    longitude: Annotated[float, strawberry.argument(description="Longitude in degrees of WGS 84.")],
    latitude: Annotated[float, strawberry.argument(description="Latitude in degrees of WGS 84.")],
    layer: Annotated[strawberry.ID, strawberry.argument(description="The name of the layer.")] = strawberry.ID(BASE_LAYER),  # noqa: B008
) -> GridAt | None:
    session, raw = session_of(info)
    if wrong := next(iter(check_position(longitude, latitude)), None):
        raise PositionError(message(wrong, session.viewer.language))
    async with session.deployment.read() as work:
        known = is_storable(layer) and await layer_exists(work, layer)
        found = await overlay_at(work, (longitude, latitude), layer) if known else None
    if not known:
        raise LayerError(f"There is no layer {layer[:40]!r}.")
    if found is None:
        return cast("Any", Completed(None))
    chosen = session.chosen(raw)
    answer: dict[str, Any] = {}
    for one in chosen.children():
        if one.name == "grid":
            answer[one.key] = Completed.json(await session.thing((chosen.key, one.key), one, found.grid_id)).value
        else:
            answer[one.key] = _told(one.name, found)
    return cast("Any", Completed(answer))


def _told(name: str, found: Located) -> Any:
    return {"__typename": "GridAt", "inside": found.inside, "distance": round(found.distance, 2)}[name]


GRID_AT_COSTS = 10
"""As much as a count: outside of all boundaries those around are read."""
grid_at_position: Any = strawberry.field(
    resolver=_grid_at,
    metadata={WEIGHT: GRID_AT_COSTS},
    description="The grid of a layer in which a position lies, the deepest where boundaries stand inside each other: one and only one, "
    "also on an edge that two share. Where it lies in none the nearest within 100 km; null where there is none. Of an overlay without "
    "boundaries the grid that is made of the base grid there, or of the nearest; null where it leaves that uncovered. For everybody. "
    "Errors: POSITION_INVALID, LAYER_UNKNOWN.",
)
