"""Timeliness: on time unless the deadline of the whole passed before the event ended, or has passed now."""

from datetime import UTC, datetime, timedelta

import pytest

from towns import GRIDS, Town
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, Recorded
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
DUE = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "recorded", "read_after", "said"),
    [
        ("closed in time", Recorded(closed=True, closed_at=DUE, due_at=DUE), 1, "ON_TIME"),
        ("closed late", Recorded(closed=True, closed_at=DUE + timedelta(seconds=1), due_at=DUE), 1, "OVERDUE"),
        ("open and not yet due", Recorded(due_at=DUE), 0, "ON_TIME"),
        ("open and past due", Recorded(due_at=DUE), 1, "OVERDUE"),
        ("closed, nobody knows when", Recorded(closed=True, due_at=DUE), 1, "ON_TIME"),
        ("closed, without a deadline", Recorded(closed=True, closed_at=DUE + timedelta(days=90)), 100, "ON_TIME"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
async def test_timeliness_is_told_by_the_deadline_and_the_end(
    town: Town, name: str, recorded: Recorded, read_after: int, said: str
) -> None:
    town.deployment.clock = lambda: datetime(2026, 11, 21, tzinfo=UTC)
    async with town.deployment.write() as work:
        one = EventReport(
            kind_id="community.hazard",
            description=name,
            grid_id=town.grids[GRIDS["urban"]],
            reported_at=DUE - timedelta(days=1),
            recorded=recorded,
        )
        (outcome,) = await report_events(work, operator(), [one])
    assert outcome.accepted, outcome.refusals
    town.deployment.clock = lambda: DUE + timedelta(days=read_after)
    answer = await town.ask("query ($id: ID!) { node(id: $id) { ... on Event { timeliness } } }", id=f"Event:{outcome.id}")
    assert answer["node"]["timeliness"] == said
