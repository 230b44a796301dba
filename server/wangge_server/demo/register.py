"""The registers: buildings with their units, households, people and organisations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.people.persons import Gender, NewHousehold, NewPerson, Residence, register_households, register_persons
from wangge_core.places.buildings import NewBuilding, NewUnit, UnitUse, register_buildings
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_server.demo.ground import around
from wangge_server.demo.names import ESTATES, STREETS, SURNAMES, TRADES, organization_name, person_name
from wangge_server.demo.sizes import TypeSize, evenly
from wangge_server.demo.town import Ground, Spot, Town

HOMES_ON_A_FLOOR = 2
VACANT = 0.03
"""The part of the homes in which nobody lives."""
TEMPORARY = {"urban": 0.18, "scenic": 0.25}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is stored."""

    id: int
    use: UnitUse


async def make_registers(town: Town) -> None:
    """Register everything that stands and everybody who lives in the town."""
    await _make_buildings(town)
    units = await _stored_units(town)
    await _make_people(town, units)
    await _make_organizations(town, units)


async def _make_buildings(town: Town) -> None:
    dice = town.dice("buildings")
    requests = [one for type_id, size in town.sizes.by_type.items() for one in _buildings(dice, town.grids_of(type_id), size)]
    ids = await town.write("buildings", register_buildings, requests)
    for id, one in zip(ids, requests, strict=True):
        spot = Spot(id=id, name=one.name, longitude=one.longitude, latitude=one.latitude)
        town.buildings.setdefault(one.grid_id, []).append(spot)


def _buildings(dice: Random, grids: Sequence[Ground], size: TypeSize) -> Iterator[NewBuilding]:
    units = evenly(size.units, size.buildings) if size.buildings else []
    dice.shuffle(units)
    shops = set(dice.sample(range(size.buildings), size.shops))
    number = 0
    for grid, count in zip(grids, evenly(size.buildings, len(grids)), strict=True):
        for place in range(1, count + 1):
            yield _building(dice, grid, place, units[number], with_shop=number in shops)
            number += 1


def _building(dice: Random, grid: Ground, place: int, units: int, *, with_shop: bool) -> NewBuilding:
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
        units=tuple(_units(homes, with_shop=with_shop)),
    )


def _units(homes: int, *, with_shop: bool) -> Iterator[NewUnit]:
    if with_shop:
        yield NewUnit(name="底商", use=UnitUse.SHOP)
    for number in range(homes):
        floor, door = divmod(number, HOMES_ON_A_FLOOR)
        yield NewUnit(name=f"{floor + 1 + with_shop}{door + 1:02d}")


async def _stored_units(town: Town) -> dict[int, list[Unit]]:
    """The units by the id of their grid, in the order of their keys."""
    unit, building = t.unit, t.building
    query = (
        sa.select(unit.c.id, unit.c.use, building.c.grid_id).join(building, building.c.id == unit.c.building_id).order_by(unit.c.id)
    )
    found: dict[int, list[Unit]] = {}
    async with town.deployment.read() as work:
        for row in await work.rows(query):
            found.setdefault(row.grid_id, []).append(Unit(row.id, UnitUse(row.use)))
    return found


async def _make_people(town: Town, units: dict[int, list[Unit]]) -> None:
    dice = town.dice("people")
    households: list[NewHousehold] = []
    members: list[int] = []
    for type_id, size in town.sizes.by_type.items():
        grids = town.grids_of(type_id)
        for grid, persons in zip(grids, evenly(size.persons, len(grids)), strict=True):
            homes = [unit.id for unit in units.get(grid.id, []) if unit.use is UnitUse.HOME and dice.random() >= VACANT]
            counts = _household_sizes(dice, persons, len(homes) or -(-persons // 4))
            members += counts
            households += [_household(dice, grid, homes[index] if homes else None) for index in range(len(counts))]
    ids = await town.write("households", register_households, households)
    types = {grid.id: grid.type_id for grid in town.grids}
    people = [
        person
        for id, household, count in zip(ids, households, members, strict=True)
        for person in _family(
            dice, town.founded.date(), id, household, count, temporary=TEMPORARY.get(types[household.grid_id], 0.03)
        )
    ]
    for id, person in zip(await town.write("people", register_persons, people), people, strict=True):
        town.persons.setdefault(person.grid_id, []).append(id)


def _household_sizes(dice: Random, persons: int, homes: int) -> list[int]:
    """How many live in each home: one at least."""
    counts = [1] * min(persons, homes)
    for index in dice.choices(range(len(counts)), k=persons - len(counts)) if counts else []:
        counts[index] += 1
    return counts


def _household(dice: Random, grid: Ground, unit_id: int | None) -> NewHousehold:
    return NewHousehold(grid_id=grid.id, name=f"{dice.choice(SURNAMES)}家", unit_id=unit_id)


def _family(
    dice: Random, today: date, household_id: int, household: NewHousehold, count: int, *, temporary: float
) -> Iterator[NewPerson]:
    """The people of a household: one or two adults, then mostly children and old people."""
    residence = Residence.TEMPORARY if dice.random() < temporary else Residence.PERMANENT
    parent = dice.randint(24, 78)
    for number in range(count):
        years = parent if number == 0 else _years(dice, parent, number)
        surname = None if number == 1 else household.name[:1]
        yield NewPerson(
            grid_id=household.grid_id,
            name=person_name(dice, surname),
            gender=dice.choice((Gender.FEMALE, Gender.MALE)),
            born_on=today - timedelta(days=years * 365 + dice.randrange(365)),
            residence=residence,
            household_id=household_id,
        )


def _years(dice: Random, parent: int, number: int) -> int:
    if number == 1:
        return max(20, parent + dice.randint(-6, 6))
    return max(1, parent - dice.randint(22, 36)) if dice.random() < 0.8 else min(98, parent + dice.randint(20, 30))


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
        yield NewOrganization(grid_id=grid.id, name=name, trade=trade, unit_id=unit_id)
