"""Premises and responsible persons: the two lists that an organisation has beside its row. A list that is given replaces the old one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Refusal, refusal
from wangge_core.places.units import visible_persons
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.viewers import Viewer

MOST_PREMISES, MOST_RESPONSIBLE = 50, 20
SHORTEST_PHONE, LONGEST_PHONE = 3, 30
IN_PHONES = frozenset("0123456789+-() ")


class ResponsibleRole(Choice):
    """For what somebody answers in an organisation."""

    LEGAL_REPRESENTATIVE = auto(), "法定代表人"
    HEAD = auto(), "负责人", "Head"
    SAFETY_OFFICER = auto(), "安全管理员"
    FIRE_SAFETY_OFFICER = auto(), "消防安全责任人", "Fire-safety officer"
    CONTACT = auto(), "联系人"


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """Where an organisation works: a unit, or a whole building. The first of a list is the main one."""

    unit_id: int | None = None
    building_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """Somebody who answers for something: a registered person, or anybody by name. `phone` is the one for business."""

    role: ResponsibleRole
    person_id: int | None = None
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """Where premises lie. `path` is that of the building's grid."""

    building_id: int
    unit_id: int | None
    grid_id: int
    path: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the requests of a list name: sites by unit, sites by building, and the persons that the viewer sees."""

    units: Mapping[int, Site]
    buildings: Mapping[int, Site]
    persons: set[int]

    def site(self, premises: Premises) -> Site | None:
        if premises.unit_id is not None:
            return self.units.get(premises.unit_id)
        return None if premises.building_id is None else self.buildings.get(premises.building_id)


async def known_to(work: Work, viewer: Viewer, premises: Sequence[Premises], responsible: Sequence[Responsible]) -> Known:
    """Look up what the requests of a list name."""
    units = await work.by_ids((t.unit.c.building_id,), t.unit.c.id, [one.unit_id for one in premises if one.unit_id is not None])
    wanted = {one.building_id for one in premises if one.building_id is not None}
    wanted |= {row.building_id for row in units.values()}
    buildings = await work.by_ids((t.building.c.grid_id,), t.building.c.id, wanted)
    grids = await work.by_ids((t.grid.c.path,), t.grid.c.id, {row.grid_id for row in buildings.values()})
    sites = {id: Site(id, None, row.grid_id, grids[row.grid_id].path) for id, row in buildings.items()}
    seen = (Capability.READ_PLACES, Capability.REGISTER_PLACES)
    sites = {id: site for id, site in sites.items() if any(viewer.may(one, site.path) for one in seen)}
    units = {id: row for id, row in units.items() if row.building_id in sites}
    in_units = {id: Site(row.building_id, id, *_ground(sites[row.building_id])) for id, row in units.items()}
    return Known(in_units, sites, await visible_persons(work, viewer, [one.person_id for one in responsible]))


def _ground(site: Site) -> tuple[int, str]:
    return site.grid_id, site.path


def check_premises(
    premises: Sequence[Premises], known: Known, viewer: Viewer, grid_id: int, field: str = "premises"
) -> Iterator[Refusal]:
    """All must be there for the viewer, the first one in the organisation's own grid, none twice."""
    if len(premises) > MOST_PREMISES:
        yield refusal("OUT_OF_RANGE", field, least=0, most=MOST_PREMISES)
    seen: set[Premises] = set()
    for index, one in enumerate(premises):
        at = f"{field}.{index}"
        if (one.unit_id is None) == (one.building_id is None):
            yield refusal("ONE_OF", at, names="unitId, buildingId")
            continue
        site = known.site(one)
        if site is None or not viewer.may(Capability.READ_PLACES, site.path) or (index == 0 and site.grid_id != grid_id):
            name, what, id = (
                ("unitId", "Unit", one.unit_id) if one.unit_id is not None else ("buildingId", "Building", one.building_id)
            )
            yield refusal("NOT_FOUND", f"{at}.{name}", what=what, id=id)
        elif one in seen:
            yield refusal("DUPLICATE", at, key=one.unit_id or one.building_id)
        seen.add(one)


def check_responsible(responsible: Sequence[Responsible], known: Known, field: str = "responsible") -> Iterator[Refusal]:
    """Each is a person or a name, with a telephone that could be one."""
    if len(responsible) > MOST_RESPONSIBLE:
        yield refusal("OUT_OF_RANGE", field, least=0, most=MOST_RESPONSIBLE)
    for index, one in enumerate(responsible):
        at = f"{field}.{index}"
        if (one.person_id is None) == (one.name is None):
            yield refusal("ONE_OF", at, names="personId, name")
        elif one.person_id is not None and one.person_id not in known.persons:
            yield refusal("NOT_FOUND", f"{at}.personId", what="Person", id=one.person_id)
        yield from check_optional_text(one.name, f"{at}.name", most=80)
        yield from check_phone(one.phone, f"{at}.phone")


def check_phone(phone: str | None, field: str) -> Iterator[Refusal]:
    """Digits with the signs that stand between them."""
    if phone is None:
        return
    wrong = list(check_text(phone, field, most=LONGEST_PHONE))
    digits = sum(character.isdigit() for character in phone)
    if not wrong and (digits < SHORTEST_PHONE or not IN_PHONES.issuperset(phone)):
        wrong = [refusal("PHONE_INVALID", field)]
    yield from wrong


async def replace_lists(
    work: Work,
    known: Known,
    premises: Mapping[int, Sequence[Premises]],
    responsible: Mapping[int, Sequence[Responsible]],
) -> None:
    """Write the lists of organisations, by id, in place of those that they had."""
    await _replace(
        work, t.organization_premises, {id: [_premises_row(known, one) for one in many] for id, many in premises.items()}
    )
    await _replace(work, t.organization_responsible, {id: [_person_row(one) for one in many] for id, many in responsible.items()})


async def _replace(work: Work, table: sa.Table, lists: Mapping[int, Sequence[dict[str, Any]]]) -> None:
    ids = sorted(lists)
    for start in range(0, len(ids), CHUNK):
        await work.run(sa.delete(table).where(table.c.organization_id.in_(ids[start : start + CHUNK])))
    rows = [{"organization_id": id, "ordinal": ordinal} | row for id in ids for ordinal, row in enumerate(lists[id], 1)]
    await work.insert(table, rows)


def _premises_row(known: Known, premises: Premises) -> dict[str, Any]:
    site = known.site(premises)
    assert site is not None, "premises are checked before they are written"
    return {"building_id": site.building_id, "unit_id": site.unit_id}


def _person_row(one: Responsible) -> dict[str, Any]:
    name = None if one.name is None else one.name.strip()
    return {
        "role": one.role.value,
        "person_id": one.person_id,
        "name": name,
        "phone": None if one.phone is None else one.phone.strip(),
    }
