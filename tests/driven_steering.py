"""What is done with driven events beside their moves: requests thrown by dice, and when one may be accepted, said once more and plainly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from driven_answers import Dice, Given
from driven_events import Seen
from towns import PHOTOGRAPH
from wangge_core.events.assignments import Given as Pair
from wangge_core.rights.viewers import Viewer
from wangge_core.steering.appeals import Appeal, appeal_events, decide_appeals
from wangge_core.steering.chasing import Chase, ChaseAnswer, answer_chases, chase_events
from wangge_core.steering.deferring import DeferralRequest, Resumption, ask_deferrals, decide_deferrals, resume_events
from wangge_core.steering.extending import ExtensionRequest, ask_extensions, decide_extensions
from wangge_core.steering.joining import Join, Separation, join_events, separate_events
from wangge_core.steering.parts import PartFinish, PartGivingUp, finish_parts, give_up_parts
from wangge_core.steering.projects import StepFinish, finish_steps
from wangge_core.steering.reassigning import Reassignment, reassign_events
from wangge_core.steering.requests import Decision
from wangge_core.steering.splitting import NewPart, Split, split_events

ABOVE = (
    "community.grid_chief", "community.community_head", "community.subdistrict_administrator", "community.district_administrator",
    "community.shift_lead",
)  # fmt: skip
DESK = (*ABOVE, "community.information_officer", "community.duty_officer", "community.intake_officer", "community.dispatcher")
INFORMATION, APPRAISER = "community.information_officer", "community.appraiser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to steer: the operation, how its request is thrown, which roles mostly ask it, and what must be so where it is accepted."""

    operation: Callable[..., Any]
    request: Callable[[Dice, Seen, Sequence[Seen]], Any]
    roles: Callable[[Seen], Sequence[str]]
    allows: Callable[[Seen, Viewer, Any, datetime], bool]
    weight: int = 2


def of_stage(event: Seen) -> Sequence[str]:
    return event.stage.by


def above(_: Seen) -> Sequence[str]:
    return ABOVE


def desk(_: Seen) -> Sequence[str]:
    return DESK


def acts(viewer: Viewer, event: Seen, roles: Sequence[str]) -> bool:
    return any(post.acts_as & {*roles} and any(event.path.startswith(path) for path in post.paths) for post in viewer.posts)


def has(viewer: Viewer, event: Seen, *, part: str | None = None) -> bool:
    """Whether one of the viewer's posts or offices has the event, with a part in this state where one is named."""
    posts, offices = {*viewer.post_ids}, {*viewer.office_ids}
    own = [one for one in event.given if one["post_id"] in posts or one["office_id"] in offices]
    return any(part is None or one["part_state"] == part for one in own)


def inherits(viewer: Viewer, event: Seen, part: Mapping[str, Any]) -> bool:
    """Whether the part is that of a post that has ended, and the viewer is of its office, or else acts in its role."""
    around, post = event.around, part["post_id"]
    if post not in around.ended:
        return False
    office, role = around.office_of[post], around.role_of[post]
    return any(one.office_id == office if office is not None else role in one.acts_as for one in viewer.posts)


def has_part(viewer: Viewer, event: Seen) -> bool:
    """Whether the viewer has an open part, or one fell to the viewer."""
    left = (one for one in event.given if one["part_state"] == "OPEN")
    return has(viewer, event, part="OPEN") or any(inherits(viewer, event, one) for one in left)


def works(viewer: Viewer, event: Seen) -> bool:
    """Whether the viewer can do the stage; who works for an office only where it has the event, or nobody has."""
    return acts(viewer, event, event.stage.by) and (
        has(viewer, event) or not event.given or any(post.office_id is None for post in viewer.posts)
    )


def awake(event: Seen) -> bool:
    """Runs, does not rest, and is no emergency."""
    return event.runs and not event.deferred and not event.definition.emergency


def lead_allows(event: Seen, viewer: Viewer, _: Any, __: datetime) -> bool:
    return event.runs and (has(viewer, event) or acts(viewer, event, event.stage.by))


def extension_allows(event: Seen, viewer: Viewer, request: ExtensionRequest, now: datetime) -> bool:
    granted = any(
        (one["kind"], one["state"], one["stage"]) == ("EXTENSION", "GRANTED", event.row["stage"]) for one in event.requests
    )
    due = event.row["stage_due_at"]
    late = due is not None and max(due, now) < request.until
    return awake(event) and works(viewer, event) and not event.waiting("EXTENSION") and not granted and late


def deferral_allows(event: Seen, viewer: Viewer, request: DeferralRequest, now: datetime) -> bool:
    return awake(event) and works(viewer, event) and not event.waiting("DEFERRAL") and now < request.until


def decision_allows(kind: str, *, granting: Callable[[Seen], bool]) -> Callable[[Seen, Viewer, Decision, datetime], bool]:
    """The next level or above, never who asked, and only what waits; a refusal says why."""
    more = (APPRAISER,) if kind == "APPEAL" else ()

    def allows(event: Seen, viewer: Viewer, request: Decision, now: datetime) -> bool:
        waiting = event.waiting(kind)
        if waiting is None or waiting["account_id"] == viewer.account_id or not acts(viewer, event, (*ABOVE, *more)):
            return False
        if not request.granted:
            return bool(request.note)
        return granting(event) and (waiting["until"] is None or waiting["until"] > now)

    return allows


def split_allows(event: Seen, viewer: Viewer, request: Split, _: datetime) -> bool:
    return awake(event) and acts(viewer, event, DESK) and event.row["part_of_id"] is None and bool(request.parts)


def join_allows(event: Seen, viewer: Viewer, request: Join, _: datetime) -> bool:
    return event.runs and not event.definition.emergency and acts(viewer, event, DESK) and event.id not in request.events


def step_allows(event: Seen, viewer: Viewer, request: StepFinish, _: datetime) -> bool:
    undone = {one["ordinal"] for one in event.steps if one["done_at"] is None}
    return event.runs and not event.deferred and works(viewer, event) and request.step in undone


def appeal_allows(event: Seen, viewer: Viewer, request: Appeal, now: datetime) -> bool:
    stage = request.stage or event.row["stage"]
    clocks = [one for one in event.clocks if one["scope"] == "STAGE" and one["stage"] == stage]
    last = clocks[-1] if clocks else None
    due, stopped = (last["due_at"], last["stopped_at"]) if last else (None, None)
    late = due is not None and (due <= now if stopped is None else due < stopped)
    may = acts(viewer, event, event.definition.stage(stage).by)
    return not event.joined and not event.definition.emergency and late and may and not event.waiting("APPEAL")


def pair(one: Given) -> Pair:
    return one.get("post"), one.get("office")


def reassignment(dice: Dice, event: Seen, _: Sequence[Seen]) -> Reassignment:
    chosen = [pair(dice.assignee(event.stage.by)) for _ in range(dice.random.choice((1, 1, 2, 3)))]
    return Reassignment(event_id=event.id, assignees=tuple(chosen), note=dice.random.choice((None, "they are nearer")))


def later(dice: Dice) -> datetime:
    """A moment ahead; seldom one that has passed."""
    return dice.town.now + timedelta(minutes=dice.random.choice((-5, 30, 600, 3000, 9000, 30_000)))


def decision(dice: Dice, event: Seen, _: Sequence[Seen]) -> Decision:
    granted = dice.lucky(0.7)
    return Decision(event_id=event.id, granted=granted, note=None if granted or dice.lucky(0.1) else "it can be done in time")


def split(dice: Dice, event: Seen, _: Sequence[Seen]) -> Split:
    parts = []
    for at in range(dice.random.choice((0, 1, 1, 2))):
        kind = dice.random.choice(sorted(dice.town.registry.event_kinds)) if dice.lucky(0.2) else None
        stage = event.definition.start
        given = (pair(dice.assignee(stage.by)),) if dice.lucky(0.4) and kind is None else ()
        details = dice.details(dice.town.registry.event_kinds[kind]) if kind else None
        parts.append(NewPart(description=f"part {at}", kind_id=kind, details=details, assignees=given))
    return Split(event_id=event.id, parts=tuple(parts))


def join(dice: Dice, event: Seen, others: Sequence[Seen]) -> Join:
    among = [one.id for one in others if one.id != event.id] or [event.id]
    return Join(event_id=event.id, events=(dice.random.choice(among),))


def finish(dice: Dice, event: Seen, _: Sequence[Seen]) -> PartFinish:
    return PartFinish(event_id=event.id, note="done", attachments=(PHOTOGRAPH,) if dice.lucky(0.5) else ())


def appeal(dice: Dice, event: Seen, _: Sequence[Seen]) -> Appeal:
    past = [one["stage"] for one in event.clocks if one["scope"] == "STAGE"]
    stage = dice.random.choice(past) if past and dice.lucky(0.6) else None
    return Appeal(event_id=event.id, reason="the road was closed", stage=stage)


def runs(event: Seen) -> bool:
    return event.runs and not event.deferred


WAYS: Mapping[str, Way] = {
    "reassign": Way(operation=reassign_events, request=reassignment, roles=of_stage, allows=lead_allows, weight=4),
    "chase": Way(
        operation=chase_events,
        request=lambda dice, event, _: Chase(event_id=event.id, note="how far is it?", answer_due_at=later(dice)),
        roles=lambda _: (*ABOVE, INFORMATION),
        allows=lambda event, by, request, now: (
            event.runs and acts(by, event, (*ABOVE, INFORMATION)) and request.answer_due_at > now
        ),
    ),
    "answer": Way(
        operation=answer_chases,
        request=lambda _, event, __: ChaseAnswer(event_id=event.id, answer="tomorrow"),
        roles=of_stage,
        allows=lambda event, by, _, __: (
            (has(by, event) or acts(by, event, event.stage.by)) and any(one["answered_at"] is None for one in event.chases)
        ),
    ),
    "finish_part": Way(
        operation=finish_parts,
        request=finish,
        roles=of_stage,
        allows=lambda event, by, _, __: event.runs and has_part(by, event),
        weight=4,
    ),
    "give_up_part": Way(
        operation=give_up_parts,
        request=lambda _, event, __: PartGivingUp(event_id=event.id, reason="not ours"),
        roles=of_stage,
        allows=lambda event, by, _, __: event.runs and has_part(by, event),
    ),
    "ask_extension": Way(
        operation=ask_extensions,
        request=lambda dice, event, _: ExtensionRequest(event_id=event.id, reason="parts are missing", until=later(dice)),
        roles=of_stage,
        allows=extension_allows,
        weight=3,
    ),
    "decide_extension": Way(
        operation=decide_extensions, request=decision, roles=above, allows=decision_allows("EXTENSION", granting=runs), weight=1
    ),
    "ask_deferral": Way(
        operation=ask_deferrals,
        request=lambda dice, event, _: DeferralRequest(event_id=event.id, reason="frost", until=later(dice)),
        roles=of_stage,
        allows=deferral_allows,
        weight=3,
    ),
    "decide_deferral": Way(
        operation=decide_deferrals, request=decision, roles=above, allows=decision_allows("DEFERRAL", granting=runs), weight=1
    ),
    "resume": Way(
        operation=resume_events,
        request=lambda _, event, __: Resumption(event_id=event.id),
        roles=lambda event: (*event.stage.by, *ABOVE),
        allows=lambda event, by, _, __: event.deferred and acts(by, event, (*event.stage.by, *ABOVE)),
    ),
    "appeal": Way(operation=appeal_events, request=appeal, roles=of_stage, allows=appeal_allows),
    "decide_appeal": Way(
        operation=decide_appeals,
        request=decision,
        roles=lambda _: (*ABOVE, APPRAISER),
        allows=decision_allows("APPEAL", granting=lambda _: True),
        weight=1,
    ),
    "step": Way(
        operation=finish_steps,
        request=lambda dice, event, _: StepFinish(event_id=event.id, step=dice.random.randint(1, 3)),
        roles=of_stage,
        allows=step_allows,
    ),
    "split": Way(operation=split_events, request=split, roles=desk, allows=split_allows, weight=1),
    "join": Way(operation=join_events, request=join, roles=desk, allows=join_allows, weight=1),
    "separate": Way(
        operation=separate_events,
        request=lambda _, event, __: Separation(event_id=event.id),
        roles=desk,
        allows=lambda event, by, _, __: event.joined and acts(by, event, DESK),
        weight=1,
    ),
}
"""By name."""


def likely(dice: Dice, event: Seen) -> str:
    """A way to steer: mostly one that the event waits for."""
    wanted = []
    wanted += [f"decide_{one['kind'].lower()}" for one in event.requests if one["state"] == "WAITING"]
    wanted += ["resume"] if event.deferred else []
    wanted += ["separate"] if event.joined else []
    wanted += ["finish_part", "give_up_part"] if any(one["part_state"] == "OPEN" for one in event.given) else []
    wanted += ["answer"] if any(one["answered_at"] is None for one in event.chases) else []
    wanted += ["step"] if any(one["done_at"] is None for one in event.steps) else []
    wanted += ["appeal"] if any(one["overdue_at"] for one in event.clocks) else []
    if wanted and dice.lucky(0.7):
        return dice.random.choice(wanted)
    return dice.random.choices(list(WAYS), [way.weight for way in WAYS.values()])[0]
