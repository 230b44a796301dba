"""A deployment: the database of one place with its rules and its clock, from which units of work come."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy.engine import URL

from wangge_core.db.engines import check_version, open_engines
from wangge_core.db.migrating import check_revision, upgrade
from wangge_core.db.mirroring import mirror
from wangge_core.db.work import Work
from wangge_core.rules import Rules


def system_clock() -> datetime:
    return datetime.now(UTC)


class Deployment:
    """Opens units of work. `clock` is the only source of the present time, so that tests can set it."""

    def __init__(self, url: URL, rules: Rules, *, clock: Callable[[], datetime] = system_clock, pool_size: int = 8) -> None:
        self.url = url
        self.rules = rules
        self.clock = clock
        self._reader, self._writer = open_engines(url, pool_size=pool_size)

    async def start(self, *, migrate: bool = False) -> None:
        """Check the database (or bring it up to date with `migrate`) and mirror what the plugins declare. Raises DatabaseError."""
        if migrate:
            await upgrade(self.url)
        await check_version(self._reader)
        await check_revision(self._reader)
        async with self.write() as work:
            await mirror(work, self.rules.registry)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Work, None]:
        """A transaction that is rolled back at the end."""
        async with self._reader.connect() as connection:
            yield Work(connection, self.rules, self.clock())

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Work, None]:
        """A transaction that is committed at the end, outbox included, or rolled back when anything raises."""
        async with self._writer.begin() as connection:
            work = Work(connection, self.rules, self.clock())
            yield work
            await work.write_announcements()

    async def close(self) -> None:
        """Return every connection."""
        await self._reader.dispose()
        if self._writer is not self._reader:
            await self._writer.dispose()
