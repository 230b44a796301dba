"""Happenings: the events that a duty concerns, and tasks of events. Kinds that are hidden from the grid ask nobody for anything."""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Instant
from wangge_core.db.lists import looked_up
from wangge_core.duties import placed
from wangge_core.duties.asking import Ask
from wangge_core.duties.doing import tally_of
from wangge_core.duties.found import Condition, Found, Row, ground_of, there_is
from wangge_core.duties.given import Question, of_ask
from wangge_core.duties.later import Later
from wangge_core.rights.visibility import event_rule


def events(ask: Ask, question: Question) -> Found:
    row, target, window = t.event.alias(), ask.target, ask.window
    from_closing = target.closed
    since = row.c.closed_at if from_closing else row.c.reported_at
    where = [looked_up(row.c.grid_id, ground_of(ask)), _is_for_everybody(row), since < of_ask(ask, "end")]
    if window is None:
        where.append(since >= of_ask(ask, "oldest"))
    else:
        where.append(sa.not_(row.c.closed))
    if target.kinds:
        where.append(row.c.kind_id.in_(target.kinds))
    if target.urgent:
        where.append(row.c.priority == "URGENT")
    if from_closing:
        where.append(row.c.closed)
    if target.unrated:
        report = t.public_report.alias()
        rated = sa.select(1).where(report.c.event_id == row.c.id, report.c.rating.is_not(None)).correlate_except(report)
        where.append(sa.not_(there_is(rated)))
    if target.one_in > 1:
        where.append(row.c.id % target.one_in == 0)
    return Found(
        id=row.c.id,
        grid_id=row.c.grid_id,
        source=row,
        where=tuple(where),
        since=since,
        seen=event_rule(row, question.viewer),
        tally=tally_of(ask, lambda entry: entry.c.event_id == row.c.id, begin=since if window is None else None),
        position=lambda: placed.of_event(row),
        due_by=Later(since, ask.seconds) if window is None else None,
    )


def _is_for_everybody(event: Row) -> Condition:
    """Of a kind that is not kept from who serves the grid."""
    kind = t.event_kind.alias()
    return event.c.kind_id.not_in(sa.select(kind.c.id).where(kind.c.hidden_from_grid))


def tasks(ask: Ask, question: Question) -> Found:
    """Tasks of events, due when they are themselves, else by the duty; done when they have ended, whatever the ledger says."""
    row, event = t.task.alias(), t.event.alias()
    return Found(
        id=event.c.id,
        grid_id=row.c.grid_id,
        source=row.join(event, event.c.id == row.c.event_id),
        where=(
            looked_up(row.c.grid_id, ground_of(ask)),
            row.c.kind.in_(ask.target.kinds),
            row.c.given_at >= of_ask(ask, "oldest"),
            sa.or_(row.c.open, row.c.done),
            _is_for_everybody(event),
        ),
        since=row.c.given_at,
        seen=event_rule(event, question.viewer),
        tally=sa.cast(sa.case((row.c.open, 0), else_=1), sa.BigInteger),
        position=lambda: placed.of_event(event),
        due_by=sa.func.coalesce(row.c.due_at, Later(row.c.given_at, ask.seconds), type_=Instant),
    )
