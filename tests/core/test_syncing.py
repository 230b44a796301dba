"""Work from offline: each change counts once, however often and in whatever order it is sent, and a bad one stops no other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from steered import HAZARD, head, reported, worker
from towns import GRIDS, Town, ids
from wangge_core.data_care.due import SYNCED_DAYS
from wangge_core.data_care.periods import Periods
from wangge_core.data_care.retention import retain
from wangge_core.db import tables as t
from wangge_core.events.comments import EventCommentRequest
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.ledger.entries import WorkKind
from wangge_core.ledger.visit_requests import NewVisit
from wangge_core.moves.moves import EventMoveRequest
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.viewers import Viewer, operator
from wangge_core.sync import kinds
from wangge_core.sync.changes import Answer, Change, Queue, SyncClock, SyncMend, SyncStatus
from wangge_core.sync.kinds import OLDEST
from wangge_core.sync.patience import Patience
from wangge_core.sync.pulling import pull
from wangge_core.sync.syncing import sync

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def posts_are_held_for_long(town: Town) -> None:
    """The posts of the town begin when it is made; those of this town began sixty days ago."""
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).values(starts_at=work.now - timedelta(days=60)))


def report(town: Town, id: str, at: datetime, description: str = "smoke", grid: str = "urban") -> Change:
    request = EventReport(kind_id="community.hazard", description=description, grid_id=town.grids[GRIDS[grid]], details=HAZARD)
    return Change(client_id=id, kind="eventReport", captured_at=at, request=request)


def remark(id: str, at: datetime, about: str | None = None, event: int = 0, *after: str) -> Change:
    request = EventCommentRequest(event_id=event, note=f"remark {id}")
    return Change(client_id=id, kind="eventComment", captured_at=at, request=request, about=about, after=after)


def visit(id: str, at: datetime) -> Change:
    request = NewVisit(what=WorkKind.WATCH, started_at=at - HOUR, ended_at=at)
    return Change(client_id=id, kind="visitRecord", captured_at=at, request=request)


async def sent(
    town: Town, viewer: Viewer, *changes: Change, ahead: timedelta = timedelta(0), patience: Patience | None = None
) -> list[Answer]:
    queue = Queue(phone_now=town.deployment.clock() + ahead, changes=changes)
    answers = await sync(partial(town.deployment.write, viewer, "sync"), viewer, queue, patience)
    assert isinstance(answers, list)
    return answers


def statuses(answers: Sequence[Answer]) -> list[str]:
    return [one.status.name for one in answers]


def none_left() -> Patience:
    return Patience(until=0, clock=lambda: 1.0)


async def state(town: Town) -> list[Any]:
    """What all changes came to, without keys and numbers, which go on counting."""
    event, history, entry = t.event, t.event_history, t.visit
    queries = (
        sa.select(event.c.description, event.c.stage, event.c.version, event.c.occurred_at, event.c.grid_id),
        sa.select(event.c.description, history.c.sequence, history.c.entry, history.c.answers).join(
            event, event.c.id == history.c.event_id
        ),
        sa.select(entry.c.client_key, entry.c.what, entry.c.started_at, entry.c.ended_at, entry.c.counted, entry.c.post_id),
    )
    async with town.deployment.read() as work:
        return [sorted(map(repr, await work.rows(query))) for query in queries]


async def test_a_change_that_is_sent_again_counts_once(town: Town) -> None:
    by, at = await worker(town), town.deployment.clock() - HOUR
    changes = [report(town, "r", at), remark("c", at, "r"), visit("v", at)]
    first, again = await sent(town, by, *changes), await sent(town, by, *changes)
    assert statuses(first) == ["DONE"] * 3
    assert statuses(again) == ["ALREADY_DONE"] * 3
    assert [one.thing for one in again] == [one.thing for one in first]
    twice = await sent(town, by, report(town, "x", at), report(town, "x", at))
    assert sorted(statuses(twice)) == ["ALREADY_DONE", "DONE"]


async def test_one_bad_change_of_many_stops_no_other_and_is_mended(town: Town) -> None:
    by, at = await worker(town), town.deployment.clock() - HOUR
    changes = [report(town, f"r{number}", at + timedelta(seconds=number), f"smoke {number}") for number in range(250)]
    broken = list(changes)
    broken[120] = report(town, "r120", at, "")
    answers = await sent(town, by, *broken)
    assert [one.client_id for one in answers] == [one.client_id for one in changes]
    assert [number for number, one in enumerate(answers) if one.status is not SyncStatus.DONE] == [120]
    assert (answers[120].status, answers[120].mend) == (SyncStatus.REFUSED, SyncMend.CHANGE_INPUT)
    assert [one.code for one in answers[120].refusals] == ["BLANK"]
    mended = await sent(town, by, *changes)
    assert mended[120].status is SyncStatus.DONE
    assert {one.status for number, one in enumerate(mended) if number != 120} == {SyncStatus.ALREADY_DONE}


async def test_a_change_that_breaks_its_transaction_takes_no_other_with_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    by, at = await worker(town), town.deployment.clock() - HOUR
    kind = kinds.KINDS["eventReport"]

    async def do(work: Any, viewer: Viewer, requests: Sequence[EventReport]) -> Any:
        outcomes = await kind.do(work, viewer, requests)
        if any(one.description == "broken" for one in requests):
            raise RuntimeError("a fault of the service")
        return outcomes

    monkeypatch.setitem(kinds.KINDS, "eventReport", replace(kind, do=do))  # type: ignore[arg-type]
    answers = await sent(town, by, report(town, "a", at), report(town, "b", at, "broken"), report(town, "c", at))
    assert statuses(answers) == ["DONE", "REFUSED", "DONE"]
    assert ([one.code for one in answers[1].refusals], answers[1].mend) == (["SYNC_FAILED"], SyncMend.SEND_LATER)
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.event)) == 2
    again = [report(town, "d", at, "broken"), report(town, "e", at)]
    short = await sent(town, by, *again, patience=none_left())
    assert [[one.code for one in answer.refusals] for answer in short] == [["SYNC_FAILED"], ["SYNC_LATER"]]


async def test_a_change_that_cannot_be_read_takes_no_other_with_it(town: Town) -> None:
    by, at = await worker(town), town.deployment.clock() - HOUR
    requests = {id: report(town, id, at, id).request for id in ("a", "c")}
    outlines = tuple(Change(client_id=id, kind="eventReport", captured_at=at) for id in "abc")
    queue = Queue(phone_now=at + HOUR, changes=outlines, read=lambda one: replace(one, request=requests[one.client_id]))
    answers = await sync(partial(town.deployment.write, by, "sync"), by, queue)
    assert isinstance(answers, list)
    assert statuses(answers) == ["DONE", "REFUSED", "DONE"]
    assert ([one.code for one in answers[1].refusals], answers[1].mend) == (["SYNC_FAILED"], SyncMend.SEND_LATER)


async def test_what_there_is_no_time_for_is_told_so_and_done_in_later_calls(town: Town) -> None:
    by, at = await worker(town), town.deployment.clock() - HOUR
    waiting = [report(town, f"r{number:02}", at + timedelta(seconds=number), f"smoke {number}") for number in range(25)]
    waiting[3] = report(town, "r03", waiting[3].captured_at, "")
    first = await sent(town, by, *waiting, patience=none_left())
    assert statuses(first) == ["DONE"] * 3 + ["REFUSED"] + ["DONE"] * 6 + ["REFUSED"] * 15
    assert {(one.refusals[0].code, one.mend, one.captured_at, one.clock) for one in first[10:]} == {
        ("SYNC_LATER", SyncMend.SEND_LATER, None, None)
    }
    answers, calls, told = first, 1, list[str]()
    while waiting := [one for one, answer in zip(waiting, answers, strict=True) if answer.mend is SyncMend.SEND_LATER]:
        told += [answer.client_id for answer in answers if answer.mend is SyncMend.CHANGE_INPUT]
        answers, calls = await sent(town, by, *waiting, patience=none_left()), calls + 1
        assert calls < 5, "it does not come to an end"
    assert (calls, told) == (3, ["r03"])
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.event)) == 24


async def test_what_waits_for_a_change_is_done_after_it_also_in_a_later_call(town: Town) -> None:
    by, at = await worker(town), town.deployment.clock() - HOUR
    early = await sent(town, by, remark("c", at, "r"), remark("d", at, None, await reported(town), "c"))
    assert [one.mend for one in early] == [SyncMend.SEND_LATER] * 2
    assert {code.code for one in early for code in one.refusals} == {"SYNC_WAITS"}
    done = await sent(town, by, remark("c", at, "r"), report(town, "r", at + HOUR / 2))
    assert statuses(done) == ["DONE", "DONE"]
    about_visit = await sent(town, by, visit("v", at), remark("e", at, "v"))
    assert [code.code for code in about_visit[1].refusals] == ["SYNC_ABOUT_OTHER"]


async def test_a_conflict_tells_what_is_there(town: Town) -> None:
    by, event = await worker(town), await reported(town)
    move = EventMoveRequest(event_id=event, move="take_up", expected_version=7)
    change = Change(client_id="m", kind="eventMove", captured_at=town.deployment.clock(), request=move)
    (answer,) = await sent(town, by, change)
    assert (answer.status, answer.mend) == (SyncStatus.CONFLICT, SyncMend.LOOK_AGAIN)
    assert [one.code for one in answer.refusals] == ["EVENT_CHANGED"]
    assert answer.thing is not None
    assert (answer.thing.type, answer.thing.id, answer.thing.version) == ("Event", event, 1)
    (first,) = await sent(town, by, report(town, "m", change.captured_at))
    (other,) = await sent(town, by, report(town, "m", change.captured_at, "fire"))
    assert (first.status, other.status, other.thing) == (SyncStatus.DONE, SyncStatus.CONFLICT, first.thing)
    assert [one.code for one in other.refusals] == ["SYNC_ID_REUSED"]


async def test_the_post_of_the_moment_of_capture_counts(town: Town) -> None:
    by, now = await worker(town), town.deployment.clock()
    async with town.deployment.write() as work:
        ids(await end_posts(work, operator(), [PostEnd(post_id=by.posts[0].id)]))
    gone = await town.login(by.login)
    assert gone.posts == ()
    before, after = now - HOUR, town.deployment.clock() + timedelta(seconds=1)
    answers = await sent(town, gone, report(town, "before", before), visit("v", before), ahead=timedelta(0))
    assert statuses(answers) == ["DONE", "DONE"]
    (late,) = await sent(town, gone, report(town, "after", after))
    assert (late.status, late.mend) == (SyncStatus.REFUSED, SyncMend.ASK_FOR_RIGHT)


async def test_a_move_from_offline_is_done_once_and_a_comment_after_it(town: Town) -> None:
    by, event = await worker(town), await reported(town)
    at = town.deployment.clock()
    move = EventMoveRequest(event_id=event, move="accept", expected_version=1, answers={"kind": "community.hazard"})
    changes = [Change(client_id="m", kind="eventMove", captured_at=at, request=move), remark("c", at, None, event, "m")]
    first, again = await sent(town, by, *changes), await sent(town, by, *changes)
    assert not [one.refusals for one in first if one.refusals]
    assert (statuses(first), statuses(again)) == (["DONE"] * 2, ["ALREADY_DONE"] * 2)
    assert {one.thing.version for one in (*first, *again) if one.thing} == {3}
    async with town.deployment.read() as work:
        entries = await work.rows(sa.select(t.event_history.c.entry).where(t.event_history.c.event_id == event))
    assert len(entries) == 3


async def test_whose_post_has_ended_does_nothing_with_events_that_came_later(town: Town) -> None:
    """However long ago the phone says that it was."""
    by, before = await worker(town), town.deployment.clock() - HOUR
    async with town.deployment.write() as work:
        ids(await end_posts(work, operator(), [PostEnd(post_id=by.posts[0].id)]))
        later = EventReport(kind_id="community.hazard", description="smoke", grid_id=town.grids[GRIDS["urban"]], details=HAZARD)
        (event,) = ids(await report_events(work, operator(), [later]))
    move = EventMoveRequest(event_id=event, move="accept", answers={"kind": "community.hazard"})
    changes = [Change(client_id="m", kind="eventMove", captured_at=before, request=move), remark("c", before, None, event)]
    answers = await sent(town, await town.login(by.login), *changes)
    assert [[one.code for one in answer.refusals] for answer in answers] == [["NOT_FOUND"], ["NOT_FOUND"]]


async def test_a_post_that_began_since_does_not_count_for_what_was_done_before(town: Town) -> None:
    by = await town.login(f"community.grid_worker@{GRIDS['urban']}")
    async with town.deployment.write() as work:
        account, grid = by.account_id or 0, town.grids[GRIDS["rural"]]
        ids(await assign_posts(work, operator(), [NewPost(account_id=account, role_id="community.grid_worker", grid_id=grid)]))
        now = work.now
    both = await town.login(by.login)
    entry = NewVisit(what=WorkKind.WATCH, started_at=now - 2 * HOUR, ended_at=now - HOUR, post_id=both.posts[-1].id)
    change = Change(client_id="v", kind="visitRecord", captured_at=now - HOUR, request=entry)
    (answer,) = await sent(town, both, change)
    assert (answer.status, [one.code for one in answer.refusals]) == (SyncStatus.REFUSED, ["POST_NOT_HELD"])


async def test_a_phone_whose_clock_is_a_year_off_is_taken_at_the_time_of_receipt(town: Town) -> None:
    by, ahead = await worker(town), timedelta(days=-365)
    at = town.deployment.clock() + ahead - HOUR
    answers = await sent(town, by, report(town, "r", at), visit("v", at), ahead=ahead)
    assert statuses(answers) == ["DONE", "DONE"]
    assert {one.clock for one in answers} == {SyncClock.NOT_BELIEVED}
    async with town.deployment.read() as work:
        entry = await work.first(sa.select(t.visit.c.started_at, t.visit.c.ended_at))
    assert entry is not None
    assert entry.ended_at == answers[1].captured_at
    assert entry.ended_at - entry.started_at == HOUR
    (old,) = await sent(town, by, report(town, "old", town.deployment.clock() - timedelta(days=40)))
    assert ([one.code for one in old.refusals], old.mend) == (["SYNC_TOO_OLD"], SyncMend.LOOK_AGAIN)


async def test_a_day_that_is_shuffled_cut_and_replayed_comes_to_the_same(town: Town) -> None:
    by, noon, random = await worker(town), datetime.now(UTC).replace(microsecond=0) - 6 * HOUR, Random(7)
    day: list[Change] = []
    for number in range(30):
        at = noon + timedelta(minutes=10 * number)
        day += [report(town, f"r{number}", at, f"smoke {number}"), visit(f"v{number}", at)]
        day += [remark(f"c{number}", at + timedelta(minutes=1), f"r{number}")]
        day += [remark(f"d{number}", at + timedelta(minutes=2), f"r{number}", 0, f"c{number}")]
    waiting, rounds = list(day), 0
    while waiting:
        rounds += 1
        assert rounds < 60, "it does not come to an end"
        part = random.sample(waiting, min(len(waiting), random.randint(1, 25)))
        answers = await sent(town, by, *part)
        if random.random() < 0.3:
            continue  # the answer was lost
        done = {one.client_id for one in answers if one.status in (SyncStatus.DONE, SyncStatus.ALREADY_DONE)}
        waiting = [one for one in waiting if one.client_id not in done]
    once = await state(town)
    random.shuffle(day)
    assert set(statuses(await sent(town, by, *day))) == {"ALREADY_DONE"}
    assert await state(town) == once
    assert [len(one) for one in once] == [30, 90, 30]


async def test_a_phone_pulls_everything_and_then_what_has_changed(town: Town) -> None:
    by, other = await worker(town), await town.viewer("community.grid_worker", GRIDS["rural"])
    event = await reported(town)

    async def pulled(viewer: Viewer, after: str | None = None) -> Any:
        async with town.deployment.read() as work:
            return await pull(work, viewer, after)

    first = await pulled(by)
    assert first.whole
    assert {f"Event:{event}", f"Person:{town.person}"} <= set(first.changed)
    nothing = await pulled(by, first.cursor)
    assert (nothing.whole, nothing.changed, nothing.gone, nothing.due_changed) == (False, (), (), False)
    elsewhere, helper = await pulled(other), await town.viewer("community.volunteer", GRIDS["urban"])
    helps = await pulled(helper)
    async with town.deployment.write() as work:
        work.announce("person.changed", town.person, town.grids[GRIDS["urban"]])
    assert ((await pulled(helper, helps.cursor)).gone, helps.changed) == ((), ()), "nobody is told of people who reads none"
    await sent(town, by, report(town, "r", town.deployment.clock()))
    difference = await pulled(by, nothing.cursor)
    assert not difference.whole
    assert [one.partition(":")[0] for one in difference.changed if one.startswith("Event")] == ["Event"]
    assert (await pulled(other, elsewhere.cursor)).changed == ()
    async with town.deployment.write() as work:
        ids(await end_posts(work, operator(), [PostEnd(post_id=(await head(town)).posts[0].id)]))
    assert not (await pulled(by, difference.cursor)).whole


async def test_ids_of_phones_are_kept_for_longer_than_a_change_may_wait(town: Town) -> None:
    by, now = await worker(town), town.deployment.clock()
    await sent(town, by, report(town, "r", now), report(town, "s", now))
    async with town.deployment.write() as work:
        for id, days in (("r", 32), ("s", 30)):
            aged = (
                sa.update(t.sync_change).where(t.sync_change.c.client_id == id).values(received_at=work.now - timedelta(days=days))
            )
            await work.run(aged)
    assert timedelta(days=SYNCED_DAYS) > OLDEST
    writes = partial(town.deployment.write, operator(), "retention")
    found = {
        one.name: one.done for one in await retain(town.deployment.read, writes, Periods(), dry=False, progress=lambda *_: None)
    }
    assert found["synced"] == 1
    assert statuses(await sent(town, by, report(town, "s", now))) == ["ALREADY_DONE"]
