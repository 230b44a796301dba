"""Organisations: firms, shops and institutions on the ground of a grid."""

from collections.abc import Sequence
from dataclasses import dataclass

from wangge_core.checking import check_optional_text, check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import check_grid, check_unit, grids_of, grids_of_units, insert_accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganization:
    """An organisation to register; `unit_id` names its premises where they are known."""

    grid_id: int
    name: str
    trade: str | None = None
    unit_id: int | None = None


async def register_organizations(work: Work, viewer: Viewer, requests: Sequence[NewOrganization]) -> list[Outcome]:
    """Register organisations."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    homes = await grids_of_units(work, [request.unit_id for request in requests])
    refusals = [
        [
            *check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PLACES),
            *check_text(request.name, "name", most=200),
            *check_optional_text(request.trade, "trade", most=80),
            *check_unit(homes, request.unit_id, request.grid_id),
        ]
        for request in requests
    ]
    return await insert_accepted(
        work,
        t.organization,
        requests,
        refusals,
        lambda one: {
            "grid_id": one.grid_id,
            "unit_id": one.unit_id,
            "name": one.name.strip(),
            "trade": one.trade,
            "created_at": work.now,
        },
    )
