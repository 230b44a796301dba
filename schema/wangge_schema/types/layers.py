"""Overlays in the schema: the base grids that a grid is made of, the grids of other layers over a place, and what may be done there."""

from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.lists import looked_up
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.viewers import Viewer
from wangge_schema.reading.declare import computed, need
from wangge_schema.reading.sources import Asking, Gather, Reader, Row
from wangge_schema.reading.statement import PathIds
from wangge_schema.types.may import path_of_grid

MOST_OVER = 100
"""How many grids of other layers are told of a place; a base grid has one for each level of each layer."""


def base_grids_of(row: Row, target: Row, asking: Asking) -> sa.ColumnElement[bool]:
    """The base grids that an overlay's grid is made of."""
    del asking
    part = t.grid_part.alias()
    return looked_up(target.c.id, sa.select(part.c.base_grid_id).where(part.c.overlay_grid_id == row.c.id).correlate(row))


def overlays_of_grid(row: Row, target: Row, asking: Asking) -> sa.ColumnElement[bool]:
    """The grids of overlays that are made of a base grid, or of one above it."""
    del asking
    return _made_of(row, target, row.c.path)


def overlays_of_event(row: Row, target: Row, asking: Asking) -> sa.ColumnElement[bool]:
    """The same of the grid that a row is bound to."""
    return _made_of(row, target, path_of_grid(row, asking))


def _made_of(row: Row, target: Row, path: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    part = t.grid_part.alias()
    return looked_up(target.c.id, sa.select(part.c.overlay_grid_id).where(PathIds(part.c.base_grid_id, path)).correlate(row))


def viewer_may_in_grid() -> Any:
    """The field `viewerMay` of a grid: over its path, or all the base grids that it is made of."""
    return computed(
        "What the viewer may do in it, capability by capability; in an overlay's grid, what is allowed over all its base grids.",
        _capabilities,
        data_class=DataClass.PUBLIC,
        path=need("path"),
        layer=need("layer_id"),
        parts=Gather(t.grid, base_grids_of, "id", {"path": need("path")}),
    )


def _capabilities(needs: dict[str, Any], reader: Reader) -> list[Capability]:
    paths = [needs["path"]] if needs["layer"] == BASE_LAYER else [part["path"] for part in needs["parts"]]
    return [one for one in Capability if _may(reader.viewer, one, paths)]


def _may(viewer: Viewer, capability: Capability, paths: list[str]) -> bool:
    return viewer.scope(capability).everywhere or (bool(paths) and all(viewer.may(capability, path) for path in paths))
