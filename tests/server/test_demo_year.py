"""The demo town that lived: one month of a tiny village town, with field work, a hand-over, a campaign and an appraisal."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment, system_clock
from wangge_core.indicators.figures import figures
from wangge_core.indicators.periods import Days
from wangge_core.indicators.requests import FiguresRequest
from wangge_core.ledger.entries import VisitOutcome, WorkKind
from wangge_core.ledger.targets import FITS, TargetSort
from wangge_core.plugin.declarations.duties import PATROLS
from wangge_core.plugin.loading import load_plugins
from wangge_core.rules import Rules
from wangge_server.demo.filling import Filled, fill_simulated
from wangge_server.demo.year.simulating import first_of_month

pytestmark = pytest.mark.anyio
BEFORE, UNTIL = datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
FEBRUARY = Days(date(2026, 2, 1), date(2026, 2, 28))


class Village:
    """A town of villages that lived through February, and what the filling said of it."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self.path, self.rules = path, rules
        self.filled = asyncio.run(self._live())

    @asynccontextmanager
    async def open(self, clock: Callable[[], datetime] = system_clock) -> AsyncGenerator[Deployment, None]:
        deployment = Deployment(database_url(f"sqlite:///{self.path}"), self.rules, clock=clock)
        try:
            yield deployment
        finally:
            await deployment.close()

    async def _live(self) -> Filled:
        async with self.open(lambda: BEFORE) as deployment:
            await deployment.start()
            return await fill_simulated(deployment, months=1, seed=7, scale=0.003, until=UNTIL)

    async def rows(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        async with self.open() as deployment, deployment.read() as work:
            return await work.rows(statement)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, sqlite_templates: tuple[Path, Any], rules: Rules) -> Village:
    path = tmp_path_factory.mktemp("year") / "town.db"
    shutil.copy(sqlite_templates[0] / "empty.db", path)
    return Village(path, Rules(registry=load_plugins(("rural",)), codes=rules.codes, zone=rules.zone))


def test_months_are_counted_back_over_the_year() -> None:
    assert first_of_month(UNTIL, 14) == datetime(2025, 1, 1, tzinfo=UTC)


def test_every_shipped_duty_asks_for_what_the_ledger_takes(rules: Rules) -> None:
    sorts = {one.value.upper(): one for one in TargetSort} | {"TASK": TargetSort.EVENT}
    wrong = [
        (duty.id, target.sort)
        for duty in rules.registry.duties.values()
        for target in duty.targets
        if duty.does not in PATROLS
        and not any(one.kind == "DIFFERENT" for one in duty.frequencies)
        and sorts[target.sort] not in FITS[WorkKind(duty.does.value)]
    ]
    assert wrong == []


async def test_a_month_goes_by_with_all_that_is_done_in_the_field(lived: Village) -> None:
    filled = lived.filled
    assert filled.refused == {}
    assert {name: filled.counts[name] for name in ("hand-overs", "absences", "campaigns", "appraisals")} == {
        "hand-overs": 1,
        "absences": 2,
        "campaigns": 1,
        "appraisals": 1,
    }
    visits = await lived.rows(sa.select(t.visit))
    assert {VisitOutcome.MET, VisitOutcome.NOT_AT_HOME, VisitOutcome.DECLINED} <= {row.outcome for row in visits}
    assert {row.started_at.astimezone(lived.rules.zone).month for row in visits} == {2}
    assert any((row.received_at - row.started_at).days for row in visits)
    (checked_in,) = await lived.rows(sa.select(sa.func.count()).where(t.campaign_target.c.checked_at.is_not(None)))
    assert checked_in[0] > 0


async def test_the_month_is_appraised_by_what_was_counted_of_it(lived: Village) -> None:
    (run,) = await lived.rows(sa.select(t.appraisal_run))
    assert (run.state, run.starts_on, run.ends_on) == ("APPEALS", FEBRUARY.first, FEBRUARY.last)
    scores = await lived.rows(sa.select(t.appraisal_result.c.score))
    assert scores
    assert all(row.score is not None for row in scores)


async def test_the_visits_of_each_grid_are_those_of_the_ledger(lived: Village) -> None:
    visit, outcomes = t.visit, ("MET", "BY_PHONE", "DECLINED")
    made = await lived.rows(sa.select(visit).where(visit.c.what == "VISIT", visit.c.counted))
    counted = Counter(row.grid_id for row in made if row.outcome in outcomes)
    assert counted
    async with lived.open() as deployment, deployment.read() as work:
        request = FiguresRequest(indicators=("community.visits",), grid_ids=tuple(counted), days=FEBRUARY)
        assert {one.grid_id: one.numerator for one in await figures(work, request)} == counted
