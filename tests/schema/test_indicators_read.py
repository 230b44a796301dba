"""Figures through the schema: who is told which, the events behind them, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steered import HAZARD, moved, reported, worker
from towns import COMMUNITY, DISTRICT, GRIDS, Town, ids
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, Recorded
from wangge_core.indicators.counting import count_changes
from wangge_core.rights.viewers import anonymous, operator

pytestmark = pytest.mark.anyio
ASK = """
query ($ids: [ID!]!, $grid: ID!, $from: Date!, $until: Date!, $by: IndicatorGrouping, $level: GridLevel, $every: IndicatorPeriod) {
  indicators(ids: $ids, gridId: $grid, from: $from, until: $until, by: $by, level: $level, every: $every) {
    countedAt
    figures { indicatorId label unit gridCode from until of ofLabel numerator denominator value change before { value } }
  }
}
"""
BEHIND = """
query (
  $id: ID!, $side: IndicatorSide!, $grid: ID!, $from: Date!, $until: Date!, $first: Int!, $after: ID, $by: IndicatorGrouping, $of: ID
) {
  indicatorEvents(
    id: $id, side: $side, gridId: $grid, from: $from, until: $until, first: $first, after: $after, by: $by, of: $of
  ) { ids endCursor }
}
"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Event { description } } }"
YEAR = {"from": "2025-01-01", "until": "2025-12-31"}


async def counted(town: Town) -> None:
    more = True
    while more:
        async with town.deployment.write() as work:
            more = await count_changes(work)


async def recorded(town: Town, *days: int | None) -> list[int]:
    """Events of the year that were due after five days and closed after so many, or never."""
    at = datetime(2025, 6, 2, 4, tzinfo=UTC)
    made = [
        EventReport(
            kind_id="community.hazard",
            description=f"number {number}",
            grid_id=town.grids[GRIDS["urban"]],
            details=HAZARD,
            reported_at=at,
            recorded=Recorded(
                closed=closed is not None,
                closed_at=None if closed is None else at + timedelta(days=closed),
                due_at=at + timedelta(days=5),
            ),
        )
        for number, closed in enumerate(days)
    ]
    async with town.deployment.write() as work:
        found = ids(await report_events(work, operator(), made))
    await counted(town)
    return found


def asked(town: Town, code: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"ids": [f"community.{name}" for name in names], "grid": f"Grid:{town.grids[code]}", **YEAR, **more}


async def test_figures_stand_beside_their_counts_by_grid_and_kind(town: Town) -> None:
    await recorded(town, 3, 9, None)
    overseer = await town.viewer("community.auditor", DISTRICT)
    answer = await town.ask(ASK, overseer, **asked(town, DISTRICT, "closing_rate", "on_time_rate", "filing_rate"))
    figures = answer["indicators"]["figures"]
    assert [(one["numerator"], one["denominator"], one["value"]) for one in figures] == [(2, 3, 66.67), (1, 3, 33.33), (0, 0, None)]
    assert (figures[0]["label"], figures[0]["unit"]) == ("Closing rate", "PERCENT")
    assert answer["indicators"]["countedAt"]
    by_grid = await town.ask(ASK, overseer, **asked(town, DISTRICT, "closing_rate", by="GRID", level="GRID"))
    assert {one["gridCode"]: one["denominator"] for one in by_grid["indicators"]["figures"]} == {
        code: 3 if name == "urban" else 0 for name, code in GRIDS.items()
    }
    (by_kind,) = (await town.ask(ASK, overseer, **asked(town, DISTRICT, "closing_rate", by="KIND")))["indicators"]["figures"]
    assert (by_kind["of"], by_kind["ofLabel"]) == ("community.hazard", "Hazard")


async def test_the_events_behind_a_count_are_told_page_by_page(town: Town) -> None:
    first, second, third = [f"Event:{id}" for id in await recorded(town, 3, 9, None)]
    behind = {"id": "community.on_time_rate", "grid": f"Grid:{town.grids[COMMUNITY]}", **YEAR, "first": 2}
    overseer = await town.viewer("community.auditor", DISTRICT)
    page = (await town.ask(BEHIND, overseer, side="DENOMINATOR", **behind))["indicatorEvents"]
    assert page == {"ids": [first, second], "endCursor": second}
    rest = (await town.ask(BEHIND, overseer, side="DENOMINATOR", after=second, **behind))["indicatorEvents"]
    assert rest == {"ids": [third], "endCursor": None}
    on_time = (await town.ask(BEHIND, overseer, side="NUMERATOR", **behind))["indicatorEvents"]["ids"]
    assert on_time == [first]
    nodes = await town.ask(NODES, overseer, ids=on_time)
    assert nodes["nodes"] == [{"description": "number 0"}]


async def test_figures_are_for_who_reads_indicators_over_all_of_the_grid(town: Town) -> None:
    await recorded(town, 3)
    other = await town.viewer("community.grid_worker", GRIDS["rural"])
    helper = await town.viewer("community.volunteer", GRIDS["urban"])
    for viewer, code, told in (
        (await worker(town), GRIDS["urban"], True),
        (await worker(town), COMMUNITY, False),
        (other, GRIDS["urban"], False),
        (helper, GRIDS["urban"], False),
        (anonymous(), GRIDS["urban"], False),
    ):
        answer = await town.ask(ASK, viewer, **asked(town, code, "events_reported"))
        assert (answer["indicators"] is not None) is told
        behind = {"id": "community.events_reported", "side": "NUMERATOR", "grid": f"Grid:{town.grids[code]}", **YEAR, "first": 5}
        assert ((await town.ask(BEHIND, viewer, **behind))["indicatorEvents"] is not None) is told
    assert (await town.ask(ASK, operator(), **asked(town, GRIDS["urban"], "events_reported") | {"grid": "Grid:99999"})) == {
        "indicators": None
    }


async def test_figures_of_posts_are_for_who_appraises_and_for_the_post(town: Town) -> None:
    id, by = await reported(town), await worker(town)
    await moved(town, by, id, "settle_on_the_spot", note="done")
    await counted(town)
    today = datetime.now(UTC).astimezone(town.deployment.rules.zone).date()
    days = {"from": str(today - timedelta(days=1)), "until": str(today), "by": "POST"}
    post = f"Post:{town.posts[by.login]}"

    async def told(role: str, code: str) -> list[tuple[str, str]]:
        viewer = await town.viewer(role, code)
        answer = await town.ask(ASK, viewer, **asked(town, GRIDS["urban"], "self_settled_share") | days)
        return [(one["of"], one["ofLabel"]) for one in answer["indicators"]["figures"]]

    async def behind(role: str, code: str) -> list[str] | None:
        viewer = await town.viewer(role, code)
        which = {"id": "community.self_settled_share", "side": "NUMERATOR", "grid": f"Grid:{town.grids[GRIDS['urban']]}"}
        answer = await town.ask(BEHIND, viewer, **which, **days, first=5, of=post)
        return answer["indicatorEvents"] and answer["indicatorEvents"]["ids"]

    assert await behind("community.district_administrator", DISTRICT) == [f"Event:{id}"]
    assert await behind("community.grid_worker", GRIDS["urban"]) == [f"Event:{id}"]
    assert await behind("community.grid_chief", GRIDS["urban"]) is None
    assert await behind("community.auditor", DISTRICT) is None
    assert await told("community.district_administrator", DISTRICT) == [(post, "Grid worker")]
    assert await told("community.grid_worker", GRIDS["urban"]) == [(post, "Grid worker")]
    assert await told("community.grid_chief", GRIDS["urban"]) == []
    assert await told("community.auditor", DISTRICT) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param({"ids": ["community.happiness"]}, "INDICATOR_UNKNOWN", id="no such indicator"),
        pytest.param({"ids": ["community.closing_rate"] * 51}, "PAGE_INVALID", id="too many indicators"),
        pytest.param({"grid": "Event:1"}, "ID_INVALID", id="no grid"),
        pytest.param({"from": "2025-12-31", "until": "2025-01-01"}, "INDICATORS_INVALID", id="backwards"),
        pytest.param({"from": "1990-01-01", "until": "2199-12-31", "every": "DAY"}, "INDICATORS_TOO_MANY", id="too many periods"),
    ],
)
async def test_what_cannot_be_told_is_an_error_with_a_code(town: Town, wrong: dict[str, Any], code: str) -> None:
    variables = asked(town, DISTRICT, "closing_rate") | wrong
    answer = await town.api.execute(ASK, variables, viewer=operator("en"))
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


async def test_the_indicators_that_there_are_say_how_they_are_made(town: Town) -> None:
    answer = await town.ask(
        "{ indicatorDefinitions(first: 100) { nodes { id label unit formula source higherIsBetter available } } }", anonymous()
    )
    found = {one["id"]: one for one in answer["indicatorDefinitions"]["nodes"]}
    assert {"community.completion_rate", "scenic.rescue_in_ten", "maritime.boats_accounted"} <= found.keys()
    assert found["community.completion_rate"]["formula"] == "completed / (reported − not accepted)"
