"""Training: courses, the roles that require them in this deployment, and the records that staff took them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.months import after_months
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import insert_accepted

MOST_MONTHS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSetting:
    """What holds for a course from now on: one of this code is changed, or else made. `roles` all require it; none: no role does."""

    code: str
    name: str
    months: int | None = None
    roles: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTraining:
    """That an account took a course. It holds for the course's months unless `holds_until` says otherwise."""

    account_id: int
    course_id: int
    taken_on: date
    holds_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWithdrawal:
    """A record to withdraw as wrong."""

    training_id: int
    reason: str


async def set_courses(work: Work, viewer: Viewer, requests: Sequence[CourseSetting]) -> list[Outcome]:
    """Make or change courses, for who manages posts over the whole ground: roles are the same everywhere."""
    return [await _set(work, viewer, request) for request in requests]


async def _set(work: Work, viewer: Viewer, request: CourseSetting) -> Outcome:
    found = [*check_text(request.code, "code", most=80), *check_text(request.name, "name", most=200)]
    if not BoundViewer(viewer).scope(Capability.MANAGE_POSTS).has_whole_ground:
        found.append(refusal("NOT_ALLOWED"))
    if request.months is not None and not 1 <= request.months <= MOST_MONTHS:
        found.append(refusal("OUT_OF_RANGE", "months", least=1, most=MOST_MONTHS))
    unknown = [(at, id) for at, id in enumerate(request.roles) if id not in work.rules.registry.roles]
    found.extend(refusal("ROLE_UNKNOWN", f"roleIds.{at}", id=id) for at, id in unknown)
    if found:
        return Outcome(refusals=only_right(found))
    course, values = t.course, {"name": request.name.strip(), "months": request.months, "active": request.active}
    id = await work.value(sa.select(course.c.id).where(course.c.code == request.code))
    if id is None:
        (id,) = await work.reserve_ids(course, 1)
        await work.insert(course, [{"id": id, "code": request.code, "created_at": work.now} | values])
    else:
        await work.change(course, id, values)
    await _require(work, id, sorted(set(request.roles)))
    work.announce("course.set", id, None)
    return Outcome(id=id)


async def _require(work: Work, course_id: int, roles: list[str]) -> None:
    tie = t.course_role
    rows = await work.rows(sa.select(tie.c.role_id).where(tie.c.course_id == course_id).order_by(tie.c.role_id))
    present = [row.role_id for row in rows]
    if present != roles:
        await work.run(sa.delete(tie).where(tie.c.course_id == course_id))
        await work.insert(tie, [{"course_id": course_id, "role_id": role} for role in roles])
        work.record("CHANGED", "Course", course_id, ("roles", present, roles))


async def record_training(work: Work, viewer: Viewer, requests: Sequence[NewTraining]) -> list[Outcome]:
    """Record that staff took courses, for who manages posts anywhere, because an account belongs to no grid; nobody for oneself."""
    account = t.account
    people = await work.by_ids((), account.c.id, [one.account_id for one in requests], sa.not_(account.c.machine))
    courses = await work.by_ids((t.course.c.months,), t.course.c.id, [one.course_id for one in requests])
    refusals = [only_right(_wrong(work, viewer, one, people, courses)) for one in requests]
    outcomes = await insert_accepted(work, t.training, requests, refusals, lambda one: _row(work, viewer, one, courses))
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            work.announce("training.recorded", outcome.id, None, account=request.account_id)
    return outcomes


def _wrong(
    work: Work, viewer: Viewer, request: NewTraining, people: dict[Any, sa.Row[Any]], courses: dict[Any, sa.Row[Any]]
) -> list[Refusal]:
    if not viewer.scope(Capability.MANAGE_POSTS).paths:
        return [refusal("NOT_ALLOWED", "accountId")]
    found: list[Refusal] = []
    if viewer.account_id is not None and viewer.account_id == request.account_id:
        found.append(refusal("TRAINING_OF_ONESELF", "accountId"))
    if request.account_id not in people:
        found.append(refusal("NOT_FOUND", "accountId", what="Account", id=request.account_id))
    if request.course_id not in courses:
        found.append(refusal("NOT_FOUND", "courseId", what="Course", id=request.course_id))
    if request.taken_on > work.today:
        found.append(refusal("IN_THE_FUTURE", "takenOn"))
    if request.holds_until is not None and request.holds_until < request.taken_on:
        found.append(refusal("TERM_INVALID", "holdsUntil"))
    return found


def _row(work: Work, viewer: Viewer, request: NewTraining, courses: dict[Any, sa.Row[Any]]) -> dict[str, Any]:
    months = courses[request.course_id].months
    until = request.holds_until
    if until is None and months is not None:
        until = after_months(request.taken_on, months)
    dates = {"taken_on": request.taken_on, "holds_until": until, "recorded_at": work.now}
    return {"account_id": request.account_id, "course_id": request.course_id, "recorded_by_id": viewer.account_id, **dates}


async def withdraw_training(work: Work, viewer: Viewer, requests: Sequence[TrainingWithdrawal]) -> list[Outcome]:
    """Withdraw records that are wrong, for who manages posts anywhere; posts that were given by them stay."""
    return [await _withdraw(work, viewer, request) for request in requests]


async def _withdraw(work: Work, viewer: Viewer, request: TrainingWithdrawal) -> Outcome:
    if not viewer.scope(Capability.MANAGE_POSTS).paths:
        return refused("NOT_ALLOWED", "id")
    training = t.training
    row = await work.first(sa.select(training.c.id, training.c.withdrawn_at).where(training.c.id == request.training_id))
    if row is None:
        return refused("NOT_FOUND", "id", what="Training", id=request.training_id)
    found = list(check_text(request.reason, "reason", most=400))
    if row.withdrawn_at is not None:
        found.append(refusal("TRAINING_WITHDRAWN", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    values = {"withdrawn_at": work.now, "withdrawn_because": request.reason.strip()}
    await work.run(sa.update(training).where(training.c.id == row.id).values(values))
    work.announce("training.withdrawn", row.id, None)
    return Outcome(id=row.id)
