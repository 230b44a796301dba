"""Overlays on a generated ground: 372 base grids in twelve communities, and layers of grids that are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from towns import DISTRICT, Town, ids
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.grids.layers import NewLayer, create_layers
from wangge_core.grids.overlays import NewOverlay, create_overlays
from wangge_core.rights.viewers import operator

STREETS, COMMUNITIES, SMALLEST = 4, 3, 31
"""Streets, communities in each and grids in each of these: 372 grids."""
POLICE, CITY, MARKET = "police", "city_management", "market"
TYPES = {POLICE: "community.police_grid", CITY: "urban.city_management_grid", MARKET: "urban.market_grid"}
NAMES = {POLICE: ("警务网格", "Police"), CITY: ("城管网格", "City management"), MARKET: ("市场监管网格", "Market supervision")}


@dataclass(frozen=True, slots=True)
class Layered:
    """The grids by code, base and overlay, and the base grids that each overlay's grid is made of, by codes."""

    base: Mapping[str, int]
    overlays: Mapping[str, int]
    made_of: Mapping[str, Sequence[str]]

    def holder(self, layer: str, code: str) -> str | None:
        """The grid of a layer that a base grid belongs to, said from the codes alone."""
        found = [one for one, parts in self.made_of.items() if one.startswith(layer[0].upper()) and code.startswith(tuple(parts))]
        assert len(found) <= 1
        return found[0] if found else None


async def add_base(town: Town) -> dict[str, int]:
    """Streets, communities and grids below the district of the town; the ids by code."""
    new: list[NewGrid] = []
    for street in range(2, STREETS + 2):
        first = f"{DISTRICT}{street:03}"
        new.append(NewGrid(code=first, name=f"Street {street}", type_id="community.division", parent_code=DISTRICT))
        for community in range(1, COMMUNITIES + 1):
            second = f"{first}{community:03}"
            new.append(NewGrid(code=second, name=f"Lane {second}", type_id="community.division", parent_code=first))
            new += [
                NewGrid(code=f"{second}{grid:03}", name=f"Grid {grid}", type_id="urban", parent_code=second)
                for grid in range(1, SMALLEST + 1)
            ]
    async with town.deployment.write() as work:
        return dict(zip((one.code for one in new), ids(await create_grids(work, operator(), new)), strict=True))


async def add_layers(town: Town, *layers: str) -> None:
    async with town.deployment.write() as work:
        new = [NewLayer(id=layer, name=NAMES[layer][0], name_en=NAMES[layer][1]) for layer in layers]
        assert all(one.accepted for one in await create_layers(work, operator(), new))


async def add_overlays(town: Town, seed: int = 7) -> Layered:
    """56 police grids over five or six base grids each, which leaves some uncovered; stations above them made of whole streets; grids of
    city management made of communities; of market supervision made of single grids."""
    base, random = await add_base(town), Random(seed)
    await add_layers(town, POLICE, CITY, MARKET)
    leaves = sorted(code for code in base if len(code) == 15)
    random.shuffle(leaves)
    made: dict[str, list[str]] = {}
    parents: dict[str, str | None] = {}
    for street in sorted(code for code in base if len(code) == 9):
        made[f"P{street}"], parents[f"P{street}"] = [street], None
    by_street = {street[1:]: [leaf for leaf in leaves if leaf.startswith(street[1:])] for street in made}
    for number in range(56):
        street = sorted(by_street)[number % STREETS]
        made[f"P{number:02}"] = [by_street[street].pop() for _ in range(random.choice((5, 6)))]
        parents[f"P{number:02}"] = f"P{street}"
    for number, community in enumerate(sorted(code for code in base if len(code) == 12)[:8]):
        made[f"C{number}"], parents[f"C{number}"] = [community], None
    for number in range(40):
        made[f"M{number}"], parents[f"M{number}"] = [leaves[number], leaves[100 + number]], None
    layer = {one[0].upper(): one for one in TYPES}
    new = [
        NewOverlay(
            layer_id=layer[code[0]],
            code=code,
            name=f"Grid {code}",
            type_id=TYPES[layer[code[0]]],
            parent_code=parents[code],
            base_grid_ids=tuple(base[part] for part in parts),
        )
        for code, parts in made.items()
    ]
    async with town.deployment.write() as work:
        overlays = dict(zip(made, ids(await create_overlays(work, operator(), new)), strict=True))
    return Layered(base, overlays, made)
