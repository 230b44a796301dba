"""Assets: numbers, states, positions and how well they are known, and who keeps them."""

from typing import Any

import pytest

from operating import NOBODY, announced, done, row_of, tried
from samples import first
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.places.assets import AssetChange, AssetState, NewAsset, PositionMethod, change_assets, register_assets
from wangge_core.places.organizations import NewOrganization, register_organizations

pytestmark = pytest.mark.anyio


def kinds(town: Town) -> tuple[str, str]:
    """Two kinds of assets without details."""
    found = [id for id, one in town.deployment.rules.registry.asset_kinds.items() if one.details is None]
    return found[0], found[1]


def lamp(town: Town, **values: Any) -> NewAsset:
    return NewAsset(**{"grid_id": town.grids[GRIDS["urban"]], "kind_id": kinds(town)[0], "name": "Lamp"} | values)


async def test_a_number_is_taken_once_in_a_kind(town: Town) -> None:
    other = kinds(town)[1]
    requests = [lamp(town, code="7"), lamp(town, code=" 7 "), lamp(town, code="7", kind_id=other), lamp(town, code=" "), lamp(town)]
    assert await tried(town, register_assets, *requests) == ["", "code: CODE_TAKEN", "", "code: BLANK", ""]
    assert await tried(town, register_assets, lamp(town, code="7")) == ["code: CODE_TAKEN"]
    (id,) = await done(town, register_assets, lamp(town, code="8"))
    assert await tried(town, change_assets, AssetChange(id=id, code="7")) == ["code: CODE_TAKEN"]
    assert await tried(town, change_assets, AssetChange(id=id, code="8", name="Lamp 8")) == [""]
    assert await tried(town, change_assets, AssetChange(id=id, code=None)) == [""]
    assert await tried(town, register_assets, lamp(town, code="8")) == [""]


async def test_positions_that_cannot_be_are_refused(town: Town) -> None:
    at = {"longitude": 114.3, "latitude": 30.6}
    requests = [
        lamp(town, accuracy_metres=5.0, measured=PositionMethod.SATELLITE, **at),
        lamp(town, accuracy_metres=-0.1, **at),
        lamp(town, accuracy_metres=float("nan"), **at),
        lamp(town, accuracy_metres=5.0),
        lamp(town, longitude=114.3),
        lamp(town, latitude=30.6),
        lamp(town, longitude=0.0, latitude=0.0),
    ]
    assert await tried(town, register_assets, *requests) == [
        "",
        "accuracyMetres: OUT_OF_RANGE",
        "accuracyMetres: OUT_OF_RANGE",
        "position: REQUIRED",
        "position: POSITION_INVALID",
        "position: POSITION_INVALID",
        "position: POSITION_INVALID",
    ]


async def test_owners_and_keepers_must_be_there(town: Town) -> None:
    rural = town.grids[GRIDS["rural"]]
    (far,) = await done(town, register_organizations, NewOrganization(grid_id=rural, name="Far"))
    (near,) = await done(town, register_organizations, NewOrganization(grid_id=town.grids[GRIDS["urban"]], name="Near"))
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    requests = [
        lamp(town, owner_id=near, keeper_id=town.offices["housing"]),
        lamp(town, owner_id=far),
        lamp(town, keeper_id=NOBODY),
    ]
    found = await tried(town, register_assets, *requests, by=worker)
    assert found == ["", "ownerId: NOT_FOUND", "keeperId: NOT_FOUND"]


async def test_a_new_position_forgets_how_the_old_one_was_measured(town: Town) -> None:
    new = lamp(town, longitude=114.3, latitude=30.6, accuracy_metres=2.0, measured=PositionMethod.SURVEYED)
    (id,) = await done(town, register_assets, new)
    for change, expected in (
        (AssetChange(id=id, state=AssetState.DAMAGED), (114.3, 2.0, "SURVEYED")),
        (AssetChange(id=id, longitude=114.4, latitude=30.6, accuracy_metres=9.0), (114.4, 9.0, None)),
        (AssetChange(id=id, longitude=114.5, latitude=30.6), (114.5, None, None)),
        (AssetChange(id=id, longitude=None, latitude=None), (None, None, None)),
    ):
        await done(town, change_assets, change)
        row = await row_of(town, t.asset, id)
        assert (row.longitude, row.accuracy_metres, row.measured) == expected
    refused = [AssetChange(id=id, longitude=114.3), AssetChange(id=id, accuracy_metres=1.0)]
    assert [(await tried(town, change_assets, one))[0] for one in refused] == ["position: POSITION_INVALID", "position: REQUIRED"]


async def test_states_are_changed_in_one_list_and_each_is_told(town: Town) -> None:
    ids = await done(town, register_assets, *(lamp(town, name=f"Lamp {number}") for number in range(3)))
    changes = [
        AssetChange(id=id, state=state) for id, state in zip(ids, (AssetState.MISSING, None, AssetState.REMOVED), strict=True)
    ]
    assert await tried(town, change_assets, *changes) == ["", "state: REQUIRED", ""]
    assert [(await row_of(town, t.asset, id)).state for id in ids] == ["MISSING", "IN_ORDER", "REMOVED"]
    assert [(one.thing_id, one.content["fields"]) for one in await announced(town, "asset.changed")] == [
        (ids[0], ["state"]),
        (ids[2], ["state"]),
    ]


async def test_details_are_changed_by_the_rules_of_their_kind(town: Town) -> None:
    vessel = {
        "grid_id": town.grids[GRIDS["maritime"]],
        "kind_id": "maritime.vessel",
        "details": details_of(town, "maritime.vessel"),
    }
    (id,) = await done(town, register_assets, lamp(town, **vessel))
    wrong = AssetChange(id=id, details={"nothing": 1}, details_of="maritime.vessel")
    assert (await tried(town, change_assets, wrong))[0].startswith("details")
    other = AssetChange(id=id, details={}, details_of="maritime.raft")
    assert await tried(town, change_assets, other) == ["details: DETAILS_OF_OTHER_KIND"]
    again = vessel["details"] | {"name": "Heron II"}
    await done(town, change_assets, AssetChange(id=id, details=again, details_of="maritime.vessel"))
    assert (await row_of(town, t.asset, id)).details["name"] == "Heron II"


def details_of(town: Town, kind_id: str) -> Any:
    definition = town.deployment.rules.registry.asset_kinds[kind_id].details
    assert definition is not None
    return first(definition)
