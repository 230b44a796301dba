"""Bindings: leaders, offices and firms that are tied to a grid without a post in its team."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.places.premises import check_phone
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.staff import BindingKind
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer, base_paths
from wangge_core.staffing.sight import binding_rule
from wangge_core.writing import grids_of, insert_accepted

TIED: Mapping[BindingKind, tuple[str, ...]] = {
    BindingKind.SPONSOR_LEADER: ("account",),
    BindingKind.PARTNER_OFFICE: ("office",),
    BindingKind.UTILITY_FIRM: ("office", "organization"),
    BindingKind.TERRITORY: ("office",),
}
"""Who can be tied by each kind; exactly one of these."""
_FIELDS = {"account": "accountId", "office": "officeId", "organization": "organizationId"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBinding:
    """Somebody to tie to a grid: a leader by the account, an office, or a firm by its organisation. From now on unless `starts_at` says
    otherwise."""

    grid_id: int
    kind: BindingKind
    account_id: int | None = None
    office_id: int | None = None
    organization_id: int | None = None
    contact: str | None = None
    official_phone: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingEnd:
    """A binding to end, now unless `at` says otherwise."""

    binding_id: int
    reason: str | None = None
    at: datetime | None = None


async def bind_grids(work: Work, viewer: Viewer, requests: Sequence[NewBinding]) -> list[Outcome]:
    """Tie leaders, offices and firms to grids of any layer, for who manages posts over the whole ground of each."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    managed = await _managed(work, viewer, grids)
    known = {name: await _known(work, name, requests) for name in _FIELDS}
    present = await _present(work, list(grids))
    refusals: list[Sequence[Refusal]] = []
    for request in requests:
        found = [*_check_grid(request, grids, managed), *_check_tie(request, known), *_check_rest(work, request)]
        tie = (request.grid_id, request.kind.value, request.account_id, request.office_id, request.organization_id)
        if tie in present:
            found.append(refusal("BOUND_ALREADY", "gridId"))
        if not found:
            present.add(tie)
        refusals.append(only_right(found))
    outcomes = await insert_accepted(work, t.grid_binding, requests, refusals, lambda one: _row(work, viewer, one))
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            work.announce("grid.bound", outcome.id, request.grid_id, kind=request.kind.value)
    return outcomes


async def _managed(work: Work, viewer: Viewer, grids: Mapping[int, sa.Row[Any]]) -> set[int]:
    """Those of the grids over whose whole ground the viewer manages posts."""
    overlays = await base_paths(work, [id for id, grid in grids.items() if grid.layer_id != BASE_LAYER])
    grounds = {id: (grid.path,) if grid.layer_id == BASE_LAYER else overlays.get(id, ()) for id, grid in grids.items()}
    return {id for id, ground in grounds.items() if ground and all(viewer.may(Capability.MANAGE_POSTS, path) for path in ground)}


async def _known(work: Work, name: str, requests: Sequence[NewBinding]) -> Collection[int]:
    table: sa.Table = getattr(t, name)
    ids = [id for one in requests if (id := getattr(one, f"{name}_id")) is not None]
    conditions = [table.c.active, sa.not_(table.c.machine)] if name == "account" else []
    return await work.by_ids((), table.c.id, ids, *conditions)


async def _present(work: Work, grid_ids: Sequence[int]) -> set[tuple[Any, ...]]:
    binding, found = t.grid_binding, set[tuple[Any, ...]]()
    columns = (binding.c.grid_id, binding.c.kind, binding.c.account_id, binding.c.office_id, binding.c.organization_id)
    for start in range(0, len(grid_ids), CHUNK):
        own = binding.c.grid_id.in_(grid_ids[start : start + CHUNK])
        running = sa.or_(binding.c.ends_at.is_(None), binding.c.ends_at > work.now)
        found |= {tuple(row) for row in await work.rows(sa.select(*columns).where(own, running))}
    return found


def _check_grid(request: NewBinding, grids: Mapping[int, sa.Row[Any]], managed: Collection[int]) -> list[Refusal]:
    grid = grids.get(request.grid_id)
    if grid is None:
        return [refusal("NOT_FOUND", "gridId", what="Grid", id=request.grid_id)]
    if request.grid_id not in managed:
        return [refusal("NOT_ALLOWED", "gridId")]
    return [refusal("GRID_ENDED", "gridId", code=grid.code)] if grid.ended_at is not None else []


def _check_tie(request: NewBinding, known: Mapping[str, Collection[int]]) -> list[Refusal]:
    given = {name: id for name in _FIELDS if (id := getattr(request, f"{name}_id")) is not None}
    if len(given) != 1 or not given.keys() <= set(TIED[request.kind]):
        wanted = ", ".join(_FIELDS[name] for name in TIED[request.kind])
        return [refusal("BINDING_TO_OTHER", "kind", wanted=wanted)]
    ((name, id),) = given.items()
    return [] if id in known[name] else [refusal("NOT_FOUND", _FIELDS[name], what=name.capitalize(), id=id)]


def _check_rest(work: Work, request: NewBinding) -> list[Refusal]:
    found = list(check_optional_text(request.contact, "contact", most=80))
    if request.official_phone is not None:
        found.extend(check_phone(request.official_phone, "officialPhone"))
    if request.ends_at is not None and request.ends_at <= (request.starts_at or work.now):
        found.append(refusal("TERM_INVALID", "endsAt"))
    return found


def _row(work: Work, viewer: Viewer, request: NewBinding) -> dict[str, Any]:
    return {
        "grid_id": request.grid_id,
        "kind": request.kind.value,
        "account_id": request.account_id,
        "office_id": request.office_id,
        "organization_id": request.organization_id,
        "contact": request.contact and request.contact.strip(),
        "official_phone": request.official_phone and request.official_phone.strip(),
        "starts_at": request.starts_at or work.now,
        "ends_at": request.ends_at,
        "bound_by_id": viewer.account_id,
        "created_at": work.now,
    }


async def end_bindings(work: Work, viewer: Viewer, requests: Sequence[BindingEnd]) -> list[Outcome]:
    """End bindings, for who manages posts over the grid. A term is never made longer."""
    return [await _end(work, viewer, request) for request in requests]


async def _end(work: Work, viewer: Viewer, request: BindingEnd) -> Outcome:
    binding = t.grid_binding
    query = sa.select(binding).where(binding.c.id == request.binding_id, binding_rule(binding, BoundViewer(viewer)))
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=binding))
    if row is None:
        return refused("NOT_FOUND", "id", what="GridBinding", id=request.binding_id)
    at = request.at or work.now
    found = list(check_optional_text(request.reason, "reason", most=400))
    if row.grid_id not in await _managed(work, viewer, await grids_of(work, [row.grid_id])):
        found.append(refusal("NOT_ALLOWED", "id"))
    if row.ends_at is not None and row.ends_at <= work.now:
        found.append(refusal("BINDING_ENDED", "id"))
    elif at < row.starts_at or (row.ends_at is not None and at > row.ends_at):
        found.append(refusal("TERM_INVALID", "at"))
    if found:
        return Outcome(refusals=only_right(found))
    values = {"ends_at": at, "end_reason": request.reason and request.reason.strip()}
    await work.run(sa.update(binding).where(binding.c.id == row.id).values(values))
    work.announce("grid.unbound", row.id, row.grid_id, kind=row.kind)
    return Outcome(id=row.id)
