"""Counting: what has changed since the last time is counted anew and the difference goes into the tallies.

A job follows the outbox, so that a report or a move writes nothing for it. To count a thing again changes nothing where nothing changed.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from wangge_core.db import tables as t
from wangge_core.db.outbox.pages import Change, present, read_page
from wangge_core.db.outbox.positions import OutboxCursorError, read_cursor
from wangge_core.db.work import CHUNK, Work
from wangge_core.indicators.facts import Counted, packed, unpacked
from wangge_core.indicators.reading import EVENT, READERS, Within
from wangge_core.indicators.tallies import added_up, grounds_of, write_tallies
from wangge_core.jobs.claiming import Job
from wangge_core.jobs.scheduling import RECURRING, NewJob, schedule

COUNT = "indicators.count"
PAUSE = timedelta(minutes=1)
NAME = "counting"
PAGES = 4
"""How many pages of changes are followed at once."""
RECOUNTED = 1_000
"""How many things are counted anew at once, one after the other by their keys."""
GROUND = ("division.", "grid.")


async def count_handler(work: Work, job: Job) -> None:
    """Count what has changed, and come again: at once where there is more."""
    more = await count_changes(work)
    await schedule(work, [NewJob(name=job.name, key=job.key, run_at=work.now if more else work.now + PAUSE)])


def counting_job(now: datetime) -> NewJob:
    """The job that counts what has changed, to run now."""
    return NewJob(name=COUNT, key=RECURRING, run_at=now)


async def count_changes(work: Work) -> bool:
    """Count what has changed since the last time; whether there is more. The first time, and where changes are not kept any more, all is
    counted anew, some at a time."""
    state = await _locked(work)
    if state.recounting is not None:
        return await _go_on(work, state)
    if state.cursor is None:
        return await _begin(work)
    try:
        position = read_cursor(state.cursor, on_sqlite=work.on_sqlite)
        for _ in range(PAGES):
            page = await read_page(work, position)
            await _follow(work, page.changes)
            position = page.next
            if not page.more:
                break
        else:
            await _remember(work, cursor=position.cursor)
            return True
    except OutboxCursorError:
        return await _begin(work)
    await _remember(work, cursor=position.cursor, counted_at=work.now)
    return False


async def recount(
    work: Work, since: date | None = None, until: date | None = None, *, after: tuple[str, int] | None = None
) -> tuple[str, int] | None:
    """Count things anew of which anything is, or was, counted between two days, some at a time: all of them where no day is named.

    Gives what to call it with as `after` for the next ones, and None when all are done.
    """
    await _locked(work)
    thing, last = after or (EVENT, 0)
    keys = await _keys(work, thing, last, since, until)
    if keys:
        await count_things(work, thing, keys)
    if len(keys) == RECOUNTED:
        return thing, keys[-1]
    names = list(READERS)
    return (names[names.index(thing) + 1], 0) if thing != names[-1] else None


async def forget_counts(work: Work) -> None:
    """Forget all that was counted, before all is counted anew."""
    await _locked(work)
    for table in (t.tally, t.counted):
        await work.run(sa.delete(table))


async def count_things(work: Work, thing: str, ids: Collection[int]) -> None:
    """Count these things anew, those that are gone among them."""
    wanted = sorted(set(ids))
    if wanted and wanted[-1] - wanted[0] < 2 * len(wanted):
        await _count(work, thing, lambda column: column.between(wanted[0], wanted[-1]))
        return
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        await _count(work, thing, lambda column, chunk=chunk: column.in_(chunk))


async def _count(work: Work, thing: str, within: Within) -> None:
    new = await READERS[thing](work, within)
    old = await _stored(work, thing, within)
    was, fresh = {one.id: one for one in old}, {one.id: one for one in new if one.facts}
    changed = [one for id, one in fresh.items() if was.get(id) != one]
    gone = [one for id, one in was.items() if fresh.get(id) != one]
    grounds = await grounds_of(work, [*changed, *gone])
    differences = added_up(changed, grounds)
    differences.update(added_up(gone, grounds, sign=-1))
    await _replace(work, thing, [one.id for one in gone], changed)
    await write_tallies(work, differences)
    if grounds.gone:
        await work.run(sa.delete(t.tally).where(t.tally.c.grid_id.in_(sorted(grounds.gone))))


async def _stored(work: Work, thing: str, within: Within) -> list[Counted]:
    """What stands in the tallies of these things."""
    counted = t.counted
    rows = await work.rows(sa.select(counted).where(counted.c.thing == thing, within(counted.c.thing_id)))
    return [
        Counted(
            thing=row.thing,
            id=row.thing_id,
            grid_id=row.grid_id,
            path=row.path,
            then_grid_id=row.then_grid_id,
            then_path=row.then_path,
            kind_id=row.kind_id,
            source=row.source,
            facts=unpacked(row.facts),
        )
        for row in rows
    ]


async def _replace(work: Work, thing: str, gone: Sequence[int], new: Sequence[Counted]) -> None:
    counted = t.counted
    for start in range(0, len(gone), CHUNK):
        chunk = gone[start : start + CHUNK]
        await work.run(sa.delete(counted).where(counted.c.thing == thing, counted.c.thing_id.in_(chunk)))
    await work.insert(counted, [_row(one) for one in new])


def _row(one: Counted) -> dict[str, Any]:
    first, last = one.days
    return {
        "thing": one.thing,
        "thing_id": one.id,
        "grid_id": one.grid_id,
        "path": one.path,
        "then_grid_id": one.then_grid_id,
        "then_path": one.then_path,
        "kind_id": one.kind_id,
        "source": one.source,
        "first_day": first,
        "last_day": last,
        "facts": packed(one.facts),
    }


async def _locked(work: Work) -> sa.Row[Any]:
    """How far the counting is, locked: who counts is alone."""
    counting = t.counting
    query = sa.select(counting).where(counting.c.name == NAME)
    query = query if work.on_sqlite else query.with_for_update()
    row = await work.first(query)
    if row is None:
        insert = (sqlite.insert if work.on_sqlite else postgresql.insert)(counting)
        await work.run(insert.values(name=NAME).on_conflict_do_nothing())  # another process may begin at the same moment
        row = await work.first(query)
    assert row is not None
    return row


async def _remember(work: Work, **values: Any) -> None:
    await work.run(sa.update(t.counting).where(t.counting.c.name == NAME).values(values))


async def _begin(work: Work) -> bool:
    """Begin to count all anew: from now on changes are followed, and what was before is gone through."""
    position = await present(work)
    await _remember(work, cursor=position.cursor, recounting=EVENT, recounted_to=0)
    return True


async def _go_on(work: Work, state: sa.Row[Any]) -> bool:
    after = await recount(work, after=(state.recounting, state.recounted_to))
    thing, last = after or (None, None)
    await _remember(work, recounting=thing, recounted_to=last)
    return True


async def _follow(work: Work, changes: Sequence[Change]) -> None:
    ids, ground = defaultdict[str, set[int]](set), False
    for one in changes:
        thing = one.topic.partition(".")[0]
        if thing in READERS:
            ids[thing].add(one.thing_id)
        ground |= one.topic.startswith(GROUND)
    for thing, found in ids.items():
        await count_things(work, thing, found)
    if ground:
        await count_misplaced(work)


async def count_misplaced(work: Work) -> None:
    """Count anew what a division has taken to another grid, and what lies in grids that stand elsewhere in the tree now."""
    counted, grid, then = t.counted, t.grid, t.grid.alias()
    elsewhere = (counted.c.path != grid.c.path, counted.c.then_path != then.c.path)
    for thing in READERS:
        table = t.metadata.tables[thing]
        query = (
            sa.select(counted.c.thing_id)
            .join(table, table.c.id == counted.c.thing_id)
            .join(grid, grid.c.id == table.c.grid_id)
            .outerjoin(then, then.c.id == counted.c.then_grid_id)
            .where(counted.c.thing == thing, sa.or_(counted.c.grid_id != table.c.grid_id, *elsewhere))
        )
        ids = sorted(row.thing_id for row in await work.rows(query))
        for start in range(0, len(ids), CHUNK):
            await count_things(work, thing, ids[start : start + CHUNK])


async def _keys(work: Work, thing: str, last: int, since: date | None, until: date | None) -> list[int]:
    """The next keys after one, of the things of which anything is counted in the days, or that were added in them."""
    table, counted = t.metadata.tables[thing], t.counted
    query = sa.select(table.c.id).where(table.c.id > last)
    if since is not None or until is not None:
        known = sa.and_(counted.c.thing == thing, counted.c.thing_id == table.c.id)
        days = [counted.c.last_day >= since] if since else []
        days += [counted.c.first_day <= until] if until else []
        unknown = sa.not_(sa.exists().where(known))
        query = query.where(sa.or_(sa.exists().where(known, *days), sa.and_(unknown, *_added(work, table, since, until))))
    return [row.id for row in await work.rows(query.order_by(table.c.id).limit(RECOUNTED))]


def _added(work: Work, table: sa.Table, since: date | None, until: date | None) -> list[sa.ColumnElement[bool]]:
    at = table.c.reported_at if table is t.event else table.c.started_at
    zone = work.rules.zone
    conditions = [at >= datetime.combine(since, time.min, zone)] if since else []
    return [*conditions, *([at < datetime.combine(until + timedelta(days=1), time.min, zone)] if until else [])]
