"""Newcomers: a home that was vacant and is found lived in opens an event, so that whoever lives there is visited and served."""

from collections.abc import Sequence

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import WanggeError
from wangge_core.events.kinds import kinds_in_use
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, Origin
from wangge_core.rights.allowing import allowed
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import building_rule
from wangge_core.vacancies import LivedIn

KIND = "community.newcomer"
SAID = {"zh": "登记为空置的住房现有人居住。", "en": "A home that was registered as vacant is lived in."}
"""What such an event says: nothing of who lives there."""


class NewcomerError(WanggeError):
    """The event for a home that is found lived in cannot be written; nothing of what found it is."""

    code = "NEWCOMER_REFUSED"


async def open_newcomers(work: Work, found: Sequence[LivedIn]) -> None:
    """Open an event for each of these homes that has none open. Nobody needs the right to report: who found it may register there."""
    kind = (await kinds_in_use(work, [KIND])).get(KIND)
    if kind is None or not kind.available:
        return
    waiting = await _open_already(work, [one.unit_id for one in found])
    by_finder: dict[int, list[LivedIn]] = {}
    for one in {one.unit_id: one for one in found if one.unit_id not in waiting}.values():
        by_finder.setdefault(id(one.finder), []).append(one)
    for homes in by_finder.values():
        await _report(work, homes[0].finder, homes)


async def _open_already(work: Work, unit_ids: Sequence[int]) -> set[int]:
    event, found = t.event, set[int]()
    for start in range(0, len(unit_ids), CHUNK):
        of_units = event.c.unit_id.in_(unit_ids[start : start + CHUNK])
        query = sa.select(event.c.unit_id).where(of_units, event.c.kind_id == KIND, event.c.closed.is_(sa.false()))
        found |= {row.unit_id for row in await work.rows(query)}
    return found


async def _report(work: Work, finder: Viewer, homes: Sequence[LivedIn]) -> None:
    seen = await allowed(work, finder, building_rule, t.building, {one.building_id for one in homes})
    reports = [
        EventReport(
            kind_id=KIND,
            description=SAID[finder.language],
            grid_id=one.grid_id,
            building_id=one.building_id if one.building_id in seen else None,
            unit_id=one.unit_id,
            origin=Origin(),
            person_reported=True,
        )
        for one in homes
    ]
    for outcome in await report_events(work, finder, reports):
        if outcome.refusals:
            raise NewcomerError(f"an event of the kind {KIND} cannot be opened: {outcome.refusals[0].code}.")
