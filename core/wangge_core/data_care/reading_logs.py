"""What the logs tell of a person, for an export: who read which fields and what for, and who changed which."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text
from wangge_core.db.work import Work
from wangge_core.logs.change_log import Action

MOST_ENTRIES = 5_000
"""The newest of each log; all others are in `dataAccessLog` and `changeLog`, page by page."""


async def reads_of(work: Work, person_id: int) -> list[dict[str, Any]]:
    """Who read the person's data, the newest first."""
    index, log, account = t.read_log_subject, t.read_log, t.account
    columns = (log.c.at, log.c.kind, log.c.operation, log.c.purpose, log.c.purpose_text, log.c.held, log.c.parts, index.c.part)
    joined = index.join(log, log.c.id == index.c.entry_id).outerjoin(account, account.c.id == log.c.account_id)
    query = sa.select(*columns, account.c.name).select_from(joined).where(index.c.person_id == person_id)
    rows = await work.rows(query.order_by(index.c.id.desc()).limit(MOST_ENTRIES))
    return [_read(row._mapping) for row in rows]


def _read(row: Mapping[Any, Any]) -> dict[str, Any]:
    type, fields = row["parts"][row["part"]]
    return {
        "at": instant_text(row["at"]),
        "kind": row["kind"],
        "by": row["name"],
        "roles": [role for _, role, _ in row["held"]],
        "operation": row["operation"],
        "purpose": row["purpose"],
        "purposeText": row["purpose_text"],
        "type": type,
        "fields": fields,
    }


async def changes_of(work: Work, person_id: int) -> list[dict[str, Any]]:
    """Who changed what is held on the person, the newest first. Values of private fields are not in the log."""
    log, account = t.change_log, t.account
    of_person = sa.and_(log.c.thing == "Person", log.c.action != Action.CREATED.value, log.c.thing_id == person_id)
    query = sa.select(log.c.at, log.c.action, log.c.operation, log.c.fields, account.c.name)
    joined = log.outerjoin(account, account.c.id == log.c.account_id)
    rows = await work.rows(query.select_from(joined).where(of_person).order_by(log.c.id.desc()).limit(MOST_ENTRIES))
    return [
        {
            "at": instant_text(row.at),
            "action": row.action,
            "by": row.name,
            "operation": row.operation,
            "fields": [name for name, *_ in row.fields],
        }
        for row in rows
    ]
