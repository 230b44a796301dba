"""Event kinds as stored: those of plugins and those of local catalogues, which share one table and never collide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import WanggeError
from wangge_core.plugin.checks.red_lines import crosses_red_line
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.rights.viewers import Viewer

LOCAL_WORKFLOW = "community.three_loops"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindInUse:
    """What reporting needs to know of a kind."""

    id: str
    workflow: str
    priority: Priority
    available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalKind:
    """A kind of a local catalogue: a path of (key, name) from the widest to the narrowest, e.g. `(("5", "市容环卫"), ("181", "占道"))`."""

    path: tuple[tuple[str, str], ...]


class CatalogueError(WanggeError):
    """A local catalogue cannot be taken in."""

    code = "CATALOGUE_INVALID"


async def kinds_in_use(work: Work, ids: Iterable[str]) -> Mapping[str, KindInUse]:
    """Stored kinds by id; a retired kind or one of a switched-off plugin is not available."""
    kind = t.event_kind
    columns = (kind.c.workflow_id, kind.c.priority, kind.c.available, kind.c.retired_because)
    rows = await work.by_ids(columns, kind.c.id, ids)
    return {
        id: KindInUse(
            id=id,
            workflow=row.workflow_id,
            priority=Priority(row.priority),
            available=row.available and row.retired_because is None,
        )
        for id, row in rows.items()
    }


def local_kind_id(catalogue: str, path: Sequence[tuple[str, str]]) -> str:
    """`local.pingshan.5.181.806`: the catalogue and the keys of the path, so that one key under two parents is two kinds."""
    return ".".join(("local", catalogue, *(key for key, _ in path)))


async def import_catalogue(work: Work, viewer: Viewer, catalogue: str, kinds: Iterable[LocalKind]) -> dict[str, str]:
    """Take in a local catalogue beside the plugins' kinds; returns the ids that came in retired, with the word that crossed a red line.

    Kinds already there keep their state. Raises CatalogueError where the viewer may not import.
    """
    if not viewer.scope(Capability.IMPORT_DATA).paths:
        raise CatalogueError("only who may import data can bring in a catalogue.", hint="Sign in with a post that has IMPORT_DATA.")
    nodes: dict[str, tuple[tuple[str, str], ...]] = {}
    for kind in kinds:
        for depth in range(1, len(kind.path) + 1):
            nodes.setdefault(local_kind_id(catalogue, kind.path[:depth]), kind.path[:depth])
    present = await work.by_ids((t.event_kind.c.retired_because,), t.event_kind.c.id, nodes)
    last = await work.value(sa.select(sa.func.max(t.event_kind.c.ordinal))) or 0
    retired: dict[str, str] = {}
    rows: list[dict[str, object]] = []
    for id, path in sorted(nodes.items(), key=lambda node: len(node[1])):
        word = crosses_red_line(*(name for _, name in path))
        if word:
            retired[id] = word
        if id not in present:
            last += 1
            rows.append(_row(catalogue, id, path, last, word))
    await work.insert(t.event_kind, rows)
    return retired


def _row(catalogue: str, id: str, path: tuple[tuple[str, str], ...], ordinal: int, word: str | None) -> dict[str, object]:
    name = path[-1][1]
    return {
        "id": id,
        "plugin": "local",
        "ordinal": ordinal,
        "available": True,
        "label": {"zh": name, "en": name},
        "workflow_id": LOCAL_WORKFLOW,
        "parent_id": local_kind_id(catalogue, path[:-1]) if len(path) > 1 else None,
        "priority": Priority.NORMAL.value,
        "details_type": None,
        "detail_fields": [],
        "involves": [],
        "hidden_from_grid": False,
        "catalogue": catalogue,
        "retired_because": f"red line: {word}" if word else None,
    }
