"""Mutations of grids."""

from typing import Any

import strawberry

from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.errors import refusal
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.codes import GridLevel
from wangge_core.grids.grids import GridChange, NewGrid, update_grids
from wangge_core.grids.overlays import NewOverlay, create_in_layers
from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes, definitions, given_details
from wangge_schema.scalars import JSON
from wangge_schema.types.grids import Grid
from wangge_schema.writing.fields import Given, Mutation, with_details
from wangge_schema.writing.inputs import DETAILS, TEXT, details_for, optional, required
from wangge_schema.writing.layers import PARTS, base_keys
from wangge_schema.writing.payloads import RefusedError, key_of


@strawberry.input
class GridCreateFields:
    """A grid to create: of the base layer, or of the overlay that is named."""

    code: str = required("Its code; must fit the deployment's scheme and stand below the parent's.")
    name: str = required("Its name, at most 200 characters.")
    type_id: strawberry.ID = required("Its grid type, such as `urban`.")
    parent_code: str | None = optional("The code of the grid of the same layer that it is part of; none for a root.")
    level: GridLevel | None = optional("Its level, where the scheme's codes do not say it; in an overlay GRID unless given.")
    staffing_id: strawberry.ID | None = optional("The staffing template; the type's first unless given.")
    layer: strawberry.ID | None = optional("The name of an overlay; the base layer unless given.")
    base_grid_ids: list[strawberry.ID] | None = optional(
        "In an overlay: the global ids of the base grids that it is made of, see `gridSetParts`; none where it gets a boundary of its own."
    )


@strawberry.input
class GridUpdateFields:
    """New values for a grid; what is left out stays as it is."""

    name: str | None = optional("Its name, at most 200 characters.")
    staffing_id: strawberry.ID | None = optional("The staffing template.")


@strawberry.input(description="The boundary of a grid, in place of the one that it has.")
class GridSetBoundaryInput:
    geometry: JSON | None = optional(
        "GeoJSON: a Polygon or MultiPolygon, or a Feature of one; null takes the boundary away. Requests take some 1,600 "
        "positions, 1,000 a ring; `wangge import boundaries` takes 100,000."
    )
    system: str | None = optional(
        "What its numbers mean: `WGS84`, `CGCS2000`, `GCJ-02`, `BD-09`, or an EPSG code such as `EPSG:4547`, where the service has the "
        "extra `crs`. Never guessed; only needed with a geometry."
    )
    repair: bool = strawberry.field(
        default=False,
        description="Close rings, drop heights and rings without area, and make a valid shape of one that crosses itself. "
        "`boundary { repairs }` says what was changed. Without it such a boundary is refused.",
    )


BOUNDARY = (
    "GRID_HAS_PARTS",
    "REQUIRED",
    "SYSTEM_UNKNOWN",
    "SYSTEM_UNAVAILABLE",
    "SYSTEM_CONTRADICTED",
    "GEOMETRY_TYPE",
    "GEOMETRY_DAMAGED",
    "TOO_MANY_VERTICES",
    "RING_NOT_CLOSED",
    "RING_TOO_SHORT",
    "RING_WITHOUT_AREA",
    "POSITION_WITH_HEIGHT",
    "POSITION_SWAPPED",
    "POSITION_OUTSIDE_SYSTEM",
    "POSITION_INVALID",
    "CROSSES_ANTIMERIDIAN",
    "BOUNDARY_TOO_SMALL",
    "BOUNDARY_TOO_LARGE",
    "BOUNDARY_CROSSES_ITSELF",
    "BOUNDARY_TOUCHES_ITSELF",
    "HOLE_OUTSIDE",
    "BOUNDARY_INVALID",
)


CREATION = (
    *TEXT,
    *DETAILS,
    "CODE_INVALID",
    "CODE_TAKEN",
    "CODE_NOT_BELOW_PARENT",
    "LEVEL_REQUIRED",
    "LEVEL_MISMATCH",
    "GRID_TYPE_UNKNOWN",
    "GRID_TYPE_OVERLAY",
    "GRID_TYPE_NOT_OVERLAY",
    *PARTS,
    "STAFFING_UNKNOWN",
)


def _new_boundary(id: str, given: Given, input: Any) -> NewBoundary:
    if input.geometry is strawberry.UNSET:
        raise RefusedError(refusal("REQUIRED", "geometry"))
    if input.geometry is not None and not given.get("system"):
        raise RefusedError(refusal("REQUIRED", "system"))
    key = key_of(id, "Grid", "id")
    return NewBoundary(grid_id=key, geometry=input.geometry, system=given.get("system", ""), repair=given["repair"])


def mutations(registry: Registry, details: DetailsTypes) -> list[Mutation]:
    """The mutations of this module."""
    grid_types = tuple(definitions(registry, "grid"))

    def new_grid(_: str, given: Given, input: Any) -> NewGrid | NewOverlay:
        values = {name: value for name, value in given.items() if name not in ("details", "level", "layer", "base_grid_ids")}
        level = GridLevel(given["level"]) if given.get("level") else None
        found = details_for(input, given["type_id"], grid_types)
        layer, parts = given.get("layer"), base_keys(given.get("base_grid_ids") or [])
        if layer in (None, BASE_LAYER):
            if parts:
                raise RefusedError(refusal("LAYER_BASE", "baseGridIds"))
            return NewGrid(**values, level=level, details=found)
        return NewOverlay(**values, layer_id=layer, level=level or GridLevel.GRID, details=found, base_grid_ids=parts)

    def grid_change(id: str, given: Given, input: Any) -> GridChange:
        values = {name: value for name, value in given.items() if name != "details"}
        found = given_details(input.details, grid_types) if getattr(input, "details", strawberry.UNSET) else None
        return GridChange(grid_id=key_of(id, "Grid", "id"), **values, details=found[1] if found else None)

    return [
        Mutation(
            name="gridCreate",
            description="Create a grid. For MANAGE_GRIDS over the parent; in an overlay over the base grids that it is made of too.",
            thing="grid",
            type=Grid,
            input=with_details(GridCreateFields, details.inputs.get("grid"), "grid"),
            operation=create_in_layers,
            request=new_grid,
            codes=CREATION,
        ),
        Mutation(
            name="gridUpdate",
            description="Change a grid's name, staffing template or details. For MANAGE_GRIDS over it.",
            thing="grid",
            type=Grid,
            input=with_details(GridUpdateFields, details.inputs.get("grid"), "grid"),
            operation=update_grids,
            request=grid_change,
            codes=(*TEXT, *DETAILS, "GRID_ENDED", "STAFFING_UNKNOWN"),
            on="Grid",
        ),
        Mutation(
            name="gridSetBoundary",
            description="Set or take away the boundary of a grid of any layer. For MANAGE_GRIDS over it. What is wrong with it is "
            "refused with the place of the fault.",
            thing="grid",
            type=Grid,
            input=GridSetBoundaryInput,
            operation=set_boundaries,
            request=_new_boundary,
            codes=(*BOUNDARY, "GRID_ENDED"),
            on="Grid",
        ),
    ]
