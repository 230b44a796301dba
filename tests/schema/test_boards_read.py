"""The notice board: everybody learns who looks after a place, how they are reached, where the station is, and nothing else of anybody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from boards import ASK, BOARD, URBAN, VISITOR, WEEKDAYS_ALONE, asked, board, divided, publish, publish_office, recoded, station
from grounds import bound, place, square
from statements import counted
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.plugin.declarations.labels import Label
from wangge_core.rights.delegations import NewDelegation, delegate_posts
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
WORKER, CHIEF = f"community.grid_worker@{URBAN}", f"community.grid_chief@{URBAN}"
HEAD = f"community.community_head@{COMMUNITY}"


def roles(board: Any) -> list[str]:
    return [one["role"]["id"] for one in board["posts"]]


async def building(town: Town, **values: Any) -> None:
    async with town.deployment.write() as work:
        ids(await register_buildings(work, operator(), [NewBuilding(**{"grid_id": town.grids[URBAN]} | values)]))


async def test_a_visitor_learns_who_looks_after_a_grid_and_how_they_are_reached(town: Town) -> None:
    await publish(town, WORKER, official_phone="000-5550 1234")
    found = await board(town)
    assert [one["name"] for one in found["grid"]["path"]] == ["Lakeside", "Old Port", "Heron Lane", "urban grid"]
    assert roles(found) == ["community.grid_worker", "community.grid_chief", "urban.city_management_officer"]
    label = {"id": "community.grid_worker", "label": "Grid worker"}
    assert found["posts"][0] == {"role": label, "name": WORKER, "phone": "000-5550 1234", "substitutes": []}
    assert found["posts"][1]["phone"] is None
    assert found["answering"]["grid"]["code"] == URBAN


async def test_posts_whose_roles_are_not_shown_to_the_public_stand_on_no_board(town: Town) -> None:
    everybody = {one.split("@")[0] for one in town.posts}
    shown = {role.id for role in town.deployment.rules.registry.roles.values() if role.shown_to_public}
    told: set[str] = set()
    for code in (DISTRICT, SUBDISTRICT, COMMUNITY, *GRIDS.values()):
        found = await board(town, code)
        told |= set(roles(found)).union(*(roles(level) for level in found["levels"]))
    assert told == everybody & shown
    assert "community.volunteer" in everybody - shown
    assert "community.auditor" in everybody - shown


async def test_no_private_field_leaks_into_any_board(town: Town) -> None:
    """Whatever is asked of boards in the schema by a visitor: no name, telephone or login but those of public posts."""
    secret = "SECRET"
    async with town.deployment.write() as work:
        shown = sa.select(t.role.c.id).where(t.role.c.shown_to_public)
        public = sa.select(t.post.c.account_id).where(t.post.c.role_id.in_(shown))
        hidden = t.account.c.id.not_in(public)
        await work.run(sa.update(t.account).where(hidden).values(name=secret + sa.cast(t.account.c.id, sa.Text)))
        await work.run(sa.update(t.account).values(login=secret + sa.cast(t.account.c.id, sa.Text)))
        await work.run(sa.update(t.post).where(t.post.c.role_id.not_in(shown)).values(official_phone="999-999"))
        await work.run(sa.update(t.post).values(end_reason=secret))
        await work.run(sa.update(t.person).values(name=secret))
        await work.run(sa.update(t.building).values(name=secret, address=secret))
        await work.run(sa.update(t.household).values(name=secret))
    await station(town)
    for code in (DISTRICT, SUBDISTRICT, COMMUNITY, *GRIDS.values()):
        text = str(await asked(town, gridCode=code))
        assert "community" in text
        assert secret not in text
        assert "999-999" not in text


async def test_a_holder_who_is_not_to_be_named_stands_there_by_role_and_telephone(town: Town) -> None:
    await publish(town, WORKER, official_phone="000-111", name_shown=False)
    (worker, *_) = (await board(town))["posts"]
    assert (worker["name"], worker["phone"]) == (None, "000-111")


async def test_a_post_without_a_telephone_has_that_of_its_office(town: Town) -> None:
    await publish_office(town, "housing", "000-222")
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).where(t.post.c.id == town.posts[WORKER]).values(office_id=town.offices["housing"]))
    assert (await board(town))["posts"][0]["phone"] == "000-222"
    await publish(town, WORKER, official_phone="000-333")
    assert (await board(town))["posts"][0]["phone"] == "000-333"
    await publish(town, WORKER, official_phone=None)
    await publish_office(town, "housing", None)
    assert (await board(town))["posts"][0]["phone"] is None


async def test_who_stands_in_is_named_while_it_lasts(town: Town) -> None:
    now = town.deployment.clock()
    async with town.deployment.write() as work:
        account = await work.value(sa.select(t.account.c.id).where(t.account.c.login == CHIEF))
        request = NewDelegation(post_id=town.posts[WORKER], account_id=account, ends_at=now + timedelta(days=3), reason="A fever")
        ids(await delegate_posts(work, operator(), [request]))
    (worker, *_) = (await board(town))["posts"]
    assert (worker["name"], worker["substitutes"]) == (WORKER, [{"name": CHIEF}])
    assert "fever" not in str(await asked(town, gridCode=URBAN))
    town.deployment.clock = lambda: now + timedelta(days=4)
    assert (await board(town))["posts"][0]["substitutes"] == []


async def test_a_vacant_post_says_so_and_the_level_above_answers(town: Town) -> None:
    assert "community.grid_worker" not in [one["id"] for one in (await board(town))["vacantRoles"]]
    async with town.deployment.write() as work:
        own = [PostEnd(post_id=id) for login, id in town.posts.items() if login.endswith(f"@{URBAN}")]
        ids(await end_posts(work, operator(), own))
    found = await board(town)
    assert found["posts"] == []
    assert {"community.grid_worker", "community.grid_chief"} <= {one["id"] for one in found["vacantRoles"]}
    assert found["answering"]["grid"]["code"] == COMMUNITY
    assert found["answering"]["posts"][0]["name"] == HEAD


async def test_who_may_no_longer_sign_in_holds_no_post_on_the_board(town: Town) -> None:
    async with town.deployment.write() as work:
        await work.run(sa.update(t.account).where(t.account.c.login == WORKER).values(active=False))
    assert "community.grid_worker" not in roles(await board(town))


async def test_the_levels_above_have_their_desks(town: Town) -> None:
    await publish(town, HEAD, official_phone="000-444")
    await station(town, contact="000-555")
    levels = {one["grid"]["code"]: one for one in (await board(town))["levels"]}
    assert list(levels) == [DISTRICT, SUBDISTRICT, COMMUNITY]
    assert levels[COMMUNITY]["ownStations"] == [{"name": "Heron Lane station", "contact": "000-555"}]
    assert (HEAD, "000-444") in [(one["name"], one["phone"]) for one in levels[COMMUNITY]["posts"]]
    assert roles(levels[SUBDISTRICT]) == ["community.duty_officer", "maritime.duty_watch"]
    assert roles(levels[DISTRICT]) == []


async def test_the_station_is_that_of_the_grid_or_else_of_the_nearest_grid_above(town: Town) -> None:
    assert (await board(town))["stations"] == []
    await station(town, SUBDISTRICT, name="Old Port hall")
    assert [one["name"] for one in (await board(town))["stations"]] == ["Old Port hall"]
    await station(town)
    await station(town, GRIDS["rural"], "rural.village_office", name="Village office")
    (found,) = (await board(town))["stations"]
    assert found["services"] == [{"name": "Residence registration", "papers": ["Identity card", "Lease"], "feeFen": 0}]
    assert [one["name"] for one in (await board(town, GRIDS["rural"]))["stations"]] == ["Village office"]
    await station(town, URBAN, "community.shelter", name="Shelter")
    assert [one["name"] for one in (await board(town))["stations"]] == ["Heron Lane station"]
    assert [one["name"] for one in (await board(town, COMMUNITY))["stations"]] == ["Heron Lane station", "Village office"]


KINDS = (
    "community.grid_station", "community.studio", "community.guard_room", "scenic.security_kiosk", "scenic.information_desk",
    "scenic.first_aid_point", "scenic.information_point", "rural.village_office", "maritime.watch_desk",
)  # fmt: skip


async def test_stations_studios_kiosks_desks_and_first_aid_points_stand_there_with_their_services(town: Town) -> None:
    for kind in KINDS:
        await station(town, URBAN, kind, name=kind)
    found = {one["kind"]["id"]: one["services"][0]["papers"] for one in (await board(town))["stations"]}
    assert found == {kind: ["Identity card", "Lease"] for kind in KINDS}
    declared = town.deployment.rules.registry.place_kinds.values()
    assert {one.id for one in declared if one.station} == set(KINDS)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 23, 0, 29, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 0, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 2, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 1, 2, 0, tzinfo=UTC), True),
    ],
)
async def test_a_station_is_open_by_the_clock_of_the_place(town: Town, moment: datetime, expected: bool) -> None:
    """Half past eight in Shanghai is half past midnight in UTC. Hours that do not follow the holidays hold on 1 October."""
    await station(town, opening_hours=WEEKDAYS_ALONE)
    town.deployment.clock = lambda: moment
    assert [one["openNow"] for one in (await board(town))["stations"]] == [expected]


async def test_an_overlay_that_has_the_ground_has_its_board_beside(town: Town) -> None:
    police = await overlay(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).where(t.post.c.id == town.posts[HEAD]).values(grid_id=police))
    (found,) = (await board(town))["overlays"]
    assert found["grid"]["name"] == "Police grid 7"
    assert [one["name"] for one in found["posts"]] == [HEAD]
    assert (await board(town, GRIDS["rural"]))["overlays"] == []
    by_id = await asked(town, gridId=f"Grid:{police}")
    assert by_id["board"]["grid"]["name"] == "Police grid 7"


async def overlay(town: Town) -> int:
    """A police grid over the urban grid."""
    async with town.deployment.write() as work:
        label = Label("警格", "Police grids")
        await work.insert(t.grid_layer, [{"id": "police", "label": {"zh": label.zh, "en": label.en}, "base": False}])
        (id,) = await work.reserve_ids(t.grid, 1)
        row = {
            "id": id,
            "layer_id": "police",
            "grid_type_id": "community.police_grid",
            "path": f"{id}.",
            "depth": 0,
            "level": "GRID",
        }
        row |= {"code": "P7", "name": "Police grid 7", "version": 1, "created_at": work.now, "updated_at": work.now}
        await work.insert(t.grid, [row])
        await work.insert(t.grid_part, [{"overlay_grid_id": id, "base_grid_id": town.grids[URBAN]}])
    return id


async def test_a_position_finds_its_grid_and_the_nearest_station(town: Town) -> None:
    await bound(town, urban=square(0, 0, 2, 2), rural=square(2, 0, 2, 2))
    near, far = place(1.5, 1), place(0, 0)
    await station(town, URBAN, name="Far", longitude=far[0], latitude=far[1])
    await station(town, URBAN, name="Near", longitude=near[0], latitude=near[1])
    longitude, latitude = place(1.5, 1.5)
    found = await asked(town, position={"longitude": longitude, "latitude": latitude})
    assert (found["inside"], found["distance"], found["board"]["grid"]["code"]) == (True, 0, URBAN)
    assert found["nearestStation"]["name"] == "Near"
    assert found["stationDistance"] == pytest.approx(55, abs=1)


async def test_a_position_outside_of_all_grids_has_the_nearest_with_its_distance(town: Town) -> None:
    await bound(town, urban=square(0, 0, 2, 2), rural=square(2, 0, 2, 2))
    longitude, latitude = place(1, -1)
    found = await asked(town, position={"longitude": longitude, "latitude": latitude})
    assert (found["inside"], found["board"]["grid"]["code"]) == (False, URBAN)
    assert found["distance"] == pytest.approx(110.85, rel=1e-3)
    assert found["board"]["answering"]["posts"][0]["name"] == WORKER
    assert found["nearestStation"] is found["stationDistance"] is None
    longitude, latitude = place(3000, 0)
    assert await asked(town, position={"longitude": longitude, "latitude": latitude}) is None


async def test_an_address_finds_its_grid_and_tells_nothing_of_the_building(town: Town) -> None:
    await building(town, name="Tower 3", address="12 Heron Lane", longitude=114.3, latitude=30.5)
    for address in ("Heron House", " heron hous ", "12 Heron Lane", "Tower 3"):
        found = await asked(town, address=address)
        assert found["board"]["grid"]["code"] == URBAN, address
        assert found["candidates"] == []
        assert found["nearestStation"] is None
        assert "Tower 3" not in str(found)
    assert await asked(town, address="Nowhere Street") is None


async def test_an_address_that_fits_several_grids_has_their_names(town: Town) -> None:
    await building(town, name="Heron House", grid_id=town.grids[GRIDS["rural"]])
    found = await asked(town, address="Heron House")
    assert found["board"] is None
    assert [(one["code"], one["within"]) for one in found["candidates"]] == [
        (code, ["Lakeside", "Old Port", "Heron Lane"]) for code in sorted((URBAN, GRIDS["rural"]))
    ]
    assert found["candidates"][0]["gridId"] == f"Grid:{town.grids[URBAN]}"


async def test_the_board_of_a_grid_is_read_with_the_grid(town: Town) -> None:
    found = (await town.ask(f"query($code: String!) {{ grid(code: $code) {{ noticeBoard {{ {BOARD} }} }} }}", VISITOR, code=URBAN))[
        "grid"
    ]
    assert found["noticeBoard"] == await board(town)


async def test_a_code_or_id_that_names_no_grid_has_no_board(town: Town) -> None:
    for at in ({"gridCode": "1"}, {"gridCode": "\x00"}, {"gridId": "Grid:999999"}):
        assert await asked(town, **at) is None


async def test_a_grid_that_has_ended_has_the_board_of_what_came_after_it(town: Town) -> None:
    await divided(town, URBAN, GRIDS["rural"])
    await divided(town, GRIDS["rural"], GRIDS["scenic"])
    for at in ({"gridCode": URBAN}, {"gridId": f"Grid:{town.grids[URBAN]}"}):
        assert (await asked(town, **at))["board"]["grid"]["code"] == GRIDS["scenic"]


async def test_a_grid_that_was_split_has_the_names_of_what_came_after_it(town: Town) -> None:
    await divided(town, URBAN, GRIDS["rural"], GRIDS["scenic"])
    found = await asked(town, gridCode=URBAN)
    assert found["board"] is None
    assert [one["code"] for one in found["candidates"]] == [GRIDS["scenic"], GRIDS["rural"]]


async def test_a_grid_that_ended_without_successors_has_no_board(town: Town) -> None:
    await divided(town, URBAN)
    assert await asked(town, gridCode=URBAN) is None


async def test_a_code_that_a_grid_once_had_still_finds_it(town: Town) -> None:
    await recoded(town, URBAN, f"{COMMUNITY}009")
    assert (await asked(town, gridCode=URBAN))["board"]["grid"]["code"] == f"{COMMUNITY}009"


INVALID: list[tuple[dict[str, Any], str]] = [
    ({}, "GRAPHQL_VALIDATION_FAILED"),
    ({"gridCode": URBAN, "address": "Heron House"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"gridCode": None}, "GRAPHQL_VALIDATION_FAILED"),
    ({"position": {"longitude": 114.3}}, "GRAPHQL_VALIDATION_FAILED"),
    ({"position": {"longitude": "114.3", "latitude": 30}}, "GRAPHQL_VALIDATION_FAILED"),
    ({"position": {"longitude": float("nan"), "latitude": 30}}, "GRAPHQL_VALIDATION_FAILED"),
    ({"position": {"longitude": float("inf"), "latitude": 30}}, "GRAPHQL_VALIDATION_FAILED"),
    ({"position": {"longitude": 0, "latitude": 0}}, "POSITION_INVALID"),
    ({"position": {"longitude": 30.5, "latitude": 114.3}}, "POSITION_INVALID"),
    ({"position": {"longitude": 180.0000001, "latitude": 30}}, "POSITION_INVALID"),
    ({"position": {"longitude": -1e308, "latitude": 30}}, "POSITION_INVALID"),
    ({"gridId": "Grid:x"}, "ID_INVALID"),
    ({"gridId": "Person:1"}, "ID_INVALID"),
    ({"gridId": "Grid:" + "9" * 30}, "ID_INVALID"),
    ({"address": " "}, "ADDRESS_INVALID"),
    ({"address": " 3 "}, "ADDRESS_INVALID"),
    ({"address": "x" * 201}, "ADDRESS_INVALID"),
    ({"address": "a\x00b"}, "ADDRESS_INVALID"),
]


@pytest.mark.parametrize(("at", "code"), INVALID)
async def test_a_place_that_is_none_is_an_error_of_the_request(town: Town, at: dict[str, Any], code: str) -> None:
    (error,) = await town.errors(ASK, VISITOR, at=at)
    assert error["extensions"]["code"] == code


NOT_THERE: list[tuple[float, float, str]] = [
    (float("nan"), 30.5, "GRAPHQL_VALIDATION_FAILED"),
    (114.3, float("inf"), "GRAPHQL_VALIDATION_FAILED"),
    (0, 0, "POSITION_INVALID"),
    (30.5, 114.3, "POSITION_INVALID"),
    (-180.1, 30.5, "POSITION_INVALID"),
    (114.3, -90.1, "POSITION_INVALID"),
]


@pytest.mark.parametrize(("longitude", "latitude", "code"), NOT_THERE)
async def test_no_grid_is_looked_for_where_there_is_no_position(town: Town, longitude: float, latitude: float, code: str) -> None:
    query = "query($x: Float!, $y: Float!) { gridAt(longitude: $x, latitude: $y) { inside } }"
    (error,) = await town.errors(query, VISITOR, x=longitude, y=latitude)
    assert error["extensions"]["code"] == code


@pytest.mark.parametrize("position", [(180.0, 90.0), (-180.0, -90.0), (0.0, 51.5), (114.3, 0.0), (1e-7, 1e-7)])
async def test_the_ends_of_the_earth_are_positions(town: Town, position: tuple[float, float]) -> None:
    await bound(town, urban=square(0, 0))
    at = {"longitude": position[0], "latitude": position[1]}
    assert await asked(town, position=at) is None


async def test_a_board_is_read_by_one_statement(town: Town) -> None:
    await station(town)
    query = f"query($code: String!) {{ grid(code: $code) {{ noticeBoard {{ {BOARD} }} }} }}"
    await town.ask(query, VISITOR, code=URBAN)
    with counted(town.deployment) as seen:
        await town.ask(query, VISITOR, code=URBAN)
    assert len(seen) == 1
