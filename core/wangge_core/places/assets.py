"""Assets: things on the ground, with their number, their state, where they are and how well that is known, and who keeps them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import KEEP, Checking, Kept, check_not_cleared, given, is_given, rows_to_change, write_change
from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.places.buildings import SEES_PLACES
from wangge_core.places.things import (
    NewThing,
    ThingChange,
    changed_details,
    check_new_thing,
    check_thing_change,
    new_details,
    new_thing_row,
    thing_values,
)
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.storable import is_storable
from wangge_core.writing import grids_of, insert_accepted

LEAST_ACCURATE = 100_000
"""Metres: what is known no better has no position."""


class AssetState(Choice):
    """In what state an asset is."""

    IN_ORDER = auto(), "完好"
    DAMAGED = auto(), "破损"
    MISSING = auto(), "丢失"
    OUT_OF_SERVICE = auto(), "停用"
    REMOVED = auto(), "已拆除"


class PositionMethod(Choice):
    """How a position became known."""

    SURVEYED = auto(), "测绘"
    SATELLITE = auto(), "卫星定位"
    MAP = auto(), "地图标注", "Marked on a map"
    ADDRESS = auto(), "地址匹配", "Matched by address"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAsset(NewThing):
    """An asset to register. `code` is its number, once in a kind; `accuracy_metres` how far off the position may be; `owner_id` an
    organisation and `keeper_id` an office."""

    code: str | None = None
    state: AssetState = AssetState.IN_ORDER
    accuracy_metres: float | None = None
    measured: PositionMethod | None = None
    owner_id: int | None = None
    keeper_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetChange(ThingChange):
    """New values for an asset. A new position without accuracy and way of measuring clears those of the old one."""

    code: str | Kept | None = KEEP
    state: AssetState | Kept | None = KEEP
    accuracy_metres: float | Kept | None = KEEP
    measured: PositionMethod | Kept | None = KEEP
    owner_id: int | Kept | None = KEEP
    keeper_id: int | Kept | None = KEEP


@dataclass(frozen=True, slots=True)
class Known:
    """What the requests of a list name, and the codes that are taken, by kind and code."""

    owners: set[int]
    keepers: set[int]
    codes: dict[tuple[str, str], int]


async def register_assets(work: Work, viewer: Viewer, requests: Sequence[NewAsset]) -> list[Outcome]:
    """Register assets. Whoever registers one confirms it."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    known = await _known(work, viewer, requests)
    stored: dict[int, Any] = {}
    refusals: list[list[Refusal]] = []
    for request in requests:
        details, more = new_details(request, work.rules.registry.asset_kinds)
        has_position = request.longitude is not None
        found = [
            *check_new_thing(request, grids, viewer),
            *more,
            *_check(request, request.kind_id, None, known, has_position=has_position),
        ]
        if not found and request.code is not None:
            known.codes[request.kind_id, request.code.strip()] = 0
        stored[id(request)] = details
        refusals.append(found)
    return await insert_accepted(work, t.asset, requests, refusals, lambda one: _row(work, viewer, one, stored[id(one)]))


def _row(work: Work, viewer: Viewer, request: NewAsset, details: Any) -> dict[str, Any]:
    return new_thing_row(work, viewer, request, details) | {
        "code": None if request.code is None else request.code.strip(),
        "state": request.state.value,
        "accuracy_metres": request.accuracy_metres,
        "measured": None if request.measured is None else request.measured.value,
        "owner_id": request.owner_id,
        "keeper_id": request.keeper_id,
    }


async def _known(work: Work, viewer: Viewer, requests: Sequence[NewAsset | AssetChange]) -> Known:
    owners = [one.owner_id for one in requests if isinstance(one.owner_id, int)]
    keepers = [one.keeper_id for one in requests if isinstance(one.keeper_id, int)]
    visible = SEES_PLACES(t.organization, BoundViewer(viewer))
    codes = sorted({one.code.strip() for one in requests if isinstance(one.code, str) and is_storable(one.code)})
    return Known(
        set(await work.by_ids((), t.organization.c.id, owners, visible)),
        set(await work.by_ids((), t.office.c.id, keepers)),
        await _codes_taken(work, codes),
    )


def _check(
    request: NewAsset | AssetChange, kind_id: str, own_id: int | None, known: Known, *, has_position: bool
) -> Iterator[Refusal]:
    """The values that only assets have."""
    if isinstance(request.code, str):
        wrong = list(check_text(request.code, "code", most=80))
        if not wrong and known.codes.get((kind_id, request.code.strip()), own_id) != own_id:
            wrong = [refusal("CODE_TAKEN", "code", code=request.code)]
        yield from wrong
    accuracy = request.accuracy_metres
    if isinstance(accuracy, int | float):
        if not 0 <= accuracy <= LEAST_ACCURATE:
            yield refusal("OUT_OF_RANGE", "accuracyMetres", least=0, most=LEAST_ACCURATE)
        if not has_position:
            yield refusal("REQUIRED", "position")
    if isinstance(request.owner_id, int) and request.owner_id not in known.owners:
        yield refusal("NOT_FOUND", "ownerId", what="Organization", id=request.owner_id)
    if isinstance(request.keeper_id, int) and request.keeper_id not in known.keepers:
        yield refusal("NOT_FOUND", "keeperId", what="Office", id=request.keeper_id)


async def change_assets(work: Work, viewer: Viewer, requests: Sequence[AssetChange]) -> list[Outcome]:
    """Change assets: their state above all."""
    rows = await rows_to_change(work, viewer, t.asset, [one.id for one in requests], SEES_PLACES)
    grids = await grids_of(work, [one.grid_id for one in requests if isinstance(one.grid_id, int)])
    known = await _known(work, viewer, requests)
    checking = Checking.of(viewer, "Asset", rows, Capability.REGISTER_PLACES)
    outcomes: list[Outcome] = []
    for request in requests:
        found, details = checking.refusals(request), dict[str, Any]()
        if not found:
            row = rows[request.id]
            details, more = changed_details(request, row, work.rules.registry.asset_kinds)
            longitude = request.longitude if is_given(request.longitude) else row.longitude
            found = [
                *check_thing_change(request, row, grids, viewer),
                *check_not_cleared(request, "state"),
                *more,
                *_check(request, row.kind_id, row.id, known, has_position=longitude is not None),
            ]
        if not found:
            values = _values(request) | details
            if isinstance(values.get("code"), str):
                known.codes[rows[request.id].kind_id, values["code"]] = request.id
            await write_change(work, t.asset, rows[request.id], values)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


def _values(request: AssetChange) -> dict[str, Any]:
    values = thing_values(request)
    if "longitude" in values:
        values |= {"accuracy_metres": None, "measured": None}
    return values | given(request, "code", "state", "accuracy_metres", "measured", "owner_id", "keeper_id")


async def _codes_taken(work: Work, codes: Sequence[str]) -> dict[tuple[str, str], int]:
    """The assets that have these codes, in whatever kind."""
    asset = t.asset
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(codes), CHUNK):
        chunk = codes[start : start + CHUNK]
        for row in await work.rows(sa.select(asset.c.id, asset.c.kind_id, asset.c.code).where(asset.c.code.in_(chunk))):
            found[row.kind_id, row.code] = row.id
    return found
