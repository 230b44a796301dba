"""Campaigns: once everybody of an age is asked about a free check-up, and once the boats are called back; workers check them in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import sqlalchemy as sa

from wangge_core.campaigns.checking_in import CheckIn, CheckIns, check_in
from wangge_core.campaigns.choosing import Assets, Chosen, Persons
from wangge_core.campaigns.outcomes import CheckInResult, ExceptionReason, TargetState
from wangge_core.campaigns.starting import GRID_WORKER, CampaignStart, start_campaigns
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.grids.codes import GridLevel
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import operator
from wangge_server.demo.life import Life
from wangge_server.demo.town import Town, accepted

LASTS = timedelta(days=12)
A_DAY = 0.25
"""The part of what is left in a grid that is reached on a day."""
EXCEPTIONS = 0.1
BOATS = ("maritime.vessel", "maritime.raft")
RECALL = "maritime.storm_recall"


@dataclass(slots=True)
class Campaigns:
    """The campaigns that run, by id, with the roles whose holders check in."""

    town: Town
    dice: Random
    running: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    check_ins: int = 0

    async def go_on(self, life: Life, work: Work, day: int) -> None:
        """Start what starts on this day, and check in."""
        if day == self.town.days // 3:
            await self._start(work, Persons(least_age=65), "老年人免费体检登记", (GRID_WORKER,))
        if day >= self.town.days // 2 and "recall" not in self._begun:
            await self._recall(life, work)
        for id, roles in self.running.items():
            await self._check_in(life, work, id, roles)

    _begun: set[str] = field(default_factory=set[str])

    async def _recall(self, life: Life, work: Work) -> None:
        """Call the boats back for the first recall that is under way in the second half."""
        storm = next((one for one in life.matters.values() if one.definition.id == RECALL and one.runs), None)
        if storm is not None:
            self._begun.add("recall")
            roles = (GRID_WORKER, "maritime.harbour_officer")
            await self._start(work, Assets(kind_ids=BOATS), "防台召回", roles, event_id=storm.id)

    async def _start(self, work: Work, chosen: Chosen, name: str, roles: Sequence[str], event_id: int | None = None) -> None:
        ground = next(one for one in self.town.divisions if one.level is GridLevel.DISTRICT)
        request = CampaignStart(
            grid_id=ground.id,
            name=name,
            purpose=name,
            legal_basis="区政府年度工作安排",
            chosen=chosen,
            ends_at=work.now + LASTS,
            keep_days=366,
            role_ids=tuple(roles),
            event_id=event_id,
        )
        self.running[accepted((await start_campaigns(work, operator(), [request]))[0])] = tuple(roles)

    async def _check_in(self, life: Life, work: Work, id: int, roles: Sequence[str]) -> None:
        target, grid, campaign = t.campaign_target, t.grid, t.campaign
        over = await work.value(sa.select(campaign.c.ends_at).where(campaign.c.id == id)) <= work.now
        if over:
            return
        query = sa.select(target.c.id, target.c.grid_id, grid.c.path).join(grid, grid.c.id == target.c.grid_id)
        rows = await work.rows(query.where(target.c.campaign_id == id, target.c.state == TargetState.OPEN).order_by(target.c.id))
        by_login: dict[str, list[CheckIn]] = {}
        for row in rows:
            if self.dice.random() < A_DAY:
                able = [one.login for one in self.town.holders if one.role_id in roles and one.ground.covers(row.path)]
                if able:
                    by_login.setdefault(able[0], []).append(self._one(row.id))
        for login, items in by_login.items():
            viewer = await life.cast.viewer(work, login)
            if viewer.scope(Capability.RECORD_WORK).paths:
                for answered in await check_in(work, viewer, [CheckIns(campaign_id=id, items=tuple(items))]):
                    self.check_ins += sum(one.result is CheckInResult.COUNTED for one in answered.results)

    def _one(self, target_id: int) -> CheckIn:
        if self.dice.random() >= EXCEPTIONS:
            return CheckIn(target_id=target_id)
        return CheckIn(target_id=target_id, state=TargetState.EXCEPTION, reason=self.dice.choice(tuple(ExceptionReason)))
