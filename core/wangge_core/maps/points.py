"""Points: buildings, assets, places and open events in a tile, those that the viewer sees by the rules of every read.

Where they are many, or the map is far away, they are counted by cells of the tile and a cell is one point, in the middle of what it counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from wangge_core.coverage.arrays import shapely
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.maps.encoding import Feature
from wangge_core.maps.mercator import TileAddress, to_steps
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import Rule, building_rule, event_rule, everybody, within_grid

SINGLE_FROM = 14
"""From this zoom on each thing is a point of its own."""
MOST_POINTS = 2_000
"""How many things a tile shows one by one; more are counted by cells."""
CELLS = 32
"""How many cells a tile has along a side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLayer:
    """What a layer of points reads: a table with positions, who sees which rows, and what is told of a row."""

    table: sa.Table
    type: str
    rule: Rule
    columns: Sequence[str]
    kind: sa.Table | None = None
    open_only: bool = False


POINT_LAYERS: Mapping[str, PointLayer] = {
    "buildings": PointLayer(table=t.building, type="Building", rule=building_rule, columns=("name",)),
    "assets": PointLayer(
        table=t.asset, type="Asset", rule=within_grid(Capability.READ_PLACES), columns=("name", "state"), kind=t.asset_kind
    ),
    "places": PointLayer(table=t.place, type="Place", rule=everybody, columns=("name",), kind=t.place_kind),
    "events": PointLayer(
        table=t.event, type="Event", rule=event_rule, columns=("number", "priority"), kind=t.event_kind, open_only=True
    ),
}


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a layer in a tile; `counted` where they are cells with a `count`."""

    features: Sequence[Feature]
    counted: bool = False


async def points_in(work: Work, viewer: Viewer, name: str, tile: TileAddress) -> Points:
    """The things of one of POINT_LAYERS in a tile, for a viewer."""
    layer = POINT_LAYERS[name]
    if tile.zoom >= SINGLE_FROM:
        rows = await work.rows(_singles(work, viewer, layer, tile))
        if len(rows) <= MOST_POINTS:
            return Points(_features(rows, tile, lambda row: _told(row, layer, viewer)))
    rows = await work.rows(_cells(work, viewer, layer, tile))
    return Points(_features(rows, tile, lambda row: _summed(row, layer)), counted=True)


def _singles(work: Work, viewer: Viewer, layer: PointLayer, tile: TileAddress) -> sa.Select[Any]:
    table = layer.table
    columns: list[sa.ColumnElement[Any]] = [
        table.c.id,
        table.c.longitude,
        table.c.latitude,
        *(table.c[one] for one in layer.columns),
    ]
    source: Any = table
    if layer.kind is not None:
        source = table.join(layer.kind, layer.kind.c.id == table.c.kind_id)
        columns.append(layer.kind.c.label)
    if layer.open_only:
        columns.append(_overdue(work, table).label("overdue"))
    query = sa.select(*columns).select_from(source).where(*_seen(work, viewer, layer, tile))
    return query.order_by(table.c.id).limit(MOST_POINTS + 1)


def _cells(work: Work, viewer: Viewer, layer: PointLayer, tile: TileAddress) -> sa.Select[Any]:
    table = layer.table
    west, south, east, north = tile.degrees()
    column = Cell((table.c.longitude - west) / ((east - west) / CELLS))
    row = Cell((table.c.latitude - south) / ((north - south) / CELLS))
    seen = sa.select(table, column.label("cell_column"), row.label("cell_row")).where(*_seen(work, viewer, layer, tile)).subquery()
    columns: list[sa.ColumnElement[Any]] = [
        sa.func.min(seen.c.id).label("id"),
        sa.func.avg(seen.c.longitude).label("longitude"),
        sa.func.avg(seen.c.latitude).label("latitude"),
        sa.func.count().label("count"),
    ]
    if layer.open_only:
        columns.append(sa.func.sum(sa.case((_overdue(work, seen), 1), else_=0)).label("overdue"))
    return sa.select(*columns).group_by(seen.c.cell_column, seen.c.cell_row).order_by(seen.c.cell_row, seen.c.cell_column)


def _seen(work: Work, viewer: Viewer, layer: PointLayer, tile: TileAddress) -> list[sa.ColumnElement[bool]]:
    """Of two tiles side by side, one has what stands on the line."""
    table = layer.table
    west, south, east, north = tile.degrees()
    return [
        *([table.c.closed.is_(False)] if layer.open_only else []),
        table.c.latitude > south,
        table.c.latitude <= north,
        table.c.longitude >= west,
        table.c.longitude < east,
        layer.rule(table, BoundViewer(viewer, moment=work.now)),
    ]


def _overdue(work: Work, event: sa.FromClause) -> sa.ColumnElement[bool]:
    """True for events whose stage, or whole, is past its due moment."""
    return sa.or_(*(sa.func.coalesce(event.c[name] <= work.now, sa.false()) for name in ("stage_due_at", "whole_due_at")))


def _features(rows: Sequence[sa.Row[Any]], tile: TileAddress, told: Callable[[sa.Row[Any]], dict[str, Any]]) -> list[Feature]:
    if not rows:
        return []
    at = shapely.points(to_steps([(row.longitude, row.latitude) for row in rows], tile.zoom) - tile.corner)
    return [Feature(id=row.id, geometry=point, properties=told(row)) for row, point in zip(rows, at, strict=True)]


def _told(row: sa.Row[Any], layer: PointLayer, viewer: Viewer) -> dict[str, Any]:
    found: dict[str, Any] = {"id": f"{layer.type}:{row.id}", "count": 1}
    found |= {one: row._mapping[one] for one in layer.columns}
    if layer.kind is not None:
        found["kind"] = row.label[viewer.language]
    if layer.open_only:
        found["overdue"] = int(row.overdue)
    return found


def _summed(row: sa.Row[Any], layer: PointLayer) -> dict[str, Any]:
    found: dict[str, Any] = {"count": row.count}
    if layer.open_only:
        found["overdue"] = int(row.overdue)
    return found


class Cell(FunctionElement[int]):
    """The whole part of a number that is not below zero; a plain cast would round on PostgreSQL."""

    type = sa.Integer()
    inherit_cache = True


@compiles(Cell, "postgresql")
def _cell_on_postgresql(element: Cell, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(floor({compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(Cell, "sqlite")
def _cell_on_sqlite(element: Cell, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(({compiler.process(element.clauses, **options)}) AS INTEGER)"
