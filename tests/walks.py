"""Events that walk through a workflow without a database: a crew with a post for every role, and steps by the core's own rule."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from wangge_core.events.situations import Situation, Step, is_reporter, performing_post, returned_by, why_blocked
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import MoveDefinition, WorkflowDefinition
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


def made(event: Situation, attempt: Attempt, now: datetime) -> Situation:
    """The event after an attempt that was not refused."""
    post = None if is_reporter(event, attempt.move, attempt.by) else performing_post(event, attempt.move, attempt.by)
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
        return after
    to_office = bool(attempt.to.office_ids)
    return replace(
        after,
        office_ids=frozenset(attempt.to.office_ids),
        post_ids=frozenset() if to_office else frozenset(attempt.to.post_ids),
    )


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
    waiting, seen = [event], set[object]()
    for _ in range(depth):
        following: list[Situation] = []
        for one in waiting:
            if one.definition.stage(one.stage).final:
                return True
            for attempt in attempts(one, people):
                if refused(one, attempt, now) is None:
                    after = made(one, attempt, now + timedelta(minutes=1))
                    key = (after.stage, attempt.move.name, after.office_ids, after.post_ids)
                    if key not in seen:
                        seen.add(key)
                        following.append(after)
        waiting = following
    return False
