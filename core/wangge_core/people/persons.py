"""Registering persons. A person has one home at a time and belongs to its grid; identity numbers and private phones are sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.confirming import confirmed, unconfirmed
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.people.children import check_agreement
from wangge_core.people.genders import Gender
from wangge_core.people.guardians import Guardians, check_guardian, guardians_of
from wangge_core.people.homes import MOST_ADDRESS, Home, ResidenceKind, check_moved_in, home_of
from wangge_core.people.households import Relation, heads_of, membership
from wangge_core.people.identity import birth_date
from wangge_core.people.revealing import count_guesses
from wangge_core.people.sealed import IDENTITY_NUMBER, check_sealed, indexes_of, sealed_columns
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import is_living
from wangge_core.sealing.sealer import normalised
from wangge_core.vacancies import live_in
from wangge_core.writing import already_there, check_grid, check_unit, grids_of, grids_of_units

__all__ = ["Gender", "NewPerson", "ResidenceKind", "register_persons"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person to register. Who joins a household lives in its home; all others live in a unit, at an address, or somewhere in the grid.

    `born_on` is taken from the identity number unless given. What is not known is left out.
    """

    grid_id: int
    name: str
    gender: Gender | None = None
    born_on: date | None = None
    residence: ResidenceKind = ResidenceKind.PERMANENT
    household_id: int | None = None
    relation: Relation | None = None
    unit_id: int | None = None
    address: str | None = None
    moved_in_on: date | None = None
    identity_number: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    guardian_id: int | None = None
    guardian_agreed_on: date | None = None
    source_name: str | None = None
    source_key: str | None = None

    @property
    def birth(self) -> date | None:
        """The date of birth that is given, or named by the identity number."""
        if self.born_on is not None or self.identity_number is None:
            return self.born_on
        return birth_date(normalised(self.identity_number))


async def register_persons(work: Work, viewer: Viewer, requests: Sequence[NewPerson]) -> list[Outcome]:
    """Register persons, with their homes and their places in households."""
    checking = await _checking(work, viewer, requests)
    checked = [(request.identity_number is not None, checking.check(request)) for request in requests]
    refusals = await count_guesses(work, viewer, checked)
    accepted = [request for request, found in zip(requests, refusals, strict=True) if not found]
    ids = list(await work.reserve_ids(t.person, len(accepted)))
    new = list(zip(ids, accepted, strict=True))
    await work.insert(t.person, [_row(work, viewer, id, one) for id, one in new])
    await work.insert(t.residence, [_residence(id, one, checking.home(one)) for id, one in new])
    members = [membership(one.household_id, id, one.relation, one.moved_in_on) for id, one in new if one.household_id is not None]
    await work.insert(t.household_member, members)
    for id, one in new:
        work.announce("person.registered", id, one.grid_id)
    await live_in(work, viewer, [checking.home(one).unit_id for one in accepted])
    waiting = iter(ids)
    return [Outcome(refusals=only_right(found)) if found else Outcome(id=next(waiting)) for found in refusals]


def _row(work: Work, viewer: Viewer, id: int, one: NewPerson) -> dict[str, Any]:
    return (
        {
            "id": id,
            "grid_id": one.grid_id,
            "household_id": one.household_id,
            "name": one.name.strip(),
            "gender": one.gender.value if one.gender else None,
            "born_on": one.birth,
            "residence": one.residence.value,
            "guardian_id": one.guardian_id,
            "guardian_agreed_on": one.guardian_agreed_on,
            "source_name": one.source_name,
            "source_key": one.source_key,
            "created_at": work.now,
        }
        | sealed_columns(work.sealer, id, one.identity_number, one.phone)
        | (unconfirmed(work) if one.source_name else confirmed(work, viewer))
    )


def _residence(person_id: int, one: NewPerson, home: Home) -> dict[str, Any]:
    lives = {"person_id": person_id, "kind": one.residence.value, "moved_in_on": one.moved_in_on, "moved_out_on": None}
    return lives | home.columns


async def identities_taken(work: Work, numbers: Sequence[str]) -> dict[str, int]:
    """The living persons who have one of these identity numbers, by blind index."""
    wanted = [index for number in numbers for index in indexes_of(work.sealer, IDENTITY_NUMBER, number)]
    person = t.person
    rows = await work.by_ids((person.c.id,), person.c.identity_number_index, wanted, is_living(person))
    return {index: row.id for index, row in rows.items()}


def check_birth(born_on: date | None, identity_number: str | None, today: date) -> list[Refusal]:
    """A date of birth has been, and is the one that the identity number names."""
    found: list[Refusal] = []
    if born_on is not None and born_on > today:
        found.append(refusal("IN_THE_FUTURE", "bornOn"))
    named = None if identity_number is None else birth_date(normalised(identity_number))
    if born_on is not None and named is not None and named != born_on:
        found.append(refusal("BIRTH_DATE_DIFFERS", "bornOn"))
    return found


async def _checking(work: Work, viewer: Viewer, requests: Sequence[NewPerson]) -> "_Checking":
    households = [one.household_id for one in requests if one.household_id is not None]
    household = t.household
    return _Checking(
        work=work,
        viewer=viewer,
        grids=await grids_of(work, [one.grid_id for one in requests]),
        units=await grids_of_units(work, [one.unit_id for one in requests]),
        households=await work.by_ids((household.c.grid_id, household.c.unit_id, household.c.address), household.c.id, households),
        heads=await heads_of(work, [one.household_id for one in requests if one.household_id and one.relation is Relation.HEAD]),
        guardians=await guardians_of(work, viewer, [one.guardian_id for one in requests]),
        identities=set(await identities_taken(work, [one.identity_number for one in requests if one.identity_number])),
        sources=await already_there(work, t.person, [(one.source_name, one.source_key) for one in requests]),
    )


@dataclass(slots=True, kw_only=True)
class _Checking:
    """What a list is checked against: what is there already, and what came before in the same list."""

    work: Work
    viewer: Viewer
    grids: Mapping[int, sa.Row[Any]]
    units: Mapping[int, int]
    households: Mapping[int, sa.Row[Any]]
    heads: dict[int, int]
    guardians: Guardians
    identities: set[str]
    sources: set[tuple[str, str]]
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = self.work.today

    def check(self, one: NewPerson) -> list[Refusal]:
        private = one.identity_number is not None or one.phone is not None
        found = [
            *check_grid(self.grids, one.grid_id, self.viewer, Capability.REGISTER_PEOPLE),
            *check_text(one.name, "name", most=80),
            *check_birth(one.born_on, one.identity_number, self.today),
            *check_moved_in(one.moved_in_on, one.birth, self.today),
            *self._check_home(one),
            *check_sealed(self.work.sealer, one.identity_number, one.phone, self.today),
            *check_guardian(self.guardians, one.guardian_id, one.guardian_agreed_on, self.today),
            *check_agreement(one.birth, one.guardian_id, one.guardian_agreed_on, self.today, is_private=private),
        ]
        if not found:  # or else nothing would have to be right to find out who is registered
            found.extend(self._check_taken(one))
        if not found:
            self._remember(one)
        return found

    def home(self, one: NewPerson) -> Home:
        """Where the person lives: with the household, or where the request says."""
        if one.household_id is not None:
            return home_of(self.households[one.household_id])
        return Home(grid_id=one.grid_id, unit_id=one.unit_id, address=one.address and one.address.strip())

    def _check_home(self, one: NewPerson) -> list[Refusal]:
        found = [
            *check_optional_text(one.address, "address", most=MOST_ADDRESS),
            *check_unit(self.units, one.unit_id, one.grid_id),
        ]
        if one.household_id is None:
            return [*found, *([refusal("REQUIRED", "householdId")] if one.relation is not None else [])]
        household = self.households.get(one.household_id)
        if household is None or household.grid_id != one.grid_id:
            return [*found, refusal("NOT_FOUND", "householdId", what="Household", id=one.household_id)]
        own = Home(grid_id=one.grid_id, unit_id=one.unit_id, address=one.address)
        if not home_of(household).fits(own):
            found.append(refusal("TWO_HOMES", "unitId" if one.unit_id is not None else "address"))
        return found

    def _check_taken(self, one: NewPerson) -> list[Refusal]:
        """What only one can have: an identity number, the place of a head, a key of another system."""
        found: list[Refusal] = []
        if one.identity_number and not self.identities.isdisjoint(self._indexes(one)):
            found.append(refusal("IDENTITY_TAKEN", "identityNumber"))
        if one.relation is Relation.HEAD and one.household_id in self.heads:
            found.append(refusal("HEAD_TAKEN", "relation"))
        if one.source_name and one.source_key and (one.source_name, one.source_key) in self.sources:
            found.append(refusal("DUPLICATE", "sourceKey", key=one.source_key))
        return found

    def _remember(self, one: NewPerson) -> None:
        if one.identity_number:
            self.identities.update(self._indexes(one))
        if one.relation is Relation.HEAD and one.household_id is not None:
            self.heads[one.household_id] = 0  # somebody of this list, whose key is not known yet
        if one.source_name and one.source_key:
            self.sources.add((one.source_name, one.source_key))

    def _indexes(self, one: NewPerson) -> tuple[str, ...]:
        return indexes_of(self.work.sealer, IDENTITY_NUMBER, one.identity_number or "")
