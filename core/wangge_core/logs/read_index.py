"""The index of the log of reads by person: made from the entries some moments after they were written, many at a time.

An answer waits for its entry alone, which costs far less than a row for each person. What stands in the index is in the chains too.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.logs.chains import id_in

MOST_CHARACTERS = 60_000
"""How much of what entries say of persons one transaction indexes: some eight thousand rows."""
MOST_ENTRIES = 500
MOST_SWEPT = 20_000
_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(hashtext('wangge read log index'))")
_INSERT = "INSERT INTO read_log_subject (person_id, entry_id, part)"
_ON_POSTGRESQL = f"""{_INSERT} SELECT p.person::bigint, e.id, (s.part ->> 0)::smallint
FROM read_log e, json_array_elements(e.subjects) AS s(part), json_array_elements_text(s.part -> 1) AS p(person)"""
_ON_SQLITE = f"""{_INSERT} SELECT p.value, e.id, json_extract(s.value, '$[0]')
FROM read_log e, json_each(e.subjects) s, json_each(s.value, '$[1]') p"""


async def index_reads(work: Work) -> int:
    """Index entries that are not indexed yet, the oldest of each chain first. Returns how many; 0 while another process does it.

    The rows are made in the database: what stands in the entries is not read into this process.
    """
    if not work.on_sqlite and not await work.value(_LOCK):
        return 0
    chain = t.log_chain
    behind = sa.select(chain.c.id, chain.c.indexed_entries).where(
        chain.c.id != t.CHANGES, chain.c.indexed_entries < chain.c.entries
    )
    ranges: list[tuple[int, int]] = []
    room, indexed = MOST_CHARACTERS, 0
    for row in await work.rows(behind.order_by(chain.c.id)):
        taken = await _sizes(work, id_in(row.id, row.indexed_entries), id_in(row.id + 1, 0), room)
        if taken:
            ranges.append((taken[0].id, taken[-1].id))
            moved = {"indexed_entries": chain.c.indexed_entries + len(taken)}
            await work.run(sa.update(chain).where(chain.c.id == row.id).values(moved))
        indexed, room = indexed + len(taken), room - sum(one.size for one in taken)
        if room <= 0:
            break
    if ranges:
        await work.run(_insert(ranges, on_sqlite=work.on_sqlite))
    return indexed


def _insert(ranges: Sequence[tuple[int, int]], *, on_sqlite: bool) -> sa.TextClause:
    """The rows of the entries in these ranges of ids, in the order in which these were written."""
    within = " OR ".join(f"e.id BETWEEN {first} AND {last}" for first, last in ranges)
    return sa.text(f"{_ON_SQLITE if on_sqlite else _ON_POSTGRESQL} WHERE {within} ORDER BY e.at, e.id")


async def sweep_index(work: Work) -> int:
    """Delete rows of entries that were pruned, from the oldest on; returns how many."""
    subject, log = t.read_log_subject, t.read_log
    oldest = sa.select(subject.c.id, subject.c.entry_id).order_by(subject.c.id).limit(MOST_SWEPT).subquery()
    kept = sa.exists(sa.select(1).where(log.c.id == oldest.c.entry_id))
    return await work.run(sa.delete(subject).where(subject.c.id.in_(sa.select(oldest.c.id).where(~kept))))


async def _sizes(work: Work, after: int, before: int, room: int) -> list[sa.Row[Any]]:
    """The next entries of a chain and how much each says of persons, until the room is full."""
    log = t.read_log
    size = sa.func.length(sa.cast(log.c.subjects, sa.Text())).label("size")
    found: list[sa.Row[Any]] = []
    for row in await work.rows(
        sa.select(log.c.id, size).where(log.c.id > after, log.c.id < before).order_by(log.c.id).limit(MOST_ENTRIES)
    ):
        found.append(row)
        room -= row.size
        if room <= 0:
            break
    return found
