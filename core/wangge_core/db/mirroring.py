"""Mirroring: writes what the enabled plugins declare into the declared tables, when the service starts.

Rows of plugins that are off stay, marked unavailable, so that what was written under them still reads.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.kind_versions import write_versions
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.definitions import DetailsDefinition, ThingKindDefinition, WorkflowDefinition
from wangge_core.plugin.opening import OpenedNeed
from wangge_core.plugin.registry import Registry

BASE_LAYER = "base"


async def mirror(work: Work, registry: Registry) -> None:
    """Make the declared tables say what the registry says."""
    await _upsert(work, t.plugin, [{"id": found.name, "version": found.version, "available": True} for found in registry.plugins])
    await _upsert(
        work, t.grid_layer, [{"id": BASE_LAYER, "label": {"zh": "基础网格", "en": "Base grids"}, "base": True}], keep=True
    )
    await _upsert(work, t.grid_type, list(_grid_types(registry)))
    await _upsert(work, t.role, list(_roles(registry)))
    await _mirror_staffings(work, registry)
    await _upsert(
        work,
        t.workflow,
        [_declared(n, found.id, _plugin_of(found.id), found.label) for n, found in enumerate(registry.workflows.values())],
    )
    await _mirror_workflow_versions(work, registry.workflows)
    await _upsert(work, t.event_kind, list(_event_kinds(registry)), only=t.event_kind.c.catalogue.is_(None), new={"version": 0})
    await write_versions(work, registry.event_kinds)
    await _upsert(work, t.need_kind, list(_need_kinds(registry, work.rules.opened_needs)))
    await _mirror_roles_of_needs(work)
    await _upsert(work, t.measure, list(_measures(registry)))
    await _upsert(work, t.indicator, list(_indicators(registry)))
    await _upsert(work, t.asset_kind, list(_thing_kinds(registry.asset_kinds)))
    await _upsert(
        work, t.occasion, [_declared(n, one.id, one.plugin, one.label) for n, one in enumerate(registry.occasions.values())]
    )
    await _upsert(work, t.duty, list(_duties(registry)), new={"since": work.now})
    stations = {id: {"station": kind.station} for id, kind in registry.place_kinds.items()}
    await _upsert(work, t.place_kind, [one | stations[one["id"]] for one in _thing_kinds(registry.place_kinds)])


def _plugin_of(id: str) -> str:
    return id.partition(".")[0]


def _labels(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def _declared(ordinal: int, id: str, plugin: str, label: Label) -> dict[str, Any]:
    return {"id": id, "plugin": plugin, "ordinal": ordinal, "available": True, "label": _labels(label)}


def _plain(value: Any) -> Any:
    """As JSON reads it back, lists in place of tuples, so that what did not change compares as equal."""
    return msgspec.json.decode(msgspec.json.encode(value))


def _details(details: DetailsDefinition | None) -> dict[str, Any]:
    fields: list[Any] = _plain(details.fields) if details else []
    return {"details_type": details.graphql_name if details else None, "detail_fields": fields}


def _grid_types(registry: Registry) -> Iterable[dict[str, Any]]:
    for ordinal, found in enumerate(registry.grid_types.values()):
        yield _declared(ordinal, found.id, found.plugin, found.label) | {
            "overlay": found.overlay,
            "size": _plain(found.size),
            "level_names": {level.value: _labels(label) for level, label in found.level_names.items()},
            "details_type": found.details.graphql_name if found.details else None,
        }


def _roles(registry: Registry) -> Iterable[dict[str, Any]]:
    for ordinal, role in enumerate(registry.roles.values()):
        yield _declared(ordinal, role.id, role.plugin, role.label) | {
            "level": role.level.value,
            "duty": role.duty,
            "may": sorted(capability.value for capability in role.may),
            "acts_as": sorted(role.acts_as),
            "shown_to_public": role.shown_to_public,
        }


def _thing_kinds(kinds: Mapping[str, ThingKindDefinition]) -> Iterable[dict[str, Any]]:
    for ordinal, kind in enumerate(kinds.values()):
        yield _declared(ordinal, kind.id, kind.plugin, kind.label) | _details(kind.details)


def _event_kinds(registry: Registry) -> Iterable[dict[str, Any]]:
    """Parents before children, because each row names its parent's; the ordinal keeps the order of declaration."""
    declared = enumerate(registry.event_kinds.values())
    for ordinal, kind in sorted(declared, key=lambda one: len(_ancestors(registry, one[1].parent))):
        yield (
            _declared(ordinal, kind.id, kind.plugin, kind.label)
            | _details(kind.details)
            | {
                "workflow_id": kind.workflow,
                "parent_id": kind.parent,
                "priority": kind.priority.value,
                "involves": _plain(kind.involves),
                "hidden_from_grid": kind.hidden_from_grid,
                "catalogue": None,
                "limits": _plain(kind.limits),
                "handled_by": [],
                "supervised_by": [],
                "open_to_public": kind.open_to_public,
                "shown_to_public": kind.shown_to_public,
            }
        )


def _measures(registry: Registry) -> Iterable[dict[str, Any]]:
    for ordinal, found in enumerate(registry.measures.values()):
        way = {"way": type(found.way).__name__, "counted_for": found.counted_for.value}
        yield _declared(ordinal, found.id, found.plugin, found.label) | way


def _indicators(registry: Registry) -> Iterable[dict[str, Any]]:
    for ordinal, found in enumerate(registry.indicators.values()):
        yield _declared(ordinal, found.id, found.plugin, found.label) | {
            "unit": found.unit.value,
            "numerator": _plain(found.numerator),
            "denominator": _plain(found.denominator),
            "formula": found.formula,
            "source": found.source,
            "higher_is_better": found.higher_is_better,
        }


def _ancestors(registry: Registry, id: str | None) -> list[str]:
    return [] if id is None else [*_ancestors(registry, registry.event_kinds[id].parent), id]


def _need_kinds(registry: Registry, opened: Mapping[str, OpenedNeed]) -> Iterable[dict[str, Any]]:
    for ordinal, kind in enumerate(registry.need_kinds.values()):
        switched_on = opened.get(kind.id)
        yield _declared(ordinal, kind.id, kind.plugin, kind.label) | {
            "basis": kind.basis,
            "visits": kind.visits,
            "months": kind.months,
            "sensitive": kind.sensitive,
            "children": kind.children,
            "open": not kind.sensitive or switched_on is not None,
            "legal_basis": switched_on.legal_basis if switched_on else None,
            "keep_months": switched_on.keep_months if switched_on else None,
        }


def _duties(registry: Registry) -> Iterable[dict[str, Any]]:
    for ordinal, duty in enumerate(registry.duties.values()):
        yield _declared(ordinal, duty.id, duty.plugin, duty.label) | {
            "who": list(duty.who),
            "does": duty.does.value,
            "minutes": duty.minutes,
            "targets": _plain(duty.targets),
            "frequencies": _plain(duty.frequencies),
            "grid_types": None if duty.grid_types is None else sorted(duty.grid_types),
        }


async def _mirror_roles_of_needs(work: Work) -> None:
    """Which roles see the needs of sensitive kinds: as the settings say now."""
    table = t.need_kind_role
    wanted = {(kind, role) for kind, opened in work.rules.opened_needs.items() for role in opened.roles}
    present = {tuple(row) for row in await work.rows(sa.select(table.c.need_kind_id, table.c.role_id))}
    if wanted != present:
        await work.run(sa.delete(table))
        await work.insert(table, [{"need_kind_id": kind, "role_id": role} for kind, role in sorted(wanted)])


async def _upsert(
    work: Work,
    table: sa.Table,
    rows: Sequence[dict[str, Any]],
    *,
    keep: bool = False,
    only: sa.ColumnElement[bool] | None = None,
    new: Mapping[str, Any] | None = None,
) -> None:
    """Insert new rows, with what `new` adds, update changed ones, and mark the others unavailable (of those that `only` selects)."""
    present = {row.id: row._mapping for row in await work.rows(sa.select(table))}
    added = [{**row, **(new or {})} for row in rows if row["id"] not in present]
    changed = [
        row for row in rows if row["id"] in present and any(present[row["id"]][name] != value for name, value in row.items())
    ]
    await work.insert(table, added)
    for row in [] if keep else changed:
        await work.run(sa.update(table).where(table.c.id == row["id"]).values({k: v for k, v in row.items() if k != "id"}))
    if "available" in table.c:
        gone = [id for id, found in present.items() if found["available"] and id not in {row["id"] for row in rows}]
        if gone:
            statement = sa.update(table).where(table.c.id.in_(gone)).values(available=False)
            await work.run(statement if only is None else statement.where(only))


async def _mirror_staffings(work: Work, registry: Registry) -> None:
    """Templates are replaced whole: nothing refers to their lines."""
    rows = [
        _declared(ordinal, found.id, _plugin_of(found.id), found.label) | {"level": found.level.value}
        for ordinal, found in enumerate(registry.staffings.values())
    ]
    await _upsert(work, t.staffing, rows)
    lines = [
        {
            "staffing_id": found.id,
            "role_id": line.role,
            "ordinal": ordinal,
            "least": line.least,
            "most": line.most,
            "per": line.per,
            "desk_level": None if found.level is Level.GRID else found.level.value,
            "each": line.each.value,
            "each_kind": line.kind,
            "grids_each": line.grids_each,
            "above": line.above,
        }
        for found in registry.staffings.values()
        for ordinal, line in enumerate(found.positions)
    ]
    lines = [line | {"number": number} for number, line in enumerate(lines)]
    columns = [t.staffing_position.c[name] for name in lines[0]] if lines else [t.staffing_position.c.id]
    present = await work.rows(sa.select(*columns).join(t.staffing).where(t.staffing.c.available).order_by(t.staffing_position.c.id))
    if [tuple(row) for row in present] != [tuple(line.values()) for line in lines]:
        ids = list(registry.staffings)
        await work.run(sa.delete(t.staffing_position).where(t.staffing_position.c.staffing_id.in_(ids)))
        await work.insert(t.staffing_position, lines)
    await _mirror_teams(work, registry)
    await _mirror_desks(work, registry)


async def _mirror_teams(work: Work, registry: Registry) -> None:
    teams = [(staffing.id, team) for staffing in registry.staffings.values() for team in staffing.teams]
    rows = [
        _declared(ordinal, team.id, _plugin_of(team.id), team.label)
        | {
            "staffing_id": staffing_id,
            "work": _labels(team.work),
            "note": None if team.note is None else _labels(team.note),
        }
        for ordinal, (staffing_id, team) in enumerate(teams)
    ]
    await _upsert(work, t.staffing_team, rows)
    of = t.staffing_team_role
    wanted = {(team.id, role, ordinal) for _, team in teams for ordinal, role in enumerate(team.roles)}
    present = {tuple(row) for row in await work.rows(sa.select(of.c.team_id, of.c.role_id, of.c.ordinal))}
    if wanted != present:
        await work.run(sa.delete(of))
        await work.insert(of, [{"team_id": id, "role_id": role, "ordinal": n} for id, role, n in sorted(wanted)])


async def _mirror_desks(work: Work, registry: Registry) -> None:
    """Which desks answer for the grids of which types: as the plugins that are on say now."""
    desk = t.grid_type_desk
    wanted = {(grid_type.id, found.id) for grid_type in registry.grid_types.values() for found in grid_type.desks}
    present = {tuple(row) for row in await work.rows(sa.select(desk.c.grid_type_id, desk.c.staffing_id))}
    if wanted != present:
        await work.run(sa.delete(desk))
        await work.insert(desk, [{"grid_type_id": type_id, "staffing_id": id} for type_id, id in sorted(wanted)])


async def _mirror_workflow_versions(work: Work, workflows: Mapping[str, WorkflowDefinition]) -> None:
    """A workflow whose content changed gets a new version; events keep the one that they started under."""
    version = t.workflow_version
    for workflow in workflows.values():
        definition = msgspec.json.encode(workflow, order="deterministic")
        digest = hashlib.sha256(definition).hexdigest()
        found = await work.first(
            sa.select(version.c.id, version.c.current).where(version.c.workflow_id == workflow.id, version.c.hash == digest)
        )
        if found and found.current:
            continue
        await work.run(sa.update(version).where(version.c.workflow_id == workflow.id).values(current=False))
        if found:
            await work.run(sa.update(version).where(version.c.id == found.id).values(current=True))
            continue
        (id,) = await work.reserve_ids(version, 1)
        row = {
            "id": id,
            "workflow_id": workflow.id,
            "hash": digest,
            "definition": msgspec.to_builtins(workflow),
            "current": True,
            "created_at": work.now,
        }
        await work.insert(version, [row])
        await work.insert(t.workflow_stage, list(_stages(id, workflow)))


def _stages(version_id: int, workflow: WorkflowDefinition) -> Iterable[dict[str, Any]]:
    for ordinal, stage in enumerate(workflow.stages):
        yield {
            "workflow_version_id": version_id,
            "name": stage.name,
            "ordinal": ordinal,
            "final": stage.final,
            "label": _labels(stage.label),
            "clock": msgspec.to_builtins(stage.clock) if stage.clock else None,
        }
