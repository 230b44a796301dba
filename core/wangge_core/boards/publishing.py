"""Publishing: what the notice board shows of posts and offices. Only posts of roles that are shown to the public stand there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import KEEP, Kept, is_given
from wangge_core.checking import only_right
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.places.premises import check_phone
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer, base_paths
from wangge_core.rights.visibility import post_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPublishing:
    """What is public of a post: its official telephone, None for its office's, and whether the holder's name is told."""

    post_id: int
    official_phone: str | Kept | None = KEEP
    name_shown: bool | Kept = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePublishing:
    """The official telephone of an office, None for none."""

    office_id: int
    official_phone: str | Kept | None = KEEP


async def publish_posts(work: Work, viewer: Viewer, requests: Sequence[PostPublishing]) -> list[Outcome]:
    """Say what the notice board shows of posts. For MANAGE_POSTS over the whole ground of each."""
    post, grid = t.post, t.grid
    columns = (post.c.grid_id, post.c.official_phone, post.c.name_shown)
    rows = await work.by_ids(columns, post.c.id, [one.post_id for one in requests], post_rule(post, BoundViewer(viewer)))
    grids = await work.by_ids((grid.c.path, grid.c.layer_id), grid.c.id, [row.grid_id for row in rows.values()])
    overlays = await base_paths(work, [id for id, row in grids.items() if row.layer_id != BASE_LAYER])
    outcomes: list[Outcome] = []
    for request in requests:
        row = rows.get(request.post_id)
        found: list[Refusal] = []
        if row is None:
            found.append(refusal("NOT_FOUND", "id", what="Post", id=request.post_id))
        else:
            own = grids[row.grid_id]
            ground = (own.path,) if own.layer_id == BASE_LAYER else overlays.get(row.grid_id, ())
            if not ground or not all(viewer.may(Capability.MANAGE_POSTS, path) for path in ground):
                found.append(refusal("NOT_ALLOWED", "id"))
            found.extend(_check(request.official_phone))
            if not found:
                await _write(work, t.post, request.post_id, row, _given(request, "official_phone", "name_shown"), row.grid_id)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.post_id))
    return outcomes


async def publish_offices(work: Work, viewer: Viewer, requests: Sequence[OfficePublishing]) -> list[Outcome]:
    """Set the official telephones of offices. For who may manage posts anywhere, because an office belongs to no grid."""
    rows = await work.by_ids((t.office.c.official_phone,), t.office.c.id, [one.office_id for one in requests])
    outcomes: list[Outcome] = []
    for request in requests:
        row = rows.get(request.office_id)
        found: list[Refusal] = []
        if row is None:
            found.append(refusal("NOT_FOUND", "id", what="Office", id=request.office_id))
        elif not viewer.scope(Capability.MANAGE_POSTS).paths:
            found.append(refusal("NOT_ALLOWED", "id"))
        found.extend(_check(request.official_phone))
        if row is not None and not found:
            await _write(work, t.office, request.office_id, row, _given(request, "official_phone"), None)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.office_id))
    return outcomes


def _check(phone: str | Kept | None) -> list[Refusal]:
    return list(check_phone(phone, "officialPhone")) if isinstance(phone, str) else []


def _given(request: PostPublishing | OfficePublishing, *names: str) -> Mapping[str, Any]:
    values = {name: getattr(request, name) for name in names}
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items() if is_given(value)}


async def _write(work: Work, table: sa.Table, id: int, row: sa.Row[Any], values: Mapping[str, Any], grid_id: int | None) -> None:
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if changed:
        await work.change(table, id, changed)
        work.announce(f"{table.name}.published", id, grid_id, fields=sorted(changed))
