"""The coverage of stored boundaries: held against the nearest outline above, with who is affected, for who looks after the ground."""

from typing import Any

import pytest
import sqlalchemy as sa

from grounds import WEST, bound, square
from layered import POLICE, TYPES, add_layers
from operating import done
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.coverage import checking
from wangge_core.coverage.checking import CoverageReport, CoverageTooLargeError, check_coverage
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.grids.overlays import NewOverlay, create_overlays
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import EVERYWHERE, Viewer, operator

pytestmark = pytest.mark.anyio

MANAGE_GRIDS, READ_PLACES = Capability.MANAGE_GRIDS, Capability.READ_PLACES
COVERED = {
    "c" + COMMUNITY: square(0, 0, 4, 2),
    "urban": square(0, 0, 2, 2),
    "scenic": square(2, 0, 2, 1),
    "rural": square(2, 1),
    "maritime": square(3, 1),
}


async def check(town: Town, code: str | None = None, by: Viewer | None = None, **more: Any) -> CoverageReport | None:
    async with town.deployment.read() as work:
        return await check_coverage(work, by or operator(), town.grids[code] if code else None, **more)


async def told(town: Town, code: str | None = None) -> list[tuple[str, str | None, list[str]]]:
    """The faults below a grid: kind, code of the parent, codes of the grids."""
    report = await check(town, code)
    assert report is not None
    codes = {id: code for code, id in town.grids.items()}
    return [
        (one.fault.kind, codes.get(one.fault.parent_id or 0), [codes[id] for id in one.fault.grid_ids]) for one in report.faults
    ]


async def test_a_community_that_its_grids_cover_has_no_fault(town: Town) -> None:
    await bound(town, **COVERED)
    report = await check(town, COMMUNITY)
    assert report == CoverageReport(grids=5, undrawn=(), faults=(), complete=True)


async def test_a_grid_is_held_against_the_nearest_outline_above(town: Town) -> None:
    """The community and the subdistrict have no boundary here."""
    shapes = {"c" + DISTRICT: square(0, 0, 4, 2)} | {name: shape for name, shape in COVERED.items() if name != "c" + COMMUNITY}
    await bound(town, **shapes | {"rural": square(2, 1, 1, 0.5)})
    hole = [("HOLE", DISTRICT, [GRIDS["urban"], GRIDS["rural"], GRIDS["maritime"]])]
    assert await told(town, DISTRICT) == hole
    assert await told(town) == hole
    assert await told(town, COMMUNITY) == []


async def test_every_level_is_checked(town: Town) -> None:
    shapes = {"c" + SUBDISTRICT: square(0, 0, 3, 2), **COVERED, "scenic": square(1.5, 0, 2.5, 1)}
    await bound(town, **shapes)
    assert await told(town, SUBDISTRICT) == [
        ("OUTSIDE", SUBDISTRICT, [COMMUNITY]),
        ("OVERLAP", COMMUNITY, [GRIDS["urban"], GRIDS["scenic"]]),
    ]


async def test_a_grid_in_several_parts_with_a_lake_comes_back_from_storage_as_it_was(town: Town) -> None:
    lake = square(0.5, 0.5)["coordinates"][0]
    parts = {
        "type": "MultiPolygon",
        "coordinates": [[*square(0, 0, 2, 2)["coordinates"], lake], square(6, 0)["coordinates"], square(9, 0)["coordinates"]],
    }
    outline = {
        "type": "MultiPolygon",
        "coordinates": [[*square(0, 0, 4, 2)["coordinates"], lake], square(6, 0)["coordinates"], square(9, 0)["coordinates"]],
    }
    await bound(town, **COVERED | {"urban": parts, "c" + COMMUNITY: outline})
    assert await told(town) == []


async def test_grids_without_a_boundary_are_named_unless_those_below_have_one(town: Town) -> None:
    await bound(town, urban=square(0, 0))
    report = await check(town)
    assert report is not None
    assert report.grids == 1
    assert report.undrawn == tuple(sorted(town.grids[GRIDS[one]] for one in ("scenic", "rural", "maritime")))


async def test_buildings_and_persons_in_a_fault_are_told_to_who_may_read_them(town: Town) -> None:
    await bound(town, **COVERED | {"urban": square(0, 0, 2, 1)})
    async with town.deployment.write() as work:
        await work.run(sa.update(t.building).values(longitude=WEST + 0.001, latitude=30.5015))
    report = await check(town, COMMUNITY)
    assert report is not None
    assert [(one.fault.kind, one.building_ids, one.persons) for one in report.faults] == [("HOLE", (town.building,), 1)]
    for capabilities, known in (({MANAGE_GRIDS}, (None, None)), ({MANAGE_GRIDS, READ_PLACES}, ((town.building,), None))):
        report = await check(town, COMMUNITY, Viewer(scopes=dict.fromkeys(capabilities, EVERYWHERE)))
        assert report is not None
        assert [(one.building_ids, one.persons) for one in report.faults] == [known]


async def test_who_does_not_look_after_the_grids_is_told_nothing(town: Town) -> None:
    await bound(town, **COVERED)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    subdistrict = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    assert await check(town, COMMUNITY, worker) is None
    assert await check(town, None, worker) is None
    assert await check(town, DISTRICT, subdistrict) is None
    async with town.deployment.read() as work:
        assert await check_coverage(work, operator(), 10**6) is None


async def test_a_whole_layer_is_told_to_who_looks_after_the_whole_ground(town: Town) -> None:
    await bound(town, **COVERED | {"urban": square(0, 0, 2, 1)})
    async with town.deployment.write() as work:
        await work.run(sa.update(t.building).values(longitude=WEST + 0.001, latitude=30.5015))
    district = await town.viewer("community.district_administrator", DISTRICT)
    report = await check(town, None, district)
    assert report is not None
    assert [(one.fault.kind, one.building_ids, one.persons) for one in report.faults] == [("HOLE", (town.building,), 1)]
    assert await check(town, None, await town.viewer("community.subdistrict_administrator", SUBDISTRICT)) is None


async def test_an_overlay_is_told_to_who_looks_after_its_base_grids(town: Town) -> None:
    await add_layers(town, POLICE)
    new = NewOverlay(layer_id=POLICE, code="P1", name="P1", type_id=TYPES[POLICE], base_grid_ids=(town.grids[COMMUNITY],))
    (beat,) = await done(town, create_overlays, new)
    subdistrict = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    async with town.deployment.read() as work:
        assert await check_coverage(work, subdistrict, beat) is not None
        assert await check_coverage(work, worker, beat) is None


async def test_who_has_moved_out_is_not_affected(town: Town) -> None:
    await bound(town, **COVERED | {"urban": square(0, 0, 2, 1)})
    async with town.deployment.write() as work:
        await work.run(sa.update(t.building).values(longitude=WEST + 0.001, latitude=30.5015))
        await work.run(sa.update(t.person).values(residence=None))
    report = await check(town, COMMUNITY)
    assert report is not None
    assert [one.persons for one in report.faults] == [0]


async def test_an_overlay_may_leave_ground_uncovered_but_not_overlap(town: Town) -> None:
    await bound(town, **COVERED)
    async with town.deployment.write() as work:
        await work.insert(t.grid_layer, [{"id": "police", "label": {"zh": "警务", "en": "Police"}, "base": False}])
        await work.run(sa.update(t.grid).where(t.grid.c.code.in_(GRIDS.values())).values(layer_id="police"))
    assert await check(town, layer_id=BASE_LAYER) is not None
    await bound(town, urban=square(0, 0, 2.5, 2), maritime=square(3.5, 1, 0.5))
    async with town.deployment.read() as work:
        report = await check_coverage(work, operator(), layer_id="police")
    assert report is not None
    assert [one.fault.kind for one in report.faults] == ["OVERLAP", "OVERLAP"]


async def test_more_grids_than_are_checked_at_once_are_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_GRIDS", 6)
    with pytest.raises(CoverageTooLargeError):
        await check(town, DISTRICT)
    assert await check(town, COMMUNITY) is not None
