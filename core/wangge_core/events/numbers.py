"""Event numbers by the deployment's pattern, `20261121-00042` unless it says otherwise, without gaps or races.

All events whose number is alike but for the running part share one counter. Its row is locked until the transaction ends, so a number
that is rolled back is given again.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import SettingError

MOST_NUMBER = 40
MOST_DIGITS = 12
DEFAULT_PATTERN = "{year}{month}{day}-{n:05}"
CODES = {"district": 6, "subdistrict": 9, "community": 12, "grid": 40}
"""How much of the grid's code each stands for."""
NAMES = ("year", "month", "day", "plugin", *CODES)
DIGITS = re.compile(r"0?([1-9][0-9]?)")


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a number may tell of its event."""

    at: datetime
    grid_code: str
    kind_id: str


class NumberPattern:
    """A pattern of event numbers: text with `{year}`, `{month}`, `{day}`, `{plugin}` of the kind, `{district}`, `{subdistrict}`,
    `{community}` or `{grid}` for so much of the grid's code, and once `{n:05}`, the running number in at least five digits.

    Numbers that differ in anything but `{n}` run apart. Raises SettingError where it cannot be read, or its numbers could be too long.
    """

    def __init__(self, pattern: str) -> None:
        self._parts = list(self._read(pattern))
        runs = [name for _, name, _ in self._parts if name == "n"]
        if len(runs) != 1:
            raise _wrong(pattern, "must have {n} once")
        if len(self.written(self.scope_of(_LONGEST, ZoneInfo("UTC")), 10 ** (MOST_DIGITS - 5) - 1)) > MOST_NUMBER:
            raise _wrong(pattern, f"can make numbers of more than {MOST_NUMBER} characters")

    def _read(self, pattern: str) -> Iterator[tuple[str, str, int]]:
        """(text before, name, least digits) of each part."""
        try:
            parts = list(Formatter().parse(pattern))
        except ValueError as error:
            raise _wrong(pattern, f"cannot be read ({error})") from None
        for text, name, form, conversion in parts:
            if name is None:
                yield text, "", 0
                continue
            digits = DIGITS.fullmatch(form or "1")
            if conversion or name not in (*NAMES, "n") or digits is None or (form and name != "n") or int(digits[1]) > MOST_DIGITS:
                raise _wrong(pattern, f"has the part {{{name}{':' + form if form else ''}}}")
            yield text, name, int(digits[1])

    def scope_of(self, numbered: Numbered, zone: ZoneInfo) -> tuple[str, str]:
        """What stands before and after the running number."""
        day = numbered.at.astimezone(zone)
        known = {
            "year": f"{day.year:04}",
            "month": f"{day.month:02}",
            "day": f"{day.day:02}",
            "plugin": numbered.kind_id.partition(".")[0],
        } | {name: numbered.grid_code[:length] for name, length in CODES.items()}
        written = ["", ""]
        after = 0
        for text, name, _ in self._parts:
            written[after] += text
            if name == "n":
                after = 1
            else:
                written[after] += known.get(name, "")
        return written[0], written[1]

    def written(self, scope: tuple[str, str], number: int) -> str:
        digits = next(digits for _, name, digits in self._parts if name == "n")
        return f"{scope[0]}{number:0{digits}d}{scope[1]}"


_LONGEST = Numbered(datetime(2000, 1, 1), "0" * 15, "maritime.distress")  # noqa: DTZ001 - its length alone counts


def _wrong(pattern: str, why: str) -> SettingError:
    names = ", ".join(f"{{{name}}}" for name in NAMES)
    return SettingError(f"the event number {pattern!r} {why}.", hint=f"It is text with {names} and once {{n}} or {{n:05}}.")


async def take_numbers(work: Work, numbered: Sequence[Numbered]) -> list[str]:
    """A number for each event, in order."""
    pattern = work.rules.event_number
    scopes = [pattern.scope_of(one, work.rules.zone) for one in numbered]
    following = await _reserve(work, Counter(scopes))
    numbers: list[str] = []
    for scope in scopes:
        numbers.append(pattern.written(scope, following[scope]))
        following[scope] += 1
    return numbers


async def _reserve(work: Work, counts: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Move the counters of these scopes on; the first number that each may use."""
    counter = t.counter
    wanted = sorted(counts)
    first: dict[tuple[str, str], int] = {}
    for start in range(0, len(wanted), CHUNK):
        names = {scope: _counter_name(scope) for scope in wanted[start : start + CHUNK]}
        if not work.on_sqlite:  # another writer may be making the counter at this moment: wait for it, and count on from there
            new = [{"name": name, "value": 0} for name in names.values()]
            await work.run(insert(counter).values(new).on_conflict_do_nothing())
        query = sa.select(counter.c.name, counter.c.value).where(counter.c.name.in_(names.values())).order_by(counter.c.name)
        present = {row.name: row.value for row in await work.rows(query if work.on_sqlite else query.with_for_update())}
        await work.insert(counter, [{"name": name, "value": 0} for name in names.values() if name not in present])
        for scope, name in names.items():
            first[scope] = present.get(name, 0) + 1
        used = [{"counted": name, "used": first[scope] + counts[scope] - 1} for scope, name in names.items()]
        move_on = sa.update(counter).where(counter.c.name == sa.bindparam("counted")).values(value=sa.bindparam("used"))
        await work.connection.execute(move_on, used)
    return first


def _counter_name(scope: tuple[str, str]) -> str:
    """`event.20261121-`; with what follows the number only where there is something."""
    before, after = scope
    return f"event.{before}{'…' + after if after else ''}"
