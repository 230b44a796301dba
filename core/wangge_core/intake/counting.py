"""Counting: how often somebody tried something in an hour. The counts are rows, so that they hold for all processes together."""

import hashlib
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from wangge_core.db import tables as t
from wangge_core.db.work import Work

HOUR = timedelta(hours=1)


def counted_name(work: Work, what: str, payer: str) -> str:
    """The name under which tries are counted: `payer` is an account or an address, which is kept as a hash for an hour at most."""
    hashed = work.sealer.index(payer, "intake_count.name") if work.sealer else hashlib.sha256(payer.encode()).hexdigest()
    return f"{what}:{hashed}"


async def tries(work: Work, name: str) -> int:
    """How many were counted under a name in the hour that runs."""
    count = t.intake_count
    query = sa.select(count.c.value).where(count.c.name == name, count.c.since > work.now - HOUR)
    return await work.value(query) or 0


async def count_try(work: Work, name: str) -> int:
    """Count one more; how many it are now. Others who count under the name wait until the transaction ends."""
    count, start = t.intake_count, work.now - HOUR
    await work.run(sa.delete(count).where(count.c.since <= start, count.c.name != name))
    insert: Any = sqlite.insert(count) if work.on_sqlite else postgresql.insert(count)
    over = count.c.since <= start
    anew = insert.values(name=name, since=work.now, value=1).on_conflict_do_update(
        index_elements=["name"],
        set_={
            "value": sa.case((over, 1), else_=count.c.value + 1),
            "since": sa.case((over, insert.excluded.since), else_=count.c.since),
        },
    )
    return await work.value(anew.returning(count.c.value))


async def is_spent(work: Work, name: str, most: int) -> bool:
    """Count one more, and whether that is more than `most` in the hour; 0 sets no limit."""
    return bool(most) and await count_try(work, name) > most
