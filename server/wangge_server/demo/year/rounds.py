"""Rounds: workers ask in the morning what is due, go out, and send in the evening what they did. Some of it is sent days later."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.duties.due import DueItem, DueRequest, due_items
from wangge_core.errors import Outcome
from wangge_core.ledger.patrol_requests import NewPatrol
from wangge_core.ledger.patrols import record_patrols
from wangge_core.ledger.visit_requests import NewVisit
from wangge_core.ledger.visits import record_visits
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_server.demo.life import EVENING, MORNING, Life
from wangge_server.demo.town import Holder, Town
from wangge_server.demo.year.errands import Errand, Things, Writing, minutes_of

GRID_WORKER = "community.grid_worker"
MOST_ASKED = 24
"""How many items of a due list somebody looks at in the morning."""
MOST_DONE = 10
LEFT_OVER = 0.12
"""The part of what is due that is put off, and comes late."""
SENT_LATER = 0.04
LATEST_SENT = 4
"""Days after which what was kept on a device is sent."""
WAY = timedelta(minutes=6)
"""From one errand to the next."""
DAYS_OUT, WORKED = 2, 5
"""On how many days of the week somebody goes out who has few duties; grid workers do on all working days."""
Entry = NewVisit | NewPatrol


@dataclass(slots=True, kw_only=True)
class Sent:
    """What somebody sends when, under whose login."""

    at: datetime
    login: str
    entry: Entry


@dataclass(slots=True)
class Rounds:
    """Who goes out on which days of the week, and what is still to be sent.

    `away` are posts whose holder is absent, with the login of who stands in. `refused` counts, by code, what the core did not take:
    an event that was handed on during the day, for one.
    """

    town: Town
    dice: Random
    away: Mapping[int, str]
    queue: list[Sent] = field(default_factory=list[Sent])
    refused: Counter[str] = field(default_factory=Counter[str])
    things: dict[str, Things] = field(default_factory=dict[str, Things])

    async def ask(self, life: Life, at: datetime) -> None:
        """Ask for the due lists of everybody who goes out on this day, and write down what they will have done by the evening."""
        weekday = at.astimezone(self.town.deployment.rules.zone).weekday()
        writing = Writing(self.town, self.dice, self.things)
        async with self.town.deployment.read() as work:
            if not self.things:
                self.things.update(await _things(work))
            for holder in self._out(weekday):
                login = self.away.get(holder.post_id, holder.login)
                viewer = await life.cast.viewer(work, login)
                near = (holder.ground.longitude, holder.ground.latitude)
                page = await due_items(work, viewer, DueRequest(post_id=holder.post_id, near=near, first=MOST_ASKED))
                for errand in self._errands(holder, page.items if page else (), at):
                    self._keep(writing, errand, login, at)

    def _out(self, weekday: int) -> Iterator[Holder]:
        """The first holder of each role on each ground, on their days."""
        seen: set[tuple[str, int]] = set()
        duties, roles = self.town.registry.duties.values(), self.town.registry.roles
        for holder in self.town.holders:
            role = roles[holder.role_id]
            has = Capability.RECORD_WORK in role.may and any(role.acts_as & set(one.who) for one in duties)
            if not has or (holder.role_id, holder.ground.id) in seen:
                continue
            seen.add((holder.role_id, holder.ground.id))
            own = range(WORKED) if holder.role_id == GRID_WORKER else ((len(seen) + one * 3) % 7 for one in range(DAYS_OUT))
            if weekday in own:
                yield holder

    def _errands(self, holder: Holder, items: Sequence[DueItem], at: datetime) -> Iterator[Errand]:
        """As much as fits into a day, in the order of the list; some of it is left for another day."""
        clock, done, over = at + timedelta(minutes=30), 0, at - MORNING + EVENING
        for item in items:
            duty = self.town.registry.duties[item.duty_id]
            ends = clock + timedelta(minutes=minutes_of(duty, item))
            if done == MOST_DONE or ends >= over:
                return
            if self.dice.random() >= LEFT_OVER:
                yield Errand(holder=holder, item=item, duty=duty, starts_at=clock, ends_at=ends)
                clock, done = ends + WAY, done + 1

    def _keep(self, writing: Writing, errand: Errand, login: str, at: datetime) -> None:
        entry = writing.patrol(errand) if errand.walks else writing.visit(errand)
        later = timedelta(days=self.dice.randint(1, LATEST_SENT) if self.dice.random() < SENT_LATER else 0)
        if entry is not None:
            self.queue.append(Sent(at=at + later, login=login, entry=entry))

    async def send(self, life: Life, work: Work) -> None:
        """Send what is to be sent by now; events that it opened go their way."""
        now, self.queue = [one for one in self.queue if one.at <= work.now], [one for one in self.queue if one.at > work.now]
        for login in dict.fromkeys(one.login for one in now):
            viewer, entries = await life.cast.viewer(work, login), [one.entry for one in now if one.login == login]
            visits = [one for one in entries if isinstance(one, NewVisit)]
            outcomes = await record_visits(work, viewer, visits)
            self._note(outcomes)
            self._note(await record_patrols(work, viewer, [one for one in entries if isinstance(one, NewPatrol)]))
            opened = [outcome.id for one, outcome in zip(visits, outcomes, strict=True) if one.checklist and one.checklist.hazards]
            tie = t.visit_event
            events = await work.rows(sa.select(tie.c.event_id).where(tie.c.visit_id.in_([id for id in opened if id])))
            await life.take_up(work, [row.event_id for row in events], viewer)

    def _note(self, outcomes: Sequence[Outcome]) -> None:
        self.refused.update(one.code for outcome in outcomes for one in outcome.refusals[:1])


async def _things(work: Work) -> dict[str, Things]:
    """Of what quotas are made, by grid."""
    found: dict[str, Things] = {}
    for table in (t.household, t.building, t.organization, t.asset, t.place):
        by_grid: dict[int, list[int]] = {}
        for row in await work.rows(sa.select(table.c.id, table.c.grid_id).order_by(table.c.id)):
            by_grid.setdefault(row.grid_id, []).append(row.id)
        found[table.name.upper()] = by_grid
    return found
