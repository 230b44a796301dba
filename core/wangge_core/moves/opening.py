"""Opening: events that come of a move of another one, linked to it from the first moment."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import WanggeError
from wangge_core.events.answers import stored
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, EventSource, Origin
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.rights.viewers import Viewer


class OpeningError(WanggeError):
    """A move would open an event that cannot be written; nothing of the move is."""

    code = "OPENING_REFUSED"


async def open_events(
    work: Work,
    viewer: Viewer,
    row: sa.Row[Any],
    kind_id: str,
    *,
    per: Sequence[int] = (),
    role: str = "",
    answers: Mapping[str, Any] | None = None,
) -> list[int]:
    """Open an event of a kind, or one for each of these assets, in the asset's grid; their ids.

    Each has the description and the source of the event that it comes of, and one without an asset its place too. Whoever is involved
    there in a role that the new kind has, is involved here. Its details are what the move was answered, or else what the first event's
    details say, under the names of its fields; where that is not enough for the kind it has none.
    """
    origin = Origin(opened_by_event_id=row.id)
    shared: dict[str, Any] = {
        "kind_id": kind_id,
        "description": row.description,
        "source": EventSource(row.source),
        "origin": origin,
        "person_reported": True,
    }
    shared["details"] = _details(work, row, kind_id, answers or {})
    if per:
        assets = await work.by_ids((t.asset.c.grid_id, t.asset.c.longitude, t.asset.c.latitude), t.asset.c.id, per)
        reports = [
            EventReport(
                **shared,
                grid_id=assets[id].grid_id,
                longitude=assets[id].longitude,
                latitude=assets[id].latitude,
                involved=(Involved(role=role, sort=Involvable.ASSET, id=id),) if role else (),
            )
            for id in per
        ]
    else:
        reports = [
            EventReport(
                **shared,
                grid_id=row.grid_id,
                building_id=row.building_id,
                place_id=row.place_id,
                longitude=row.longitude,
                latitude=row.latitude,
                involved=await _taken_along(work, row.id, kind_id),
            )
        ]
    outcomes = await report_events(work, viewer, reports)
    for one in outcomes:
        if one.refusals:
            raise OpeningError(f"an event of the kind {kind_id} cannot be opened: {one.refusals[0].code}.")
    return [one.id for one in outcomes if one.id is not None]


def _details(work: Work, row: sa.Row[Any], kind_id: str, answers: Mapping[str, Any]) -> dict[str, Any] | None:
    declared = work.rules.registry.event_kinds.get(kind_id)
    fields = declared.details.fields if declared and declared.details else ()
    known: dict[str, Any] = {**(row.details or {}), **stored(answers)}
    return {field.name: known[field.name] for field in fields if known.get(field.name) is not None} or None


async def _taken_along(work: Work, event_id: int, kind_id: str) -> tuple[Involved, ...]:
    declared = work.rules.registry.event_kinds.get(kind_id)
    by_role = {one.role: one for one in declared.involves} if declared else {}
    ties = await work.rows(sa.select(t.involvement).where(t.involvement.c.event_id == event_id).order_by(t.involvement.c.id))
    found: list[Involved] = []
    for tie in ties:
        named = (
            (Involvable.PERSON, tie.person_id),
            (Involvable.ORGANIZATION, tie.organization_id),
            (Involvable.ASSET, tie.asset_id),
        )
        fits = by_role.get(tie.role)
        found += [Involved(role=tie.role, sort=sort, id=id) for sort, id in named if fits and id is not None and sort in fits.sorts]
    return tuple(found)
