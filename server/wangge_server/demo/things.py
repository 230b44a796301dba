"""The things on the ground and the stations: assets and places, so many of each kind in every grid."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from wangge_core.places.assets import AssetState, NewAsset, PositionMethod, register_assets
from wangge_core.places.places import NewPlace, register_places
from wangge_core.places.things import NewThing
from wangge_core.plugin.definitions import ThingKindDefinition
from wangge_server.demo.details import make_details
from wangge_server.demo.ground import around
from wangge_server.demo.sizes import share
from wangge_server.demo.stations import contact_of, hours_of, services_of
from wangge_server.demo.town import Ground, Spot, Town

OFTEN = {"maritime.vessel": 8.0, "maritime.raft": 3.0, "urban.street_lamp": 6.0, "urban.manhole_cover": 4.0, "scenic.railing": 3.0}
"""Kinds of which a grid has more than of others."""
SOMETIMES = 0.3
STATES = (94, 4, 0.5, 1.5, 0)
"""Of a hundred assets so many are in each state."""
STATION = "community.grid_station"


async def make_things(town: Town) -> None:
    """Register assets and places."""
    dice = town.dice("things")
    assets = [asset for grid in town.grids for asset in _assets(town, dice, grid)]
    _keep(town.assets, assets, await town.write("assets", register_assets, assets))
    places = [place for grid in town.grids for place in _places(town, dice, grid)]
    _keep(town.places, places, await town.write("places", register_places, places))


def _keep(kept: dict[int, list[Spot]], requests: Sequence[NewThing], ids: list[int]) -> None:
    for id, one in zip(ids, requests, strict=True):
        spot = Spot(id=id, name=one.name, kind_id=one.kind_id, longitude=one.longitude, latitude=one.latitude)
        kept.setdefault(one.grid_id, []).append(spot)


def _assets(town: Town, dice: Random, grid: Ground) -> Iterator[NewAsset]:
    """One of each kind of the grid's plugin at least."""
    kinds = [kind for kind in town.registry.asset_kinds.values() if kind.plugin == grid.type_id]
    spare = town.sizes.by_type[grid.type_id].things_per_grid - len(kinds)
    for kind, more in zip(kinds, share(max(0, spare), [OFTEN.get(kind.id, 1.0) for kind in kinds]), strict=True):
        for number in range(1, more + 2):
            yield NewAsset(
                **_thing(town, dice, grid, kind, f"{grid.name.removesuffix('网格')}{kind.label.zh}{number}号"),
                code=f"{grid.code}-{number:02d}",
                state=dice.choices(tuple(AssetState), STATES)[0],
                accuracy_metres=float(dice.choice((3, 5, 10))),
                measured=PositionMethod.SATELLITE,
            )


def _places(town: Town, dice: Random, grid: Ground) -> Iterator[NewPlace]:
    """A grid station, some of the other general places, and one of each of the plugin's own kinds."""
    for kind in town.registry.place_kinds.values():
        if kind.plugin == grid.type_id or kind.id == STATION or (kind.plugin == "community" and dice.random() < SOMETIMES):
            yield NewPlace(
                **_thing(town, dice, grid, kind, f"{grid.name.removesuffix('网格')}{kind.label.zh}"),
                contact=contact_of(kind.id, dice),
                opening_hours=hours_of(kind.id),
                services=services_of(kind.id),
            )


def _thing(town: Town, dice: Random, grid: Ground, kind: ThingKindDefinition, name: str) -> dict[str, Any]:
    """What an asset and a place have in common."""
    longitude, latitude = around(dice, grid.longitude, grid.latitude)
    given: dict[str, str] = {}
    if kind.id == "maritime.vessel":
        name = given["name"] = f"镜渔{dice.randint(10_000, 99_999)}"
    details = make_details(dice, kind.id, kind.details, town.founded, **given)
    return {
        "grid_id": grid.id,
        "kind_id": kind.id,
        "name": name,
        "longitude": longitude,
        "latitude": latitude,
        "details": details,
    }
