"""Simulating: what a division would do, in figures, without writing anything. Each figure is for who may read what it counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa

from wangge_core.coverage.faults import Fault
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.divisions.changes import read_changes
from wangge_core.divisions.lineage import Pair
from wangge_core.divisions.planning import Plan, plan_division
from wangge_core.divisions.posts import PostMove
from wangge_core.errors import Refusal
from wangge_core.grids.sizes import LIVING_HERE, OutOfRange, SizeMeasure, out_of_range
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

YEAR = timedelta(days=365)
COUNTED: Mapping[str, Capability] = {
    "building": Capability.READ_PLACES,
    "household": Capability.READ_PEOPLE,
    "person": Capability.READ_PEOPLE,
    "need": Capability.READ_PRIVATE,
    "organization": Capability.READ_PLACES,
    "asset": Capability.READ_PLACES,
    "place": Capability.READ_PLACES,
    "event": Capability.READ_EVENTS,
    "task": Capability.READ_EVENTS,
}
"""Tables whose rows are counted, and what a viewer needs over the ground to be told."""
OF_POSTS = (Capability.READ_EVENTS, Capability.MANAGE_POSTS)
"""By any of these posts are seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedGrid:
    """A grid that a division leaves, with what would lie in itself. `id` is None for one that does not exist yet.

    Counts are None where the viewer may not read what they count, and for grids with others below them those lie there. `yearly_events`
    were reported within a year.
    """

    key: int
    id: int | None
    code: str
    name: str
    type_id: str
    buildings: int | None
    households: int | None
    people: int | None
    yearly_events: int | None
    open_events: int | None
    posts: int | None
    size_warnings: Sequence[OutOfRange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a division would do. `moved` counts the rows that go to another grid, by table, as far as the viewer may know; `posts` are
    None for who may not see them.
    """

    plan: Plan | None
    refusals: Sequence[Refusal]
    grids: Sequence[SimulatedGrid] = ()
    ending: Sequence[int] = ()
    moved: Mapping[str, int] | None = None
    open_tasks: int | None = None
    posts: Sequence[PostMove] | None = None
    successions: Sequence[Pair] = ()
    overlays: Sequence[int] = ()
    faults: Sequence[Fault] = ()
    codes: Mapping[int, str] = field(default_factory=dict[int, str])
    """The codes of all grids that are named here, by key."""


async def simulate_division(work: Work, viewer: Viewer, division_id: int) -> Simulation | None:
    """What a division would do if it were applied now; None where there is none for this viewer. For MANAGE_GRIDS over its ground."""
    division, grid = t.division, t.grid
    query = sa.select(division.c.grid_id, division.c.changes, grid.c.path).join(grid, grid.c.id == division.c.grid_id)
    row = await work.first(query.where(division.c.id == division_id))
    if row is None or not viewer.may(Capability.MANAGE_GRIDS, row.path):
        return None
    plan, found = await plan_division(work, viewer, row.grid_id, read_changes(row.changes))
    if plan is None:
        return Simulation(plan=None, refusals=found)
    told = {table for table, capability in COUNTED.items() if viewer.may(capability, row.path)}
    posts = plan.posts if any(viewer.may(one, row.path) for one in OF_POSTS) else None
    running = {row.id for row in plan.moves.rows.get("task", ()) if row.open}
    tasks = [one for one in plan.moves.moving("task") if one.id in running]
    return Simulation(
        plan=plan,
        refusals=plan.refusals,
        grids=_grids(work, plan, told, posts),
        ending=plan.resolved.ending,
        moved={table: len(plan.moves.moving(table)) for table in sorted(told)},
        open_tasks=len(tasks) if "task" in told else None,
        posts=posts,
        successions=plan.successions,
        overlays=sorted({overlay for overlay, _ in plan.overlays.gone}),
        faults=plan.faults,
        codes=await _codes(work, plan),
    )


async def _codes(work: Work, plan: Plan) -> dict[int, str]:
    """The codes of grids as they would be; of those that end, as they are."""
    resolved, grid = plan.resolved, t.grid
    named = {key for fault in plan.faults for key in fault.grid_ids} | {key for pair in plan.successions for key in pair}
    others = await work.by_ids((grid.c.code,), grid.c.id, [key for key in named if key > 0 and key not in resolved.grids])
    known = {key: resolved.code_of(key) for key in (*resolved.grids, *resolved.new)}
    return known | {id: row.code for id, row in others.items()}


def _grids(work: Work, plan: Plan, told: set[str], posts: Sequence[PostMove] | None) -> list[SimulatedGrid]:
    moves, resolved = plan.moves, plan.resolved
    people = moves.rows.get("person", ())
    living = {row.id for row in people if row.removed_at is None and row.residence in LIVING_HERE}
    recent = {row.id for row in moves.rows.get("event", ()) if row.reported_at >= work.now - YEAR}
    running = {row.id for row in moves.rows.get("event", ()) if not row.closed}
    counts = {
        "buildings": ("building", _counted(plan, "building")),
        "households": ("household", _counted(plan, "household")),
        "people": ("person", _counted(plan, "person", living)),
        "yearly_events": ("event", _counted(plan, "event", recent)),
        "open_events": ("event", _counted(plan, "event", running)),
    }
    held = None if posts is None else Counter(one.to for one in posts)
    found: list[SimulatedGrid] = []
    for target in (target for one in resolved.replacements for target in one.targets):
        known = resolved.grids.get(target.key)
        name = target.new.name if target.new else resolved.names.get(target.key, known.name if known else "")
        figures = {what: count[target.key] if table in told else None for what, (table, count) in counts.items()}
        found.append(
            SimulatedGrid(
                key=target.key,
                id=None if target.key < 0 else target.key,
                code=resolved.code_of(target.key),
                name=name,
                type_id=target.type_id,
                posts=None if held is None else held[target.key],
                size_warnings=_size_warnings(work, target.type_id, figures),
                **figures,
            )
        )
    return found


def _counted(plan: Plan, table: str, only: set[int] | None = None) -> Counter[int]:
    return Counter(one.to for one in plan.moves.by_table.get(table, ()) if only is None or one.id in only)


def _size_warnings(work: Work, type_id: str, figures: Mapping[str, int | None]) -> list[OutOfRange]:
    grid_type = work.rules.registry.grid_types.get(type_id)
    counted = {SizeMeasure.HOUSEHOLDS: figures["households"], SizeMeasure.PEOPLE: figures["people"]}
    return [] if grid_type is None else list(out_of_range(grid_type.size, counted))
