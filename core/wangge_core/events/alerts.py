"""Alerts of machines: what a sensor, a camera or another system claims to have seen is to be checked, never a verdict, and names nobody.

Whatever kind a machine claims, its report starts as `community.alert`, with the claimed kind in the details.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.events.reports import EventReport, EventSource
from wangge_core.people.sealed_texts import holds_sealed
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.rights.viewers import Viewer
from wangge_core.sealing.sealer import normalised

ALERT, OBJECT = "community.alert", "object"
MACHINES = frozenset({EventSource.SENSOR, EventSource.VIDEO_PATROL, EventSource.OTHER_SYSTEM})
"""Sources of which a machine's report is an alert, unless it says that a person reported it there."""
MOST_CLAIM = 400
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][·.\-]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)
"""Number plates of vehicles (GA 36), of electric ones too."""
FACES = re.compile(r"人脸(?:比对|识别|命中)|人员(?:比对|布控)|FACE\W?(?:ID|MATCH)", re.IGNORECASE)


def is_alert(viewer: Viewer, report: EventReport) -> bool:
    """Whether this is what a machine claims: it came with an API key, from such a source, and no person reported it there."""
    recorded = report.recorded is not None or report.person_reported
    return viewer.key_id is not None and report.source in MACHINES and not recorded


def as_alert(work: Work, viewer: Viewer, report: EventReport) -> EventReport:
    """The report as it is taken: an alert where a machine made it."""
    if not is_alert(viewer, report) or report.kind_id == ALERT or ALERT not in work.rules.registry.event_kinds:
        return report
    definition = work.rules.registry.event_kinds[ALERT].details
    known = {field.name for field in definition.fields} if definition else set[str]()
    said: dict[str, Any] = {
        "system": report.source_name or viewer.login,
        "external_id": report.source_key or "",
        "claim": report.description.strip()[:MOST_CLAIM],
        "seen_at": report.occurred_at or work.now,
        "claimed_kind": report.kind_id,
    }
    if "claimed_kind" not in known:
        said["claim"] = f"{report.kind_id}: {said['claim']}"
    details = {name: value for name, value in said.items() if name in known}
    assets = tuple(replace(one, role=OBJECT) for one in report.involved if one.sort is Involvable.ASSET)
    return replace(report, kind_id=ALERT, priority=None, details=details, involved=assets[:1])


def check_alert(viewer: Viewer, original: EventReport) -> Iterator[Refusal]:
    """ALERT_NAMES_PERSON where a machine's alert, as it was sent, holds what tells who somebody is. Never shows it."""
    if not is_alert(viewer, original):
        return
    for field, texts in (("description", [original.description]), ("details", _texts(original.details))):
        if any(map(names_person, texts)):
            yield refusal("ALERT_NAMES_PERSON", field)
    if any(one.sort is Involvable.PERSON for one in original.involved):
        yield refusal("ALERT_NAMES_PERSON", "involved")


def names_person(text: str) -> bool:
    """Whether a text holds an identity number, a mobile number, a number plate or the finding of a face."""
    plain = normalised(text)
    return holds_sealed(text) or bool(PLATE.search(plain) or FACES.search(plain))


def _texts(details: Any) -> Iterable[str]:
    """Every text in plain details, the names of members too, and whole numbers as text."""
    if isinstance(details, Mapping):
        for name, value in cast("Mapping[Any, Any]", details).items():
            yield str(name)
            yield from _texts(value)
    elif isinstance(details, list | tuple):
        for one in cast("Iterable[Any]", details):
            yield from _texts(one)
    elif isinstance(details, str) or (isinstance(details, int) and not isinstance(details, bool)):
        yield str(details)
