"""Filling: the tools with which the richer town is made, and the texts and details that its rows have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.checking import read_details
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.details import DataClass
from wangge_core.plugin.definitions import DetailField, DetailsDefinition

SEED = 20261121
NOW = datetime(2026, 11, 21, 4, 30, 15, 250_000, tzinfo=UTC)
NAMES = (
    "Willow", "willow", "WILLOW lane", "银杏园", "杏", "三号楼 “东”", "100%_off", "a\\b", 'say "hi"', "O'Hara", "🦉 owl", "👩‍👩‍👧 home",
    "line\u2028break", "para\u2029graph", "tab\there", "new\nline", "bell\x07", "esc\x1b[0m", "del\x7f", "café Ünique",
    "CAFÉ", "x" * 60, "z", "0 first", "</script>",
    "${name}", "{{name}}", "--; DROP", "NULL", "null", "\ufeffbom", "é", "e\u0301", "ß", "网格", "网", "格员",
)  # fmt: skip
"""Among them ties, letters of both cases, quotes, wildcards, control characters and text beyond the basic plane."""
MARKED = "‹{} {}›"
GONE = "gone"
"""A plugin that is no longer there."""


def mark(type: str, id: int) -> str:
    """The mark that a row's text carries."""
    return MARKED.format(type, id)


@dataclass(frozen=True, slots=True)
class Ground:
    """The grids of the base layer that things can stand in, by id, with their paths."""

    grids: Mapping[int, str]

    @property
    def ids(self) -> list[int]:
        return sorted(self.grids)


class Filling:
    """Small tools over one seeded run."""

    def __init__(self, work: Work, random: Random) -> None:
        self.work, self.random = work, random
        self.registry = work.rules.registry
        self.next: dict[str, int] = {}
        self.ground = Ground({})
        self.accounts, self.posts, self.offices = list[int](), list[int](), list[int]()

    async def start_ids(self, *tables: sa.Table) -> None:
        for table in tables:
            self.next[table.name] = (await self.work.value(sa.select(sa.func.max(table.c.id))) or 0) + 1

    def id(self, table: sa.Table) -> int:
        given = self.next[table.name]
        self.next[table.name] = given + 1
        return given

    async def ids(self, table: sa.Table) -> list[Any]:
        return [row[0] for row in await self.work.rows(sa.select(table.c.id).order_by(table.c.id))]

    def maybe(self, value: Any, share: float = 0.6) -> Any:
        return value if self.random.random() < share else None

    def name(self) -> str:
        return self.random.choice(NAMES)

    def moment(self, days: int = 400) -> datetime:
        """A moment in the past; now and then the same one."""
        if self.random.random() < 0.3:
            return NOW - timedelta(days=self.random.choice((1, 2, 30)))
        return NOW - timedelta(milliseconds=self.random.randrange(days * 86_400_000))

    def day(self, days: int = 3000) -> date:
        """A day in the past."""
        return NOW.date() - timedelta(days=self.random.randrange(days))

    def confirmation(self) -> dict[str, Any]:
        """What was confirmed, by some of whom nobody knows, and what is due."""
        by = self.maybe(self.random.choice(self.accounts), 0.5) if self.accounts else None
        confirmed = {"confirmed_at": self.maybe(self.moment()), "confirmed_by_id": by}
        return confirmed | {"confirm_by": self.maybe(self.day() + timedelta(days=1500)), "version": self.random.randrange(1, 5)}

    def degrees(self, least: int, most: int) -> float | None:
        return self.random.choice((None, round(self.random.uniform(least, most), 7), float(least)))

    def unlabelled(self, path: str) -> Any:
        """Details of a plugin that is gone, on a ground."""
        return {"secret": f"‹private {path}›", "number": 1.5, "flag": True, "none": None, "many": [1, 2]}

    def details(self, definition: DetailsDefinition | None, path: str) -> Any:
        """Details as they are stored, marked where they are private; None where the kind has none or luck will have it."""
        if definition is None or self.random.random() < 0.1:
            return None
        for _ in range(60):
            made = _details(definition.fields, self.random, path)
            stored, refusals = read_details("any", definition, made)
            if not refusals:
                return msgspec.json.decode(msgspec.json.encode(stored))
        return None


SCALARS: Mapping[str, Any] = {
    "Int": lambda random: random.randrange(1, 40),
    "Float": lambda random: random.choice((0.1 + 0.2, 1 / 3, 2.0, 0.5)),
    "Boolean": lambda random: random.random() < 0.5,
    "Date": lambda random: (date(2020, 1, 1) + timedelta(days=random.randrange(2000))).isoformat(),
    "DateTime": lambda random: (NOW - timedelta(seconds=random.randrange(10**7))).isoformat(),
}


def _details(fields: Iterable[DetailField], random: Random, path: str, hidden: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in fields:
        if field.required or random.random() < 0.6:
            made[field.name] = _value(field, random, path, _mark_of(field.data_class, path) or hidden)
    return made


def _mark_of(data_class: DataClass, path: str) -> str:
    return {DataClass.PRIVATE: f"‹private {path}›", DataClass.STAFF: f"‹staff {path}›"}.get(data_class, "")


def _value(field: DetailField, random: Random, path: str, hidden: str) -> Any:
    def one() -> Any:
        if field.options:
            return random.choice(field.options)[0]
        if field.fields:
            return _details(field.fields, random, path, hidden)
        return SCALARS[field.type](random) if field.type in SCALARS else f"{random.choice(NAMES)} {hidden}"

    return [one() for _ in range(random.choice((1, 2, 3)))] if field.many else one()
