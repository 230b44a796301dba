"""Households: people who live together in one home, each in a relation to the head. Who left stays in the history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import Change, rows_to_change
from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.people.homes import MOST_ADDRESS, Home, Past, check_moved_in, home_of, past_homes
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import household_rule, person_rule
from wangge_core.vacancies import live_in
from wangge_core.writing import already_there, check_grid, check_unit, grids_of, grids_of_units, insert_accepted


class Relation(Choice):
    """What somebody is to the head of the household, after GB/T 4761 (codes of family relations)."""

    HEAD = auto(), "户主"
    SPOUSE = auto(), "配偶"
    CHILD = auto(), "子女"
    CHILD_IN_LAW = auto(), "儿媳或女婿"
    GRANDCHILD = auto(), "孙子女或外孙子女"
    PARENT = auto(), "父母"
    PARENT_IN_LAW = auto(), "公婆或岳父母"
    GRANDPARENT = auto(), "祖父母或外祖父母"
    SIBLING = auto(), "兄弟姐妹"
    OTHER_RELATIVE = auto(), "其他亲属"
    CARER = auto(), "照护人员"
    LODGER = auto(), "寄住人"
    OTHER = auto(), "其他"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHousehold:
    """A household to register: in a unit or, where the ground has none, at an address. An imported one says where it came from."""

    grid_id: int
    name: str
    unit_id: int | None = None
    address: str | None = None
    source_name: str | None = None
    source_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining(Change):
    """Somebody who belongs to the household `id` from `joined_on`, today unless given; a member gets the new relation."""

    person_id: int
    relation: Relation | None = None
    joined_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving(Change):
    """Somebody who belongs to the household `id` until `left_on`, today unless given. Their home stays."""

    person_id: int
    left_on: date | None = None


async def register_households(work: Work, viewer: Viewer, requests: Sequence[NewHousehold]) -> list[Outcome]:
    """Register households. A unit must lie in the household's grid; without one there must be an address."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    homes = await grids_of_units(work, [request.unit_id for request in requests])
    taken = await already_there(work, t.household, [(one.source_name, one.source_key) for one in requests])
    refusals = [
        [
            *check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PEOPLE),
            *check_text(request.name, "name", most=80),
            *check_optional_text(request.address, "address", most=MOST_ADDRESS),
            *check_unit(homes, request.unit_id, request.grid_id),
            *([refusal("HOUSEHOLD_WITHOUT_HOME", "unitId")] if request.unit_id is None and request.address is None else ()),
            *([refusal("DUPLICATE", "sourceKey", key=request.source_key)] if _source(request) in taken else ()),
        ]
        for request in requests
    ]
    outcomes = await insert_accepted(work, t.household, requests, refusals, lambda one: _row(work, one))
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            work.announce("household.registered", outcome.id, request.grid_id)
    await live_in(work, viewer, [one.unit_id for one, outcome in zip(requests, outcomes, strict=True) if outcome.accepted])
    return outcomes


def _source(request: NewHousehold) -> tuple[str | None, str | None]:
    return request.source_name, request.source_key


def _row(work: Work, request: NewHousehold) -> dict[str, Any]:
    address = request.address.strip() if request.address else None
    home = {"grid_id": request.grid_id, "unit_id": request.unit_id, "address": address}
    source = {"source_name": request.source_name, "source_key": request.source_key}
    return home | source | {"name": request.name.strip(), "created_at": work.now}


async def join_households(work: Work, viewer: Viewer, requests: Sequence[Joining]) -> list[Outcome]:
    """Make people members of the household in whose home they live; a household that they were in before they leave.

    Who lives elsewhere is moved first, or together with joining: see `move_persons`.
    """
    checking = _Members(work, viewer, await _households(work, viewer, requests), await _persons(work, viewer, requests))
    pasts = await past_homes(work, list(checking.persons))
    heads = await heads_of(work, list(checking.households))
    outcomes: list[Outcome] = []
    for request in requests:
        found = checking.refusals(request) or _check_joining(work, request, checking, pasts.get(request.person_id, Past()), heads)
        if found:
            outcomes.append(Outcome(refusals=only_right(found)))
            continue
        await _join(work, request, home_of(checking.households[request.id]), pasts[request.person_id], heads)
        outcomes.append(checking.done(request))
    return outcomes


def _check_joining(work: Work, request: Joining, checking: "_Members", past: Past, heads: Mapping[int, int]) -> list[Refusal]:
    home = home_of(checking.households[request.id])
    found = list(check_moved_in(request.joined_on, checking.persons[request.person_id].born_on, work.today, "joinedOn"))
    if past.present is None or not home.fits(home_of(past.present)):
        found.append(refusal("TWO_HOMES", "personId"))
    if request.relation is Relation.HEAD and heads.get(request.id, request.person_id) != request.person_id:
        found.append(refusal("HEAD_TAKEN", "relation"))
    return found


async def _join(work: Work, request: Joining, home: Home, past: Past, heads: dict[int, int]) -> None:
    joined_on = request.joined_on or work.today
    await end_membership(work, [request.person_id], joined_on)
    for household, head in list(heads.items()):
        if head == request.person_id:
            del heads[household]
    if request.relation is Relation.HEAD:
        heads[request.id] = request.person_id
    await work.insert(t.household_member, [membership(request.id, request.person_id, request.relation, joined_on)])
    await count_on(work, request.person_id, household_id=request.id)
    if past.present is not None and not home_of(past.present).is_named:
        await work.run(sa.update(t.residence).where(t.residence.c.id == past.present.id).values(home.columns))


async def leave_households(work: Work, viewer: Viewer, requests: Sequence[Leaving]) -> list[Outcome]:
    """End memberships."""
    checking = _Members(work, viewer, await _households(work, viewer, requests), await _persons(work, viewer, requests))
    member = t.household_member
    open_ones = await work.by_ids(
        (member.c.household_id, member.c.joined_on), member.c.person_id, list(checking.persons), member.c.left_on.is_(None)
    )
    outcomes: list[Outcome] = []
    for request in requests:
        found, left_on = checking.refusals(request), request.left_on or work.today
        one = open_ones.get(request.person_id)
        if not found and (one is None or one.household_id != request.id):
            found = [refusal("NOT_A_MEMBER", "personId")]
        if left_on > work.today:
            found.append(refusal("IN_THE_FUTURE", "leftOn"))
        if one is not None and one.joined_on is not None and left_on < one.joined_on:
            found.append(refusal("TERM_INVALID", "leftOn"))
        if found:
            outcomes.append(Outcome(refusals=only_right(found)))
            continue
        await end_membership(work, [request.person_id], left_on)
        await count_on(work, request.person_id, household_id=None)
        outcomes.append(checking.done(request))
    return outcomes


async def end_membership(work: Work, person_ids: Iterable[int], left_on: date) -> None:
    """End what memberships these persons have. Where they had joined later than that, on the day of joining."""
    member = t.household_member
    later = sa.case((member.c.joined_on > left_on, member.c.joined_on), else_=left_on)
    for person_id in person_ids:
        await work.run(sa.update(member).where(member.c.person_id == person_id, member.c.left_on.is_(None)).values(left_on=later))


def membership(household_id: int, person_id: int, relation: Relation | None, joined_on: date | None) -> dict[str, Any]:
    """The row of a member."""
    return {
        "household_id": household_id,
        "person_id": person_id,
        "relation": None if relation is None else relation.value,
        "joined_on": joined_on,
        "left_on": None,
    }


async def heads_of(work: Work, household_ids: Sequence[int]) -> dict[int, int]:
    """The person who is the head, for those of the households that have one."""
    member = t.household_member
    rows = await work.by_ids(
        (member.c.person_id,), member.c.household_id, household_ids, member.c.left_on.is_(None), member.c.relation == Relation.HEAD
    )
    return {id: row.person_id for id, row in rows.items()}


async def count_on(work: Work, person_id: int, **values: Any) -> None:
    """Write columns of a person, and count its version on."""
    person = t.person
    await work.run(sa.update(person).where(person.c.id == person_id).values(values | {"version": person.c.version + 1}))


async def _households(work: Work, viewer: Viewer, requests: Sequence[Change]) -> Mapping[int, sa.Row[Any]]:
    return await rows_to_change(work, viewer, t.household, [one.id for one in requests], household_rule)


async def _persons(work: Work, viewer: Viewer, requests: Sequence[Joining | Leaving]) -> Mapping[int, sa.Row[Any]]:
    return await rows_to_change(work, viewer, t.person, [one.person_id for one in requests], person_rule)


@dataclass(slots=True)
class _Members:
    """The households and persons of a list, and the checks that joining and leaving share."""

    work: Work
    viewer: Viewer
    households: Mapping[int, sa.Row[Any]]
    persons: Mapping[int, sa.Row[Any]]

    def refusals(self, request: Joining | Leaving) -> list[Refusal]:
        household, person = self.households.get(request.id), self.persons.get(request.person_id)
        if household is None:
            return [refusal("NOT_FOUND", "id", what="Household", id=request.id)]
        if person is None:
            return [refusal("NOT_FOUND", "personId", what="Person", id=request.person_id)]
        allowed = (("id", household), ("personId", person))
        return [
            refusal("NOT_ALLOWED", field) for field, row in allowed if not self.viewer.may(Capability.REGISTER_PEOPLE, row.path)
        ]

    def done(self, request: Joining | Leaving) -> Outcome:
        self.work.announce("household.changed", request.id, self.households[request.id].grid_id, person=request.person_id)
        return Outcome(id=request.id)
