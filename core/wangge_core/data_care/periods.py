"""Periods: for how long what is over is kept. A deployment decides them; 0 keeps for ever, which a retention run warns of."""

from dataclasses import dataclass, fields
from datetime import date, datetime, time

from wangge_core.db.work import Work
from wangge_core.months import after_months


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Months and days, counted from the end of the thing."""

    ended_needs_months: int = 12
    """Needs that have ended, of kinds for which the deployment names no months of its own."""
    ended_needs_of_children_months: int = 3
    """Needs of children under 14 and of kinds that are about children: at most so long, whatever the kind says."""
    moved_out_months: int = 60
    """Persons who lived here for good and have moved out."""
    temporary_gone_months: int = 24
    """Persons who only ever lived here for a time and have moved out."""
    former_homes_months: int = 60
    """Earlier homes and households of persons who are still here."""
    closed_events_months: int = 36
    """Who reported a closed event, if that was a resident, and which persons were involved in it. The event stays."""
    reporter_contacts_days: int = 30
    """Name, telephone and account of who reported an event without being staff, from its end on. The report stays."""
    visits_months: int = 24
    """Whom a visit was of, what was learned, and the place that it claims. The entry stays, so that work still counts."""
    visits_of_children_months: int = 6
    """The same of visits to children under 14."""
    patrol_points_days: int = 30
    """Tracks of patrols; at least eight days, because points still come for a week. The minutes that were counted stay."""
    points_entries_months: int = 24
    """How points came and went as thanks; the balance stays."""
    webhook_deliveries_days: int = 30
    """What webhooks were told."""
    idempotency_days: int = 30
    """What a repeated request is answered from."""

    @property
    def unlimited(self) -> tuple[str, ...]:
        """The names of the periods that never end."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) == 0)


def day_before(work: Work, months: int) -> date | None:
    """What ended before this day has been kept for so many months; None where it is kept for ever."""
    return after_months(work.today, -months) if months else None


def moment_before(work: Work, months: int) -> datetime | None:
    """As `day_before`, for moments: the beginning of that day at the place."""
    day = day_before(work, months)
    return None if day is None else datetime.combine(day, time(), work.rules.zone)
