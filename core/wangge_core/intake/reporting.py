"""Reporting by residents and visitors: without an account, with a number and a secret to follow by.

What is taken becomes an event like any other, or joins one that is open already (`joining.py`). Who reported it is kept beside the event,
where its handlers see as much of it as the reporter wants.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_position, check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import IdempotencyKeyReusedError, Outcome, Refusal, refusal, refused
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import MOST_DESCRIPTION, EventReport, EventSource
from wangge_core.evidence.attachments import REPORT, attach, check_attachments
from wangge_core.grids.locating import locate
from wangge_core.grids.successors import grids_of_code, present_grids
from wangge_core.idempotency import request_hash
from wangge_core.intake.contacts import NOBODY, Contact, check_contact, contact_columns
from wangge_core.intake.counting import HOUR, counted_name, is_spent
from wangge_core.intake.joining import Again, has_told, join
from wangge_core.intake.showing import hash_of, new_number, new_secret
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import EVERYWHERE, Viewer
from wangge_core.storable import is_storable

LEAST_KEY = 16
"""Letters of an idempotency key of somebody without an account, whom nothing else tells from others."""
ALL = "reports"
MOST_CODES = 20
"""How many grids that came after another a refusal names."""
MARK = "public_report.request"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPublicReport:
    """A report of a resident or, with `visiting`, a visitor. `same_as` is an open event that it tells of once more.

    Without it a kind is needed, and a place: a grid, building or place, or a position alone: the grid that it lies in,
    or that which the deployment has for such.
    `payer` is whose reports are counted (an address, or an account), `request_key` the client's own mark of the request, `intake_token`
    what came with the photographs that were sent without an account.
    """

    description: str
    kind_id: str | None = None
    same_as: int | None = None
    grid_code: str | None = None
    building_id: int | None = None
    place_id: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    occurred_at: datetime | None = None
    visiting: bool = False
    details: Any = None
    contact: Contact = NOBODY
    photos: tuple[int, ...] = ()
    intake_token: str | None = None
    payer: str = ""
    request_key: str | None = None


async def submit_reports(work: Work, viewer: Viewer, requests: Sequence[NewPublicReport]) -> list[Outcome]:
    """Take reports, from anybody. The outcome's id is that of the report, not of the event; its `secret` is told this once.

    Of a kind that is `open_to_public`, so many in an hour from one address or account and in all as the deployment allows. The same
    request key and request again within an hour gives the same report and a new secret in place of the first.
    """
    return [await _submit(work, viewer, request) for request in requests]


async def _submit(work: Work, viewer: Viewer, request: NewPublicReport) -> Outcome:
    if await _too_many(work, request.payer):
        return refused("REPORTS_EXHAUSTED")
    if request.request_key is not None and (short := tuple(_check_key(request.request_key))):
        return Outcome(refusals=short)
    key, digest = _mark(viewer, request)
    if key is not None and (earlier := await _earlier(work, key, digest)):
        return earlier
    request = await _placed(work, request)
    found = [*_check(work, request), *await check_attachments(
        work, viewer, request.photos, "photos", intake_token=request.intake_token
    )]  # fmt: skip
    if found:
        return Outcome(refusals=tuple(found))
    account_id = None if request.contact.unnamed else viewer.account_id
    known = Again(request.description, request.contact, account_id, request.payer)
    joined = await join(work, viewer, request.same_as, known) if request.same_as is not None else None
    outcome = await _report(work, viewer, request) if joined is None else joined.outcome
    if outcome.id is None:
        return outcome
    if joined is None:
        await has_told(work, outcome.id, request.payer)
    sequence = 1 if joined is None else joined.sequence
    await attach(work, outcome.id, sequence, request.photos, REPORT)
    marks = {"request_key": key, "request_hash": _kept(work, digest)[0] if key else None}
    extra: dict[str, Any] = {"joined": joined is not None, "counted": joined is None or joined.counted, **marks}
    return await write_report(work, outcome.id, viewer, request.description, request.contact, **extra)


async def _placed(work: Work, request: NewPublicReport) -> NewPublicReport:
    """The request; where it names a position alone with the grid that it lies in, or else that of such reports."""
    named = (request.same_as, request.grid_code, request.building_id, request.place_id)
    if request.longitude is None or request.latitude is None or any(one is not None for one in named):
        return request
    if any(check_position(request.longitude, request.latitude)):
        return request
    (found,) = await locate(work, [(request.longitude, request.latitude)])
    if found is None:
        return replace(request, grid_code=work.rules.intake.grid or None)
    return replace(request, grid_code=await work.value(sa.select(t.grid.c.code).where(t.grid.c.id == found.grid_id)))


async def write_report(
    work: Work, event_id: int, viewer: Viewer, description: str, contact: Contact, *, own: bool = True, **more: Any
) -> Outcome:
    """Write the row of a report of an event and make its number and secret. `own`: the viewer is who reported."""
    (id,) = await work.reserve_ids(t.public_report, 1)
    secret = new_secret()
    row = {
        "id": id,
        "number": new_number(),
        "hash": hash_of(secret),
        "event_id": event_id,
        "account_id": viewer.account_id if own else None,
        "language": viewer.language,
        "description": description.strip(),
        "reported_at": work.now,
        "joined": False,
        "counted": True,
    }
    await work.insert(t.public_report, [row | contact_columns(work, id, contact) | more])
    return Outcome(id=id, secret=secret)


async def _too_many(work: Work, payer: str) -> bool:
    """Count the report for its sender and for all, and whether that is more than the hour allows."""
    rules = work.rules.intake
    own = await is_spent(work, counted_name(work, "report", payer), rules.reports_per_hour_of_address)
    return own or await is_spent(work, ALL, rules.reports_per_hour)


def _check_key(key: str) -> Iterator[Refusal]:
    yield from check_text(key, "idempotencyKey", most=200)
    if len(key) < LEAST_KEY:
        yield refusal("IDEMPOTENCY_KEY_TOO_SHORT", "idempotencyKey", least=LEAST_KEY)


def _mark(viewer: Viewer, request: NewPublicReport) -> tuple[str | None, str]:
    """What is kept of the request's key and of what was asked; None where it has no key."""
    if request.request_key is None:
        return None, ""
    key = hashlib.sha256(f"{viewer.account_id}\0{request.request_key}".encode()).hexdigest()
    return key, request_hash("publicReportSubmit", replace(request, payer="", request_key=None))


async def _earlier(work: Work, key: str, digest: str) -> Outcome | None:
    """The answer to the same request again. Raises IdempotencyKeyReusedError where another one came with this key."""
    report = t.public_report
    row = await work.first(sa.select(report.c.id, report.c.request_hash, report.c.reported_at).where(report.c.request_key == key))
    if row is None:
        return None
    if row.request_hash not in _kept(work, digest):
        raise IdempotencyKeyReusedError(
            "this idempotency key was used for another request.", hint="Make a new key for each request."
        )
    if row.reported_at + HOUR <= work.now:
        return Outcome(id=row.id)
    secret = new_secret()
    await work.run(sa.update(report).where(report.c.id == row.id).values(hash=hash_of(secret)))
    return Outcome(id=row.id, secret=secret)


def _kept(work: Work, digest: str) -> tuple[str, ...]:
    """What may stand for a request; the first is kept. It is keyed where values are sealed, which a plain hash would let be guessed."""
    if work.sealer is None:
        return (digest,)
    return (work.sealer.index(digest, MARK), *work.sealer.indexes(digest, MARK))


def _check(work: Work, request: NewPublicReport) -> Iterator[Refusal]:
    yield from check_text(request.description, "description", most=MOST_DESCRIPTION)
    yield from check_position(request.longitude, request.latitude)
    yield from check_contact(work, request.contact)
    if request.same_as is not None:
        return
    if request.kind_id is None:
        yield refusal("REQUIRED", "kindId")
        return
    kind = work.rules.registry.event_kinds.get(request.kind_id)
    if kind is None or not kind.open_to_public:
        yield refusal("REPORT_KIND_NOT_OPEN", "kindId", id=request.kind_id)
    if request.grid_code is None and request.building_id is None and request.place_id is None:
        yield refusal("REPORT_NOT_LOCATED", "" if request.longitude is None else "position")


async def _report(work: Work, viewer: Viewer, request: NewPublicReport) -> Outcome:
    """Report the event. Its reporter is named only by an account that says so."""
    grid_id = None
    if request.building_id is None and request.place_id is None:
        grid_id = await _grid(work, request)
        if isinstance(grid_id, Outcome):
            return grid_id
    report = EventReport(
        kind_id=request.kind_id or "",
        description=request.description,
        grid_id=grid_id,
        building_id=request.building_id,
        place_id=request.place_id,
        longitude=request.longitude,
        latitude=request.latitude,
        occurred_at=request.occurred_at,
        source=EventSource.VISITOR if request.visiting else EventSource.RESIDENT,
        details=request.details,
    )
    (outcome,) = await report_events(work, _taking(viewer, request.contact), [report])
    return outcome


async def _grid(work: Work, request: NewPublicReport) -> int | Outcome:
    """The grid with the code that is named, or the one that came after it; of several that in which the position lies."""
    code = request.grid_code or ""
    named = await grids_of_code(work, code) if is_storable(code) else []
    present = await present_grids(work, named)
    if len(present) == 1:
        return present[0]
    if not present:
        return refused("GRID_ENDED", "gridCode", code=code) if named else refused("NOT_FOUND", "gridCode", what="Grid", id=code)
    if request.longitude is not None and request.latitude is not None:
        (found,) = await locate(work, [(request.longitude, request.latitude)])
        if found is not None and found.grid_id in present:
            return found.grid_id
    rows = await work.by_ids((t.grid.c.code,), t.grid.c.id, present)
    return refused("GRID_DIVIDED", "gridCode", code=code, codes=", ".join(sorted(row.code for row in rows.values())[:MOST_CODES]))


def _taking(viewer: Viewer, contact: Contact) -> Viewer:
    """Who reports in place of somebody without rights: may report for any grid and name any building, and nothing else."""
    able = (Capability.REPORT_EVENTS, Capability.READ_PLACES)
    return Viewer(
        account_id=None if contact.unnamed else viewer.account_id,
        login=viewer.login,
        language=viewer.language,
        scopes=dict.fromkeys(able, EVERYWHERE),
    )
