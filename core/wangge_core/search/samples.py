"""Samples: some rows of every searched table, kept in memory, that tell whether a text is common.

A hint for how to read, never an answer: being late or wrong makes a read slower only.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.search.conditions import Frequency
from wangge_core.search.grams import folded

FRESH = timedelta(minutes=10)
SIZE = 1000
"""How many rows of a table are kept at most."""
LEAST = 200
"""A smaller sample says nothing."""
COMMON = 0.01
"""From this share of the rows on, checking rows in their order fills a page sooner than looking them all up."""
LENGTH = 400
"""How many characters of a row's text are kept."""


@dataclass(slots=True)
class Samples:
    """The samples by table, as they were at `loaded_at`."""

    texts: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    """How many rows, and the folded texts of them all."""
    loaded_at: datetime | None = None

    def is_stale(self, now: datetime) -> bool:
        return self.loaded_at is None or now - self.loaded_at > FRESH

    async def load(self, work: Work) -> None:
        """Take new samples."""
        self.loaded_at = work.now
        for name, column in t.SEARCHED.items():
            table = t.metadata.tables[name]
            last = await work.value(sa.select(sa.func.max(table.c.id))) or 0
            ids = random.sample(range(1, last + 1), min(SIZE, last))
            text = sa.func.coalesce(table.c.folded, table.c[column])
            found = await work.by_ids((sa.func.substr(text, 1, LENGTH).label("start"),), table.c.id, ids)
            self.texts[name] = len(found), "\n".join(row.start for row in found.values())

    def frequency(self, table: sa.Table, text: str) -> Frequency:
        """How common a text is in the searched texts of a table."""
        if not folded(text):
            return Frequency.EVERYWHERE
        size, sample = self.texts.get(table.name, (0, ""))
        return Frequency.COMMON if size >= LEAST and sample.count(folded(text)) >= size * COMMON else Frequency.RARE
