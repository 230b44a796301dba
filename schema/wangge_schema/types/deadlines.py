"""Deadlines of events, explained, and the working calendars that they are counted by."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.deadlines.clocks import NEVER, ClockScope, ClockState
from wangge_core.deadlines.counting import CONTINUOUS, FIXED, Ground, NoCalendarError, Segment, Timing, Wait, remaining, segments
from wangge_core.deadlines.known import calendars_at
from wangge_core.deadlines.reading import revision
from wangge_core.deadlines.working_time import UncoveredYearError, Why
from wangge_core.places.opening_hours import Weekday
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import calendar_change_rule
from wangge_schema.reading.declare import column, computed, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.project import Late, Typed
from wangge_schema.reading.sources import Filter, Gather, Reader, Row, Scalar
from wangge_schema.scalars import JSON, Date, DateTime
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.places import Office
from wangge_schema.types.rights import Account

MOST_DAYS = 1_000


class ClockKind(Choice):
    """How a deadline is counted."""

    CONTINUOUS = "CONTINUOUS", "连续计时", "Day and night"
    WORKING_HOURS = "WORKING_HOURS", "工作时", "Working hours"
    WORKING_DAYS = "WORKING_DAYS", "工作日", "Working days"
    CALENDAR_DAYS = "CALENDAR_DAYS", "自然日", "Calendar days"
    FIXED = "FIXED", "指定时限", "A moment that was set"
    NEVER = "NEVER", "无时限", "No limit chosen, no step planned, or no moment given"


class ClockUnit(Choice):
    """What an amount of a deadline's time is counted in."""

    SECONDS = "SECONDS", "秒", "Seconds"
    DAYS = "DAYS", "天", "Days"


for choice in (ClockKind, ClockUnit, ClockState, ClockScope, Why):
    enum_type(choice, name="SegmentReason" if choice is Why else None)


@strawberry.type(description="An amount of a deadline's counted time.")
class CountedTime:
    amount: int = strawberry.field(description="How much: whole seconds, or days.")
    unit: ClockUnit = strawberry.field(description="In which unit.")
    label: str = strawberry.field(description="The same in words, in the viewer's language.")


@strawberry.type(description="How a deadline is counted.")
class DeadlineClock:
    kind: ClockKind = strawberry.field(description="What is counted.")
    limit: CountedTime | None = strawberry.field(description="How much of it there is; null for a moment that was set.")
    limit_name: str | None = strawberry.field(description="The limit of the event's kind that was chosen at filing.")
    calendar: str | None = strawberry.field(description="The name of the working calendar that it is counted by.")


@strawberry.type(description="A stretch of a deadline's time. Each begins where the one before it ends.")
class DeadlineSegment:
    from_: DateTime = strawberry.field(name="from", description="From when.")
    to: DateTime = strawberry.field(description="To when.")
    counted: CountedTime = strawberry.field(description="How much of it counts.")
    why: Why = strawberry.field(description="Why it counts or does not.")
    note: str = strawberry.field(description="The name of a holiday, or why the clock waits; empty where there is no more to say.")


@strawberry.type(description="A deadline of an event: when it is due, what remains, and every stretch of its time explained.")
class Deadline:
    due_at: DateTime | None = strawberry.field(
        description="When it is due; null while it waits, and where `notDueBecause` says that it cannot be told."
    )
    clock: DeadlineClock = strawberry.field(description="How it is counted.")
    state: ClockState = strawberry.field(description="Whether it runs, waits or has stopped.")
    started_at: DateTime = strawberry.field(description="When it was started.")
    stopped_at: DateTime | None = strawberry.field(description="When it was stopped; null while it runs or waits.")
    remaining: CountedTime | None = strawberry.field(
        description="What is left of it; 0 once it has passed, null where it cannot be told."
    )
    overdue: bool = strawberry.field(description="Whether it has passed, or had passed when it was stopped.")
    exempted_because: str | None = strawberry.field(description="Why its delay does not count: an appeal was granted.")
    times_extended: int = strawberry.field(description="How often it was put off.")
    paused_because: str | None = strawberry.field(description="Why it waits; null while it does not.")
    paused_until: DateTime | None = strawberry.field(
        description="Until when it waits; null where that hangs on a move, or it does not wait."
    )
    not_due_because: str | None = strawberry.field(
        description="Why nobody can tell when it is due: its calendar does not cover a year. It is told once somebody sets that year."
    )
    segments: list[DeadlineSegment] = strawberry.field(
        description="From its start to its due moment, or to now where that is later; at most 400."
    )


_CLOCKS = Gather(
    t.event_clock,
    lambda event, clock, _: clock.c.event_id == event.c.id,
    "id",
    {name: need(name) for name in ("scope", "stage", "kind", "limit_name", "state", "fixed_because", "exempted_because")}
    | {name: need(name, "number") for name in ("id", "amount", "extensions", "missing_year", "calendar_id")}
    | {name: need(name, "moment") for name in ("started_at", "stopped_at", "due_at", "fixed_due_at", "fixed_at")},
)
_PAUSES = Gather(
    t.event_pause,
    lambda event, pause, _: pause.c.event_id == event.c.id,
    "id",
    {"clock": need("event_clock_id", "number"), "because": need("because"), "by_move": need("by_move", "boolean")}
    | {name: need(name, "moment") for name in ("started_at", "ended_at", "until")},
)
_REVISION = Scalar(lambda _, __: revision().scalar_subquery(), "number")


def deadline() -> Any:
    """The deadline of the stage in which an event stands."""
    description = "The deadline of its present stage; null where that has none, and once the event has ended."
    return computed(description, _stage_deadline, clocks=_CLOCKS, pauses=_PAUSES, revision=_REVISION)


def whole_deadline() -> Any:
    """The deadline of the whole event."""
    description = "The deadline of the whole, the latest where it was started anew; null where there is none."
    return computed(description, _whole_deadline, clocks=_CLOCKS, pauses=_PAUSES, revision=_REVISION)


def _stage_deadline(needs: dict[str, Any], reader: Reader) -> Typed | None:
    left = {one["clock"] for one in needs["pauses"] if one["by_move"] and one["ended_at"] is None}
    open_ = [one for one in needs["clocks"] if one["scope"] == ClockScope.STAGE and one["state"] != ClockState.STOPPED]
    return _shown(needs, reader, [one for one in open_ if one["id"] not in left])


def _whole_deadline(needs: dict[str, Any], reader: Reader) -> Typed | None:
    return _shown(needs, reader, [one for one in needs["clocks"] if one["scope"] == ClockScope.WHOLE])


def _shown(needs: dict[str, Any], reader: Reader, clocks: Sequence[Mapping[str, Any]]) -> Typed | None:
    if not clocks:
        return None
    clock = clocks[-1]
    pauses = [one for one in needs["pauses"] if one["clock"] == clock["id"]]
    calendars = calendars_at(reader.kept, needs["revision"])
    calendar = calendars.get(clock["calendar_id"])
    ground, timing = Ground(calendars.zone, calendar), _timing(clock, pauses)
    now, language = reader.now.astimezone(UTC), reader.viewer.language
    due, wait = _moment(clock["due_at"]), timing.waiting
    in_days = timing.in_days
    limited = clock["kind"] not in (FIXED, NEVER)
    members = {
        "dueAt": due,
        "clock": Typed(
            "DeadlineClock",
            {
                "kind": clock["kind"],
                "limit": _amount(clock["amount"], in_days=clock["kind"].endswith("DAYS"), language=language) if limited else None,
                "limitName": clock["limit_name"],
                "calendar": None if calendar is None or clock["kind"] not in ("WORKING_HOURS", "WORKING_DAYS") else calendar.name,
            },
        ),
        "state": clock["state"],
        "startedAt": timing.started_at,
        "stoppedAt": timing.stopped_at,
        "remaining": Late(lambda: _remaining(clock, timing, ground, now, language)),
        "overdue": due is not None and due <= (timing.stopped_at or now),
        "exemptedBecause": clock["exempted_because"],
        "timesExtended": clock["extensions"],
        "pausedBecause": wait.because if wait else None,
        "pausedUntil": wait.until if wait else None,
        "notDueBecause": _not_due(clock["missing_year"], calendar.name if calendar else "", language),
        "segments": Late(
            lambda: [_segment(one, in_days=in_days, language=language) for one in _segments(clock, timing, ground, now)]
        ),
    }
    return Typed("Deadline", members)


def _timing(clock: Mapping[str, Any], pauses: Sequence[Mapping[str, Any]]) -> Timing:
    return Timing(
        kind=CONTINUOUS if clock["kind"] in (FIXED, NEVER) else clock["kind"],
        amount=clock["amount"],
        started_at=datetime.fromisoformat(clock["started_at"]),
        waits=tuple(
            Wait(datetime.fromisoformat(one["started_at"]), _moment(one["ended_at"]), one["because"], _moment(one["until"]))
            for one in pauses
        ),
        stopped_at=_moment(clock["stopped_at"]),
        fixed_due_at=_moment(clock["fixed_due_at"]),
        fixed_at=_moment(clock["fixed_at"]),
        fixed_because=clock["fixed_because"] or "",
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _is_countable(clock: Mapping[str, Any]) -> bool:
    return clock["kind"] != NEVER or clock["fixed_due_at"] is not None


def _remaining(clock: Mapping[str, Any], timing: Timing, ground: Ground, now: datetime, language: str) -> Typed | None:
    if not _is_countable(clock):
        return None
    try:
        left = remaining(timing, ground, timing.stopped_at or now)
    except (UncoveredYearError, NoCalendarError):
        return None
    return _amount(left if timing.in_days else left // 1000, in_days=timing.in_days, language=language)


def _segments(clock: Mapping[str, Any], timing: Timing, ground: Ground, now: datetime) -> list[Segment]:
    """The stretches; none where they cannot be told."""
    if not _is_countable(clock) or clock["missing_year"] is not None:
        return []
    try:
        return segments(timing, ground, now)
    except (UncoveredYearError, NoCalendarError):
        return []


def _segment(found: Segment, *, in_days: bool, language: str) -> Typed:
    counted = found.counted if in_days else found.counted // 1000
    return Typed(
        "DeadlineSegment",
        {
            "from": found.start,
            "to": found.end,
            "counted": _amount(counted, in_days=in_days, language=language),
            "why": found.why.value,
            "note": found.note,
        },
    )


def _amount(amount: int, *, in_days: bool, language: str) -> Typed:
    unit = ClockUnit.DAYS if in_days else ClockUnit.SECONDS
    return Typed(
        "CountedTime", {"amount": amount, "unit": unit.value, "label": in_words(amount, in_days=in_days, language=language)}
    )


def in_words(amount: int, *, in_days: bool, language: str) -> str:
    """`3 h 20 min`, or `2 days`; parts that are nothing are left out."""
    if in_days:
        return f"{amount} day{'' if amount == 1 else 's'}" if language == "en" else f"{amount}天"
    hours, minutes, seconds = amount // 3600, amount // 60 % 60, amount % 60
    units = ("h", "min", "s") if language == "en" else ("小时", "分钟", "秒")
    shown = [
        f"{one} {unit}" if language == "en" else f"{one}{unit}"
        for one, unit in zip((hours, minutes, seconds), units, strict=True)
        if one
    ]
    return " ".join(shown) if language == "en" and shown else "".join(shown) or f"0 {units[1]}"


def _not_due(year: int | None, calendar: str, language: str) -> str | None:
    if year is None:
        return None
    if language == "en":
        return f"The calendar {calendar} does not cover {year}." if calendar else f"There is no calendar for {year}."
    return f"工作日历 {calendar} 未涵盖 {year} 年。" if calendar else f"没有 {year} 年的工作日历。"


@strawberry.type(description="From when until when people work, in the time of the place.")
class WorkingSpan:
    from_: str = strawberry.field(name="from", description="When work begins, such as `08:30`.")
    to: str = strawberry.field(description="When it ends; `24:00` is the end of the day.")


@strawberry.type(description="The working hours of a weekday.")
class WorkingWeekday:
    weekday: Weekday = strawberry.field(description="The day of the week.")
    spans: list[WorkingSpan] = strawberry.field(description="The hours, in order; empty where nobody works.")


def _spans(stored: Sequence[Sequence[str]]) -> list[WorkingSpan]:
    return [WorkingSpan(from_=start, to=end) for start, end in stored]


def _week(needs: dict[str, Any], reader: Reader) -> list[WorkingWeekday]:
    del reader
    return [WorkingWeekday(weekday=day, spans=_spans(spans)) for day, spans in zip(Weekday, needs["hours"], strict=True)]


def _own_hours(needs: dict[str, Any], reader: Reader) -> list[WorkingSpan] | None:
    del reader
    return None if needs["hours"] is None else _spans(needs["hours"])


@planned(table=t.calendar_day, data_class=DataClass.PUBLIC)
class CalendarDay:
    """A day that differs from its weekday."""

    day: Date = column("day", "The day.")
    worked: bool = column("worked", "Whether it is worked, in place of another; otherwise it is off.", form="boolean")
    name: str = column("name", "What it is called, such as a holiday.")
    hours: list[WorkingSpan] | None = computed("Its own hours, where it has some.", _own_hours, hours=need("hours", "json"))


@planned(table=t.calendar_change, rule=calendar_change_rule, data_class=DataClass.STAFF)
class CalendarChange:
    """A change of a calendar and what it did to the deadlines that ran. Seen with MANAGE_CALENDARS over the whole ground."""

    at: DateTime = column("at", "When.", form="moment")
    account: Account | None = to_one("account_id", "Who; null for the operator at the machine.")
    counted: int = column("counted", "How many running deadlines were counted anew.", form="number")
    moved: int = column("moved", "How many of them are due at another time now, or can be told at last.", form="number")
    events: JSON = column(
        "events",
        "The first hundred of those: `event` (its key), `number`, `scope` (STAGE or WHOLE), `before` and `after`, null where not known.",
        form="json",
    )


def _latest(calendar: Row, change: Row, _: Any) -> sa.ColumnElement[bool]:
    other = t.calendar_change.alias()
    latest = sa.select(sa.func.max(other.c.id)).where(other.c.calendar_id == calendar.c.id).correlate(calendar)
    return change.c.id == latest.scalar_subquery()


@planned(
    table=t.calendar,
    prefix="Calendar",
    orders=("name", "id"),
    filters={"name": Filter("text", lambda row: row.c.name, "By name.")},
    data_class=DataClass.PUBLIC,
)
class Calendar(Node):
    """A working calendar: hours by weekday, holidays, days worked instead, and the years that it knows. A year that it does not know is
    never guessed."""

    id: strawberry.ID = node_id("Calendar")
    name: str = column("name", "Its name; `default` holds where no office has its own.")
    office: Office | None = to_one("office_id", "The office whose events go by it.")
    follows: "Calendar | None" = to_one("follows_id", "The calendar whose years and days it takes over; a season also its place.")
    starts_on: Date | None = column("starts_on", "The first day of a season; null where it is none.")
    ends_on: Date | None = column("ends_on", "The last day of a season.")
    week: list[WorkingWeekday] = computed("Its hours by weekday, from Monday.", _week, hours=need("hours", "json"))
    years: list[int] = column("years", "The years that it covers itself.", form="json")
    days: list[CalendarDay] = to_many("calendar_id", "The days that differ, in order.", order="day", most=MOST_DAYS)
    version: int = column("version", "Counts its changes.", form="number")
    last_change: CalendarChange | None = to_one(_latest, "Its last change, and what that moved.")
    changes: list[CalendarChange] = to_many("calendar_id", "Its changes, oldest first.")
