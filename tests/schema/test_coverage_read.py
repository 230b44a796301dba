"""Coverage as the schema tells it: counts, faults with their place, and who is told."""

from typing import Any

import pytest

from grounds import bound, square
from towns import COMMUNITY, DISTRICT, GRIDS, Town

pytestmark = pytest.mark.anyio

QUERY = """query($gridId: ID, $layer: ID! = "base", $first: Int! = 100) { coverage(gridId: $gridId, layer: $layer, first: $first) {
  grids undrawnIds complete counts { kind count area }
  faults { kind basis parentId gridIds area width longitude latitude geometry buildingIds persons } } }"""


def id_of(town: Town, code: str) -> str:
    return f"Grid:{town.grids[code]}"


async def test_faults_are_told_with_their_place_and_grids(town: Town) -> None:
    await bound(town, **{"c" + COMMUNITY: square(0, 0, 2, 1)}, urban=square(0, 0, 1.5), scenic=square(1, 0, 1, 0.999))
    report = (await town.ask(QUERY, gridId=id_of(town, COMMUNITY)))["coverage"]
    overlap, sliver = report["faults"]
    assert report["grids"] == 3
    assert report["undrawnIds"] == [id_of(town, GRIDS["rural"]), id_of(town, GRIDS["maritime"])]
    assert [(one["kind"], one["count"]) for one in report["counts"]] == [("OVERLAP", 1), ("SLIVER", 1)]
    assert report["counts"][0]["area"] == overlap["area"] == pytest.approx(48.0 * 110.75, rel=1e-3)
    assert (sliver["kind"], sliver["basis"], sliver["parentId"]) == ("SLIVER", "HOLE", id_of(town, COMMUNITY))
    assert sliver["width"] == pytest.approx(0.11, abs=0.01)
    assert overlap["gridIds"] == [id_of(town, GRIDS["urban"]), id_of(town, GRIDS["scenic"])]
    assert {tuple(position) for position in overlap["geometry"]["coordinates"][0]} == {
        (114.301, 30.5), (114.3015, 30.5), (114.3015, 30.500999), (114.301, 30.500999)
    }  # fmt: skip
    assert (overlap["buildingIds"], overlap["persons"]) == ([], 0)


async def test_as_many_faults_are_shown_as_are_asked_for(town: Town) -> None:
    await bound(town, urban=square(0, 0, 2), scenic=square(1, 0, 2), rural=square(2.5, 0))
    report = (await town.ask(QUERY, first=1))["coverage"]
    assert len(report["faults"]) == 1
    assert [one["count"] for one in report["counts"]] == [2]


async def test_who_may_not_manage_the_grids_gets_null(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    assert (await town.ask(QUERY, worker, gridId=id_of(town, COMMUNITY)))["coverage"] is None
    assert (await town.ask(QUERY, administrator, gridId="Grid:999999"))["coverage"] is None
    assert (await town.ask(QUERY, administrator, gridId=id_of(town, DISTRICT)))["coverage"]["faults"] == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"gridId": "Building:1"}, "ID_INVALID"),
        ({"gridId": "Grid:x"}, "ID_INVALID"),
        ({"layer": "moon"}, "LAYER_UNKNOWN"),
        ({"layer": "\ud800"}, "LAYER_UNKNOWN"),
        ({"first": -1}, "PAGE_INVALID"),
        ({"first": 1001}, "PAGE_INVALID"),
    ],
)
async def test_what_cannot_be_checked_is_an_error(town: Town, given: dict[str, Any], code: str) -> None:
    [error] = await town.errors(QUERY, **given)
    assert error["extensions"]["code"] == code
