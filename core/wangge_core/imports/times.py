"""Moments as files write them: formats, the zone, and the hours that the change of clocks skips and repeats."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from wangge_core.errors import Refusal, refusal
from wangge_core.imports.mappings import Times

ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
EARLIEST_YEAR = 1900


class TimeReader:
    """Reads the moments of one mapping; remembers the latest, because rows repeat them."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._zone = ZoneInfo(times.zone)
        self._read = lru_cache(maxsize=10_000)(self._uncached)

    def read(self, text: str, field: str, found: list[Refusal]) -> datetime | None:
        """The moment; None where there is none or it is refused."""
        if not text:
            return None
        value = self._read(text)
        if isinstance(value, str):
            found.append(refusal(value, field, value=text))
            return None
        return value

    def _uncached(self, text: str) -> datetime | str:
        meanings = self._meanings(text)
        if len(meanings) != 1:
            return "TIME_AMBIGUOUS" if meanings else "TIME_INVALID"
        moment = meanings.pop()
        if not EARLIEST_YEAR <= moment.year < 9999:
            return "TIME_INVALID"
        return moment if moment.tzinfo else self._in_zone(moment)

    def _meanings(self, text: str) -> set[datetime]:
        if ISO.fullmatch(text):
            try:
                return {datetime.fromisoformat(text)}
            except ValueError:
                return set()
        found: set[datetime] = set()
        for form in self._times.formats:
            try:
                found.add(datetime.strptime(text, form))  # noqa: DTZ007 - the zone is added below
            except ValueError:
                continue
        return found

    def _in_zone(self, naive: datetime) -> datetime | str:
        earlier, later = naive.replace(tzinfo=self._zone), naive.replace(tzinfo=self._zone, fold=1)
        if earlier.utcoffset() == later.utcoffset():
            return earlier
        if (earlier.utcoffset() or timedelta()) < (later.utcoffset() or timedelta()):  # the clocks went forward over it
            return earlier.astimezone(UTC) if self._times.skipped_hour == "later" else "TIME_SKIPPED"
        if self._times.repeated_hour == "refuse":
            return "TIME_REPEATED"
        return (earlier if self._times.repeated_hour == "earlier" else later).astimezone(UTC)
