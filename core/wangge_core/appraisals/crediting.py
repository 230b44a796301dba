"""Crediting: points for reports that were settled, once for each, by the nearest rule that held when the matter was reported.

A report counts when its event ends in a stage that the milestones of its workflow call closing; what was refused, taken back or joined to
another does not, nor do complaints, of which an entry would tell.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work

CREDIT = "points.credit"
LOOKS_BACK = timedelta(days=60)
"""What closed earlier is not looked at again."""
AT_ONCE = 500


async def credit_points(work: Work) -> int:
    """Write the entries that are missing; returns how many."""
    rules = await _rules(work)
    if not rules:
        return 0
    parents = {row.id: row.parent_id for row in await work.rows(sa.select(t.event_kind.c.id, t.event_kind.c.parent_id))}
    found = [(row, _worth(rules, parents, row)) for row in await work.rows(_settled(work))]
    entries = [
        {
            "points_account_id": row.points_account_id,
            "event_id": row.id,
            "points_rule_id": rule.id,
            "points": rule.points,
            "at": work.now,
        }
        for row, rule in found
        if rule is not None
    ][:AT_ONCE]
    await work.insert(t.points_entry, entries)
    for entry in entries:
        points = t.points_account
        more = {"balance": points.c.balance + entry["points"]}
        await work.run(sa.update(points).where(points.c.id == entry["points_account_id"]).values(more))
    return len(entries)


async def _rules(work: Work) -> Sequence[sa.Row[Any]]:
    rule, grid = t.points_rule, t.grid
    return await work.rows(sa.select(rule, grid.c.path).join(grid, grid.c.id == rule.c.grid_id).order_by(rule.c.id))


def _settled(work: Work) -> sa.Select[*tuple[Any, ...]]:
    """Settled events of those who have joined, reported since then, without an entry."""
    event, points, grid, kind, entry = t.event, t.points_account, t.grid, t.event_kind, t.points_entry
    version = t.workflow_version
    closing = [(id, one.closing) for id, one in sorted(work.rules.registry.milestones.items())]
    settled = [sa.and_(version.c.workflow_id == id, event.c.stage.in_(stages)) for id, stages in closing]
    source = (
        points.join(event, event.c.reporter_id == points.c.account_id)
        .join(grid, grid.c.id == event.c.grid_id)
        .join(kind, kind.c.id == event.c.kind_id)
        .join(version, version.c.id == event.c.workflow_version_id)
    )
    missing = ~sa.exists(sa.select(1).where(entry.c.points_account_id == points.c.id, entry.c.event_id == event.c.id))
    return (
        sa.select(event.c.id, event.c.kind_id, event.c.reported_at, grid.c.path, points.c.id.label("points_account_id"))
        .select_from(source)
        .where(points.c.left_at.is_(None), event.c.reported_at >= points.c.joined_at, event.c.closed, missing)
        .where(event.c.closed_at >= work.now - LOOKS_BACK, event.c.joined_to_id.is_(None), sa.not_(kind.c.hidden_from_grid))
        .where(sa.or_(sa.false(), *settled))
        .order_by(event.c.id)
    )


def _worth(rules: Sequence[sa.Row[Any]], parents: dict[str, str | None], event: sa.Row[Any]) -> sa.Row[Any] | None:
    """The rule for an event: of the nearest ground, then of the nearest kind, then the last one that was set."""
    kinds: list[str | None] = [event.kind_id]
    while kinds[-1] is not None:
        kinds.append(parents.get(kinds[-1]))
    fitting = [
        rule
        for rule in rules
        if event.path.startswith(rule.path)
        and rule.kind_id in kinds
        and rule.starts_at <= event.reported_at
        and (rule.ended_at is None or rule.ended_at > event.reported_at)
    ]
    return max(fitting, key=lambda rule: (len(rule.path), -kinds.index(rule.kind_id), rule.id), default=None)
