"""Moving: people move in, on and out, alone or as a household. Their grid follows the home; the homes that they had stay on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import Change, Checking, rows_to_change, write_change
from wangge_core.checking import check_optional_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.people.homes import MOST_ADDRESS, Home, Past, ResidenceKind, check_moved_in, follow_home, home_of, past_homes
from wangge_core.people.households import Relation, count_on, end_membership, heads_of, membership
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import household_rule, is_living, person_rule, unit_rule
from wangge_core.vacancies import live_in
from wangge_core.writing import check_grid, grids_of, grids_of_units


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination(Change):
    """Where somebody moves to: a unit, an address in a grid, or a grid. The grid of a unit need not be named."""

    grid_id: int | None = None
    unit_id: int | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Destination):
    """The person `id` moves out of the present home, into another (then `moved_in_on` is needed), or both.

    Who joins a household moves to its home. `moved_out_on` is the day of moving in unless given; `kind` stays as it was.
    """

    household_id: int | None = None
    relation: Relation | None = None
    kind: ResidenceKind | None = None
    moved_in_on: date | None = None
    moved_out_on: date | None = None

    @property
    def moves_in(self) -> bool:
        return any(one is not None for one in (self.grid_id, self.unit_id, self.address, self.household_id, self.moved_in_on))


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdMove(Destination):
    """The household `id` moves with all its members on `moved_in_on`."""

    moved_in_on: date


async def move_persons(work: Work, viewer: Viewer, requests: Sequence[Move]) -> list[Outcome]:
    """Move people. For REGISTER_PEOPLE over the grid that they leave and the one that they come to.

    A membership ends with the home that it was in. A home that would begin before the last one ended is refused with TWO_HOMES.
    """
    rows = await rows_to_change(work, viewer, t.person, [one.id for one in requests], person_rule)
    moving = await _moving(work, viewer, requests, list(rows))
    checking = Checking.of(viewer, "Person", rows, Capability.REGISTER_PEOPLE)
    outcomes: list[Outcome] = []
    for request in requests:
        found = checking.refusals(request) or moving.check(rows[request.id], request)
        if not found:
            await moving.move(rows[request.id], request)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


async def move_households(work: Work, viewer: Viewer, requests: Sequence[HouseholdMove]) -> list[Outcome]:
    """Move households with all their members, who stay members. Where one of them cannot be moved, none is."""
    rows = await rows_to_change(work, viewer, t.household, [one.id for one in requests], household_rule)
    members = await _members(work, list(rows))
    moving = await _moving(work, viewer, requests, [person.id for found in members.values() for person in found])
    checking = Checking.of(viewer, "Household", rows, Capability.REGISTER_PEOPLE)
    outcomes: list[Outcome] = []
    for request in requests:
        persons = members.get(request.id, [])
        found = checking.refusals(request) or moving.check_household(request, persons)
        if not found:
            await moving.move_household(rows[request.id], request, persons)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


async def _members(work: Work, household_ids: Sequence[int]) -> Mapping[int, list[sa.Row[Any]]]:
    """The persons of each household."""
    found: dict[int, list[sa.Row[Any]]] = {}
    person = t.person
    for start in range(0, len(household_ids), CHUNK):
        chunk = household_ids[start : start + CHUNK]
        for row in await work.rows(sa.select(person).where(person.c.household_id.in_(chunk), is_living(person))):
            found.setdefault(row.household_id, []).append(row)
    return found


async def _moving(
    work: Work, viewer: Viewer, requests: Sequence[Move] | Sequence[HouseholdMove], persons: Sequence[int]
) -> "_Moving":
    household = t.household
    joined = [one.household_id for one in requests if isinstance(one, Move) and one.household_id is not None]
    households = await work.by_ids((household.c.grid_id, household.c.unit_id, household.c.address), household.c.id, joined)
    units = await grids_of_units(work, [one.unit_id for one in requests])
    named = [one.grid_id for one in requests if one.grid_id is not None]
    grids = await grids_of(work, [*named, *units.values(), *(row.grid_id for row in households.values())])
    pasts = dict(await past_homes(work, persons))
    bound, registers = BoundViewer(viewer), {id for id, row in grids.items() if viewer.may(Capability.REGISTER_PEOPLE, row.path)}
    seen = await work.by_ids((), t.unit.c.id, list(units), unit_rule(t.unit, bound))
    units = {id: grid for id, grid in units.items() if grid in registers or id in seen}
    seen = await work.by_ids((), household.c.id, list(households), household_rule(household, bound))
    households = {id: row for id, row in households.items() if row.grid_id in registers or id in seen}
    return _Moving(work, viewer, grids, units, households, await heads_of(work, list(households)), pasts)


@dataclass(slots=True)
class _Moving:
    """What the moves of a list are checked against, and how they are written."""

    work: Work
    viewer: Viewer
    grids: Mapping[int, sa.Row[Any]]
    units: Mapping[int, int]
    households: Mapping[int, sa.Row[Any]]
    heads: dict[int, int]
    pasts: Mapping[int, Past]

    def home(self, request: Destination) -> Home | None:
        """Where the request leads; None where it names no grid, or nothing that is there."""
        if isinstance(request, Move) and request.household_id is not None:
            household = self.households.get(request.household_id)
            return None if household is None else home_of(household)
        grid_id = self.units.get(request.unit_id) if request.unit_id is not None else request.grid_id
        address = request.address and request.address.strip()
        return None if grid_id is None else Home(grid_id=grid_id, unit_id=request.unit_id, address=address)

    def check(self, person: sa.Row[Any], request: Move) -> list[Refusal]:
        """Why a person cannot move so."""
        found = list(check_moved_in(request.moved_in_on, person.born_on, self.work.today))
        if request.moves_in:
            found += self._check_destination(request)
            found += [refusal("REQUIRED", "movedInOn")] if request.moved_in_on is None else []
        elif request.moved_out_on is None:
            found.append(refusal("REQUIRED", "movedOutOn"))
        found += self._check_leaving(request, self.pasts.get(person.id, Past()))
        if request.relation is Relation.HEAD and self.heads.get(request.household_id or 0, person.id) != person.id:
            found.append(refusal("HEAD_TAKEN", "relation"))
        if request.relation is not None and request.household_id is None:
            found.append(refusal("REQUIRED", "householdId"))
        return found

    def _check_destination(self, request: Destination) -> list[Refusal]:
        found = list(check_optional_text(request.address, "address", most=MOST_ADDRESS))
        home = self.home(request)
        if isinstance(request, Move) and request.household_id is not None:
            if home is None:
                return [*found, refusal("NOT_FOUND", "householdId", what="Household", id=request.household_id)]
            if request.unit_id not in (None, home.unit_id):
                found.append(refusal("TWO_HOMES", "unitId"))
        elif request.unit_id is not None and (home is None or request.grid_id not in (None, home.grid_id)):
            return [*found, refusal("NOT_FOUND", "unitId", what="Unit", id=request.unit_id)]
        if home is None:
            return [*found, refusal("REQUIRED", "gridId")]
        return found + check_grid(self.grids, home.grid_id, self.viewer, Capability.REGISTER_PEOPLE)

    def _check_leaving(self, request: Move, past: Past) -> list[Refusal]:
        """One home ends before the next begins."""
        found: list[Refusal] = []
        moved_out_on = _leaves_on(request, past)
        if request.moved_out_on is not None and past.present is None:
            found.append(refusal("MOVED_OUT_ALREADY", "movedOutOn"))
        if request.moved_out_on is not None and request.moved_out_on > self.work.today:
            found.append(refusal("IN_THE_FUTURE", "movedOutOn"))
        since = None if past.present is None else past.present.moved_in_on
        if request.moved_out_on is not None and since is not None and request.moved_out_on < since:
            found.append(refusal("MOVED_OUT_BEFORE_IN", "movedOutOn"))
        earlier = [day for day in (moved_out_on, since, past.left_on) if day is not None]
        if request.moved_in_on is not None and any(request.moved_in_on < day for day in earlier):
            found.append(refusal("TWO_HOMES", "movedInOn"))
        return found

    def check_household(self, request: HouseholdMove, persons: Sequence[sa.Row[Any]]) -> list[Refusal]:
        """Why a household cannot move so: the destination, or the past of one of its members."""
        found = self._check_destination(request)
        home = self.home(request)
        if home is not None and not home.is_named:
            found.append(refusal("HOUSEHOLD_WITHOUT_HOME", "unitId"))
        of_members = (one for person in persons for one in self.check(person, _of_member(person, request)))
        told = {(one.code, one.field) for one in found}
        for one in of_members:
            if (one.code, one.field) not in told:
                told.add((one.code, one.field))
                found.append(one)
        return found

    async def move(self, person: sa.Row[Any], request: Move, *, with_household: bool = False) -> None:
        """Write the move of a person."""
        past, home = self.pasts.get(person.id, Past()), self.home(request) if request.moves_in else None
        moved_out_on = _leaves_on(request, past)
        if past.present is not None and moved_out_on is not None:
            residence = t.residence
            await self.work.run(sa.update(residence).where(residence.c.id == past.present.id).values(moved_out_on=moved_out_on))
        kind = request.kind or (ResidenceKind(person.residence) if person.residence else ResidenceKind.PERMANENT)
        if home is not None:
            lives = {"person_id": person.id, "kind": kind.value, "moved_in_on": request.moved_in_on, "moved_out_on": None}
            await self.work.insert(t.residence, [lives | home.columns])
            await live_in(self.work, self.viewer, [home.unit_id])
        stays = with_household or (home is not None and past.present is not None and home == home_of(past.present))
        household_id = person.household_id if stays and request.household_id is None else request.household_id
        if not with_household:
            await self._change_household(person, request, household_id, moved_out_on)
        await count_on(
            self.work,
            person.id,
            household_id=household_id,
            residence=None if home is None else kind.value,
            grid_id=person.grid_id if home is None else home.grid_id,
        )
        if home is not None:
            await follow_home(self.work, person.id, home.grid_id)
        self.work.announce("person.moved", person.id, person.grid_id if home is None else home.grid_id, left=person.grid_id)

    async def _change_household(self, person: sa.Row[Any], request: Move, household_id: int | None, left_on: date | None) -> None:
        if request.household_id is None and household_id == person.household_id:
            return
        await end_membership(self.work, [person.id], left_on or request.moved_in_on or self.work.today)
        if household_id is not None:
            if request.relation is Relation.HEAD:
                self.heads[household_id] = person.id
            row = membership(household_id, person.id, request.relation, request.moved_in_on)
            await self.work.insert(t.household_member, [row])

    async def move_household(self, row: sa.Row[Any], request: HouseholdMove, persons: Sequence[sa.Row[Any]]) -> None:
        """Write the move of a household and of its members."""
        home = self.home(request)
        assert home is not None
        await write_change(self.work, t.household, row, home.columns)
        for person in persons:
            await self.move(person, _of_member(person, request), with_household=True)


def _leaves_on(request: Move, past: Past) -> date | None:
    """When the present home ends: as said, or when the next one begins."""
    return None if past.present is None else request.moved_out_on or request.moved_in_on


def _of_member(person: sa.Row[Any], request: HouseholdMove) -> Move:
    return Move(
        id=person.id, grid_id=request.grid_id, unit_id=request.unit_id, address=request.address, moved_in_on=request.moved_in_on
    )
