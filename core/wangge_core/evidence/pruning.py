"""Pruning: what nobody put on an event goes after a day, and bytes go that no attachment has any more.

A row is first marked as removed and its bytes go after that is committed, so that no crash leaves a row without bytes; bytes without a
row, which a crash may leave, are found by a walk through the store.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.evidence.stores import FileStore

KEPT_UNATTACHED = timedelta(hours=24)
AT_ONCE = 200
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


async def prune_files(read: OpenWork, write: OpenWork, store: FileStore) -> int:
    """Remove attachments that were taken in a day ago and are on no event, and all bytes that nothing has; returns how many attachments."""
    gone, found = 0, AT_ONCE
    while found == AT_ONCE:
        async with write() as work:
            found = await forget_unattached(work)
        gone += found
    await remove_bytes(read, write, store)
    return gone


async def forget_unattached(work: Work) -> int:
    """Remove some attachments that were taken in a day ago and are on no event."""
    attachment = t.attachment
    over = sa.and_(sa.not_(attachment.c.attached), attachment.c.taken_in_at < work.now - KEPT_UNATTACHED)
    query = sa.select(attachment.c.id).where(over).order_by(attachment.c.id).limit(AT_ONCE)
    rows = await work.rows(query if work.on_sqlite else query.with_for_update(skip_locked=True))
    await forget_attachments(work, [row.id for row in rows])
    return len(rows)


async def forget_attachments(work: Work, ids: Sequence[int]) -> None:
    """Remove attachments that are on no event, and mark the files that nothing has then."""
    attachment, stored = t.attachment, t.stored_file
    its = attachment.c.id.in_(ids)
    files = sorted({row[0] for row in await work.rows(sa.select(attachment.c.stored_file_id).where(its))})
    await work.run(sa.delete(attachment).where(its))
    locked = sa.select(stored.c.id).where(stored.c.id.in_(files)).order_by(stored.c.id)
    await work.rows(
        locked if work.on_sqlite else locked.with_for_update()
    )  # who takes equal bytes in waits, and then sees the mark
    unused = ~sa.exists(sa.select(1).where(attachment.c.stored_file_id == stored.c.id))
    await work.run(sa.update(stored).where(stored.c.id.in_(files), unused).values(removed_at=work.now, digest=None))


async def remove_bytes(read: OpenWork, write: OpenWork, store: FileStore) -> None:
    """Remove the bytes of files that are marked as removed, and then their rows. Whoever does it twice does no harm."""
    stored, last = t.stored_file, 0
    while True:
        query = sa.select(stored.c.id, stored.c.object, stored.c.thumbnail).where(
            stored.c.removed_at.isnot(None), stored.c.id > last
        )
        async with read() as work:
            rows = await work.rows(query.order_by(stored.c.id).limit(AT_ONCE))
        if not rows:
            return
        await store.remove([name for row in rows for name in (row.object, row.thumbnail) if name is not None])
        async with write() as work:
            await work.run(sa.delete(stored).where(stored.c.id.in_([row.id for row in rows])))
        last = rows[-1].id


async def sweep_store(read: OpenWork, store: FileStore) -> int:
    """Remove objects that were written a day ago and that no row names; returns how many."""
    removed = 0
    async with read() as work:
        before = work.now - KEPT_UNATTACHED
    async for names in store.older_than(before):
        async with read() as work:
            known = {
                name for column in (t.stored_file.c.object, t.stored_file.c.thumbnail) for name in await _named(work, column, names)
            }
        lost = [name for name in names if name not in known]
        await store.remove(lost)
        removed += len(lost)
    return removed


async def _named(work: Work, column: sa.Column[str], names: Sequence[str]) -> set[str]:
    return {row[0] for row in await work.rows(sa.select(column).where(column.in_(names)))}
