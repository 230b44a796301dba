"""Patrols count the minutes inside their grid, once for each who took part; cameras are looked through for things and never persons."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from grounds import bound, place, square
from operating import announced, done, row_of, tried
from towns import Town
from wangge_core.db import tables as t
from wangge_core.ledger.entries import CheckpointBy, PatrolKind
from wangge_core.ledger.opening import Finding
from wangge_core.ledger.participants import Participant
from wangge_core.ledger.patrol_requests import Checkpoint, NewPatrol, PatrolEnd, PatrolPass, PatrolPoints
from wangge_core.ledger.patrolling import add_patrol_points, end_patrols, pass_checkpoints
from wangge_core.ledger.patrols import record_patrols
from wangge_core.places.assets import NewAsset, register_assets
from wangge_core.places.places import NewPlace, register_places
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import narrowed
from worked import RURAL, URBAN, a_patrol, moments_ago, track, worker

pytestmark = pytest.mark.anyio
THROUGH = tuple((minute, 0.2 + minute / 100, 0.5) for minute in range(0, 61, 4))
"""An hour inside the urban grid."""


async def figures(town: Town, id: int) -> tuple[Any, ...]:
    row = await row_of(town, t.patrol, id)
    return (row.minutes, row.minutes_inside, row.minutes_counted, row.counted, row.not_counted_because)


async def parts(town: Town, id: int) -> list[tuple[Any, ...]]:
    part = t.participation
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(part).where(part.c.patrol_id == id).order_by(part.c.id))
    return [(row.part, row.minutes_inside, row.minutes_counted, row.not_counted_because) for row in rows]


async def test_minutes_inside_are_counted_from_the_track(town: Town) -> None:
    me = await worker(town)
    await bound(town, urban=square(0, 0))
    whole = await a_patrol(town)
    half = tuple((minute, 0.5 + (minute >= 30), 0.5) for minute in range(0, 61, 3))
    ids = await done(town, record_patrols, replace(whole, points=track(whole.started_at, *half)), by=me)
    assert await figures(town, ids[0]) == (60, 27, 27, True, None)
    assert [one.content for one in await announced(town, "patrol.recorded")] == [{"what": "PATROL"}]


async def test_without_a_track_nothing_counts_where_the_grid_has_a_boundary_and_all_does_where_it_has_none(town: Town) -> None:
    me, whole = await worker(town), await a_patrol(town, minutes=30)
    (free,) = await done(town, record_patrols, whole, by=me)
    assert await figures(town, free) == (30, 30, 30, True, None)
    await bound(town, urban=square(0, 0))
    earlier = replace(whole, started_at=whole.started_at - timedelta(hours=2), ended_at=whole.started_at - timedelta(hours=1))
    outside = replace(earlier, points=track(earlier.started_at, (0, 2.5, 0.5), (4, 2.5, 0.5)))
    ids = await done(town, record_patrols, earlier, outside, by=me)
    assert [(await figures(town, id))[1:] for id in ids] == [(0, 0, False, "NO_TRACK"), (0, 0, False, "OUTSIDE_GRID")]


async def test_no_minute_of_somebody_counts_twice(town: Town) -> None:
    me, whole = await worker(town), await a_patrol(town, minutes=60)
    shorter = replace(whole, started_at=whole.started_at + timedelta(minutes=40))
    again = replace(whole, started_at=whole.started_at - timedelta(minutes=20))
    ids = await done(town, record_patrols, whole, shorter, again, by=me)
    found = [await figures(town, id) for id in ids]
    assert found == [(60, 60, 60, True, None), (20, 20, 0, False, "COUNTED_ALREADY"), (80, 80, 20, True, None)]
    (other,) = await done(town, record_patrols, whole, by=await worker(town, RURAL))
    assert await figures(town, other) == (60, 60, 60, True, None)


async def test_a_joint_patrol_counts_for_each_by_the_own_track_and_is_led_by_the_sponsor(town: Town) -> None:
    me = await worker(town)
    chief, officer = (town.posts[f"community.{role}@{URBAN}"] for role in ("grid_chief", "information_officer"))
    office = town.offices["housing"]
    await bound(town, urban=square(0, 0))
    whole = await a_patrol(town)
    with_others = replace(
        whole,
        what=PatrolKind.JOINT_PATROL,
        points=track(whole.started_at, *THROUGH),
        leader_post_id=chief,
        participants=(Participant(post_id=chief), Participant(post_id=officer), Participant(office_id=office)),
    )
    (id,) = await done(town, record_patrols, with_others, by=me)
    assert await parts(town, id) == [
        ("MEMBER", 60, 60, None),
        ("LEADER", 60, 60, None),
        ("MEMBER", 60, 60, None),
        ("MEMBER", None, None, None),
    ]
    own = PatrolPoints(patrol_id=id, points=track(whole.started_at, (0, 0.5, 0.5), (4, 0.5, 0.5)))
    second = await town.viewer("community.information_officer", URBAN)
    await done(town, add_patrol_points, own, own, by=second)
    assert [one[1] for one in await parts(town, id)] == [60, 60, 4, None]
    assert await tried(town, add_patrol_points, own, by=await worker(town, RURAL)) == ["id: NOT_FOUND"]
    alone = replace(with_others, participants=(), leader_post_id=None)
    assert await tried(town, record_patrols, alone, by=me) == ["participants: REQUIRED"]


async def test_a_patrol_is_begun_walked_and_ended_once(town: Town) -> None:
    me, whole = await worker(town), await a_patrol(town)
    await bound(town, urban=square(0, 0))
    begun = replace(whole, ended_at=None, client_key="walk-1")
    (id, same) = await done(town, record_patrols, begun, begun, by=me)
    assert id == same
    first = track(whole.started_at, (0, 0.5, 0.5), (4, 0.5, 0.5))
    await done(town, add_patrol_points, PatrolPoints(patrol_id=id, points=first), PatrolPoints(patrol_id=id, points=first), by=me)
    shelter = await a_place(town)
    scanned = Checkpoint(place_id=shelter, passed_at=whole.started_at, how=CheckpointBy.SCAN)
    await done(
        town, pass_checkpoints, PatrolPass(patrol_id=id, checkpoint=scanned), PatrolPass(patrol_id=id, checkpoint=scanned), by=me
    )
    assert whole.ended_at is not None
    end = PatrolEnd(
        patrol_id=id, ended_at=whole.ended_at, findings=(Finding(description="A loose rail", kind_id="community.hazard"),)
    )
    assert await done(town, end_patrols, end, end, by=me) == [id, id]
    assert await figures(town, id) == (60, 4, 4, True, None)
    async with town.deployment.read() as work:
        counts = [
            await work.value(sa.select(sa.func.count()).select_from(one)) for one in (t.patrol_point, t.patrol_checkpoint, t.event)
        ]
        assert counts == [2, 1, 1]
        assert await work.value(sa.select(t.event.c.source)) == "PATROL"
    later = replace(end, ended_at=whole.ended_at - timedelta(minutes=1))
    assert await tried(town, end_patrols, later, by=me) == ["id: PATROL_ENDED"]
    assert await tried(town, end_patrols, end, by=await worker(town, RURAL)) == ["id: NOT_FOUND"]


async def a_place(town: Town) -> int:
    longitude, latitude = place(0.5, 0.5)
    new = NewPlace(grid_id=town.grids[URBAN], kind_id="community.shelter", name="P", longitude=longitude, latitude=latitude)
    (id,) = await done(town, register_places, new)
    return id


async def test_what_does_not_fit_a_patrol_is_refused(town: Town) -> None:
    me, whole = await worker(town), await a_patrol(town)
    shelter, start = await a_place(town), whole.started_at
    near, far = place(0.5, 0.6), place(4.5, 0.5)

    def passing(at: list[float] | None, how: CheckpointBy = CheckpointBy.POSITION, **more: Any) -> NewPatrol:
        where = {} if at is None else {"longitude": at[0], "latitude": at[1]}
        return replace(whole, checkpoints=(Checkpoint(**{"place_id": shelter, "passed_at": start, "how": how} | where | more),))

    wrong = [
        (replace(whole, ended_at=start + timedelta(hours=3)), "endedAt: IN_THE_FUTURE"),
        (replace(whole, started_at=start - timedelta(hours=25)), "endedAt: WORK_TOO_LONG"),
        (replace(whole, points=track(start, (-1, 0, 0), (61, 0, 0))), "points.0.at: PATROL_MOMENT, points.1.at: PATROL_MOMENT"),
        (replace(whole, grid_id=town.grids[RURAL]), "gridId: NOT_ALLOWED"),
        (replace(whole, route_id=10**6), "routeId: NOT_FOUND"),
        (replace(whole, ended_at=None, points=track(start, (0, 0, 0))), "endedAt: REQUIRED"),
        (passing(near), ""),
        (passing(far), "checkpoints.0.position: CHECKPOINT_FAR"),
        (passing(None), "checkpoints.0.position: CHECKPOINT_FAR"),
        (passing(near, CheckpointBy.SEEN), "checkpoints.0.how: CHECKPOINT_HOW"),
        (passing(near, asset_id=1), "checkpoints.0: ONE_OF"),
        (passing(near, passed_at=start - timedelta(minutes=1)), "checkpoints.0.passedAt: PATROL_MOMENT"),
    ]
    assert await tried(town, record_patrols, *(one for one, _ in wrong), by=me) == [said for _, said in wrong]


async def test_a_video_patrol_looks_through_cameras_and_finds_things(town: Town) -> None:
    me, whole = await worker(town), await a_patrol(town, minutes=10, what=PatrolKind.VIDEO_PATROL)
    grid = town.grids[URBAN]
    what = {"owner": "the property firm", "purpose": "the bins", "notice": "by the gate"}
    new = [
        NewAsset(grid_id=grid, kind_id="urban.camera", name="camera", details=what),
        NewAsset(grid_id=grid, kind_id="urban.bench", name="bench"),
    ]
    camera, bench = await done(town, register_assets, *new)

    def seen(asset: int) -> NewPatrol:
        return replace(whole, checkpoints=(Checkpoint(asset_id=asset, passed_at=whole.started_at, how=CheckpointBy.SEEN),))

    def found(description: str, **more: Any) -> NewPatrol:
        return replace(seen(camera), findings=(Finding(description=description, **more),))

    wrong = [
        (seen(bench), "checkpoints.0: CHECKPOINT_NO_CAMERA"),
        (replace(seen(camera), points=track(whole.started_at, (0, 0, 0))), "points: TRACK_UNEXPECTED"),
        (found("A quarrel", kind_id="community.dispute"), "findings.0.kindId: FINDING_OF_PERSON"),
        (found("Driver of 浙A12345"), "findings.0.description: ALERT_NAMES_PERSON"),
        (found("A bin burns", asset_id=10**6), "findings.0.assetId: NOT_FOUND"),
    ]
    assert await tried(town, record_patrols, *(one for one, _ in wrong), by=me) == [said for _, said in wrong]
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.patrol)) == 0
    (id,) = await done(town, record_patrols, found("A bin burns", asset_id=camera), by=me)
    assert await figures(town, id) == (10, 10, 10, True, None)
    async with town.deployment.read() as work:
        event = await work.first(sa.select(t.event))
    assert event is not None
    assert (event.kind_id, event.source, event.grid_id) == ("community.alert", "VIDEO_PATROL", grid)


async def test_points_that_come_late_count_for_a_week(town: Town) -> None:
    me, whole = await worker(town), await a_patrol(town)
    await bound(town, urban=square(0, 0))
    (id,) = await done(town, record_patrols, whole, by=me)
    late = PatrolPoints(patrol_id=id, points=track(whole.started_at, *THROUGH))
    await done(town, add_patrol_points, late, by=me)
    assert await figures(town, id) == (60, 60, 60, True, None)
    async with town.deployment.write() as work:
        ago = timedelta(days=8)
        await work.run(sa.update(t.patrol).values(started_at=whole.started_at - ago, ended_at=await moments_ago(town, 0) - ago))
    assert await tried(town, add_patrol_points, late, by=me) != [""]


async def test_counting_a_patrol_anew_takes_no_minute_from_anybody(town: Town) -> None:
    """Its points are sent again, as after a lost answer, when another patrol has been counted that overlaps."""
    me = await worker(town)
    await bound(town, urban=square(0, 0))
    whole = await a_patrol(town)
    first = replace(whole, points=track(whole.started_at, *THROUGH[:9]))
    second = replace(whole, points=track(whole.started_at, *THROUGH))
    ids = await done(town, record_patrols, first, second, by=me)
    before = [await figures(town, id) for id in ids]
    assert [one[2] for one in before] == [32, 28]
    await done(town, add_patrol_points, PatrolPoints(patrol_id=ids[0], points=first.points), by=me)
    assert [await figures(town, id) for id in ids] == before


async def test_a_machine_goes_on_with_no_patrol_of_its_account_that_its_key_is_not_for(town: Town) -> None:
    me, begun = await worker(town), await a_patrol(town, ended_at=None)
    (id,) = await done(town, record_patrols, begun, by=me)
    reading = replace(narrowed(me, {Capability.READ_EVENTS}), key_id=1)
    ended = PatrolEnd(patrol_id=id, ended_at=begun.started_at + timedelta(minutes=5))
    assert await tried(town, end_patrols, ended, by=reading) == ["id: NOT_FOUND"]
    assert await tried(town, add_patrol_points, PatrolPoints(patrol_id=id, points=()), by=reading) == ["id: NOT_FOUND"]
    recording = replace(narrowed(me, {Capability.RECORD_WORK}), key_id=1)
    assert await tried(town, end_patrols, ended, by=recording) == [""]
