"""Event kinds as stored: those of plugins and those of local catalogues, which share one table and never collide.

Every change of what a kind says makes a new version of it; a retired kind takes no new events and breaks no old ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.kind_versions import write_versions
from wangge_core.db.work import Work
from wangge_core.deadlines.limits import read_limits
from wangge_core.errors import Outcome, Refusal, WanggeError, refusal
from wangge_core.plugin.checks.red_lines import crosses_red_line
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.definitions import LimitDefinition
from wangge_core.rights.viewers import Viewer

LOCAL_WORKFLOW = "community.three_loops"
MOST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KindInUse:
    """What reporting needs to know of a kind."""

    id: str
    workflow: str
    priority: Priority
    available: bool
    version: int
    limits: tuple[LimitDefinition, ...]

    def limit(self, name: str) -> LimitDefinition | None:
        return next((limit for limit in self.limits if limit.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalKind:
    """A kind of a local catalogue: a path of (key, name) from the widest to the narrowest, e.g. `(("5", "市容环卫"), ("181", "占道"))`,
    with its limits and the names of who handles and supervises it, where the catalogue says so."""

    path: tuple[tuple[str, str], ...]
    limits: tuple[LimitDefinition, ...] = ()
    handled_by: tuple[str, ...] = ()
    supervised_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRetirement:
    """A kind to retire, with the reason; None takes it into use again."""

    kind_id: str
    reason: str | None


class CatalogueError(WanggeError):
    """A local catalogue cannot be taken in."""

    code = "CATALOGUE_INVALID"


async def kinds_in_use(work: Work, ids: Iterable[str]) -> Mapping[str, KindInUse]:
    """Stored kinds by id; a retired kind or one of a switched-off plugin is not available."""
    kind = t.event_kind
    columns = (kind.c.workflow_id, kind.c.priority, kind.c.available, kind.c.retired_because, kind.c.version, kind.c.limits)
    rows = await work.by_ids(columns, kind.c.id, ids)
    return {
        id: KindInUse(
            id=id,
            workflow=row.workflow_id,
            priority=Priority(row.priority),
            available=row.available and row.retired_because is None,
            version=row.version,
            limits=read_limits(row.limits),
        )
        for id, row in rows.items()
    }


def local_kind_id(catalogue: str, path: Sequence[tuple[str, str]]) -> str:
    """`local.pingshan.5.181.806`: the catalogue and the keys of the path, so that one key under two parents is two kinds."""
    return ".".join(("local", catalogue, *(key for key, _ in path)))


async def retire_kinds(work: Work, viewer: Viewer, requests: Sequence[KindRetirement]) -> list[Outcome]:
    """Retire kinds, or take them into use again. For who may import data anywhere."""
    kinds = await work.by_ids((t.event_kind.c.retired_because,), t.event_kind.c.id, [request.kind_id for request in requests])
    outcomes: list[Outcome] = []
    for request in requests:
        found = list(_check_retirement(viewer, request, kinds))
        if not found:
            reason = request.reason.strip() if request.reason is not None else None
            await work.run(sa.update(t.event_kind).where(t.event_kind.c.id == request.kind_id).values(retired_because=reason))
        outcomes.append(Outcome(refusals=tuple(found)))
    await write_versions(work, kinds)
    return outcomes


def _check_retirement(viewer: Viewer, request: KindRetirement, kinds: Mapping[str, Any]) -> Iterable[Refusal]:
    if not viewer.scope(Capability.IMPORT_DATA).paths:
        yield refusal("NOT_ALLOWED")
    elif request.kind_id not in kinds:
        yield refusal("KIND_UNKNOWN", "id", id=request.kind_id)
    elif request.reason is not None:
        yield from check_text(request.reason, "reason", most=MOST_REASON)


async def import_catalogue(
    work: Work, viewer: Viewer, catalogue: str, kinds: Iterable[LocalKind], workflow: str = LOCAL_WORKFLOW
) -> dict[str, str]:
    """Take in a local catalogue beside the plugins' kinds; returns the ids that came in retired, with the word that crossed a red line.

    A kind that is there already keeps its state and its name; limits and offices that the catalogue gives are brought up to date, as a
    new version. Raises CatalogueError where the viewer may not import, or there is no such workflow.
    """
    if not viewer.scope(Capability.IMPORT_DATA).paths:
        raise CatalogueError("only who may import data can bring in a catalogue.", hint="Sign in with a post that has IMPORT_DATA.")
    if workflow not in work.rules.registry.workflows:
        raise CatalogueError(f"there is no workflow {workflow}.", hint="`wangge workflows list` names them.")
    nodes: dict[str, LocalKind] = {}
    for kind in kinds:
        for depth in range(1, len(kind.path)):
            nodes.setdefault(local_kind_id(catalogue, kind.path[:depth]), LocalKind(path=kind.path[:depth]))
        nodes[local_kind_id(catalogue, kind.path)] = kind
    columns = (t.event_kind.c.retired_because, t.event_kind.c.limits, t.event_kind.c.handled_by, t.event_kind.c.supervised_by)
    present = await work.by_ids(columns, t.event_kind.c.id, nodes)
    last = await work.value(sa.select(sa.func.max(t.event_kind.c.ordinal))) or 0
    retired: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    changed: list[str] = []
    for id, kind in sorted(nodes.items(), key=lambda node: len(node[1].path)):
        word = crosses_red_line(*(name for _, name in kind.path))
        if word:
            retired[id] = word
        if id not in present:
            last += 1
            rows.append(_row(catalogue, id, kind, last, word, workflow))
        elif (said := _said(kind)) and any(present[id]._mapping[name] != value for name, value in said.items()):
            changed.append(id)
            await work.run(sa.update(t.event_kind).where(t.event_kind.c.id == id).values(said))
    await work.insert(t.event_kind, rows)
    await write_versions(work, [*(row["id"] for row in rows), *changed])
    return retired


def _said(kind: LocalKind) -> dict[str, Any]:
    """What the catalogue itself says of a kind, as it is stored; nothing where it gives names alone."""
    if not kind.limits:
        return {}
    return {
        "limits": msgspec.to_builtins(kind.limits),
        "handled_by": list(kind.handled_by),
        "supervised_by": list(kind.supervised_by),
    }


def _row(catalogue: str, id: str, kind: LocalKind, ordinal: int, word: str | None, workflow: str) -> dict[str, Any]:
    name = kind.path[-1][1]
    row: dict[str, Any] = {
        "id": id,
        "plugin": "local",
        "ordinal": ordinal,
        "available": True,
        "label": {"zh": name, "en": name},
        "workflow_id": workflow,
        "parent_id": local_kind_id(catalogue, kind.path[:-1]) if len(kind.path) > 1 else None,
        "priority": Priority.NORMAL.value,
        "details_type": None,
        "detail_fields": [],
        "involves": [],
        "hidden_from_grid": False,
        "catalogue": catalogue,
        "retired_because": f"red line: {word}" if word else None,
        "limits": [],
        "handled_by": [],
        "supervised_by": [],
        "open_to_public": False,
        "shown_to_public": False,
        "version": 0,
    }
    return row | _said(kind)
