"""The outbox as a stream: nothing is missed though transactions commit out of order, cursors resume, old rows go."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.db.outbox.pages import Change, Page, present, read_page
from wangge_core.db.outbox.positions import OutboxCursorError, Position, StaleCursorError, read_cursor
from wangge_core.db.outbox.pruning import mend_after_restore, prune
from wangge_core.db.outbox.tail import Tail
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.rules import Rules

pytestmark = pytest.mark.anyio


async def announce(deployment: Deployment, *things: int) -> None:
    async with deployment.write() as work:
        for thing in things:
            work.announce("event.moved", thing, None, kind="community.hazard")


async def now(deployment: Deployment) -> Position:
    async with deployment.read() as work:
        return await present(work)


async def page(deployment: Deployment, position: Position, until: Position | None = None, most: int = 500) -> Page:
    async with deployment.read() as work:
        return await read_page(work, position, until, most=most)


def things(changes: Sequence[Change]) -> list[int]:
    return [change.thing_id for change in changes]


def on_postgresql(deployment: Deployment) -> bool:
    return deployment.url.get_backend_name() == "postgresql"


async def test_a_page_has_what_came_after_the_position_in_order(deployment: Deployment) -> None:
    await announce(deployment, 1)
    start = await now(deployment)
    await announce(deployment, 2, 3)
    await announce(deployment, 4)
    found = await page(deployment, start)
    assert things(found.changes) == [2, 3, 4]
    assert found.changes[0].content == {"kind": "community.hazard"}
    assert found.changes[0].topic == "event.moved"
    assert not found.more
    assert things((await page(deployment, found.next)).changes) == []


async def test_whoever_resumes_from_any_cursor_gets_exactly_the_rest(deployment: Deployment) -> None:
    start = await now(deployment)
    for thing in range(1, 8, 2):
        await announce(deployment, thing, thing + 1)
    whole = await page(deployment, start)
    on_sqlite = not on_postgresql(deployment)
    for place, change in enumerate(whole.changes):
        rest, position = list[int](), read_cursor(change.position.cursor, on_sqlite=on_sqlite)
        assert position == change.position
        more = True
        while more:
            found = await page(deployment, position, most=3)
            rest, position, more = [*rest, *things(found.changes)], found.next, found.more
        assert rest == things(whole.changes[place + 1 :])


async def test_a_page_ends_where_it_is_told_to(deployment: Deployment) -> None:
    start = await now(deployment)
    await announce(deployment, 1)
    end = await now(deployment)
    await announce(deployment, 2)
    found = await page(deployment, start, end)
    assert (things(found.changes), found.more) == ([1], False)
    assert things((await page(deployment, found.next)).changes) == [2]


async def test_a_transaction_that_commits_late_is_not_missed(deployment: Deployment) -> None:
    if not on_postgresql(deployment):
        pytest.skip("SQLite has one writer")
    position = await now(deployment)
    async with deployment.write() as slow:
        slow.announce("event.moved", 1, None)
        await slow.write_announcements()  # it has its id, and stays open
        await announce(deployment, 2)
        first = await page(deployment, position)
        assert things(first.changes) == [2], "an open transaction holds nobody up"
        await announce(deployment, 3)
        resumed = read_cursor(first.changes[-1].position.cursor, on_sqlite=False)
    for later in (first.next, resumed):
        found = await page(deployment, later)
        rest = await page(deployment, found.next) if found.more else None
        assert sorted(things([*found.changes, *(rest.changes if rest else ())])) == [1, 3]


async def test_many_writers_at_once_lose_nothing_and_repeat_nothing(deployment: Deployment) -> None:
    position, seen, writers = await now(deployment), list[int](), 6
    numbers = iter(range(10_000))

    async def write() -> None:
        for _ in range(10):
            async with deployment.write() as work:
                work.announce("event.moved", next(numbers), None)
                await work.write_announcements()
                await work.value(sa.select(sa.func.count()).select_from(t.outbox))
                work.announce("event.moved", next(numbers), None)

    writing = asyncio.gather(*(write() for _ in range(writers)))
    done = False
    while not done:
        done = writing.done()
        found = await page(deployment, position, most=7)
        position, done = found.next, done and not found.more
        seen += things(found.changes)
    await writing
    assert sorted(seen) == list(range(writers * 20))


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "fn4", "Ojo6fn4", "é", "MTA6NTp-fg", "A" * 9_000, "fn41LTY", "MTo5Ojl-fg"])
async def test_a_cursor_that_nobody_gave_is_refused(deployment: Deployment, cursor: str) -> None:
    on_sqlite = not on_postgresql(deployment)
    if cursor == "fn41LTY" and on_sqlite:
        pytest.skip("a cursor of SQLite")
    with pytest.raises(OutboxCursorError):
        read_cursor(cursor, on_sqlite=on_sqlite)


async def test_a_cursor_from_the_future_is_refused(deployment: Deployment) -> None:
    far = "90000000000~~" if on_postgresql(deployment) else "~~0-900000"
    text = far.replace("90000000000", "90000000000:90000000000:")
    position = read_cursor(_encoded(text), on_sqlite=not on_postgresql(deployment))
    with pytest.raises(OutboxCursorError) as refused:
        await page(deployment, position)
    assert refused.value.code == "CURSOR_INVALID"


def _encoded(text: str) -> str:
    import base64  # noqa: PLC0415 - only here

    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@asynccontextmanager
async def at(deployment: Deployment, moment: datetime) -> AsyncIterator[Work]:
    clock, deployment.clock = deployment.clock, lambda: moment
    try:
        async with deployment.write() as work:
            yield work
    finally:
        deployment.clock = clock


async def test_old_rows_are_pruned_and_an_older_cursor_is_told_so(deployment: Deployment) -> None:
    today = datetime(2026, 3, 20, tzinfo=UTC)
    start = await now(deployment)
    for thing, age in ((1, 9), (2, 8), (3, 2)):
        async with at(deployment, today - timedelta(days=age)) as work:
            work.announce("event.moved", thing, None)
    before = await page(deployment, start)
    async with at(deployment, today) as work:
        assert await prune(work, 7, most=1) == 1
        assert await prune(work, 7) == 1
        assert await prune(work, 7) == 0
    with pytest.raises(StaleCursorError) as refused:
        await page(deployment, start)
    assert refused.value.code == "CURSOR_TOO_OLD"
    assert things((await page(deployment, before.next)).changes) == []
    await announce(deployment, 4)
    assert things((await page(deployment, before.next)).changes) == [4]


async def test_a_restored_database_tells_nothing_twice(deployment: Deployment) -> None:
    earlier = await now(deployment)
    await announce(deployment, 1)
    if not on_postgresql(deployment):
        async with deployment.write() as work:
            assert not await mend_after_restore(work)
        return
    async with deployment.write() as work:
        assert not await mend_after_restore(work)
        await work.run(sa.update(t.outbox).values(transaction_id=10**12))  # as if it came from a server that counted further
    async with deployment.write() as work:
        assert await mend_after_restore(work)
    with pytest.raises(StaleCursorError):
        await page(deployment, earlier)
    later = await now(deployment)
    await announce(deployment, 2)
    assert things((await page(deployment, later)).changes) == [2]


async def test_the_tail_hands_on_each_change_once_and_hears_other_processes(url: str, rules: Rules) -> None:
    told, enough = list[int](), asyncio.Event()

    async def deliver(changes: Sequence[Change]) -> None:
        told.extend(things(changes))
        if len(told) >= 6:
            enough.set()

    here, elsewhere = Deployment(database_url(url), rules), Deployment(database_url(url), rules)
    tail = Tail(here.read, here.bell, deliver)
    try:
        await announce(here, 0)
        async with tail.open():
            for thing in range(1, 7, 2):
                await announce(here, thing)
                await announce(elsewhere, thing + 1)
            async with asyncio.timeout(20):
                await enough.wait()
            assert sorted(told) == [1, 2, 3, 4, 5, 6]
            reached = await tail.up_to_date()
            assert reached.whole
    finally:
        await here.close()
        await elsewhere.close()


async def test_being_up_to_date_means_all_that_had_committed(deployment: Deployment) -> None:
    told = list[int]()

    async def deliver(changes: Sequence[Change]) -> None:
        told.extend(things(changes))

    tail = Tail(deployment.read, deployment.bell, deliver)
    async with tail.open():
        for thing in range(20):
            async with deployment._writer.begin() as connection:  # nobody rings
                work = Work(connection, deployment.rules, deployment.clock())
                work.announce("event.moved", thing, None)
                await work.write_announcements()
            await tail.up_to_date()
            assert told[-1] == thing
    assert told == list(range(20))
