"""Merging doubles: two rows that are one person become one. What the other had goes to the one that is kept; a tombstone forwards to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import Change, rows_to_change
from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.people.homes import Home, Past, follow_home, home_of, past_homes
from wangge_core.people.households import Relation
from wangge_core.people.sealed import IDENTITY_NUMBER, PHONE, open_column, sealed_columns
from wangge_core.people.tombstones import bury
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import person_rule
from wangge_core.sealing.sealer import SealingError

FACTS = ("gender", "born_on", "guardian_id", "guardian_agreed_on")
"""What the kept person takes over where it has nothing."""
OF_THE_ROW = {("person", "merged_into_id"), ("residence", "person_id"), ("household_member", "person_id")}
"""References to a person that do not simply go to the kept one: tombstones, and what has rules of its own below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Change):
    """The person `doubled_id` is the same as the person `id`, who is kept."""

    doubled_id: int
    reason: str


def references() -> list[sa.Column[Any]]:
    """Every column of any table that refers to a person and goes to the kept one: what is added later goes along."""
    columns = (column for table in t.metadata.sorted_tables for column in table.c if column.references(t.person.c.id))
    return [one for one in columns if not one.primary_key and (one.table.name, one.name) not in OF_THE_ROW]


async def merge_persons(work: Work, viewer: Viewer, requests: Sequence[Merge]) -> list[Outcome]:
    """Merge doubles. For MANAGE_DATA or REGISTER_PEOPLE over the grids of both. Each person stands in one merge of a list."""
    ids = [id for one in requests for id in (one.id, one.doubled_id)]
    rows = await rows_to_change(work, viewer, t.person, ids, person_rule)
    accounts = await work.by_ids((), t.account.c.person_id, list(rows))
    pasts = await past_homes(work, list(rows))
    seen: set[int] = set()
    outcomes: list[Outcome] = []
    for request in requests:
        found = [*_check_named(viewer, rows, request, seen), *check_text(request.reason, "reason", most=400)]
        if not found:
            found = _check_same(work, rows[request.id], rows[request.doubled_id], accounts)
        if not found:
            seen |= {request.id, request.doubled_id}
            await _merge(work, rows[request.id], rows[request.doubled_id], pasts, request.reason.strip())
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


def _check_named(viewer: Viewer, rows: Mapping[int, sa.Row[Any]], request: Merge, seen: set[int]) -> list[Refusal]:
    found: list[Refusal] = []
    for id, field in ((request.id, "id"), (request.doubled_id, "doubledId")):
        row = rows.get(id)
        if row is None:
            found.append(refusal("NOT_FOUND", field, what="Person", id=id))
        elif not (viewer.may(Capability.MANAGE_DATA, row.path) or viewer.may(Capability.REGISTER_PEOPLE, row.path)):
            found.append(refusal("NOT_ALLOWED", field))
        elif id in seen:
            found.append(refusal("DUPLICATE", field, key=id))
    if request.id == request.doubled_id:
        found.append(refusal("SAME_PERSON", "doubledId"))
    if not found and request.expected_version not in (None, rows[request.id].version):
        found.append(refusal("VERSION_OUTDATED", "expectedVersion", version=rows[request.id].version))
    return found


def _check_same(work: Work, kept: sa.Row[Any], doubled: sa.Row[Any], accounts: Mapping[int, Any]) -> list[Refusal]:
    """Two identity numbers are two persons; so may be two accounts. A number under a key that is not here cannot be compared or moved."""
    try:
        numbers = {_opened(work, row)[IDENTITY_NUMBER] for row in (kept, doubled)} - {None}
    except SealingError as error:
        return [refusal(error.code, "doubledId")]
    if len(numbers) > 1:
        return [refusal("IDENTITY_DIFFERS", "doubledId")]
    return [refusal("BOTH_HAVE_ACCOUNTS", "doubledId")] if {kept.id, doubled.id} <= set(accounts) else []


def _opened(work: Work, row: sa.Row[Any]) -> dict[str, str | None]:
    return {name: open_column(work.sealer, row.id, name, getattr(row, name)) for name in (IDENTITY_NUMBER, PHONE)}


async def _merge(work: Work, kept: sa.Row[Any], doubled: sa.Row[Any], pasts: Mapping[int, Past], reason: str) -> None:
    values = {name: getattr(doubled, name) for name in FACTS if getattr(kept, name) is None}
    values |= _sealed_of(work, kept, doubled)
    past, other = pasts.get(kept.id, Past()), pasts.get(doubled.id, Past())
    home = past.present if past.present is not None else other.present
    if past.present is None and other.present is not None:
        values |= {"grid_id": other.present.grid_id, "residence": other.present.kind}
    await bury(work, [doubled.id], reason, merged_into_id=kept.id)
    await _move_residences(work, kept, doubled, past, other)
    values["household_id"] = await _move_memberships(work, kept, doubled, None if home is None else home_of(home))
    for column in references():
        await _refer(work, column, kept.id, doubled.id)
    await follow_home(work, kept.id, values.get("grid_id", kept.grid_id))
    if values.get("guardian_id", kept.guardian_id) in (kept.id, doubled.id):
        values["guardian_id"] = None
    await work.run(sa.update(t.person).where(t.person.c.id == kept.id).values(values | {"version": kept.version + 1}))
    work.announce("person.merged", kept.id, values.get("grid_id", kept.grid_id), doubled=doubled.id, left=doubled.grid_id)


def _sealed_of(work: Work, kept: sa.Row[Any], doubled: sa.Row[Any]) -> dict[str, Any]:
    """The sealed values that the kept person lacks, sealed anew: they are bound to their row."""
    opened = _opened(work, doubled)
    wanted = [name for name in (IDENTITY_NUMBER, PHONE) if getattr(kept, name) is None and opened[name] is not None]
    sealed = sealed_columns(work.sealer, kept.id, opened[IDENTITY_NUMBER], opened[PHONE]) if wanted else {}
    return {column: value for column, value in sealed.items() if any(column.startswith(name) for name in wanted)}


async def _move_residences(work: Work, kept: sa.Row[Any], doubled: sa.Row[Any], past: Past, other: Past) -> None:
    """All homes become the kept person's. Of two present ones the kept person's stays; the other is dropped where it is the same, and
    else ends when the kept person moved in, or today where that is not known.
    """
    residence = t.residence
    if past.present is not None and other.present is not None:
        its = residence.c.id == other.present.id
        if home_of(past.present).fits(home_of(other.present)):
            await work.run(sa.delete(residence).where(its))
        else:
            since, until = other.present.moved_in_on, past.present.moved_in_on
            end = until if until is not None and (since is None or since <= until) else work.today
            await work.run(sa.update(residence).where(its).values(moved_out_on=end))
    await work.run(sa.update(residence).where(residence.c.person_id == doubled.id).values(person_id=kept.id))


async def _move_memberships(work: Work, kept: sa.Row[Any], doubled: sa.Row[Any], home: Home | None) -> int | None:
    """All memberships become the kept person's. The present one is the kept person's, or else the other's if it is in the home.

    Returns the present household.
    """
    member, household = t.household_member, t.household
    joined = household.join(member, member.c.household_id == household.c.id)
    query = sa.select(member, household.c.grid_id, household.c.unit_id, household.c.address).select_from(joined)
    rows = {
        row.person_id: row
        for row in await work.rows(query.where(member.c.person_id.in_((kept.id, doubled.id)), member.c.left_on.is_(None)))
    }
    own, other = rows.get(kept.id), rows.get(doubled.id)
    if other is not None and own is not None and own.household_id == other.household_id:
        await work.run(sa.delete(member).where(member.c.id == other.id))
        if own.relation is None or other.relation == Relation.HEAD:
            await work.run(sa.update(member).where(member.c.id == own.id).values(relation=other.relation))
    elif other is not None and (own is not None or home is None or not home_of(other).fits(home)):
        await work.run(sa.update(member).where(member.c.id == other.id).values(left_on=work.today))
        other = None
    await work.run(sa.update(member).where(member.c.person_id == doubled.id).values(person_id=kept.id))
    present = own if own is not None else other
    return None if present is None else present.household_id


async def _refer(work: Work, column: sa.Column[Any], kept_id: int, doubled_id: int) -> None:
    """Have a column refer to the kept person. A tie to an event in a role that the kept person has there already is dropped,
    and of a campaign that has both on its list one target is of nobody."""
    table = column.table
    if table is t.involvement:
        other = t.involvement.alias()
        same = sa.exists().where(
            other.c.event_id == t.involvement.c.event_id, other.c.role == t.involvement.c.role, other.c.person_id == kept_id
        )
        await work.run(sa.delete(t.involvement).where(t.involvement.c.person_id == doubled_id, same))
    if table is t.campaign_target:
        listed = t.campaign_target.alias()
        too = sa.select(listed.c.campaign_id).where(listed.c.person_id == kept_id)
        double = sa.and_(column == doubled_id, t.campaign_target.c.campaign_id.in_(too))
        await work.run(sa.update(table).where(double).values(person_id=None))
    await work.run(sa.update(table).where(column == doubled_id).values({column: kept_id}))
