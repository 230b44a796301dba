"""A deployment: the database of one place with its rules and its clock, from which units of work come."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import URL, Dialect

from wangge_core.db.engines import check_version, open_engines
from wangge_core.db.migrating import check_revision, upgrade
from wangge_core.db.mirroring import mirror
from wangge_core.db.outbox.bell import Bell
from wangge_core.db.postgresql import DEFAULTS, DatabaseSettings
from wangge_core.db.reads import open_reads
from wangge_core.db.watching import PoolUse, StatementWatch, pool_use, watch_statements
from wangge_core.db.work import Work
from wangge_core.deadlines.calendars import make_default
from wangge_core.evidence.files import Files
from wangge_core.handlers import follow
from wangge_core.intake.deliveries import queue_deliveries
from wangge_core.logs.change_log import Changes
from wangge_core.logs.read_log import ReadLog
from wangge_core.rights.viewers import Viewer
from wangge_core.rules import Rules
from wangge_core.sealing.sealer import Sealer


def system_clock() -> datetime:
    return datetime.now(UTC)


class Deployment:
    """Opens units of work. `clock` is the only source of the present time, so that tests can set it."""

    def __init__(
        self,
        url: URL,
        rules: Rules,
        *,
        clock: Callable[[], datetime] = system_clock,
        settings: DatabaseSettings = DEFAULTS,
        sealer: Sealer | None = None,
        read_log: bool = True,
        files: Files | None = None,
    ) -> None:
        self.url = url
        self.rules = rules
        self.clock = clock
        self.settings = settings
        self.sealer = sealer
        self.kept: dict[str, Any] = {}
        """What this process has read before, for all its units of work."""
        self.files = files
        self._reader, self._writer = open_engines(url, settings)
        self.reads = open_reads(url, settings)
        self.bell = Bell(url, settings, self._writer)
        """Rung after each commit that announced something."""
        self.read_log = ReadLog(url, settings, clock, self.write, on=read_log)
        """What is read of persons is written here before it is told."""

    @property
    def dialect(self) -> Dialect:
        """What statements are compiled for."""
        return self._reader.dialect

    async def start(self, *, migrate: bool = False) -> None:
        """Check the database (or bring it up to date with `migrate`) and mirror what the plugins declare. Raises DatabaseError."""
        if migrate:
            await upgrade(self.url, self.settings)
        await check_version(self._reader, self.settings)
        await check_revision(self._reader)
        async with self.write() as work:
            await mirror(work, self.rules.registry)
            await make_default(work)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Work, None]:
        """A transaction that is rolled back at the end."""
        async with self._reader.connect() as connection:
            yield Work(connection, self.rules, self.clock(), self.sealer, files=self.files, kept=self.kept)

    @asynccontextmanager
    async def write(self, viewer: Viewer | None = None, operation: str = "") -> AsyncGenerator[Work, None]:
        """A transaction that is committed at the end, outbox and changes included, or rolled back when anything raises.

        The log of changes says that `viewer` did it, by this mutation or command.
        """
        async with self._writer.begin() as connection:
            changes = Changes(viewer, operation)
            work = Work(connection, self.rules, self.clock(), self.sealer, changes, self.files, self.kept)
            yield work
            await follow(work)
            await queue_deliveries(work)
            announced = await work.write_announcements()
            await changes.write(work)
        if announced:
            self.bell.ring()

    def watch(self, watch: StatementWatch) -> None:
        """Tell `watch` of every statement."""
        self.reads.watches.append(watch)
        for engine in {self._reader, self._writer}:
            watch_statements(engine, watch)

    def pools(self) -> Mapping[str, PoolUse]:
        """How full the pools of connections are, by what they are for."""
        pools = {"read": self.reads.use(), "write": pool_use(self._writer)}
        return pools if self._reader is self._writer else pools | {"look_up": pool_use(self._reader)}

    async def close(self) -> None:
        """Write what the log of reads still has to write, and return every connection."""
        await self.read_log.close()
        await self.bell.close()
        await self.reads.close()
        await self._reader.dispose()
        if self._writer is not self._reader:
            await self._writer.dispose()
