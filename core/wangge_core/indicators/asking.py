"""Asking: figures and the events behind them for somebody, with the right to them, and the names of what they are told apart by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.events.reports import EventSource
from wangge_core.grids.codes import GridLevel
from wangge_core.indicators.counting import NAME
from wangge_core.indicators.drilling import Behind, Side, events_behind
from wangge_core.indicators.figures import figures
from wangge_core.indicators.grounds import Ground, grids_below, grounds
from wangge_core.indicators.populations import people_hidden
from wangge_core.indicators.requests import By, Figure, FiguresRequest
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

APPRAISING = (Capability.APPRAISE, Capability.MANAGE_POSTS)
"""With one of these the figures of single posts are read; without, those of one's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a figure is of: the id and the name of a grid, and of a kind, source, office, role or post where it is told apart by one."""

    grid_code: str
    grid_name: str
    of_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Figures with their names, in order, and the moment up to which everything is counted; None where nothing is yet."""

    figures: Sequence[tuple[Figure, Named]]
    counted_at: datetime | None


async def ask_figures(
    work: Work, viewer: Viewer, grid_id: int, request: FiguresRequest, *, level: GridLevel | None = None, layer: str = BASE_LAYER
) -> Told | None:
    """The figures of a grid, or with By.GRID of those below it, for READ_INDICATORS over all of it; None without, and where there is none.

    Figures of posts are for APPRAISE or MANAGE_POSTS; others get those of their own posts. Those that count people are for READ_PEOPLE over
    all of their grid, and left out for others. Raises IndicatorsError.
    """
    if not await may_read(work, viewer, grid_id):
        return None
    ids = [grid_id] if request.by is not By.GRID else await grids_below(work, grid_id, level, layer)
    if request.by is By.GRID and layer != BASE_LAYER:
        ids = [id for id in ids if await may_read(work, viewer, id)]
    found = await figures(work, replace(request, grid_ids=tuple(ids)))
    definitions = [work.rules.registry.indicators[id] for id in request.indicators]
    hidden = await people_hidden(work, viewer, definitions, ids)
    found = [one for one in found if (one.indicator, one.grid_id) not in hidden]
    if request.by is By.POST and not await _appraises(work, viewer, grid_id):
        own = {str(id) for id in viewer.post_ids}
        found = [one for one in found if one.of in own]
    names = await _grid_names(work, {one.grid_id for one in found})
    of = await _names(work, viewer, request.by, {one.of for one in found if one.of is not None})
    told = [
        (one, Named(grid_code=names[one.grid_id][0], grid_name=names[one.grid_id][1], of_name=of.get(one.of or "")))
        for one in found
    ]
    return Told(figures=told, counted_at=await counted_at(work))


async def ask_events(
    work: Work, viewer: Viewer, request: FiguresRequest, side: Side, of: str | None = None, *, first: int = 50, after: int = 0
) -> Behind | None:
    """The events behind a count of a figure that `ask_figures` tells this viewer; None for others. Raises IndicatorUnknownError."""
    (grid_id,) = request.grid_ids
    if not await may_read(work, viewer, grid_id):
        return None
    of_another = request.by is By.POST and of not in {None, *map(str, viewer.post_ids)}
    if of_another and not await _appraises(work, viewer, grid_id):
        return None
    return await events_behind(work, request, side, of, first=first, after=after)


async def may_read(work: Work, viewer: Viewer, grid_id: int) -> bool:
    """Whether the viewer reads the indicators of all that a grid is made of."""
    return await _has(work, viewer, grid_id, (Capability.READ_INDICATORS,))


async def _appraises(work: Work, viewer: Viewer, grid_id: int) -> bool:
    return await _has(work, viewer, grid_id, APPRAISING)


async def _has(work: Work, viewer: Viewer, grid_id: int, capabilities: Sequence[Capability]) -> bool:
    found: list[Ground] = await grounds(work, [grid_id])
    parts = [part for ground in found for part in ground.parts]
    return bool(parts) and any(all(viewer.may(one, part.path) for part in parts) for one in capabilities)


async def counted_at(work: Work) -> datetime | None:
    """When everything was counted that had happened until then; None while all is counted for the first time."""
    return await work.value(sa.select(t.counting.c.counted_at).where(t.counting.c.name == NAME))


async def _grid_names(work: Work, ids: set[int]) -> Mapping[int, tuple[str, str]]:
    rows = await work.by_ids((t.grid.c.code, t.grid.c.name), t.grid.c.id, ids)
    return {id: (row.code, row.name) for id, row in rows.items()}


async def _names(work: Work, viewer: Viewer, by: By | None, values: set[str]) -> Mapping[str, str]:
    """The names of kinds, sources, offices, roles and posts, in the viewer's language. A post is called by its role."""
    match by:
        case By.KIND | By.ROLE:
            table = t.event_kind if by is By.KIND else t.role
            return {id: _label(row.label, viewer) for id, row in (await work.by_ids((table.c.label,), table.c.id, values)).items()}
        case By.SOURCE:
            return {value: EventSource(value).label.in_language(viewer.language) for value in values}
        case By.OFFICE:
            rows = await work.by_ids((t.office.c.name,), t.office.c.id, map(int, values))
            return {str(id): row.name for id, row in rows.items()}
        case By.POST:
            columns = (t.post.c.role_id,)
            roles = {str(id): row.role_id for id, row in (await work.by_ids(columns, t.post.c.id, map(int, values))).items()}
            names = await _names(work, viewer, By.ROLE, set(roles.values()))
            return {id: names[role] for id, role in roles.items()}
        case _:
            return {}


def _label(label: Mapping[str, Any], viewer: Viewer) -> str:
    return str(label.get(viewer.language) or label["zh"])
