"""What the notice board shows of posts and offices is set by who manages posts, and hours that follow the holidays know the calendar."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from boards import URBAN, VISITOR, WEEKDAYS_ALONE, board, station
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.rights.viewers import Viewer

pytestmark = pytest.mark.anyio
WORKER = f"community.grid_worker@{URBAN}"
POST = """mutation($id: ID!, $input: PostPublishInput!, $key: String) { postPublish(id: $id, input: $input, idempotencyKey: $key) {
  post { officialPhone nameShown } userErrors { field code message } } }"""
OFFICE = """mutation($id: ID!, $input: OfficePublishInput!) { officePublish(id: $id, input: $input) {
  office { officialPhone } userErrors { field code } } }"""
PLACE = """mutation($input: PlaceRegisterInput!) { placeRegister(input: $input) {
  place { openNow openToday { opens closes } openingHours { closedOnHolidays } } userErrors { field code } } }"""


async def published(town: Town, by: Viewer, login: str = WORKER, **input: Any) -> Any:
    return (await town.ask(POST, by, id=f"Post:{town.posts[login]}", input=input))["postPublish"]


async def manager(town: Town) -> Viewer:
    return await town.viewer("community.subdistrict_administrator", SUBDISTRICT)


async def test_who_manages_posts_sets_the_telephone_and_whether_a_name_is_told(town: Town) -> None:
    by = await manager(town)
    found = await published(town, by, officialPhone=" 000-5550 1234 ", nameShown=False)
    assert found == {"post": {"officialPhone": "000-5550 1234", "nameShown": False}, "userErrors": []}
    assert (await published(town, by, nameShown=True))["post"] == {"officialPhone": "000-5550 1234", "nameShown": True}
    assert (await published(town, by, officialPhone=None))["post"] == {"officialPhone": None, "nameShown": True}


async def test_nobody_else_does(town: Town) -> None:
    worker, elsewhere = await town.viewer("community.grid_worker", URBAN), await town.viewer("community.community_head", COMMUNITY)
    for by, code in ((worker, "NOT_ALLOWED"), (elsewhere, "NOT_ALLOWED"), (VISITOR, "NOT_SIGNED_IN")):
        (error,) = (await published(town, by, officialPhone="000-666"))["userErrors"]
        assert error["code"] == code
    (error,) = (await published(town, await town.viewer("community.grid_worker", GRIDS["rural"]), officialPhone="1"))["userErrors"]
    assert error["code"] == "NOT_FOUND"
    assert (await board(town))["posts"][0]["phone"] is None


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("", "BLANK"),
        ("12", "PHONE_INVALID"),
        ("call me", "PHONE_INVALID"),
        ("1" * 31, "TOO_LONG"),
        ("000\x00111", "TEXT_UNSTORABLE"),
    ],
)
async def test_what_is_no_telephone_is_refused(town: Town, phone: str, code: str) -> None:
    (error,) = (await published(town, await manager(town), officialPhone=phone))["userErrors"]
    assert (error["field"], error["code"]) == ("officialPhone", code)
    (error,) = (await office(town, await manager(town), officialPhone=phone))["userErrors"]
    assert (error["field"], error["code"]) == ("officialPhone", code)


async def office(town: Town, by: Viewer, id: int = 0, **input: Any) -> Any:
    return (await town.ask(OFFICE, by, id=f"Office:{id or town.offices['housing']}", input=input))["officePublish"]


async def test_the_telephone_of_an_office_is_public_and_set_by_who_manages_posts(town: Town) -> None:
    by = await manager(town)
    assert (await office(town, by, officialPhone="000-777"))["office"] == {"officialPhone": "000-777"}
    asked = '{ offices(filter: {code: {eq: "housing"}}) { nodes { officialPhone } } }'
    assert (await town.ask(asked, VISITOR))["offices"]["nodes"] == [{"officialPhone": "000-777"}]
    worker = await town.viewer("community.grid_worker", URBAN)
    assert (await office(town, worker, officialPhone="000-1"))["userErrors"][0]["code"] == "NOT_ALLOWED"
    assert (await office(town, by, 999999, officialPhone="000-1"))["userErrors"][0]["code"] == "NOT_FOUND"


async def test_a_change_is_announced_and_logged_once(town: Town) -> None:
    by = await manager(town)
    for _ in range(2):
        await published(town, by, officialPhone="000-888")
    async with town.deployment.read() as work:
        found = await work.rows(sa.select(t.outbox.c.content).where(t.outbox.c.topic == "post.published"))
        logged = await work.rows(
            sa.select(t.change_log.c.fields).where(t.change_log.c.thing == "Post", t.change_log.c.action == "CHANGED")
        )
    assert [row.content for row in found] == [{"fields": ["official_phone"]}]
    assert len(logged) == 1
    assert "official_phone" in str(logged[0].fields)
    assert "000-888" not in str(logged[0].fields)


@pytest.mark.parametrize(
    ("moment", "open_now", "spans"),
    [
        pytest.param(datetime(2026, 10, 1, 2, tzinfo=UTC), False, 0, id="National Day, a Thursday"),
        pytest.param(datetime(2026, 11, 23, 2, tzinfo=UTC), True, 1, id="a Monday"),
        pytest.param(datetime(2026, 11, 23, 12, tzinfo=UTC), False, 1, id="in the evening"),
        pytest.param(datetime(2026, 11, 22, 2, tzinfo=UTC), False, 0, id="a Sunday"),
        pytest.param(datetime(2199, 11, 25, 2, tzinfo=UTC), None, None, id="a Monday of a year that nobody knows"),
    ],
)
async def test_hours_that_follow_the_holidays_know_the_working_calendar(
    town: Town, moment: datetime, open_now: bool | None, spans: int | None
) -> None:
    weekly = [{"weekday": one.weekday.value, "opens": one.opens, "closes": one.closes} for one in WEEKDAYS_ALONE.weekly]
    input = {"gridId": f"Grid:{town.grids[URBAN]}", "kindId": "community.studio", "name": "Studio"}
    town.deployment.clock = lambda: moment
    made = await town.ask(PLACE, input=input | {"openingHours": {"weekly": weekly, "closedOnHolidays": True}})
    place = made["placeRegister"]["place"]
    assert place["openingHours"] == {"closedOnHolidays": True}
    assert place["openNow"] is open_now
    assert (None if place["openToday"] is None else len(place["openToday"])) == spans
    assert (await board(town))["stations"][0]["openNow"] is open_now


async def test_an_exception_goes_before_the_holiday(town: Town) -> None:
    holiday = {"on": "2026-10-01", "spans": [{"opens": "09:00", "closes": "12:00"}]}
    input = {"gridId": f"Grid:{town.grids[URBAN]}", "kindId": "community.studio", "name": "Studio"}
    town.deployment.clock = lambda: datetime(2026, 10, 1, 2, tzinfo=UTC)
    hours = {"weekly": [], "exceptions": [holiday], "closedOnHolidays": True}
    place = (await town.ask(PLACE, input=input | {"openingHours": hours}))["placeRegister"]["place"]
    assert (place["openNow"], place["openToday"]) == (True, [{"opens": "09:00", "closes": "12:00"}])


async def test_the_level_of_a_district_stands_on_no_board_by_roles_that_are_not_shown(town: Town) -> None:
    await station(town, DISTRICT, name="District hall")
    (district, *_) = (await board(town))["levels"]
    assert (district["posts"], district["ownStations"]) == ([], [{"name": "District hall", "contact": None}])
