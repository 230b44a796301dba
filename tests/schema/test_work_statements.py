"""How many statements due lists and figures are: one over the town's rows, and as many small ones however much there is."""

from typing import Any

import pytest
from test_duties_schema import ITEMS, post_of

from duties import WORKER, family, in_need, settled
from statements import counted
from towns import GRIDS, SUBDISTRICT, Town
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio
SUMMARY = "query ($grid: ID) { dueSummary(gridId: $grid) { targets overdue duties { duty { id } targets overdue } } }"
FIGURES = """
query ($grid: ID!, $every: IndicatorPeriod!) {
  indicators(
    ids: ["community.closing_rate", "community.on_time_rate", "community.filing_rate"], gridId: $grid, every: $every,
    from: "2031-01-01", until: "2031-12-31", compare: YEAR_BEFORE
  ) { countedAt figures { gridCode from numerator denominator value before { value } } }
}"""


async def asked(town: Town, document: str, viewer: Viewer, **variables: Any) -> list[str]:
    with counted(town.deployment) as seen:
        await town.ask(document, viewer, **variables)
    return seen


async def test_a_due_list_is_one_statement_over_the_people_however_many_are_due(town: Town) -> None:
    await settled(town)
    worker, post, whole = await town.viewer(WORKER, GRIDS["urban"]), post_of(town), f"Grid:{town.grids[SUBDISTRICT]}"
    found: list[list[int]] = []
    for number in range(3):
        _, person = await family(town, f"Family {number}")
        await in_need(town, person, "community.lives_alone")
        seen = [await asked(town, ITEMS, worker, post=post), await asked(town, SUMMARY, operator("en"), grid=whole)]
        assert [sum("WITH due AS" in one for one in statements) for statements in seen] == [1, 1]
        found.append([len(statements) for statements in seen])
    assert found[1] == found[-1]


async def test_a_dashboard_is_one_statement_over_what_was_counted_however_long_the_time(town: Town) -> None:
    grid = f"Grid:{town.grids[SUBDISTRICT]}"
    seen = [await asked(town, FIGURES, operator("en"), grid=grid, every=every) for every in ("YEAR", "MONTH", "DAY")]
    assert [sum("FROM tally" in one for one in statements) for statements in seen] == [1, 1, 1]
    assert len({len(statements) for statements in seen}) == 1
