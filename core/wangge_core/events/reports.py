"""Reporting events: the way in for workers, desks, other systems and imported years of records alike."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import (
    check_not_future,
    check_optional_text,
    check_position,
    check_text,
    only_right,
    read_details,
    seven_places,
)
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.events.alerts import as_alert, check_alert
from wangge_core.events.beginning import Begun, begin, first_changes
from wangge_core.events.history import HistoryEntryKind, entry
from wangge_core.events.involvements import Involved, Visible, check_involved, involvement, visible_involved
from wangge_core.events.kinds import KindInUse, kinds_in_use
from wangge_core.events.numbers import Numbered, take_numbers
from wangge_core.events.workflows import WorkflowVersion, current_versions
from wangge_core.evidence.attachments import REPORT, attach, check_attachments
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import building_rule
from wangge_core.writing import already_there, grids_of

MOST_DESCRIPTION = 4000


class EventSource(Choice):
    """How the service came to know of an event."""

    WORKER = auto(), "网格员上报"
    PATROL = auto(), "巡查发现"
    VISIT = auto(), "走访发现"
    CAMPAIGN = auto(), "专项任务"
    RESIDENT = auto(), "居民上报"
    VISITOR = auto(), "游客上报"
    HOTLINE = auto(), "热线"
    VIDEO_PATROL = auto(), "视频巡查"
    SENSOR = auto(), "物联感知"
    OTHER_SYSTEM = auto(), "外部系统"
    SUPERIOR = auto(), "上级交办"


class Timeliness(Choice):
    """Whether an event was settled in time, as its own records say."""

    ON_TIME = auto(), "按期"
    OVERDUE = auto(), "逾期"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What an imported record says of its own past: when it was closed, when it was due, and whether that was in time. All may be
    unknown."""

    closed: bool = False
    closed_at: datetime | None = None
    due_at: datetime | None = None
    timeliness: Timeliness | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The event that another one comes of: by a move of it that opened another, or as a part of it.

    What comes of an event is as far as it is known there: its details and who is involved need not be complete. It is nobody's
    report, so that no right to report is asked for; who may do what it comes of was checked.
    """

    opened_by_event_id: int | None = None
    part_of_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """An event to report. The grid may be left out where a building or place is named. `details` is plain data for the kind's dataclass.

    `photos` are attachments that were taken in before. `source_name` and `source_key` are the other system and its own number; the same
    pair is taken once. What a machine claims becomes an
    alert (`alerts.py`) unless it says that it was `person_reported` there.
    """

    kind_id: str
    description: str
    grid_id: int | None = None
    building_id: int | None = None
    place_id: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    occurred_at: datetime | None = None
    reported_at: datetime | None = None
    source: EventSource = EventSource.WORKER
    priority: Priority | None = None
    details: Any = None
    involved: tuple[Involved, ...] = ()
    source_name: str | None = None
    source_key: str | None = None
    recorded: Recorded | None = None
    photos: tuple[int, ...] = ()
    origin: Origin | None = None
    person_reported: bool = False


async def report_events(work: Work, viewer: Viewer, reports: Sequence[EventReport]) -> list[Outcome]:
    """Report events; each starts at the first stage of its kind's workflow.

    Whoever may report anywhere may report for any grid: a matter seen elsewhere is taken and routed to its own grid. `recorded` and
    `reported_at` are for who may import data.
    """
    named = [tuple(check_alert(viewer, report)) for report in reports]
    reports = [as_alert(work, viewer, report) for report in reports]
    known = await _known(work, viewer, reports)
    seen = await already_there(work, t.event, [(one.source_name, one.source_key) for one in reports])
    prepared: list[_Prepared | None] = []
    outcomes: list[Outcome] = []
    for report, naming in zip(reports, named, strict=True):
        ready = _Prepared(report, known.grid_of(report))
        found = [*naming, *_check(work, viewer, ready, known), *_check_source(report, seen)]
        if report.photos:
            found += await check_attachments(work, viewer, report.photos, "photos")
        if not found and report.source_name and report.source_key:
            seen.add((report.source_name, report.source_key))
        prepared.append(None if found else ready)
        outcomes.append(Outcome(refusals=only_right(found)))
    accepted = [ready for ready in prepared if ready is not None]
    ids = list(await work.reserve_ids(t.event, len(accepted)))
    await _write(work, viewer, accepted, ids, known)
    waiting = iter(ids)
    return [outcome if ready is None else Outcome(id=next(waiting)) for ready, outcome in zip(prepared, outcomes, strict=True)]


@dataclass(slots=True)
class _Prepared:
    """A report on its way: the grid it was found to belong to, and its details as they will be stored."""

    report: EventReport
    grid_id: int | None
    details: Any = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the reports of one call point at, read together."""

    grids: Mapping[int, sa.Row[Any]]
    grid_of_building: Mapping[int, int]
    grid_of_place: Mapping[int, int]
    kinds: Mapping[str, KindInUse]
    workflows: Mapping[str, WorkflowVersion]
    involved: Visible

    def grid_of(self, report: EventReport) -> int | None:
        if report.grid_id is not None:
            return report.grid_id
        if report.building_id is not None:
            return self.grid_of_building.get(report.building_id)
        return self.grid_of_place.get(report.place_id) if report.place_id is not None else None


async def _known(work: Work, viewer: Viewer, reports: Sequence[EventReport]) -> _Known:
    at_buildings = [one.building_id for one in reports if one.building_id is not None]
    seen = [building_rule(t.building, BoundViewer(viewer))] if at_buildings else []
    buildings = await _grid_ids(work, t.building, at_buildings, *seen)
    places = await _grid_ids(work, t.place, (one.place_id for one in reports))
    named = [one.grid_id for one in reports if one.grid_id is not None]
    kinds = await kinds_in_use(work, (one.kind_id for one in reports))
    return _Known(
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


def _check(work: Work, viewer: Viewer, ready: _Prepared, known: _Known) -> Iterator[Refusal]:
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


def _check_place(ready: _Prepared, known: _Known) -> Iterator[Refusal]:
    report = ready.report
    grid = known.grids.get(ready.grid_id) if ready.grid_id is not None else None
    named = (("Building", report.building_id, known.grid_of_building), ("Place", report.place_id, known.grid_of_place))
    for what, id, grid_of in named:
        field = f"{what.lower()}Id"
        if id is not None and id not in grid_of:
            yield refusal("NOT_FOUND", field, what=what, id=id)
        elif id is not None and grid is not None and grid_of[id] != ready.grid_id:
            yield refusal("GRID_OF_PLACE_DIFFERS", field, code=grid.code)
    if ready.grid_id is None:
        yield refusal("REQUIRED", "gridId")
    elif grid is None:
        yield refusal("NOT_FOUND", "gridId", what="Grid", id=ready.grid_id)
    elif grid.layer_id != BASE_LAYER:
        yield refusal("GRID_OVERLAY", "gridId", code=grid.code)


def _check_source(report: EventReport, seen: set[tuple[str, str]]) -> Iterator[Refusal]:
    if report.source_name and report.source_key:
        key = (report.source_name, report.source_key)
        if key in seen:
            yield refusal("EVENT_DUPLICATE", "sourceKey", source=report.source_name, key=report.source_key)


async def _write(work: Work, viewer: Viewer, accepted: Sequence[_Prepared], ids: Sequence[int], known: _Known) -> None:
    numbers = await take_numbers(work, [_numbered(work, ready, known) for ready in accepted])
    rows = [_row(work, viewer, ready, id, number, known) for ready, id, number in zip(accepted, ids, numbers, strict=True)]
    await work.insert(t.event, rows)
    await work.insert(
        t.event_history,
        [
            entry(
                row["id"],
                1,
                HistoryEntryKind.REPORTED,
                at=row["reported_at"],
                to_stage=row["stage"],
                account_id=viewer.account_id,
                post_id=_reporting_post(viewer, known.grids[row["grid_id"]].path),
                changes=first_changes(row),
            )
            for row in rows
        ],
    )
    await work.insert(
        t.involvement, [involvement(id, tie) for id, ready in zip(ids, accepted, strict=True) for tie in ready.report.involved]
    )
    await begin(
        work,
        [
            Begun(
                row,
                known.grids[row["grid_id"]].path,
                known.workflows[known.kinds[row["kind_id"]].workflow].definition,
                recorded=ready.report.recorded is not None,
            )
            for row, ready in zip(rows, accepted, strict=True)
            if not row["closed"]
        ],
    )
    for id, ready in zip(ids, accepted, strict=True):
        await attach(work, id, 1, ready.report.photos, REPORT)
    for row in rows:
        work.announce("event.reported", row["id"], row["grid_id"], kind=row["kind_id"], stage=row["stage"])


def _numbered(work: Work, ready: _Prepared, known: _Known) -> Numbered:
    at = ready.report.reported_at or work.now
    return Numbered(at, known.grids[ready.grid_id or 0].code, ready.report.kind_id)


def _row(work: Work, viewer: Viewer, ready: _Prepared, id: int, number: str, known: _Known) -> dict[str, Any]:
    report = ready.report
    kind = known.kinds[report.kind_id]
    version = known.workflows[kind.workflow]
    recorded, origin = report.recorded or Recorded(), report.origin or Origin()
    reported_at = report.reported_at or work.now
    stage = _final_stage(version) if recorded.closed else version.definition.start
    return {
        "id": id,
        "number": number,
        "kind_id": report.kind_id,
        "kind_version": kind.version,
        "grid_id": ready.grid_id,
        "workflow_version_id": version.id,
        "stage": stage.name,
        "closed": recorded.closed,
        "priority": (report.priority or kind.priority).value,
        "source": report.source.value,
        "description": report.description.strip(),
        "details": ready.details,
        "reporter_id": viewer.account_id,
        "device_id": viewer.device_id,
        "building_id": report.building_id,
        "unit_id": None,
        "place_id": report.place_id,
        "longitude": seven_places(report.longitude),
        "latitude": seven_places(report.latitude),
        "assignee_id": None,
        "assignee_office_id": None,
        "occurred_at": report.occurred_at,
        "reported_at": reported_at,
        "entered_stage_at": recorded.closed_at or reported_at,
        "stage_due_at": None,
        "whole_due_at": recorded.due_at,
        "closed_at": recorded.closed_at,
        "filed_limit": kind.limits[0].name if len(kind.limits) == 1 else None,
        "opened_by_event_id": origin.opened_by_event_id,
        "part_of_id": origin.part_of_id,
        "recorded_timeliness": recorded.timeliness.value if recorded.timeliness else None,
        "source_name": report.source_name,
        "source_key": report.source_key,
        "version": 1,
    }


def _final_stage(version: WorkflowVersion) -> Any:
    """Where a recorded, closed event stands: the first final stage."""
    return next(stage for stage in version.definition.stages if stage.final)


def _reporting_post(viewer: Viewer, path: str) -> int | None:
    """The post under which a report is made: one over the grid, or else any that may report."""
    able = [post for post in viewer.posts if Capability.REPORT_EVENTS in post.may]
    return next((post.id for post in able if post.stands_over(path)), able[0].id if able else None)
