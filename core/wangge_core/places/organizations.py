"""Organisations: firms, shops and institutions on the ground of a grid, with their premises and who answers for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import auto
from typing import Any, cast

import sqlalchemy as sa

from wangge_core.changing import KEEP, Change, Checking, Kept, check_not_cleared, given, is_given, rows_to_change, write_change
from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.confirming import confirmed, unconfirmed
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.places.buildings import SEES_PLACES
from wangge_core.places.premises import (
    Known,
    Premises,
    Responsible,
    check_premises,
    check_responsible,
    known_to,
    replace_lists,
)
from wangge_core.places.registration_codes import is_registration_code, normalized
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import already_there, check_grid, grids_of, insert_accepted

SCHEME = "GB 32100-2015"
Grids = Mapping[int, sa.Row[Any]]


class OrganizationState(Choice):
    """Whether an organisation is at work."""

    OPEN = auto(), "在营"
    CLOSED = auto(), "已停业（注销）"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganization:
    """An organisation to register. `unit_id` is short for main premises that are a unit; `registration_code` is the unified social
    credit code."""

    grid_id: int
    name: str
    trade: str | None = None
    unit_id: int | None = None
    registration_code: str | None = None
    premises: tuple[Premises, ...] = ()
    responsible: tuple[Responsible, ...] = ()
    source_name: str | None = None
    source_key: str | None = None

    @property
    def all_premises(self) -> tuple[Premises, ...]:
        return self.premises if self.unit_id is None else (Premises(unit_id=self.unit_id), *self.premises)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationChange(Change):
    """New values for an organisation. The lists replace the old ones; the grid follows the main premises unless it is given.

    To close one is to set the state to CLOSED; `closed_on` is today unless given.
    """

    grid_id: int | Kept | None = KEEP
    name: str | Kept | None = KEEP
    trade: str | Kept | None = KEEP
    registration_code: str | Kept | None = KEEP
    premises: tuple[Premises, ...] | Kept | None = KEEP
    responsible: tuple[Responsible, ...] | Kept | None = KEEP
    state: OrganizationState | Kept | None = KEEP
    closed_on: date | Kept | None = KEEP


async def register_organizations(work: Work, viewer: Viewer, requests: Sequence[NewOrganization]) -> list[Outcome]:
    """Register organisations. Whoever registers one confirms it; an imported one is still to be confirmed."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    known = await _known(work, viewer, [(one.all_premises, one.responsible) for one in requests])
    taken = await _codes_taken(work, [one.registration_code for one in requests])
    sources = await already_there(work, t.organization, [(one.source_name, one.source_key) for one in requests])
    refusals: list[list[Refusal]] = []
    for request in requests:
        found = [
            *check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PLACES),
            *check_text(request.name, "name", most=200),
            *check_optional_text(request.trade, "trade", most=80),
            *_check_code(request.registration_code, taken, None),
            *check_premises(request.all_premises, known, viewer, request.grid_id),
            *check_responsible(request.responsible, known),
        ]
        if request.source_name and request.source_key:
            if (request.source_name, request.source_key) in sources:
                found.append(refusal("DUPLICATE", "sourceKey", key=request.source_key))
            elif not found:
                sources.add((request.source_name, request.source_key))
        if not found and request.registration_code is not None:
            taken[normalized(request.registration_code)] = 0
        refusals.append([_of_unit(one) if request.unit_id is not None else one for one in found])
    outcomes = await insert_accepted(work, t.organization, requests, refusals, lambda one: _row(work, viewer, known, one))
    made = {outcome.id: one for one, outcome in zip(requests, outcomes, strict=True) if outcome.id is not None}
    premises = {id: one.all_premises for id, one in made.items() if one.all_premises}
    await replace_lists(work, known, premises, {id: one.responsible for id, one in made.items() if one.responsible})
    return outcomes


def _of_unit(found: Refusal) -> Refusal:
    """What is wrong with the main premises, told of the field `unitId` that stands for them."""
    return Refusal(found.code, "unitId", found.values) if found.field == "premises.0.unitId" else found


async def _known(work: Work, viewer: Viewer, named: Sequence[tuple[Any, Any]]) -> Known:
    premises = [one for many, _ in named if isinstance(many, tuple) for one in cast("tuple[Premises, ...]", many)]
    responsible = [one for _, many in named if isinstance(many, tuple) for one in cast("tuple[Responsible, ...]", many)]
    return await known_to(work, viewer, premises, responsible)


async def _codes_taken(work: Work, codes: Sequence[Any]) -> dict[str, int]:
    """The organisations that have these codes."""
    wanted = [normalized(code) for code in codes if isinstance(code, str)]
    column = t.organization.c.registration_code
    return {code: row.id for code, row in (await work.by_ids((t.organization.c.id,), column, wanted)).items()}


def _check_code(code: Any, taken: Mapping[str, int], own_id: int | None) -> Iterator[Refusal]:
    if not isinstance(code, str):
        return
    if not is_registration_code(normalized(code)):
        yield refusal("CODE_INVALID", "registrationCode", code=code, scheme=SCHEME)
    elif taken.get(normalized(code), own_id) != own_id:
        yield refusal("CODE_TAKEN", "registrationCode", code=normalized(code))


def _row(work: Work, viewer: Viewer, known: Known, request: NewOrganization) -> dict[str, Any]:
    code = request.registration_code
    return {
        "grid_id": request.grid_id,
        "unit_id": _main_unit(known, request.all_premises),
        "name": request.name.strip(),
        "trade": request.trade,
        "registration_code": None if code is None else normalized(code),
        "source_name": request.source_name,
        "source_key": request.source_key,
        "created_at": work.now,
    } | (unconfirmed(work) if request.source_key else confirmed(work, viewer))


def _main_unit(known: Known, premises: Sequence[Premises]) -> int | None:
    site = known.site(premises[0]) if premises else None
    return None if site is None else site.unit_id


async def change_organizations(work: Work, viewer: Viewer, requests: Sequence[OrganizationChange]) -> list[Outcome]:
    """Change organisations: move, close and open them again, name who answers for what."""
    rows = await rows_to_change(work, viewer, t.organization, [one.id for one in requests], SEES_PLACES)
    known = await _known(work, viewer, [(one.premises, one.responsible) for one in requests])
    grids = await grids_of(work, [id for one in requests if (id := _new_grid(one, known)) is not None])
    taken = await _codes_taken(work, [one.registration_code for one in requests])
    settled = await _main_grids(work, [one.id for one in requests if is_given(one.grid_id) and not is_given(one.premises)])
    checking = Checking.of(viewer, "Organization", rows, Capability.REGISTER_PLACES)
    outcomes: list[Outcome] = []
    for request in requests:
        found = checking.refusals(request)
        if not found:
            found = [
                *_check(work, viewer, request, rows[request.id], known, grids),
                *_check_code(request.registration_code, taken, request.id),
            ]
        if not found and settled.get(request.id, request.grid_id) != request.grid_id:
            found = [refusal("GRID_OF_PLACE_DIFFERS", "gridId", code=grids[cast("int", request.grid_id)].code)]
        if not found:
            await _write(work, request, rows[request.id], known, taken)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


async def _main_grids(work: Work, ids: Sequence[int]) -> dict[int, int]:
    """The grids in which the main premises of organisations lie."""
    premises = t.organization_premises
    main = await work.by_ids((premises.c.building_id,), premises.c.organization_id, ids, premises.c.ordinal == 1)
    buildings = await work.by_ids((t.building.c.grid_id,), t.building.c.id, [row.building_id for row in main.values()])
    return {id: buildings[row.building_id].grid_id for id, row in main.items()}


def _new_grid(request: OrganizationChange, known: Known) -> int | None:
    """The grid that is given, or that of the new main premises."""
    if isinstance(request.grid_id, int):
        return request.grid_id
    main = known.site(request.premises[0]) if isinstance(request.premises, tuple) and request.premises else None
    return None if main is None else main.grid_id


def _check(
    work: Work, viewer: Viewer, request: OrganizationChange, row: sa.Row[Any], known: Known, grids: Grids
) -> Iterator[Refusal]:
    yield from check_not_cleared(request, "grid_id", "name", "state")
    if isinstance(request.name, str):
        yield from check_text(request.name, "name", most=200)
    if isinstance(request.trade, str):
        yield from check_optional_text(request.trade, "trade", most=80)
    grid_id = _new_grid(request, known)
    if grid_id is not None and grid_id != row.grid_id:
        yield from check_grid(grids, grid_id, viewer, Capability.REGISTER_PLACES)
    if isinstance(request.premises, tuple):
        yield from check_premises(request.premises, known, viewer, grid_id or row.grid_id)
    if isinstance(request.responsible, tuple):
        yield from check_responsible(request.responsible, known)
    if isinstance(request.closed_on, date):
        if request.closed_on > work.today:
            yield refusal("IN_THE_FUTURE", "closedOn")
        if given(request, "state").get("state", row.state) != OrganizationState.CLOSED:
            yield refusal("NOT_CLOSED", "closedOn")


async def _write(work: Work, request: OrganizationChange, row: sa.Row[Any], known: Known, taken: dict[str, int]) -> None:
    values = given(request, "name", "trade", "registration_code", "state", "closed_on")
    lists: list[str] = []
    grid_id = _new_grid(request, known)
    if grid_id is not None:
        values["grid_id"] = grid_id
    if isinstance(values.get("registration_code"), str):
        values["registration_code"] = normalized(values["registration_code"])
        taken[values["registration_code"]] = row.id
    if values.get("state") == OrganizationState.OPEN:
        values["closed_on"] = None
    elif values.get("state") == OrganizationState.CLOSED and row.closed_on is None:
        values["closed_on"] = values.get("closed_on") or work.today
    if is_given(request.premises):
        premises = request.premises if isinstance(request.premises, tuple) else ()
        values["unit_id"] = _main_unit(known, premises)
        lists.append("premises")
        await replace_lists(work, known, {row.id: premises}, {})
    if is_given(request.responsible):
        responsible = request.responsible if isinstance(request.responsible, tuple) else ()
        lists.append("responsible")
        await replace_lists(work, known, {}, {row.id: responsible})
    await write_change(work, t.organization, row, values, *lists)
