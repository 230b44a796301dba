"""Versions of event kinds: each change of what a kind says is kept, so that an event's kind can be read as it was when it was filed."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work

SAID = (
    "label",
    "parent_id",
    "workflow_id",
    "priority",
    "details_type",
    "limits",
    "handled_by",
    "supervised_by",
    "hidden_from_grid",
    "open_to_public",
    "shown_to_public",
    "retired_because",
)
"""What a version keeps of a kind."""


async def write_versions(work: Work, kind_ids: Iterable[str]) -> int:
    """Write a new version of each of these kinds that says something else than its last version; how many that were."""
    kind, version = t.event_kind, t.event_kind_version
    wanted = sorted(set(kind_ids))
    new: list[dict[str, Any]] = []
    for start in range(0, len(wanted), CHUNK):
        rows = await work.rows(
            sa.select(kind.c.id, kind.c.version, *(kind.c[name] for name in SAID), version.c.content)
            .outerjoin(version, sa.and_(version.c.kind_id == kind.c.id, version.c.version == kind.c.version))
            .where(kind.c.id.in_(wanted[start : start + CHUNK]))
            .order_by(kind.c.ordinal, kind.c.id)
        )
        for row in rows:
            said = {name: row._mapping[name] for name in SAID}
            if row.content != said:
                new.append({"kind_id": row.id, "version": row.version + 1, "content": said, "at": work.now})
    await work.insert(version, new)
    moved_on = sa.update(kind).where(kind.c.id == sa.bindparam("changed")).values(version=sa.bindparam("now"))
    if new:
        await work.connection.execute(moved_on, [{"changed": row["kind_id"], "now": row["version"]} for row in new])
    return len(new)
