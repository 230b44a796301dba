"""Acting: how somebody of the cast makes a move with a matter, with answers, photographs and all that goes before it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.reading import ground_of
from wangge_core.events.comments import EventCommentRequest, comment_events
from wangge_core.events.situations import PartState, counts_working_time, why_blocked
from wangge_core.intake.steps import ReporterStep, step_now
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.roles import REPORTER
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import Viewer
from wangge_core.steering.parts import PartFinish, PartGivingUp, finish_parts, give_up_parts
from wangge_server.demo import public
from wangge_server.demo.answers import Asked, answer
from wangge_server.demo.cast import Cast
from wangge_server.demo.matters import Matter
from wangge_server.demo.offices import offices_for
from wangge_server.demo.photographs import Shot, photographed
from wangge_server.demo.town import Town, accepted

REMARKS = ("已催办，请尽快处理。", "已电话告知进展。", "材料已补充。", "正在协调相关单位。")
REMARKED = 0.08
FINISHED = ("本方分项已办结。", "已完成，现场无遗留问题。")
GIVEN_UP = 0.1
NOT_OURS = "不属本单位职责，已说明情况。"
PARTS_DONE = "PARTS_DONE"


@dataclass(slots=True)
class Acting:
    """Makes moves with whoever of the cast may make them."""

    town: Town
    dice: Random
    cast: Cast
    shots: list[Shot]

    async def make(self, work: Work, matter: Matter, move: MoveDefinition) -> bool:
        """Let somebody make a move who may; False where nobody can."""
        if matter.shown is not None and REPORTER.name in move.by and await self._as_reporter(work, matter, move):
            return True
        viewer = await self._performer(work, matter, move)
        answers = answer(self._asked(work, matter, move)) if viewer else None
        if viewer is None or answers is None:
            return False
        if any(guard.kind == PARTS_DONE for guard in move.guards):
            await self._finish_parts(work, matter)
        await self._move(work, matter, move, viewer, answers)
        return True

    async def _as_reporter(self, work: Work, matter: Matter, move: MoveDefinition) -> bool:
        step = public.step_of(move)
        rates = step is ReporterStep.RATE
        if step is None or (rates and matter.rated) or step_now(matter.situation, step, matter.reporter, work) is not move:
            return False
        accepted(await public.act(work, self.dice, matter, step))
        matter.rated = matter.rated or rates
        await matter.look(work)
        return True

    def _asked(self, work: Work, matter: Matter, move: MoveDefinition) -> Asked:
        return Asked(
            town=self.town,
            dice=self.dice,
            at=work.now,
            kind_id=matter.plan.kind.id,
            grid=matter.plan.grid,
            around=self.cast.around(matter.plan),
            situation=matter.situation,
            move=move,
            reporter=matter.reporter.login,
        )

    async def _performer(self, work: Work, matter: Matter, move: MoveDefinition) -> Viewer | None:
        """Somebody who may make the move now: the reporter where it is the reporter's, else members of a fitting office first."""
        fitting = set(offices_for(self.town, matter.plan.kind.id))
        roles = self.town.registry.roles
        able = [holder for holder in self.cast.around(matter.plan) if roles[holder.role_id].acts_as & set(move.by)]
        self.dice.shuffle(able)
        able.sort(key=lambda holder: holder.office_id is not None and holder.office_id not in fitting)
        logins = [matter.reporter.login] if REPORTER.name in move.by and matter.reporter.login else []
        situation = matter.situation
        if counts_working_time(matter.definition, matter.stage):
            situation = replace(situation, ground=await ground_of(work, next(iter(matter.office_ids), None)))
        for login in (*logins, *(holder.login for holder in able)):
            viewer = await self.cast.viewer(work, login)
            if matter.is_visible_to(viewer) and why_blocked(situation, move, viewer, work.now) is None:
                return viewer
        return None

    async def _finish_parts(self, work: Work, matter: Matter) -> None:
        """Let everybody who still has a part of a matter finish it, or give it up, so that it can go on."""
        given = t.event_assignment
        rule = (given.c.event_id == matter.id, given.c.active, given.c.part_state == PartState.OPEN.value)
        for part in await work.rows(sa.select(given).where(*rule).order_by(given.c.id)):
            login = next(
                holder.login
                for holder in self.town.holders
                if holder.post_id == part.post_id or (part.office_id is not None and holder.office_id == part.office_id)
            )
            viewer = await self.cast.viewer(work, login)
            if not part.lead and self.dice.random() < GIVEN_UP:
                accepted((await give_up_parts(work, viewer, [PartGivingUp(event_id=matter.id, reason=NOT_OURS)]))[0])
            else:
                finish = PartFinish(event_id=matter.id, note=self.dice.choice(FINISHED))
                accepted((await finish_parts(work, viewer, [finish]))[0])

    async def _move(self, work: Work, matter: Matter, move: MoveDefinition, viewer: Viewer, answers: Mapping[str, Any]) -> None:
        answers = await photographed(work, viewer, answers, self.shots)
        (outcome,) = await move_events(work, viewer, [EventMoveRequest(event_id=matter.id, move=move.name, answers=answers)])
        accepted(outcome)
        matter.moved(move, viewer, work.now)
        if self.dice.random() < REMARKED and viewer.may(Capability.COMMENT_EVENTS, matter.plan.grid.path):
            remark = EventCommentRequest(event_id=matter.id, note=self.dice.choice(REMARKS))
            accepted((await comment_events(work, viewer, [remark]))[0])
