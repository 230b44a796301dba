"""Reviews: rows of imports that may be somebody on the register already, and what somebody decides of them.

The row waits sealed, so that the decision does what the import would have done; where the deployment has no key it is not kept, and the
next run of the import does it. With the decision all that the row said is removed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.changing import Change, rows_to_change
from wangge_core.checking import only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.imports.registers.matching import Decision, Maybe, fields_to_change
from wangge_core.imports.registers.person_drafts import PersonDraft, PersonPlan
from wangge_core.imports.registers.registering import Found, PersonRegistering
from wangge_core.people.changes import PersonChange, change_persons
from wangge_core.people.tombstones import forwarded
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.scopes import Subtrees
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import Row, within_grid
from wangge_core.sealing.sealer import SealingError

DRAFT = "import_review.draft"
DECIDES = (Capability.IMPORT_DATA, Capability.MANAGE_DATA)
CARRIES_OUT = (Capability.READ_PEOPLE, Capability.REGISTER_PEOPLE, Capability.REGISTER_PLACES, Capability.READ_PLACES)
"""What the import that is carried out by a decision does, in the grid of its row."""
FORGOTTEN: Mapping[str, Any] = dict.fromkeys(("name", "born_on", "home", "draft", "draft_index"))


def _cared_for(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    return viewer.scope(Capability.MANAGE_DATA).covers(row.c.grid_id)


review_rule = within_grid(Capability.IMPORT_DATA, beside=_cared_for)
review_private_rule = within_grid(Capability.READ_PRIVATE)


class _Kept(msgspec.Struct, frozen=True):
    """A row as it waits."""

    plan: PersonPlan
    draft: PersonDraft


@dataclass(frozen=True, slots=True)
class Origin:
    """Which run of which file found a row."""

    file: str
    run_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecision(Change):
    """What somebody decided of the review `id`."""

    decision: Decision


async def write_reviews(work: Work, origin: Origin, plan: PersonPlan, doubtful: Sequence[tuple[Found, Maybe]]) -> None:
    """Have rows wait for a decision."""
    ids = await work.reserve_ids(t.import_review, len(doubtful))
    rows = [_row(work, origin, plan, id, one, maybe) for id, (one, maybe) in zip(ids, doubtful, strict=True)]
    await work.insert(t.import_review, rows)
    for id, ((grid, _), _) in zip(ids, doubtful, strict=True):
        work.announce("import_review.listed", id, grid)


def _row(work: Work, origin: Origin, plan: PersonPlan, id: int, one: Found, maybe: Maybe) -> dict[str, Any]:
    grid, draft = one
    kept = None if work.sealer is None else msgspec.json.encode(_Kept(plan, draft)).decode()
    return {
        "id": id,
        "grid_id": grid,
        "person_id": maybe.person.id,
        "run_at": origin.run_at,
        "file": origin.file[:200],
        "line": draft.line,
        "source_name": plan.source,
        "source_key": draft.key,
        "why": maybe.why.value,
        "name": draft.name,
        "born_on": draft.birth,
        "home": draft.home.text[:400] or None,
        "draft": work.sealer.seal(kept, DRAFT, id) if work.sealer and kept else None,
        "draft_index": work.sealer.index(kept, DRAFT) if work.sealer and kept else None,
        "decided": False,
        "created_at": work.now,
    }


async def decide_reviews(work: Work, viewer: Viewer, requests: Sequence[ReviewDecision]) -> list[Outcome]:
    """Decide of doubtful rows: the row is the person that it may be (SAME), somebody new (OTHER), or is not to come in (SKIP).

    For IMPORT_DATA or MANAGE_DATA over the grid of the row. It is carried out at once, as the import would have; a row that was
    not kept, because there was no key to seal it with, comes in with the next run of its file.
    """
    rows = await rows_to_change(work, viewer, t.import_review, [one.id for one in requests], review_rule)
    outcomes: list[Outcome] = []
    seen: set[int] = set()
    for request in requests:
        found = _check(viewer, rows, request, seen)
        if not found:
            seen.add(request.id)
            found = await _carry_out(work, viewer, rows[request.id], request.decision)
        if not found:
            done = {"decided": True, "decision": request.decision.value, "decided_by_id": viewer.account_id, "decided_at": work.now}
            await work.change(t.import_review, request.id, {**FORGOTTEN, **done})
            work.announce("import_review.decided", request.id, rows[request.id].grid_id, decision=request.decision.value)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


def _check(viewer: Viewer, rows: Mapping[int, sa.Row[Any]], request: ReviewDecision, seen: set[int]) -> list[Refusal]:
    row = rows.get(request.id)
    if row is None:
        return [refusal("NOT_FOUND", "id", what="ImportReview", id=request.id)]
    if not any(viewer.may(one, row.path) for one in DECIDES):
        return [refusal("NOT_ALLOWED", "id")]
    return [refusal("REVIEW_DECIDED", "id")] if row.decided or request.id in seen else []


async def _carry_out(work: Work, viewer: Viewer, row: sa.Row[Any], decision: Decision) -> Sequence[Refusal]:
    if row.draft is None or decision is Decision.SKIP:
        return []
    if work.sealer is None:
        return [refusal("SEALING_KEY_MISSING", "id")]
    try:
        kept = msgspec.json.decode(work.sealer.open(row.draft, DRAFT, row.id), type=_Kept)
    except SealingError as error:
        return [refusal(error.code, "id")]
    importing = PersonRegistering(viewer=_carrying_out(viewer, row.path), plan=kept.plan)
    if decision is Decision.SAME:
        return await _update(work, importing, row.person_id, kept)
    await importing.homes.load(work, [(row.grid_id, kept.draft.home)])
    (outcome,) = await importing.register(work, [(row.grid_id, kept.draft)])
    return outcome.refusals


async def _update(work: Work, importing: PersonRegistering, person_id: int, kept: _Kept) -> Sequence[Refusal]:
    id = (await forwarded(work, [person_id])).get(person_id, person_id)
    row = await work.first(sa.select(t.person).where(t.person.c.id == id))
    if row is None or row.removed_at is not None:
        return [refusal("NOT_FOUND", "person", what="Person", id=person_id)]
    guardians = await importing.guardians(work, [kept.draft])
    values = fields_to_change(work, kept.draft, row, kept.plan.update, guardians.get(kept.draft.guardian_key or ""))
    if not values:
        return []
    (outcome,) = await change_persons(work, importing.viewer, [PersonChange(id=id, **values)])
    return outcome.refusals


def _carrying_out(viewer: Viewer, path: str) -> Viewer:
    """The viewer with the rights of the import in the grid of the row alone, beside the viewer's own."""
    scopes = {one: Subtrees.of((*viewer.scope(one).paths, path)) for one in CARRIES_OUT}
    return replace(viewer, scopes={**viewer.scopes, **scopes})
