"""Event numbers: the day of the report and a running number in it (`20261121-00042`), without gaps or races.

The counter's row is locked until the transaction ends, so a number that is rolled back is given again.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work


async def take_numbers(work: Work, moments: Sequence[datetime]) -> list[str]:
    """A number for each moment, in order."""
    days = [moment.astimezone(work.rules.zone).strftime("%Y%m%d") for moment in moments]
    following = await _reserve(work, Counter(days))
    numbers: list[str] = []
    for day in days:
        numbers.append(f"{day}-{following[day]:05d}")
        following[day] += 1
    return numbers


async def _reserve(work: Work, counts: Counter[str]) -> dict[str, int]:
    """Move the counters of these days on; the first number that each day may use."""
    counter = t.counter
    wanted = sorted(counts)
    first: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        days = wanted[start : start + CHUNK]
        names = [f"event.{day}" for day in days]
        if (
            not work.on_sqlite
        ):  # another writer may be making the day's counter at this moment: wait for it, and count on from there
            await work.run(insert(counter).values([{"name": name, "value": 0} for name in names]).on_conflict_do_nothing())
        query = sa.select(counter.c.name, counter.c.value).where(counter.c.name.in_(names)).order_by(counter.c.name)
        present = {row.name: row.value for row in await work.rows(query if work.on_sqlite else query.with_for_update())}
        await work.insert(counter, [{"name": name, "value": 0} for name in names if name not in present])
        for day, name in zip(days, names, strict=True):
            first[day] = present.get(name, 0) + 1
        used = [{"counted": name, "used": first[day] + counts[day] - 1} for day, name in zip(days, names, strict=True)]
        move_on = sa.update(counter).where(counter.c.name == sa.bindparam("counted")).values(value=sa.bindparam("used"))
        await work.connection.execute(move_on, used)
    return first
