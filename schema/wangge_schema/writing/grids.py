"""Mutations of grids."""

from typing import Any

import strawberry

from wangge_core.grids.codes import GridLevel
from wangge_core.grids.grids import GridChange, NewGrid, create_grids, update_grids
from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes, definitions, given_details
from wangge_schema.types.grids import Grid
from wangge_schema.writing.fields import Given, Mutation, with_details
from wangge_schema.writing.inputs import DETAILS, TEXT, details_for, optional, required
from wangge_schema.writing.payloads import key_of


@strawberry.input
class GridCreateFields:
    """A grid of the base layer to create."""

    code: str = required("Its code; must fit the deployment's scheme and stand below the parent's.")
    name: str = required("Its name, at most 200 characters.")
    type_id: strawberry.ID = required("Its grid type, such as `urban`.")
    parent_code: str | None = optional("The code of the grid that it is part of; none for a root.")
    level: GridLevel | None = optional("Its level, where the scheme's codes do not say it.")
    staffing_id: strawberry.ID | None = optional("The staffing template; the type's first unless given.")


@strawberry.input
class GridUpdateFields:
    """New values for a grid; what is left out stays as it is."""

    name: str | None = optional("Its name, at most 200 characters.")
    staffing_id: strawberry.ID | None = optional("The staffing template.")


def mutations(registry: Registry, details: DetailsTypes) -> list[Mutation]:
    """The mutations of this module."""
    grid_types = tuple(definitions(registry, "grid"))

    def new_grid(_: str, given: Given, input: Any) -> NewGrid:
        values = {name: value for name, value in given.items() if name not in ("details", "level")}
        level = GridLevel(given["level"]) if given.get("level") else None
        return NewGrid(**values, level=level, details=details_for(input, given["type_id"], grid_types))

    def grid_change(id: str, given: Given, input: Any) -> GridChange:
        values = {name: value for name, value in given.items() if name != "details"}
        found = given_details(input.details, grid_types) if getattr(input, "details", strawberry.UNSET) else None
        return GridChange(grid_id=key_of(id, "Grid", "id"), **values, details=found[1] if found else None)

    return [
        Mutation(
            name="gridCreate",
            description="Create a grid of the base layer. For MANAGE_GRIDS over the parent.",
            thing="grid",
            type=Grid,
            input=with_details(GridCreateFields, details.inputs.get("grid"), "grid"),
            operation=create_grids,
            request=new_grid,
            codes=(
                *TEXT,
                *DETAILS,
                "CODE_INVALID",
                "CODE_TAKEN",
                "CODE_NOT_BELOW_PARENT",
                "LEVEL_REQUIRED",
                "LEVEL_MISMATCH",
                "GRID_TYPE_UNKNOWN",
                "GRID_TYPE_OVERLAY",
                "STAFFING_UNKNOWN",
            ),
        ),
        Mutation(
            name="gridUpdate",
            description="Change a grid's name, staffing template or details. For MANAGE_GRIDS over it.",
            thing="grid",
            type=Grid,
            input=with_details(GridUpdateFields, details.inputs.get("grid"), "grid"),
            operation=update_grids,
            request=grid_change,
            codes=(*TEXT, *DETAILS, "STAFFING_UNKNOWN"),
            on="Grid",
        ),
    ]
