"""Private details of events that name nobody any more: they were about those who were named, so they go with them.

A detail that its kind requires cannot go; what plugins declare as required is staff's.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.plugin.registry import Registry
from wangge_core.rights.data_classes import DataClass


def emptied(registry: Registry, kind_id: str) -> dict[str, Any]:
    """The private details of a kind that an event can be without, as they are when there are none; nothing of a kind that is gone."""
    kind = registry.event_kinds.get(kind_id)
    fields = kind.details.fields if kind is not None and kind.details is not None else ()
    return {one.name: [] if one.many else None for one in fields if one.data_class is DataClass.PRIVATE and not one.required}


async def clear_private_details(work: Work, event_ids: Sequence[int]) -> None:
    """Take the private details out of events."""
    event = t.event
    for id, row in (
        await work.by_ids((event.c.kind_id, event.c.details), event.c.id, event_ids, event.c.details.is_not(None))
    ).items():
        empty = {name: none for name, none in emptied(work.rules.registry, row.kind_id).items() if row.details.get(name)}
        if empty:
            await work.run(sa.update(event).where(event.c.id == id).values(details=row.details | empty))


async def events_of_nobody_else(work: Work, person_ids: Sequence[int]) -> list[int]:
    """The events in which these persons are involved, and no other."""
    tie, other = t.involvement, t.involvement.alias()
    others = sa.exists(
        sa.select(1).where(other.c.event_id == tie.c.event_id, other.c.person_id.is_not(None), other.c.person_id.not_in(person_ids))
    )
    rows = await work.rows(sa.select(tie.c.event_id).where(tie.c.person_id.in_(person_ids), ~others).distinct())
    return [row.event_id for row in rows]
