"""The index of the log of reads by person: made from the entries some moments after they were written, many at a time.

An answer waits for its entry alone, which costs far less than a row for each person. What stands in the index is in the chains too.
"""

from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.logs.chains import id_in

MOST_ROWS = 4_000
"""About how many rows one transaction adds: some tens of milliseconds."""
MOST_ENTRIES = 200
MOST_SWEPT = 20_000
_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(hashtext('wangge read log index'))")


async def index_reads(work: Work) -> int:
    """Index entries that are not indexed yet, the oldest of each chain first. Returns how many; 0 while another process does it."""
    if not work.on_sqlite and not await work.value(_LOCK):
        return 0
    chain = t.log_chain
    behind = sa.select(chain.c.id, chain.c.indexed_entries).where(
        chain.c.id != t.CHANGES, chain.c.indexed_entries < chain.c.entries
    )
    taken: dict[int, list[sa.Row[Any]]] = {}
    room = MOST_ROWS
    for row in await work.rows(behind.order_by(chain.c.id)):
        taken[row.id] = await _entries(work, id_in(row.id, row.indexed_entries), id_in(row.id + 1, 0), room)
        room -= sum(_size(entry) for entry in taken[row.id])
        if room <= 0:
            break
    entries = sorted((entry for found in taken.values() for entry in found), key=lambda entry: (entry.at, entry.id))
    await work.insert(t.read_log_subject, [row for entry in entries for row in rows_of(entry)])
    for id, found in taken.items():
        moved = {"indexed_entries": chain.c.indexed_entries + len(found)}
        await work.run(sa.update(chain).where(chain.c.id == id).values(moved))
    return len(entries)


def rows_of(entry: Any) -> list[dict[str, int]]:
    """The rows of the index for an entry."""
    return [{"person_id": person, "entry_id": entry.id, "part": part} for part, persons in entry.subjects for person in persons]


async def sweep_index(work: Work) -> int:
    """Delete rows of entries that were pruned, from the oldest on; returns how many."""
    subject, log = t.read_log_subject, t.read_log
    oldest = sa.select(subject.c.id, subject.c.entry_id).order_by(subject.c.id).limit(MOST_SWEPT).subquery()
    kept = sa.exists(sa.select(1).where(log.c.id == oldest.c.entry_id))
    return await work.run(sa.delete(subject).where(subject.c.id.in_(sa.select(oldest.c.id).where(~kept))))


async def _entries(work: Work, after: int, before: int, room: int) -> list[sa.Row[Any]]:
    log = t.read_log
    select = sa.select(log.c.id, log.c.at, log.c.subjects).where(log.c.id > after, log.c.id < before)
    found: list[sa.Row[Any]] = []
    for row in await work.rows(select.order_by(log.c.id).limit(MOST_ENTRIES)):
        found.append(row)
        room -= _size(row)
        if room <= 0:
            break
    return found


def _size(entry: Any) -> int:
    return sum(len(persons) for _, persons in entry.subjects)
