"""Assets and places: things on the ground and stations, each of a kind that a plugin declares, with that kind's details."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_position, check_text, read_details, seven_places
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.definitions import ThingKindDefinition
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import check_grid, grids_of, insert_accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class NewThing:
    """An asset or a place to register. `details` is plain data for the kind's dataclass."""

    grid_id: int
    kind_id: str
    name: str
    longitude: float | None = None
    latitude: float | None = None
    details: Any = None


async def register_assets(work: Work, viewer: Viewer, requests: Sequence[NewThing]) -> list[Outcome]:
    """Register assets."""
    return await _register(work, viewer, requests, t.asset, work.rules.registry.asset_kinds)


async def register_places(work: Work, viewer: Viewer, requests: Sequence[NewThing]) -> list[Outcome]:
    """Register places."""
    return await _register(work, viewer, requests, t.place, work.rules.registry.place_kinds)


async def _register(
    work: Work, viewer: Viewer, requests: Sequence[NewThing], table: sa.Table, kinds: Mapping[str, ThingKindDefinition]
) -> list[Outcome]:
    grids = await grids_of(work, [request.grid_id for request in requests])
    stored: dict[int, Any] = {}
    refusals: list[list[Refusal]] = []
    for request in requests:
        found = [
            *check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PLACES),
            *check_text(request.name, "name", most=200),
            *check_position(request.longitude, request.latitude),
        ]
        kind = kinds.get(request.kind_id)
        if kind is None:
            found.append(refusal("KIND_UNKNOWN", "kindId", id=request.kind_id))
        else:
            stored[id(request)], more = read_details(kind.id, kind.details, request.details)
            found.extend(more)
        refusals.append(found)
    return await insert_accepted(work, table, requests, refusals, lambda one: _row(work, one, stored[id(one)]))


def _row(work: Work, request: NewThing, details: Any) -> dict[str, Any]:
    return {
        "grid_id": request.grid_id,
        "kind_id": request.kind_id,
        "name": request.name.strip(),
        "longitude": seven_places(request.longitude),
        "latitude": seven_places(request.latitude),
        "details": details,
        "created_at": work.now,
    }
