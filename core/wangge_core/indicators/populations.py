"""Populations: how many people are registered in a grid, and how many live in it by official figures, both as of the end of a period."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.indicators.grounds import Part, grounds, inside
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.indicators import Supplied
from wangge_core.plugin.measuring import IndicatorDefinition
from wangge_core.rights.viewers import Viewer

REGISTERED, OFFICIAL = "persons_registered", "official_population"


async def count_people(work: Work, part: Part) -> Mapping[str, int | None]:
    """Both counts, of whoever lives there now and was registered by then; None where no official figure is known."""
    person = t.person
    living = person.c.removed_at.is_(None), person.c.residence.is_not(None), person.c.created_at <= work.now
    registered = await work.value(sa.select(sa.func.count()).select_from(person).where(inside(person, part), *living))
    return {REGISTERED: registered, OFFICIAL: await _official(work, part.id)}


async def _official(work: Work, grid_id: int) -> int | None:
    """The newest figure of a grid, or else the sum of those right below it, where each of them has one."""
    (own,) = await _newest(work, t.grid.c.id == grid_id) or [None]
    if own is not None:
        return own
    below = await _newest(work, t.grid.c.parent_id == grid_id)
    known = [one for one in below if one is not None]
    return sum(known) if below and len(known) == len(below) else None


async def _newest(work: Work, of: sa.ColumnElement[bool]) -> Sequence[int | None]:
    """The newest figures of these grids of the base layer, without those that have ended: those stay with what was."""
    grid, official = t.grid, t.official_population
    known = sa.select(official.c.number).where(official.c.grid_id == grid.c.id, official.c.as_of <= work.today)
    newest = known.order_by(official.c.as_of.desc()).limit(1).correlate(grid).scalar_subquery()
    query = sa.select(newest.label("number")).where(of, grid.c.ended_at.is_(None), grid.c.layer_id == BASE_LAYER)
    return [row.number for row in await work.rows(query)]


async def people_hidden(
    work: Work, viewer: Viewer, definitions: Sequence[IndicatorDefinition], grid_ids: Sequence[int]
) -> set[tuple[str, int]]:
    """Indicators and grids whose figures this viewer is not told, since they count people and READ_PEOPLE does not reach so far."""
    known = work.rules.registry.measures
    of_people = [one.id for one in definitions if any(known[id].way == Supplied(REGISTERED) for id in one.measures)]
    if not of_people:
        return set()
    found = await grounds(work, grid_ids)
    hidden = [one.id for one in found if not all(viewer.may(Capability.READ_PEOPLE, part.path) for part in one.parts)]
    return {(id, grid) for id in of_people for grid in hidden}
