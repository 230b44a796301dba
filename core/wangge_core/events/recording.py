"""Recording events: the rows of reports that were accepted, and what begins with each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import seven_places
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.events.beginning import Begun, begin, first_changes
from wangge_core.events.history import HistoryEntryKind, entry
from wangge_core.events.involvements import Visible, involvement
from wangge_core.events.kinds import KindInUse
from wangge_core.events.numbers import Numbered, take_numbers
from wangge_core.events.reports import EventReport, Origin, Recorded
from wangge_core.events.workflows import WorkflowVersion
from wangge_core.evidence.attachments import REPORT, attach
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.definitions import StageDefinition
from wangge_core.rights.viewers import Viewer


@dataclass(slots=True)
class Prepared:
    """A report on its way: the grid it was found to belong to, and its details as they will be stored."""

    report: EventReport
    grid_id: int | None
    details: Any = None


@dataclass(frozen=True, slots=True)
class Known:
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


async def record_events(work: Work, viewer: Viewer, accepted: Sequence[Prepared], ids: Sequence[int], known: Known) -> None:
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


def _numbered(work: Work, ready: Prepared, known: Known) -> Numbered:
    at = ready.report.reported_at or work.now
    return Numbered(at, known.grids[ready.grid_id or 0].code, ready.report.kind_id)


def _row(work: Work, viewer: Viewer, ready: Prepared, id: int, number: str, known: Known) -> dict[str, Any]:
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
        "unit_id": report.unit_id,
        "place_id": report.place_id,
        "longitude": seven_places(report.longitude),
        "latitude": seven_places(report.latitude),
        "assignee_id": None,
        "assignee_office_id": recorded.office_id,
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


def _final_stage(version: WorkflowVersion) -> StageDefinition:
    """Where a recorded, closed event stands: the first final stage."""
    return next(stage for stage in version.definition.stages if stage.final)


def _reporting_post(viewer: Viewer, path: str) -> int | None:
    """The post under which a report is made: one over the grid, or else any that may report."""
    able = [post for post in viewer.posts if Capability.REPORT_EVENTS in post.may]
    return next((post.id for post in able if post.stands_over(path)), able[0].id if able else None)
