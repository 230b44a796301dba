"""Clocks: how the time of a stage or of a whole event is counted.

A clock says how long; when a deadline falls is worked out by the core. Over a whole event it starts with the report, or where it
is first reached, at a stage of `since`; it stops at a stage of `until`, and is started anew by the moves of `restarted_by`.
"""

from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Root of the clocks; use one of those below."""

    until: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    restarted_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Continuous(Clock):
    """Runs day and night: `Continuous(minutes=10)`."""

    _: KW_ONLY
    minutes: int = 0
    hours: int = 0

    @property
    def seconds(self) -> int:
        return self.minutes * 60 + self.hours * 3600


@dataclass(frozen=True, slots=True)
class WorkingHours(Clock):
    """Runs in working hours only: `WorkingHours(4)`."""

    hours: int


@dataclass(frozen=True, slots=True)
class WorkingDays(Clock):
    """Counts working days: `WorkingDays(3)`."""

    days: int


@dataclass(frozen=True, slots=True)
class CalendarDays(Clock):
    """Counts calendar days: `CalendarDays(15)`."""

    days: int


@dataclass(frozen=True, slots=True)
class ByKind(Clock):
    """The limit stands in the event kind's own rules (RULE in the field's tables)."""


@dataclass(frozen=True, slots=True)
class ByPlan(Clock):
    """The planned date of the project's current step; no deadline where no step has one."""


@dataclass(frozen=True, slots=True)
class ByDetail(Clock):
    """The moment in a field of the event's details: `ByDetail("deadline_at", until=("sheltering",))`; no deadline where it is empty."""

    field: str
