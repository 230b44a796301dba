"""Tombstones: the rows of persons who were merged into another or erased. They keep a key from dangling, and nothing of the person."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work

EMPTY: dict[str, Any] = dict.fromkeys(
    (
        "folded",
        "gender",
        "born_on",
        "residence",
        "household_id",
        "identity_number",
        "identity_number_index",
        "identity_number_mask",
        "phone",
        "phone_index",
        "phone_mask",
        "guardian_id",
        "guardian_agreed_on",
        "confirmed_at",
        "confirmed_by_id",
        "confirm_by",
    )
)


OUTSIDE: dict[str, Any] = dict.fromkeys(("source_name", "source_key"))
"""What a person was in another system: kept of a double, so that it is not imported again, and of nobody who was erased."""


async def bury(
    work: Work, person_ids: Sequence[int], because: str, *, merged_into_id: int | None = None, basis: str | None = None
) -> None:
    """Make persons' rows tombstones, and have those that forwarded to them forward to where they forward themselves.

    `basis` is the law by which a person was erased; who was merged has none.
    """
    person, search = t.person, t.search["person"]
    gone = {
        "name": "",
        "removed_at": work.now,
        "removed_because": because,
        "removed_basis": basis,
        "merged_into_id": merged_into_id,
    }
    if merged_into_id is None:
        gone |= OUTSIDE
        await work.run(sa.update(person).where(person.c.merged_into_id.in_(person_ids)).values(OUTSIDE))
    await work.run(sa.update(person).where(person.c.merged_into_id.in_(person_ids)).values(merged_into_id=merged_into_id))
    await work.run(sa.update(person).where(person.c.id.in_(person_ids)).values(EMPTY | gone | {"version": person.c.version + 1}))
    await work.run(sa.delete(search).where(search.c.id.in_(person_ids)))


async def forwarded(work: Work, person_ids: Sequence[int]) -> dict[int, int]:
    """For those of the persons who were merged: who they are now."""
    person = t.person
    rows = await work.by_ids((person.c.merged_into_id,), person.c.id, person_ids, person.c.merged_into_id.is_not(None))
    return {id: row.merged_into_id for id, row in rows.items()}
