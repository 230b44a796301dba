"""Clocks: from what a workflow declares to what is counted for one event, and the rows in which that is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import auto
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from wangge_core.db.columns import to_milliseconds
from wangge_core.deadlines.counting import FIXED
from wangge_core.deadlines.working_time import DAY, day_begin
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.definitions import ClockDefinition, LimitDefinition, WorkflowDefinition


class ClockScope(Choice):
    """What a clock is of."""

    STAGE = auto(), "环节"
    WHOLE = auto(), "全程"


class ClockState(Choice):
    """Whether a clock runs."""

    RUNNING = auto(), "计时中"
    WAITING = auto(), "暂停"
    STOPPED = auto(), "已停止"


RECORDED, PLANNED, OF_DETAILS = "RECORDED", "PLANNED", "OF_DETAILS"
"""Why a due time is fixed, where it is not for the reason of an extension: as imported records, a plan or the details of the event say."""
NEVER = "NEVER"
"""The kind of a clock that has nothing to count: no limit was chosen, no step is planned, the field is empty."""
BY_KIND, BY_PLAN, BY_DETAIL = "BY_KIND", "BY_PLAN", "BY_DETAIL"
MOST_REASON = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockedEvent:
    """An event as its clocks see it. `limit` is the name of the kind's limit that was chosen at filing; `path` is its grid's.

    Time is counted by the calendar of the office that has the event, where that has one. `recorded_due_at` is when the whole was due as
    imported records say, which wins over all counting.
    """

    id: int
    grid_id: int
    path: str
    kind_id: str
    definition: WorkflowDefinition
    limit: str | None = None
    details: Mapping[str, Any] | None = None
    office_id: int | None = None
    recorded_due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a declared clock comes to for an event: a kind of clock with its amount, or a moment."""

    kind: str
    amount: int = 0
    limit_name: str | None = None
    moment: datetime | None = None
    because: str = ""


def counted(
    clock: ClockDefinition, event: ClockedEvent, zone: ZoneInfo, limits: Sequence[LimitDefinition], planned_on: date | None
) -> Counted:
    """What a clock comes to. `limits` are those of the event's kind; `planned_on` is the date of the project's current step."""
    match clock.kind:
        case "BY_KIND":
            limit = _limit(event.limit, limits)
            return Counted(kind=NEVER) if limit is None else _of(limit.clock, limit.name)
        case "BY_PLAN":
            return by_plan(planned_on, zone)
        case "BY_DETAIL":
            return _until(_moment((event.details or {}).get(clock.field), zone), OF_DETAILS)
        case _:
            return _of(clock, None)


def by_plan(planned_on: date | None, zone: ZoneInfo) -> Counted:
    """What the planned date of a project's current step comes to: the end of that day."""
    return _until(None if planned_on is None else day_begin(planned_on + DAY, zone), PLANNED)


def _limit(name: str | None, limits: Sequence[LimitDefinition]) -> LimitDefinition | None:
    """The limit that was chosen, or the only one that there is."""
    if name is None:
        return limits[0] if len(limits) == 1 else None
    return next((limit for limit in limits if limit.name == name), None)


def _of(clock: ClockDefinition, limit_name: str | None) -> Counted:
    amounts = {"WORKING_HOURS": clock.amount * 3600}
    known = clock.kind in ("CONTINUOUS", "WORKING_HOURS", "WORKING_DAYS", "CALENDAR_DAYS")
    return Counted(kind=clock.kind if known else NEVER, amount=amounts.get(clock.kind, clock.amount), limit_name=limit_name)


def _until(moment: datetime | None, because: str) -> Counted:
    return Counted(kind=NEVER if moment is None else FIXED, moment=moment, because=because)


def _moment(value: Any, zone: ZoneInfo) -> datetime | None:
    """The moment that a field of the details names: a date ends with its day, and a time without a zone is that of the place."""
    if not isinstance(value, str):
        return None
    try:
        if len(value) == len("2026-01-31"):
            return day_begin(date.fromisoformat(value) + DAY, zone)
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return to_milliseconds(found if found.tzinfo else found.replace(tzinfo=zone))


def stored_clock(clock: ClockDefinition | None) -> dict[str, Any]:
    """A clock as its row keeps it."""
    found = msgspec.to_builtins(clock)
    return found or {}
