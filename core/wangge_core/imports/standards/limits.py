"""Reading time limits as standards spell them: `2工作日`, `1紧急工作时制止`, `种植季节15工作日`."""

import re
from dataclasses import dataclass

from wangge_core.imports.standards.mappings import LimitSpellings, Unit
from wangge_core.plugin.definitions import ClockDefinition

HOUR = 3600
COUNTED = {
    Unit.URGENT_HOURS: ("CONTINUOUS", HOUR),
    Unit.URGENT_DAYS: ("CONTINUOUS", 24 * HOUR),
    Unit.WORKING_HOURS: ("WORKING_HOURS", 1),
    Unit.WORKING_DAYS: ("WORKING_DAYS", 1),
    Unit.CALENDAR_DAYS: ("CALENDAR_DAYS", 1),
}
"""The clock of each unit, and how much one of it is."""


@dataclass(frozen=True, slots=True)
class ReadLimit:
    """A limit as a clock, and what must be done in that time where the spelling says so."""

    clock: ClockDefinition
    note: str


class LimitReader:
    """Reads limits in the spellings that a mapping names, and no others."""

    def __init__(self, spellings: LimitSpellings) -> None:
        self._spellings = spellings
        self._form = re.compile(
            f"({_any(spellings.seasons)})?([1-9][0-9]{{0,3}})({_any(spellings.units)})({_any(spellings.notes)})?", re.ASCII
        )

    def read(self, text: str) -> ReadLimit | None:
        """None for a spelling that is not named."""
        found = self._form.fullmatch(text.strip())
        if found is None:
            return None
        season, number, unit, note = found.groups()
        kind, each = COUNTED[self._spellings.units[unit]]
        calendar = self._spellings.seasons[season] if season else ""
        return ReadLimit(ClockDefinition(kind, int(number) * each, calendar=calendar), note or "")


def _any(words: object) -> str:
    """A pattern of any of these words, the longest first; one that never fits where there are none."""
    known = sorted(map(str, words), key=len, reverse=True) if isinstance(words, dict | tuple) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return "|".join(map(re.escape, known)) or "(?!)"
