"""Known calendars: the working calendars of a deployment as one process last read them. Each change raises the revision, by which
everybody notices that another process has changed them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from wangge_core.deadlines.working_time import WorkingCalendar

DEFAULT = "default"
"""The name of the calendar that holds where no office has its own."""
KEPT = "calendars"
"""Under which a process keeps them; see `Work.kept`."""


class UnknownCalendarsError(LookupError):
    """The calendars have changed since this process read them."""


@dataclass(frozen=True, slots=True)
class Calendars:
    """All calendars at a revision, by id; seasons are part of those that they follow."""

    revision: int
    zone: ZoneInfo
    by_id: Mapping[int, WorkingCalendar]
    of_office: Mapping[int, int]

    @property
    def default(self) -> WorkingCalendar | None:
        return next((one for one in self.by_id.values() if one.name == DEFAULT), None)

    def get(self, id: int | None) -> WorkingCalendar | None:
        """A calendar by id."""
        return None if id is None else self.by_id.get(id)

    def for_office(self, office_id: int | None) -> WorkingCalendar | None:
        """The calendar of an office, or else the default one."""
        own = None if office_id is None else self.of_office.get(office_id)
        return self.default if own is None else self.by_id[own]


def calendars_at(kept: Mapping[str, Any], revision: int) -> Calendars:
    """Of what a process has kept, the calendars of a revision, or later ones. Raises UnknownCalendarsError."""
    found: Calendars | None = kept.get(KEPT)
    if found is None or found.revision < revision:
        raise UnknownCalendarsError
    return found
