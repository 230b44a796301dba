"""Opening: the events that come of a visit or a patrol. They start like any report, and say nothing of who was visited.

A dispute opens one only where the resident agrees. What a video patrol finds is of things, never of persons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.events.alerts import ALERT, names_person
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, EventSource, Origin
from wangge_core.ledger.checklists import Checklist, Facility
from wangge_core.ledger.entries import OpenedBecause
from wangge_core.ledger.targets import PEOPLE, Found, Target
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.allowing import allowed
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import building_rule, within_grid

HAZARD, REQUEST, DISPUTE, NEWCOMER = "community.hazard", "community.request", "community.dispute", "community.newcomer"
FAULTS: dict[Facility, tuple[str, dict[str, Any]]] = {
    Facility.WATER: (REQUEST, {"topic": "WATER"}),
    Facility.POWER: (REQUEST, {"topic": "POWER"}),
    Facility.GAS: (HAZARD, {"hazard": "GAS", "immediate_danger": False}),
    Facility.LIFT: (HAZARD, {"hazard": "OTHER", "immediate_danger": False}),
    Facility.LIGHTING: (REQUEST, {"topic": "LIGHTING"}),
    Facility.FIRE_EQUIPMENT: (HAZARD, {"hazard": "FIRE", "immediate_danger": False}),
}
"""As what a facility that does not work is reported."""
SAID = {
    OpenedBecause.FACILITY: {"zh": "走访发现设施故障：{what}。", "en": "Found on a visit not to work: {what}."},
    OpenedBecause.HAZARD: {"zh": "走访发现隐患：{what}。", "en": "A hazard found on a visit: {what}."},
    OpenedBecause.DISPUTE: {"zh": "走访时居民同意请人调解。", "en": "On a visit a resident agreed to have a mediator come."},
    OpenedBecause.NEWCOMER: {"zh": "走访发现新入住人员。", "en": "On a visit people were found to have moved in."},
}
"""What the events say: nothing of who was visited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a patrol found: a matter of a kind, and the asset that it is about. A video patrol without a kind has an alert to be checked."""

    description: str
    kind_id: str = ALERT
    asset_id: int | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A report that is to be made, why, and of what field of the input it comes."""

    because: OpenedBecause
    field: str
    report: EventReport


def of_checklist(
    viewer: Viewer, target: Target | None, found: Found | None, grid_id: int, checklist: Checklist, at: datetime
) -> list[Opening]:
    """What a checklist opens. `at` is when it was seen."""
    where = {
        "grid_id": grid_id,
        "building_id": found.building_id if found else None,
        "unit_id": found.unit_id if found and found.building_id else None,
        "place_id": found.place_id if found else None,
        "occurred_at": at,
        "source": EventSource.VISIT,
        "origin": Origin(),
    }

    def opening(because: OpenedBecause, field: str, kind_id: str, what: Choice | None = None, **more: Any) -> Opening:
        named = "" if what is None else what.label.in_language(viewer.language)
        description = SAID[because][viewer.language].format(what=named)
        return Opening(because, f"checklist.{field}", EventReport(kind_id=kind_id, description=description, **where, **more))

    opened: list[Opening] = []
    for number, one in enumerate(checklist.facilities):
        if not one.working:
            kind, details = FAULTS[one.facility]
            opened.append(opening(OpenedBecause.FACILITY, f"facilities.{number}", kind, one.facility, details=details))
    for number, one in enumerate(checklist.hazards):
        details = {"hazard": one.hazard.value, "immediate_danger": one.immediate_danger}
        opened.append(opening(OpenedBecause.HAZARD, f"hazards.{number}", HAZARD, one.hazard, details=details))
    if checklist.newcomers:
        details = {"adults": checklist.adults_moved_in, "children": checklist.children_moved_in}
        opened.append(opening(OpenedBecause.NEWCOMER, "adultsMovedIn", NEWCOMER, details=details))
    if checklist.dispute_help:
        party = [found.persons[0]] if found and found.persons and target and target.sort in PEOPLE else []
        ties = tuple(Involved(role="party", sort=Involvable.PERSON, id=id) for id in party)
        opened.append(opening(OpenedBecause.DISPUTE, "disputeHelp", DISPUTE, involved=ties))
    return opened


async def of_findings(
    work: Work, viewer: Viewer, grid_id: int, findings: Sequence[Finding], *, video: bool
) -> list[Opening] | tuple[Refusal, ...]:
    """What the findings of a patrol open, or why they are refused."""
    assets = [one.asset_id for one in findings if one.asset_id is not None]
    seen = await allowed(work, viewer, within_grid(Capability.READ_PLACES), t.asset, assets)
    rows = await work.by_ids((t.asset.c.grid_id,), t.asset.c.id, seen)
    refusals = [one for number, finding in enumerate(findings) for one in _check(work, finding, f"findings.{number}", seen, video)]
    if refusals:
        return tuple(refusals)
    source = EventSource.VIDEO_PATROL if video else EventSource.PATROL
    opened: list[Opening] = []
    for number, one in enumerate(findings):
        role = _role_of_assets(work, one.kind_id)
        tie = (Involved(role=role, sort=Involvable.ASSET, id=one.asset_id),) if role and one.asset_id else ()
        report = EventReport(
            kind_id=one.kind_id,
            description=one.description,
            grid_id=rows[one.asset_id].grid_id if one.asset_id else grid_id,
            longitude=one.longitude,
            latitude=one.latitude,
            source=source,
            details=_details(work, one) if one.kind_id == ALERT else None,
            involved=tie,
            origin=Origin(),
        )
        opened.append(Opening(OpenedBecause.FINDING, f"findings.{number}", report))
    return opened


def _details(work: Work, finding: Finding) -> dict[str, Any]:
    """What an alert says; nothing was asked of the system that it comes from."""
    return {"system": "video_patrol", "external_id": "", "claim": finding.description.strip()[:400], "seen_at": work.now}


def _check(work: Work, finding: Finding, field: str, seen: set[int], video: bool) -> Iterator[Refusal]:
    if finding.asset_id is not None and finding.asset_id not in seen:
        yield refusal("NOT_FOUND", f"{field}.assetId", what="Asset", id=finding.asset_id)
    if not video:
        return
    kind = work.rules.registry.event_kinds.get(finding.kind_id)
    of_persons = kind is not None and any(Involvable.PERSON in one.sorts and not one.optional for one in kind.involves)
    if names_person(finding.description):
        yield refusal("ALERT_NAMES_PERSON", f"{field}.description")
    if of_persons:
        yield refusal("FINDING_OF_PERSON", f"{field}.kindId")


def _role_of_assets(work: Work, kind_id: str) -> str | None:
    kind = work.rules.registry.event_kinds.get(kind_id)
    return next((one.role for one in kind.involves if Involvable.ASSET in one.sorts), None) if kind else None


async def open_events(
    work: Work, viewer: Viewer, openings: Sequence[Opening]
) -> list[tuple[int, OpenedBecause]] | tuple[Refusal, ...]:
    """Report the events: the ids of all of them and why, or why any is refused: then nothing may stay written."""
    if not openings:
        return []
    buildings = {one.report.building_id for one in openings if one.report.building_id is not None}
    seen = await allowed(work, viewer, building_rule, t.building, buildings) if buildings else set[int]()
    outcomes = await report_events(work, viewer, [_located(one.report, seen) for one in openings])
    told = list(zip(openings, outcomes, strict=True))
    refusals = [Refusal(one.code, opening.field, one.values) for opening, outcome in told for one in outcome.refusals]
    return tuple(refusals) or [(outcome.id, opening.because) for opening, outcome in told if outcome.id is not None]


def _located(report: EventReport, buildings: set[int]) -> EventReport:
    """Who may not see a building reports for its grid."""
    if report.building_id is None or report.building_id in buildings:
        return report
    return replace(report, building_id=None, unit_id=None)
