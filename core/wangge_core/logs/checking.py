"""Checking: whether the logs are what was written. Every entry is hashed anew, and the ends are compared with what is kept of them.

What an attacker who rewrites a whole database cannot mend are the ends of the chains that an operator keeps elsewhere: the anchors.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import WanggeError
from wangge_core.logs.chains import NO_HASH, Head, chain_of, change_content, entry_hash, id_in, number_of, read_content
from wangge_core.logs.change_log import Action
from wangge_core.logs.read_log import CHAIN

PAGE = 1_000
NAMES = {0: "the log of reads", t.CHANGES: "the log of changes"}


class LogBrokenError(WanggeError):
    """The logs of reads or of changes are not what was written."""

    code: ClassVar[str] = "LOG_BROKEN"


@dataclass(frozen=True, slots=True)
class Break:
    """Where a log is not what was written. `entry` is the number of the first entry at fault in its chain, 0 for the chain as a whole."""

    chain: int
    entry: int
    said: str

    def __str__(self) -> str:
        where = NAMES.get(self.chain, f"chain {self.chain} of the log of reads")
        return f"{where}, entry {self.entry:,}: {self.said}" if self.entry else f"{where}: {self.said}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """An entry that a chain had once, to be kept outside of the database."""

    chain: int
    entry: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.chain} {self.entry} {self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: how many entries it read, what is broken, and the ends of all chains."""

    entries: int
    breaks: Sequence[Break]
    anchors: Sequence[Anchor]


def read_anchors(text: str) -> list[Anchor]:
    """The anchors in a text as they were printed; lines that begin with `#` are notes. Raises ValueError."""
    lines = (line.split() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [Anchor(int(chain), int(entry), bytes.fromhex(digest)) for chain, entry, digest in lines]


async def check_logs(work: Work, anchors: Sequence[Anchor] = ()) -> Checked:
    """Check all chains. `anchors` are ends that chains had earlier."""
    return await _Checking(work, anchors).run()


class _Checking:
    def __init__(self, work: Work, anchors: Sequence[Anchor]) -> None:
        self.work = work
        self.anchors: dict[int, list[Anchor]] = {}
        for one in anchors:
            self.anchors.setdefault(one.chain, []).append(one)
        self.breaks: list[Break] = []
        self.read = 0
        self.indexed = 0
        """How many rows the index by person must have."""
        self.told: dict[int, dict[str, Mapping[str, Any]]] = {}
        """What the log of changes says of each chain of reads: by action the fields of the last entry."""

    async def run(self) -> Checked:
        if not self.work.on_sqlite:  # one state of the database throughout, as SQLite gives anyway
            await self.work.run(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        chains = {row.id: row for row in await self.work.rows(sa.select(t.log_chain).order_by(t.log_chain.c.id))}
        if t.CHANGES in chains:
            await self._changes(chains[t.CHANGES])
        for id, chain in chains.items():
            if id != t.CHANGES:
                await self._reads(chain)
        for id in sorted((self.told.keys() | self.anchors.keys() | {t.CHANGES}) - chains.keys()):
            self._say(id, 0, "the chain is gone.")
        for id in chains.keys() - self.told.keys() - {t.CHANGES}:
            self._say(id, 0, "nothing says that it was opened.")
        await self._check_strays(chains)
        if not self.breaks:
            await self._index()
        return Checked(self.read, self.breaks, [Anchor(row.id, row.entries, row.hash) for row in chains.values()])

    def _say(self, chain: int, entry: int, said: str) -> None:
        self.breaks.append(Break(chain, entry, said))

    async def _changes(self, chain: Any) -> None:
        end = Head()
        anchors = self._anchored(chain.id)
        async for row in self._pages(t.change_log, 0, id_in(chain.id, 0)):
            if row.thing == CHAIN:
                self.told.setdefault(row.thing_id, {})[row.action] = {name: new for name, _, new in row.fields}
            found = self._next(chain.id, row.id, end, entry_hash(end.hash, change_content(row)), row.hash, anchors)
            if found is None:
                return
            end = found
        self._check_end(chain, end, anchors)

    async def _reads(self, chain: Any) -> None:
        end = Head(chain.pruned_entries, chain.pruned_hash)
        anchors = self._anchored(chain.id)
        self._check_pruned(chain, anchors)
        async for row in self._pages(t.read_log, id_in(chain.id, 0), id_in(chain.id + 1, 0)):
            digest = entry_hash(end.hash, read_content(row))
            found = self._next(chain.id, number_of(row.id), end, digest, row.hash, anchors)
            if found is None:
                return
            end = found
            if end.entries <= chain.indexed_entries:
                self.indexed += sum(len(persons) for _, persons in row.subjects)
        self._check_end(chain, end, anchors)

    async def _index(self) -> None:
        """Whether the index by person says what the entries say: rows of the same entry follow each other, as it has them."""
        rows = found = 0
        async for page in self._page_lists(t.read_log_subject, 0, 1 << 62):
            entries = await self.work.by_ids((t.read_log.c.subjects,), t.read_log.c.id, {row.entry_id for row in page})
            for row in page:
                entry = entries.get(row.entry_id)
                rows += 1
                found += entry is not None and any(
                    part == row.part and row.person_id in persons for part, persons in entry.subjects
                )
        if (rows, found) != (self.indexed, self.indexed):
            said = f"{self.indexed:,} rows are wanted, {rows:,} are there, {found:,} of them right."
            self.breaks.append(Break(0, 0, f"the index by person is not what the entries say: {said}"))

    def _next(self, chain: int, number: int, end: Head, digest: bytes, kept: bytes, anchors: dict[int, bytes]) -> Head | None:
        """The end after an entry; None where the entry cannot come next."""
        self.read += 1
        if number != end.entries + 1:
            self._say(chain, end.entries + 1, "it is missing.")
            return None
        if digest != kept:
            self._say(chain, number, "it was changed after it was written, or another one before it was taken out.")
            return None
        if anchors.pop(number, digest) != digest:
            self._say(chain, number, "it is not the one of the anchor: the chain was written anew.")
            return None
        return Head(number, digest)

    def _check_end(self, chain: Any, end: Head, anchors: dict[int, bytes]) -> None:
        """Whether the chain ends where it is said to."""
        if end != Head(chain.entries, chain.hash):
            self._say(chain.id, end.entries + 1, f"the chain ends before it, and had {chain.entries:,} entries.")
        elif anchors:
            self._say(chain.id, end.entries + 1, f"the chain ends before it, and an anchor has {max(anchors):,} entries.")
        closed = self.told.get(chain.id, {}).get(Action.CLOSED)
        if closed is not None and (closed["entries"], closed["hash"]) != (chain.entries, chain.hash.hex()):
            self._say(chain.id, 0, f"it was ended with {closed['entries']:,} entries and another hash.")

    def _check_pruned(self, chain: Any, anchors: dict[int, bytes]) -> None:
        """Whether what is said to be pruned was: the log of changes has the place up to which."""
        said = self.told.get(chain.id, {}).get(Action.PRUNED, {"entries": 0, "hash": NO_HASH.hex()})
        if (chain.pruned_entries, chain.pruned_hash.hex()) != (said["entries"], said["hash"]):
            self._say(chain.id, 0, "nothing says that its first entries were pruned.")
        for number in [number for number in anchors if number <= chain.pruned_entries]:
            del anchors[number]

    async def _check_strays(self, chains: Iterable[int]) -> None:
        """Whether there are entries of no chain."""
        before = 0
        for id in (*sorted(chains), 1 << 22):
            outside = sa.select(t.read_log.c.id).where(t.read_log.c.id >= before, t.read_log.c.id < id_in(id, 0)).limit(1)
            if (found := await self.work.value(outside)) is not None:
                self._say(chain_of(found), 0, "there are entries of a chain that is not there.")
            before = id_in(id + 1, 0)

    def _anchored(self, chain: int) -> dict[int, bytes]:
        return {one.entry: one.hash for one in self.anchors.get(chain, ()) if one.entry}

    async def _pages(self, table: sa.Table, after: int, before: int) -> AsyncGenerator[Any, None]:
        """Rows between two ids in order."""
        async for page in self._page_lists(table, after, before):
            for row in page:
                yield row

    async def _page_lists(self, table: sa.Table, after: int, before: int) -> AsyncGenerator[Sequence[Any], None]:
        more = True
        while more:
            select = sa.select(table).where(table.c.id > after, table.c.id < before).order_by(table.c.id).limit(PAGE)
            rows = await self.work.rows(select)
            if rows:
                yield rows
                after = rows[-1].id
            more = len(rows) == PAGE
