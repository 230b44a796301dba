"""Days as registers write them. What is refused is never shown: it may be somebody's date of birth."""

from datetime import date, datetime
from functools import lru_cache

from wangge_core.errors import Refusal, refusal
from wangge_core.imports.registers.mappings import Dates

MIDNIGHT = "T00:00:00"
"""How a workbook writes the time of a day."""
EARLIEST_YEAR = 1850


class DayReader:
    """Reads the days of one mapping; remembers the latest, because rows repeat them."""

    def __init__(self, dates: Dates) -> None:
        self._formats = dates.formats
        self._read = lru_cache(maxsize=50_000)(self._uncached)

    def read(self, text: str, field: str, found: list[Refusal]) -> date | None:
        """The day; None where there is none or it is refused."""
        if not text:
            return None
        value = self._read(text)
        if isinstance(value, str):
            found.append(refusal(value, field))
            return None
        return value

    def _uncached(self, text: str) -> date | str:
        meanings = self._meanings(text.removesuffix(MIDNIGHT))
        if len(meanings) != 1:
            return "DATE_AMBIGUOUS" if meanings else "DATE_INVALID"
        day = meanings.pop()
        return day if EARLIEST_YEAR <= day.year < 9999 else "DATE_INVALID"

    def _meanings(self, text: str) -> set[date]:
        if len(text) == len("2026-01-31") and text[4] == text[7] == "-":
            try:
                return {date.fromisoformat(text)}
            except ValueError:
                return set()
        found: set[date] = set()
        for form in self._formats:
            try:
                found.add(datetime.strptime(text, form).date())  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        return found
