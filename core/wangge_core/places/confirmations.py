"""Confirming buildings with their units, organisations, assets and places: somebody looked, and what is written is true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import Change, Checking, rows_to_change
from wangge_core.checking import only_right
from wangge_core.confirming import check_confirm_by, confirmed, is_newer
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome
from wangge_core.places.buildings import SEES_PLACES
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import Rule, everybody


class Confirmable(StrEnum):
    """What can be confirmed here; persons are confirmed in their own room."""

    BUILDING = "Building"
    ORGANIZATION = "Organization"
    ASSET = "Asset"
    PLACE = "Place"


SORTS: Mapping[Confirmable, tuple[sa.Table, Rule]] = {
    Confirmable.BUILDING: (t.building, SEES_PLACES),
    Confirmable.ORGANIZATION: (t.organization, SEES_PLACES),
    Confirmable.ASSET: (t.asset, SEES_PLACES),
    Confirmable.PLACE: (t.place, everybody),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsConfirmation(Change):
    """The facts of a thing were looked at and are true. `confirm_by` is the day by which to look again, a year on unless given;
    `at` is when they were looked at, if not now."""

    sort: Confirmable
    confirm_by: date | None = None
    at: datetime | None = None


async def confirm_facts(work: Work, viewer: Viewer, requests: Sequence[FactsConfirmation]) -> list[Outcome]:
    """Confirm things. That changes no fact, so it counts no version on; the version that was seen is checked all the same."""
    by_sort: dict[Confirmable, list[int]] = {}
    for request in requests:
        by_sort.setdefault(request.sort, []).append(request.id)
    checks = {
        sort: Checking.of(viewer, sort.value, await rows_to_change(work, viewer, *_of(sort, ids)), Capability.REGISTER_PLACES)
        for sort, ids in by_sort.items()
    }
    outcomes: list[Outcome] = []
    good: dict[tuple[Confirmable, date | None, datetime | None], list[int]] = {}
    for request in requests:
        checking = checks[request.sort]
        found = [*checking.refusals(request), *check_confirm_by(request.confirm_by, work.today)]
        if not found and not is_newer(checking.rows[request.id], request.at):
            good.setdefault((request.sort, request.confirm_by, request.at), []).append(request.id)
            grid_id = checking.rows[request.id].grid_id
            work.announce(f"{request.sort.value.lower()}.confirmed", request.id, grid_id)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    for (sort, confirm_by, at), ids in good.items():
        await _write(work, SORTS[sort][0], ids, confirmed(work, viewer, confirm_by, at))
    return outcomes


def _of(sort: Confirmable, ids: Sequence[int]) -> tuple[sa.Table, Sequence[int], Rule]:
    table, rule = SORTS[sort]
    return table, ids, rule


async def _write(work: Work, table: sa.Table, ids: Sequence[int], values: Mapping[str, Any]) -> None:
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        await work.run(sa.update(table).where(table.c.id.in_(chunk)).values(values))
