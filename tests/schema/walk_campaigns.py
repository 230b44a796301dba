"""Campaigns in the town that is walked: one for every event, the first with targets of each sort and outcomes that were corrected."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from generated_filling import NOW

from wangge_core.db import tables as t
from wangge_core.db.work import Work

THINGS = ("person", "unit", "asset", "place", "organization")
OUTCOMES = (("OPEN", None), ("DONE", None), ("EXCEPTION", "DECLINED"))


async def fill_campaigns(work: Work) -> None:
    grids = [row.id for row in await work.rows(sa.select(t.grid.c.id).where(t.grid.c.layer_id == "base").order_by(t.grid.c.id))]
    accounts = [row.id for row in await work.rows(sa.select(t.account.c.id).order_by(t.account.c.id))]
    events = [row.id for row in await work.rows(sa.select(t.event.c.id).order_by(t.event.c.id))]
    texts = {"name": "Recall", "purpose": "A storm", "legal_basis": "A law", "aim": "ASSETS", "chosen": {"kind_ids": ["x"]}}
    times = {"started_at": NOW - timedelta(days=2), "ends_at": NOW + timedelta(days=1), "ended_at": NOW, "forgotten_at": NOW}
    who = {"started_by_id": accounts[0], "ended_by_id": accounts[1], "keep_days": 30, "state": "ENDED", "version": 1}
    rows = [
        texts | times | who | {"id": id, "event_id": event, "grid_id": grids[id % len(grids)]} for id, event in enumerate(events, 1)
    ]
    rows[0] |= {"state": "RUNNING", "ended_at": None, "forgotten_at": None}
    await work.insert(t.campaign, rows)
    roles = [row.role_id for row in await work.rows(sa.select(t.post.c.role_id).distinct().order_by(t.post.c.role_id))]
    extended = {"campaign_id": 1, "ended_before": work.now, "ends_at": work.now, "reason": "rain", "account_id": 1, "at": work.now}
    await work.insert(t.campaign_extension, [extended])
    await work.insert(t.campaign_role, [{"campaign_id": 1, "role_id": role} for role in roles])
    await _targets(work, accounts, grids)
    figures = {"targets": 9, "open": 3, "done": 2, "declined": 1, "moved_away": 1, "not_found": 1, "excused": 1}
    tallies = [figures | {"campaign_id": one["id"], "grid_id": grids[(one["id"] * 3) % len(grids)]} for one in rows]
    others = [figures | {"campaign_id": 1, "grid_id": grid} for grid in grids if grid != tallies[0]["grid_id"]]
    await work.insert(t.campaign_tally, [*tallies, *others])


async def _targets(work: Work, accounts: list[int], grids: list[int]) -> None:
    post = await work.first(sa.select(t.post.c.id).order_by(t.post.c.id))
    assert post is not None
    said = {"checked_at": NOW, "received_at": NOW, "account_id": accounts[0], "post_id": post.id, "client_key": None}
    rows: list[dict[str, Any]] = []
    for thing in THINGS:
        table = t.metadata.tables[thing]
        for number, one in enumerate(await work.rows(sa.select(table.c.id).order_by(table.c.id).limit(40))):
            state, reason = OUTCOMES[number % len(OUTCOMES)]
            named = dict.fromkeys(f"{other}_id" for other in THINGS) | {f"{thing}_id": one.id}
            id = len(rows) + 1
            outcome = {"state": state, "reason": reason, "version": 2, "code": f"{id:024}"}
            rows.append(named | said | outcome | {"id": id, "campaign_id": 1, "grid_id": grids[id % len(grids)]})
    await work.insert(t.campaign_target, rows)
    earlier = said | {"state": "EXCEPTION", "reason": "NOT_FOUND", "replaced_at": NOW}
    await work.insert(t.campaign_earlier, [earlier | {"target_id": row["id"]} for row in rows])
