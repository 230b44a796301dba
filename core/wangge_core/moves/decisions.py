"""Decisions: what the answers to a move come to beside the stage — another kind, a limit, what it opens — or why they are refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import read_details
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.events.answers import answer_to, pointed_at
from wangge_core.events.assignments import Giving
from wangge_core.events.involvements import check_roles
from wangge_core.events.kinds import KindInUse, kinds_in_use
from wangge_core.evidence.attachments import check_attachments
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import within_grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a move brings beside its stage: to whom the event goes, its new kind where that changes, and its limit from then on; the kind
    of the events that it opens, and the assets for each of which it opens one."""

    giving: Giving = Giving()  # noqa: RUF009 - it is frozen
    kind: KindInUse | None = None
    limit: str | None = None
    opened_kind: str | None = None
    opened_per: tuple[int, ...] = ()


def _ask(move: MoveDefinition, type: AnswerType) -> AskDefinition | None:
    return next((ask for ask in move.asks if ask.type is type), None)


async def check_kind(
    work: Work, row: sa.Row[Any], move: MoveDefinition, answers: Mapping[str, Any]
) -> tuple[KindInUse | None, list[Refusal]]:
    """The kind to which the move changes the event; None where it stays. It may only change to one with the same workflow whose details
    fit. The kind of what a move opens is not the event's own."""
    ask, wanted = _ask(move, AnswerType.EVENT_KIND), answer_to(answers, move, AnswerType.EVENT_KIND)
    if ask is None or wanted in (None, row.kind_id) or (move.opens is not None and move.opens.kind is None):
        return None, []
    field = f"answers.{ask.name}"
    kinds = await kinds_in_use(work, [wanted, row.kind_id])
    if wanted not in kinds or not kinds[wanted].available:
        return None, [refusal("KIND_UNKNOWN", field, id=wanted)]
    if kinds[wanted].workflow != kinds[row.kind_id].workflow:
        return None, [refusal("KIND_OTHER_WORKFLOW", field, id=wanted)]
    declared = work.rules.registry.event_kinds.get(wanted)
    _, found = read_details(wanted, declared.details if declared else None, row.details, field)
    roles = await work.rows(sa.select(t.involvement.c.role).where(t.involvement.c.event_id == row.id))
    more = check_roles((tie.role for tie in roles), declared.involves if declared else (), field)
    return kinds[wanted], [*found, *more]


async def check_limit(
    work: Work, row: sa.Row[Any], move: MoveDefinition, answers: Mapping[str, Any], kind: KindInUse | None
) -> tuple[str | None, list[Refusal]]:
    """The limit under which the event stands after the move: the one answered, the only one of its kind, or the one that it had."""
    ask = _ask(move, AnswerType.LIMIT)
    if ask is None and kind is None:
        return row.filed_limit, []
    used = kind or (await kinds_in_use(work, [row.kind_id]))[row.kind_id]
    answered = answers.get(ask.name) if ask else None
    if answered:
        unknown = used.limit(answered) is None
        return answered, [refusal("LIMIT_UNKNOWN", f"answers.{ask.name}", name=answered, id=used.id)] if ask and unknown else []
    if len(used.limits) == 1:
        return used.limits[0].name, []
    kept = row.filed_limit if row.filed_limit and used.limit(row.filed_limit) else None
    if ask is not None and used.limits and kept is None:
        return None, [refusal("LIMIT_REQUIRED", f"answers.{ask.name}", id=used.id)]
    return kept, []


async def check_opened(
    work: Work, move: MoveDefinition, answers: Mapping[str, Any]
) -> tuple[str | None, tuple[int, ...], list[Refusal]]:
    """The kind of what the move opens, and the assets for which; None where it opens nothing."""
    if move.opens is None:
        return None, (), []
    answered = answer_to(answers, move, AnswerType.EVENT_KIND)
    kind_id = move.opens.kind or answered
    per = tuple(id for name, ids in pointed_at(answers, move, AnswerType.ASSETS, "asset") if name == move.opens.per for id in ids)
    if kind_id is None or (move.opens.per and not per):
        return None, (), []
    kind = (await kinds_in_use(work, [kind_id])).get(kind_id)
    if kind is not None and kind.available:
        return kind_id, per, []
    ask = _ask(move, AnswerType.EVENT_KIND)
    field = f"answers.{ask.name}" if ask and move.opens.kind is None else "move"
    return None, (), [refusal("KIND_UNKNOWN", field, id=kind_id)]


async def check_named(work: Work, viewer: Viewer, move: MoveDefinition, answers: Mapping[str, Any]) -> list[Refusal]:
    """The grids, assets and photographs that answers name must be there for the mover; grids are of the base layer."""
    found: list[Refusal] = []
    for name, ids in pointed_at(answers, move, AnswerType.GRIDS, "grid"):
        grids = await work.by_ids((t.grid.c.layer_id, t.grid.c.code, t.grid.c.ended_at), t.grid.c.id, ids)
        found += [refusal("NOT_FOUND", f"answers.{name}", what="Grid", id=id) for id in ids if id not in grids]
        overlays = (row for row in grids.values() if row.layer_id != BASE_LAYER)
        found += [refusal("GRID_OVERLAY", f"answers.{name}", code=row.code) for row in overlays]
        ended = (row for row in grids.values() if row.ended_at is not None)
        found += [refusal("GRID_ENDED", f"answers.{name}", code=row.code) for row in ended]
    for name, ids in pointed_at(answers, move, AnswerType.ASSETS, "asset"):
        rule = sa.true() if viewer.is_system else within_grid(Capability.READ_PLACES)(t.asset, BoundViewer(viewer))
        assets = await work.by_ids((), t.asset.c.id, ids, rule)
        found += [refusal("NOT_FOUND", f"answers.{name}", what="Asset", id=id) for id in ids if id not in assets]
    for name, ids in pointed_at(answers, move, AnswerType.PHOTOS, "attachment"):
        found += await check_attachments(work, viewer, ids, f"answers.{name}")
    return found
