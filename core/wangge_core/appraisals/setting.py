"""Setting schemes: they are written, changed and ended. A change makes a new version; a run keeps the one that it was started under."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.appraisals.scheme_checks import check_content
from wangge_core.appraisals.schemes import AppraisalPeriod, Appraised, SchemeContent, stored
from wangge_core.changing import KEEP, Change, Kept
from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.grids.codes import GridLevel
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import check_grid, grids_of

MOST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScheme:
    """A scheme for what lies in a ground: GRIDS of one `level`, POSTS of one role, or OFFICES."""

    grid_id: int
    name: str
    appraises: Appraised
    period: AppraisalPeriod
    content: SchemeContent
    level: GridLevel | None = None
    role_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeEdit(Change):
    """A new name or content. What is appraised, and how often, stays: that would be another scheme."""

    name: str | Kept = KEEP
    content: SchemeContent | Kept = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeEnd(Change):
    """A scheme under which nothing is appraised any more."""


async def create_schemes(work: Work, viewer: Viewer, requests: Sequence[NewScheme]) -> list[Outcome]:
    """Write schemes. For APPRAISE over the ground."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    return [
        await _create(work, viewer, request, check_grid(grids, request.grid_id, viewer, Capability.APPRAISE))
        for request in requests
    ]


async def _create(work: Work, viewer: Viewer, request: NewScheme, found: list[Refusal]) -> Outcome:
    found += check_text(request.name, "name", most=MOST_NAME)
    found += _check_target(work, request)
    found += check_content(request.content, request.appraises, work.rules.registry.indicators)
    if found:
        return Outcome(refusals=only_right(found))
    (id,) = await work.reserve_ids(t.appraisal_scheme, 1)
    row: dict[str, Any] = {"id": id, "grid_id": request.grid_id, "name": request.name.strip(), "created_at": work.now, "version": 1}
    row |= {"appraises": request.appraises.value, "period": request.period.value, "role_id": request.role_id, "ended_at": None}
    await work.insert(t.appraisal_scheme, [row | {"level": None if request.level is None else request.level.value}])
    await _keep(work, viewer, id, 1, stored(request.content))
    work.announce("appraisal_scheme.created", id, request.grid_id)
    return Outcome(id=id)


def _check_target(work: Work, request: NewScheme) -> list[Refusal]:
    """Grids have a level and nothing else, posts a role."""
    wanted = (request.appraises is Appraised.GRIDS, request.appraises is Appraised.POSTS)
    if (request.level is not None, request.role_id is not None) != wanted:
        return [refusal("SCHEME_TARGET", "appraises", appraises=request.appraises.value)]
    if request.role_id is not None and request.role_id not in work.rules.registry.roles:
        return [refusal("ROLE_UNKNOWN", "roleId", id=request.role_id)]
    return []


async def update_schemes(work: Work, viewer: Viewer, requests: Sequence[SchemeEdit]) -> list[Outcome]:
    """Change schemes; each change is a new version. For APPRAISE over the ground."""
    return [await _update(work, viewer, request) for request in requests]


async def _update(work: Work, viewer: Viewer, request: SchemeEdit) -> Outcome:
    row, found = await scheme_to_change(work, viewer, request)
    if row is None:
        return Outcome(refusals=tuple(found))
    values: dict[str, Any] = {"version": row.version + 1}
    if not isinstance(request.name, Kept):
        found += check_text(request.name, "name", most=MOST_NAME)
        values["name"] = request.name.strip()
    if not isinstance(request.content, Kept):
        found += check_content(request.content, Appraised(row.appraises), work.rules.registry.indicators)
    if found:
        return Outcome(refusals=tuple(found))
    content = row.content if isinstance(request.content, Kept) else stored(request.content)
    await work.change(t.appraisal_scheme, row.id, values)
    await _keep(work, viewer, row.id, row.version + 1, content)
    work.announce("appraisal_scheme.changed", row.id, row.grid_id, version=row.version + 1)
    return Outcome(id=row.id)


async def end_schemes(work: Work, viewer: Viewer, requests: Sequence[SchemeEnd]) -> list[Outcome]:
    """End schemes; what was appraised under them stays. For APPRAISE over the ground."""
    outcomes: list[Outcome] = []
    for request in requests:
        row, found = await scheme_to_change(work, viewer, request)
        if row is not None:
            await work.change(t.appraisal_scheme, row.id, {"ended_at": work.now})
            work.announce("appraisal_scheme.changed", row.id, row.grid_id, version=row.version)
        outcomes.append(Outcome(refusals=tuple(found)) if row is None else Outcome(id=row.id))
    return outcomes


async def scheme_to_change(work: Work, viewer: Viewer, change: Change) -> tuple[sa.Row[Any] | None, list[Refusal]]:
    """A scheme that has not ended, with its `path` and present `content`, locked; or why nothing may be done with it."""
    scheme, kept, grid = t.appraisal_scheme, t.appraisal_scheme_version, t.grid
    present = sa.and_(kept.c.scheme_id == scheme.c.id, kept.c.number == scheme.c.version)
    source = scheme.join(kept, present).join(grid, grid.c.id == scheme.c.grid_id)
    columns = (scheme, grid.c.path, kept.c.content, kept.c.id.label("scheme_version_id"))
    query = sa.select(*columns).select_from(source).where(scheme.c.id == change.id)
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=scheme))
    if row is None or not viewer.may(Capability.APPRAISE, row.path):
        return None, [refusal("NOT_FOUND", "id", what="AppraisalScheme", id=change.id)]
    if change.expected_version is not None and change.expected_version != row.version:
        return None, [refusal("VERSION_OUTDATED", "expectedVersion", version=row.version)]
    if row.ended_at is not None:
        return None, [refusal("SCHEME_ENDED", "id")]
    return row, []


async def _keep(work: Work, viewer: Viewer, scheme_id: int, number: int, content: Any) -> None:
    """Keep a content, as it is stored, as the version of this number."""
    row = {"scheme_id": scheme_id, "number": number, "content": content, "set_by_id": viewer.account_id, "set_at": work.now}
    await work.insert(t.appraisal_scheme_version, [row])
