"""Tables of some tens of thousands of rows beside the small town that stands in the database."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.db.work import Work

EVENTS, PERSONS, OTHERS = 30_000, 20_000, 8_000
GRIDS = 300
USUAL_STATES = ("DAMAGED", "MISSING", "OUT_OF_SERVICE", "IN_ORDER")
"""Of assets; one in fifty is in each of the first three, and nothing is removed."""
LARGE = {
    "account",
    "asset",
    "building",
    "event",
    "event_assignment",
    "office",
    "organization",
    "patrol",
    "person",
    "place",
    "post",
    "visit",
}
"""The tables that get so many."""
Rows = list[dict[str, Any]]


async def fill(town: Town) -> None:
    """Fill the town's tables, and let the database count them where it does so by itself. One event in fifty is open, one
    person in a hundred lives here temporarily, and nothing is urgent or came from a superior.
    """
    async with town.deployment.write() as work:
        grids = await _fill_grids(work, town)
        accounts = await _write(
            work, t.account, OTHERS, lambda i: {"login": f"l{i}", "name": f"Name {i}", "active": True} | _made(work)
        )
        posts = await _fill_posts(work, accounts, grids)
        await _fill_places(work, grids)
        await _write(work, t.person, PERSONS, lambda i: _person(work, i, grids))
        await _fill_events(work, grids, accounts, posts)
        await _fill_ledger(work, grids, accounts, posts)
    await _count(town)


async def _write(work: Work, table: sa.Table, count: int, row: Any) -> Sequence[int]:
    ids = await work.reserve_ids(table, count)
    await work.insert(table, [{"id": id} | row(number) for number, id in enumerate(ids)])
    return ids


def _made(work: Work) -> dict[str, Any]:
    return {"created_at": work.now}


async def _fill_grids(work: Work, town: Town) -> Sequence[int]:
    """Most lie right under the district, which is wide then; every hundredth in the community."""
    parents = {code: await work.first(sa.select(t.grid).where(t.grid.c.code == code)) for code in (DISTRICT, COMMUNITY)}
    ids = await work.reserve_ids(t.grid, GRIDS)
    rows: Rows = []
    for number, id in enumerate(ids):
        parent: Any = parents[COMMUNITY if number % 100 == 0 else DISTRICT]
        rows.append(
            {"id": id, "layer_id": "base", "grid_type_id": "urban", "parent_id": parent.id, "path": f"{parent.path}{id}."}
            | {
                "depth": parent.depth + 1,
                "level": "GRID",
                "code": f"{parent.code}8{number}",
                "name": f"Grid {number}",
                "version": 1,
            }
            | {"created_at": work.now, "updated_at": work.now}
        )
    await work.insert(t.grid, rows)
    return [*ids, *town.grids.values()]


async def _fill_posts(work: Work, accounts: Sequence[int], grids: Sequence[int]) -> Sequence[int]:
    roles = [row[0] for row in await work.rows(sa.select(t.role.c.id))]
    made = {"starts_at": work.now, "office_id": None} | _made(work)
    return await _write(
        work,
        t.post,
        OTHERS,
        lambda i: made | {"account_id": _of(accounts, i), "role_id": _of(roles, i), "grid_id": _of(grids, i)},
    )


async def _fill_places(work: Work, grids: Sequence[int]) -> None:
    for table in (t.building, t.organization, t.asset, t.place):
        kinds = [None]
        if "kind_id" in table.c:
            kinds = [row[0] for row in await work.rows(sa.select(t.metadata.tables[f"{table.name}_kind"].c.id))]
        await _write(work, table, OTHERS, lambda i, table=table, kinds=kinds: _thing(work, i, grids, table, kinds))
    await _write(work, t.office, OTHERS, lambda i: {"code": f"o{i}", "name": f"Office {i}"})


def _thing(work: Work, number: int, grids: Sequence[int], table: sa.Table, kinds: Sequence[Any]) -> dict[str, Any]:
    kind = _of(kinds, number)
    confirm_by = date(2026, 1, 1) + timedelta(days=number % 700)
    thing = {"grid_id": _of(grids, number), "name": f"Thing {number}", "confirm_by": confirm_by} | _made(work)
    if table is t.asset:
        thing["state"] = USUAL_STATES[min(number % 50, len(USUAL_STATES) - 1)]
    return thing | ({"kind_id": kind} if kind else {})


def _person(work: Work, number: int, grids: Sequence[int]) -> dict[str, Any]:
    born_on, residence = date(1940, 1, 1) + timedelta(days=number), "PERMANENT" if number % 100 else "TEMPORARY"
    confirm_by = date(2026, 1, 1) + timedelta(days=number % 400)
    person = {"name": f"Person {number}", "residence": residence, "born_on": born_on, "confirm_by": confirm_by}
    return person | {"grid_id": _of(grids, number)} | _made(work)


async def _fill_events(work: Work, grids: Sequence[int], accounts: Sequence[int], posts: Sequence[int]) -> None:
    kinds = [row[0] for row in await work.rows(sa.select(t.event_kind.c.id))]
    version = await work.value(sa.select(sa.func.min(t.workflow_version.c.id)))

    def event(number: int) -> dict[str, Any]:
        is_open, at = number % 50 == 0, work.now - timedelta(seconds=number * 7919 % 9_000_000)
        return (
            {"number": f"n{number}", "kind_id": _of(kinds, number), "grid_id": _of(grids, number), "workflow_version_id": version}
            | {"stage": "filed" if is_open else "closed", "closed": not is_open}
            | {"priority": _of(("LOW", "NORMAL", "HIGH"), number), "source": _of(("WORKER", "HOTLINE", "RESIDENT"), number)}
            | {"description": f"Seen {number}", "reporter_id": _of(accounts, number), "reported_at": at, "entered_stage_at": at}
            | {"stage_due_at": at if is_open else None, "version": 1}
        )

    ids = await _write(work, t.event, EVENTS, event)
    given = {"sequence": 1, "lead": True, "active": True}
    await _write(work, t.event_assignment, EVENTS, lambda i: given | {"event_id": ids[i], "post_id": _of(posts, i)})


async def _fill_ledger(work: Work, grids: Sequence[int], accounts: Sequence[int], posts: Sequence[int]) -> None:
    """One entry in fifty is none of the usual sort, or does not count."""

    def entry(number: int) -> dict[str, Any]:
        at, usual = work.now - timedelta(seconds=number * 7919 % 9_000_000), number % 50 > 0
        who = {"account_id": _of(accounts, number), "post_id": _of(posts, number), "grid_id": _of(grids, number)}
        return who | {"started_at": at, "received_at": at, "counted": usual}

    def visit(number: int) -> dict[str, Any]:
        return {"what": "VISIT" if number % 50 else "TALK", "outcome": "MET" if number % 50 else "DECLINED"} | entry(number)

    await _write(work, t.visit, OTHERS, visit)
    patrols = await _write(work, t.patrol, OTHERS, lambda i: {"what": "PATROL" if i % 50 else "VIDEO_PATROL"} | entry(i))
    took_part = {"part": "LEADER", "started_at": work.now, "counted": True}
    await _write(work, t.participation, OTHERS, lambda i: took_part | {"patrol_id": patrols[i], "account_id": _of(accounts, i)})


def _of(values: Sequence[Any], number: int) -> Any:
    """One of the values, each as often as the others."""
    return values[number * 7919 % len(values)]


async def _count(town: Town) -> None:
    """Have PostgreSQL learn how many rows there are, which a real one does by itself. SQLite only learns it when it is told to."""
    engine = town.deployment._writer
    if engine.dialect.name == "postgresql":
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("VACUUM ANALYZE")


HOMES = 3_000
LIVED_IN = {"counted", "household", "need", "person", "tally", "visit"}
"""What `fill_homes` makes large."""


async def fill_homes(town: Town) -> None:
    """Homes with one person each, every other in need, all visited once; and what is counted of as many events."""
    async with town.deployment.write() as work:
        grids = await _fill_grids(work, town)
        made, until = _made(work), work.now + timedelta(days=90)
        post = await work.first(sa.select(t.post.c.id, t.post.c.account_id).limit(1))
        assert post is not None

        def grid(number: int) -> dict[str, Any]:
            return {"grid_id": _of(grids, number)}

        def need(number: int) -> dict[str, Any]:
            said = {"kind_id": "community.lives_alone", "reason": "asked for", "legal_basis": "own statement"}
            days = {"from_on": work.today, "until_on": until.date(), "ends_at": until}
            return said | days | made | grid(2 * number) | {"person_id": persons[2 * number]}

        def visit(number: int) -> dict[str, Any]:
            done = {"what": "VISIT", "outcome": "MET", "counted": True, "started_at": work.now, "received_at": work.now}
            return done | grid(number) | {"household_id": homes[number], "post_id": post.id, "account_id": post.account_id}

        homes = await _write(work, t.household, HOMES, lambda i: {"name": f"Home {i}", "address": f"Lane {i}"} | grid(i) | made)
        person = {"residence": "PERMANENT"} | made
        persons = await _write(
            work, t.person, HOMES, lambda i: person | {"name": f"Person {i}", "household_id": homes[i]} | grid(i)
        )
        await _write(work, t.need, HOMES // 2, need)
        await _write(work, t.visit, HOMES, visit)
        day, facts = date(2025, 6, 2), [["community.reported", date(2025, 6, 2).toordinal(), 1]]
        paths = await work.by_ids((t.grid.c.path,), t.grid.c.id, grids)
        counted = {"thing": "event", "kind_id": "community.hazard", "source": "PATROL", "facts": facts}
        counted |= {"first_day": day, "last_day": day, "then_grid_id": None, "then_path": None}
        rows = [counted | grid(i) | {"thing_id": 10**6 + i, "path": paths[_of(grids, i)].path} for i in range(HOMES)]
        await work.insert(t.counted, rows)
        tally = {"dimension": "", "span": "M", "measure": "community.reported", "value": "", "correction": False, "number": 1}
        months = [date(2015 + number // 12, number % 12 + 1, 1) for number in range(24)]
        await work.insert(t.tally, [tally | {"grid_id": id, "starts_on": month} for id in grids for month in months])
    await _count(town)
