"""Homes: where a household or a person lives — a grid, with a unit in it or, where the ground has none, an address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.labels import Choice

MOST_ADDRESS = 400


class ResidenceKind(Choice):
    """How somebody lives here; where they come from is not asked."""

    PERMANENT = auto(), "常住"
    TEMPORARY = auto(), "暂住"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home as residences and households keep it."""

    grid_id: int
    unit_id: int | None = None
    address: str | None = None

    @property
    def columns(self) -> dict[str, Any]:
        return {"grid_id": self.grid_id, "unit_id": self.unit_id, "address": self.address}

    @property
    def is_named(self) -> bool:
        """Whether more than its grid is known."""
        return self.unit_id is not None or self.address is not None

    def fits(self, other: "Home") -> bool:
        """Whether the other is the same place, or somewhere in the same grid of which no more is known."""
        same = self.unit_id == other.unit_id and (self.unit_id is not None or self.address == other.address)
        return self.grid_id == other.grid_id and (same or not other.is_named)


def home_of(row: Any) -> Home:
    """The home in a row of `household` or `residence`."""
    return Home(grid_id=row.grid_id, unit_id=row.unit_id, address=row.address)


@dataclass(frozen=True, slots=True)
class Past:
    """The homes that somebody has had: the present one, and when the last of the earlier ones was left."""

    present: sa.Row[Any] | None = None
    left_on: date | None = None
    first_on: date | None = None
    """The earliest day on which the person is known to have moved in anywhere."""


async def past_homes(work: Work, person_ids: Sequence[int]) -> Mapping[int, Past]:
    """The homes of persons by their ids."""
    found: dict[int, Past] = {}
    wanted, residence = sorted(set(person_ids)), t.residence
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        for row in await work.rows(sa.select(residence).where(residence.c.person_id.in_(chunk))):
            past = found.get(row.person_id, Past())
            found[row.person_id] = Past(
                row if row.moved_out_on is None else past.present,
                max(filter(None, (past.left_on, row.moved_out_on)), default=None),
                min(filter(None, (past.first_on, row.moved_in_on)), default=None),
            )
    return found


def check_moved_in(moved_in_on: date | None, born_on: date | None, today: date, field: str = "movedInOn") -> Iterator[Refusal]:
    """Nobody moves in after today, or before birth."""
    if moved_in_on is not None and moved_in_on > today:
        yield refusal("IN_THE_FUTURE", field)
    if moved_in_on is not None and born_on is not None and moved_in_on < born_on:
        yield refusal("BEFORE_BIRTH", field)


async def follow_home(work: Work, person_id: int, grid_id: int) -> None:
    """Have what is bound to the grid of a person's home follow it: the person's needs."""
    await work.run(sa.update(t.need).where(t.need.c.person_id == person_id, t.need.c.grid_id != grid_id).values(grid_id=grid_id))
