"""Targets: whom and what a duty concerns now, as a select of the present rows with what was done for each.

Each select goes by the grids of its ground to the few things in them, and from each thing by an index to its entries in the ledger, so
that it costs as much as the ground is large, and not the town.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from wangge_core.db.columns import Instant
from wangge_core.duties.asking import Ask
from wangge_core.duties.doing import done_of
from wangge_core.duties.found import Found
from wangge_core.duties.given import Question, of_ask
from wangge_core.duties.happenings import events, tasks
from wangge_core.duties.residents import households, persons
from wangge_core.duties.things import grids, homes, things

NOWHERE = sa.cast(sa.null(), sa.Float(53))


def select_of(ask: Ask, question: Question) -> sa.Select[Any]:
    """The things of an ask: its number and sort, key and grid of each, its tally, what is needed, by when, since when it is there, whether
    the viewer sees it and where it is; and what work it is. Where what was missed is made up, and the duty held all through the period
    before, also when that period and the present one began."""
    found = FINDING[ask.target.sort](ask, question)
    window, shared = ask.window, ask.window is not None and ask.window.kind == "SHARE"
    longitude, latitude = found.position() if question.near is not None and not shared else (NOWHERE, NOWHERE)
    columns = {
        "id": found.id,
        "grid_id": found.grid_id,
        "tally": found.tally,
        "amount": sa.literal(1, sa.BigInteger) if window is None else of_ask(ask, "amount", sa.BigInteger),
        "due_by": of_ask(ask, "due_by") if found.due_by is None else found.due_by,
        "since": found.since,
        "seen": found.seen,
        "longitude": longitude,
        "latitude": latitude,
    }
    query = sa.select(*(column.label(name) for name, column in columns.items())).select_from(found.source).where(*found.where)
    rows = (_shared(query, ask) if shared else query).subquery()
    made_up = window is not None and window.before is not None and ask.since < window.before
    return sa.select(
        sa.literal(ask.number, sa.Integer).label("ask"),
        sa.literal("GRID" if shared else ask.target.sort, sa.Text).label("sort"),
        *rows.c,
        sa.literal(ask.duty.does.value, sa.Text).label("does"),
        sa.cast(of_ask(ask, "before") if made_up else sa.null(), Instant).label("earlier"),
        sa.cast(of_ask(ask, "begin") if made_up else sa.null(), Instant).label("begin"),
    )


def _shared(query: sa.Select[Any], ask: Ask) -> sa.Select[Any]:
    """A share of the things of each grid, as one thing to do: how many of them make it up, and of how many it was done."""
    assert ask.window is not None
    each = query.subquery()
    needed = (sa.func.count() * of_ask(ask, "amount", sa.BigInteger) + 99) // 100
    done = sa.func.sum(sa.case((done_of(each.c.tally) > 0, 1), else_=0))
    columns: list[sa.ColumnElement[Any]] = [
        each.c.grid_id.label("id"),
        each.c.grid_id,
        sa.cast(done, sa.BigInteger).label("tally"),
        sa.cast(needed, sa.BigInteger).label("amount"),
        sa.func.max(each.c.due_by, type_=Instant).label("due_by"),
        sa.func.min(each.c.since, type_=Instant).label("since"),
        sa.true().label("seen"),
        NOWHERE.label("longitude"),
        NOWHERE.label("latitude"),
    ]
    return sa.select(*columns).group_by(each.c.grid_id)


FINDING: Mapping[str, Callable[[Ask, Question], Found]] = {
    "HOUSEHOLD": households,
    "PERSON": persons,
    "UNIT": homes,
    "BUILDING": things("building"),
    "ORGANIZATION": things("organization"),
    "ASSET": things("asset"),
    "PLACE": things("place"),
    "GRID": grids,
    "EVENT": events,
    "TASK": tasks,
}
