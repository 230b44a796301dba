"""Erasure: what is held on a person goes, by a reason and a law. A tombstone keeps the number, when and why, and nothing of the person.

What others wrote in their own words (descriptions, notes) is not looked through: nobody can tell by rule of whom a text speaks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import Change
from wangge_core.checking import check_text, only_right
from wangge_core.data_care.held import HELD, Erasing
from wangge_core.data_care.private_details import clear_private_details, events_of_nobody_else
from wangge_core.data_care.resident_accounts import close_accounts, resident_accounts
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.people.tombstones import bury
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

MOST_TEXT = 400
BY_OWN_STEPS = {t.person, t.account, t.involvement, t.read_log_subject}
"""Tables whose rows are erased by steps of their own below; those of all others go or are cleared as the registry says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure(Change):
    """The person to erase, why, and by which law. Both texts stay with the tombstone: nothing of the person belongs in them."""

    reason: str
    legal_basis: str


async def erase_persons(work: Work, viewer: Viewer, requests: Sequence[Erasure]) -> list[Outcome]:
    """Erase persons. For MANAGE_DATA over their grids. Who is erased already stays as it is, and is no refusal."""
    rows = await _rows(work, [one.id for one in requests])
    held_back = await open_events(work, list(rows))
    outcomes: list[Outcome] = []
    done: set[int] = set()
    for request in requests:
        row = rows.get(request.id)
        found = list(_check(viewer, request, row, held_back[request.id]))
        if row is not None and not found and row.removed_at is None and request.id not in done:
            await forget(work, [request.id], request.reason.strip(), request.legal_basis.strip())
        done.add(request.id)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


def _check(viewer: Viewer, request: Erasure, row: sa.Row[Any] | None, events: int) -> list[Refusal]:
    knowing = {Capability.MANAGE_DATA} | (
        {Capability.READ_PEOPLE} if row is not None and row.removed_at is None else set[Capability]()
    )
    knows = row is not None and any(viewer.may(one, row.path) for one in knowing)
    if row is None or not knows:
        return [refusal("NOT_FOUND", "id", what="Person", id=request.id)]
    found = [*check_text(request.reason, "reason", most=MOST_TEXT), *check_text(request.legal_basis, "legalBasis", most=MOST_TEXT)]
    if not viewer.may(Capability.MANAGE_DATA, row.path):
        found.append(refusal("NOT_ALLOWED", "id"))
    if row.removed_at is None and events:
        found.append(refusal("PERSON_IN_OPEN_EVENTS", "id", count=events))
    if row.removed_at is None and request.expected_version not in (None, row.version):
        found.append(refusal("VERSION_OUTDATED", "expectedVersion", version=row.version))
    return found


async def _rows(work: Work, ids: Sequence[int]) -> Mapping[int, sa.Row[Any]]:
    """The persons and those who were erased, with the paths of their grids; who was merged is somebody else."""
    person, grid = t.person, t.grid
    path = sa.select(grid.c.path).where(grid.c.id == person.c.grid_id).scalar_subquery().label("path")
    columns = (person.c.removed_at, person.c.version, path)
    return await work.by_ids(columns, person.c.id, ids, person.c.merged_into_id.is_(None))


async def open_events(work: Work, person_ids: Sequence[int]) -> Counter[int]:
    """In how many open events each of the persons is involved or has reported them."""
    event, tie, account, found = t.event, t.involvement, t.account, Counter[int]()
    involved = sa.select(tie.c.person_id.label("person"), event.c.id).join(event, event.c.id == tie.c.event_id)
    reported = sa.select(account.c.person_id.label("person"), event.c.id).join(event, event.c.reporter_id == account.c.id)
    both = sa.union(
        involved.where(tie.c.person_id.in_(person_ids), sa.not_(event.c.closed)),
        reported.where(account.c.person_id.in_(person_ids), sa.not_(event.c.closed)),
    ).subquery()
    for row in await work.rows(sa.select(both.c.person)):
        found[row.person] += 1
    return found


async def forget(work: Work, person_ids: Sequence[int], reason: str, basis: str) -> None:
    """Take away all that is held on persons who are in no open event. At most as many as one statement names."""
    person = t.person
    grids = await work.by_ids((person.c.grid_id, person.c.name), person.c.id, person_ids)
    households = await _households_of(work, person_ids)
    for held in HELD:
        if held.table in BY_OWN_STEPS:
            continue
        its = held.refers.in_(person_ids)
        removed, cleared = held.erasing is Erasing.REMOVED, dict.fromkeys((held.column, *held.emptied))
        await work.run(sa.delete(held.table).where(its) if removed else sa.update(held.table).where(its).values(cleared))
    await _release_wards(work, person_ids)
    await clear_private_details(work, await events_of_nobody_else(work, person_ids))
    await work.run(sa.update(t.involvement).where(t.involvement.c.person_id.in_(person_ids)).values(person_id=None))
    await close_accounts(work, await resident_accounts(work, t.account.c.person_id.in_(person_ids)))
    await bury(work, person_ids, reason, basis=basis)
    for id in person_ids:
        work.announce("person.erased", id, grids[id].grid_id)
    await _leave_households(work, households, {row.name for row in grids.values()})


async def _households_of(work: Work, person_ids: Sequence[int]) -> set[int]:
    """The households that the persons belong to or belonged to."""
    member, person = t.household_member, t.person
    ever = sa.select(member.c.household_id).where(member.c.person_id.in_(person_ids))
    now = sa.select(person.c.household_id).where(person.c.id.in_(person_ids), person.c.household_id.is_not(None))
    return {row[0] for row in await work.rows(sa.union(ever, now))}


async def _release_wards(work: Work, person_ids: Sequence[int]) -> None:
    """Children whose guardian is gone have none: somebody has to look after their data by today."""
    person = t.person
    values = {"guardian_id": None, "confirm_by": work.today, "version": person.c.version + 1}
    await work.run(sa.update(person).where(person.c.guardian_id.in_(person_ids)).values(values))


async def _leave_households(work: Work, ids: set[int], names: set[str]) -> None:
    """Households that nobody belonged to but the erased go; others lose a name that was one of theirs."""
    household, member, person = t.household, t.household_member, t.person
    its = household.c.id.in_(sorted(ids))
    empty = sa.and_(
        ~sa.exists(sa.select(1).where(member.c.household_id == household.c.id)),
        ~sa.exists(sa.select(1).where(person.c.household_id == household.c.id)),
    )
    gone = t.visit.c.household_id.in_(sa.select(household.c.id).where(its, empty))
    await work.run(sa.update(t.visit).where(gone).values(dict.fromkeys(("household_id", "checklist", "longitude", "latitude"))))
    await work.run(sa.delete(household).where(its, empty))
    left = await work.rows(sa.select(household.c.id, household.c.name, household.c.version).where(its))
    for row in left:
        if any(name and name in row.name for name in names):
            await work.change(household, row.id, {"name": "", "version": row.version + 1})
