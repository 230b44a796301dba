"""Places: stations and points, with their opening hours, their services and how to reach them. All of it is public."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wangge_core.changing import KEEP, Checking, Kept, is_given, rows_to_change, write_change
from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal
from wangge_core.places.opening_hours import OpeningHours, check_opening_hours, stored_hours
from wangge_core.places.services import Service, check_services, stored_services
from wangge_core.places.things import (
    NewThing,
    ThingChange,
    changed_details,
    check_new_thing,
    check_thing_change,
    new_details,
    new_thing_row,
    thing_values,
)
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import everybody
from wangge_core.writing import grids_of, insert_accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace(NewThing):
    """A place to register. `contact` says how to reach it: a public telephone, a window, an address."""

    contact: str | None = None
    opening_hours: OpeningHours | None = None
    services: tuple[Service, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChange(ThingChange):
    """New values for a place. Opening hours and services are given whole."""

    contact: str | Kept | None = KEEP
    opening_hours: OpeningHours | Kept | None = KEEP
    services: tuple[Service, ...] | Kept | None = KEEP


async def register_places(work: Work, viewer: Viewer, requests: Sequence[NewPlace]) -> list[Outcome]:
    """Register places. Whoever registers one confirms it."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    stored: dict[int, Any] = {}
    refusals: list[list[Refusal]] = []
    for request in requests:
        stored[id(request)], more = new_details(request, work.rules.registry.place_kinds)
        refusals.append([*check_new_thing(request, grids, viewer), *more, *_check(request)])
    return await insert_accepted(
        work, t.place, requests, refusals, lambda one: new_thing_row(work, viewer, one, stored[id(one)]) | _public(one)
    )


def _check(request: NewPlace | PlaceChange) -> Iterator[Refusal]:
    """The values that only places have."""
    if isinstance(request.contact, str):
        yield from check_text(request.contact, "contact", most=200)
    if isinstance(request.opening_hours, OpeningHours):
        yield from check_opening_hours(request.opening_hours)
    if isinstance(request.services, tuple):
        yield from check_services(request.services)


def _public(request: NewPlace | PlaceChange) -> dict[str, Any]:
    """The columns that only places have, of what is given."""
    values: dict[str, Any] = {}
    if is_given(request.contact):
        values["contact"] = request.contact.strip() if isinstance(request.contact, str) else None
    if is_given(request.opening_hours):
        values["opening_hours"] = stored_hours(request.opening_hours) if isinstance(request.opening_hours, OpeningHours) else None
    if is_given(request.services):
        services = request.services if isinstance(request.services, tuple) else ()
        values["services"] = stored_services(services) or None
    return values


async def change_places(work: Work, viewer: Viewer, requests: Sequence[PlaceChange]) -> list[Outcome]:
    """Change places: when they are open, and what they do."""
    rows = await rows_to_change(work, viewer, t.place, [one.id for one in requests], everybody)
    grids = await grids_of(work, [one.grid_id for one in requests if isinstance(one.grid_id, int)])
    checking = Checking.of(viewer, "Place", rows, Capability.REGISTER_PLACES)
    outcomes: list[Outcome] = []
    for request in requests:
        found, details = checking.refusals(request), dict[str, Any]()
        if not found:
            row = rows[request.id]
            details, more = changed_details(request, row, work.rules.registry.place_kinds)
            found = [*check_thing_change(request, row, grids, viewer), *more, *_check(request)]
        if not found:
            await write_change(work, t.place, rows[request.id], thing_values(request) | details | _public(request))
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes
