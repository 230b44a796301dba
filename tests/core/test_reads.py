"""Reads: straight to the driver, stopped by a time limit or when nobody waits any more, with errors that say whose fault it is."""

import asyncio
from dataclasses import replace

import pytest

from wangge_core.db.engines import database_url
from wangge_core.db.reads import ParameterError, Reads, ReadTimeoutError, TooComplexReadError, open_reads
from wangge_core.deployment import Deployment

pytestmark = pytest.mark.anyio
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def marker(reads: Reads) -> str:
    return "$1" if type(reads).__name__ == "PostgreSQLReads" else "?"


async def test_a_read_is_one_value_or_none(deployment: Deployment) -> None:
    assert await deployment.reads.value("SELECT 1", ()) == 1
    assert await deployment.reads.value("SELECT code FROM office", ()) is None


async def test_a_read_that_takes_too_long_is_stopped(deployment: Deployment) -> None:
    reads = open_reads(deployment.url, replace(deployment.settings, statement_timeout_seconds=0.05))
    try:
        with pytest.raises(ReadTimeoutError):
            await reads.value(ENDLESS, ())
        assert await reads.value("SELECT 1", ()) == 1
    finally:
        await reads.close()


async def test_a_read_that_nobody_waits_for_is_stopped_in_the_database(deployment: Deployment) -> None:
    reads = open_reads(deployment.url, replace(deployment.settings, pool_size=1))
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reads.value(ENDLESS, ())
        async with asyncio.timeout(30):  # the one connection is free again
            assert await reads.value("SELECT 1", ()) == 1
    finally:
        await reads.close()


async def test_a_value_that_no_column_can_hold_is_the_askers_fault(deployment: Deployment) -> None:
    with pytest.raises(ParameterError):
        await deployment.reads.value(f"SELECT id FROM office WHERE id = {marker(deployment.reads)}", (2**70,))


async def test_a_statement_that_is_too_deep_is_the_askers_fault(deployment: Deployment) -> None:
    with pytest.raises(TooComplexReadError):
        await deployment.reads.value("SELECT " + "(SELECT " * 4_000 + "1" + ")" * 4_000, ())


async def test_reads_cannot_write_on_sqlite(deployment: Deployment) -> None:
    if deployment.url.get_backend_name() != "sqlite":
        pytest.skip("PostgreSQL has roles for that")
    with pytest.raises(Exception, match=r"readonly|query_only|attempt to write"):
        await deployment.reads.value("DELETE FROM office", ())


async def test_watches_are_told_of_every_read_and_whether_it_failed(deployment: Deployment) -> None:
    told: list[tuple[str, bool]] = []
    deployment.reads.watches.append(lambda statement, _seconds, failed: told.append((statement, failed)))
    await deployment.reads.value("SELECT 1", ())
    with pytest.raises(Exception, match="nowhere"):
        await deployment.reads.value("SELECT 2 FROM nowhere", ())
    assert told == [("SELECT 1", False), ("SELECT 2 FROM nowhere", True)]


def test_a_database_that_is_not_used_opens_no_connection() -> None:
    asyncio.run(
        open_reads(database_url("postgresql://nobody@127.0.0.1:1/none"), Deployment.__init__.__kwdefaults__["settings"]).close()
    )
