"""Appraisals in tests: a scheme for the grids of the town, runs of it, and figures as a test likes them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from clockwork import at, set_time
from operating import done, row_of
from towns import DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.appraisals.counting import Counting, Figures, Wanted
from wangge_core.appraisals.freezing import freeze_runs
from wangge_core.appraisals.publishing import AppealsOpening, open_appeals, publish_runs
from wangge_core.appraisals.schemes import AppraisalPeriod, Appraised, Component, ComponentKind, Linear, SchemeContent
from wangge_core.appraisals.scoring import Counted
from wangge_core.appraisals.setting import NewScheme, create_schemes
from wangge_core.appraisals.standing import Appraisee
from wangge_core.appraisals.starting import NewRun, start_runs
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.errors import Outcome
from wangge_core.grids.codes import GridLevel
from wangge_core.rights.viewers import Viewer

MARCH = date(2026, 3, 1)
INDICATOR = "community.on_time_rate"
ON_TIME = Component(
    name="On time", kind=ComponentKind.INDICATOR, weight=50, indicator=INDICATOR, linear=Linear(none_at=0, all_at=100)
)
SPOT = Component(name="Spot checks", kind=ComponentKind.SPOT_CHECK, weight=20)
SELF = Component(name="Themselves", kind=ComponentKind.SELF_ASSESSMENT, weight=10)
ABOVE = Component(name="From above", kind=ComponentKind.RATED_FROM_ABOVE, weight=20)
OF_GRIDS = SchemeContent(components=(ON_TIME, SPOT, SELF, ABOVE), stars=(50, 80))


async def appraiser(town: Town) -> Viewer:
    """Who appraises in the district."""
    return await town.viewer("community.district_administrator", DISTRICT)


async def a_scheme(town: Town, content: SchemeContent = OF_GRIDS, **given: Any) -> int:
    """A scheme for the grids of the subdistrict, unless something else is given."""
    values: dict[str, Any] = {"grid_id": town.grids[SUBDISTRICT], "name": "Grids of the month", "period": AppraisalPeriod.MONTH}
    values |= {"appraises": Appraised.GRIDS, "level": GridLevel.GRID, "content": content}
    (id,) = await done(town, create_schemes, NewScheme(**values | given), by=await appraiser(town))
    return id


async def a_run(town: Town, scheme_id: int | None = None, **given: Any) -> int:
    """A run for March, begun in it."""
    if scheme_id is None:
        await set_time(town, "2026-03-20 10:00")
        scheme_id = await a_scheme(town)
    (id,) = await done(town, start_runs, NewRun(scheme_id=scheme_id, day=MARCH, **given), by=await appraiser(town))
    return id


def counting(values: Mapping[int, float | None]) -> Counting:
    """Counts these values of the indicator, by grid."""

    async def count(work: Any, wanted: Wanted) -> Figures:
        del work
        return {
            Appraisee(grid_id=id): {INDICATOR: Counted(numerator=value or 0, denominator=0 if value is None else 100, value=value)}
            for id, value in values.items()
        }

    return count


async def frozen(town: Town, run_id: int, values: Mapping[int, float | None], when: str = "2026-04-02 10:00") -> None:
    """Freeze a run in April with these values."""
    await set_time(town, when)
    async with town.deployment.write() as work:
        (outcome,) = await freeze_runs(work, await appraiser(town), [Change(id=run_id)], count=counting(values))
    assert outcome == Outcome(id=run_id)


async def shown(town: Town, run_id: int) -> None:
    """Let the appraised see it, and appeal until the 10th of April."""
    await done(town, open_appeals, AppealsOpening(id=run_id, until=at("2026-04-10 00:00")), by=await appraiser(town))


async def published(town: Town, run_id: int) -> None:
    """Publish a run on the 11th of April."""
    await set_time(town, "2026-04-11 10:00")
    await done(town, publish_runs, Change(id=run_id), by=await appraiser(town))


async def results(town: Town, run_id: int) -> dict[str, Any]:
    """The rows of results by grid type, with their inputs and what came out."""
    result, types = t.appraisal_result, {town.grids[code]: type for type, code in GRIDS.items()}
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(result).where(result.c.run_id == run_id).order_by(result.c.id))
    return {types.get(row.appraised_grid_id, row.id): row for row in rows}


async def content_of_run(town: Town, run_id: int) -> Any:
    row = await row_of(town, t.appraisal_run, run_id)
    return (await row_of(town, t.appraisal_scheme_version, row.scheme_version_id)).content
