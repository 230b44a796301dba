"""Drafts: things as their rows tell them, before their grids are found; and how found ones reach the core's operations."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.imports.finding import GridIndex, Wanted, placed
from wangge_core.imports.templates import Template

MOST_KEY = 200
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Draft:
    """Where a thing belongs, as the row says it, and the fields of the request that it will become."""

    grid: Wanted
    fields: dict[str, Any]


def read_key(template: Template, values: Mapping[str, str], found: list[Refusal]) -> str:
    """The row's own number, which keeps a second run from importing it twice."""
    key = template.fill(values) or ""
    if not key:
        found.append(refusal("KEY_REQUIRED", "sourceKey"))
    elif len(key) > MOST_KEY:
        found.append(refusal("TOO_LONG", "sourceKey", most=MOST_KEY))
    return key


async def find_grids(work: Work, drafts: Sequence[Draft], grids: GridIndex) -> list[int | Refusal]:
    """The id of the grid of each draft, or why it has none."""
    positions = [(one.fields.get("longitude") or 0.0, one.fields.get("latitude") or 0.0) for one in drafts]
    return [grids.find(one) for one in await placed(work, [draft.grid for draft in drafts], positions)]


async def write_found(
    work: Work,
    drafts: Sequence[Draft],
    grids: GridIndex,
    make: Callable[..., _R],
    write: Callable[[Sequence[_R]], Awaitable[list[Outcome]]],
) -> list[Outcome]:
    """Write the drafts whose grid is found, as requests made with `grid_id` and their fields; refuse the others. In order."""
    found = await find_grids(work, drafts, grids)
    requests = [make(grid_id=grid, **draft.fields) for draft, grid in zip(drafts, found, strict=True) if isinstance(grid, int)]
    outcomes = iter(await write(requests))
    return [next(outcomes) if isinstance(grid, int) else Outcome(refusals=(grid,)) for grid in found]
