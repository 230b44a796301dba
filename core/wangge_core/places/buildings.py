"""Buildings and the units in them: homes and shops."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import auto
from typing import Any

from wangge_core.checking import check_optional_text, check_position, check_text, seven_places
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import already_there, check_grid, grids_of, insert_accepted

MOST_UNITS = 2000


class UnitUse(Choice):
    """What a unit is used for."""

    HOME = auto(), "住宅"
    SHOP = auto(), "商铺"
    OTHER = auto(), "其他"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    """A home or shop by the name on its door."""

    name: str
    use: UnitUse = UnitUse.HOME


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


async def register_buildings(work: Work, viewer: Viewer, requests: Sequence[NewBuilding]) -> list[Outcome]:
    """Register buildings and their units."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    seen = await already_there(work, t.building, [(one.source_name, one.source_key) for one in requests])
    refusals: list[list[Refusal]] = []
    for request in requests:
        found = check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PLACES)
        found.extend(_check(request))
        if request.source_name and request.source_key:
            if (request.source_name, request.source_key) in seen:
                found.append(refusal("DUPLICATE", "sourceKey", key=request.source_key))
            elif not found:
                seen.add((request.source_name, request.source_key))
        refusals.append(found)
    outcomes = await insert_accepted(work, t.building, requests, refusals, lambda one: _row(work, one))
    units = [
        {"building_id": outcome.id, "name": unit.name.strip(), "use": unit.use.value}
        for request, outcome in zip(requests, outcomes, strict=True)
        if outcome.accepted
        for unit in request.units
    ]
    await work.insert(t.unit, units)
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            work.announce("building.registered", outcome.id, request.grid_id)
    return outcomes


def _check(request: NewBuilding) -> list[Refusal]:
    found = [
        *check_text(request.name, "name", most=200),
        *check_optional_text(request.address, "address", most=400),
        *check_position(request.longitude, request.latitude),
    ]
    if request.floors is not None and not 0 < request.floors <= 200:
        found.append(refusal("OUT_OF_RANGE", "floors", least=1, most=200))
    if len(request.units) > MOST_UNITS:
        found.append(refusal("OUT_OF_RANGE", "units", least=0, most=MOST_UNITS))
    names = [unit.name.strip() for unit in request.units]
    for index, unit in enumerate(request.units):
        found.extend(check_text(unit.name, f"units.{index}.name", most=80))
        if unit.name.strip() in names[:index]:
            found.append(refusal("NAME_TAKEN", f"units.{index}.name", name=unit.name))
    return found


def _row(work: Work, request: NewBuilding) -> dict[str, Any]:
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
    }
