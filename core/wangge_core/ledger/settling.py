"""Settling: when a patrol has ended, how many minutes each who took part was inside its grid, and how many of them count.

No minute of somebody counts twice, however many patrols it lies in. Who has no track of their own walked with whoever recorded it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.ledger.entries import NotCounted, PatrolKind
from wangge_core.ledger.grounds import has_boundaries
from wangge_core.ledger.participants import counting
from wangge_core.ledger.tracks import Span, TrackPoint, impossible, joined, minutes, shifted, spans_inside, whole, without


async def settle(work: Work, patrol_id: int) -> None:
    """Count a patrol that has ended, again where points of its tracks came later."""
    patrol, part = t.patrol, t.participation
    row = await work.first(
        sa.select(patrol, t.grid.c.path).join(t.grid, t.grid.c.id == patrol.c.grid_id).where(patrol.c.id == patrol_id)
    )
    assert row is not None
    assert row.ended_at is not None
    took_part = sa.and_(part.c.patrol_id == patrol_id, part.c.account_id.is_not(None))
    parts = await work.rows(sa.select(part).where(took_part).order_by(part.c.id))
    await _lock(work, [one.account_id for one in parts])
    points = await work.rows(sa.select(t.patrol_point).where(t.patrol_point.c.patrol_id == patrol_id).order_by(t.patrol_point.c.at))
    tracks = _tracks(points)
    walked = {account: spans_inside(track, row.started_at, row.ended_at) for account, track in tracks.items()}
    if row.what == PatrolKind.VIDEO_PATROL.value or not (tracks or await has_boundaries(work, [row.path])):
        walked = {row.account_id: whole(row.started_at, row.ended_at)}
    own: dict[str, Any] = {}
    for one in parts:
        inside = walked.get(one.account_id, walked.get(row.account_id))
        counted = without(inside or [], await _counted_elsewhere(work, row, one.account_id))
        device = row.not_counted_because == NotCounted.DEVICE_NOT_BOUND.value and one.account_id == row.account_id
        values = _figures(inside, counted, bound=not device)
        await work.run(sa.update(part).where(part.c.id == one.id).values(values | {"inside": counted}))
        own = values if one.account_id == row.account_id else own
    long = int((row.ended_at - row.started_at) / timedelta(minutes=1))
    marked = await _mark(work, points)
    await work.run(sa.update(patrol).where(patrol.c.id == patrol_id).values(own | {"minutes": long, "impossible_points": marked}))


def _figures(inside: Sequence[Span] | None, counted: Sequence[Span], *, bound: bool) -> dict[str, Any]:
    """What is written of a patrol, and of each who took part in it."""
    why: NotCounted | None = None
    if not bound:
        why = NotCounted.DEVICE_NOT_BOUND
    elif inside is None:
        why = NotCounted.NO_TRACK
    elif not minutes(inside):
        why = NotCounted.OUTSIDE_GRID
    elif not minutes(counted):
        why = NotCounted.COUNTED_ALREADY
    figures = {"minutes_inside": minutes(inside or []), "minutes_counted": 0 if why else minutes(counted)}
    return figures | counting(why)


async def _lock(work: Work, account_ids: Sequence[int]) -> None:
    """Whoever settles another patrol of the same people at this moment waits, and then sees this one."""
    if not work.on_sqlite:
        account = t.account
        locked = sa.select(account.c.id).where(account.c.id.in_(sorted(set(account_ids)))).order_by(account.c.id)
        await work.rows(locked.with_for_update(key_share=True))


def _tracks(rows: Sequence[sa.Row[Any]]) -> dict[int, list[TrackPoint]]:
    """The tracks by whose they are."""
    found: dict[int, list[TrackPoint]] = {}
    for row in rows:
        point = TrackPoint(at=row.at, longitude=row.longitude, latitude=row.latitude, inside=row.inside)
        found.setdefault(row.account_id, []).append(point)
    return found


async def _counted_elsewhere(work: Work, patrol: sa.Row[Any], account_id: int) -> list[Span]:
    """The time that other patrols of the account have counted, from the start of this one. Not all that they were inside: what this one
    has counted before is still its own when it is counted anew."""
    other, part = t.patrol, t.participation
    overlapping = sa.and_(
        part.c.account_id == account_id,
        part.c.started_at < patrol.ended_at,
        part.c.started_at > patrol.started_at - timedelta(days=1),
        other.c.ended_at > patrol.started_at,
        other.c.id != patrol.id,
        part.c.counted,
    )
    query = sa.select(part.c.inside, other.c.started_at).join(other, other.c.id == part.c.patrol_id).where(overlapping)
    found: list[Span] = []
    for row in await work.rows(query):
        since = int((row.started_at - patrol.started_at).total_seconds())
        found += shifted([(start, end) for start, end in row.inside or ()], since)
    return joined(found)


async def _mark(work: Work, rows: Sequence[sa.Row[Any]]) -> int:
    """Mark the points to which nobody can have come; returns how many there are."""
    marks: dict[int, bool] = {}
    for account, track in _tracks(rows).items():
        ids = [row.id for row in rows if row.account_id == account]
        marks |= dict(zip(ids, impossible(track), strict=True))
    point = t.patrol_point
    for marked in (True, False):
        changed = [row.id for row in rows if row.impossible is not marked and marks[row.id] is marked]
        for start in range(0, len(changed), CHUNK):
            await work.run(sa.update(point).where(point.c.id.in_(changed[start : start + CHUNK])).values(impossible=marked))
    return sum(marks.values())
