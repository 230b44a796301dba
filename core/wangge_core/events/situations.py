"""Situations: all that decides what may be done with an event now.

One rule serves the form that offers moves and the operation that makes them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.roles import PERFORMERS, REPORTER
from wangge_core.plugin.definitions import GuardDefinition, MoveDefinition, RoleDefinition, WorkflowDefinition
from wangge_core.rights.viewers import HeldPost, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry of an event's history, as far as guards look at it. `move` is None for comments and `report` for the first entry."""

    move: str | None
    from_stage: str | None
    to_stage: str
    at: datetime
    account_id: int | None
    post_id: int | None
    office_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """An event as the engine sees it. `path` is its grid's; the assigned posts and offices are those at work now."""

    definition: WorkflowDefinition
    stage: str
    path: str
    reporter_id: int | None
    steps: tuple[Step, ...]
    post_ids: frozenset[int] = frozenset()
    office_ids: frozenset[int] = frozenset()
    roles: Mapping[str, RoleDefinition] = field(default_factory=dict[str, RoleDefinition])

    def last(self, *moves: str) -> Step | None:
        """The latest step by one of these moves."""
        return next((step for step in reversed(self.steps) if step.move in moves), None)

    @property
    def arrival(self) -> Step | None:
        """The step that brought the event to its present stage."""
        return next((step for step in reversed(self.steps) if step.from_stage != step.to_stage), None)

    def target(self, move: MoveDefinition) -> str:
        """The stage that a move leads to now."""
        if move.to is not None:
            return move.to
        came = self.last(move.back_to_move or "")
        return came.from_stage or self.definition.start.name if came else self.definition.start.name


def performing_post(situation: Situation, move: MoveDefinition, viewer: Viewer) -> HeldPost | None:
    """The post under which the viewer may make the move: of a role that the move names, over the event's grid, and, for a post in an
    office, given to that office."""
    for post in viewer.posts:
        roles = post.acts_as & set(move.by)
        if roles and post.stands_over(situation.path) and _given_to(situation, post, roles):
            return post
    return None


def _given_to(situation: Situation, post: HeldPost, roles: frozenset[str]) -> bool:
    """Whether a post that could act in these roles has the event: anybody where it was given to nobody, and members of an office or
    holders of an office's role only where it was given to them."""
    if post.id in situation.post_ids or post.office_id in situation.office_ids:
        return True
    if post.office_id is not None:
        return not situation.office_ids and not situation.post_ids
    for_office = all(role in situation.roles and situation.roles[role].in_office for role in roles)
    return not (situation.office_ids and for_office)


def is_reporter(situation: Situation, move: MoveDefinition, viewer: Viewer) -> bool:
    """Whether the viewer makes the move as the event's own reporter."""
    return REPORTER.name in move.by and viewer.account_id is not None and viewer.account_id == situation.reporter_id


def why_blocked(situation: Situation, move: MoveDefinition, viewer: Viewer, now: datetime) -> Refusal | None:
    """Why the viewer may not make this move now; None when it may be made."""
    if situation.stage not in move.sources:
        label = situation.definition.stage(situation.stage).label
        return refusal("MOVE_NOT_FROM_STAGE", "move", stage=label.in_language(viewer.language))
    post = performing_post(situation, move, viewer)
    as_reporter = post is None and is_reporter(situation, move, viewer)
    if post is None and not as_reporter:
        return _wrong_post(situation, move, viewer)
    return next(_guarded(situation, move, viewer, now, as_reporter=as_reporter), None)


def _wrong_post(situation: Situation, move: MoveDefinition, viewer: Viewer) -> Refusal:
    in_other_office = any(post.acts_as & set(move.by) and post.stands_over(situation.path) for post in viewer.posts)
    if in_other_office:
        return refusal("MOVE_NOT_ASSIGNED", "move")
    labels = {role.name: role.label for role in PERFORMERS} | {id: role.label for id, role in situation.roles.items()}
    names = (labels[role].in_language(viewer.language) if role in labels else role for role in move.by)
    return refusal("MOVE_ROLE", "move", roles="、".join(names) if viewer.language == "zh" else ", ".join(names))


def _guarded(situation: Situation, move: MoveDefinition, viewer: Viewer, now: datetime, *, as_reporter: bool) -> Iterator[Refusal]:
    for guard in move.guards:
        if code := _stops(guard, situation, move, viewer, now, as_reporter=as_reporter):
            yield refusal(code, "move")


def _stops(
    guard: GuardDefinition, situation: Situation, move: MoveDefinition, viewer: Viewer, now: datetime, *, as_reporter: bool
) -> str | None:
    arrival = situation.arrival
    match guard.kind:
        case "NOT_WHO_DID":
            done = situation.last(*guard.moves)
            return "MOVE_BY_DOER" if done and done.account_id is not None and done.account_id == viewer.account_id else None
        case "NOT_STRAIGHT_AFTER":
            return "MOVE_STRAIGHT_BACK" if arrival and arrival.move in guard.moves else None
        case "ONCE":
            made = any(step.move == move.name and step.account_id == viewer.account_id for step in situation.steps)
            return "MOVE_ONCE" if as_reporter and made else None
        case "WITHIN":
            late = as_reporter and arrival is not None and now - arrival.at > timedelta(seconds=guard.seconds)
            return "MOVE_TOO_LATE" if late else None
        case _:
            return None  # NOT_TO_WHO_DID looks at the answers, not at the situation: see `returned_by`


def returned_by(situation: Situation, move: MoveDefinition) -> tuple[set[int], set[int]]:
    """The posts and offices that the move may not give the event to, because they just returned it."""
    posts, offices = set[int](), set[int]()
    for guard in move.guards:
        if guard.kind == "NOT_TO_WHO_DID" and (step := situation.last(*guard.moves)):
            posts |= {step.post_id} if step.post_id is not None else set()
            offices |= {step.office_id} if step.office_id is not None else set()
    return posts, offices
