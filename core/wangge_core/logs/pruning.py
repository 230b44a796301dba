"""Pruning: reads that are older than the log of reads is kept go, from the front of each chain. How far is kept with the chain and
in the log of changes, which is not pruned, so that what is left can still be checked.
"""

from datetime import datetime

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.logs.chains import id_in, number_of
from wangge_core.logs.change_log import Action
from wangge_core.logs.read_index import sweep_index
from wangge_core.logs.read_log import CHAIN

MOST_AT_ONCE = 5_000
"""Entries of one chain in one transaction."""


def months_before(at: datetime, months: int) -> datetime:
    """The first moment of the month that is so many months before (UTC): logs go by whole months."""
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=years, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


async def prune_reads(work: Work, months: int) -> int:
    """Delete at most some thousand entries of one chain; returns how many. Zero when nothing is left to prune."""
    until = months_before(work.now, months)
    chain = t.log_chain
    begun = sa.select(chain).where(
        chain.c.id != t.CHANGES, chain.c.pruned_entries < chain.c.indexed_entries, chain.c.opened_at < until
    )
    for row in await work.rows(begun.order_by(chain.c.id)):
        if pruned := await _prune(work, row.id, row.indexed_entries, until):
            return pruned
    while await sweep_index(work):
        pass
    return 0


async def _prune(work: Work, id: int, indexed: int, until: datetime) -> int:
    """Delete the oldest entries of a chain."""
    log, chain = t.read_log, t.log_chain
    within = (
        sa.select(log.c.id, log.c.at, log.c.hash)
        .where(log.c.id > id_in(id, 0), log.c.id <= id_in(id, indexed))
        .order_by(log.c.id)
        .limit(MOST_AT_ONCE)
    )
    old: list[sa.Row[tuple[int, datetime, bytes]]] = []
    for row in await work.rows(within):
        if row.at >= until:
            break
        old.append(row)
    if not old:
        return 0
    first, last = old[0], old[-1]
    await work.run(sa.delete(log).where(log.c.id.between(first.id, last.id)))
    place = {"pruned_entries": number_of(last.id), "pruned_hash": last.hash}
    await work.run(sa.update(chain).where(chain.c.id == id).values(place))
    said = ("entries", None, number_of(last.id)), ("hash", None, last.hash.hex()), ("before", None, until.isoformat())
    work.record(Action.PRUNED, CHAIN, id, *said)
    return len(old)
