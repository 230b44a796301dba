"""Details and answers thrown by dice from what is declared: mostly good ones, so that events get on, and now and then others."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import samples
from driven_town import DrivenTown
from towns import PHOTOGRAPH
from wangge_core.checking import read_details
from wangge_core.events.involvements import Involved
from wangge_core.events.reports import EventReport
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.plugin.definitions import AskDefinition, DetailField, EventKindDefinition, MoveDefinition, WorkflowDefinition

WORDS = ("as seen", "看过了", "twice, by the gate", "处置完毕。", "it rained")
GIVING = (AnswerType.POSTS, AnswerType.OFFICES, AnswerType.ASSIGNEES)
Given = dict[str, int]
"""`{"post": key}` or `{"office": key}`."""


class Dice:
    """Throws what a front-end's user would type. `kind` is the event's."""

    def __init__(self, town: DrivenTown, random: Random) -> None:
        self.town = town
        self.random = random

    def lucky(self, share: float) -> bool:
        return self.random.random() < share

    # ---- details

    def details(self, kind: EventKindDefinition) -> dict[str, Any] | None:
        """Details that the kind takes."""
        if kind.details is None:
            return None
        for _ in range(20):
            found = self._members(kind.details.fields)
            if not read_details(kind.id, kind.details, found)[1]:
                return found
        return samples.first(kind.details)

    def _members(self, fields: tuple[DetailField, ...]) -> dict[str, Any]:
        return {field.name: self._field(field) for field in fields if field.required or self.lucky(0.5)}

    def _field(self, field: DetailField) -> Any:
        return [self._one(field) for _ in range(self.random.randint(1, 2))] if field.many else self._one(field)

    def _one(self, field: DetailField) -> Any:
        if field.options:
            return self.random.choice(field.options)[0]
        if field.fields:
            return self._members(field.fields)
        moment = self.town.now + timedelta(minutes=self.random.randint(-600, 4000))
        match field.type:
            case "Int":
                return self.random.randint(0, 9)
            case "Float":
                return self.random.randint(0, 8) / 8
            case "Boolean":
                return self.lucky(0.5)
            case "Date":
                return moment.date().isoformat()
            case "DateTime":
                return moment.isoformat()
            case _:
                return self.random.choice(WORDS)

    def involved(self, kind: EventKindDefinition) -> list[tuple[str, Involvable, int]]:
        """What an event of the kind involves: role, sort and key."""
        roles = [one for one in kind.involves if not one.optional or self.lucky(0.6)]
        picked = [(one.role, self.random.choice(one.sorts)) for one in roles]
        return [(role, sort, self.random.choice(self.town.things[sort])) for role, sort in picked]

    # ---- answers

    def answers(self, definition: WorkflowDefinition, move: MoveDefinition, kind: str, target: str) -> dict[str, Any]:
        """Answers to all that a move asks; what may be left out is left out now and then."""
        found = {}
        for ask in move.asks:
            if ask.required or self.lucky(0.6) or ask.must_be_yes:
                found[ask.name] = self._answer(definition, move, ask, kind, target)
        if (stranger := self.random.random()) < 0.03:
            found["unasked" if stranger < 0.01 else next(iter(found), "unasked")] = self.random.choice(("", 7, [], {"post": 1}))
        return found

    def _answer(self, definition: WorkflowDefinition, move: MoveDefinition, ask: AskDefinition, kind: str, target: str) -> Any:
        if ask.type in GIVING:
            return self.assignees(definition, ask, target)
        if ask.type is AnswerType.EVENT_KIND:
            return self._kind(definition, move, kind)
        if ask.type is AnswerType.LIMIT:
            limits = self.town.registry.event_kinds[kind].limits
            return self.random.choice(limits).name if limits else None
        now, random, town = self.town.now, self.random, self.town
        throws: dict[AnswerType, Callable[[], Any]] = {
            AnswerType.CHOICE: lambda: random.choice(ask.options).name,
            AnswerType.TEXT: lambda: random.choice(WORDS),
            AnswerType.INTEGER: lambda: random.randint(1, 5),
            AnswerType.FLAG: lambda: ask.must_be_yes or self.lucky(0.5),
            AnswerType.DATE: lambda: (now + timedelta(days=random.randint(0, 20))).astimezone(town.zone).date(),
            AnswerType.DATE_TIME: lambda: now + timedelta(minutes=random.randint(0, 5000)),
            AnswerType.MONEY: lambda: random.choice((0, 120_000, 9_900_000)),
            AnswerType.STEPS: self._steps,
            AnswerType.GRIDS: lambda: [{"grid": one} for one in random.sample(sorted(town.town.grids.values()), 2)],
            AnswerType.ASSETS: lambda: [
                {"asset": one} for one in random.sample(town.things[Involvable.ASSET], random.randint(1, 2))
            ],
            AnswerType.PHOTOS: lambda: [{"attachment": PHOTOGRAPH}],
            AnswerType.POSITION: lambda: {"longitude": 120.5, "latitude": 30.25},
        }
        return throws[ask.type]()

    def _kind(self, definition: WorkflowDefinition, move: MoveDefinition, kind: str) -> str:
        if move.opens is not None and move.opens.kind is None:
            return self.random.choice(sorted(self.town.registry.event_kinds))
        same = sorted(one.id for one in self.town.registry.event_kinds.values() if one.workflow == definition.id)
        return self.random.choice(same) if self.lucky(0.2) else kind

    def _steps(self) -> list[dict[str, Any]]:
        today = self.town.now.astimezone(self.town.zone).date()
        days = sorted(self.random.sample(range(1, 40), self.random.randint(1, 3)))
        return [{"name": f"Step {at}", "planned_on": today + timedelta(days=day)} for at, day in enumerate(days, 1)]

    def assignees(self, definition: WorkflowDefinition, ask: AskDefinition, stage: str) -> list[Given]:
        """Who can do the stage, mostly; one or several of them."""
        many = 1 if self.lucky(0.6) else self.random.randint(2, 3)
        found = [self.assignee(definition.stage(stage).by, ask.type) for _ in range(many)]
        return [dict(one) for one in dict.fromkeys(tuple(one.items()) for one in found)]

    def assignee(self, roles: tuple[str, ...], type: AnswerType = AnswerType.ASSIGNEES) -> Given:
        """A post that may act in one of these roles, or an office where one of them works for offices; seldom anybody."""
        registry = self.town.registry
        if self.lucky(0.08):
            roles = tuple(registry.roles)
        for_office = any(role in registry.roles and registry.roles[role].in_office for role in roles)
        if type is AnswerType.OFFICES or (type is AnswerType.ASSIGNEES and for_office and self.lucky(0.7)):
            return {"office": self.random.choice(self.town.offices)}
        posts = [post.id for viewer in self.town.everybody for post in viewer.posts if post.acts_as & {*roles}]
        return {"post": self.random.choice(posts or sorted(self.town.posts))}

    # ---- reports

    def report(self, kind: EventKindDefinition) -> EventReport:
        """A report of an event of the kind."""
        occurred = self.town.now - timedelta(minutes=self.random.randint(0, 300)) if self.lucky(0.3) else None
        return EventReport(
            kind_id=kind.id,
            description=self.random.choice(WORDS),
            grid_id=self.town.grid,
            occurred_at=occurred,
            details=self.details(kind),
            involved=tuple(Involved(role=role, sort=sort, id=id) for role, sort, id in self.involved(kind)),
        )
