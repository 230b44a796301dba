"""Reporting events: who may, what of a report holds, and which of many are taken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from wangge_core.checking import (
    check_not_future,
    check_optional_text,
    check_position,
    check_text,
    only_right,
    read_details,
)
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.events.alerts import as_alert, check_alert
from wangge_core.events.involvements import check_involved, visible_involved
from wangge_core.events.kinds import kinds_in_use
from wangge_core.events.recording import Known, Prepared, record_events
from wangge_core.events.reports import MOST_DESCRIPTION, EventReport
from wangge_core.events.workflows import current_versions
from wangge_core.evidence.attachments import check_attachments
from wangge_core.grids.locating import locate
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import building_rule
from wangge_core.writing import already_there, grids_of


async def report_events(work: Work, viewer: Viewer, reports: Sequence[EventReport]) -> list[Outcome]:
    """Report events; each starts at the first stage of its kind's workflow.

    Whoever may report anywhere may report for any grid: a matter seen elsewhere is taken and routed to its own grid. `recorded` and
    `reported_at` are for who may import data.
    """
    named = [tuple(check_alert(viewer, report)) for report in reports]
    reports = await placed(work, [as_alert(work, viewer, report) for report in reports])
    known = await _known(work, viewer, reports)
    seen = await already_there(work, t.event, [(one.source_name, one.source_key) for one in reports])
    prepared: list[Prepared | None] = []
    outcomes: list[Outcome] = []
    for report, naming in zip(reports, named, strict=True):
        ready = Prepared(report, known.grid_of(report))
        found = [*naming, *_check(work, viewer, ready, known), *_check_source(report, seen)]
        if report.photos:
            found += await check_attachments(work, viewer, report.photos, "photos")
        if not found and report.source_name and report.source_key:
            seen.add((report.source_name, report.source_key))
        prepared.append(None if found else ready)
        outcomes.append(Outcome(refusals=only_right(found)))
    accepted = [ready for ready in prepared if ready is not None]
    ids = list(await work.reserve_ids(t.event, len(accepted)))
    await record_events(work, viewer, accepted, ids, known)
    waiting = iter(ids)
    return [outcome if ready is None else Outcome(id=next(waiting)) for ready, outcome in zip(prepared, outcomes, strict=True)]


async def placed(work: Work, reports: Sequence[EventReport]) -> list[EventReport]:
    """The reports; those that name a position alone with the grid of the base layer that it lies in, where it lies in one."""
    alone = [number for number, one in enumerate(reports) if is_placed_by_position(one)]
    if not alone:
        return list(reports)
    found = await locate(work, [(reports[at].longitude or 0.0, reports[at].latitude or 0.0) for at in alone])
    grids = {number: one.grid_id for number, one in zip(alone, found, strict=True) if one is not None}
    return [replace(one, grid_id=grids[number]) if number in grids else one for number, one in enumerate(reports)]


def is_placed_by_position(report: EventReport) -> bool:
    """Whether a report names a position and nothing else of where it is."""
    named = (report.grid_id, report.building_id, report.place_id)
    wrong = report.longitude is None or any(check_position(report.longitude, report.latitude))
    return not wrong and all(one is None for one in named)


async def _known(work: Work, viewer: Viewer, reports: Sequence[EventReport]) -> Known:
    at_buildings = [one.building_id for one in reports if one.building_id is not None]
    seen = [building_rule(t.building, BoundViewer(viewer))] if at_buildings else []
    buildings = await _grid_ids(work, t.building, at_buildings, *seen)
    places = await _grid_ids(work, t.place, (one.place_id for one in reports))
    named = [one.grid_id for one in reports if one.grid_id is not None]
    kinds = await kinds_in_use(work, (one.kind_id for one in reports))
    return Known(
        grids=await grids_of(work, [*named, *buildings.values(), *places.values()]),
        grid_of_building=buildings,
        grid_of_place=places,
        kinds=kinds,
        workflows=await current_versions(work, (kind.workflow for kind in kinds.values())),
        involved=await visible_involved(work, viewer, (tie for one in reports for tie in one.involved)),
    )


async def _grid_ids(work: Work, table: sa.Table, ids: Iterable[int | None], *visible: sa.ColumnElement[bool]) -> Mapping[int, int]:
    rows = await work.by_ids((table.c.grid_id,), table.c.id, [id for id in ids if id is not None], *visible)
    return {id: row.grid_id for id, row in rows.items()}


def _check(work: Work, viewer: Viewer, ready: Prepared, known: Known) -> Iterator[Refusal]:
    report = ready.report
    if report.origin is None and not viewer.scope(Capability.REPORT_EVENTS).paths:
        yield refusal("NOT_ALLOWED")
    if (report.recorded or report.reported_at) and not viewer.scope(Capability.IMPORT_DATA).paths:
        yield refusal("NOT_ALLOWED", "reportedAt")
    yield from check_text(report.description, "description", most=MOST_DESCRIPTION)
    yield from check_optional_text(report.source_name, "sourceName", most=80)
    yield from check_optional_text(report.source_key, "sourceKey", most=200)
    yield from check_position(report.longitude, report.latitude)
    yield from check_not_future(report.occurred_at, work.now, "occurredAt")
    yield from check_not_future(report.reported_at, work.now, "reportedAt")
    yield from _check_place(ready, known)
    kind = known.kinds.get(report.kind_id)
    if kind is None:
        yield refusal("KIND_UNKNOWN", "kindId", id=report.kind_id)
    elif not kind.available:
        yield refusal("KIND_RETIRED", "kindId", id=report.kind_id)
    else:
        declared = work.rules.registry.event_kinds.get(report.kind_id)
        recorded = report.recorded is not None and report.details is None
        partly_known = recorded or report.origin is not None
        ready.details, found = (
            (None, ()) if recorded else read_details(kind.id, declared.details if declared else None, report.details)
        )
        yield from () if partly_known else found
        if not partly_known:
            yield from check_involved(kind.id, report.involved, declared.involves if declared else (), known.involved)


def _check_place(ready: Prepared, known: Known) -> Iterator[Refusal]:
    report = ready.report
    grid = known.grids.get(ready.grid_id) if ready.grid_id is not None else None
    named = (("Building", report.building_id, known.grid_of_building), ("Place", report.place_id, known.grid_of_place))
    for what, id, grid_of in named:
        field = f"{what.lower()}Id"
        if id is not None and id not in grid_of:
            yield refusal("NOT_FOUND", field, what=what, id=id)
        elif id is not None and grid is not None and grid_of[id] != ready.grid_id:
            yield refusal("GRID_OF_PLACE_DIFFERS", field, code=grid.code)
    if ready.grid_id is None and is_placed_by_position(report):
        yield refusal("POSITION_IN_NO_GRID", "position")
    elif ready.grid_id is None:
        yield refusal("REQUIRED", "gridId")
    elif grid is None:
        yield refusal("NOT_FOUND", "gridId", what="Grid", id=ready.grid_id)
    elif grid.layer_id != BASE_LAYER:
        yield refusal("GRID_OVERLAY", "gridId", code=grid.code)
    elif grid.ended_at is not None:
        yield refusal("GRID_ENDED", "gridId", code=grid.code)


def _check_source(report: EventReport, seen: set[tuple[str, str]]) -> Iterator[Refusal]:
    if report.source_name and report.source_key:
        key = (report.source_name, report.source_key)
        if key in seen:
            yield refusal("EVENT_DUPLICATE", "sourceKey", source=report.source_name, key=report.source_key)
