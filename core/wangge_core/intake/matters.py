"""Open matters: what everybody may know of an event that is open, so that nobody has to report it once more.

This is all that is public of an event: its kind, its stage, the building or place or else a position to about 50 m, the day of the report
and how often it was reported. Never a person, a text, a unit, a photograph or who has it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_position
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.events.workflows import versions
from wangge_core.plugin.definitions import StageDefinition
from wangge_core.plugin.registry import Registry

MOST_MATTERS = 20
MOST_LOOKED_AT = 500
"""So many open events are measured at most, those of a square; where more stand in it, not all of them are found."""
LEAST_METRES, MOST_METRES = 10, 500
STEP = 0.0005
"""Degrees to which a position is told: about 55 m from north to south."""
METRES_OF_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is public of an open event."""

    id: int
    kind_id: str
    kind: dict[str, str]
    stage: StageDefinition
    building: str | None
    place: str | None
    longitude: float | None
    latitude: float | None
    reported_on: date
    times_reported: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """Where to look: at a position, with a radius in metres; at a building; or at a place. Of one kind, or of all."""

    longitude: float | None = None
    latitude: float | None = None
    radius: float = 100
    building_id: int | None = None
    place_id: int | None = None
    kind_id: str | None = None


def shown_kinds(registry: Registry) -> frozenset[str]:
    """The kinds whose open events are shown to everybody; never one that is kept from those whom it is about."""
    kinds = registry.event_kinds.items()
    return frozenset(id for id, kind in kinds if kind.shown_to_public and not kind.hidden_from_grid)


def check_nearby(nearby: Nearby) -> Iterable[Refusal]:
    """One of position, building and place, and a radius from 10 to 500 m."""
    given = [
        nearby.longitude is not None or nearby.latitude is not None,
        nearby.building_id is not None,
        nearby.place_id is not None,
    ]
    if sum(given) != 1:
        yield refusal("ONE_OF", names="position, buildingId, placeId")
    yield from check_position(nearby.longitude, nearby.latitude)
    if not LEAST_METRES <= nearby.radius <= MOST_METRES:
        yield refusal("OUT_OF_RANGE", "radius", least=LEAST_METRES, most=MOST_METRES)


async def matters_nearby(work: Work, nearby: Nearby) -> list[Matter]:
    """The open matters there, the nearest or newest first, at most 20. For everybody."""
    kinds = shown_kinds(work.rules.registry)
    if nearby.kind_id is not None:
        kinds &= {nearby.kind_id}
    if not kinds:
        return []
    event = t.event
    query = _query().where(sa.not_(event.c.closed), event.c.joined_to_id.is_(None), event.c.kind_id.in_(sorted(kinds)))
    if nearby.building_id is not None:
        query = query.where(event.c.building_id == nearby.building_id)
    elif nearby.place_id is not None:
        query = query.where(event.c.place_id == nearby.place_id)
    else:
        return await _told(work, _within(await work.rows(_square(query, nearby)), nearby))
    return await _told(work, await work.rows(query.order_by(event.c.id.desc()).limit(MOST_MATTERS)))


def _query() -> sa.Select[Any]:
    event, building, place = t.event, t.building, t.place
    longitude = sa.func.coalesce(event.c.longitude, building.c.longitude, place.c.longitude)
    latitude = sa.func.coalesce(event.c.latitude, building.c.latitude, place.c.latitude)
    columns: list[sa.ColumnElement[Any]] = [
        event.c.id, event.c.kind_id, event.c.workflow_version_id, event.c.stage, event.c.reported_at, event.c.times_reported,
        building.c.name.label("building"), place.c.name.label("place"), longitude.label("lon"), latitude.label("lat"),
    ]  # fmt: skip
    tables = event.outerjoin(building, building.c.id == event.c.building_id).outerjoin(place, place.c.id == event.c.place_id)
    return sa.select(*columns).select_from(tables)


def _square(query: sa.Select[Any], nearby: Nearby) -> sa.Select[Any]:
    """Open events whose own position, building or place lies in the square around the circle; each way goes by an index."""
    north, east = _degrees(nearby)
    lon, lat = nearby.longitude or 0.0, nearby.latitude or 0.0

    def inside(table: sa.FromClause) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.latitude.between(lat - north, lat + north), table.c.longitude.between(lon - east, lon + east))

    event, building, place = t.event, t.building.alias(), t.place.alias()
    e = [t.event.alias(f"e{number}") for number in range(3)]
    open_here = sa.select(e[0].c.id).where(sa.not_(e[0].c.closed), inside(e[0]))
    at_building = sa.select(e[1].c.id).where(
        e[1].c.longitude.is_(None), e[1].c.building_id.in_(sa.select(building.c.id).where(inside(building)))
    )
    at_place = sa.select(e[2].c.id).where(
        e[2].c.longitude.is_(None), e[2].c.place_id.in_(sa.select(place.c.id).where(inside(place)))
    )
    return query.where(event.c.id.in_(sa.union(open_here, at_building, at_place))).order_by(event.c.id.desc()).limit(MOST_LOOKED_AT)


def _degrees(nearby: Nearby) -> tuple[float, float]:
    """Half the height and width of the square: with room for positions that lie elsewhere than they are told."""
    north = nearby.radius / METRES_OF_DEGREE
    return north + STEP, north / max(0.01, math.cos(math.radians(nearby.latitude or 0.0))) + STEP


def _within(rows: Iterable[sa.Row[Any]], nearby: Nearby) -> list[sa.Row[Any]]:
    """Those within the radius, the nearest first; measured on the plane, which is exact to a metre at such distances.

    It is the told position that is measured: many small circles must not tell a place better than one large one.
    """
    narrow = math.cos(math.radians(nearby.latitude or 0.0))

    def metres(row: sa.Row[Any]) -> float:
        longitude, latitude = _coarse(row.lon) or 0.0, _coarse(row.lat) or 0.0
        east, north = (longitude - (nearby.longitude or 0.0)) * narrow, latitude - (nearby.latitude or 0.0)
        return math.hypot(east, north) * METRES_OF_DEGREE

    found = sorted(((metres(row), -row.id, row) for row in rows), key=lambda one: one[:2])
    return [row for distance, _, row in found if distance <= nearby.radius][:MOST_MATTERS]


async def _told(work: Work, rows: Iterable[sa.Row[Any]]) -> list[Matter]:
    rows = list(rows)
    kinds = await work.by_ids((t.event_kind.c.label,), t.event_kind.c.id, [row.kind_id for row in rows])
    known = await versions(work, [row.workflow_version_id for row in rows])
    return [
        Matter(
            id=row.id,
            kind_id=row.kind_id,
            kind=kinds[row.kind_id].label,
            stage=known[row.workflow_version_id].definition.stage(row.stage),
            building=row.building,
            place=row.place,
            longitude=_coarse(row.lon),
            latitude=_coarse(row.lat),
            reported_on=row.reported_at.astimezone(work.rules.zone).date(),
            times_reported=row.times_reported,
        )
        for row in rows
    ]


def _coarse(degrees: float | None) -> float | None:
    return None if degrees is None else round(round(degrees / STEP) * STEP, 4)
