"""Who may take up a post without ado: whoever has taken the courses that its role requires, as long as they hold."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work


async def lacking_courses(work: Work, requests: Sequence[tuple[int, str, datetime | None]]) -> list[list[str]]:
    """Of each account, role and moment: the names of the active courses that the role requires and that do not hold on that day."""
    required = await _required(work)
    kept = await _kept(work, sorted({account for account, role, _ in requests if role in required}))
    lacking: list[list[str]] = []
    for account, role, starts_at in requests:
        day = (starts_at or work.now).astimezone(work.rules.zone).date()
        courses = required.get(role, ())
        lacking.append([name for id, name in courses if not _holds(kept.get((account, id), ()), day)])
    return lacking


async def _required(work: Work) -> dict[str, list[tuple[int, str]]]:
    """The courses that roles require, by role."""
    course, needs = t.course, t.course_role
    found: dict[str, list[tuple[int, str]]] = {}
    query = sa.select(needs.c.role_id, course.c.id, course.c.name).join(course, course.c.id == needs.c.course_id)
    for row in await work.rows(query.where(course.c.active).order_by(course.c.id)):
        found.setdefault(row.role_id, []).append((row.id, row.name))
    return found


async def _kept(work: Work, account_ids: Sequence[int]) -> dict[tuple[int, int], list[date | None]]:
    """Until when what was recorded holds, by account and course."""
    table, found = t.training, dict[tuple[int, int], list[date | None]]()
    for start in range(0, len(account_ids), CHUNK):
        own = table.c.account_id.in_(account_ids[start : start + CHUNK])
        columns = (table.c.account_id, table.c.course_id, table.c.holds_until)
        for row in await work.rows(sa.select(*columns).where(own, table.c.withdrawn_at.is_(None))):
            found.setdefault((row.account_id, row.course_id), []).append(row.holds_until)
    return found


def _holds(until: Sequence[date | None], day: date) -> bool:
    return any(one is None or one >= day for one in until)
