"""Moving: to which grid everything goes that lies in grids that end or get another boundary. Read and decided here, written elsewhere.

A thing goes with the building or home that it names, else by its own position, else to the `rest` of its change. In grids that only get
another boundary it stays then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.divisions.placing import Position, placed
from wangge_core.divisions.resolved import Replacement

Rows = Sequence[sa.Row[Any]]
Way = Callable[[sa.Row[Any]], int | None]
"""The key of the grid to which a row goes, where this way knows it."""

PREFIXES = {
    "building": "Building", "household": "Household", "person": "Person", "organization": "Organization", "asset": "Asset",
    "place": "Place", "event": "Event", "task": "Task", "import_review": "ImportReview", "grid": "Grid",
    "campaign_target": "CampaignTarget",
}  # fmt: skip
STAYS: Mapping[tuple[str, str], str] = {
    ("access_grant", "grid_id"): "opened over ground as it was; it covers nothing of what came after",
    ("boundary", "grid_id"): "the outline that the grid had; without its tiles no position is found by it",
    ("grid_statistic", "grid_id"): "as it was published; the next publication counts the grids that there are then",
    ("official_population", "grid_id"): "published for the grid as it was; what came after it waits for a figure of its own",
    ("campaign", "grid_id"): "the ground that it was started on; its targets go with theirs",
    ("duty_change", "grid_id"): "said of the ground as it was; what came after it goes by what holds above it",
    ("occasion_term", "grid_id"): "said of the ground as it was",
    ("visit", "grid_id"): "where it was done; what was visited tells where that lies by now",
    ("patrol", "grid_id"): "where it was walked",
    ("appraisal_scheme", "grid_id"): "the ground of an appraisal, which is appraised as it was",
    ("appraisal_run", "grid_id"): "the ground of an appraisal, as it was",
    ("appraisal_result", "grid_id"): "the ground of an appraisal, as it was",
    ("appraisal_result", "appraised_grid_id"): "the grid that was appraised",
    ("appraisal_check", "grid_id"): "the ground of an appraisal, as it was",
    ("appraisal_appeal", "grid_id"): "the ground of an appraisal, as it was",
    (
        "points_account",
        "grid_id",
    ): "where somebody wanted to be thanked; they name another when they like, and those above see it still",
    ("points_rule", "grid_id"): "where a rule was set; it holds for nothing on other ground",
    ("grid_search", "id"): "its name, as it is searched for",
    ("outbox", "grid_id"): "what was said then",
    ("division", "grid_id"): "the ground of another division",
    ("division_move", "from_grid_id"): "lineage",
    ("division_move", "to_grid_id"): "lineage",
    ("grid_succession", "from_grid_id"): "lineage",
    ("grid_succession", "to_grid_id"): "lineage",
    ("grid_former_code", "grid_id"): "lineage",
    ("hand_over", "grid_id"): "where the post was when it was handed over",
}
"""Columns that go on naming a grid that has ended, and why."""
HANDLED = frozenset(
    {(table, "grid_id") for table in ("building", "household", "person", "residence", "need", "organization", "asset", "place")}
    | {(table, "grid_id") for table in ("event", "task", "task_addressee", "import_review")}
    | {(table, "grid_id") for table in ("post", "grid_binding", "campaign_target", "campaign_tally")}
    | {("grid", "parent_id"), ("grid_part", "overlay_grid_id"), ("grid_part", "base_grid_id")}
)
"""Columns whose rows a division moves, replaces or ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A row of a grid that a division is about, and the key of the grid where it lies then; the same where it stays."""

    id: int
    from_id: int
    to: int


@dataclass(slots=True)
class Moves:
    """All rows of these grids by table, and those that have nowhere to go. `rows` keeps what later steps need of them."""

    by_table: dict[str, list[Moved]] = field(default_factory=dict[str, list[Moved]])
    unplaced: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    rows: dict[str, list[sa.Row[Any]]] = field(default_factory=dict[str, list[sa.Row[Any]]])
    strangers: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Buildings that a part names and that do not lie in the grids of its change: the change's number and the building's key."""

    def moving(self, table: str) -> list[Moved]:
        """The rows that go to another grid."""
        return [one for one in self.by_table.get(table, ()) if one.to != one.from_id]


async def find_moves(work: Work, replacements: Sequence[Replacement], *, locked: bool = False) -> Moves:
    """Where all rows of the grids of these replacements go. `locked` keeps others from changing them until the transaction ends."""
    moving = _Moving(work, replacements, locked)
    if moving.of:
        await moving.run()
    return moving.moves


@dataclass(frozen=True, slots=True)
class _Beside:
    """A column of another table that is read with each row, and how that table is come by."""

    column: sa.ColumnElement[Any]
    of: Callable[[sa.Table], sa.FromClause]


def _through_unit(table: sa.Table) -> sa.FromClause:
    return table.outerjoin(t.unit, t.unit.c.id == table.c.unit_id)


def _through_task(table: sa.Table) -> sa.FromClause:
    return table.join(t.task, t.task.c.id == table.c.task_id)


_IN_UNIT = _Beside(t.unit.c.building_id.label("building"), _through_unit)
_EVENT = _Beside(t.task.c.event_id.label("event"), _through_task)


class _Moving:
    """Decides table after table: what lies in a building goes after the building."""

    def __init__(self, work: Work, replacements: Sequence[Replacement], locked: bool) -> None:
        self.work, self.replacements, self.locked = work, replacements, locked
        self.of = {source: place for place, one in enumerate(replacements) for source in one.sources}
        self.sources = sorted(self.of)
        self.keys = [{target.key for target in one.targets} for one in replacements]
        self.only = [one.targets[0].key if one.ends and len(one.targets) == 1 else None for one in replacements]
        self.to: dict[str, dict[int, int]] = {}
        self.moves = Moves()
        self._placed: dict[int, int | None] = {}

    async def run(self) -> None:
        await self._buildings()
        await self._take(t.household, [self._with("building", "building")], _IN_UNIT)
        await self._take(
            t.person, [self._with("household_id", "household"), await self._by_homes()], None, "removed_at", "residence"
        )
        await self._take(t.residence, [self._with("building", "building"), self._with("person_id", "person")], _IN_UNIT)
        await self._take(t.need, [self._with("person_id", "person")])
        await self._take(t.organization, [self._with("building", "building"), await self._by_premises()], _IN_UNIT)
        await self._take(t.asset, [self._by_position()])
        await self._take(t.place, [self._by_position()])
        ways = [
            self._with("building_id", "building"),
            self._with("building", "building"),
            self._with("place_id", "place"),
            self._by_position(),
        ]
        await self._take(t.event, ways, _IN_UNIT, "reported_at", "closed")
        await self._take(t.task, [self._with("event_id", "event")], None, "open")
        await self._take(t.task_addressee, [self._with("event", "event")], _EVENT)
        await self._take(t.import_review, [self._with("person_id", "person")], only=sa.not_(t.import_review.c.decided))
        of_things = [self._with(f"{one}_id", one) for one in ("person", "asset", "place", "organization")]
        running = t.campaign_target.c.campaign_id.in_(sa.select(t.campaign.c.id).where(t.campaign.c.ended_at.is_(None)))
        await self._take(t.campaign_target, [*of_things, self._with("building", "building")], _IN_UNIT, only=running)
        await self._bindings()

    async def _bindings(self) -> None:
        """Ties that run go on with the only grid that comes after theirs, of alike ones the one that lasts longest. Where several come
        after it they stay: who is tied to which is for somebody to say."""
        tie, alike = t.grid_binding, ("kind", "account_id", "office_id", "organization_id")
        runs = sa.or_(tie.c.ends_at.is_(None), tie.c.ends_at > self.work.now)
        rows = await self._read(tie, ["id", "grid_id", "ends_at", *alike], None, runs)
        kept: dict[tuple[Any, ...], Moved] = {}
        for row in sorted(rows, key=lambda row: (row.ends_at is None, row.ends_at or self.work.now)):
            if (to := self.only[self.of[row.grid_id]]) is not None:
                kept[to, *(getattr(row, name) for name in alike)] = Moved(id=row.id, from_id=row.grid_id, to=to)
        self.moves.by_table[tie.name] = list(kept.values())

    async def _take(
        self,
        table: sa.Table,
        ways: Sequence[Way],
        more: _Beside | None = None,
        *columns: str,
        only: sa.ColumnElement[bool] | None = None,
    ) -> None:
        """Decide of all rows of a table: the first way that knows one says where it goes."""
        named = (
            "household_id",
            "person_id",
            "building_id",
            "place_id",
            "event_id",
            "asset_id",
            "organization_id",
            "longitude",
            "latitude",
        )
        rows = await self._read(table, ["id", "grid_id", *(name for name in named if name in table.c), *columns], more, only)
        self._place(rows)
        own = self.to.setdefault(table.name, {})
        kept = self.moves.by_table.setdefault(table.name, [])
        for row in rows:
            to = self._first(row, ways)
            if to is None:
                self.moves.unplaced.append((table.name, row.id))
                continue
            own[row.id] = to
            kept.append(Moved(id=row.id, from_id=row.grid_id, to=to))
        self.moves.rows[table.name] = rows

    async def _read(
        self, table: sa.Table, names: Sequence[str], more: _Beside | None, only: sa.ColumnElement[bool] | None
    ) -> list[sa.Row[Any]]:
        columns = [*(table.c[name] for name in names), *((more.column,) if more else ())]
        query = sa.select(*columns).select_from(more.of(table) if more else table)
        if self.locked and not self.work.on_sqlite:
            query = query.order_by(table.c.id).with_for_update(of=table)
        rows = await self._of_sources(query if only is None else query.where(only), table.c.grid_id)
        return sorted(rows, key=lambda row: row.id)

    async def _of_sources(self, query: sa.Select[Any, Any], grid_id: sa.ColumnElement[Any]) -> list[sa.Row[Any]]:
        found: list[sa.Row[Any]] = []
        for start in range(0, len(self.sources), CHUNK):
            found += await self.work.rows(query.where(grid_id.in_(self.sources[start : start + CHUNK])))
        return found

    def _first(self, row: sa.Row[Any], ways: Sequence[Way]) -> int | None:
        place = self.of[row.grid_id]
        if (only := self.only[place]) is not None:
            return only
        for way in ways:
            to = way(row)
            if to is not None and to in self.keys[place]:
                return to
        one = self.replacements[place]
        return one.rest if one.ends else row.grid_id

    def _with(self, column: str, table: str) -> Way:
        """A row goes where what it refers to goes."""
        known = self.to.setdefault(table, {})
        return lambda row: known.get(getattr(row, column) or 0)

    def _by_position(self) -> Way:
        return lambda row: self._placed.get(row.id)

    def _place(self, rows: Rows) -> None:
        """Place the rows that have positions, those of each replacement all at once."""
        self._placed = {}
        if not rows or "longitude" not in rows[0]._fields:
            return
        by_place: dict[int, list[sa.Row[Any]]] = {}
        for row in rows:
            by_place.setdefault(self.of[row.grid_id], []).append(row)
        for place, own in by_place.items():
            shapes = [(one.key, one.shape) for one in self.replacements[place].targets if one.shape is not None]
            if shapes and self.only[place] is None:
                positions: list[Position] = [(row.longitude, row.latitude) for row in own]
                self._placed |= {row.id: to for row, to in zip(own, placed(positions, shapes), strict=True)}

    async def _buildings(self) -> None:
        named = {
            id: (place, one.key)
            for place, each in enumerate(self.replacements)
            for one in each.targets
            for id in one.part.building_ids
        }
        await self._take(t.building, [lambda row: named[row.id][1] if row.id in named else None, self._by_position()])
        there = {(row.id, self.of[row.grid_id]) for row in self.moves.rows["building"]}
        strangers = [(place, id) for id, (place, _) in named.items() if (id, place) not in there]
        self.moves.strangers = [(self.replacements[place].number, id) for place, id in strangers]

    async def _by_homes(self) -> Way:
        """A person without a household lives where the present home is."""
        home, unit = t.residence, t.unit
        query = sa.select(home.c.person_id.label("id"), unit.c.building_id.label("to")).join(unit, unit.c.id == home.c.unit_id)
        return self._through(await self._of_sources(query.where(home.c.moved_out_on.is_(None)), home.c.grid_id))

    async def _by_premises(self) -> Way:
        """An organisation stands in the first building of its premises."""
        on, own = t.organization_premises, t.organization
        query = sa.select(on.c.organization_id.label("id"), on.c.building_id.label("to")).join(
            own, own.c.id == on.c.organization_id
        )
        rows = await self._of_sources(query.order_by(on.c.organization_id, on.c.ordinal.desc()), own.c.grid_id)
        return self._through(rows)

    def _through(self, rows: Rows) -> Way:
        to, buildings = self.to["building"], {row.id: row.to for row in rows}
        return lambda row: to.get(buildings.get(row.id, 0))
