"""The registers: buildings with their units, households, people and organisations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_core.places.premises import Responsible, ResponsibleRole
from wangge_core.places.registration_codes import check_character
from wangge_core.places.units import NewUnit, UnitOccupancy, UnitUse
from wangge_server.demo.ground import around
from wangge_server.demo.names import ESTATES, STREETS, TRADES, organization_name, person_name
from wangge_server.demo.people import make_people
from wangge_server.demo.sizes import TypeSize, evenly
from wangge_server.demo.town import Ground, Spot, Town

HOMES_ON_A_FLOOR = 2
VACANT = 0.03
"""The part of the homes in which nobody lives."""
RENTED = 0.2
AREAS = (48, 56, 65, 72, 88, 96, 110, 128)
"""Square metres of a home."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is stored."""

    id: int
    use: UnitUse
    occupancy: UnitOccupancy

    @property
    def is_lived_in(self) -> bool:
        return self.use is UnitUse.HOME and self.occupancy is not UnitOccupancy.VACANT


async def make_registers(town: Town) -> None:
    """Register everything that stands and everybody who lives in the town."""
    await _make_buildings(town)
    units = await _stored_units(town)
    await make_people(town, _homes(units))
    await _make_organizations(town, units)


async def _make_buildings(town: Town) -> None:
    dice, living = town.dice("buildings"), town.dice("occupancy")
    requests = [
        one for type_id, size in town.sizes.by_type.items() for one in _buildings(dice, living, town.grids_of(type_id), size)
    ]
    ids = await town.write("buildings", register_buildings, requests)
    for id, one in zip(ids, requests, strict=True):
        spot = Spot(id=id, name=one.name, longitude=one.longitude, latitude=one.latitude)
        town.buildings.setdefault(one.grid_id, []).append(spot)


def _buildings(dice: Random, living: Random, grids: Sequence[Ground], size: TypeSize) -> Iterator[NewBuilding]:
    units = evenly(size.units, size.buildings) if size.buildings else []
    dice.shuffle(units)
    shops = set(dice.sample(range(size.buildings), size.shops))
    number = 0
    for grid, count in zip(grids, evenly(size.buildings, len(grids)), strict=True):
        for place in range(1, count + 1):
            yield _building(dice, living, grid, place, units[number], with_shop=number in shops)
            number += 1


def _building(dice: Random, living: Random, grid: Ground, place: int, units: int, *, with_shop: bool) -> NewBuilding:
    longitude, latitude = around(dice, grid.longitude, grid.latitude)
    if grid.type_id == "urban":
        block, house = divmod(place - 1, 12)
        name = f"{ESTATES[(block + grid.id) % len(ESTATES)]}{house + 1}号楼"
    else:
        name = f"{grid.name.removesuffix('网格')}{place}号"
    homes = units - with_shop
    return NewBuilding(
        grid_id=grid.id,
        name=name,
        address=f"{STREETS[grid.id % len(STREETS)]}{place}号",
        floors=max(1, -(-homes // HOMES_ON_A_FLOOR)) + (with_shop and homes > 0),
        longitude=longitude,
        latitude=latitude,
        units=tuple(_units(living, homes, with_shop=with_shop)),
    )


def _units(living: Random, homes: int, *, with_shop: bool) -> Iterator[NewUnit]:
    if with_shop:
        yield NewUnit(name="底商", use=UnitUse.SHOP, floor=1, area_square_metres=80.0, occupancy=UnitOccupancy.RENTED)
    for number in range(homes):
        floor, door = divmod(number, HOMES_ON_A_FLOOR)
        floor += 1 + with_shop
        area = float(living.choice(AREAS))
        yield NewUnit(name=f"{floor}{door + 1:02d}", floor=floor, area_square_metres=area, occupancy=_occupancy(living))


def _occupancy(living: Random) -> UnitOccupancy:
    chance = living.random()
    if chance < VACANT:
        return UnitOccupancy.VACANT
    return UnitOccupancy.RENTED if chance < VACANT + RENTED else UnitOccupancy.OWNER_OCCUPIED


async def _stored_units(town: Town) -> dict[int, list[Unit]]:
    """The units by the id of their grid, in the order of their keys."""
    unit, building = t.unit, t.building
    columns = (unit.c.id, unit.c.use, unit.c.occupancy, building.c.grid_id)
    query = sa.select(*columns).join(building, building.c.id == unit.c.building_id).order_by(unit.c.id)
    found: dict[int, list[Unit]] = {}
    async with town.deployment.read() as work:
        for row in await work.rows(query):
            found.setdefault(row.grid_id, []).append(Unit(row.id, UnitUse(row.use), UnitOccupancy(row.occupancy)))
    return found


def _homes(units: dict[int, list[Unit]]) -> dict[int, list[int]]:
    return {grid_id: [unit.id for unit in found if unit.is_lived_in] for grid_id, found in units.items()}


async def _make_organizations(town: Town, units: dict[int, list[Unit]]) -> None:
    dice = town.dice("organizations")
    requests = [
        one
        for type_id, size in town.sizes.by_type.items()
        for one in _organizations(dice, town.grids_of(type_id), type_id, size, units)
    ]
    ids = await town.write("organisations", register_organizations, requests)
    for id, one in zip(ids, requests, strict=True):
        town.organizations.setdefault(one.grid_id, []).append(id)


def _organizations(
    dice: Random, grids: Sequence[Ground], type_id: str, size: TypeSize, units: dict[int, list[Unit]]
) -> Iterator[NewOrganization]:
    """First one for each shop, then those without premises of their own."""
    shops = [(grid, unit.id) for grid in grids for unit in units.get(grid.id, []) if unit.use is UnitUse.SHOP]
    for number in range(size.organizations):
        grid, unit_id = shops[number] if number < len(shops) else (grids[number % len(grids)], None)
        trade = dice.choice(list(TRADES[type_id]))
        name = organization_name(dice, grid.name, TRADES[type_id][trade])
        yield NewOrganization(
            grid_id=grid.id,
            name=name,
            trade=trade,
            unit_id=unit_id,
            registration_code=_registration_code(grid, number),
            responsible=(_head(dice),),
        )


def _registration_code(grid: Ground, number: int) -> str:
    """A code whose division is nobody's."""
    body = f"92999901{grid.id:05d}{number:04d}"
    return body + check_character(body)


def _head(dice: Random) -> Responsible:
    return Responsible(role=ResponsibleRole.HEAD, name=person_name(dice), phone=f"000-{dice.randrange(10**8):08d}")
