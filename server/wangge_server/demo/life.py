"""Days of life: whoever holds the posts reports events and moves them, each at its time, through the core's operations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random
from typing import Any, Protocol

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.events.reporting import report_events
from wangge_core.intake.matters import shown_kinds
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import Viewer
from wangge_core.tasks.acknowledging import TaskAcknowledgement, acknowledge_tasks
from wangge_server.demo import public
from wangge_server.demo.acting import Acting
from wangge_server.demo.beside import Beside
from wangge_server.demo.cast import Cast
from wangge_server.demo.exploring import PATIENCE, Exploring
from wangge_server.demo.matters import Matter
from wangge_server.demo.photographs import make_shots
from wangge_server.demo.plans import Plan, make_plans, usual_end
from wangge_server.demo.reporting import choose_way, make_report
from wangge_server.demo.timers import at_time, run_due
from wangge_server.demo.town import Town, accepted

STEP = "days of events"
AT_ONCE = 0.7
"""The part of what is to be acknowledged that is seen before it goes on to others."""
MILLISECOND, MINUTE, HOUR = timedelta(milliseconds=1), timedelta(minutes=1), timedelta(hours=1)
MORNING, EVENING = timedelta(hours=7, minutes=30), timedelta(hours=18)
NEWCOMERS = 1_000_000
"""From here on number what is not planned: what happens at the same moment happens in the order of its numbers."""


LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Notice:
    """A task that somebody is to acknowledge."""

    task_id: int
    matter: Matter


Item = Plan | Matter | Notice


class Shift(Protocol):
    """What is done every day beside the events, in the morning and in the evening."""

    async def begin(self, life: "Life", at: datetime) -> None: ...
    async def end(self, life: "Life", at: datetime) -> None: ...


async def live(town: Town, shift: Shift | None = None) -> None:
    """Let the days pass, a day in a transaction; with a `shift` each stops in the morning and in the evening for its work."""
    dice = town.dice("life")
    cast, matters = Cast(town, dice), dict[int, Matter]()
    acting = Acting(town, dice, cast, await make_shots(town.deployment))
    life = Life(town=town, dice=dice, cast=cast, acting=acting, beside=Beside(cast, dice, matters), matters=matters)
    for number, plan in enumerate(make_plans(town, town.dice("plans"))):
        life.agenda.append((plan.at, number, plan))
    heapify(life.agenda)
    town.tell(STEP, 0, town.days)
    for day in range(1, town.days + 1):
        midnight = town.since + timedelta(days=day - 1)
        if shift is not None:
            await life.pass_to(midnight + MORNING)
            await shift.begin(life, midnight + MORNING)
            await life.pass_to(midnight + EVENING)
            await shift.end(life, midnight + EVENING)
        await life.pass_to(midnight + timedelta(days=1))
        town.tell(STEP, day, town.days)


@dataclass(slots=True, kw_only=True)
class Life:
    """What is to happen next, and who is there to act."""

    town: Town
    dice: Random
    cast: Cast
    acting: Acting
    beside: Beside
    matters: dict[int, Matter]
    agenda: list[tuple[datetime, int, Item]] = field(default_factory=list[tuple[datetime, int, Item]])
    exploring: Exploring = field(default_factory=Exploring)
    _noticed: set[int] = field(default_factory=set[int])
    now: datetime = LONG_AGO
    """When something happened last."""

    async def pass_to(self, moment: datetime) -> None:
        """Do all that falls before a moment, in a transaction of its own."""
        async with self.town.deployment.write() as work:
            await self.pass_until(work, moment)

    async def pass_until(self, work: Work, moment: datetime) -> None:
        """Do all that falls before a moment, each thing at its own time, in the transaction of `work`."""
        while True:
            at = min(moment - MILLISECOND, self.agenda[0][0]) if self.agenda else moment - MILLISECOND
            if await self._timers(work, at):
                continue
            if not self.agenda or self.agenda[0][0] >= moment:
                return
            self.now, number, item = heappop(self.agenda)
            then = at_time(work, self.now)
            await self._do(then, item, number)
            await then.write_announcements()

    async def _timers(self, work: Work, until: datetime) -> bool:
        """Run what is due until a moment; True where that put something on the agenda."""
        while ran := await run_due(work, self.now, until):
            self.now, event_id = ran
            matter = self.matters.get(event_id or 0)
            if matter is not None and await self._notices(at_time(work, self.now), matter):
                return True
        return False

    async def _do(self, work: Work, item: Item, number: int) -> None:
        if isinstance(item, Notice):
            await self._acknowledge(work, item)
            return
        matter = await self._report(work, item, number) if isinstance(item, Plan) else await self._go_on(work, item)
        explores = matter is not None and self.exploring.next_move(matter) is not None
        if matter is not None and (explores or matter.goal is not None):
            following = matter.next_at(work.now, self.town.until, self.dice, work.rules.zone)
            if explores and matter.deferred_until is None:
                following = min(following, work.now + PATIENCE)
            if matter.asked is not None:
                following = work.now + self.dice.uniform(0.5, 8) * HOUR
            heappush(self.agenda, (following, matter.number, matter))

    async def _report(self, work: Work, plan: Plan, number: int) -> Matter:
        source, holder = choose_way(self.town, self.dice, plan, self.cast.around(plan))
        viewer, shown = await self.cast.viewer(work, holder.login), None
        report = make_report(self.town, self.dice, plan, source, holder, number)
        if public.is_public(plan, source, self.dice):
            id, shown = await public.submit(work, self.dice, report, plan.grid.code)
            viewer = public.reporter(id)
        else:
            id = accepted((await report_events(work, viewer, [report]))[0])
        matter = self._matter(id, number, plan, viewer)
        matter.shown = shown
        await matter.look(work)
        return matter

    def _matter(self, id: int, number: int, plan: Plan, reporter: Viewer) -> Matter:
        definition = self.town.registry.workflows[plan.kind.workflow]
        self.matters[id] = Matter(
            id=id,
            number=number,
            plan=plan,
            definition=definition,
            reporter=reporter,
            roles=self.town.registry.roles,
            stage=definition.start.name,
            steps=(),
            goals=list(plan.route),
        )
        return self.matters[id]

    async def _adopt(self, work: Work, matter: Matter) -> None:
        """What came of a matter goes its own way to its usual end."""
        event = t.event
        came = sa.or_(event.c.opened_by_event_id == matter.id, event.c.part_of_id == matter.id)
        for row in await work.rows(sa.select(event).where(came, event.c.id.not_in(matter.children)).order_by(event.c.id)):
            own = matter.reporter if row.reporter_id == matter.reporter.account_id else public.ANYBODY
            matter.children.add(row.id)
            await self._take_up(work, row, own)

    async def take_up(self, work: Work, event_ids: Sequence[int], reporter: Viewer) -> None:
        """Events that somebody opened otherwise, such as on a visit, go their own way too."""
        for row in await work.rows(sa.select(t.event).where(t.event.c.id.in_(event_ids)).order_by(t.event.c.id)):
            await self._take_up(work, row, reporter)

    async def _take_up(self, work: Work, row: sa.Row[Any], reporter: Viewer) -> None:
        kind = self.town.registry.event_kinds[row.kind_id]
        grid = next(one for one in self.town.grids if one.id == row.grid_id)
        route = (usual_end(self.town.registry.workflows[kind.workflow]),)
        matter = self._matter(row.id, NEWCOMERS + row.id, Plan(at=work.now, kind=kind, grid=grid, route=route), reporter)
        matter.part = row.part_of_id is not None
        await matter.look(work)
        heappush(self.agenda, (matter.next_at(work.now, self.town.until, self.dice, work.rules.zone), matter.number, matter))

    async def _notices(self, work: Work, matter: Matter) -> bool:
        """Have somebody see, mostly soon, what is to be acknowledged about a matter."""
        task = t.task
        waiting = (task.c.event_id == matter.id, task.c.open, task.c.to_acknowledge, task.c.acknowledged_at.is_(None))
        found = [row.id for row in await work.rows(sa.select(task.c.id).where(*waiting)) if row.id not in self._noticed]
        for id in found:
            self._noticed.add(id)
            minutes = self.dice.uniform(0.5, 4) if self.dice.random() < AT_ONCE else self.dice.uniform(5, 60)
            heappush(self.agenda, (work.now + minutes * MINUTE, NEWCOMERS + id, Notice(id, matter)))
        return bool(found)

    async def _acknowledge(self, work: Work, notice: Notice) -> None:
        task, to = t.task, t.task_addressee
        row = await work.first(sa.select(task.c.open, task.c.acknowledged_at).where(task.c.id == notice.task_id))
        if row is None or not row.open or row.acknowledged_at is not None:
            return
        for one in await work.rows(sa.select(to).where(to.c.task_id == notice.task_id, to.c.open).order_by(to.c.id)):
            for holder in self.cast.around(notice.matter.plan):
                in_role = one.role_id in self.town.registry.roles[holder.role_id].acts_as
                if in_role or one.post_id == holder.post_id or (one.office_id is not None and one.office_id == holder.office_id):
                    viewer = await self.cast.viewer(work, holder.login)
                    accepted((await acknowledge_tasks(work, viewer, [TaskAcknowledgement(task_id=notice.task_id)]))[0])
                    return

    async def _go_on(self, work: Work, matter: Matter) -> Matter | None:
        """Make the most promising move that somebody can make; a matter with which nobody can do anything rests."""
        await matter.look(work)
        if matter.joined:
            return None
        if matter.deferred_until is not None:
            return matter
        if await self._beside(work, matter):
            return matter
        for move in self._moves(matter):
            if await self.acting.make(work, matter, move):
                self.exploring.note(matter, move)
                if move.opens is not None:
                    await self._adopt(work, matter)
                return matter
            matter.tried.add(move.name)
        waits = matter.open_children and not matter.definition.stage(matter.stage).final
        return matter if waits else None

    def _moves(self, matter: Matter) -> Iterator[MoveDefinition]:
        """Moves to try, the best first: one that nobody has made, or else those that lead on."""
        while (unmade := self.exploring.next_move(matter)) and unmade[1] == matter.stage:
            yield unmade[0]
        goal = unmade[1] if unmade else matter.goal
        yield from matter.moves_toward(goal, self.dice) if goal else ()

    async def _beside(self, work: Work, matter: Matter) -> bool:
        """Whether something else than a move was done with it."""
        if matter.shown is not None and matter.runs and await self._public(work, matter):
            return True
        had = matter.has_others
        happened = await self.beside.happens(work, matter)
        if happened:
            if matter.has_others and not had:
                await self._adopt(work, matter)
            await self._notices(work, matter)
        return happened

    async def _public(self, work: Work, matter: Matter) -> bool:
        """Whether others reported it too, or its reporter was asked something."""
        chance = self.dice.random()
        if chance < public.MUCH_SEEN and matter.plan.kind.id in shown_kinds(self.town.registry):
            await public.report_again(work, self.dice, matter)
        elif public.MUCH_SEEN < chance < public.MUCH_SEEN + public.ASKED and (worker := await self.cast.worker(work, matter)):
            if not worker.may(Capability.COMMENT_EVENTS, matter.plan.grid.path):
                return False
            await public.ask(work, self.dice, matter, worker)
        else:
            return False
        await self._notices(work, matter)
        return True
