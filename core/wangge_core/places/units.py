"""Units: the homes, shops and rooms of a building, what they are used for and who occupies them. A unit follows its building."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import KEEP, Change, Checking, Kept, check_not_cleared, given, is_given, rows_to_change, write_change
from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import person_rule, unit_rule
from wangge_core.vacancies import LivedIn, found_lived_in

LEAST_FLOOR, MOST_FLOOR = -20, 200
MOST_AREA = 1_000_000


class UnitUse(Choice):
    """What a unit is used for."""

    HOME = auto(), "住宅"
    SHOP = auto(), "商铺"
    OFFICE = auto(), "办公"
    WORKSHOP = auto(), "作坊"
    STORAGE = auto(), "仓储"
    PUBLIC = auto(), "公共服务", "Public service"
    OTHER = auto(), "其他"


class UnitOccupancy(Choice):
    """Who occupies a unit."""

    OWNER_OCCUPIED = auto(), "自住（自用）"
    RENTED = auto(), "出租"
    VACANT = auto(), "空置"
    UNKNOWN = auto(), "未知"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    """A home, shop or room by the name on its door. `floor` counts from 1, below ground from −1; the area is in square metres."""

    name: str
    use: UnitUse = UnitUse.HOME
    floor: int | None = None
    area_square_metres: float | None = None
    occupancy: UnitOccupancy = UnitOccupancy.UNKNOWN
    occupancy_since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange(Change):
    """New values for a unit. `responsible_id` is the person who answers for it: the owner, or who looks after it."""

    name: str | Kept | None = KEEP
    use: UnitUse | Kept | None = KEEP
    floor: int | Kept | None = KEEP
    area_square_metres: float | Kept | None = KEEP
    occupancy: UnitOccupancy | Kept | None = KEEP
    occupancy_since: date | Kept | None = KEEP
    responsible_id: int | Kept | None = KEEP


def check_new_unit(unit: NewUnit, today: date, field: str) -> Iterator[Refusal]:
    """The values of a unit that is registered with its building; `field` is where it stands in the request."""
    yield from check_text(unit.name, f"{field}.name", most=80)
    yield from _check_values(unit.floor, unit.area_square_metres, unit.occupancy_since, today, f"{field}.")


def new_unit_row(building_id: int, unit: NewUnit) -> dict[str, Any]:
    return {
        "building_id": building_id,
        "name": unit.name.strip(),
        "use": unit.use.value,
        "floor": unit.floor,
        "area_square_metres": unit.area_square_metres,
        "occupancy": unit.occupancy.value,
        "occupancy_since": unit.occupancy_since,
    }


def check_floor(floor: Any, before: str = "") -> Iterator[Refusal]:
    """A floor that there can be; there is none between the first and the first below ground."""
    if isinstance(floor, int) and (floor == 0 or not LEAST_FLOOR <= floor <= MOST_FLOOR):
        yield refusal("OUT_OF_RANGE", f"{before}floor", least=LEAST_FLOOR, most=MOST_FLOOR)


def _check_values(floor: Any, area: Any, since: Any, today: date, before: str = "") -> Iterator[Refusal]:
    yield from check_floor(floor, before)
    if isinstance(area, int | float) and not 0 < area <= MOST_AREA:
        yield refusal("OUT_OF_RANGE", f"{before}areaSquareMetres", least=0, most=MOST_AREA)
    if isinstance(since, date) and since > today:
        yield refusal("IN_THE_FUTURE", f"{before}occupancySince")


async def change_units(work: Work, viewer: Viewer, requests: Sequence[UnitChange]) -> list[Outcome]:
    """Change units. A home that was vacant and is found occupied opens an event, so that whoever lives there is served."""
    rows = await rows_to_change(work, viewer, t.unit, [one.id for one in requests], unit_rule, through=t.building)
    checking = Checking.of(viewer, "Unit", rows, Capability.REGISTER_PLACES)
    taken = await _names_taken(work, rows.values())
    persons = await visible_persons(work, viewer, [one.responsible_id for one in requests])
    outcomes: list[Outcome] = []
    for request in requests:
        found = checking.refusals(request) or list(_check(work, request, rows[request.id], taken, persons))
        if not found:
            await _write(work, viewer, rows[request.id], request, taken)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


def _check(
    work: Work, request: UnitChange, row: sa.Row[Any], taken: dict[tuple[int, str], int], persons: set[int]
) -> Iterator[Refusal]:
    yield from check_not_cleared(request, "name", "use", "occupancy")
    if isinstance(request.name, str):
        yield from check_text(request.name, "name", most=80)
        if taken.get((row.building_id, request.name.strip()), row.id) != row.id:
            yield refusal("NAME_TAKEN", "name", name=request.name)
    yield from _check_values(request.floor, request.area_square_metres, request.occupancy_since, work.today)
    if isinstance(request.responsible_id, int) and request.responsible_id not in persons:
        yield refusal("NOT_FOUND", "responsibleId", what="Person", id=request.responsible_id)


async def _write(work: Work, viewer: Viewer, row: sa.Row[Any], request: UnitChange, taken: dict[tuple[int, str], int]) -> None:
    names = ("name", "use", "floor", "area_square_metres", "occupancy", "occupancy_since", "responsible_id")
    values = given(request, *names)
    occupancy = values.get("occupancy", row.occupancy)
    if occupancy != row.occupancy and not is_given(request.occupancy_since):
        values["occupancy_since"] = None  # since when the new one holds was not said
    if "name" in values:
        taken.pop((row.building_id, row.name), None)
        taken[row.building_id, values["name"]] = row.id
    await write_change(work, t.unit, row, values)
    lived_in = (UnitOccupancy.OWNER_OCCUPIED, UnitOccupancy.RENTED)
    if row.occupancy == UnitOccupancy.VACANT and occupancy in lived_in and values.get("use", row.use) == UnitUse.HOME:
        found_lived_in(work, LivedIn(row.id, row.building_id, row.grid_id, viewer), occupancy)


async def _names_taken(work: Work, rows: Iterable[sa.Row[Any]]) -> dict[tuple[int, str], int]:
    """The units of the same buildings by building and name."""
    unit, buildings = t.unit, sorted({row.building_id for row in rows})
    found: dict[tuple[int, str], int] = {}
    for start in range(0, len(buildings), CHUNK):
        query = sa.select(unit.c.id, unit.c.building_id, unit.c.name).where(
            unit.c.building_id.in_(buildings[start : start + CHUNK])
        )
        found |= {(row.building_id, row.name): row.id for row in await work.rows(query)}
    return found


async def visible_persons(work: Work, viewer: Viewer, ids: Sequence[Any]) -> set[int]:
    """Which of these persons are there for the viewer. What is no number is passed over."""
    wanted = [id for id in ids if isinstance(id, int)]
    return set(await work.by_ids((), t.person.c.id, wanted, person_rule(t.person, BoundViewer(viewer))))
