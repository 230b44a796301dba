"""Reports with a position and no grid find theirs, by whatever way they come; what lies nowhere is not put anywhere in silence."""

from typing import Any

import pytest
import sqlalchemy as sa

from boards import divided, recoded
from grounds import bound, place, square
from reports import event_of, submit, submitted, with_intake
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
REPORT = """mutation($input: EventReportInput!) { eventReport(input: $input) {
  event { grid { code } } userErrors { field code } } }"""
HAZARD: dict[str, Any] = {
    "kindId": "community.sanitation",
    "description": "Litter",
    "details": {"communitySanitation": {"what": "LITTER"}},
}


def at(column: float, row: float) -> dict[str, float]:
    longitude, latitude = place(column, row)
    return {"longitude": longitude, "latitude": latitude}


async def reported(town: Town, **more: Any) -> Any:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    return (await town.ask(REPORT, worker, input=HAZARD | more))["eventReport"]


@pytest.fixture(autouse=True)
async def ground(town: Town) -> None:
    await bound(town, urban=square(0, 0, 2, 2), rural=square(2, 0, 2, 2))


async def test_a_report_of_a_worker_is_filed_where_it_lies(town: Town) -> None:
    assert (await reported(town, position=at(1, 1)))["event"]["grid"]["code"] == GRIDS["urban"]
    assert (await reported(town, position=at(2, 1)))["event"]["grid"]["code"] == GRIDS["rural"]


async def test_a_grid_or_building_that_is_named_counts_more_than_the_position(town: Town) -> None:
    named = await reported(town, position=at(3, 1), gridId=f"Grid:{town.grids[GRIDS['scenic']]}")
    assert named["event"]["grid"]["code"] == GRIDS["scenic"]
    assert (await reported(town, position=at(3, 1), buildingId=f"Building:{town.building}"))["event"]["grid"]["code"] == GRIDS[
        "urban"
    ]


@pytest.mark.parametrize(
    ("position", "field", "code"),
    [
        (at(9, 9), "position", "POSITION_IN_NO_GRID"),
        ({"longitude": 30.5, "latitude": 114.3}, "position", "POSITION_INVALID"),
        (None, "gridId", "REQUIRED"),
    ],
)
async def test_a_report_that_lies_nowhere_is_refused(town: Town, position: Any, field: str, code: str) -> None:
    found = await reported(town, position=position)
    assert {"field": field, "code": code} in found["userErrors"]


async def test_a_list_of_reports_is_placed_one_by_one(town: Town) -> None:
    def report(column: float, **more: Any) -> EventReport:
        return EventReport(
            kind_id="community.sanitation", description="Litter", details={"what": "LITTER"}, **at(column, 1), **more
        )

    reports = [report(3), report(9), report(1), report(9, grid_id=town.grids[GRIDS["maritime"]])]
    async with town.deployment.write() as work:
        outcomes = await report_events(work, operator(), reports)
        rows = await work.rows(sa.select(t.event.c.grid_id).order_by(t.event.c.id))
    assert [one.accepted for one in outcomes] == [True, False, True, True]
    assert [row.grid_id for row in rows] == [town.grids[GRIDS[name]] for name in ("rural", "urban", "maritime")]


async def test_a_visitor_needs_to_know_no_grid(town: Town) -> None:
    held = await submitted(town, gridCode=None, position=at(3, 1))
    assert (await event_of(town, held)).grid_id == town.grids[GRIDS["rural"]]
    (error,) = (await submit(town, gridCode=None, position=at(9, 9)))["userErrors"]
    assert (error["field"], error["code"]) == ("position", "REPORT_NOT_LOCATED")


async def test_the_grid_of_the_deployment_takes_what_lies_in_no_boundary_and_nothing_else(town: Town) -> None:
    with_intake(town, grid=SUBDISTRICT)
    found = [await event_of(town, await submitted(town, gridCode=None, position=at(column, 1))) for column in (9, 1)]
    assert [one.grid_id for one in found] == [town.grids[SUBDISTRICT], town.grids[GRIDS["urban"]]]


async def test_the_code_of_a_grid_that_has_ended_leads_on_to_what_came_after_it(town: Town) -> None:
    await divided(town, GRIDS["scenic"], GRIDS["rural"])
    assert (await event_of(town, await submitted(town, gridCode=GRIDS["scenic"]))).grid_id == town.grids[GRIDS["rural"]]
    await recoded(town, GRIDS["rural"], f"{COMMUNITY}009")
    assert (await event_of(town, await submitted(town, gridCode=GRIDS["rural"]))).grid_id == town.grids[GRIDS["rural"]]


async def test_of_several_grids_that_came_after_one_the_position_names_one(town: Town) -> None:
    await divided(town, GRIDS["scenic"], GRIDS["rural"], GRIDS["urban"])
    held = await submitted(town, gridCode=GRIDS["scenic"], position=at(3, 1))
    assert (await event_of(town, held)).grid_id == town.grids[GRIDS["rural"]]
    for more in ({}, {"position": at(9, 9)}):
        (error,) = (await submit(town, gridCode=GRIDS["scenic"], **more))["userErrors"]
        assert (error["field"], error["code"]) == ("gridCode", "GRID_DIVIDED")
        assert f"{GRIDS['urban']}, {GRIDS['rural']}" in error["message"]


async def test_a_grid_that_ended_without_successors_takes_no_report(town: Town) -> None:
    await divided(town, GRIDS["scenic"])
    (error,) = (await submit(town, gridCode=GRIDS["scenic"]))["userErrors"]
    assert (error["field"], error["code"]) == ("gridCode", "GRID_ENDED")
    (error,) = (await submit(town, gridCode="no\0ne"))["userErrors"]
    assert (error["field"], error["code"]) == ("gridCode", "NOT_FOUND")
