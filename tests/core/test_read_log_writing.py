"""The log of reads: when `write` returns the entry is there, many go in one commit, and what cannot be logged is said so."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from read_entries import entry
from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.logs.checking import check_logs
from wangge_core.logs.entries import Read, ReadKind, entry_of
from wangge_core.logs.pruning import months_before, prune_reads
from wangge_core.logs.read_log import ReadLogUnavailableError
from wangge_core.rights.viewers import HeldPost, Viewer
from wangge_core.rules import Rules
from wangge_schema.answers import Operation

pytestmark = pytest.mark.anyio


async def rows(deployment: Deployment, table: sa.Table) -> list[sa.Row]:
    async with deployment.read() as work:
        return list(await work.rows(sa.select(table).order_by(table.c.id)))


async def breaks(deployment: Deployment) -> list[str]:
    async with deployment.read() as work:
        return [str(one) for one in (await check_logs(work)).breaks]


async def test_an_entry_is_committed_when_write_returns(deployment: Deployment) -> None:
    post = HeldPost(id=7, role="community.grid_worker", acts_as=frozenset(), may=frozenset(), paths=(), office_id=3)
    viewer = Viewer(account_id=5, key_id=9, posts=(post,))
    await deployment.read_log.write(entry(1, 2, viewer=viewer))
    (row,) = await rows(deployment, t.read_log)
    assert (row.account_id, row.key_id, row.held, row.office_id) == (5, 9, [[7, "community.grid_worker", 3]], 3)
    assert (row.kind, row.operation, row.document_hash) == ("READ", "Names", "0123456789abcdef")
    assert (row.purpose, row.purpose_text) == ("VISIT", "monthly")
    assert (row.parts, row.subjects) == ([["Person", ["name", "bornOn"]]], [[0, [1, 2]]])


async def test_entries_that_come_together_share_commits(deployment: Deployment) -> None:
    await asyncio.gather(*(deployment.read_log.write(entry(number)) for number in range(1, 601)))
    assert deployment.read_log.entries == 600
    assert deployment.read_log.commits <= 4
    assert [row.subjects for row in await rows(deployment, t.read_log)] == [[[0, [number]]] for number in range(1, 601)]
    assert await breaks(deployment) == []


async def test_what_tells_of_nobody_is_not_logged(deployment: Deployment) -> None:
    await deployment.read_log.write(entry())
    assert await rows(deployment, t.read_log) == []


async def test_equal_fields_are_said_once_and_each_person_once(deployment: Deployment) -> None:
    names, needs = ("name",), ("reason", "untilOn")
    reads = [Read((1, 2), "Person", names), Read((1,), "Person", names), Read((1,), "Need", needs)]
    asked = Operation(name="Both", document_hash="f" * 16)
    await deployment.read_log.write(entry_of(Viewer(account_id=1), asked, None, reads, kind=ReadKind.EXPORT))
    (row,) = await rows(deployment, t.read_log)
    assert row.parts == [["Person", ["name"]], ["Need", ["reason", "untilOn"]]]
    assert row.subjects == [[0, [1, 2]], [1, [1]]]
    assert row.purpose is None


async def test_entries_are_found_by_person_after_indexing(deployment: Deployment) -> None:
    for persons in ((1, 2), (2,), (3, 2)):
        await deployment.read_log.write(entry(*persons))
    await deployment.read_log.index()
    written = [row.id for row in await rows(deployment, t.read_log)]
    found = [(row.person_id, row.entry_id) for row in await rows(deployment, t.read_log_subject)]
    assert found == [(1, written[0]), (2, written[0]), (2, written[1]), (3, written[2]), (2, written[2])]
    assert await breaks(deployment) == []


async def test_more_than_one_transaction_of_persons_is_indexed(deployment: Deployment) -> None:
    await asyncio.gather(*(deployment.read_log.write(entry(*range(start, start + 1000))) for start in range(0, 9000, 1000)))
    await deployment.read_log.index()
    async with deployment.read() as work:
        assert await work.value(sa.select(sa.func.count(sa.distinct(t.read_log_subject.c.person_id)))) == 9000


async def test_a_log_that_cannot_be_written_says_so_and_goes_on_when_it_can(deployment: Deployment) -> None:
    await deployment.read_log.write(entry(1))
    await rename(deployment, "read_log", "read_log_away")
    with pytest.raises(ReadLogUnavailableError) as error:
        await deployment.read_log.write(entry(2))
    assert error.value.code == "READ_LOG_UNAVAILABLE"
    await rename(deployment, "read_log_away", "read_log")
    await deployment.read_log.write(entry(3))
    assert [row.subjects for row in await rows(deployment, t.read_log)] == [[[0, [1]]], [[0, [3]]]]
    assert await breaks(deployment) == []


async def rename(deployment: Deployment, name: str, other: str) -> None:
    async with deployment.write() as work:
        await work.run(sa.text(f"ALTER TABLE {name} RENAME TO {other}"))


async def test_a_closed_log_takes_nothing_and_has_ended_its_chain(deployment: Deployment, url: str, rules: Rules) -> None:
    other = Deployment(database_url(url), rules)
    waiting = [asyncio.create_task(other.read_log.write(entry(number))) for number in range(20)]
    await asyncio.sleep(0)
    await other.close()
    await asyncio.gather(*waiting)
    assert len(await rows(deployment, t.read_log)) == 20
    with pytest.raises(ReadLogUnavailableError):
        await other.read_log.write(entry(21))
    _, chain = await rows(deployment, t.log_chain)
    assert chain.closed_at is not None
    assert chain.indexed_entries == 20
    assert await breaks(deployment) == []


async def test_who_does_not_wait_for_the_entry_leaves_it_written(deployment: Deployment) -> None:
    given_up = asyncio.create_task(deployment.read_log.write(entry(1)))
    await asyncio.sleep(0)
    given_up.cancel()
    await deployment.read_log.write(entry(2))
    assert [row.subjects for row in await rows(deployment, t.read_log)] == [[[0, [1]]], [[0, [2]]]]


async def test_each_process_has_a_chain_of_its_own(deployment: Deployment, url: str, rules: Rules) -> None:
    other = Deployment(database_url(url), rules)
    await asyncio.gather(*(one.read_log.write(entry(1)) for one in (deployment, other) for _ in range(10)))
    await other.close()
    assert [chain.entries for chain in (await rows(deployment, t.log_chain))[1:]] == [10, 10]
    assert await breaks(deployment) == []


@pytest.fixture
async def years(url: str, rules: Rules) -> AsyncIterator[tuple[Deployment, list[datetime]]]:
    """A deployment whose clock shows the last of these moments."""
    moments = [datetime(2026, 3, 5, 8, tzinfo=UTC)]
    deployment = Deployment(database_url(url), rules, clock=lambda: moments[-1])
    yield deployment, moments
    await deployment.close()


async def test_old_entries_are_pruned_and_the_rest_can_still_be_checked(years: tuple[Deployment, list[datetime]]) -> None:
    deployment, moments = years
    for month in range(6):
        moments.append(moments[0] + timedelta(days=30 * month))
        await deployment.read_log.write(entry(month + 1))
    await deployment.read_log.index()
    async with deployment.write() as work:
        assert await prune_reads(work, 3) == 2
    async with deployment.write() as work:
        assert await prune_reads(work, 3) == 0
    assert [row.subjects for row in await rows(deployment, t.read_log)] == [[[0, [person]]] for person in (3, 4, 5, 6)]
    assert [row.person_id for row in await rows(deployment, t.read_log_subject)] == [3, 4, 5, 6]
    assert await breaks(deployment) == []
    await deployment.read_log.write(entry(7))
    assert await breaks(deployment) == []


@pytest.mark.parametrize(
    ("at", "months", "first"),
    [("2026-08-02", 3, "2026-05-01"), ("2026-01-31", 1, "2025-12-01"), ("2026-01-31", 36, "2023-01-01")],
)
def test_a_log_goes_by_whole_months(at: str, months: int, first: str) -> None:
    found = months_before(datetime.fromisoformat(f"{at}T09:30:00+00:00"), months)
    assert found == datetime.fromisoformat(f"{first}T00:00:00+00:00")


async def test_a_log_that_is_off_writes_nothing(url: str, rules: Rules, deployment: Deployment) -> None:
    off = Deployment(database_url(url), rules, read_log=False)
    await off.read_log.write(entry(1))
    await off.close()
    assert await rows(deployment, t.read_log) == []
