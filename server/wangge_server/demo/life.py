"""Three months of life: whoever holds the posts reports events and moves them, each at its time, through the core's operations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random
from typing import Any

from wangge_core.db.work import Work
from wangge_core.events.comments import EventCommentRequest, comment_events
from wangge_core.events.history import REPORT
from wangge_core.events.moves import EventMoveRequest, move_events
from wangge_core.events.reports import report_events
from wangge_core.events.situations import Step, why_blocked
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.roles import REPORTER
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import Viewer, load_viewer
from wangge_server.demo.answers import Asked, answer
from wangge_server.demo.matters import Matter
from wangge_server.demo.offices import offices_for
from wangge_server.demo.plans import Plan, make_plans
from wangge_server.demo.reporting import choose_way, make_report
from wangge_server.demo.sizes import DAYS
from wangge_server.demo.town import DemoError, Holder, Town, accepted

STEP = "three months of events"
REMARKS = ("已催办，请尽快处理。", "已电话告知进展。", "材料已补充。", "正在协调相关单位。")
REMARKED = 0.08
GIVING = (AnswerType.POSTS, AnswerType.OFFICES, AnswerType.ASSIGNEES)


async def live(town: Town) -> None:
    """Let the three months pass, a day in a transaction."""
    dice = town.dice("life")
    life = Life(town, dice)
    for number, plan in enumerate(make_plans(town, town.dice("plans"))):
        life.agenda.append((plan.at, number, plan))
    heapify(life.agenda)
    town.tell(STEP, 0, DAYS)
    for day in range(1, DAYS + 1):
        async with town.deployment.write() as work:
            await life.pass_until(work, town.since + timedelta(days=day))
        town.tell(STEP, day, DAYS)


@dataclass(slots=True)
class Life:
    """What is to happen next, and who is there to act."""

    town: Town
    dice: Random
    agenda: list[tuple[datetime, int, Plan | Matter]] = field(default_factory=list[tuple[datetime, int, Plan | Matter]])
    _viewers: dict[str, Viewer] = field(default_factory=dict[str, Viewer])
    _holders: dict[int, list[Holder]] = field(default_factory=dict[int, list[Holder]])

    async def pass_until(self, work: Work, moment: datetime) -> None:
        """Do all that falls before a moment, each thing at its own time, in the transaction of `work`."""
        while self.agenda and self.agenda[0][0] < moment:
            at, number, item = heappop(self.agenda)
            then = Work(work.connection, work.rules, at)
            matter = await self._report(then, item, number) if isinstance(item, Plan) else await self._go_on(then, item)
            await then.write_announcements()
            if matter is not None and matter.goal is not None:
                following = matter.next_at(at, self.town.until, self.dice, work.rules.zone)
                heappush(self.agenda, (following, number, matter))

    def _around(self, plan: Plan) -> list[Holder]:
        """Whoever holds a post over the grid of a matter."""
        grid = plan.grid
        if grid.id not in self._holders:
            self._holders[grid.id] = [holder for holder in self.town.holders if grid.path.startswith(holder.ground.path)]
        return self._holders[grid.id]

    async def _viewer(self, work: Work, login: str) -> Viewer:
        if login not in self._viewers:
            viewer = await load_viewer(work, self.town.registry, login)
            if viewer is None:
                raise DemoError(f"the account {login} is gone.", hint="Fill the town again with --fresh.")
            self._viewers[login] = viewer
        return self._viewers[login]

    async def _report(self, work: Work, plan: Plan, number: int) -> Matter:
        source, holder = choose_way(self.town, self.dice, plan, self._around(plan))
        viewer = await self._viewer(work, holder.login)
        (outcome,) = await report_events(work, viewer, [make_report(self.town, self.dice, plan, source, holder, number)])
        definition = self.town.registry.workflows[plan.kind.workflow]
        start = definition.start.name
        first = Step(
            move=REPORT,
            from_stage=None,
            to_stage=start,
            at=work.now,
            account_id=viewer.account_id,
            post_id=holder.post_id,
            office_id=None,
        )
        return Matter(
            id=accepted(outcome),
            number=number,
            plan=plan,
            definition=definition,
            reporter=viewer,
            roles=self.town.registry.roles,
            stage=start,
            steps=(first,),
            goals=list(plan.route),
        )

    async def _go_on(self, work: Work, matter: Matter) -> Matter | None:
        """Make the most promising move that somebody can make; a matter with which nobody can do anything rests."""
        goal = matter.goal
        for move in matter.moves_toward(goal, self.dice) if goal else ():
            viewer = await self._performer(work, matter, move)
            answers = answer(self._asked(work, matter, move)) if viewer else None
            if viewer and answers is not None:
                await self._move(work, matter, move, viewer, answers)
                return matter
        return None

    def _asked(self, work: Work, matter: Matter, move: MoveDefinition) -> Asked:
        return Asked(
            town=self.town,
            dice=self.dice,
            at=work.now,
            kind_id=matter.plan.kind.id,
            grid=matter.plan.grid,
            around=self._around(matter.plan),
            situation=matter.situation,
            move=move,
        )

    async def _performer(self, work: Work, matter: Matter, move: MoveDefinition) -> Viewer | None:
        """Somebody who may make the move now: the reporter where it is the reporter's, else members of a fitting office first."""
        fitting = set(offices_for(self.town, matter.plan.kind.id))
        roles = self.town.registry.roles
        able = [holder for holder in self._around(matter.plan) if roles[holder.role_id].acts_as & set(move.by)]
        self.dice.shuffle(able)
        able.sort(key=lambda holder: holder.office_id is not None and holder.office_id not in fitting)
        logins = [matter.reporter.login] if REPORTER.name in move.by else []
        situation = matter.situation
        for login in (*logins, *(holder.login for holder in able)):
            viewer = await self._viewer(work, login)
            if matter.is_visible_to(viewer) and why_blocked(situation, move, viewer, work.now) is None:
                return viewer
        return None

    async def _move(self, work: Work, matter: Matter, move: MoveDefinition, viewer: Viewer, answers: Mapping[str, Any]) -> None:
        (outcome,) = await move_events(work, viewer, [EventMoveRequest(event_id=matter.id, move=move.name, answers=answers)])
        accepted(outcome)
        given = [one for ask in move.asks if ask.type in GIVING for one in answers.get(ask.name, ())]
        matter.moved(move, viewer, work.now, given)
        if self.dice.random() < REMARKED and viewer.may(Capability.COMMENT_EVENTS, matter.plan.grid.path):
            remark = EventCommentRequest(event_id=matter.id, note=self.dice.choice(REMARKS))
            accepted((await comment_events(work, viewer, [remark]))[0])
