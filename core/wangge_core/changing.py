"""Changing rows: what is left out stays as it is, None clears, and a change of what somebody else has changed since is refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import Rule

KEEP = msgspec.UNSET
"""In a change: leave the value as it is."""
Kept = msgspec.UnsetType


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New values for a thing; KEEP leaves one as it is. `expected_version`, where given, is the version that was seen."""

    id: int
    expected_version: int | None = None


def is_given(value: Any) -> bool:
    return value is not KEEP


def given(change: Change, *names: str) -> dict[str, Any]:
    """Those of the named values that are to be changed, as columns keep them."""
    values = {name: getattr(change, name) for name in names}
    return {name: _stored(value) for name, value in values.items() if is_given(value)}


def _stored(value: Any) -> Any:
    if isinstance(value, Enum):
        return str(value.value)
    return value.strip() if isinstance(value, str) else value


async def rows_to_change(
    work: Work, viewer: Viewer, table: sa.Table, ids: Sequence[int], rule: Rule, *, through: sa.Table | None = None
) -> Mapping[int, sa.Row[Any]]:
    """The rows that the viewer sees, by id, with `grid_id` and the `path` of the grid, locked until the transaction ends.

    `through` is the table that is bound to the grid where `table` itself is not: the building of a unit.
    """
    bound = through if through is not None else table
    columns = [table, t.grid.c.path] if through is None else [table, bound.c.grid_id, t.grid.c.path]
    source = table if through is None else table.join(through, through.c.id == table.c[f"{through.name}_id"])
    found: dict[int, sa.Row[Any]] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        query = (
            sa.select(*columns)
            .select_from(source.join(t.grid, t.grid.c.id == bound.c.grid_id))
            .where(table.c.id.in_(wanted[start : start + CHUNK]), rule(table, BoundViewer(viewer)))
            .order_by(table.c.id)
        )
        rows = await work.rows(query if work.on_sqlite else query.with_for_update(of=table))
        found |= {row.id: row for row in rows}
    return found


@dataclass(slots=True)
class Checking:
    """Checks what all changes have in common. Each thing is changed once in a list."""

    viewer: Viewer
    what: str
    rows: Mapping[int, sa.Row[Any]]
    capability: Capability
    seen: set[int]

    @classmethod
    def of(cls, viewer: Viewer, what: str, rows: Mapping[int, sa.Row[Any]], capability: Capability) -> "Checking":
        return cls(viewer, what, rows, capability, set())

    def refusals(self, change: Change) -> list[Refusal]:
        """Whether the thing is there for the viewer, may be changed, and is as it was seen."""
        row = self.rows.get(change.id)
        if row is None:
            return [refusal("NOT_FOUND", "id", what=self.what, id=change.id)]
        if not self.viewer.may(self.capability, row.path):
            return [refusal("NOT_ALLOWED", "id")]
        if change.id in self.seen:
            return [refusal("DUPLICATE", "id", key=change.id)]
        self.seen.add(change.id)
        if change.expected_version is not None and change.expected_version != row.version:
            return [refusal("VERSION_OUTDATED", "expectedVersion", version=row.version)]
        return []


def check_not_cleared(change: Change, *names: str) -> Iterator[Refusal]:
    """Values that a thing always has cannot be cleared."""
    known = {field.name for field in fields(change)}
    for name in names:
        assert name in known, name
        if getattr(change, name) is None:
            yield refusal("REQUIRED", camel(name))


def camel(name: str) -> str:
    """`grid_id` → `gridId`, as the fields of refusals are called."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


async def write_change(work: Work, table: sa.Table, row: sa.Row[Any], values: Mapping[str, Any], *lists: str) -> None:
    """Write the values that differ, count the version on and announce which they were, without the values.

    `lists` are the names of lists beside the row that were changed too. Where nothing differs nothing is written.
    """
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    names = sorted({*changed, *lists})
    if names:
        await work.change(table, row.id, changed | {"version": row.version + 1})
        work.announce(f"{table.name}.changed", row.id, changed.get("grid_id", row.grid_id), fields=names)
