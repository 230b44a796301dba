"""What assets and places have in common: a kind that a plugin declares, with that kind's details, a name and a position in a grid."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import KEEP, Change, Kept, check_not_cleared, given, is_given
from wangge_core.checking import check_position, check_text, read_details, seven_places
from wangge_core.confirming import confirmed, unconfirmed
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.places.buildings import check_new_position
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.definitions import ThingKindDefinition
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import check_grid

Kinds = Mapping[str, ThingKindDefinition]
Grids = Mapping[int, sa.Row[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewThing:
    """An asset or a place to register. `details` is plain data for the kind's dataclass. An imported one is still to be confirmed."""

    grid_id: int
    kind_id: str
    name: str
    longitude: float | None = None
    latitude: float | None = None
    details: Any = None
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingChange(Change):
    """New values for an asset or a place. Its kind stays; details are given whole, and `details_of` is the kind that they are for."""

    grid_id: int | Kept | None = KEEP
    name: str | Kept | None = KEEP
    longitude: float | Kept | None = KEEP
    latitude: float | Kept | None = KEEP
    details: Any = KEEP
    details_of: str | None = None


def check_new_thing(request: NewThing, grids: Grids, viewer: Viewer) -> Iterator[Refusal]:
    """All but the details of a thing to register."""
    yield from check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PLACES)
    yield from check_text(request.name, "name", most=200)
    yield from check_position(request.longitude, request.latitude)


def new_details(request: NewThing, kinds: Kinds) -> tuple[Any, Sequence[Refusal]]:
    """The details as they are stored, or why they are refused."""
    kind = kinds.get(request.kind_id)
    if kind is None:
        return None, (refusal("KIND_UNKNOWN", "kindId", id=request.kind_id),)
    return read_details(kind.id, kind.details, request.details)


def new_thing_row(work: Work, viewer: Viewer, request: NewThing, details: Any) -> dict[str, Any]:
    return {
        "grid_id": request.grid_id,
        "kind_id": request.kind_id,
        "name": request.name.strip(),
        "longitude": seven_places(request.longitude),
        "latitude": seven_places(request.latitude),
        "details": details,
        "created_at": work.now,
    } | (unconfirmed(work) if request.imported else confirmed(work, viewer))


def check_thing_change(request: ThingChange, row: sa.Row[Any], grids: Grids, viewer: Viewer) -> Iterator[Refusal]:
    """All but the details of a change. A new grid asks for the right there too."""
    yield from check_not_cleared(request, "grid_id", "name")
    if isinstance(request.grid_id, int) and request.grid_id != row.grid_id:
        yield from check_grid(grids, request.grid_id, viewer, Capability.REGISTER_PLACES)
    if isinstance(request.name, str):
        yield from check_text(request.name, "name", most=200)
    yield from check_new_position(request.longitude, request.latitude)


def changed_details(request: ThingChange, row: sa.Row[Any], kinds: Kinds) -> tuple[dict[str, Any], Sequence[Refusal]]:
    """The details of a change as a column, where they are given. Those of a kind that is switched off cannot be changed."""
    if not is_given(request.details):
        return {}, ()
    kind = kinds.get(row.kind_id)
    if kind is None:
        return {}, (refusal("KIND_UNKNOWN", "details", id=row.kind_id),)
    if request.details_of not in (None, kind.id):
        return {}, (refusal("DETAILS_OF_OTHER_KIND", "details", id=kind.id),)
    stored, found = read_details(kind.id, kind.details, request.details)
    return {"details": stored}, found


def thing_values(request: ThingChange) -> dict[str, Any]:
    """The columns that a change of a thing writes, but for its details."""
    values = given(request, "grid_id", "name")
    return values | {name: seven_places(value) for name, value in given(request, "longitude", "latitude").items()}
