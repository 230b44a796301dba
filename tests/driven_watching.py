"""Watching driven events: what every attempt and every step must leave true, and time that passes with the jobs that it brings."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from driven_checks import wrong
from driven_events import Seen, seen
from driven_town import DrivenTown
from walks import way_to_end
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.clock_rows import load_clocks
from wangge_core.deadlines.counting import remaining
from wangge_core.errors import Outcome
from wangge_core.events.history import locked_event
from wangge_core.events.situations import Situation
from wangge_core.events.states import state_of
from wangge_core.handlers import HANDLERS
from wangge_core.jobs.worker import Worker
from wangge_core.refusals import message
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer

OF_OFFICES = "community.department_specialist"
"""Through whom offices are reached that a move asks for."""


class Fault(AssertionError):  # noqa: N818 - it is one of the service, found here
    """Something that must not be."""


class Watched:
    """A town in which events are driven. `told` counts what happened, `said` is what was done in this life."""

    def __init__(self, town: DrivenTown) -> None:
        self.town = town
        self.deployment = town.deployment
        self.told: Counter[str] = Counter()
        self.written: list[str] = []
        self.deployment.watch(lambda statement, _seconds, _failed: self.written.append(statement))
        self.worker = Worker(self.deployment, HANDLERS)
        self.said: list[str] = []
        self.ids: list[int] = []
        self.events: dict[int, Seen] = {}
        self.time_passed = False
        self.rested: dict[int, tuple[int, int]] = {}
        self.jobs_ran = False

    @property
    def _database(self) -> str:
        return self.deployment.dialect.name

    @property
    def random(self) -> Random:
        return self.dice.random

    def say(self, what: str) -> None:
        self.said.append(f"{self.town.now:%m-%d %H:%M} {what}")

    async def look(self) -> None:
        """See the events of this life as they stand, with those that came of them since."""
        async with self.deployment.read() as work:
            came = sa.or_(t.event.c.part_of_id.in_(self.ids), t.event.c.opened_by_event_id.in_(self.ids))
            new = sorted(row.id for row in await work.rows(sa.select(t.event.c.id).where(came, t.event.c.id.not_in(self.ids))))
            self.ids += new
            self.events = await seen(work, self.ids, self.around)

    def crew(self, event: Seen) -> list[Viewer]:
        """Who may have to do with an event: those of the roles that its workflow names, and who has it or had it."""
        roles = {role for move in event.definition.moves for role in move.by}
        roles |= {role for stage in event.definition.stages for role in stage.by} | {OF_OFFICES}
        reporter = next((one for one in self.town.everybody if one.account_id == event.row["reporter_id"]), self.reporter)
        had = [self.town.posts[one["post_id"]] for one in event.assignments if one["post_id"] in self.town.posts]
        return self.town.crew(roles, [reporter, *had])

    async def pass_by(self, ahead: timedelta, *, work: bool = True) -> None:
        """Let time pass, and run what is due then."""
        self.town.now += ahead
        self.jobs_ran = work
        self.told["time"] += 1
        self.time_passed = True
        if work:
            done = await self.worker.run_due()
            self.told["jobs"] += done
            self.say(f"time has passed, {done} jobs")
            if self.worker.failures:
                self.worker.failures = 0
                async with self.deployment.read() as reading:
                    job = t.job
                    left = await reading.rows(sa.select(job.c.name, job.c.last_error).where(job.c.last_error.is_not(None)))
                raise Fault(f"jobs failed: {left}")
        else:
            self.say("time has passed, and nobody works")

    async def tried(self, operation: Any, by: Viewer, request: Any) -> Outcome:
        """Try an operation; one that is refused tells why in both languages and changes nothing."""
        self.written.clear()
        async with self.deployment.write() as work:
            touched = _count(work)
            (outcome,) = await operation(work, by, [request])
            took_back = any(one.startswith("ROLLBACK TO") for one in self.written)
            inserted = [one for one in self.written if one.startswith("INSERT")]
            if outcome.refusals and (((inserted or sum(touched)) and not took_back) or work.announced):
                raise Fault(f"refused with {outcome.refusals}, and yet written: {inserted[:3]} {touched} {work.announced}")
        for one in outcome.refusals:
            assert all(message(one, language) for language in ("zh", "en"))
        return outcome

    @staticmethod
    def codes(outcome: Outcome) -> list[str]:
        return [one.code for one in outcome.refusals]

    async def check(self) -> None:
        """Everything that must be, of all events of this life."""
        self.told["steps"] += 1
        before = self.events
        await self.look()
        for id, event in self.events.items():
            if found := list(wrong(event, self.town.now, jobs_ran=self.jobs_ran)):
                raise Fault(f"event {event.id} ({event.definition.id}): {'; '.join(found)}")
            await self.rests(event)
            changed = id not in before or before[id].row["version"] != event.row["version"]
            if event.runs and (changed or self.time_passed):
                await self.can_end(event)
        self.time_passed = self.jobs_ran = False

    async def rests(self, event: Seen) -> None:
        """What remains of a clock that waits does not shrink."""
        async with self.deployment.read() as work:
            clocks = await load_clocks(work, [event.id]) if event.pauses else []
            for clock in clocks:
                if clock.pause is None or not clock.is_open or clock.kind in ("NEVER", "FIXED") or clock.missing_year:
                    self.rested.pop(clock.id or 0, None)
                    continue
                kept = self.deployment.kept["calendars"]
                left = remaining(clock.timing, clock.ground(kept), self.town.now)
                pauses, before = self.rested.setdefault(clock.id or 0, (len(clock.pauses), left))
                if pauses == len(clock.pauses) and left != before:
                    raise Fault(f"{before} remained of a clock of {clock.stage} when it began to wait, and {left} now")
                self.rested[clock.id or 0] = (len(clock.pauses), left)

    async def can_end(self, event: Seen) -> None:
        """Somebody can bring it to an end, once what it rests or waits for is over."""
        situation = await self.situation(event)
        if way_to_end(situation, self.crew(event), self.town.now) is None:
            raise Fault(f"event {event.id} is at a dead end at {event.row['stage']} of {event.definition.id}")

    async def situation(self, event: Seen) -> Situation:
        """As the core sees it, when it has been resumed, its parts are finished and its part events have ended."""
        async with self.deployment.read() as work:
            row = await self._row(work, event.id)
            found = (await state_of(work, SYSTEM_VIEWER, row)).situation
        return replace(found, deferred_until=None, parts=(), open_children=0)

    async def _row(self, work: Work, id: int) -> Any:
        row = await locked_event(work, SYSTEM_VIEWER, id)
        assert row is not None
        return row


def _count(work: Work) -> list[int]:
    """How many rows each change of this unit of work will have touched."""
    touched, run = list[int](), work.run

    async def counting(statement: sa.Executable) -> int:
        touched.append(await run(statement))
        return touched[-1]

    work.run = counting
    return touched
