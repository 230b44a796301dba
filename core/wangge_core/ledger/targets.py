"""Targets: what a visit is of, in which grid that was on the day, and whether it was still there."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Refusal, refusal
from wangge_core.ledger.entries import VisitOutcome, WorkKind
from wangge_core.ledger.held_posts import PostAt
from wangge_core.people.tombstones import forwarded
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.allowing import allowed
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import event_rule


class TargetSort(StrEnum):
    """What can be visited, by the name of its type."""

    HOUSEHOLD = "Household"
    PERSON = "Person"
    UNIT = "Unit"
    BUILDING = "Building"
    ORGANIZATION = "Organization"
    ASSET = "Asset"
    PLACE = "Place"
    EVENT = "Event"
    GRID = "Grid"


S = TargetSort
COLUMNS = tuple(f"{one.value.lower()}_id" for one in S if one is not S.GRID)
"""The columns of a visit that name its target; the grid has every visit."""
HOMES, PEOPLE = frozenset({S.UNIT}), frozenset({S.HOUSEHOLD, S.PERSON})
THINGS = frozenset({S.BUILDING, S.ORGANIZATION, S.ASSET, S.PLACE, S.EVENT, S.GRID})
MEETING_PLACES = frozenset({S.BUILDING, S.ORGANIZATION, S.PLACE, S.EVENT, S.GRID})
FITS: Mapping[WorkKind, frozenset[TargetSort]] = {
    WorkKind.VISIT: PEOPLE | HOMES | {S.ORGANIZATION, S.EVENT},
    WorkKind.TALK: PEOPLE | HOMES | MEETING_PLACES | {S.ASSET},
    WorkKind.INSPECTION: HOMES | THINGS,
    WorkKind.CHECK: PEOPLE | HOMES | THINGS,
    WorkKind.MEETING: MEETING_PLACES,
    WorkKind.ROLL_CALL: MEETING_PLACES | {S.ASSET},
    WorkKind.DRILL: MEETING_PLACES,
    WorkKind.WATCH: MEETING_PLACES | {S.ASSET},
}
"""What can be done with what: nobody is watched, and nobody is inspected."""
READS: Mapping[TargetSort, Capability | None] = {
    S.HOUSEHOLD: Capability.READ_PEOPLE,
    S.PERSON: Capability.READ_PEOPLE,
    S.UNIT: Capability.READ_PLACES,
    S.BUILDING: Capability.READ_PLACES,
    S.ORGANIZATION: Capability.READ_PLACES,
    S.ASSET: Capability.READ_PLACES,
    S.PLACE: None,
    S.GRID: None,
}
"""What a role must be able to read to find such a target; of events the viewer's own sight decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a visit is of."""

    sort: TargetSort
    id: int


@dataclass(frozen=True, slots=True)
class Lived:
    """That somebody lived in a grid from one day to another; None where that is not known."""

    grid_id: int
    since: date | None
    until: date | None

    def on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(slots=True)
class Found:
    """A target as it is: its grid, its building and unit, and of people where they lived and who they are."""

    id: int
    grid_id: int
    building_id: int | None = None
    unit_id: int | None = None
    place_id: int | None = None
    lived: list[Lived] = field(default_factory=list[Lived])
    persons: list[int] = field(default_factory=list[int])
    """Of a household who belongs to it now, the head first; of a person that one."""
    left_on: date | None = None
    """Of a household the day on which the last of its members left it."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of a list of visits, with the grids that they lie or lay in."""

    found: Mapping[Target, Found]
    grids: Mapping[int, sa.Row[Any]]
    seen_events: set[int]

    def paths_of(self, target: Target | None) -> list[str]:
        """Of all the grids where a target is or was."""
        one = self.found.get(target) if target else None
        return [] if one is None else [self.grids[id].path for id in (one.grid_id, *(home.grid_id for home in one.lived))]

    def columns_of(self, target: Target | None) -> dict[str, int]:
        """The column of a visit that names the target; none for a grid, which every visit names."""
        return {} if target is None or target.sort is S.GRID else {f"{target.sort.value.lower()}_id": self.found[target].id}

    def grid_of(self, viewer: Viewer, target: Target, post: PostAt, day: date, outcome: VisitOutcome) -> int | Refusal:
        """The key of the grid where the target was on the day, which the post covers; or why it could not be visited."""
        sort, one = target.sort, self.found.get(target)
        missing = refusal("NOT_FOUND", "target", what=sort.value, id=target.id)
        reads = READS.get(sort)
        if one is None or (reads is not None and reads not in post.may):
            return missing
        if sort is S.EVENT and target.id not in self.seen_events:
            return missing
        if sort in PEOPLE:
            return self._of_people(viewer, one, post, day, outcome) or missing
        if self.grids[one.grid_id].layer_id != BASE_LAYER:
            return refusal("GRID_OVERLAY", "target", code=self.grids[one.grid_id].code)
        if post.covers(self.grids[one.grid_id].path):
            return one.grid_id
        return refusal("NOT_ALLOWED", "target") if sort in (S.PLACE, S.GRID, S.EVENT) else missing

    def _of_people(self, viewer: Viewer, one: Found, post: PostAt, day: date, outcome: VisitOutcome) -> int | Refusal | None:
        covered = {id for id, row in self.grids.items() if post.covers(row.path)}
        homes = [home for home in one.lived if home.grid_id in covered]
        here = [home.grid_id for home in homes if home.on(day)] or [home.grid_id for home in homes if home.until is None]
        left = one.left_on is not None and one.left_on < day
        if not one.lived and one.grid_id in covered:
            here = [one.grid_id]
        if here and not left:
            return here[-1]
        lived_here = [home.grid_id for home in homes] or here
        if not lived_here:
            return None
        return lived_here[-1] if outcome is VisitOutcome.MOVED_AWAY else self._moved(viewer, one, lived_here)

    def _moved(self, viewer: Viewer, one: Found, from_grids: Sequence[int]) -> Refusal:
        """Where to is told only to who may see people there."""
        now = self.grids[one.grid_id]
        if one.grid_id in from_grids or not viewer.may(Capability.READ_PEOPLE, now.path):
            return refusal("VISIT_MOVED_AWAY", "target")
        return refusal("VISIT_MOVED_TO", "target", grid=now.code)


Finder = Callable[[Work, Sequence[int]], Awaitable[dict[int, Found]]]
"""Finds things of one sort by their keys."""


async def find_targets(work: Work, viewer: Viewer, wanted: Iterable[Target]) -> Targets:
    """All that is known of these targets. Persons who were merged are found as who they are now; who was erased is not found."""
    by_sort: dict[TargetSort, list[int]] = {sort: [] for sort in TargetSort}
    for one in wanted:
        by_sort[one.sort].append(one.id)
    found: dict[Target, Found] = {}
    for sort, ids in by_sort.items():
        if ids:
            found |= {Target(sort=sort, id=id): one for id, one in (await FINDERS[sort](work, ids)).items()}
    grid, named = t.grid, {id for one in found.values() for id in (one.grid_id, *(home.grid_id for home in one.lived))}
    rows = await work.by_ids((grid.c.path, grid.c.code, grid.c.layer_id), grid.c.id, named)
    seen = await allowed(work, viewer, event_rule, t.event, by_sort[S.EVENT]) if by_sort[S.EVENT] else set[int]()
    return Targets(found, rows, seen)


async def _persons(work: Work, ids: Sequence[int]) -> dict[int, Found]:
    person, forward = t.person, await forwarded(work, ids)
    now = {id: forward.get(id, id) for id in ids}
    rows = await work.by_ids((person.c.grid_id,), person.c.id, now.values(), person.c.removed_at.is_(None))
    lived = await _lived(work, rows)
    return {
        id: Found(kept, rows[kept].grid_id, lived=lived.get(kept, []), persons=[kept]) for id, kept in now.items() if kept in rows
    }


async def _lived(work: Work, person_ids: Iterable[int]) -> dict[int, list[Lived]]:
    home, wanted, found = t.residence, sorted(set(person_ids)), dict[int, list[Lived]]()
    for start in range(0, len(wanted), CHUNK):
        of = home.c.person_id.in_(wanted[start : start + CHUNK])
        for row in await work.rows(sa.select(home).where(of).order_by(home.c.id)):
            found.setdefault(row.person_id, []).append(Lived(row.grid_id, row.moved_in_on, row.moved_out_on))
    return found


async def _households(work: Work, ids: Sequence[int]) -> dict[int, Found]:
    household, unit, member = t.household, t.unit, t.household_member
    rows = await work.by_ids((household.c.grid_id, household.c.unit_id), household.c.id, ids)
    units = await work.by_ids((unit.c.building_id,), unit.c.id, [row.unit_id for row in rows.values() if row.unit_id])
    found = {
        id: Found(id, row.grid_id, unit_id=row.unit_id, building_id=units[row.unit_id].building_id if row.unit_id else None)
        for id, row in rows.items()
    }
    head_first = sa.case((member.c.relation == "HEAD", 0), else_=1)
    ties: list[sa.Row[Any]] = []
    for start in range(0, len(wanted := sorted(found)), CHUNK):
        of = member.c.household_id.in_(wanted[start : start + CHUNK])
        ties += await work.rows(sa.select(member).where(of).order_by(head_first, member.c.id))
    lived = await _lived(work, [row.person_id for row in ties if row.left_on is None])
    for row in ties:
        one = found[row.household_id]
        if row.left_on is None:
            one.persons.append(row.person_id)
            one.lived += lived.get(row.person_id, [])
    for id, one in found.items():
        if not one.persons:
            one.left_on = max((row.left_on for row in ties if row.household_id == id), default=None)
    return found


def _of(table: sa.Table, **columns: str) -> Finder:
    """Finds rows of a table that has a grid; `columns` are what of them is known as what."""

    async def find(work: Work, ids: Sequence[int]) -> dict[int, Found]:
        named = [table.c[name] for name in columns.values()]
        rows = await work.by_ids((table.c.grid_id, *named), table.c.id, ids)
        return {
            id: Found(id, row.grid_id, **{known: row._mapping[name] for known, name in columns.items()}) for id, row in rows.items()
        }

    return find


async def _units(work: Work, ids: Sequence[int]) -> dict[int, Found]:
    unit, building = t.unit, t.building
    columns = (building.c.grid_id, unit.c.building_id)
    rows = await work.by_ids(columns, unit.c.id, ids, building.c.id == unit.c.building_id)
    return {id: Found(id, row.grid_id, building_id=row.building_id, unit_id=id) for id, row in rows.items()}


async def _grids(work: Work, ids: Sequence[int]) -> dict[int, Found]:
    rows = await work.by_ids((), t.grid.c.id, ids)
    return {id: Found(id, id) for id in rows}


FINDERS: Mapping[TargetSort, Finder] = {
    S.HOUSEHOLD: _households,
    S.PERSON: _persons,
    S.UNIT: _units,
    S.BUILDING: _of(t.building, building_id="id"),
    S.ORGANIZATION: _of(t.organization, unit_id="unit_id"),
    S.ASSET: _of(t.asset),
    S.PLACE: _of(t.place, place_id="id"),
    S.EVENT: _of(t.event, building_id="building_id", unit_id="unit_id", place_id="place_id"),
    S.GRID: _grids,
}
