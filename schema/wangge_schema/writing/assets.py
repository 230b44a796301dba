"""Mutations of assets."""

from typing import Any

import strawberry

from wangge_core.places.assets import AssetChange, AssetState, NewAsset, PositionMethod, change_assets, register_assets
from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes, definitions
from wangge_schema.types.places import Asset
from wangge_schema.writing.changes import CHANGE, SEEN, changed, changed_details, in_changed_details
from wangge_schema.writing.confirmations import confirmation
from wangge_schema.writing.fields import Given, Mutation, with_details
from wangge_schema.writing.inputs import (
    DETAILS,
    IN_GRID,
    TEXT,
    PositionInput,
    details_for,
    in_details,
    optional,
    position_of,
    required,
)
from wangge_schema.writing.payloads import key_of, optional_key

CODES = (*TEXT, *IN_GRID, *DETAILS, "POSITION_INVALID", "KIND_UNKNOWN", "CODE_TAKEN", "OUT_OF_RANGE", "REQUIRED")
ENUMS = {"state": AssetState, "measured": PositionMethod}
CODE = "Its number, once in its kind, at most 80 characters."
ACCURACY = "How far off the position may be, in metres, 0 to 100,000."


@strawberry.input
class AssetRegisterFields:
    """An asset to register."""

    grid_id: strawberry.ID = required("The grid that it belongs to.")
    kind_id: strawberry.ID = required("Its kind, such as `community.notice_board`.")
    name: str = required("Its name, at most 200 characters.")
    code: str | None = optional(CODE)
    state: AssetState | None = optional("In what state it is; IN_ORDER unless given.")
    position: PositionInput | None = optional("Where it is.")
    accuracy_metres: float | None = optional(ACCURACY)
    measured: PositionMethod | None = optional("How the position became known.")
    owner_id: strawberry.ID | None = optional("The organisation whose it is.")
    keeper_id: strawberry.ID | None = optional("The office that looks after it.")


@strawberry.input
class AssetChangeFields:
    """New values for an asset. What is left out stays as it is; null clears."""

    grid_id: strawberry.ID | None = optional("Another grid.")
    name: str | None = optional("Its name, at most 200 characters.")
    code: str | None = optional(CODE)
    state: AssetState | None = optional("In what state it is.")
    position: PositionInput | None = optional("Where it is; accuracy and way of measuring are cleared unless they are given anew.")
    accuracy_metres: float | None = optional(ACCURACY)
    measured: PositionMethod | None = optional("How the position became known.")
    owner_id: strawberry.ID | None = optional("The organisation whose it is.")
    keeper_id: strawberry.ID | None = optional("The office that looks after it.")
    expected_version: int | None = optional(SEEN)


def mutations(registry: Registry, details: DetailsTypes) -> list[Mutation]:
    """The mutations of this module."""
    kinds = tuple(definitions(registry, "asset"))

    def new_asset(_: str, given: Given, input: Any) -> NewAsset:
        values = {name: value for name, value in given.items() if name not in ("position", "details")}
        values |= {name: enum(values[name]) for name, enum in ENUMS.items() if name in values}
        values |= {
            "grid_id": key_of(given["grid_id"], "Grid", "gridId"),
            "owner_id": optional_key(given.get("owner_id"), "Organization", "ownerId"),
            "keeper_id": optional_key(given.get("keeper_id"), "Office", "keeperId"),
        }
        return NewAsset(**values, **position_of(given), details=details_for(input, given["kind_id"], kinds))

    def asset_change(id: str, given: Given, input: Any) -> AssetChange:
        values = changed(given, input, enums=ENUMS, ids={"grid_id": "Grid", "owner_id": "Organization", "keeper_id": "Office"})
        return AssetChange(id=key_of(id, "Asset", "id"), **changed_details(values, input, kinds))

    return [
        Mutation(
            name="assetRegister",
            description="Register an asset. For REGISTER_PLACES over its grid.",
            thing="asset",
            type=Asset,
            input=with_details(AssetRegisterFields, details.inputs.get("asset"), "asset"),
            operation=register_assets,
            request=new_asset,
            codes=CODES,
            rename=lambda field, input: in_details(input.kind_id, field),
        ),
        Mutation(
            name="assetChange",
            description="Change an asset, its state above all. For REGISTER_PLACES over its grid and the new one.",
            thing="asset",
            type=Asset,
            input=with_details(AssetChangeFields, details.inputs.get("asset"), "asset"),
            operation=change_assets,
            request=asset_change,
            codes=(*CODES, *CHANGE),
            on="Asset",
            rename=lambda field, input: in_changed_details(kinds, input, field),
        ),
        confirmation("asset", Asset),
    ]
