"""Coverage: what is wrong with how grids cover their parents, found by an operation of the core when it is asked for."""

from collections import Counter
from typing import Annotated, Any, cast

import strawberry
from strawberry.types.info import Info

from wangge_core.coverage.checking import Affecting, CoverageReport, CoverageTooLargeError, check_coverage
from wangge_core.coverage.faults import FaultKind
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.grids.locating import layer_exists
from wangge_core.storable import is_storable
from wangge_schema.errors import CoverageError, LayerError, PageError
from wangge_schema.ids import given_key
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Late, Typed, project
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.scalars import JSON
from wangge_schema.types.intake import session_of

MOST_SHOWN = 1_000
BASE = strawberry.ID(BASE_LAYER)
enum_type(FaultKind)


@strawberry.type(description="One connected place where grids do not cover their parent once and whole.")
class CoverageFault:
    kind: FaultKind = strawberry.field(description="What is wrong.")
    basis: FaultKind = strawberry.field(description="The same, but for a SLIVER: what it would be if it were wider.")
    parent_id: strawberry.ID | None = strawberry.field(
        description="The grid whose parts are at fault: the nearest above them that has a boundary; null where none has."
    )
    grid_ids: list[strawberry.ID] = strawberry.field(
        description="The grids that overlap, lie outside or are invalid; of ground that nobody covers those that touch it."
    )
    area: float = strawberry.field(description="Square metres on the ellipsoid of WGS 84.")
    width: float = strawberry.field(description="Metres: its mean width, twice the area through the perimeter.")
    longitude: float = strawberry.field(description="Longitude of a point in it, WGS 84.")
    latitude: float = strawberry.field(description="Latitude of that point, WGS 84.")
    geometry: JSON = strawberry.field(description="The place as a GeoJSON Polygon in WGS 84.")
    building_ids: list[strawberry.ID] | None = strawberry.field(
        description="Buildings registered in the checked grids that stand there; null without READ_PLACES over them, and in an overlay."
    )
    persons: int | None = strawberry.field(
        description="How many persons live in these buildings; null without READ_PEOPLE over the checked grids, and in an overlay."
    )


@strawberry.type(description="How often a kind of fault was found.")
class CoverageCount:
    kind: FaultKind = strawberry.field(description="The kind.")
    count: int = strawberry.field(description="How many places.")
    area: float = strawberry.field(description="Their square metres together.")


@strawberry.type(
    name="CoverageReport",
    description="What is wrong with how grids cover their parents. What is narrower than 2 cm or smaller than 0.1 m² is not told, because "
    "positions are rounded to 1e-7 degree; what is narrower than 1 m is a SLIVER.",
)
class Coverage:
    grids: int = strawberry.field(description="How many grids have a boundary and were checked.")
    undrawn_ids: list[strawberry.ID] = strawberry.field(
        description=f"Grids without a boundary, where no grid below has one either; at most {MOST_SHOWN:,}."
    )
    complete: bool = strawberry.field(description="Whether all faults were looked for; false where there are more than 10,000.")
    counts: list[CoverageCount] = strawberry.field(description="All faults by kind; kinds without one are left out.")
    faults: list[CoverageFault] = strawberry.field(description="The first of them, by parent, kind and falling area.")


def _told(report: CoverageReport, first: int) -> Typed:
    counts = Counter(one.fault.kind for one in report.faults)
    areas = {kind: sum(one.fault.area_m2 for one in report.faults if one.fault.kind is kind) for kind in counts}
    members = {
        "grids": report.grids,
        "undrawnIds": [f"Grid:{id}" for id in report.undrawn[:MOST_SHOWN]],
        "complete": report.complete,
        "counts": [
            Typed("CoverageCount", {"kind": kind.value, "count": counts[kind], "area": round(areas[kind], 3)})
            for kind in FaultKind
            if kind in counts
        ],
        "faults": Late(lambda: [_told_fault(one) for one in report.faults[:first]]),
    }
    return Typed("CoverageReport", members)


def _told_fault(one: Affecting) -> Typed:
    fault, buildings = one.fault, one.building_ids
    members = {
        "kind": fault.kind.value,
        "basis": fault.basis.value,
        "parentId": None if fault.parent_id is None else f"Grid:{fault.parent_id}",
        "gridIds": [f"Grid:{id}" for id in fault.grid_ids],
        "area": fault.area_m2,
        "width": fault.width_m,
        "longitude": fault.at[0],
        "latitude": fault.at[1],
        "geometry": fault.geometry,
        "buildingIds": None if buildings is None else [f"Building:{id}" for id in buildings],
        "persons": one.persons,
    }
    return Typed("CoverageFault", members)


async def _coverage(
    info: Info,
    grid_id: Annotated[strawberry.ID | None, strawberry.argument(description="The grid to check with all below it.")] = None,
    layer: Annotated[strawberry.ID, strawberry.argument(description="Without a grid: the layer to check.")] = BASE,
    first: Annotated[int, strawberry.argument(description="How many faults to show, at most 1,000.")] = 100,
) -> Coverage | None:
    session, raw = session_of(info)
    if not 0 <= first <= MOST_SHOWN:
        raise PageError(f"`first` lies between 0 and {MOST_SHOWN:,}.")
    key = None if grid_id is None else given_key(grid_id, "Grid")
    async with session.deployment.read() as work:
        if not (is_storable(layer) and await layer_exists(work, layer)):
            raise LayerError(f"There is no layer {layer[:40]!r}.")
        try:
            report = await check_coverage(work, session.viewer, key, layer_id=layer)
        except CoverageTooLargeError as error:
            raise CoverageError(f"{error.message} {error.hint}") from None
    if report is None:
        return cast("Any", Completed(None))
    return cast("Any", Completed(project(_told(report, first), session.chosen(raw))))


COVERAGE_COSTS = 20_000
"""Seconds of work, as reading so many rows is; more than the rows of the answer."""
coverage: Any = strawberry.field(
    resolver=_coverage,
    metadata={WEIGHT: COVERAGE_COSTS},
    description="Whether the grids at and below one, or of a whole layer, cover the ground once and whole, computed now: seconds "
    "for tens of thousands. For MANAGE_GRIDS over what is checked, of a layer over the whole ground; null without it, and where no "
    "such grid is. Errors: COVERAGE_TOO_LARGE, ID_INVALID, LAYER_UNKNOWN, PAGE_INVALID.",
)
