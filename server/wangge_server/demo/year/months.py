"""Months: on its first day each appraises the month before, after a quarter the offices too; some days later the results are published."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from wangge_core.appraisals.appealing import AppealAnswer, AppraisalAppeal, answer_appeals, appeal_results
from wangge_core.appraisals.checks import CheckEntry, enter_checks
from wangge_core.appraisals.drawing import Drawing, draw_checks
from wangge_core.appraisals.freezing import freeze_runs
from wangge_core.appraisals.publishing import AppealsOpening, open_appeals, publish_runs
from wangge_core.appraisals.rating import AppraisalRating, SelfAssessment, assess_oneself, rate
from wangge_core.appraisals.schemes import AppraisalPeriod, ComponentKind
from wangge_core.appraisals.standing import Appraisee
from wangge_core.appraisals.starting import NewRun, start_runs
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_server.demo.life import Life
from wangge_server.demo.town import DemoError, Town, accepted

APPEALS_OPEN = timedelta(days=7)
MONTHS_OF_A_QUARTER = 3
FROM_ABOVE, FROM_BELOW = (75, 98), (70, 100)


@dataclass(slots=True)
class Months:
    """The runs that wait until their appeals are over."""

    town: Town
    dice: Random
    open: list[tuple[int, Any]] = field(default_factory=list[tuple[int, Any]])

    async def begin(self, life: Life, work: Work, last: date) -> list[int]:
        """Start the runs of the period that ended with a day, and collect what people say for them."""
        viewer, scheme = await self._appraiser(life, work), t.appraisal_scheme
        runs: list[int] = []
        for row in await work.rows(sa.select(scheme.c.id, scheme.c.period).order_by(scheme.c.id)):
            if row.period == AppraisalPeriod.MONTH.value or last.month % MONTHS_OF_A_QUARTER == 0:
                run = accepted((await start_runs(work, viewer, [NewRun(scheme_id=row.id, day=last)]))[0])
                runs.append(run)
                await self._check(work, viewer, run)
                await self._rate(life, work, run)
        return runs

    async def freeze(self, life: Life, work: Work, runs: list[int]) -> None:
        """Score the runs and show them to the appraised."""
        viewer = await self._appraiser(life, work)
        for run in runs:
            accepted((await freeze_runs(work, viewer, [Change(id=run)]))[0])
            until = work.now + APPEALS_OPEN
            accepted((await open_appeals(work, viewer, [AppealsOpening(id=run, until=until)]))[0])
            self.open.append((run, until))

    async def publish(self, life: Life, work: Work) -> None:
        """Publish what is over; the day before that somebody appeals, and is answered."""
        viewer = await self._appraiser(life, work)
        for run, until in [*self.open]:
            if until - timedelta(days=1) <= work.now < until:
                await self._appeal(life, work, viewer, run)
            if until <= work.now:
                accepted((await publish_runs(work, viewer, [Change(id=run)]))[0])
                self.open.remove((run, until))

    async def _appraiser(self, life: Life, work: Work) -> Viewer:
        district = self.town.divisions[0]
        for holder in self.town.holders:
            if Capability.APPRAISE in self.town.registry.roles[holder.role_id].may and holder.ground.path == district.path:
                return await life.cast.viewer(work, holder.login)
        raise DemoError("nobody in the town may appraise.", hint="Switch on a plugin with a district desk.")

    async def _check(self, work: Work, viewer: Viewer, run: int) -> None:
        """Draw what is to be looked at, where there is something, and enter what was found."""
        for kind in (ComponentKind.SPOT_CHECK, ComponentKind.VIDEO_CHECK):
            await draw_checks(work, viewer, [Drawing(id=run, kind=kind, each=2)])
        check, result = t.appraisal_check, t.appraisal_result
        own = sa.select(check.c.id).join(result, result.c.id == check.c.result_id).where(result.c.run_id == run)
        entries = [
            CheckEntry(check_id=row.id, finding="现场整洁，记录完整。", points=self.dice.randint(70, 100))
            for row in await work.rows(own.order_by(check.c.id))
        ]
        for outcome in await enter_checks(work, viewer, entries):
            accepted(outcome)

    async def _rate(self, life: Life, work: Work, run: int) -> None:
        """Let those above rate, and those who are appraised say how well they did. Who may not is told so, and that is all."""
        result = t.appraisal_result
        for row in await work.rows(sa.select(result).where(result.c.run_id == run).order_by(result.c.id)):
            who = Appraisee(grid_id=row.appraised_grid_id, office_id=row.office_id, post_id=row.post_id)
            ground = next((one for one in self.town.grids if one.id == row.appraised_grid_id), None)
            if ground is None:
                continue
            own = [one for one in self.town.holders if one.ground.id == ground.id]
            above = [one for one in self.town.holders if one.ground.id != ground.id and one.ground.covers(ground.path)]
            for holder in self.dice.sample(above, min(2, len(above))):
                points = self.dice.randint(*FROM_ABOVE)
                await rate(work, await life.cast.viewer(work, holder.login), [AppraisalRating(id=run, who=who, points=points)])
            for holder in own[:1]:
                points = self.dice.randint(*FROM_BELOW)
                viewer = await life.cast.viewer(work, holder.login)
                await assess_oneself(work, viewer, [SelfAssessment(id=run, who=who, points=points)])

    async def _appeal(self, life: Life, work: Work, viewer: Viewer, run: int) -> None:
        result, appeal = t.appraisal_result, t.appraisal_appeal
        of_grids = sa.select(result.c.id, result.c.appraised_grid_id).where(result.c.run_id == run, result.c.rank > 1)
        row = await work.first(of_grids.where(result.c.appraised_grid_id.is_not(None)).order_by(result.c.id).limit(1))
        waiting = await work.value(sa.select(appeal.c.id).where(appeal.c.result_id == row.id)) if row else None
        holder = next((one for one in self.town.holders if row and one.ground.id == row.appraised_grid_id), None)
        if row is None or holder is None or waiting is not None:
            return
        words = AppraisalAppeal(result_id=row.id, reason="其中一件因天气原因延期，申请核减扣分。")
        id = accepted((await appeal_results(work, await life.cast.viewer(work, holder.login), [words]))[0])
        granted = self.dice.random() < 0.5
        answer = AppealAnswer(appeal_id=id, granted=granted, answer="已核实。", points=0.5 if granted else 0)
        accepted((await answer_appeals(work, viewer, [answer]))[0])
