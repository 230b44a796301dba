"""Layers: divisions of the same ground beside the base layer, such as the police's. They are a town's data; the base layer is fixed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import KEEP, Kept
from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.grids.managing import manages_everything
from wangge_core.rights.viewers import Viewer

FORM = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_NAME = 80
UNNUMBERED = 0
"""The id in the outcome of a layer, which is found by its name and has no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLayer:
    """A layer to create. `id` is its name in the schema, small letters, digits and underscores; `name` is shown, `name_en` in English."""

    id: str
    name: str
    name_en: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerChange:
    """Other names to show for a layer."""

    id: str
    name: str | Kept = KEEP
    name_en: str | Kept = KEEP


async def create_layers(work: Work, viewer: Viewer, requests: Sequence[NewLayer]) -> list[Outcome]:
    """Create layers without grids. For MANAGE_GRIDS over the whole ground."""
    taken, rows, outcomes = set(await _labels(work, [one.id for one in requests])), list[dict[str, Any]](), list[Outcome]()
    for request in requests:
        found = _not_allowed(viewer) or [
            *check_text(request.name, "name", most=MOST_NAME),
            *check_optional_text(request.name_en, "nameEn", most=MOST_NAME),
            *_check_id(request.id, taken),
        ]
        if not found:
            taken.add(request.id)
            label = {"zh": request.name.strip(), "en": (request.name_en or request.name).strip()}
            rows.append({"id": request.id, "label": label, "base": False})
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=UNNUMBERED))
    await work.insert(t.grid_layer, rows)
    return outcomes


def _not_allowed(viewer: Viewer) -> list[Refusal]:
    return [] if manages_everything(viewer) else [refusal("NOT_ALLOWED")]


def _check_id(id: str, taken: set[str]) -> list[Refusal]:
    if FORM.fullmatch(id) is None:
        return [refusal("LAYER_ID_INVALID", "id", id=id[:40])]
    return [refusal("LAYER_TAKEN", "id", id=id)] if id in taken else []


async def update_layers(work: Work, viewer: Viewer, requests: Sequence[LayerChange]) -> list[Outcome]:
    """Change what is shown for layers. For MANAGE_GRIDS over the whole ground."""
    labels = await _labels(work, [one.id for one in requests])
    outcomes: list[Outcome] = []
    for request in requests:
        found = _not_allowed(viewer) or _check_change(request, labels)
        if not found:
            await _write(work, request, labels[request.id].label)
        outcomes.append(Outcome(refusals=tuple(found)) if found else Outcome(id=UNNUMBERED))
    return outcomes


def _check_change(request: LayerChange, labels: Mapping[str, sa.Row[Any]]) -> list[Refusal]:
    row = labels.get(request.id)
    if row is None:
        return [refusal("NOT_FOUND", "id", what="GridLayer", id=request.id[:40])]
    if row.base:
        return [refusal("LAYER_BASE", "id")]
    names = (("name", request.name), ("nameEn", request.name_en))
    return [one for field, name in names if isinstance(name, str) for one in check_text(name, field, most=MOST_NAME)]


async def _write(work: Work, request: LayerChange, label: Mapping[str, str]) -> None:
    given = {"zh": request.name, "en": request.name_en}
    named = {language: name.strip() for language, name in given.items() if isinstance(name, str)}
    await work.run(sa.update(t.grid_layer).where(t.grid_layer.c.id == request.id).values(label={**label, **named}))


async def _labels(work: Work, ids: Sequence[str]) -> Mapping[str, sa.Row[Any]]:
    layer = t.grid_layer
    return await work.by_ids((layer.c.label, layer.c.base), layer.c.id, ids)
