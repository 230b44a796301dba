"""Joining reports of one matter and splitting a matter into parts: both ways to be read, and taken back."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

import samples
from operating import done, tried
from steered import (
    GRIDS,
    HAZARD,
    administrator,
    at_grid,
    at_offices,
    entries,
    event_row,
    head,
    moved,
    open_tasks,
    reported,
    specialist,
    worker,
)
from towns import Town
from wangge_core.db import tables as t
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.steering.joining import Join, Separation, join_events, separate_events
from wangge_core.steering.splitting import NewPart, Split, split_events

pytestmark = pytest.mark.anyio


async def clocks(town: Town, id: int) -> list[str]:
    async with town.deployment.read() as work:
        clock = t.event_clock
        return [row.state for row in await work.rows(sa.select(clock.c.state).where(clock.c.event_id == id).order_by(clock.c.id))]


async def test_joined_events_end_as_joined_and_count_on_the_one_that_goes_on(town: Town) -> None:
    main, one, other = [await at_grid(town) for _ in range(3)]
    by = await head(town)
    assert await done(town, join_events, Join(event_id=main, events=(one, other), note="one fire"), by=by) == [main]
    assert (await event_row(town, main)).times_reported == 3
    for id in (one, other):
        row = await event_row(town, id)
        assert (row.joined_to_id, row.closed, row.stage) == (main, True, "at_grid")
        assert await open_tasks(town, id) == []
        assert set(await clocks(town, id)) == {"STOPPED"}
        assert (await entries(town, id))[-1] == "JOINED"
    async with town.deployment.write() as work:
        (outcome,) = await move_events(
            work, await worker(town), [EventMoveRequest(event_id=one, move="settle_on_the_spot", answers={"note": "x"})]
        )
    assert [refused.code for refused in outcome.refusals] == ["EVENT_JOINED"]
    await moved(town, await worker(town), main, "settle_on_the_spot", note="put out")


async def test_a_joined_event_goes_on_where_it_stood_when_it_is_separated(town: Town) -> None:
    main, one = await at_grid(town), await at_grid(town)
    by = await head(town)
    await done(town, join_events, Join(event_id=main, events=(one,)), by=by)
    assert await tried(town, separate_events, Separation(event_id=one), by=await worker(town)) == [": DESK_ONLY"]
    assert await done(town, separate_events, Separation(event_id=one, note="another house"), by=by) == [one]
    row = await event_row(town, one)
    assert (row.joined_to_id, row.closed, row.closed_at) == (None, False, None)
    assert (await event_row(town, main)).times_reported == 1
    assert "RUNNING" in await clocks(town, one)
    assert [kind for kind, _ in await open_tasks(town, one)] == ["HANDLE"]
    assert await tried(town, separate_events, Separation(event_id=one), by=by) == [": EVENT_NOT_JOINED"]
    await moved(town, await worker(town), one, "settle_on_the_spot", note="put out")


async def test_what_cannot_be_joined_is_refused_by_name_and_nothing_is_joined(town: Town) -> None:
    main, one = await at_grid(town), await at_grid(town)
    by = await head(town)
    wrong: dict[tuple[int, ...], str] = {
        (): "events: REQUIRED",
        (main,): "events.0: JOIN_TO_ITSELF",
        (one, 10**6): "events.1: NOT_FOUND",
        tuple(range(30, 60)): "events: TOO_MANY",
    }
    for events, refused in wrong.items():
        assert await tried(town, join_events, Join(event_id=main, events=events), by=by) == [refused]
    assert await tried(town, join_events, Join(event_id=main, events=(one,)), by=await worker(town)) == [": DESK_ONLY"]
    ended = await at_grid(town)
    await moved(town, by, ended, "void", reason="a mistake")
    assert await tried(town, join_events, Join(event_id=main, events=(one, ended)), by=by) == ["events.1: EVENT_ENDED"]
    assert await tried(town, join_events, Join(event_id=ended, events=(one,)), by=by) == [": EVENT_ENDED"]
    assert (await event_row(town, one)).joined_to_id is None


async def test_joins_form_no_chains_and_no_circles(town: Town) -> None:
    first, second, third = [await at_grid(town) for _ in range(3)]
    by = await head(town)
    await done(town, join_events, Join(event_id=first, events=(second,)), by=by)
    assert await tried(town, join_events, Join(event_id=third, events=(first,)), by=by) == ["events.0: JOIN_HAS_OTHERS"]
    assert await tried(town, join_events, Join(event_id=second, events=(third,)), by=by) == [": EVENT_JOINED"]
    assert await tried(town, join_events, Join(event_id=third, events=(second,)), by=by) == ["events.0: EVENT_JOINED"]


async def test_a_complaint_about_who_serves_is_joined_with_nothing(town: Town) -> None:
    async with town.deployment.read() as work:
        kind = await work.value(sa.select(sa.func.min(t.event_kind.c.id)).where(t.event_kind.c.hidden_from_grid))

    definition = town.deployment.rules.registry.event_kinds[kind].details
    complaint = await reported(town, kind, "urban", samples.first(definition) if definition else None)
    above = await administrator(town)
    assert await tried(town, join_events, Join(event_id=await at_grid(town), events=(complaint,)), by=above) == [
        "events.0: JOIN_HIDDEN"
    ]


async def test_parts_are_events_of_their_own_with_their_own_workflows(town: Town) -> None:
    id, by = await at_grid(town), await head(town)
    parts = (
        NewPart(description="the broken door", assignees=((town.posts[f"community.grid_worker@{GRIDS['urban']}"], None),)),
        NewPart(
            description="the neighbours quarrel",
            kind_id="urban.pipe_burst",
            details={"pipe": "WATER", "road_sunk": False, "supply_cut": True},
        ),
    )
    assert await done(town, split_events, Split(event_id=id, parts=parts), by=by) == [id]
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.event).where(t.event.c.part_of_id == id).order_by(t.event.c.id))
    whole = await event_row(town, id)
    assert [(row.kind_id, row.closed) for row in rows] == [("community.hazard", False), ("urban.pipe_burst", False)]
    assert rows[0].details["hazard"] == HAZARD["hazard"]
    assert {row.reporter_id for row in rows} == {whole.reporter_id} and {row.grid_id for row in rows} == {whole.grid_id}
    assert len({whole.number, *(row.number for row in rows)}) == 3
    assert await entries(town, rows[0].id) == ["REPORTED", "SPLIT"]
    assert await open_tasks(town, rows[0].id) == [("HANDLE", (town.posts[f"community.grid_worker@{GRIDS['urban']}"],))]
    assert (await entries(town, id))[-1] == "SPLIT"


async def test_what_a_machine_reported_and_a_desk_splits_by_its_key_is_no_alert_anew(town: Town) -> None:
    id, by = await at_grid(town), replace(await head(town), key_id=1)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == id).values(source="SENSOR"))
    await done(town, split_events, Split(event_id=id, parts=(NewPart(description="the door"),)), by=by)
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.event.c.kind_id).where(t.event.c.part_of_id == id)) == "community.hazard"


async def test_the_whole_waits_for_its_parts_where_its_workflow_says_so(town: Town) -> None:
    id, by = await at_grid(town), await head(town)
    await done(town, split_events, Split(event_id=id, parts=(NewPart(description="the door"),)), by=by)
    async with town.deployment.read() as work:
        part = await work.value(sa.select(t.event.c.id).where(t.event.c.part_of_id == id))
    void = EventMoveRequest(event_id=id, move="void", answers={"reason": "nothing there"})
    async with town.deployment.write() as work:
        (outcome,) = await move_events(work, by, [void])
    assert [one.code for one in outcome.refusals] == ["MOVE_PART_EVENTS_OPEN"]
    await moved(town, by, part, "void", reason="nothing there")
    await moved(town, by, id, "void", reason="nothing there")


async def test_a_split_is_made_whole_or_not_at_all(town: Town) -> None:
    id, by = await at_grid(town), await head(town)
    before = await everything(town)
    good = NewPart(description="the door")
    wrong = {
        (): "parts: REQUIRED",
        (good, NewPart(description=" ")): "parts.1.description: BLANK",
        (good, NewPart(description="x", kind_id="urban.nothing")): "parts.1.kindId: KIND_UNKNOWN",
        (good, NewPart(description="x", assignees=((None, 10**6),))): "parts.1.assignees: NOT_FOUND",
    }
    for parts, refused in wrong.items():
        assert await tried(town, split_events, Split(event_id=id, parts=parts), by=by) == [refused]
        assert await everything(town) == before
    assert await tried(town, split_events, Split(event_id=id, parts=(good,)), by=await worker(town)) == [": DESK_ONLY"]
    await done(town, split_events, Split(event_id=id, parts=(good,)), by=by)
    async with town.deployment.read() as work:
        part = await work.value(sa.select(t.event.c.id).where(t.event.c.part_of_id == id))
    assert await tried(town, split_events, Split(event_id=part, parts=(good,)), by=by) == [": SPLIT_OF_PART"]
    whole_again = Join(event_id=await at_grid(town), events=(id,))
    assert await tried(town, join_events, whole_again, by=by) == ["events.0: JOIN_HAS_PARTS"]


async def everything(town: Town) -> list[object]:
    tables = (t.event, t.event_history, t.event_assignment, t.event_clock, t.task, t.outbox)
    async with town.deployment.read() as work:
        return [await work.rows(sa.select(table).order_by(table.c.id)) for table in tables]


async def test_a_stranger_neither_finds_nor_steers_an_event(town: Town) -> None:
    id, stranger = await at_offices(town, "water_works"), await town.viewer("community.grid_worker", GRIDS["rural"])
    for operation, request in (
        (join_events, Join(event_id=id, events=(1,))),
        (separate_events, Separation(event_id=id)),
        (split_events, Split(event_id=id, parts=(NewPart(description="x"),))),
    ):
        assert await tried(town, operation, request, by=stranger) == ["id: NOT_FOUND"]
    assert await tried(town, split_events, Split(event_id=id, parts=(NewPart(description="x"),)), by=await specialist(town)) == [
        ": DESK_ONLY"
    ]
