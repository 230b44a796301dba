"""Official populations: how many live in a grid as of a day by figures from elsewhere, such as a census. They are public, are never counted
here, and stay with the grid that they were published for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import check_grid, grids_of

MOST_PEOPLE = 100_000_000
MOST_SOURCE = 200
Key = tuple[int, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialPopulation:
    """How many live in a grid and all below it as of a day, and who says so; without a `number` the figure of that day is taken away."""

    grid_id: int
    as_of: date
    number: int | None
    source: str = ""


async def set_official_populations(work: Work, viewer: Viewer, requests: Sequence[OfficialPopulation]) -> list[Outcome]:
    """Set figures of base grids, in place of those of the same day. For MANAGE_GRIDS over them. The outcome's id is the grid's."""
    grids = await grids_of(work, [one.grid_id for one in requests])
    present = await _present(work, list(grids))
    seen, outcomes = set[Key](), list[Outcome]()
    for request in requests:
        key = request.grid_id, request.as_of
        found = check_grid(grids, request.grid_id, viewer, Capability.MANAGE_GRIDS, "id") + _check(work, request)
        if key in seen:
            found.append(refusal("DUPLICATE", "asOf", key=request.as_of))
        if not found:
            seen.add(key)
            await _write(work, request, present.get(key))
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.grid_id))
    return outcomes


def _check(work: Work, request: OfficialPopulation) -> list[Refusal]:
    found = [refusal("IN_THE_FUTURE", "asOf")] if request.as_of > work.today else []
    if request.number is None:
        return found
    if not 0 <= request.number <= MOST_PEOPLE:
        found.append(refusal("OUT_OF_RANGE", "number", least=0, most=MOST_PEOPLE))
    return [*found, *check_text(request.source, "source", most=MOST_SOURCE)]


async def _present(work: Work, grid_ids: Sequence[int]) -> Mapping[Key, int]:
    """The figures that these grids have, by grid and day."""
    table, found = t.official_population, dict[Key, int]()
    for start in range(0, len(grid_ids), CHUNK):
        own = table.c.grid_id.in_(grid_ids[start : start + CHUNK])
        found |= {(row.grid_id, row.as_of): row.id for row in await work.rows(sa.select(table).where(own))}
    return found


async def _write(work: Work, request: OfficialPopulation, id: int | None) -> None:
    table = t.official_population
    if request.number is None:
        if id is None:
            return
        await work.run(sa.delete(table).where(table.c.id == id))
    elif id is not None:
        await work.change(table, id, {"number": request.number, "source": request.source.strip()})
    else:
        row = {"grid_id": request.grid_id, "as_of": request.as_of, "number": request.number, "source": request.source.strip()}
        await work.insert(table, [row])
    work.announce("grid.population_set", request.grid_id, request.grid_id, number=request.number)
