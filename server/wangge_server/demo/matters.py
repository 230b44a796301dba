"""Matters: events on their way through their workflow, and who may make which move with them next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from wangge_core.db.work import Work
from wangge_core.events.situations import Situation, Step, is_reporter, performing_post
from wangge_core.events.states import locked_state
from wangge_core.intake.showing import Shown
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.declarations.roles import SYSTEM
from wangge_core.plugin.definitions import ClockDefinition, MoveDefinition, RoleDefinition, WorkflowDefinition
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer
from wangge_server.demo.plans import Plan, cost_of, distances_to

MOST_MOVES = 18
DETOUR = 0.06
LEAST = timedelta(seconds=20)
OPENING_HOUR, CLOSING_HOUR = 8, 20
SHORT = timedelta(hours=2)
"""What must be done sooner than this is done at any hour."""
HOUR, DAY = 3_600, 86_400
SECONDS = {"CONTINUOUS": 1, "WORKING_HOURS": HOUR, "WORKING_DAYS": DAY, "CALENDAR_DAYS": DAY}
BY_PLAN = 3, 12
"""How many days a stage takes that has as long as was planned."""
LATE = 0.1
"""The part of the stages that take longer than they may."""
UNRATED = 0.4
"""The same where the service itself ends them: nobody rates these."""
distances = cache(distances_to)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of somebody about a matter: by whom, at which stage, and until when."""

    what: str
    login: str
    stage: str
    until: datetime


@dataclass(slots=True, kw_only=True)
class Matter:
    """An event as it was when the generator looked last: where it stands, what was done, and what it is heading for."""

    id: int
    number: int
    plan: Plan
    definition: WorkflowDefinition
    reporter: Viewer
    roles: Mapping[str, RoleDefinition]
    stage: str
    steps: tuple[Step, ...]
    post_ids: frozenset[int] = frozenset()
    office_ids: frozenset[int] = frozenset()
    goals: list[str] = field(default_factory=list[str])
    shown: Shown | None = None
    """What whoever reported it without an account follows it by."""
    rated: bool = False
    """Whether they rated it, which they do once even where it is done again."""
    children: set[int] = field(default_factory=set[int])
    """The events that came of it."""
    part: bool = False
    """Whether it is a part of another, from which it was split."""
    has_others: bool = False
    """Whether it was split, or joined with another."""
    tried: set[str] = field(default_factory=set[str])
    """The moves that nobody could make with it so far, and what was asked at which stage."""
    asked: Asked | None = None
    """What somebody above has still to decide, or somebody below to answer."""
    due_at: datetime | None = None
    deferred_until: datetime | None = None
    joined: bool = False
    open_children: int = 0

    @property
    def runs(self) -> bool:
        """Whether something can be done with it now beside its moves."""
        ended = self.definition.stage(self.stage).final
        return not (ended or self.joined or self.deferred_until is not None)

    @property
    def situation(self) -> Situation:
        return Situation(
            definition=self.definition,
            stage=self.stage,
            path=self.plan.grid.path,
            reporter_id=self.reporter.account_id,
            steps=self.steps,
            post_ids=self.post_ids,
            office_ids=self.office_ids,
            roles=self.roles,
            deferred_until=self.deferred_until,
            joined=self.joined,
            open_children=self.open_children,
        )

    async def look(self, work: Work) -> None:
        """See where it stands: others may have done something with it, or the service itself."""
        state = await locked_state(work, SYSTEM_VIEWER, self.id)
        assert state is not None, "events are never taken away"
        found = state.situation
        self.stage, self.steps = found.stage, found.steps
        self.post_ids, self.office_ids = found.post_ids, found.office_ids
        self.deferred_until, self.joined, self.open_children = found.deferred_until, found.joined, found.open_children
        self.due_at = state.row.stage_due_at

    @property
    def goal(self) -> str | None:
        """The stage that it goes to now; None when it has come to the last one, or wandered about for too long."""
        while self.goals and self.goals[0] == self.stage:
            self.goals.pop(0)
        made = sum(1 for step in self.steps if step.move)
        return self.goals[0] if self.goals and made < MOST_MOVES else None

    def moves_toward(self, goal: str, dice: Random) -> Iterator[MoveDefinition]:
        """The moves from here that leave the goal in reach, the most promising first; now and then one leads astray.

        None ends the matter anywhere but at its goal.
        """
        left = distances(self.definition, goal)
        situation = self.situation
        ranked: list[tuple[float, float, MoveDefinition]] = []
        astray = not self.plan.pinned and dice.random() < DETOUR
        for move in self.definition.moves:
            target = situation.target(move)
            open_ = target == goal or not self.definition.stage(target).final
            if self.stage in move.sources and open_ and target in left:
                ranked.append((0 if astray else left[target] + cost_of(move), dice.random(), move))
        yield from (move for _, _, move in sorted(ranked, key=lambda one: one[:2]))

    def is_visible_to(self, viewer: Viewer) -> bool:
        """Whether a viewer sees the event, as the core would say."""
        mine = viewer is self.reporter or (viewer.account_id is not None and viewer.account_id == self.reporter.account_id)
        given = bool(self.post_ids & set(viewer.post_ids) or self.office_ids & set(viewer.office_ids))
        return mine or given or viewer.may(Capability.READ_EVENTS, self.plan.grid.path)

    def moved(self, move: MoveDefinition, viewer: Viewer, at: datetime) -> None:
        """Keep what the core has just written."""
        situation = self.situation
        post = None if is_reporter(situation, move, viewer) else performing_post(situation, move, viewer)
        target = situation.target(move)
        step = Step(
            move=move.name,
            from_stage=self.stage,
            to_stage=target,
            at=at,
            account_id=viewer.account_id,
            post_id=post.id if post else None,
            office_id=post.office_id if post else None,
        )
        self.steps, self.stage = (*self.steps, step), target

    def next_at(self, at: datetime, until: datetime, dice: Random, zone: ZoneInfo) -> datetime:
        """When something happens to it next: as the stage's clock has it, and by day where there is no hurry."""
        late = UNRATED if self._ends_by_itself and not self.plan.pinned else LATE
        wait = timedelta(seconds=_seconds(self.definition.stage(self.stage).clock, dice, late))
        moment = at + max(wait, LEAST)
        if wait > SHORT and self.plan.kind.priority is not Priority.URGENT:
            moment = _by_day(moment, dice, zone)
        goal = self.goal
        if self.plan.pinned and goal:
            left = distances(self.definition, goal).get(self.stage, 1)
            moment = min(moment, at + (until - at) / (left + 1))
        return moment if self.deferred_until is None else max(moment, self.deferred_until + LEAST)

    @property
    def _ends_by_itself(self) -> bool:
        """Whether the service itself goes on with it when the clock of its stage runs out."""
        return any(SYSTEM.name in move.by and self.stage in move.sources for move in self.definition.moves)


def _seconds(clock: ClockDefinition | None, dice: Random, late: float) -> float:
    part = dice.uniform(1.05, 1.8) if dice.random() < late else dice.uniform(0.05, 0.6)
    if clock is not None and clock.kind in SECONDS:
        return clock.amount * SECONDS[clock.kind] * part
    if clock is not None and clock.kind == "BY_PLAN":
        return dice.uniform(*BY_PLAN) * DAY
    return dice.uniform(2, 40) * HOUR if clock is not None else dice.uniform(1, 6) * DAY


def _by_day(moment: datetime, dice: Random, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    if OPENING_HOUR <= local.hour < CLOSING_HOUR:
        return moment
    morning = local + timedelta(days=1) if local.hour >= CLOSING_HOUR else local
    return morning.replace(hour=OPENING_HOUR, minute=dice.randrange(60), second=dice.randrange(60))
