"""Pruning: outbox rows that everybody has read go after some days. How far is remembered, so that an older cursor is told so."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from wangge_core.db import tables as t
from wangge_core.db.outbox.pages import PRUNED
from wangge_core.db.work import Work

MOST_AT_ONCE = 10_000
_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(hashtext('wangge outbox pruning'))")
_END = sa.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")


async def prune(work: Work, days: int, *, most: int = MOST_AT_ONCE) -> int:
    """Delete at most `most` of the rows that are older than `days`; returns how many. Nothing while another process does it."""
    if not work.on_sqlite and not await work.value(_LOCK):
        return 0
    outbox = t.outbox
    oldest = await work.rows(sa.select(outbox.c.id, outbox.c.transaction_id, outbox.c.at).order_by(outbox.c.id).limit(most))
    old = [row for row in oldest if row.at < work.now - timedelta(days=days)]
    if not old:
        return 0
    await _remember(work, max(row.id if work.on_sqlite else row.transaction_id for row in old))
    return await work.run(
        sa.delete(outbox).where(outbox.c.id.between(old[0].id, old[-1].id), outbox.c.at < work.now - timedelta(days=days))
    )


async def mend_after_restore(work: Work) -> bool:
    """On PostgreSQL: where a restored database counts transactions anew, let all rows be old and no earlier cursor be good."""
    if work.on_sqlite:
        return False
    end: int = await work.value(_END)
    if (await work.value(sa.select(sa.func.max(t.outbox.c.transaction_id))) or 0) < end:
        return False
    await work.run(sa.update(t.outbox).values(transaction_id=0))
    await _remember(work, end - 1)
    return True


async def _remember(work: Work, place: int) -> None:
    insert = sqlite.insert(t.counter) if work.on_sqlite else postgresql.insert(t.counter)
    greatest = sa.func.max if work.on_sqlite else sa.func.greatest
    row = insert.values(name=PRUNED, value=place)
    await work.run(
        row.on_conflict_do_update(index_elements=["name"], set_={"value": greatest(t.counter.c.value, row.excluded.value)})
    )
