"""Facts about changes that all groups share: where their grids lie, and whom their events concern. Looked up a page at a time."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.outbox.pages import Change
from wangge_core.db.work import CHUNK, Work
from wangge_core.rights.viewers import Viewer
from wangge_schema.live.types import TOPICS

MOST_PATHS = 10_000
MOST_CHANGES = 2_000


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom an event concerns beside those who see all events of its grid: what `event_rule` says of one event."""

    reporter_id: int | None = None
    post_ids: frozenset[int] = frozenset()
    office_ids: frozenset[int] = frozenset()
    person_ids: frozenset[int] = frozenset()

    def includes(self, viewer: Viewer) -> bool:
        if viewer.account_id is None:
            return False
        given = not self.post_ids.isdisjoint(viewer.post_ids) or not self.office_ids.isdisjoint(viewer.office_ids)
        return given or viewer.account_id == self.reporter_id or not self.person_ids.isdisjoint(viewer.own_person_ids)


NOBODY = Concerned()


@dataclass(frozen=True, slots=True)
class Fact:
    """A change with the path of its grid (empty where it has none) and whom it concerns."""

    change: Change
    path: str
    concerned: Concerned


class Facts:
    """Keeps what was looked up."""

    def __init__(self) -> None:
        self._paths = dict[int, str]()
        self._concerned = OrderedDict[int, Concerned]()

    async def look_up(self, work: Work, changes: Sequence[Change]) -> list[Fact]:
        """The facts of a page of changes."""
        await self._know_paths(work, changes)
        await self._know_concerned(work, [one for one in changes if one.topic in TOPICS and one.id not in self._concerned])
        facts = [Fact(one, self._paths.get(one.grid_id or 0, ""), self._concerned.get(one.id, NOBODY)) for one in changes]
        while len(self._concerned) > MOST_CHANGES:
            self._concerned.popitem(last=False)
        return facts

    async def _know_paths(self, work: Work, changes: Sequence[Change]) -> None:
        if len(self._paths) > MOST_PATHS or any(change.topic.startswith("grid.") for change in changes):
            self._paths.clear()
        missing = {change.grid_id for change in changes if change.grid_id is not None} - self._paths.keys()
        if missing:
            found = await work.by_ids((t.grid.c.path,), t.grid.c.id, missing)
            self._paths.update((id, row.path) for id, row in found.items())

    async def _know_concerned(self, work: Work, changes: Sequence[Change]) -> None:
        found = await _read_concerned(work, {change.thing_id for change in changes})
        self._concerned.update((change.id, found.get(change.thing_id, NOBODY)) for change in changes)


async def _read_concerned(work: Work, event_ids: Iterable[int]) -> dict[int, Concerned]:
    """Whom events concern, by their ids."""
    wanted, given, tie = sorted(event_ids), t.event_assignment.c, t.involvement.c
    reporters = await work.by_ids((t.event.c.reporter_id,), t.event.c.id, wanted)
    posts = await _referred(work, given.event_id, given.post_id, wanted)
    offices = await _referred(work, given.event_id, given.office_id, wanted)
    persons = await _referred(work, tie.event_id, tie.person_id, wanted)
    return {
        id: Concerned(row.reporter_id, *(frozenset(tied.get(id, ())) for tied in (posts, offices, persons)))
        for id, row in reporters.items()
    }


async def _referred(
    work: Work, event: sa.ColumnElement[int], other: sa.ColumnElement[int], wanted: Sequence[int]
) -> dict[int, set[int]]:
    """What rows of a table refer to beside these events, by event."""
    found: dict[int, set[int]] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = event.in_(wanted[start : start + CHUNK])
        for row in await work.rows(sa.select(event.label("event_id"), other.label("id")).where(chunk, other.is_not(None))):
            found.setdefault(row.event_id, set()).add(row.id)
    return found
