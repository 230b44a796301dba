"""Events that walk through a workflow without a database: a crew with a post for every role, and steps by the core's own rule.

`forbidden` judges moves once more, from rows and definitions alone, and shares nothing with that rule.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from wangge_core.events.situations import Situation, Step, performing_post, returned_by, why_blocked
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import GuardDefinition, MoveDefinition, WorkflowDefinition
from wangge_core.plugin.registry import Registry
from wangge_core.rights.viewers import HeldPost, Viewer

GROUND = "1.2.3."
OFFICES = (71, 72)
START = datetime(2026, 11, 21, 8, tzinfo=UTC)
TO_SOMEBODY = (AnswerType.POSTS, AnswerType.OFFICES, AnswerType.ASSIGNEES)


def holder(account: int, role: str, registry: Registry, *, path: str = GROUND, office: int | None = None) -> Viewer:
    """Somebody with one post, whose id is that of the account."""
    found = registry.roles[role]
    post = HeldPost(id=account, role=role, acts_as=found.acts_as, may=found.may, paths=(path,), office_id=office)
    return Viewer(account_id=account, login=f"{role}-{account}", language="en", posts=(post,))


def crew(registry: Registry, workflow: WorkflowDefinition) -> list[Viewer]:
    """Two holders of every role that the workflow names, in different offices where the role works for one, and a resident."""
    roles = sorted({role for stage in workflow.stages for role in stage.by} | {role for move in workflow.moves for role in move.by})
    offices = {role: OFFICES if registry.roles[role].in_office else (None, None) for role in roles if role in registry.roles}
    held = [(role, office) for role, pair in offices.items() for office in pair]
    return [
        Viewer(account_id=1, login="resident", language="en"),
        *(holder(account, role, registry, office=office) for account, (role, office) in enumerate(held, 2)),
    ]


def reported(registry: Registry, workflow: WorkflowDefinition, reporter: Viewer) -> Situation:
    """An event as it stands after the report."""
    first = Step(
        move="report",
        from_stage=None,
        to_stage=workflow.start.name,
        at=START,
        account_id=reporter.account_id,
        post_id=reporter.post_ids[0] if reporter.post_ids else None,
        office_id=None,
    )
    return Situation(
        definition=workflow,
        stage=workflow.start.name,
        path=GROUND,
        reporter_id=reporter.account_id,
        steps=(first,),
        roles=registry.roles,
    )


@dataclass(frozen=True, slots=True)
class Attempt:
    """A move that somebody may try, giving the event to somebody where the move asks."""

    move: MoveDefinition
    by: Viewer
    to: Viewer | None = None


def asks_for_somebody(move: MoveDefinition) -> bool:
    return any(ask.type in TO_SOMEBODY for ask in move.asks)


def refused(event: Situation, attempt: Attempt, now: datetime) -> str | None:
    """The code by which the core refuses an attempt."""
    blocked = why_blocked(event, attempt.move, attempt.by, now)
    if blocked:
        return blocked.code
    if attempt.to is None:
        return None
    posts, offices = returned_by(event, attempt.move)
    return "MOVE_TO_RETURNER" if {*attempt.to.post_ids} & posts or {*attempt.to.office_ids} & offices else None


def made(event: Situation, attempt: Attempt, now: datetime, people: Sequence[Viewer] = ()) -> Situation:
    """The event after an attempt that was not refused. Of whom the event was given to, `people` tells who they are."""
    post = performing_post(event, attempt.move, attempt.by)
    step = Step(
        move=attempt.move.name,
        from_stage=event.stage,
        to_stage=event.target(attempt.move),
        at=now,
        account_id=attempt.by.account_id,
        post_id=post.id if post else None,
        office_id=post.office_id if post else None,
    )
    after = replace(event, stage=step.to_stage, steps=(*event.steps, step))
    if attempt.to is None:
        return replace(after, post_ids=frozenset()) if _left_behind(after, people) else after
    to_office = bool(attempt.to.office_ids)
    return replace(
        after,
        office_ids=frozenset(attempt.to.office_ids),
        post_ids=frozenset() if to_office else frozenset(attempt.to.post_ids),
    )


def _left_behind(event: Situation, people: Sequence[Viewer]) -> bool:
    """Whether posts have the event that cannot do a stage which is for offices alone."""
    by, roles = event.definition.stage(event.stage).by, event.roles
    for_offices = bool(by) and all(role in roles and roles[role].in_office for role in by)
    posts = [post for viewer in people for post in viewer.posts if post.id in event.post_ids]
    return for_offices and not event.office_ids and bool(posts) and not any(post.acts_as & {*by} for post in posts)


def attempts(event: Situation, people: list[Viewer]) -> Iterator[Attempt]:
    """Everything that anybody could try now, forbidden or not."""
    for move in event.definition.moves:
        for by in people:
            if asks_for_somebody(move):
                yield from (Attempt(move, by, to) for to in people if to.post_ids)
            else:
                yield Attempt(move, by)


def ends(event: Situation, people: list[Viewer], now: datetime, depth: int = 9) -> bool:
    """Whether the people can bring the event to an end, looking so many moves ahead."""
    return way_to_end(event, people, now, depth=depth) is not None


def way_to_end(
    event: Situation, people: list[Viewer], now: datetime, *, depth: int = 12, barred: Container[object] = ()
) -> tuple[Attempt, ...] | None:
    """The fewest moves by which the people can bring the event to an end; the first of them is none of those barred (`key_of`)."""
    waiting, seen = [(event, tuple[Attempt, ...]())], set[object]()
    for _ in range(depth):
        following: list[tuple[Situation, tuple[Attempt, ...]]] = []
        for one, way in waiting:
            if one.definition.stage(one.stage).final:
                return way
            for attempt in _allowed(one, people, now):
                if way or key_of(attempt) not in barred:
                    after = made(one, attempt, now + timedelta(minutes=1), people)
                    key = (after.stage, attempt.move.name, after.office_ids, after.post_ids)
                    if key not in seen:
                        seen.add(key)
                        following.append((after, (*way, attempt)))
        waiting = following
    return None


def _allowed(event: Situation, people: list[Viewer], now: datetime) -> Iterator[Attempt]:
    """The attempts that the core allows: each move by each of the people, to anybody to whom it may be given."""
    for move in event.definition.moves:
        by_whom = [by for by in people if event.stage in move.sources and why_blocked(event, move, by, now) is None]
        if not asks_for_somebody(move):
            yield from (Attempt(move, by) for by in by_whom)
        else:
            to_offices = any(ask.type is AnswerType.OFFICES for ask in move.asks)
            given = [to for to in people if to.post_ids and (to.office_ids or not to_offices)]
            yield from (one for by in by_whom for to in given if refused(event, one := Attempt(move, by, to), now) is None)


def key_of(attempt: Attempt) -> tuple[str, str, str]:
    """What tells an attempt from others."""
    return (attempt.move.name, attempt.by.login, attempt.to.login if attempt.to else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """An event as its rows tell it to one viewer. `entries` are the rows of its history in order, `given` those of who has it now with
    the keys `post_id`, `office_id`, `lead` and `part_state`; `works_until` counts working time: kind, amount, from when.
    """

    definition: WorkflowDefinition
    registry: Registry
    stage: str
    path: str
    reporter_id: int | None
    entries: Sequence[Mapping[str, Any]]
    given: Sequence[Mapping[str, Any]]
    office_of: Mapping[int, int | None]
    works_until: Callable[[str, int, datetime], datetime | None]
    deferred: bool = False
    joined: bool = False
    open_parts: int = 0
    party: bool = False
    related: bool = False

    def last(self, *moves: str) -> Mapping[str, Any] | None:
        """The latest entry of one of these moves; `report` is the report."""
        named = [one for one in self.entries if ("report" if one["entry"] == "REPORTED" else one["move"]) in moves]
        return named[-1] if named else None

    @property
    def came(self) -> Mapping[str, Any]:
        """The entry by which the event came to its stage."""
        return [one for one in self.entries if one["entry"] == "REPORTED" or one["from_stage"] != one["to_stage"]][-1]


def forbidden(facts: Facts, move: MoveDefinition, by: Viewer, now: datetime) -> set[str]:
    """All codes for which this move by this viewer must be refused, judged from the rows and the definition alone."""
    if facts.joined:
        return {"EVENT_JOINED"}
    if facts.deferred:
        return {"EVENT_DEFERRED"}
    if facts.stage not in move.sources:
        return {"MOVE_NOT_FROM_STAGE"}
    by_post = any(_may_act(facts, move, post) for post in by.posts)
    as_reporter = not by_post and "reporter" in move.by and by.account_id is not None and by.account_id == facts.reporter_id
    other = ("party" in move.by and facts.party) or ("system" in move.by and by.is_system)
    if not (by_post or as_reporter or other):
        return {"MOVE_ROLE", "MOVE_NOT_ASSIGNED"}
    found = {code for guard in move.guards for code in _guarding(facts, move, guard, by, now, as_reporter=as_reporter)}
    final = {stage.name for stage in facts.definition.stages if stage.final}
    if move.to in final and facts.open_parts and facts.definition.closing_parts.value == "WAIT":
        return {"MOVE_PART_EVENTS_OPEN"}
    return found


def _may_act(facts: Facts, move: MoveDefinition, post: HeldPost) -> bool:
    """Of a role that the move names, over the ground; and who works for an office only where it has the event, or nobody has."""
    roles = post.acts_as & {*move.by}
    if not roles or not any(facts.path.startswith(path) for path in post.paths):
        return False
    if any(one["post_id"] == post.id or (post.office_id and one["office_id"] == post.office_id) for one in facts.given):
        return True
    if post.office_id:
        return not facts.given
    only_offices = all(facts.registry.roles[role].in_office for role in roles)
    return not (only_offices and any(one["office_id"] for one in facts.given))


def _guarding(
    facts: Facts, move: MoveDefinition, guard: GuardDefinition, by: Viewer, now: datetime, *, as_reporter: bool
) -> Iterator[str]:
    came = facts.came
    if guard.kind == "NOT_WHO_DID":
        last = facts.last(*guard.moves)
        if last and by.account_id is not None and last["account_id"] == by.account_id:
            yield "MOVE_BY_DOER"
    elif guard.kind == "NOT_STRAIGHT_AFTER" and (came["move"] in guard.moves):
        yield "MOVE_STRAIGHT_BACK"
    elif guard.kind == "ONCE" and as_reporter:
        if any(one["move"] == move.name and one["account_id"] == by.account_id for one in facts.entries):
            yield "MOVE_ONCE"
    elif guard.kind == "WITHIN":
        yield from _within(facts, guard, came["at"], now, as_reporter=as_reporter)
    elif guard.kind == "PARTS_DONE" and any(one["part_state"] == "OPEN" for one in facts.given):
        led = [one for one in facts.given if one["lead"] and one["part_state"]]
        leads = any(one["post_id"] in by.post_ids or one["office_id"] in by.office_ids for one in led)
        if not (guard.or_lead and leads):
            yield "MOVE_PARTS_OPEN"
    elif guard.kind == "NOT_INVOLVED" and (facts.related or (by.account_id is not None and by.account_id == facts.reporter_id)):
        yield "MOVE_INVOLVED"


def _within(facts: Facts, guard: GuardDefinition, since: datetime, now: datetime, *, as_reporter: bool) -> Iterator[str]:
    if as_reporter and guard.seconds and (now - since).total_seconds() > guard.seconds:
        yield "MOVE_TOO_LATE"
    for kind, amount in (("WORKING_DAYS", guard.working_days), ("WORKING_HOURS", guard.working_hours * 3600)):
        until = facts.works_until(kind, amount, since) if amount else now
        if until is None:
            yield "MOVE_TIME_UNKNOWN"
        elif until < now:
            yield "MOVE_TOO_LATE"


def barred_receivers(facts: Facts, move: MoveDefinition) -> tuple[set[int], set[int]]:
    """The posts and offices to which the move may not give the event, because they made one of the moves that a guard names last."""
    posts, offices = set[int](), set[int]()
    for guard in move.guards:
        last = facts.last(*guard.moves) if guard.kind == "NOT_TO_WHO_DID" else None
        if last and last["post_id"]:
            posts.add(last["post_id"])
            offices |= {facts.office_of.get(last["post_id"]) or 0} - {0}
    return posts, offices
