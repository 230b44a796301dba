"""Finding the homes of rows: the building in its grid by name or address, the unit by name. What is missing is made where it may be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.imports.cells import whole_number
from wangge_core.imports.mappings import templates
from wangge_core.imports.registers.mappings import HomeColumns
from wangge_core.imports.templates import fill_first
from wangge_core.people.homes import Home
from wangge_core.places.buildings import BuildingChange, NewBuilding, change_buildings, register_buildings
from wangge_core.places.units import NewUnit, check_floor
from wangge_core.rights.viewers import Viewer

IN_BUILDING, IN_UNIT = "building", "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedHome:
    """What a row says of its home."""

    building: str = ""
    unit: str = ""
    address: str = ""
    floor: int | None = None

    @property
    def text(self) -> str:
        """The home in one line, as the row has it."""
        return " ".join(part for part in (self.building, self.unit, self.address) if part)


class WantedHomes:
    """Reads from rows what they say of their homes, by the mapping alone."""

    def __init__(self, columns: HomeColumns) -> None:
        self._building = templates(columns.building)
        self._unit = templates(columns.unit)
        self._address = templates(columns.address)
        self._floor = columns.floor

    def of(self, row: Mapping[str, str], found: list[Refusal]) -> WantedHome:
        building = fill_first(self._building, row) or ""
        wanted = WantedHome(
            building=building,
            unit=(fill_first(self._unit, row) or "") if building else "",
            address=fill_first(self._address, row) or "",
            floor=whole_number(row[self._floor], "floor", found) if self._floor else None,
        )
        if building and self._unit and not wanted.unit and not wanted.address:
            found.append(refusal("UNIT_REQUIRED", IN_UNIT))
        for text, where, most in ((building, IN_BUILDING, 200), (wanted.unit, IN_UNIT, 80), (wanted.address, "address", 400)):
            found.extend(check_optional_text(text or None, where, most=most))
        found.extend(check_floor(wanted.floor))
        return wanted


Place = tuple[int, WantedHome]
"""A home as it is wanted, with the id of its grid."""


@dataclass(slots=True, kw_only=True)
class Homes:
    """Finds the homes of a batch, and makes those that are missing. `source` is remembered by new buildings."""

    viewer: Viewer
    source: str
    make: bool
    _buildings: dict[tuple[int, str], int | Refusal] = field(default_factory=dict[tuple[int, str], "int | Refusal"])
    _units: dict[tuple[int, str], int] = field(default_factory=dict[tuple[int, str], int])

    async def load(self, work: Work, places: Sequence[Place]) -> None:
        """Look up what a batch wants; what an earlier one found is forgotten."""
        self._buildings, self._units = {}, {}
        named = {(grid, home.building) for grid, home in places if home.building}
        await self._load_buildings(work, named)
        await self._load_units(work, {home.unit for _, home in places if home.unit})

    def find(self, place: Place) -> Home | Refusal | None:
        """The home; why there is none; None for one that can be made."""
        grid, wanted = place
        if not wanted.building or (not wanted.unit and wanted.address):
            return Home(grid_id=grid, address=wanted.address or None)
        building = self._buildings.get((grid, wanted.building))
        if isinstance(building, Refusal):
            return building
        if building is None:
            return None if self.make else refusal("BUILDING_NOT_FOUND", IN_BUILDING, name=wanted.building)
        if not wanted.unit:
            return Home(grid_id=grid, address=wanted.building)
        unit = self._units.get((building, wanted.unit))
        if unit is None:
            return None if self.make else refusal("UNIT_NOT_FOUND", IN_UNIT, name=wanted.unit)
        return Home(grid_id=grid, unit_id=unit)

    async def find_or_make(self, work: Work, places: Sequence[Place]) -> list[Home | Refusal]:
        """The homes in order, made where they were missing and may be."""
        missing = [place for place in places if self.find(place) is None]
        wrong: dict[tuple[int, str], Refusal] = {}
        if missing:
            wrong = await self._make_buildings(work, missing) | await self._make_units(work, missing)
            await self._load_buildings(work, {(grid, home.building) for grid, home in missing})
            await self._load_units(work, {home.unit for _, home in missing if home.unit})
        return [self._found(place, wrong) for place in places]

    def _found(self, place: Place, wrong: Mapping[tuple[int, str], Refusal]) -> Home | Refusal:
        home = self.find(place)
        if home is not None:
            return home
        grid, wanted = place
        return wrong.get((grid, wanted.building)) or refusal("BUILDING_NOT_FOUND", IN_BUILDING, name=wanted.building)

    async def _load_buildings(self, work: Work, named: set[tuple[int, str]]) -> None:
        building = t.building
        grids, names = sorted({grid for grid, _ in named}), sorted({name for _, name in named})
        by_name: dict[tuple[int, str], set[int]] = {}
        by_address: dict[tuple[int, str], set[int]] = {}
        for some_grids, some_names in _chunks(grids, names):
            called = sa.or_(building.c.name.in_(some_names), building.c.address.in_(some_names))
            query = sa.select(building.c.id, building.c.grid_id, building.c.name, building.c.address)
            for row in await work.rows(query.where(building.c.grid_id.in_(some_grids), called)):
                by_name.setdefault((row.grid_id, row.name), set()).add(row.id)
                if row.address:
                    by_address.setdefault((row.grid_id, row.address), set()).add(row.id)
        for one in named:
            if meant := by_name.get(one) or by_address.get(one):
                few = len(meant) == 1
                self._buildings[one] = meant.pop() if few else refusal("BUILDING_AMBIGUOUS", IN_BUILDING, name=one[1])

    async def _load_units(self, work: Work, names: set[str]) -> None:
        unit = t.unit
        buildings = sorted({id for id in self._buildings.values() if isinstance(id, int)})
        for some_buildings, some_names in _chunks(buildings, sorted(names)):
            query = sa.select(unit.c.id, unit.c.building_id, unit.c.name)
            for row in await work.rows(query.where(unit.c.building_id.in_(some_buildings), unit.c.name.in_(some_names))):
                self._units[row.building_id, row.name] = row.id

    async def _make_buildings(self, work: Work, missing: Sequence[Place]) -> dict[tuple[int, str], Refusal]:
        """Register the buildings that are not there, with the units that rows want in them."""
        new: dict[tuple[int, str], dict[str, NewUnit]] = {}
        for grid, wanted in missing:
            if (grid, wanted.building) not in self._buildings:
                units = new.setdefault((grid, wanted.building), {})
                units |= _new_unit(wanted)
        requests = [
            NewBuilding(
                grid_id=grid, name=name, units=tuple(units.values()), source_name=self.source, source_key=f"{grid}/{name}"[:200]
            )
            for (grid, name), units in new.items()
        ]
        return _refused(list(new), await register_buildings(work, self.viewer, requests))

    async def _make_units(self, work: Work, missing: Sequence[Place]) -> dict[tuple[int, str], Refusal]:
        """Add the units that buildings lack."""
        new: dict[int, dict[str, NewUnit]] = {}
        named: dict[int, tuple[int, str]] = {}
        for grid, wanted in missing:
            building = self._buildings.get((grid, wanted.building))
            if isinstance(building, int) and (building, wanted.unit) not in self._units:
                named[building] = grid, wanted.building
                units = new.setdefault(building, {})
                units |= _new_unit(wanted)
        changes = [BuildingChange(id=id, new_units=tuple(units.values())) for id, units in new.items()]
        return _refused([named[one.id] for one in changes], await change_buildings(work, self.viewer, changes))


def _new_unit(wanted: WantedHome) -> dict[str, NewUnit]:
    return {wanted.unit: NewUnit(name=wanted.unit, floor=wanted.floor)} if wanted.unit else {}


def _refused(named: Sequence[tuple[int, str]], outcomes: Sequence[Outcome]) -> dict[tuple[int, str], Refusal]:
    return {one: outcome.refusals[0] for one, outcome in zip(named, outcomes, strict=True) if outcome.refusals}


def _chunks(first: Sequence[Any], second: Sequence[Any]) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
    for start in range(0, len(first), CHUNK):
        for other in range(0, len(second), CHUNK):
            yield first[start : start + CHUNK], second[other : other + CHUNK]
