"""Clocks: how the time of a stage or of a whole event is counted.

A clock says how long; when a deadline falls is worked out by the core. `until` names the stages whose reaching stops a clock
that runs over the whole event.
"""

from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Root of the clocks; use one of those below."""

    until: tuple[str, ...] = ()


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
    """The planned date of the project's current step."""
