"""Situations: all that decides what may be done with an event now.

One rule serves the form that offers moves and the operation that makes them.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import auto

from wangge_core.deadlines.counting import WORKING_DAYS, WORKING_HOURS, Ground, NoCalendarError, Timing, due_at
from wangge_core.deadlines.working_time import UncoveredYearError
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.declarations.roles import PARTY, PERFORMERS, REPORTER, SYSTEM
from wangge_core.plugin.declarations.workflows import ClosingParts
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


class PartState(Choice):
    """How far a part of a joint handling is."""

    OPEN = auto(), "办理中"
    DONE = auto(), "已办结"
    GIVEN_UP = auto(), "已退出"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a joint handling that a post or an office has."""

    post_id: int | None
    office_id: int | None
    lead: bool
    state: PartState


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """How a viewer is tied to an event beside its posts: as a person involved in it, or as one whom NOT_INVOLVED bars."""

    party: bool = False
    related: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """An event as the engine sees it. `path` is its grid's; the assigned posts and offices are those at work now.

    `open_children` is how many of the events that it was split into have not ended; `tie` is the viewer's, `ground` what working time is
    counted by.
    """

    definition: WorkflowDefinition
    stage: str
    path: str
    reporter_id: int | None
    steps: tuple[Step, ...]
    post_ids: frozenset[int] = frozenset()
    office_ids: frozenset[int] = frozenset()
    roles: Mapping[str, RoleDefinition] = field(default_factory=dict[str, RoleDefinition])
    deferred_until: datetime | None = None
    """Until when it is deferred: it makes no move before it is resumed."""
    joined: bool = False
    """Whether it was joined to another event, with which it goes on."""
    parts: tuple[Part, ...] = ()
    open_children: int = 0
    tie: Tie = Tie()
    ground: Ground | None = None

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
    return acting_post(situation, set(move.by), viewer)


def acting_post(situation: Situation, wanted: Set[str], viewer: Viewer) -> HeldPost | None:
    """The same for any of these roles."""
    for post in viewer.posts:
        roles = post.acts_as & wanted
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
    """Whether the viewer may make the move as the event's own reporter."""
    with_account = viewer.account_id is not None and viewer.account_id == situation.reporter_id
    return REPORTER.name in move.by and (with_account or viewer.reporting_event_id is not None)


def why_blocked(situation: Situation, move: MoveDefinition, viewer: Viewer, now: datetime) -> Refusal | None:
    """Why the viewer may not make this move now; None when it may be made."""
    if steered := why_still(situation):
        return steered
    if situation.stage not in move.sources:
        label = situation.definition.stage(situation.stage).label
        return refusal("MOVE_NOT_FROM_STAGE", "move", stage=label.in_language(viewer.language))
    post = performing_post(situation, move, viewer)
    as_reporter = post is None and is_reporter(situation, move, viewer)
    if post is None and not as_reporter and not _performs_without_post(situation, move, viewer):
        return _wrong_post(situation, move, viewer)
    if _waits_for_children(situation, move):
        return refusal("MOVE_PART_EVENTS_OPEN", "move", count=situation.open_children)
    return next(_guarded(situation, move, viewer, now, as_reporter=as_reporter), None)


def why_still(situation: Situation) -> Refusal | None:
    """Why the event makes no move at all now, whoever asks: it was joined to another, or is deferred."""
    if situation.joined:
        return refusal("EVENT_JOINED")
    if situation.deferred_until is not None:
        return refusal("EVENT_DEFERRED", until=situation.deferred_until.isoformat(timespec="minutes"))
    return None


def _performs_without_post(situation: Situation, move: MoveDefinition, viewer: Viewer) -> bool:
    """As a party of the event, or as the service itself."""
    return (PARTY.name in move.by and situation.tie.party) or (SYSTEM.name in move.by and viewer.is_system)


def _waits_for_children(situation: Situation, move: MoveDefinition) -> bool:
    ends = situation.definition.stage(situation.target(move)).final
    return ends and situation.open_children > 0 and situation.definition.closing_parts is ClosingParts.WAIT


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
            late = as_reporter and arrival is not None and guard.seconds and now - arrival.at > timedelta(seconds=guard.seconds)
            return "MOVE_TOO_LATE" if late else _past_working_time(guard, situation, now)
        case "PARTS_DONE":
            return "MOVE_PARTS_OPEN" if _parts_open(guard, situation, viewer) else None
        case "NOT_INVOLVED":
            own = viewer.account_id is not None and viewer.account_id == situation.reporter_id
            return "MOVE_INVOLVED" if own or situation.tie.related else None
        case _:
            return None  # NOT_TO_WHO_DID looks at the answers, not at the situation: see `returned_by`


def _past_working_time(guard: GuardDefinition, situation: Situation, now: datetime) -> str | None:
    """Whether the working time since the event came to its stage is over: it binds everybody. What cannot be counted is not guessed."""
    for kind, amount in ((WORKING_DAYS, guard.working_days), (WORKING_HOURS, guard.working_hours * 3600)):
        if not amount or situation.arrival is None:
            continue
        timing = Timing(kind=kind, amount=amount, started_at=situation.arrival.at)
        try:
            end = due_at(timing, situation.ground) if situation.ground else None
        except (UncoveredYearError, NoCalendarError):
            end = None
        if end is None:
            return "MOVE_TIME_UNKNOWN"
        if now > end:
            return "MOVE_TOO_LATE"
    return None


def _parts_open(guard: GuardDefinition, situation: Situation, viewer: Viewer) -> bool:
    if not any(part.state is PartState.OPEN for part in situation.parts):
        return False
    leads = any(part.lead and (part.post_id in viewer.post_ids or part.office_id in viewer.office_ids) for part in situation.parts)
    return not (guard.or_lead and leads)


def counts_working_time(definition: WorkflowDefinition, stage: str) -> bool:
    """Whether a move from a stage is bound to working time, so that the situation needs its `ground`."""
    return any(
        guard.working_days or guard.working_hours for move in definition.moves if stage in move.sources for guard in move.guards
    )


def asks_for_tie(definition: WorkflowDefinition, stage: str) -> bool:
    """Whether a move from a stage depends on how the viewer is tied to the event."""
    leaving = [move for move in definition.moves if stage in move.sources]
    return any(PARTY.name in move.by or any(one.kind == "NOT_INVOLVED" for one in move.guards) for move in leaving)


def returned_by(situation: Situation, move: MoveDefinition) -> tuple[set[int], set[int]]:
    """The posts and offices that the move may not give the event to, because they just returned it."""
    posts, offices = set[int](), set[int]()
    for guard in move.guards:
        if guard.kind == "NOT_TO_WHO_DID" and (step := situation.last(*guard.moves)):
            posts |= {step.post_id} if step.post_id is not None else set()
            offices |= {step.office_id} if step.office_id is not None else set()
    return posts, offices
