"""Absences and hand-overs: now and then somebody is away and another stands in, and every month somebody leaves for good."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.staff import PostEndGround, StaffSource
from wangge_core.rights.delegations import NewDelegation, delegate_posts
from wangge_core.rights.viewers import operator
from wangge_core.staffing.handing_over import PostHandOver, hand_over_posts
from wangge_core.staffing.training import NewTraining, record_training
from wangge_server.demo.life import Life
from wangge_server.demo.names import person_name
from wangge_server.demo.town import Holder, Town, accepted
from wangge_server.demo.year.rounds import GRID_WORKER

AWAY = timedelta(days=7)
EVERY_ABSENCE, EVERY_HAND_OVER = 18, 29
"""Days from one to the next."""
REASONS = ("年休假", "参加培训", "病假")


@dataclass(slots=True)
class Staff:
    """Who is away until when, and who leaves. `course` is what grid workers take before they begin."""

    town: Town
    dice: Random
    course: int
    away: dict[int, str] = field(default_factory=dict[int, str])
    _back: dict[int, datetime] = field(default_factory=dict[int, datetime])
    _left: int = 0

    async def go_on(self, life: Life, work: Work, day: int) -> None:
        """What happens among the staff on a day."""
        before = dict(self._back)
        for post in [post for post, at in self._back.items() if at <= work.now]:
            del self._back[post], self.away[post]
        workers = [one for one in self.town.holders if one.role_id == GRID_WORKER and one.post_id not in self.away]
        if day % EVERY_ABSENCE == EVERY_ABSENCE // 2 and len(workers) > 1:
            await self._absence(life, work, *self.dice.sample(workers, 2))
        here = [one for one in workers if one.post_id not in self.away]
        leaves = day % EVERY_HAND_OVER == EVERY_HAND_OVER // 2 and bool(here)
        if leaves:
            await self._hand_over(work, self.dice.choice(here))
        if leaves or self._back != before:
            life.cast.forget()

    async def _absence(self, life: Life, work: Work, holder: Holder, other: Holder) -> None:
        if holder.login == other.login:
            return
        account = await work.value(sa.select(t.account.c.id).where(t.account.c.login == other.login))
        until = work.now + AWAY
        absence = NewDelegation(post_id=holder.post_id, account_id=account, ends_at=until, reason=self.dice.choice(REASONS))
        for boss in self.town.holders:
            manages = Capability.MANAGE_POSTS in self.town.registry.roles[boss.role_id].may
            if manages and boss.ground.covers(holder.ground.path):
                (outcome,) = await delegate_posts(work, await life.cast.viewer(work, boss.login), [absence])
                if outcome.accepted:
                    self.away[holder.post_id], self._back[holder.post_id] = other.login, until
                    return

    async def _hand_over(self, work: Work, holder: Holder) -> None:
        self._left += 1
        new = NewAccount(login=f"{holder.role_id.rpartition('.')[2]}.new{self._left:02}", name=person_name(self.dice))
        account = accepted((await create_accounts(work, operator(), [new]))[0])
        training = NewTraining(account_id=account, course_id=self.course, taken_on=work.today)
        accepted((await record_training(work, operator(), [training]))[0])
        request = PostHandOver(
            from_post_id=holder.post_id,
            to_account_id=account,
            reason="调往其他网格",
            ground=PostEndGround.MOVED,
            source=StaffSource.RECRUITED_GRADUATE,
            open_points="未完成的走访见待办清单。",
        )
        post = accepted((await hand_over_posts(work, operator(), [request]))[0])
        place = self.town.holders.index(holder)
        self.town.holders[place] = replace(holder, post_id=post, login=new.login)
