"""Revealing the telephone of who reported an event: for a purpose, counted with all other reveals, never of who wants to be unnamed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.events.history import locked_event
from wangge_core.intake.contacts import FIELD
from wangge_core.intake.showing import written
from wangge_core.logs.change_log import Action
from wangge_core.logs.entries import Read
from wangge_core.logs.purposes import Stated
from wangge_core.people.revealing import check_stated, spend
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.sealing.sealer import SealingError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterReveal:
    """Whose telephone is wanted, by the event and the number of the report, and what for."""

    event_id: int
    number: str
    stated: Stated | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedReporter:
    """The telephone, and what the log of reads must say; or why it is refused."""

    phone: str | None = field(default=None, repr=False)
    refusals: tuple[Refusal, ...] = ()
    reads: tuple[Read, ...] = ()


async def reveal_reporters(work: Work, viewer: Viewer, requests: Sequence[ReporterReveal]) -> list[RevealedReporter]:
    """Reveal telephones; for REVEAL_SEALED over the event's grid. The log of changes of the event says so."""
    return [await _reveal(work, viewer, request) for request in requests]


async def _reveal(work: Work, viewer: Viewer, request: ReporterReveal) -> RevealedReporter:
    row = await locked_event(work, viewer, request.event_id)
    if row is None:
        return RevealedReporter(refusals=(refusal("NOT_FOUND", "id", what="Event", id=request.event_id),))
    found = list(check_stated(request.stated))
    if not viewer.may(Capability.REVEAL_SEALED, row.path):
        found.append(refusal("NOT_ALLOWED", "id"))
    report = await _report(work, row.id, request.number)
    sealed: str | None = None if report is None or report.unnamed else report.phone
    if sealed is None:
        found.append(refusal("REPORTER_UNREACHABLE", "number"))
    found = list(only_right(found)) or await spend(work, viewer)
    if found or report is None or sealed is None:
        return RevealedReporter(refusals=tuple(found))
    if work.sealer is None:
        return RevealedReporter(refusals=(refusal("SEALING_KEY_MISSING"),))
    try:
        phone = work.sealer.open(sealed, FIELD, report.id)
    except SealingError as error:
        return RevealedReporter(refusals=(refusal(error.code, "number"),))
    purpose = request.stated.purpose.value if request.stated else None
    work.record(Action.OPENED, "Event", row.id, ("reporterPhone",), ("purpose", None, purpose))
    of_resident = () if report.person_id is None else (Read((report.person_id,), "EventReporter", ("phone",)),)
    return RevealedReporter(phone=phone, reads=of_resident)


async def _report(work: Work, event_id: int, number: str) -> sa.Row[Any] | None:
    report, account = t.public_report, t.account
    query = sa.select(report, account.c.person_id).outerjoin(account, account.c.id == report.c.account_id)
    return await work.first(query.where(report.c.event_id == event_id, report.c.number == written(number)))
