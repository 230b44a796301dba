"""Following events: what subscribers are told, under which rights, how they resume, and that one change is read once for equal ones."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.db.outbox.positions import read_cursor
from wangge_core.deployment import Deployment
from wangge_core.events.comments import EventCommentRequest, comment_events
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.viewers import Viewer, anonymous, operator
from wangge_schema.answers import GraphQLRequest
from wangge_schema.documents import InvalidDocumentError
from wangge_schema.errors import code_of
from wangge_schema.live.following import Live, LiveLimits
from wangge_schema.live.streams import Stream
from wangge_schema.session import Session

pytestmark = pytest.mark.anyio

FOLLOW = """
subscription($grid: ID, $kinds: [ID!], $after: String) {
  eventChanged(grid: $grid, kinds: $kinds, after: $after) { cursor at change event { number stage { name } grid { code } } }
}"""
HAZARD = {"hazard": "FIRE", "immediate_danger": False}


@pytest.fixture
async def live(town: Town) -> AsyncIterator[Live]:
    live = Live(town.api, LiveLimits(seconds_between_checks=0.05))
    yield live
    await live.close()


async def follow(live: Live, viewer: Viewer, query: str = FOLLOW, **variables: Any) -> Stream:
    request = GraphQLRequest(query=query, variables=variables)
    assert live.follows(request)
    return await live.subscribe(request, viewer)


async def told(stream: Stream) -> dict[str, Any]:
    """What the next message says of the change."""
    async with asyncio.timeout(20):
        answer = orjson.loads((await anext(stream)).body)
    assert "errors" not in answer, answer
    return answer["data"]["eventChanged"]


def row(cursor: str) -> int:
    """The row of the outbox that a cursor is right after; two cursors of one row may differ in how they got there."""
    mark = read_cursor(cursor, on_sqlite=cursor.startswith("fn4")).mark
    return mark.id if mark else 0


async def refused(live: Live, viewer: Viewer, query: str = FOLLOW, **variables: Any) -> list[str]:
    with pytest.raises(InvalidDocumentError) as found:
        await live.subscribe(GraphQLRequest(query=query, variables=variables), viewer)
    return [code_of(error) for error in found.value.errors]


async def report(town: Town, type: str = "urban", by: Viewer | None = None) -> int:
    by = by or await town.viewer("community.grid_worker", GRIDS[type])
    async with town.deployment.write() as work:
        new = EventReport(kind_id="community.hazard", description="seen", grid_id=town.grids[GRIDS[type]], details=HAZARD)
        (id,) = ids(await report_events(work, by, [new]))
    return id


async def comment(town: Town, id: int, type: str = "urban") -> None:
    by = await town.viewer("community.grid_worker", GRIDS[type])
    async with town.deployment.write() as work:
        ids(await comment_events(work, by, [EventCommentRequest(event_id=id, note="well")]))


async def move(town: Town, id: int, name: str, type: str = "urban", **answers: Any) -> None:
    by = await town.viewer("community.grid_worker", GRIDS[type])
    async with town.deployment.write() as work:
        ids(await move_events(work, by, [EventMoveRequest(event_id=id, move=name, answers=answers)]))


async def test_a_subscriber_is_told_of_every_change_in_order(town: Town, live: Live) -> None:
    stream = await follow(live, await town.viewer("community.community_head", COMMUNITY))
    assert await told(stream) | {"cursor": "", "at": ""} == {"cursor": "", "at": "", "change": "STARTED", "event": None}
    id = await report(town)
    await comment(town, id)
    await move(town, id, "settle_on_the_spot", note="done")
    changes = [await told(stream) for _ in range(3)]
    assert [change["change"] for change in changes] == ["REPORTED", "COMMENTED", "MOVED"]
    assert changes[2]["event"]["stage"]["name"] != "reported"
    assert changes[0]["event"]["grid"] == {"code": GRIDS["urban"]}
    assert len({change["cursor"] for change in changes}) == 3


async def test_grid_and_kinds_choose_what_is_told(town: Town, live: Live) -> None:
    head = await town.viewer("community.district_administrator", DISTRICT)
    by_code = await follow(live, head, grid=GRIDS["rural"])
    by_id = await follow(live, head, grid=f"Grid:{town.grids[GRIDS['rural']]}")
    above = await follow(live, head, grid=COMMUNITY, kinds=["community.hazard"])
    others = await follow(live, head, kinds=["community.dispute"])
    for stream in (by_code, by_id, above, others):
        await told(stream)
    await report(town, "urban")
    await report(town, "rural")
    assert (await told(by_code))["event"]["grid"]["code"] == GRIDS["rural"]
    assert (await told(by_id))["event"]["grid"]["code"] == GRIDS["rural"]
    assert [(await told(above))["event"]["grid"]["code"] for _ in range(2)] == [GRIDS["urban"], GRIDS["rural"]]
    assert live.reads == 4
    assert not others._waiting


async def test_a_subscriber_is_told_only_of_what_it_may_see(town: Town, live: Live) -> None:
    rural = await town.viewer("community.grid_worker", GRIDS["rural"])
    bare = "subscription { eventChanged { change cursor } }"
    streams = [await follow(live, rural), await follow(live, rural, bare)]
    for stream in streams:
        await told(stream)
    await report(town, "urban")
    await report(town, "rural")
    for stream in streams:
        assert (await told(stream))["change"] == "REPORTED"
        assert not stream._waiting
    assert live.reads == 2, "what cannot concern a viewer is not read for it"


async def test_who_reported_or_was_given_an_event_is_told_of_it_outside_of_its_grids(town: Town, live: Live) -> None:
    reporter = await town.viewer("community.grid_worker", GRIDS["urban"])
    helper = await town.viewer("maritime.skipper", GRIDS["maritime"])
    mine, given = await follow(live, reporter), await follow(live, helper)
    await told(mine)
    await told(given)
    id = await report(town, "scenic", by=reporter)
    assert (await told(mine))["event"]["grid"]["code"] == GRIDS["scenic"]
    async with town.deployment.write() as work:
        given_to = {"event_id": id, "post_id": helper.post_ids[0], "office_id": None}
        await work.insert(t.event_assignment, [given_to | {"lead": True, "active": True, "sequence": 2}])
    await comment(town, id, "scenic")
    assert (await told(given))["change"] == "COMMENTED"
    assert not given._waiting


async def test_one_change_is_read_once_for_a_thousand_equal_subscribers(town: Town, live: Live) -> None:
    viewer = await town.viewer("community.community_head", COMMUNITY)
    streams = await asyncio.gather(*(follow(live, viewer) for _ in range(1_000)))
    for stream in streams:
        await told(stream)
    id = await report(town)
    first = [await anext(stream) for stream in streams]
    assert live.reads == 1
    assert all(message is first[0] for message in first)
    await comment(town, id)
    assert [(await told(stream))["change"] for stream in streams] == ["COMMENTED"] * 1_000
    assert live.reads == 2


async def test_a_subscriber_who_was_away_misses_nothing(town: Town, live: Live) -> None:
    viewer = await town.viewer("community.community_head", COMMUNITY)
    stream = await follow(live, viewer)
    cursors = [(await told(stream))["cursor"]]
    id = await report(town)
    for _ in range(3):
        await comment(town, id)
    cursors += [(await told(stream))["cursor"] for _ in range(4)]
    live.leave(stream)
    await comment(town, id)
    for seen, cursor in enumerate(cursors):
        again = await follow(live, viewer, after=cursor)
        changes = [await told(again) for _ in range(5 - seen)]
        assert [row(change["cursor"]) for change in changes[: 4 - seen]] == [row(cursor) for cursor in cursors[seen + 1 :]]
        assert not again._waiting
        live.leave(again)


async def test_changes_that_happen_while_a_subscriber_catches_up_come_once_and_after(town: Town, live: Live) -> None:
    viewer = await town.viewer("community.community_head", COMMUNITY)
    stream = await follow(live, viewer)
    start = (await told(stream))["cursor"]
    id = await report(town)

    async def go_on() -> None:
        for _ in range(15):
            await comment(town, id)

    writing = asyncio.create_task(go_on())
    again = [await follow(live, viewer, after=start) for _ in range(5)]
    expected = [row((await told(stream))["cursor"]) for _ in range(16)]
    for one in again:
        assert [row((await told(one))["cursor"]) for _ in range(16)] == expected
        assert not one._waiting
    await writing


async def test_equal_subscribers_who_come_back_together_share_the_reads(town: Town, live: Live) -> None:
    viewer = await town.viewer("community.community_head", COMMUNITY)
    stream = await follow(live, viewer)
    start = (await told(stream))["cursor"]
    live.leave(stream)
    id = await report(town)
    await comment(town, id)
    streams = await asyncio.gather(*(follow(live, viewer, after=start) for _ in range(50)))
    for one in streams:
        assert [(await told(one))["change"] for _ in range(2)] == ["REPORTED", "COMMENTED"]
    assert live.reads == 2


async def test_a_slow_subscriber_is_told_so_and_resumes(town: Town) -> None:
    live = Live(town.api, LiveLimits(messages=3))
    viewer = await town.viewer("community.community_head", COMMUNITY)
    slow, quick = await follow(live, viewer), await follow(live, viewer)
    await told(slow)
    await told(quick)
    id = await report(town)
    changes = [await told(quick)]
    for _ in range(4):
        await comment(town, id)
        changes.append(await told(quick))
    received = [orjson.loads(message.body)["data"]["eventChanged"]["cursor"] async for message in slow]
    assert slow.end is not None
    assert slow.end.code == "SLOW_CONSUMER"
    assert received == [change["cursor"] for change in changes[:3]]
    again = await follow(live, viewer, after=received[-1])
    assert [row((await told(again))["cursor"]) for _ in range(2)] == [row(change["cursor"]) for change in changes[3:]]
    await live.close()


async def test_who_loses_a_post_is_told_nothing_more(town: Town, live: Live) -> None:
    worker = await town.viewer("community.grid_chief", GRIDS["urban"])
    stream = await follow(live, worker)
    await told(stream)
    id = await report(town)
    assert (await told(stream))["change"] == "REPORTED"
    async with town.deployment.write() as work:
        ids(await end_posts(work, operator(), [PostEnd(post_id=town.posts[f"community.grid_chief@{GRIDS['urban']}"])]))
    await changed(live, stream, worker)
    await comment(town, id)
    witness = await follow(live, await town.viewer("community.community_head", COMMUNITY))
    await told(witness)
    await comment(town, id)
    await told(witness)
    assert not stream._waiting
    assert stream.end is None


async def changed(live: Live, stream: Stream, before: Viewer) -> None:
    """Wait until a stream goes on under other rights."""
    async with asyncio.timeout(20):
        while stream.viewer is before:
            await live._look_after_rights()


async def test_who_is_given_a_post_misses_nothing_from_then_on(town: Town, live: Live) -> None:
    login = f"community.grid_worker@{GRIDS['rural']}"
    worker = await town.login(login)
    stream = await follow(live, worker)
    await told(stream)
    async with town.deployment.write() as work:
        account = await work.value(sa.select(t.account.c.id).where(t.account.c.login == login))
        post = NewPost(account_id=account, role_id="community.grid_chief", grid_id=town.grids[GRIDS["urban"]])
        ids(await assign_posts(work, operator(), [post]))
    await changed(live, stream, worker)
    await report(town, "urban")
    assert (await told(stream))["event"]["grid"]["code"] == GRIDS["urban"]


async def test_an_account_that_is_closed_ends_its_subscriptions(town: Town, live: Live) -> None:
    stream = await follow(live, await town.viewer("community.community_head", COMMUNITY))
    await told(stream)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.account).where(t.account.c.login == stream.viewer.login).values(active=False))
    async with asyncio.timeout(20):
        assert [message async for message in stream] == []
    assert stream.end is not None
    assert stream.end.code == "UNAUTHENTICATED"
    assert live.streams == 0


async def test_what_cannot_be_followed_is_refused_with_a_code(town: Town, live: Live) -> None:
    head = await town.viewer("community.community_head", COMMUNITY)
    assert await refused(live, anonymous("en")) == ["UNAUTHENTICATED"]
    assert await refused(live, head, grid="999") == ["ID_INVALID"]
    assert await refused(live, head, grid="Grid:999999") == ["ID_INVALID"]
    assert await refused(live, head, grid="a\0b") == ["ID_INVALID"]
    assert await refused(live, head, kinds=["x"] * 201) == ["FILTER_INVALID"]
    assert await refused(live, head, after="nonsense") == ["CURSOR_INVALID"]
    invalid = ["GRAPHQL_VALIDATION_FAILED"]
    assert await refused(live, head, "subscription { eventChanged { nothing } }") == invalid
    assert await refused(live, head, "subscription { a: eventChanged { at } b: eventChanged { at } }") == invalid
    assert await refused(live, head, "subscription($no: Boolean!) { eventChanged @include(if: $no) { at } }", no=False) == invalid
    assert await refused(live, head, FOLLOW, kinds=7.5) == invalid
    assert live.streams == 0


async def test_other_operations_are_none_to_follow(live: Live) -> None:
    for query in ("{ viewer { language } }", "{", "mutation { a }", "subscription A { a } subscription B { a }", ""):
        assert not live.follows(GraphQLRequest(query=query))


async def test_selections_are_answered_in_their_own_order_and_under_their_own_names(town: Town, live: Live) -> None:
    query = """subscription {
      it: eventChanged { ...Rest __typename what: change event { n: number ... on Event { stage { name } } } again: event { id } }
    } fragment Rest on EventChange { c: cursor }"""
    stream = await follow(live, await town.viewer("community.community_head", COMMUNITY), query)
    await told_raw(stream)
    await report(town)
    answer = (await told_raw(stream))["it"]
    assert list(answer) == ["c", "__typename", "what", "event", "again"]
    assert list(answer["event"]) == ["n", "stage"]
    assert answer["__typename"] == "EventChange"


async def told_raw(stream: Stream) -> dict[str, Any]:
    async with asyncio.timeout(20):
        return orjson.loads((await anext(stream)).body)["data"]


async def test_a_variable_that_is_used_elsewhere_too_keeps_subscriptions_apart(town: Town, live: Live) -> None:
    viewer = await town.viewer("community.community_head", COMMUNITY)
    query = """subscription($after: String, $all: Boolean!) {
      eventChanged(after: $after) { change cursor event { number @include(if: $all) id } } }"""
    whole, part = await follow(live, viewer, query, all=True), await follow(live, viewer, query, all=False)
    await told(whole)
    start = (await told(part))["cursor"]
    await report(town)
    assert "number" in (await told(whole))["event"]
    assert "number" not in (await told(part))["event"]
    resumed = await follow(live, viewer, query, all=True, after=start)
    assert "number" in (await told(resumed))["event"]
    assert live.reads == 2


async def test_changes_of_another_process_are_told(town: Town, live: Live) -> None:
    stream = await follow(live, await town.viewer("community.community_head", COMMUNITY))
    await told(stream)
    other = Deployment(town.deployment.url, town.deployment.rules)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    async with other.write() as work:
        new = EventReport(kind_id="community.hazard", description="seen", grid_id=town.grids[GRIDS["urban"]], details=HAZARD)
        ids(await report_events(work, worker, [new]))
    assert (await told(stream))["change"] == "REPORTED"
    await other.close()


async def test_what_cannot_be_read_is_an_error_of_its_change_alone(town: Town, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = await follow(live, await town.viewer("community.community_head", COMMUNITY))
    await told(stream)
    right, broken = Session.thing, [True]

    async def thing(self: Session, *arguments: Any) -> bytes:
        if broken.pop() if broken else False:
            raise ZeroDivisionError("secret")
        return await right(self, *arguments)

    monkeypatch.setattr(Session, "thing", thing)
    id = await report(town)
    async with asyncio.timeout(20):
        answer = (await anext(stream)).body
    assert orjson.loads(answer)["errors"][0]["extensions"] == {"code": "INTERNAL_ERROR"}
    assert b"secret" not in answer
    await comment(town, id)
    assert (await told(stream))["change"] == "COMMENTED"
