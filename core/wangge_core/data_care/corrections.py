"""Requests of residents to correct what is held on them: an event for the data officer.

What the data should be, and why, stand in private details; the description, which everybody who handles events reads, names the field
alone.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, EventSource
from wangge_core.people.sealed_texts import holds_sealed
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.scopes import Subtrees
from wangge_core.rights.viewers import Viewer

KIND = "community.correction"
SUBJECT = "subject"
MOST_TEXT = 400


class CorrectionField(Choice):
    """What of the data is said to be wrong."""

    NAME = auto(), "姓名"
    GENDER = auto(), "性别"
    BIRTH = auto(), "出生日期"
    IDENTITY_NUMBER = auto(), "身份证号"
    PHONE = auto(), "电话"
    HOME = auto(), "住址"
    HOUSEHOLD = auto(), "户"
    GUARDIAN = auto(), "监护人"
    NEED = auto(), "服务需求"
    OTHER = auto(), "其他"


SEALED = (CorrectionField.IDENTITY_NUMBER, CorrectionField.PHONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRequest:
    """What is wrong with the data of a person, what it should be, and why. The last two are private and not shown with the request."""

    person_id: int
    field: CorrectionField
    should: str | None = dataclasses.field(default=None, repr=False)
    why: str = dataclasses.field(repr=False)


async def request_corrections(work: Work, viewer: Viewer, requests: Sequence[CorrectionRequest]) -> list[Outcome]:
    """Ask for corrections, one after the other. For the person, and for the guardian of a child. The outcomes name the events."""
    persons = await _persons(work, [one.person_id for one in requests if one.person_id in viewer.own_person_ids])
    return [await _request(work, viewer, request, persons.get(request.person_id)) for request in requests]


async def _persons(work: Work, ids: Sequence[int]) -> Mapping[int, sa.Row[Any]]:
    person, grid = t.person, t.grid
    path = sa.select(grid.c.path).where(grid.c.id == person.c.grid_id).scalar_subquery().label("path")
    return await work.by_ids((person.c.grid_id, path), person.c.id, ids, person.c.removed_at.is_(None))


async def _request(work: Work, viewer: Viewer, request: CorrectionRequest, person: sa.Row[Any] | None) -> Outcome:
    if person is None:
        return refused("NOT_FOUND", "personId", what="Person", id=request.person_id)
    if found := tuple(_check(request)):
        return Outcome(refusals=found)
    if (number := await _open(work, request)) is not None:
        return refused("CORRECTION_OPEN", "field", number=number)
    report = EventReport(
        kind_id=KIND,
        description=f"更正个人信息：{request.field.label.zh} · Correction of personal data: {request.field.label.en}",
        grid_id=person.grid_id,
        source=EventSource.RESIDENT,
        details={"asks": "CORRECT", "field": request.field.value, "should": request.should, "why": request.why},
        involved=(Involved(role=SUBJECT, sort=Involvable.PERSON, id=request.person_id),),
    )
    (outcome,) = await report_events(work, _reporting(viewer, person.path), [report])
    return outcome


def _check(request: CorrectionRequest) -> Iterator[Refusal]:
    yield from check_text(request.why, "why", most=MOST_TEXT)
    yield from check_optional_text(request.should, "should", most=MOST_TEXT)
    if request.should is not None and (request.field in SEALED or holds_sealed(request.should)):
        yield refusal("CORRECTION_VALUE_SEALED", "should")
    if holds_sealed(request.why):
        yield refusal("CORRECTION_VALUE_SEALED", "why")


def _reporting(viewer: Viewer, path: str) -> Viewer:
    """The resident, who may report this for the own home and needs no post for it."""
    return replace(viewer, scopes={**viewer.scopes, Capability.REPORT_EVENTS: Subtrees((path,))})


async def _open(work: Work, request: CorrectionRequest) -> str | None:
    """The number of an open request to correct the same of the same person."""
    event, tie = t.event, t.involvement
    query = (
        sa.select(event.c.number, event.c.details)
        .join(tie, tie.c.event_id == event.c.id)
        .where(tie.c.person_id == request.person_id, event.c.kind_id == KIND, sa.not_(event.c.closed))
    )
    return next((row.number for row in await work.rows(query) if row.details.get("field") == request.field.value), None)
