"""Driving: one random life of an event and of all that comes of it, in a real town, held against what must be after every step.

A life is thrown by the dice of its seed and by nothing else, so that the same seed shows it again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import sqlalchemy as sa

from driven_answers import GIVING, Dice
from driven_events import Seen, around
from driven_steering import WAYS, inherits, likely
from driven_town import PARTY, RESIDENT
from driven_watching import Fault, Watched
from towns import ids
from walks import Attempt, barred_receivers, forbidden, key_of, way_to_end
from wangge_core.db import tables as t
from wangge_core.errors import Outcome
from wangge_core.events.reporting import report_events
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.definitions import MoveDefinition, WorkflowDefinition
from wangge_core.rights.posts import PostEnd
from wangge_core.rights.viewers import EVERYWHERE, Viewer, operator
from wangge_core.steering.handing_over import HandOver, end_posts_and_free, hand_posts_over

STEPS = 14
MOST_TO_END = 40
"""So many attempts for each event, at the end of a life."""
FORM = "query($id: ID!) { node(id: $id) { ... on Event { version availableMoves { move to blockedBecause { code } } } } }"
BEGINNINGS = tuple(
    datetime.fromisoformat(one).replace(tzinfo=UTC)
    for one in (
        "2026-03-02T01:00",
        "2026-02-13T07:00",
        "2025-09-26T09:20",
        "2026-05-08T16:30",
        "2025-12-30T02:00",
        "2026-06-18T09:29",
    )
)
"""When lives begin: on a Monday morning, before the festivals with their long weekends and days worked instead, on a weekend's eve."""
LEAPS = (1, 17, 59, 180, 600, 1440, 2 * 1440, 5 * 1440, 9 * 1440, 30 * 1440)
OF_ANSWERS = frozenset(
    {
        "ANSWER_UNEXPECTED", "ANSWER_REQUIRED", "ANSWER_TYPE", "ANSWER_CHOICE", "ANSWER_TOO_FEW", "OUT_OF_RANGE", "BLANK",
        "BEFORE_THE_EVENT", "KIND_UNKNOWN", "KIND_OTHER_WORKFLOW", "DETAILS_INVALID", "DETAILS_REQUIRED", "INVOLVED_UNEXPECTED",
        "INVOLVED_ROLE", "INVOLVED_MISSING", "LIMIT_REQUIRED", "LIMIT_UNKNOWN", "MOVE_TO_RETURNER", "ASSIGNEE_OF_GRID",
        "ASSIGNEE_INVOLVED", "INVOLVEMENT_REQUIRED", "NOBODY_ON_DUTY", "POST_ENDED", "NOT_FOUND", "ANSWER_MUST_BE_YES",
    }
)  # fmt: skip
"""With which a move may be refused that the form says may be made: what was answered is not good."""


class Drive(Watched):
    """A town in which lives are driven."""

    # ---- a life

    async def life(self, seed: int, steps: int = STEPS) -> None:
        """The life of this seed. Raises Fault, which tells what was done."""
        self.dice = Dice(self.town, Random(seed))
        self.said, self.ids, self.events, self.rested, self.jobs_ran = [], [], {}, {}, False
        try:
            await self._live(seed, steps)
        except Exception as error:
            again = f"to see it again: WANGGE_DRIVEN_SEED={seed} pytest tests/core/test_casework_driven.py -k {self._database}"
            raise Fault("\n".join([f"seed {seed}: {error}", again, *self.said])) from error

    async def _live(self, seed: int, steps: int) -> None:
        workflows = sorted(self.town.registry.workflows)
        workflow = self.town.registry.workflows[workflows[seed % len(workflows)]]
        await self.town.begin(self.random.choice(BEGINNINGS) + timedelta(minutes=self.random.randint(0, 600)))
        async with self.deployment.read() as work:
            self.around = await around(work)
        await self.report(workflow)
        await self.check()
        for _ in range(steps):
            await self.step()
            await self.check()
            if all(one.closed for one in self.events.values()) and self.dice.lucky(0.3):
                break
        await self.to_the_end()

    async def report(self, workflow: WorkflowDefinition) -> None:
        """One event of a kind of the workflow, sometimes two, by somebody who may end up as its reporter."""
        kinds = sorted(one.id for one in self.town.registry.event_kinds.values() if one.workflow == workflow.id)
        kind = self.town.registry.event_kinds[self.random.choice(kinds)]
        logins = (
            RESIDENT,
            RESIDENT,
            PARTY,
            "community.grid_worker-1",
            "community.mediator-2",
            "community.department_specialist-1-1",
        )
        self.reporter = self.town.people.get(self.random.choice(logins)) or self.town.people[RESIDENT]
        able = replace(self.reporter, scopes=dict.fromkeys(Capability, EVERYWHERE))
        async with self.deployment.write() as work:
            reports = [self.dice.report(kind) for _ in range(self.random.choice((1, 1, 2)))]
            self.ids = ids(await report_events(work, able, reports))
        self.say(f"{self.reporter.login} reports {len(self.ids)} of {kind.id}: {reports[0].details}")

    async def step(self) -> None:
        """One thing that somebody does, or that time brings."""
        events = self.events
        running = [one for one in events.values() if not one.closed] or [*events.values()]
        event = self.random.choice(running if self.dice.lucky(0.9) else [*events.values()])
        what = self.random.choices(
            (self.move, self.steer, self.pass_time, self.try_forbidden, self.change_posts, self.come_on_duty), (10, 6, 5, 3, 1, 1)
        )[0]
        await what(event, [*events.values()])

    # ---- moves

    async def move(self, event: Seen, _: Sequence[Seen]) -> None:
        """A move by somebody for whom the form says that it may be made."""
        moves = [one for one in event.definition.moves if event.row["stage"] in one.sources]
        allowed = [
            (move, by)
            for move in moves
            for by in self.crew(event)
            if not by.is_system and not forbidden(event.facts(by), move, by, self.town.now)
        ]
        if not allowed:
            self.told["nobody may move"] += 1
            return
        wanted = self.random.choice(sorted({move.name for move, _ in allowed}))
        move, by = self.random.choice([one for one in allowed if one[0].name == wanted])
        await self.form_agrees(event, by)
        await self.made(event, move, by)

    async def made(self, event: Seen, move: MoveDefinition, by: Viewer, to: Viewer | None = None) -> Outcome:
        """Try a move with good answers; what may be refused is only what was answered."""
        target = self.target(event, move)
        answers = self.dice.answers(event.definition, move, event.row["kind_id"], target)
        if to is not None:
            given = {"office": to.office_ids[0]} if to.office_ids else {"post": to.post_ids[0]}
            answers |= {ask.name: [given] for ask in move.asks if ask.type in GIVING}
        version = event.row["version"] if self.dice.lucky(0.5) else None
        outcome = await self.tried(
            move_events, by, EventMoveRequest(event_id=event.id, move=move.name, answers=answers, expected_version=version)
        )
        self.say(f"{by.login or 'system'} {move.name} {event.id}: {self.codes(outcome) or 'made'} {answers}")
        if not outcome.accepted:
            self.told["move refused"] += 1
            if {*self.codes(outcome)} - OF_ANSWERS:
                raise Fault(f"the form says that {move.name} may be made by {by.login}, and it is refused: {outcome.refusals}")
            return outcome
        self.told["move"] += 1
        if found := forbidden(event.facts(by), move, by, self.town.now):
            raise Fault(f"{move.name} by {by.login} was accepted, and is forbidden: {found}")
        posts, offices = barred_receivers(event.facts(by), move)
        for ask in move.asks if move.asks else ():
            for one in answers.get(ask.name) or () if ask.type in GIVING else ():
                office = one.get("office") or self.around.office_of.get(one.get("post") or 0)
                if one.get("post") in posts or office in offices:
                    raise Fault(f"{move.name} gave the event back to {one}, who had just returned it")
        return outcome

    @staticmethod
    def target(event: Seen, move: MoveDefinition) -> str:
        if move.to is not None:
            return move.to
        came = [one for one in event.entries if one["move"] == move.back_to_move]
        return came[-1]["from_stage"] if came else event.definition.start.name

    async def form_agrees(self, event: Seen, by: Viewer) -> None:
        """The form and the operation say the same of every move that leaves the stage, and so does a plain reading of the rows."""
        node = (await self.town.town.ask(FORM, by, id=f"Event:{event.id}"))["node"]
        form = None if node is None else {one["move"]: (one["blockedBecause"] or {}).get("code") for one in node["availableMoves"]}
        leaving = [move for move in event.definition.moves if event.row["stage"] in move.sources]
        for move in leaving:
            plain = forbidden(event.facts(by), move, by, self.town.now)
            said = "NOT_FOUND" if form is None else form.get(move.name, "MOVE_NOT_FROM_STAGE")
            if form is not None and bool(plain) is not (said is not None):
                raise Fault(f"the form says {said} of {move.name} by {by.login}; plainly it is {plain or 'allowed'}")
            if said is None:
                continue
            if self.dice.lucky(0.5):
                continue
            outcome = await self.tried(move_events, by, EventMoveRequest(event_id=event.id, move=move.name))
            expected = {said} if form is None or move.name in form else plain
            if len(self.codes(outcome)) != 1 or not {*self.codes(outcome)} <= expected | ({said} if form is not None else set()):
                raise Fault(f"the form says {said} of {move.name} by {by.login}, the operation {outcome}; plainly {plain}")
            if form is not None and said not in plain and not (said == "MOVE_NOT_FROM_STAGE" and plain):
                raise Fault(f"the form says {said} of {move.name} by {by.login}; plainly it is {plain}")

    # ---- all the rest

    async def try_forbidden(self, event: Seen, _: Sequence[Seen]) -> None:
        """What must be refused: a move that is forbidden, by anybody; one at an old version; one that there is not."""
        by = self.random.choice(self.town.everybody if self.dice.lucky(0.7) else self.crew(event))
        move = self.random.choice(event.definition.moves)
        luck = self.random.random()
        version = event.row["version"] + self.random.choice((-1, 1, 7)) if luck < 0.3 else None
        name = "fly" if luck > 0.95 else move.name
        plain = forbidden(event.facts(by), move, by, self.town.now)
        if not (plain or version is not None or name == "fly"):
            return
        answers = self.dice.answers(event.definition, move, event.row["kind_id"], self.target(event, move))
        request = EventMoveRequest(event_id=event.id, move=name, answers=answers, expected_version=version)
        outcome = await self.tried(move_events, by, request)
        self.say(f"{by.login} may not {name} {event.id}: {self.codes(outcome)}")
        if outcome.accepted:
            raise Fault(f"{name} by {by.login} at version {version} was accepted, and is forbidden: {plain}")
        self.told["forbidden"] += 1
        expected = {"NOT_FOUND"} | ({"EVENT_CHANGED"} if version is not None else {"MOVE_UNKNOWN"} if name == "fly" else plain)
        if not {*self.codes(outcome)} <= expected:
            raise Fault(f"{name} by {by.login} was refused with {outcome.refusals}, not with {expected}")

    async def steer(self, event: Seen, events: Sequence[Seen]) -> None:
        """Something beside the moves, mostly by somebody whose role it is."""
        name = likely(self.dice, event)
        way = WAYS[name]
        able = self.town.able(tuple(way.roles(event)))
        if name in ("finish_part", "give_up_part", "answer", "reassign") and self.dice.lucky(0.7):
            posts, offices = {one["post_id"] for one in event.given}, {one["office_id"] for one in event.given}
            able = [one for one in self.town.everybody if {*one.post_ids} & posts or {*one.office_ids} & offices] or able
        by = self.random.choice(able if able and self.dice.lucky(0.9) else self.town.everybody)
        request = way.request(self.dice, event, events)
        if self.dice.lucky(0.05):
            request = replace(request, expected_version=event.row["version"] - 1)
        outcome = await self.tried(way.operation, by, request)
        self.say(f"{by.login} {name} {event.id}: {self.codes(outcome) or 'done'} {request}")
        self.told[name if outcome.accepted else f"{name} refused"] += 1
        old = request.expected_version is not None
        if outcome.accepted and (old or not way.allows(event, by, request, self.town.now)):
            raise Fault(f"{name} by {by.login} was accepted, and may not be: {request}")

    async def change_posts(self, event: Seen, _: Sequence[Seen]) -> None:
        """Who has the event hands over to a colleague, or the post ends."""
        held = [one["post_id"] for one in event.given if one["post_id"] in self.town.posts]
        post = self.random.choice(held or sorted(self.town.posts))
        viewer = self.town.posts[post]
        if viewer.login[-2:] not in ("-1", "-2"):
            return
        other = self.town.people[viewer.login[:-1] + ("2" if viewer.login.endswith("1") else "1")]
        if not other.post_ids:
            return
        self.told["post"] += 1
        if self.dice.lucky(0.6):
            outcome = await self.tried(hand_posts_over, operator("en"), HandOver(from_post_id=post, to_post_id=other.post_ids[0]))
            self.say(f"{viewer.login} hands over to {other.login}: {self.codes(outcome)}")
        else:
            outcome = await self.tried(end_posts_and_free, operator("en"), PostEnd(post_id=post))
            self.say(f"the post of {viewer.login} ends: {self.codes(outcome)}")
            self.town.unchanged.add(viewer.login)
            self.around.ended.add(post)
            await self.town.load(viewer.login)
        if not outcome.accepted:
            raise Fault(f"a post could not be passed on: {outcome}")

    async def come_on_duty(self, event: Seen, _: Sequence[Seen]) -> None:
        """Somebody who could be needed begins a shift."""
        roles = {role for stage in event.definition.stages for role in stage.by}
        able = self.town.able(tuple(roles))
        if able:
            by = self.random.choice(able)
            await self.town.on_duty(by.post_ids[0], self.random.choice((2, 12)))
            self.say(f"{by.login} is on duty")

    async def pass_time(self, event: Seen, _: Sequence[Seen]) -> None:
        """Time passes: so many minutes, or until right before, at or after something is due; mostly with all jobs run."""
        ahead = timedelta(minutes=self.random.choice(LEAPS[:7] if self.dice.lucky(0.7) else LEAPS))
        if self.dice.lucky(0.4):
            async with self.deployment.read() as work:
                at = await work.value(sa.select(sa.func.min(t.job.c.run_at)))
            if at is not None and at > self.town.now:
                ahead = at - self.town.now + timedelta(milliseconds=self.random.choice((-1, 0, 1)))
        await self.pass_by(max(ahead, timedelta(milliseconds=1)), work=self.dice.lucky(0.85))
        del event

    # ---- what must be

    async def to_the_end(self) -> None:
        """Bring everything to its end, by operations alone."""
        barred = set[object]()
        for step in count():
            events = self.events
            running = [one for one in events.values() if one.runs]
            if not running:
                self.told["ended"] += 1
                return
            parts = [one for one in running if one.row["part_of_id"] in events]
            event = (parts or running)[0]
            if step > MOST_TO_END * len(events):
                raise Fault(f"event {event.id} could not be brought to an end: it stands at {event.row['stage']}")
            if await self._closer(event, barred):
                barred.clear()
            await self.check()

    async def _closer(self, event: Seen, barred: set[object]) -> bool:
        """One step towards the end; whether it was made. What could not be made is barred from then on."""
        if event.deferred:
            await self.pass_by(max(event.row["deferred_until"] - self.town.now, timedelta()) + timedelta(seconds=1))
            return True
        way = way_to_end(await self.situation(event), self.crew(event), self.town.now, barred=barred)
        if way is None:
            raise Fault(f"event {event.id} is at a dead end at {event.row['stage']}, where {barred} could not be done")
        attempt = way[0]
        if attempt.by.is_system:
            await self.pass_by(timedelta(days=7))
            return True
        plain = forbidden(event.facts(attempt.by), attempt.move, attempt.by, self.town.now)
        if plain == {"MOVE_PARTS_OPEN"}:
            await self._finish_part(event)
            return True
        if plain:
            raise Fault(f"the core allows {attempt.move.name} by {attempt.by.login}, which is forbidden: {plain}")
        return await self._attempted(event, attempt, barred)

    async def _attempted(self, event: Seen, attempt: Attempt, barred: set[object]) -> bool:
        outcome = await self.made(event, attempt.move, attempt.by, attempt.to)
        if not outcome.accepted and not {*self.codes(outcome)} & {"ANSWER_UNEXPECTED", "BEFORE_THE_EVENT", "DETAILS_INVALID"}:
            barred.add(key_of(attempt))
        return outcome.accepted

    async def _finish_part(self, event: Seen) -> None:
        part = next(one for one in event.given if one["part_state"] == "OPEN")
        having = [
            one
            for one in self.town.everybody
            if part["post_id"] in one.post_ids or (part["office_id"] is not None and part["office_id"] in one.office_ids)
        ] or [one for one in self.town.everybody if inherits(one, event, part)]
        if not having:
            raise Fault(f"nobody is left who could finish the part of {part}")
        way = WAYS["finish_part"]
        outcome = await self.tried(way.operation, having[0], way.request(self.dice, event, ()))
        self.say(f"{having[0].login} finishes the part of {part['post_id']}, {part['office_id']}: {self.codes(outcome)}")
        if not outcome.accepted:
            raise Fault(f"an open part could not be finished by {having[0].login}: {outcome.refusals}")
