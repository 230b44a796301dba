"""Doing: what the ledger says was done for a thing, as an expression over its row.

One number holds what was done in the window, how often it was declined, and what was done in the period before, so that the entries of a
thing are looked up once. Entries count that the ledger counts and whose outcome fulfils: met, by phone, declined, done.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.duties.asking import Ask
from wangge_core.duties.given import of_ask
from wangge_core.plugin.declarations.duties import PATROLS, DutyWork

FULFILS = ("MET", "BY_PHONE", "DECLINED", "DONE")
DECLINED = "DECLINED"
DECLINES, EARLIER = 1 << 20, 1 << 40
"""What a decline in the window, and an entry of the period before, weigh in a tally; entries in the window weigh one."""
OF_PEOPLE = frozenset({"HOUSEHOLD", "PERSON"})
Row = sa.FromClause
Number = sa.ColumnElement[int]


def done_of(tally: Number) -> Number:
    """How much was done in the window."""
    return tally % DECLINES


def declined_of(tally: Number) -> Number:
    """How much of it was declined."""
    return tally // DECLINES % DECLINES


def earlier_of(tally: Number) -> Number:
    """How much was done in the period before."""
    return tally // EARLIER


def fulfils(entry: Row, does: DutyWork) -> list[sa.ColumnElement[bool]]:
    """Which entries of the ledger are work of this sort that counts, and came to something."""
    found = [entry.c.counted, entry.c.what == does.value]
    return found if does in PATROLS else [*found, entry.c.outcome.in_(FULFILS)]


def counts(entry: Row, ask: Ask) -> list[sa.ColumnElement[bool]]:
    """Which of these can count for a duty.

    People are visited and told once, whichever duty it was for; of things, an entry counts for the duty that it names, or where it names
    none, for each that does the same.
    """
    does = ask.duty.does
    found = fulfils(entry, does)
    if not (ask.target.sort in OF_PEOPLE and does in (DutyWork.VISIT, DutyWork.TALK)):
        found.append(sa.or_(entry.c.duty_id == ask.duty.id, entry.c.duty_id.is_(None)))
    return found


def entries_of(ask: Ask) -> sa.Table:
    """The table in which the ledger keeps what is done for a duty."""
    return t.patrol if ask.duty.does in PATROLS else t.visit


def tally_of(ask: Ask, *refers: Callable[[Row], sa.ColumnElement[bool]], begin: sa.ColumnElement[Any] | None = None) -> Number:
    """The tally of a thing by the entries that refer to it in one of these ways, which exclude each other; since `begin` where each thing
    has its own time."""
    found = _tally(ask, refers[0], begin)
    for one in refers[1:]:
        found = found + _tally(ask, one, begin)
    return found


def _tally(ask: Ask, refers: Callable[[Row], sa.ColumnElement[bool]], begin: sa.ColumnElement[Any] | None) -> Number:
    entry, window = entries_of(ask).alias(), ask.window
    if window is None or begin is not None:
        first: Any = begin
    else:
        first = of_ask(ask, "begin" if window.before is None else "before")
    times = [entry.c.started_at >= first, entry.c.started_at < of_ask(ask, "end")]
    query = sa.select(_weight(entry, ask)).where(refers(entry), *times, *counts(entry, ask))
    return sa.func.coalesce(query.correlate_except(entry).scalar_subquery(), 0)


def _weight(entry: Row, ask: Ask) -> sa.ColumnElement[Any]:
    window = ask.window
    if window is not None and window.kind == "MINUTES":
        return sa.cast(sa.func.sum(sa.func.coalesce(entry.c.minutes_counted, 0)), sa.BigInteger)
    now: Any = sa.literal(1, sa.BigInteger)
    if "outcome" in entry.c:
        now = sa.case((entry.c.outcome == DECLINED, sa.literal(1 + DECLINES, sa.BigInteger)), else_=now)
    if window is not None and window.before is not None:
        now = sa.case((entry.c.started_at < of_ask(ask, "begin"), sa.literal(EARLIER, sa.BigInteger)), else_=now)
    return sa.cast(sa.func.sum(now), sa.BigInteger)


def last_done(sort: sa.ColumnElement[Any], id: sa.ColumnElement[Any], does: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """When the same was last done to a thing, ever; of people by a visit to the household or one of its members."""
    visit, person, patrol = t.visit.alias(), t.person.alias(), t.patrol.alias()
    ties = [(name.upper(), visit.c[f"{name}_id"] == id) for name in ("unit", "building", "organization", "asset", "place", "event")]
    members = sa.select(person.c.id).where(person.c.household_id == id).correlate_except(person)
    household = sa.select(person.c.household_id).where(person.c.id == id).correlate_except(person).scalar_subquery()

    def latest(entry: Row, tie: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        came_to_something = entry.c.outcome.in_(FULFILS) if "outcome" in entry.c else sa.true()
        query = sa.select(sa.func.max(entry.c.started_at)).where(tie, entry.c.counted, came_to_something, entry.c.what == does)
        return query.correlate_except(entry).scalar_subquery()

    walked = latest(patrol, sa.case((sort == "PLACE", patrol.c.route_id), else_=patrol.c.grid_id) == id)
    of_grid = sa.and_(visit.c.grid_id == id, visit.c.what == does)
    return sa.case(
        (does.in_(sorted(one.value for one in PATROLS)), walked),
        (sort == "HOUSEHOLD", _later(latest(visit, visit.c.household_id == id), latest(visit, visit.c.person_id.in_(members)))),
        (sort == "PERSON", _later(latest(visit, visit.c.person_id == id), latest(visit, visit.c.household_id == household))),
        *((sort == name, latest(visit, tie)) for name, tie in ties),
        (sort == "TASK", latest(visit, visit.c.event_id == id)),
        else_=latest(visit, of_grid),
    )


def _later(one: sa.ColumnElement[Any], other: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The later of two moments, either of which may be missing."""
    return sa.case((sa.or_(other.is_(None), one > other), one), else_=other)
