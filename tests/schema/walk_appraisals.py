"""Appraisals and points in the town that is walked: runs in every state, results of grids, offices and posts, shown and not."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from generated_filling import NOW

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work

CONTENT: dict[str, Any] = {
    "components": [
        {"name": "On time", "kind": "INDICATOR", "weight": 80, "indicator": "community.on_time_rate"}
        | {"linear": {"none_at": 0, "all_at": 100}, "steps": []},
        {"name": "Spot", "kind": "SPOT_CHECK", "weight": 20, "indicator": None, "linear": None, "steps": []},
    ],
    "deductions": [{"name": "Reworked", "indicator": "community.rework_rate", "points_each": 1, "at_most": 5}],
    "stars": [50, 80],
}
INPUTS: dict[str, Any] = {
    "figures": {"community.on_time_rate": {"numerator": 9, "denominator": 10, "value": 90}},
    "corrections": [{"appeal": 1, "points": 2}],
    "from_above": {"count": 3, "sum": 200},
    "from_below": {"count": 6, "sum": 500},
    "by_residents": None,
}
SCORED: dict[str, Any] = {
    "lines": [
        {"name": "On time", "kind": "INDICATOR", "weight": 80, "indicator": "community.on_time_rate"}
        | {"share": 90, "counts_for": 100, "points": 90, "left_out": None},
        {"name": "Spot", "kind": "SPOT_CHECK", "weight": 20, "indicator": None}
        | {"share": None, "counts_for": None, "points": None, "left_out": "NO_CHECKS"},
    ],
    "deductions": [{"name": "Reworked", "indicator": "community.rework_rate", "count": None, "points": 0}],
}
STATES = ("COLLECTING", "DRAFT", "APPEALS", "PUBLISHED")


async def fill_appraisals(work: Work) -> None:
    """Schemes of the district and of a community, and a run of the first in every state."""
    of_base = sa.select(t.grid.c.id, t.grid.c.code).where(t.grid.c.layer_id == BASE_LAYER)
    grids = {row.code: row.id for row in await work.rows(of_base)}
    accounts, posts = await _ids(work, t.account), await _ids(work, t.post)
    schemes = [
        {
            "id": 1,
            "grid_id": grids[DISTRICT],
            "appraises": "GRIDS",
            "level": "GRID",
            "role_id": None,
            "ended_at": None,
            "version": 2,
        },
        {"id": 2, "grid_id": grids[COMMUNITY], "appraises": "POSTS", "level": None, "role_id": "community.grid_worker"}
        | {"ended_at": NOW, "version": 1},
    ]
    await work.insert(
        t.appraisal_scheme, [one | {"name": f"Scheme {one['id']}", "period": "MONTH", "created_at": NOW} for one in schemes]
    )
    versions = [
        {"id": 1, "scheme_id": 1, "number": 1},
        {"id": 2, "scheme_id": 1, "number": 2},
        {"id": 3, "scheme_id": 2, "number": 1},
    ]
    await work.insert(
        t.appraisal_scheme_version, [one | {"content": CONTENT, "set_by_id": accounts[0], "set_at": NOW} for one in versions]
    )
    await work.insert(t.appraisal_run, [_run(grids, accounts, number, state) for number, state in enumerate(STATES, start=1)])
    await _results(work, grids, posts, accounts)
    await _points(work, grids)


def _run(grids: Mapping[str, int], accounts: list[int], number: int, state: str) -> dict[str, Any]:
    of_posts = number == 4
    row: dict[str, Any] = {"id": number, "scheme_id": 2 if of_posts else 1, "scheme_version_id": 3 if of_posts else 2}
    row |= {
        "grid_id": grids[COMMUNITY if of_posts else SUBDISTRICT if number == 3 else DISTRICT],
        "state": state,
        "version": number,
    }
    row |= {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31), "names_last": of_posts, "started_at": NOW}
    row |= {"started_by_id": accounts[0], "frozen_by_id": accounts[1], "published_by_id": accounts[2]}
    row |= {"frozen_at": NOW, "appeals_until": NOW, "published_at": NOW}
    return row | {"supersedes_id": number - 1 if number in (2, 3) else None, "supersedes_because": "Late reports"}


async def _results(work: Work, grids: Mapping[str, int], posts: list[int], accounts: list[int]) -> None:
    office = await work.value(sa.select(sa.func.min(t.office.c.id)))
    who = [{"appraised_grid_id": grids[code]} for code in GRIDS.values()]
    who += [{"post_id": id} for id in posts[::7]] + [{"office_id": office}]
    nobody: dict[str, Any] = dict.fromkeys(("appraised_grid_id", "office_id", "post_id"))
    row = {"self_assessment": 70, "assessed_by_id": accounts[0], "below_count": 6, "below_sum": 500, "below_closed": False}
    row |= {"inputs": INPUTS, "scored": SCORED, "score": 90.5, "stars": 2}
    ground = {1: DISTRICT, 2: DISTRICT, 3: SUBDISTRICT, 4: COMMUNITY}
    rows = [
        row
        | nobody
        | one
        | {"run_id": run, "grid_id": grids[ground[run]], "shown": run > 2, "rank": rank}
        | {"in_circular": {1: "BEST", 9: "LAST"}.get(rank) if run == 4 else None}
        for run in ground
        for rank, one in enumerate(who, start=1)
    ]
    await work.insert(t.appraisal_result, [one | {"id": id} for id, one in enumerate(rows, start=1)])
    event, asset, place = [(await _ids(work, table))[0] for table in (t.event, t.asset, t.place)]
    checks = [{"event_id": event, "asset_id": None, "place_id": None}, {"event_id": None, "asset_id": asset, "place_id": place}]
    entered = {"points": 80, "finding": "Clean", "entered_by_id": accounts[0], "entered_at": NOW, "drawn_at": NOW}
    of_results = [{"result_id": id, "grid_id": one["grid_id"]} for id, one in enumerate(rows, start=1)]
    await work.insert(
        t.appraisal_check,
        [one | check | entered | {"kind": "SPOT_CHECK"} for one in of_results for check in checks],
    )
    await work.insert(
        t.appraisal_exit, [{"result_id": id, "post_id": posts[id % len(posts)], "at": NOW} for id in range(1, len(rows) + 1)]
    )
    answered = {"granted": True, "points": 2.0, "answer": "So it is", "answered_by_id": accounts[1], "answered_at": NOW}
    appeal = {"account_id": accounts[3], "reason": "One was missed", "at": NOW} | answered
    await work.insert(t.appraisal_appeal, [appeal | one for one in of_results])


async def _points(work: Work, grids: Mapping[str, int]) -> None:
    """A resident and some others who have joined, with what came and went."""
    kind = await work.value(sa.select(sa.func.min(t.event_kind.c.id)))
    rules = [
        {"grid_id": grids[COMMUNITY], "kind_id": None, "ended_at": None},
        {"grid_id": grids[DISTRICT], "kind_id": kind, "ended_at": NOW},
    ]
    await work.insert(t.points_rule, [one | {"points": 3, "starts_at": NOW} for one in rules])
    accounts = await _ids(work, t.account)
    resident = await work.value(sa.select(t.account.c.id).where(t.account.c.login == "resident"))
    holders = sorted({resident, *accounts[:3]})
    joined = [{"account_id": id, "grid_id": grids[GRIDS["urban"]], "joined_at": NOW, "balance": 2} for id in holders]
    await work.insert(t.points_account, [one | {"id": id} for id, one in enumerate(joined, start=1)])
    entries = [{"points": 3, "reward": None}, {"points": -1, "reward": "A bag"}]
    await work.insert(
        t.points_entry, [{"points_account_id": id, "at": NOW} | one for id in range(1, len(joined) + 1) for one in entries]
    )


async def _ids(work: Work, table: sa.Table) -> list[int]:
    return [row.id for row in await work.rows(sa.select(table.c.id).order_by(table.c.id))]
