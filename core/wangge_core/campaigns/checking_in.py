"""Checking in: targets are ticked off, one by one or many in a call, by a scanned code, by the target or by the thing itself.

Each counts once, however often and from wherever it is sent: the row is locked, and who comes second is told what the first wrote. What
cannot be counted is refused by itself; the rest goes through.

By a code, a target is ticked off by whoever records work anywhere on the campaign's ground: it was shown to them, as at a station. Without
one, only over the target's own grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.campaigns.outcomes import OF_PEOPLE, CheckInResult, ExceptionReason, TargetState
from wangge_core.campaigns.tallies import shift
from wangge_core.campaigns.targets import NewOutcome, locked_targets, over_at, write_outcomes
from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

MOST = 500
"""Check-ins of a call."""
MOST_KEY = 80
CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much the clock of a device may be ahead."""
Way = tuple[str, Any]
"""How a target is named: by which column, and its value there. A thing itself is named by the column that refers to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """One target, named in exactly one way, and how it came out. `at` is when the client says so; `key` is made by the client."""

    target_id: int | None = None
    code: str | None = None
    thing: Way | None = None
    state: TargetState = TargetState.DONE
    reason: ExceptionReason | None = None
    at: datetime | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIns:
    """Check-ins of one campaign. `late`: what was captured before its end and comes later counts too, for as long as results are kept."""

    campaign_id: int
    items: tuple[CheckIn, ...]
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn:
    """What became of one check-in. `state`, `reason` and `checked_at` are those of the target now, or nothing where it was refused.

    Why a person or home is an exception is told to who said so alone.
    """

    result: CheckInResult
    target_id: int | None = None
    state: str | None = None
    reason: str | None = None
    checked_at: datetime | None = None
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answers to check-ins in their order, or why none of them was looked at."""

    results: tuple[CheckedIn, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(slots=True)
class _Campaign:
    """The campaign, who checks in, and what was decided so far: of a target that stands twice in a call the first counts."""

    row: sa.Row[Any]
    viewer: Viewer
    now: datetime
    by_way: dict[Way, sa.Row[Any]] = field(default_factory=dict[Way, sa.Row[Any]])
    written: dict[int, NewOutcome] = field(default_factory=dict[int, NewOutcome])


async def check_in(work: Work, viewer: Viewer, requests: Sequence[CheckIns]) -> list[Answered]:
    """Check in targets. For RECORD_WORK, and where no code is shown READ_WORK too."""
    return [await _check_in(work, viewer, request) for request in requests]


async def _check_in(work: Work, viewer: Viewer, request: CheckIns) -> Answered:
    row = await _campaign_of(work, viewer, request.campaign_id)
    if row is None:
        return Answered(refusals=(refusal("NOT_FOUND", "id", what="Campaign", id=request.campaign_id),))
    if over_at(row) <= work.now and (not request.late or row.forgotten_at is not None):
        return Answered(refusals=(refusal("CAMPAIGN_ENDED", "id"),))
    if len(request.items) > MOST:
        return Answered(refusals=(refusal("TOO_MANY", "checkIns", most=MOST),))
    campaign = _Campaign(row, viewer, work.now)
    ways = [_way_of(one) for one in request.items]
    await _find(work, campaign, [one for one in ways if one is not None])
    results = tuple(_decide(campaign, one, way) for one, way in zip(request.items, ways, strict=True))
    written = list(campaign.written.values())
    await write_outcomes(work, viewer, written)
    await shift(work, row.id, row.grid_id, [one.shift for one in written])
    return Answered(results=results)


async def _campaign_of(work: Work, viewer: Viewer, id: int) -> sa.Row[Any] | None:
    """The campaign, where the viewer records work anywhere on its ground."""
    campaign, grid = t.campaign, t.grid
    row = await work.first(sa.select(campaign, grid.c.path).join(grid, grid.c.id == campaign.c.grid_id).where(campaign.c.id == id))
    if row is None:
        return None
    paths = viewer.scope(Capability.RECORD_WORK).paths
    return row if any(path.startswith(row.path) or row.path.startswith(path) for path in paths) else None


def _way_of(one: CheckIn) -> Way | None:
    """How the target is named; None unless it is in exactly one way."""
    named = [("id", one.target_id), ("code", one.code and one.code.strip().upper()), one.thing or ("", None)]
    given = [way for way in named if way[1] is not None]
    return given[0] if len(given) == 1 else None


async def _find(work: Work, campaign: _Campaign, ways: Sequence[Way]) -> None:
    """Lock the targets that are named. Where they are named in several ways the keys are found first, so that all are locked in order."""
    target, of_campaign = t.campaign_target, t.campaign_target.c.campaign_id == campaign.row.id
    columns = sorted({column for column, _ in ways})
    values = {column: [value for one, value in ways if one == column and _fits(value)] for column in columns}
    if len(columns) == 1:
        rows = await locked_targets(work, target.c[columns[0]], values[columns[0]], of_campaign)
    else:
        ids = set[int]()
        for column in columns:
            found = await work.by_ids((target.c.id.label("target"),), target.c[column], values[column], of_campaign)
            ids |= {row.target for row in found.values()}
        rows = await locked_targets(work, target.c.id, sorted(ids), of_campaign)
    campaign.by_way = {(column, getattr(row, column)): row for row in rows for column in columns}


def _fits(value: Any) -> bool:
    return value.isascii() and value.isalnum() if isinstance(value, str) else True


def _decide(campaign: _Campaign, one: CheckIn, way: Way | None) -> CheckedIn:
    found = _wrong(campaign, one)
    if way is None:
        found.append(refusal("ONE_OF", names="targetId, code, thingId"))
    row = campaign.by_way.get(way) if way is not None else None
    if way is not None and (row is None or not _may(campaign.viewer, row, way)):
        found.append(refusal("NOT_ON_LIST"))
    if found or row is None:
        return CheckedIn(result=CheckInResult.REFUSED, refusals=tuple(found))
    return _counted(campaign, one, row)


def _may(viewer: Viewer, row: sa.Row[Any], way: Way) -> bool:
    """Whoever may not is told the same as if it were not on the list, so that nobody learns who is."""
    return way[0] == "code" or all(viewer.may(needed, row.path) for needed in (Capability.RECORD_WORK, Capability.READ_WORK))


def _counted(campaign: _Campaign, one: CheckIn, row: sa.Row[Any]) -> CheckedIn:
    """Count a target that is open, or that is done after all; of any other tell the outcome that it has."""
    earlier = campaign.written.get(row.id)
    if earlier is not None or not (row.state == TargetState.OPEN or _done_after_all(one, row)):
        if earlier is not None:
            return _told(CheckInResult.ALREADY_DONE, row.id, earlier)
        own = row.account_id == campaign.viewer.account_id or campaign.row.aim not in OF_PEOPLE
        return replace(_told(CheckInResult.ALREADY_DONE, row.id, row), **({} if own else {"reason": None}))
    at = campaign.now if one.at is None else min(one.at, campaign.now)
    new = NewOutcome(row=row, state=one.state.value, reason=one.reason and one.reason.value, checked_at=at, client_key=one.key)
    campaign.written[row.id] = new
    return _told(CheckInResult.COUNTED if row.state == TargetState.OPEN else CheckInResult.CORRECTED, row.id, new)


def _done_after_all(one: CheckIn, row: sa.Row[Any]) -> bool:
    """Somebody who was not found in the morning comes in the evening."""
    again = one.key is not None and one.key == row.client_key
    return row.state == TargetState.EXCEPTION and one.state is TargetState.DONE and not again


def _told(result: CheckInResult, id: int, has: NewOutcome | sa.Row[Any]) -> CheckedIn:
    return CheckedIn(result=result, target_id=id, state=has.state, reason=has.reason, checked_at=has.checked_at)


def _wrong(campaign: _Campaign, one: CheckIn) -> list[Refusal]:
    found = list(check_optional_text(one.key, "key", most=MOST_KEY))
    if one.state is TargetState.OPEN:
        found.append(refusal("CHECK_IN_OPEN", "outcome"))
    if one.state is TargetState.EXCEPTION and one.reason is None:
        found.append(refusal("REQUIRED", "reason"))
    if one.state is TargetState.DONE and one.reason is not None:
        found.append(refusal("CHECK_IN_REASON", "reason"))
    if one.at is not None and one.at > campaign.now + CLOCKS_DIFFER:
        found.append(refusal("IN_THE_FUTURE", "at"))
    if campaign.now >= (over := over_at(campaign.row)) and (one.at is None or one.at >= over):
        found.append(refusal("CAMPAIGN_ENDED", "at"))
    if one.at is not None and one.at < campaign.row.started_at - CLOCKS_DIFFER:
        found.append(refusal("CHECK_IN_TOO_EARLY", "at"))
    return found
