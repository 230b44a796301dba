"""Mutations of layers, and what grids of overlays are made of."""

from typing import Any

import strawberry

from wangge_core.grids.layers import LayerChange, NewLayer, create_layers, update_layers
from wangge_core.grids.overlays import NewParts, set_parts
from wangge_core.storable import is_storable
from wangge_schema.types.grids import Grid, GridLayer
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import key_of

PARTS = (
    "LAYER_BASE",
    "GRID_OVERLAY",
    "GRID_ENDED",
    "DUPLICATE",
    "TOO_MANY",
    "PARTS_INSIDE_EACH_OTHER",
    "PART_TAKEN",
    "PART_OUTSIDE_PARENT",
    "PART_OF_CHILD",
)


@strawberry.input(description="A layer to create.")
class GridLayerCreateInput:
    id: strawberry.ID = required("Its name in the schema, such as `police`: small letters, digits and underscores, a letter first.")
    name: str = required("What to show for it, at most 80 characters.")
    name_en: str | None = optional("The same in English; the name unless given.")


@strawberry.input(description="What to show for a layer; what is left out stays as it is.")
class GridLayerUpdateInput:
    name: str | None = optional("What to show for it, at most 80 characters.")
    name_en: str | None = optional("The same in English.")


@strawberry.input(description="The base grids of an overlay's grid, in place of those that it has.")
class GridSetPartsInput:
    base_grid_ids: list[strawberry.ID] = required(
        "The global ids of base grids of any level, at most 2,000, none of them inside another; empty leaves the grid without ground."
    )


def base_keys(ids: list[str]) -> tuple[int, ...]:
    """The keys of grids by their global ids. Raises RefusedError."""
    return tuple(key_of(id, "Grid", "baseGridIds") for id in ids)


def _named(id: str) -> str:
    return id if is_storable(id) else ""


def _new_layer(_: str, given: Given, input: Any) -> NewLayer:
    del input
    return NewLayer(**{**given, "id": _named(given["id"])})


def _layer_change(id: str, given: Given, input: Any) -> LayerChange:
    del input
    return LayerChange(id=_named(id), **{name: value for name, value in given.items() if value is not None})


def _new_parts(id: str, given: Given, input: Any) -> NewParts:
    del input
    return NewParts(grid_id=key_of(id, "Grid", "id"), base_grid_ids=base_keys(given["base_grid_ids"]))


MUTATIONS = [
    Mutation(
        name="gridLayerCreate",
        description="Create a layer for other divisions of the ground, such as the police's. For MANAGE_GRIDS over the whole ground.",
        thing="grid_layer",
        type=GridLayer,
        input=GridLayerCreateInput,
        operation=create_layers,
        request=_new_layer,
        codes=(*TEXT, "LAYER_ID_INVALID", "LAYER_TAKEN"),
        named=lambda request: request.id,
    ),
    Mutation(
        name="gridLayerUpdate",
        description="Change what is shown for a layer. For MANAGE_GRIDS over the whole ground. The base layer stays as it is.",
        thing="grid_layer",
        type=GridLayer,
        input=GridLayerUpdateInput,
        operation=update_layers,
        request=_layer_change,
        codes=(*TEXT, "LAYER_BASE"),
        on="GridLayer",
        named=lambda request: request.id,
    ),
    Mutation(
        name="gridSetParts",
        description="Set the base grids that a grid of an overlay is made of. Within its layer they must lie within those of its parent, "
        "and belong to no grid beside it. For MANAGE_GRIDS over the old ones, the new ones and the parent's. Posts in it have other "
        "rights within five seconds; more ground is given to them as posts are given: not to oneself, and not more than one has.",
        thing="grid",
        type=Grid,
        input=GridSetPartsInput,
        operation=set_parts,
        request=_new_parts,
        codes=(*PARTS, "GRID_HAS_BOUNDARY", "RIGHTS_FOR_ONESELF", "RIGHTS_EXCEED_OWN"),
        on="Grid",
    ),
]
