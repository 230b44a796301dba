"""Due lists: what is due, overdue and done for a worker or on a ground, page by page, and in figures for each duty.

Each is one statement beside the few rows that say how the deployment has its duties. Nothing of a thing is told but its key, to who may
see it: of people who have a need only to who may see the need.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.deadlines.reading import calendars_of
from wangge_core.deadlines.working_time import UncoveredYearError
from wangge_core.duties.asking import Ask, Asks, asks_of
from wangge_core.duties.given import Place, Question
from wangge_core.duties.periods import DAY, IsWorked
from wangge_core.duties.placed import metres
from wangge_core.duties.settings import parts_of, read_settings
from wangge_core.duties.stating import FAR, DueState, figures, page
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.scopes import END, Subtrees
from wangge_core.rights.viewers import Viewer, base_paths

OPEN = (DueState.OVERDUE, DueState.DUE)
MOST_ITEMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRequest:
    """Whose list is wanted: that of a post, or of a grid and all below it; of these duties, without any of all."""

    grid_id: int | None = None
    post_id: int | None = None
    duty_ids: tuple[str, ...] = ()
    states: tuple[DueState, ...] = OPEN
    near: tuple[float, float] | None = None
    first: int = 50
    after: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """Something that a duty asks for. `id` is None where the viewer may not see what it is; `needed` and `done` count what the duty counts:
    times, minutes, or different ones."""

    duty_id: str
    sort: str
    id: int | None
    grid_id: int
    state: DueState
    due_by: datetime
    needed: int
    done: int
    last_done_at: datetime | None
    distance_metres: float | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A page of a due list. `unknown` are duties of working days of which nobody knows whether today is one."""

    items: tuple[DueItem, ...]
    more: bool
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFigures:
    """How a duty stands on a ground. `declined` are among the `done`."""

    duty_id: str
    targets: int
    done: int
    due: int
    overdue: int
    declined: int
    needed: int
    """How many times, minutes or different ones are asked for in all."""
    made: int
    """How many of those there were."""


@dataclass(frozen=True, slots=True)
class DueSummary:
    """The figures of every duty that asks for something now."""

    duties: tuple[DutyFigures, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where, and in which roles; None for all of them."""

    paths: tuple[str, ...]
    roles: frozenset[str] | None


async def due_items(work: Work, viewer: Viewer, request: DueRequest) -> DuePage | None:
    """A page of a due list; None where there is no such grid or post for this viewer.

    The list of a post is for its holder, and who stands in; that and the list of a grid for READ_WORK over it.
    """
    ground = await ground_of(work, viewer, request)
    if ground is None:
        return None
    asks = await _asks(work, ground, request)
    if not asks.asks:
        return DuePage(items=(), more=False, unknown=asks.unknown)
    first = min(max(request.first, 1), MOST_ITEMS)
    question = question_of(work, viewer, request)
    rows = await work.rows(*page(work.connection.dialect, asks.asks, question, request.states, first=first, after=request.after))
    by_number = {ask.number: ask for ask in asks.asks}
    return DuePage(items=tuple(_item(by_number, row) for row in rows[:first]), more=len(rows) > first, unknown=asks.unknown)


async def due_summary(work: Work, viewer: Viewer, request: DueRequest) -> DueSummary | None:
    """How every duty stands; None as for `due_items`."""
    ground = await ground_of(work, viewer, request)
    if ground is None:
        return None
    asks = await _asks(work, ground, request)
    counted = await count(work, viewer, asks.asks)
    found: dict[str, DutyFigures] = {}
    for ask, one in zip(asks.asks, counted, strict=True):
        known = found.get(ask.duty.id)
        found[ask.duty.id] = one if known is None else _together(known, one)
    return DueSummary(tuple(found.values()), asks.unknown)


async def count(work: Work, viewer: Viewer, asks: Sequence[Ask], *, until: datetime | None = None) -> list[DutyFigures]:
    """The figures of each ask, in their order, by one statement; with `until` of what was done and happened before it alone."""
    if not asks:
        return []
    question = question_of(work, viewer, DueRequest(), until)
    rows = {row.ask: row for row in await work.rows(*figures(work.connection.dialect, asks, question))}
    return [_figures(ask, rows.get(ask.number)) for ask in asks]


def question_of(work: Work, viewer: Viewer, request: DueRequest, until: datetime | None = None) -> Question:
    """Who asks, now. What a clock ahead of ours says was done counts at once, unless it is asked `until` when."""
    until = until or work.now + DAY
    return Question(viewer=BoundViewer(viewer, moment=work.now), now=work.now, until=until, near=request.near)


async def ground_of(work: Work, viewer: Viewer, request: DueRequest) -> Ground | None:
    """Where the list is of, if the viewer may have it."""
    if request.post_id is not None:
        return await _of_post(work, viewer, request.post_id)
    grid = t.grid
    row = await work.first(sa.select(grid.c.path, grid.c.layer_id).where(grid.c.id == request.grid_id))
    if row is None:
        return None
    assert request.grid_id is not None
    paths = (row.path,) if row.layer_id == BASE_LAYER else (await base_paths(work, [request.grid_id])).get(request.grid_id, ())
    return Ground(paths, None) if _reads(viewer, paths) else None


async def _of_post(work: Work, viewer: Viewer, post_id: int) -> Ground | None:
    post, grid = t.post, t.grid
    query = sa.select(post.c.role_id, post.c.grid_id, grid.c.path, grid.c.layer_id).join(grid, grid.c.id == post.c.grid_id)
    in_term = sa.and_(post.c.starts_at <= work.now, sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now))
    row = await work.first(query.where(post.c.id == post_id, in_term))
    if row is None:
        return None
    paths = (row.path,) if row.layer_id == BASE_LAYER else (await base_paths(work, [row.grid_id])).get(row.grid_id, ())
    if post_id not in viewer.post_ids and not _reads(viewer, paths):
        return None
    role = work.rules.registry.roles.get(row.role_id)
    return Ground(Subtrees.of(paths).paths, frozenset() if role is None else role.acts_as)


def _reads(viewer: Viewer, paths: Sequence[str]) -> bool:
    return bool(paths) and all(viewer.may(Capability.READ_WORK, path) for path in paths)


async def _asks(work: Work, ground: Ground, request: DueRequest) -> Asks:
    asks = await asks_now(work, ground)
    if not request.duty_ids:
        return asks
    return replace(asks, asks=tuple(ask for ask in asks.asks if ask.duty.id in request.duty_ids))


async def asks_now(work: Work, ground: Ground) -> Asks:
    """What the duties ask for now on a ground, in these roles."""
    types = await _types_on(work, ground.paths)
    settings = await read_settings(work)
    parts = [part for part in parts_of(settings, ground.paths) if part.duty.grid_types is None or part.duty.grid_types & types]
    return asks_of(parts, work.now, work.rules.zone, await is_worked(work), roles=ground.roles)


async def _types_on(work: Work, paths: Sequence[str]) -> frozenset[str]:
    """The grid types on a ground; all others ask for nothing there."""
    grid = t.grid
    below = sa.or_(sa.false(), *(sa.and_(grid.c.path >= path, grid.c.path < path[:-1] + END) for path in paths))
    query = sa.select(grid.c.grid_type_id).where(below, grid.c.ended_at.is_(None)).distinct()
    return frozenset(row.grid_type_id for row in await work.rows(query))


async def is_worked(work: Work) -> IsWorked:
    """Whether people work on a day, by the calendar of the deployment."""
    calendar = (await calendars_of(work)).default

    def worked(day: date) -> bool:
        if calendar is None:
            raise UncoveredYearError("default", day.year)
        return bool(calendar.spans(day))

    return worked


def _item(asks: Mapping[int, Ask], row: sa.Row[Any]) -> DueItem:
    one = row._mapping
    return DueItem(
        duty_id=asks[one["ask"]].duty.id,
        sort=one["sort"],
        id=one["id"] if one["seen"] else None,
        grid_id=one["grid_id"],
        state=DueState(one["state"]),
        due_by=one["due_by"],
        needed=one["amount"],
        done=one["done"],
        last_done_at=one["last_done_at"] if one["seen"] else None,
        distance_metres=None if one["distance"] >= FAR else metres(one["distance"]),
        place=Place(due_by=one["due_by"], distance=one["distance"], ask=one["ask"], ordinal=one["ordinal"]),
    )


def _figures(ask: Ask, row: sa.Row[Any] | None) -> DutyFigures:
    names = ("targets", "done", "overdue", "declined", "needed", "made")
    found = {name: 0 if row is None else int(getattr(row, name)) for name in names}
    return DutyFigures(duty_id=ask.duty.id, due=found["targets"] - found["done"] - found["overdue"], **found)


def _together(one: DutyFigures, other: DutyFigures) -> DutyFigures:
    return DutyFigures(
        duty_id=one.duty_id,
        targets=one.targets + other.targets,
        done=one.done + other.done,
        due=one.due + other.due,
        overdue=one.overdue + other.overdue,
        declined=one.declined + other.declined,
        needed=one.needed + other.needed,
        made=one.made + other.made,
    )
