"""Standing: how far a run is, and what may be done with it in which state. Who is appraised neither rates nor checks themselves."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.appraisals.schemes import ComponentKind, SchemeContent, read_scheme
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import HeldPost, Viewer
from wangge_core.rights.visibility import Rule


class RunState(Choice):
    """How far an appraisal is."""

    COLLECTING = auto(), "收集中"
    """Checks, ratings and self-assessments are taken."""
    DRAFT = auto(), "草案"
    """Everything is frozen and scored; only appraisers see it."""
    APPEALS = auto(), "申诉期"
    """The appraised see what came out, and can appeal."""
    PUBLISHED = auto(), "已发布"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisee:
    """Who is appraised in a run: exactly one of these."""

    grid_id: int | None = None
    office_id: int | None = None
    post_id: int | None = None


async def run_to_change(
    work: Work, viewer: Viewer, change: Change, states: Collection[RunState], rule: Rule | None = None
) -> tuple[sa.Row[Any] | None, list[Refusal]]:
    """A run with the `path` of its ground and the `content` of its scheme, locked; or why nothing may be done with it.

    For APPRAISE over the ground, unless a `rule` says who else is let.
    """
    run, grid, kept = t.appraisal_run, t.grid, t.appraisal_scheme_version
    source = run.join(grid, grid.c.id == run.c.grid_id).join(kept, kept.c.id == run.c.scheme_version_id)
    seen = sa.true() if rule is None else rule(run, BoundViewer(viewer, moment=work.now))
    query = sa.select(run, grid.c.path, kept.c.content).select_from(source).where(run.c.id == change.id, seen)
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=run))
    if row is None or (rule is None and not viewer.may(Capability.APPRAISE, row.path)):
        return None, [refusal("NOT_FOUND", "id", what="AppraisalRun", id=change.id)]
    if change.expected_version is not None and change.expected_version != row.version:
        return None, [refusal("VERSION_OUTDATED", "expectedVersion", version=row.version)]
    if row.state not in states:
        return None, [refusal("APPRAISAL_STATE", "id", state=row.state)]
    return row, []


def content_of(run: sa.Row[Any]) -> SchemeContent:
    """The content of the scheme that a run was started under."""
    return read_scheme(run.content)


def check_asked(run: sa.Row[Any], kind: ComponentKind, field: str) -> list[Refusal]:
    """The scheme must have a component of this kind."""
    return [] if content_of(run).has(kind) else [refusal("COMPONENT_MISSING", field, kind=kind.value)]


async def result_of(work: Work, run_id: int, who: Appraisee) -> sa.Row[Any] | None:
    """The row of who is appraised in a run, with the `path` of the grid, or that of the post; None where they are not."""
    result = t.appraisal_result
    named = {"appraised_grid_id": who.grid_id, "office_id": who.office_id, "post_id": who.post_id}
    given = [result.c[name] == id for name, id in named.items() if id is not None]
    if len(given) != 1:
        return None
    return await work.first(with_ground().where(result.c.run_id == run_id, *given))


def with_ground() -> sa.Select[Any]:
    """Results with the `path` of the grid that is appraised, or in which the post is, and who holds or held that; NULL of an office."""
    result, post, grid = t.appraisal_result, t.post, t.grid
    lies_in = sa.func.coalesce(result.c.appraised_grid_id, post.c.grid_id)
    source = result.outerjoin(post, post.c.id == result.c.post_id).outerjoin(grid, grid.c.id == lies_in)
    return sa.select(result, grid.c.path, grid.c.id.label("ground_id"), post.c.account_id.label("holder_id")).select_from(source)


def own_posts(viewer: Viewer) -> tuple[HeldPost, ...]:
    """The posts that the viewer holds oneself, not as a substitute."""
    return tuple(post for post in viewer.posts if post.delegation_id is None)


def is_appraised(viewer: Viewer, result: sa.Row[Any]) -> bool:
    """Whether a result is the viewer's: of one's post, also of one that has ended, of one's office, or of the very grid of one's post."""
    if result.holder_id is not None and viewer.account_id == result.holder_id:
        return True
    for post in own_posts(viewer):
        if post.office_id is not None and post.office_id == result.office_id:
            return True
        if result.appraised_grid_id is not None and result.path in post.paths:
            return True
    return False
