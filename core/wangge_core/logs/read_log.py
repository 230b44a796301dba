"""The log of reads: `write` returns when an entry is committed. Entries that come while a commit runs go together in the next one."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from itertools import islice
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import URL

from wangge_core.db import tables as t
from wangge_core.db.postgresql import DatabaseSettings
from wangge_core.db.work import Work
from wangge_core.errors import WanggeError
from wangge_core.logs.chains import NO_HASH, Head
from wangge_core.logs.change_log import Action
from wangge_core.logs.entries import Entry, ReadKind, batch_of
from wangge_core.logs.read_index import index_reads
from wangge_core.logs.stores import LogStore, open_store

MOST_WAITING = 10_000
MOST_AT_ONCE = 256
"""How many entries go into one commit."""
SECONDS = 10.0
"""How long a commit may take."""
INDEX_AFTER_SECONDS = 1.0
"""How long after an entry it is indexed by person; while entries keep coming, up to ten times as long."""
CHAIN = "LogChain"
"""What the log of changes calls a chain of reads."""
log = logging.getLogger("wangge.read_log")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('wangge log chains'))")


class ReadLogUnavailableError(WanggeError):
    """What was read cannot be logged now, so it is not told."""

    code: ClassVar[str] = "READ_LOG_UNAVAILABLE"


class ReadLog:
    """Appends to a chain of its own, which it opens with the first entry. `write_work` opens units of work, as a deployment does.

    Never wait for it inside of a unit of work that writes: SQLite has one writer.
    """

    def __init__(
        self,
        url: URL,
        settings: DatabaseSettings,
        clock: Callable[[], datetime],
        write_work: Callable[[], AbstractAsyncContextManager[Work]],
        *,
        on: bool = True,
    ) -> None:
        self.on = on
        self.commits = 0
        self.entries = 0
        self._url, self._settings, self._clock, self._write_work = url, settings, clock, write_work
        self._store: LogStore | None = None
        self._chain = 0
        self._head: Head | None = None
        self._waiting = deque[tuple[Entry, asyncio.Future[None]]]()
        self._working: asyncio.Task[None] | None = None
        self._indexing: asyncio.Task[None] | None = None
        self._closed = False

    async def write(self, entry: Entry) -> None:
        """Returns when the entry is committed; at once where nothing was read or the log is off. Raises ReadLogUnavailableError.

        A search is logged whether it found anybody or not, and so tells neither by its time; a reveal also of who is on no register.
        """
        if not self.on or not (entry.reads or entry.kind in (ReadKind.SEARCH, ReadKind.REVEAL)):
            return
        if self._closed or len(self._waiting) >= MOST_WAITING:
            raise _unavailable()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, done))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        await done

    async def index(self) -> None:
        """Index by person all that is written."""
        found = 1
        while found:
            async with self._write_work() as work:
                found = await index_reads(work)

    async def close(self) -> None:
        """Write what waits, end the chain and take no more."""
        if self._closed:
            return
        self._closed = True
        if self._indexing is not None:
            self._indexing.cancel()
        await asyncio.gather(*filter(None, (self._working, self._indexing)), return_exceptions=True)
        try:
            if self._chain:
                await self.index()
                await self._end_chain()
        except Exception as error:  # the chain then looks like that of a process that was killed
            log.warning("The chain of the read log could not be ended: %s", type(error).__name__)
        if self._store is not None:
            await self._store.close()

    async def _work(self) -> None:
        while self._waiting:
            taken = list(islice(self._waiting, MOST_AT_ONCE))
            for _ in taken:
                self._waiting.popleft()
            try:
                async with asyncio.timeout(SECONDS):
                    await self._commit([entry for entry, _ in taken])
            except Exception as error:  # whatever it is: nothing that is not logged may be told
                self._head = None
                log.exception("The read log cannot be written: %s", type(error).__name__)
                self._tell(taken, _unavailable())
            except BaseException:
                self._tell([*taken, *self._waiting], _unavailable())
                self._waiting.clear()
                raise
            else:
                self._tell(taken, None)

    def _tell(self, taken: list[tuple[Entry, asyncio.Future[None]]], error: Exception | None) -> None:
        for _, done in taken:
            if done.done():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

    async def _commit(self, entries: list[Entry]) -> None:
        if self._store is None:
            self._store = open_store(self._url, self._settings)
        if not self._chain:
            self._chain = await self._open_chain()
        if self._head is None:
            self._head = await self._store.head(self._chain)
        batch = batch_of(self._chain, self._head, entries, self._clock())
        await self._store.append(batch)
        self._head = batch.after
        self.commits += 1
        self.entries += len(entries)
        if self._indexing is None or self._indexing.done():
            self._indexing = asyncio.create_task(self._index_soon())

    async def _index_soon(self) -> None:
        """Index when it is quiet, or has not been for long."""
        for _ in range(10):
            before = self.entries
            await asyncio.sleep(INDEX_AFTER_SECONDS)
            if self.entries == before:
                break
        try:
            await self.index()
        except Exception as error:  # it is tried again after the next entry, by this process or another
            log.warning("The read log cannot be indexed now: %s", type(error).__name__)

    async def _open_chain(self) -> int:
        """A chain of this process; that it was opened is a change, so that a chain that is gone is missed."""
        async with self._write_work() as work:
            if not work.on_sqlite:
                await work.run(_LOCK)
            chain: int = await work.value(sa.select(sa.func.max(t.log_chain.c.id))) + 1
            counted = dict.fromkeys(("entries", "indexed_entries", "pruned_entries"), 0)
            await work.insert(
                t.log_chain, [{"id": chain, "opened_at": work.now, "hash": NO_HASH, "pruned_hash": NO_HASH} | counted]
            )
            work.record(Action.OPENED, CHAIN, chain)
        return chain

    async def _end_chain(self) -> None:
        assert self._store is not None
        head = await self._store.head(self._chain)
        async with self._write_work() as work:
            await work.run(sa.update(t.log_chain).where(t.log_chain.c.id == self._chain).values(closed_at=work.now))
            work.record(Action.CLOSED, CHAIN, self._chain, ("entries", None, head.entries), ("hash", None, head.hash.hex()))


def _unavailable() -> ReadLogUnavailableError:
    return ReadLogUnavailableError("what was read cannot be logged now, so it is not told.", hint="Try again in a moment.")
