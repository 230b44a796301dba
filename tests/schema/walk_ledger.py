"""Field work in the town that is walked: visits with each sort of target, and patrols with tracks, by staff and with residents."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from generated_filling import NOW

from wangge_core.db import tables as t
from wangge_core.db.work import Work

TARGETS = ("household", "person", "unit", "building", "organization", "asset", "place", "event")
LEARNED = {"factsConfirmed": True, "contactRight": False, "movedIn": 2, "movedOut": 1, "disputeHelp": True} | {
    "facilities": {"WATER": True, "LIFT": False},
    "hazards": ["FIRE"],
}


async def fill_ledger(work: Work) -> None:
    """Visits to the first things of each sort, and a patrol of every post."""
    posts = await work.rows(sa.select(t.post).order_by(t.post.c.id))
    duty = await work.value(sa.select(sa.func.min(t.duty.c.id)))
    device = await work.value(sa.select(sa.func.min(t.device.c.id)))
    of_base = {row.id for row in await work.rows(sa.select(t.grid.c.id).where(t.grid.c.layer_id == "base"))}
    posts = [one for one in posts if one.grid_id in of_base]
    await _visits(work, posts, {"duty_id": duty, "device_id": device})
    await _patrols(work, posts, {"duty_id": duty, "device_id": device})


async def _visits(work: Work, posts: Any, of: dict[str, Any]) -> None:
    names = dict.fromkeys(f"{one}_id" for one in TARGETS)
    rows: list[dict[str, Any]] = []
    for target in TARGETS:
        table = t.metadata.tables[target]
        columns = [table.c.id, table.c.grid_id] if "grid_id" in table.c else [table.c.id, sa.null().label("grid_id")]
        for number, one in enumerate(await work.rows(sa.select(*columns).order_by(table.c.id).limit(40))):
            rows.append(
                names
                | _common(posts[(number + len(rows)) % len(posts)], one.grid_id, number)
                | of
                | {"what": "VISIT", "outcome": "MET", "checklist": LEARNED, f"{target}_id": one.id, "minutes_text": None}
            )
    rows.append(
        names | _common(posts[0], None, 0) | of | {"what": "MEETING", "outcome": "DONE", "checklist": None, "minutes_text": "M"}
    )
    await work.insert(t.visit, [{"id": id} | row for id, row in enumerate(rows, start=1)])
    others = {"office_id": await _first(work, t.office), "organization_id": await _first(work, t.organization)}
    await work.insert(
        t.participation, [_part(posts[0], visit_id=1), *(_part(None, visit_id=1, **{name: id}) for name, id in others.items())]
    )
    event = await _first(work, t.event)
    await work.insert(t.visit_event, [{"visit_id": 1, "patrol_id": None, "event_id": event, "because": "HAZARD"}])


def _common(post: Any, grid_id: int | None, number: int) -> dict[str, Any]:
    started = NOW - timedelta(days=1, hours=number)
    counted = number % 3 > 0
    return {
        "client_key": None,
        "account_id": post.account_id,
        "post_id": post.id,
        "grid_id": grid_id or post.grid_id,
        "started_at": started,
        "ended_at": started + timedelta(minutes=20),
        "received_at": NOW,
        "counted": counted,
        "not_counted_because": None if counted else "OUTSIDE_GRID",
        "longitude": 114.3,
        "latitude": 30.5,
    }


async def _patrols(work: Work, posts: Any, of: dict[str, Any]) -> None:
    place, asset, event = await _first(work, t.place), await _first(work, t.asset), await _first(work, t.event)
    walkers = [row.id for row in await work.rows(sa.select(t.account.c.id).where(t.account.c.person_id.is_not(None)))]
    for id, post in enumerate(posts, start=1):
        row = _common(post, None, id)
        del row["longitude"], row["latitude"]
        figures = {"minutes": 20, "minutes_inside": 16, "minutes_counted": 12, "impossible_points": 0}
        named = {"id": id, "what": "JOINT_PATROL", "route_id": place, "led_by_id": post.id}
        await work.insert(t.patrol, [row | figures | named | of])
        with_whom = [*walkers[:2], post.account_id]
        parts = [_part(None, patrol_id=id, account_id=one) for one in walkers[:2]]
        await work.insert(t.participation, [_part(post, patrol_id=id), *parts])
        at = row["started_at"]
        where = {"longitude": 114.3, "latitude": 30.5, "accuracy_metres": 8.0, "inside": True, "impossible": False}
        await work.insert(
            t.patrol_point, [where | {"patrol_id": id, "account_id": one, "at": at} for one in dict.fromkeys(with_whom)]
        )
        passed = {"patrol_id": id, "account_id": post.account_id, "passed_at": at, "how": "SCAN"}
        await work.insert(
            t.patrol_checkpoint, [passed | {"place_id": place, "asset_id": None}, passed | {"place_id": None, "asset_id": asset}]
        )
        await work.insert(t.visit_event, [{"visit_id": None, "patrol_id": id, "event_id": event, "because": "FINDING"}])


def _part(post: Any, **of: int) -> dict[str, Any]:
    names = dict.fromkeys(("visit_id", "patrol_id", "account_id", "post_id", "office_id", "organization_id"))
    who = {} if post is None else {"account_id": post.account_id, "post_id": post.id}
    figures = {"minutes_inside": 16, "minutes_counted": 12, "inside": [[0, 960]], "counted": True, "not_counted_because": None}
    return names | figures | {"part": "MEMBER", "started_at": NOW - timedelta(days=1)} | who | of


async def _first(work: Work, table: sa.Table) -> int:
    return int(await work.value(sa.select(sa.func.min(table.c.id))))
