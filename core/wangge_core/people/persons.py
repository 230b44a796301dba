"""Persons and the households they live in. A person follows the home; both are bound to one grid of the base layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import auto
from typing import Any

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import already_there, check_grid, check_unit, grids_of, grids_of_units, insert_accepted


class Gender(Choice):
    """As the person states it."""

    FEMALE = auto(), "女"
    MALE = auto(), "男"
    OTHER = auto(), "其他"


class Residence(Choice):
    """How somebody lives here; where they come from is not asked."""

    PERMANENT = auto(), "常住"
    TEMPORARY = auto(), "暂住"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHousehold:
    """A household to register, in a unit where that is known."""

    grid_id: int
    name: str
    unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person to register."""

    grid_id: int
    name: str
    gender: Gender | None = None
    born_on: date | None = None
    residence: Residence = Residence.PERMANENT
    household_id: int | None = None
    source_name: str | None = None
    source_key: str | None = None


async def register_households(work: Work, viewer: Viewer, requests: Sequence[NewHousehold]) -> list[Outcome]:
    """Register households. A unit, where one is named, must lie in the household's grid."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    homes = await grids_of_units(work, [request.unit_id for request in requests])
    refusals = [
        [
            *check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PEOPLE),
            *check_text(request.name, "name", most=80),
            *check_unit(homes, request.unit_id, request.grid_id),
        ]
        for request in requests
    ]
    return await insert_accepted(
        work,
        t.household,
        requests,
        refusals,
        lambda one: {"grid_id": one.grid_id, "unit_id": one.unit_id, "name": one.name.strip(), "created_at": work.now},
    )


async def register_persons(work: Work, viewer: Viewer, requests: Sequence[NewPerson]) -> list[Outcome]:
    """Register persons. A household, where one is named, must be of the person's grid."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    wanted = [request.household_id for request in requests if request.household_id is not None]
    households = await work.by_ids((t.household.c.grid_id,), t.household.c.id, wanted)
    seen = await already_there(work, t.person, [(one.source_name, one.source_key) for one in requests])
    refusals: list[list[Refusal]] = []
    for request in requests:
        found = check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PEOPLE)
        found.extend(check_text(request.name, "name", most=80))
        if request.born_on is not None and request.born_on > work.now.astimezone(work.rules.zone).date():
            found.append(refusal("IN_THE_FUTURE", "bornOn"))
        household = households.get(request.household_id)
        if request.household_id is not None and (household is None or household.grid_id != request.grid_id):
            found.append(refusal("NOT_FOUND", "householdId", what="Household", id=request.household_id))
        if request.source_name and request.source_key:
            if (request.source_name, request.source_key) in seen:
                found.append(refusal("DUPLICATE", "sourceKey", key=request.source_key))
            elif not found:
                seen.add((request.source_name, request.source_key))
        refusals.append(found)
    outcomes = await insert_accepted(work, t.person, requests, refusals, lambda one: _row(work, one))
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            work.announce("person.registered", outcome.id, request.grid_id)
    return outcomes


def _row(work: Work, request: NewPerson) -> dict[str, Any]:
    return {
        "grid_id": request.grid_id,
        "household_id": request.household_id,
        "name": request.name.strip(),
        "gender": request.gender.value if request.gender else None,
        "born_on": request.born_on,
        "residence": request.residence.value,
        "source_name": request.source_name,
        "source_key": request.source_key,
        "created_at": work.now,
    }
