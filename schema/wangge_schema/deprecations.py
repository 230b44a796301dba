"""Deprecations: the one form of the reason that a field, argument or enum value will go, and how long it stays.

The reason is read by people and by `scripts/check_schema_changes.py`, which lets nothing go before its day.
"""

import re
from dataclasses import dataclass
from datetime import date

LEAST_MONTHS = 12
FORM = re.compile(r"(?P<use>.*\S) Since (?P<since>\d{4}-\d\d-\d\d)\. Removed after (?P<remove_after>\d{4}-\d\d-\d\d)\.", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """What to use instead (a sentence), the day of the announcement, and the last day on which clients may rely on the thing."""

    use: str
    since: date
    remove_after: date

    @property
    def earliest(self) -> date:
        """The earliest day that `remove_after` may be: twelve months after the announcement."""
        return _a_year_after(self.since)

    def __str__(self) -> str:
        return f"{self.use} Since {self.since}. Removed after {self.remove_after}."


def deprecated(*, since: date, remove_after: date, use: str) -> str:
    """The reason to give as `deprecated` or `deprecation_reason`, for instance with `use="Use reportedAt."`.

    Raises ValueError where clients would be left less than twelve months.
    """
    reason = Deprecation(use=f"{use.strip().rstrip('.')}.", since=since, remove_after=remove_after)
    if not use.strip() or remove_after < reason.earliest:
        raise ValueError(f"say what to use instead, and leave clients until {reason.earliest} at least")
    return str(reason)


def read_deprecation(reason: str) -> Deprecation | None:
    """The parts of a reason; None where it has another form."""
    found = FORM.fullmatch(reason)
    if found is None:
        return None
    try:
        since, remove_after = (date.fromisoformat(found[name]) for name in ("since", "remove_after"))
    except ValueError:
        return None
    return Deprecation(use=found["use"], since=since, remove_after=remove_after)


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)
