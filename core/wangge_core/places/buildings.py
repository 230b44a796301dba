"""Buildings with their units. What is in a building belongs to the building's grid and follows it into another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import KEEP, Change, Checking, Kept, check_not_cleared, given, is_given, rows_to_change, write_change
from wangge_core.checking import check_optional_text, check_position, check_text, only_right, seven_places
from wangge_core.confirming import confirmed, unconfirmed
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.places.units import NewUnit, check_new_unit, new_unit_row
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import within_grid
from wangge_core.writing import already_there, check_grid, grids_of, insert_accepted

MOST_UNITS = 2000
MOST_FLOORS = 200
SEES_PLACES = within_grid(Capability.READ_PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBuilding:
    """A building to register, with its units. `source_name` and `source_key` say where an imported one came from."""

    grid_id: int
    name: str
    address: str | None = None
    floors: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    units: tuple[NewUnit, ...] = ()
    source_name: str | None = None
    source_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingChange(Change):
    """New values for a building. `new_units` are added to those that it has."""

    grid_id: int | Kept | None = KEEP
    name: str | Kept | None = KEEP
    address: str | Kept | None = KEEP
    floors: int | Kept | None = KEEP
    longitude: float | Kept | None = KEEP
    latitude: float | Kept | None = KEEP
    new_units: tuple[NewUnit, ...] = ()


async def register_buildings(work: Work, viewer: Viewer, requests: Sequence[NewBuilding]) -> list[Outcome]:
    """Register buildings and their units. Whoever registers one confirms it; an imported one is still to be confirmed."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    seen = await already_there(work, t.building, [(one.source_name, one.source_key) for one in requests])
    refusals: list[list[Refusal]] = []
    for request in requests:
        found = check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PLACES)
        found.extend(_check(work, request))
        if request.source_name and request.source_key:
            if (request.source_name, request.source_key) in seen:
                found.append(refusal("DUPLICATE", "sourceKey", key=request.source_key))
            elif not found:
                seen.add((request.source_name, request.source_key))
        refusals.append(found)
    outcomes = await insert_accepted(work, t.building, requests, refusals, lambda one: _row(work, viewer, one))
    units = [
        new_unit_row(outcome.id, unit)
        for request, outcome in zip(requests, outcomes, strict=True)
        if outcome.id is not None
        for unit in request.units
    ]
    await work.insert(t.unit, units)
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            work.announce("building.registered", outcome.id, request.grid_id)
    return outcomes


def _check(work: Work, request: NewBuilding) -> Iterator[Refusal]:
    yield from check_text(request.name, "name", most=200)
    yield from _check_values(request.address, request.floors)
    yield from check_position(request.longitude, request.latitude)
    yield from _check_units(work, request.units, "units", set())


def _check_values(address: Any, floors: Any) -> Iterator[Refusal]:
    if isinstance(address, str):
        yield from check_optional_text(address, "address", most=400)
    if isinstance(floors, int) and not 0 < floors <= MOST_FLOORS:
        yield refusal("OUT_OF_RANGE", "floors", least=1, most=MOST_FLOORS)


def _check_units(work: Work, units: Sequence[NewUnit], field: str, taken: set[str]) -> Iterator[Refusal]:
    if len(units) + len(taken) > MOST_UNITS:
        yield refusal("OUT_OF_RANGE", field, least=0, most=MOST_UNITS)
    names = set(taken)
    for index, unit in enumerate(units):
        yield from check_new_unit(unit, work.today, f"{field}.{index}")
        if unit.name.strip() in names:
            yield refusal("NAME_TAKEN", f"{field}.{index}.name", name=unit.name)
        names.add(unit.name.strip())


def _row(work: Work, viewer: Viewer, request: NewBuilding) -> dict[str, Any]:
    return {
        "grid_id": request.grid_id,
        "name": request.name.strip(),
        "address": request.address,
        "floors": request.floors,
        "longitude": seven_places(request.longitude),
        "latitude": seven_places(request.latitude),
        "source_name": request.source_name,
        "source_key": request.source_key,
        "created_at": work.now,
    } | (unconfirmed(work) if request.source_key else confirmed(work, viewer))


async def change_buildings(work: Work, viewer: Viewer, requests: Sequence[BuildingChange]) -> list[Outcome]:
    """Change buildings, one after the other. A new grid takes along the units, who lives in them, and the organisations whose
    main premises they are; where somebody lives there that asks for REGISTER_PEOPLE over both grids as well."""
    rows = await rows_to_change(work, viewer, t.building, [one.id for one in requests], SEES_PLACES)
    grids = await grids_of(work, [one.grid_id for one in requests if isinstance(one.grid_id, int)])
    checking = Checking.of(viewer, "Building", rows, Capability.REGISTER_PLACES)
    outcomes: list[Outcome] = []
    for request in requests:
        found = checking.refusals(request)
        if not found:
            found = await _check_change(work, viewer, request, rows[request.id], grids)
        if not found:
            await _write_change(work, request, rows[request.id])
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


async def _check_change(
    work: Work, viewer: Viewer, request: BuildingChange, row: sa.Row[Any], grids: Mapping[int, sa.Row[Any]]
) -> list[Refusal]:
    found = list(check_not_cleared(request, "grid_id", "name"))
    if isinstance(request.name, str):
        found.extend(check_text(request.name, "name", most=200))
    found.extend(_check_values(request.address, request.floors))
    found.extend(check_new_position(request.longitude, request.latitude))
    if request.new_units:
        names = await work.rows(sa.select(t.unit.c.name).where(t.unit.c.building_id == row.id))
        found.extend(_check_units(work, request.new_units, "newUnits", {one.name for one in names}))
    if isinstance(request.grid_id, int):
        found.extend(check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PLACES))
        if request.grid_id != row.grid_id and not found and await _is_home(work, row.id):
            paths = (row.path, grids[request.grid_id].path)
            if not all(viewer.may(Capability.REGISTER_PEOPLE, path) for path in paths):
                found.append(refusal("NOT_ALLOWED", "gridId"))
    return found


def check_new_position(longitude: Any, latitude: Any) -> Iterator[Refusal]:
    """The position of a change: both halves are given, both cleared, or both left out."""
    if is_given(longitude) != is_given(latitude):
        yield refusal("POSITION_INVALID", "position")
    elif is_given(longitude):
        yield from check_position(longitude, latitude)


async def _is_home(work: Work, building_id: int) -> bool:
    return bool(await work.value(sa.select(sa.exists(_households(building_id)))))


def _households(building_id: int) -> sa.Select[Any]:
    household, unit = t.household, t.unit
    return sa.select(household.c.id).where(household.c.unit_id.in_(sa.select(unit.c.id).where(unit.c.building_id == building_id)))


async def _write_change(work: Work, request: BuildingChange, row: sa.Row[Any]) -> None:
    values = given(request, "grid_id", "name", "address", "floors")
    if is_given(request.longitude):
        values |= {name: seven_places(value) for name, value in given(request, "longitude", "latitude").items()}
    if values.get("grid_id", row.grid_id) != row.grid_id:
        await _follow(work, row.id, values["grid_id"])
    await work.insert(t.unit, [new_unit_row(row.id, unit) for unit in request.new_units])
    await write_change(work, t.building, row, values, *(["units"] if request.new_units else []))


async def _follow(work: Work, building_id: int, grid_id: int) -> None:
    """Bind to the grid whoever lives in the building, and the organisations whose main premises are in it."""
    person, household, residence = t.person, t.household, t.residence
    organization, premises = t.organization, t.organization_premises
    main = sa.select(premises.c.organization_id).where(premises.c.building_id == building_id, premises.c.ordinal == 1)
    homes, units = _households(building_id), sa.select(t.unit.c.id).where(t.unit.c.building_id == building_id)
    present = residence.c.moved_out_on.is_(None)
    here = sa.select(residence.c.person_id).where(present, residence.c.unit_id.in_(units))
    no_home = sa.not_(sa.exists(sa.select(1).where(present, residence.c.person_id == person.c.id)))
    lives_here = sa.or_(person.c.id.in_(here), sa.and_(person.c.household_id.in_(homes), no_home))
    await work.run(sa.update(person).where(lives_here).values(grid_id=grid_id))
    await work.run(sa.update(residence).where(present, residence.c.unit_id.in_(units)).values(grid_id=grid_id))
    await work.run(sa.update(household).where(household.c.id.in_(homes)).values(grid_id=grid_id))
    await work.run(sa.update(organization).where(organization.c.id.in_(main)).values(grid_id=grid_id))
