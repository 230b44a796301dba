"""Settings: the duties as they hold on each part of a ground, by what is declared, what the deployment changed, and which occasions hold.

A change for a grid holds in it and below it, until another one for a grid further down. The same is so of occasions, several of which may
hold at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.duties.periods import LOOKS_BACK
from wangge_core.plugin.definitions import DutyDefinition, FrequencyDefinition

WHOLE = ""
"""The path of the whole ground: every other begins with it."""
LONGEST = timedelta(days=366)
"""Within how long after the beginning of an occasion something may be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the deployment changed of a duty below a path."""

    path: str
    in_force: bool
    frequencies: tuple[FrequencyDefinition, ...] | None
    who: tuple[str, ...] | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """An occasion that holds below a path from when until when; without an end as long as nobody says so."""

    occasion: str
    path: str
    starts_at: datetime
    ends_at: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the deployment says of duties now."""

    duties: Mapping[str, DutyDefinition]
    since: Mapping[str, datetime]
    changes: Mapping[str, tuple[Change, ...]]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A duty on a part of a ground: below `path`, but not below those of `without`."""

    duty: DutyDefinition
    who: tuple[str, ...]
    frequencies: tuple[FrequencyDefinition, ...]
    terms: tuple[Term, ...]
    path: str
    without: tuple[str, ...]
    since: datetime


async def read_settings(work: Work) -> Settings:
    """What holds now. A few rows of the deployment's own, however large the town."""
    change, term, grid = t.duty_change, t.occasion_term, t.grid
    declared = await work.rows(sa.select(t.duty.c.id, t.duty.c.since))
    rows = await work.rows(
        sa.select(change, grid.c.path).outerjoin(grid, grid.c.id == change.c.grid_id).where(change.c.current).order_by(change.c.id)
    )
    changes: dict[str, tuple[Change, ...]] = {}
    for row in rows:
        changes[row.duty_id] = (*changes.get(row.duty_id, ()), _change(row))
    terms = await work.rows(
        sa.select(term.c.occasion_id, term.c.starts_at, term.c.ends_at, grid.c.path)
        .join(grid, grid.c.id == term.c.grid_id)
        .where(sa.or_(term.c.ends_at.is_(None), term.c.ends_at > work.now - LONGEST - LOOKS_BACK))
        .order_by(term.c.id)
    )
    return Settings(
        duties=work.rules.registry.duties,
        since={row.id: row.since for row in declared},
        changes=changes,
        terms=tuple(Term(occasion=row.occasion_id, path=row.path, starts_at=row.starts_at, ends_at=row.ends_at) for row in terms),
    )


def _change(row: sa.Row[Any]) -> Change:
    return Change(
        path=row.path or WHOLE,
        in_force=row.in_force,
        frequencies=None if row.frequencies is None else read_frequencies(row.frequencies),
        who=None if row.who is None else tuple(row.who),
        at=row.at,
    )


def read_frequencies(stored: Any) -> tuple[FrequencyDefinition, ...]:
    """Frequencies as a change keeps them."""
    return msgspec.convert(stored, tuple[FrequencyDefinition, ...])


def parts_of(settings: Settings, paths: Sequence[str]) -> list[Part]:
    """Every duty on the parts of a ground on which it holds differently; those where it is switched off are left out."""
    return [part for duty in settings.duties.values() for path in paths for part in _parts(settings, duty, path)]


def _parts(settings: Settings, duty: DutyDefinition, ground: str) -> list[Part]:
    changes = settings.changes.get(duty.id, ())
    named = {one.occasion for one in _all_frequencies(duty, changes) if one.occasion}
    terms = [term for term in settings.terms if term.occasion in named]
    cuts = {one.path for one in (*changes, *terms) if one.path.startswith(ground)} | {ground}
    found = [_part(settings, duty, changes, terms, path, cuts) for path in sorted(cuts)]
    return [part for part in found if part is not None]


def _all_frequencies(duty: DutyDefinition, changes: Sequence[Change]) -> list[FrequencyDefinition]:
    return [*duty.frequencies, *(one for change in changes for one in change.frequencies or ())]


def _part(
    settings: Settings, duty: DutyDefinition, changes: Sequence[Change], terms: Sequence[Term], path: str, cuts: set[str]
) -> Part | None:
    holding = max((one for one in changes if path.startswith(one.path)), key=lambda one: len(one.path), default=None)
    if holding is not None and not holding.in_force:
        return None
    since = settings.since.get(duty.id)
    if since is None:
        return None
    below = sorted(cut for cut in cuts if cut != path and cut.startswith(path))
    return Part(
        duty=duty,
        who=duty.who if holding is None or holding.who is None else holding.who,
        frequencies=duty.frequencies if holding is None or holding.frequencies is None else holding.frequencies,
        terms=tuple(term for term in terms if path.startswith(term.path)),
        path=path,
        without=tuple(cut for at, cut in enumerate(below) if not any(cut.startswith(other) for other in below[:at])),
        since=max(since, holding.at) if holding is not None else since,
    )
