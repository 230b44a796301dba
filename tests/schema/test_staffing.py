"""The staffing of grids, through the schema: what is asked for against the posts that are held."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.places.assets import NewAsset, register_assets
from wangge_core.rights.delegations import NewDelegation, delegate_posts
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.viewers import anonymous, operator

pytestmark = pytest.mark.anyio

WORKER, CHIEF, ADVISER = "community.grid_worker", "community.grid_chief", "community.adviser"
POSITION = """role { id } template { id } heldIn { code } each things required most filled missing doubled expired lastEndedAt
    nextStartsAt gridsEach overextended onDuty counted holders { account { login } grids substitutes { account { login } } }"""
STAFFING = f"query($code: String!) {{ grid(code: $code) {{ staffing {{ template {{ id }} positions {{ {POSITION} }} }} }} }}"


async def positions(town: Town, code: str, viewer: Any = None) -> dict[str, Any]:
    found = await town.ask(STAFFING, viewer, code=code)
    return {one["role"]["id"]: one for one in found["grid"]["staffing"]["positions"]}


async def account(town: Town, login: str) -> int:
    async with town.deployment.write() as work:
        return ids(await create_accounts(work, operator(), [NewAccount(login=login, name=login)]))[0]


async def hold(town: Town, account_id: int, role: str, *codes: str, **more: Any) -> list[int]:
    posts = [NewPost(account_id=account_id, role_id=role, grid_id=town.grids[code], **more) for code in codes]
    async with town.deployment.write() as work:
        return ids(await assign_posts(work, operator(), posts))


async def end(town: Town, login: str) -> None:
    async with town.deployment.write() as work:
        ids(await end_posts(work, operator(), [PostEnd(post_id=town.posts[login])]))


async def test_each_line_of_the_chosen_template_says_who_is_there_and_who_is_missing(town: Town) -> None:
    found = await positions(town, GRIDS["urban"])
    assert list(found)[:3] == [WORKER, CHIEF, ADVISER]
    worker, adviser, volunteer = found[WORKER], found[ADVISER], found["community.volunteer"]
    assert (worker["required"], worker["most"], worker["filled"], worker["missing"]) == (1, 1, 1, 0)
    assert [one["account"]["login"] for one in worker["holders"]] == [f"{WORKER}@{GRIDS['urban']}"]
    assert (adviser["filled"], adviser["missing"], adviser["expired"]) == (0, 1, False)
    assert (volunteer["required"], volunteer["most"], volunteer["missing"]) == (0, None, 0)


async def test_more_posts_than_the_template_allows_are_doubled(town: Town) -> None:
    await hold(town, await account(town, "second"), WORKER, GRIDS["urban"])
    worker = (await positions(town, GRIDS["urban"]))[WORKER]
    assert (worker["filled"], worker["doubled"], worker["missing"]) == (2, 1, 0)


async def test_a_post_that_ran_out_with_nobody_after_is_expired_until_somebody_is_given_it(town: Town) -> None:
    await end(town, f"{WORKER}@{GRIDS['urban']}")
    worker = (await positions(town, GRIDS["urban"]))[WORKER]
    assert (worker["filled"], worker["missing"], worker["expired"]) == (0, 1, True)
    assert worker["lastEndedAt"] is not None
    tomorrow = town.deployment.clock() + timedelta(days=1)
    await hold(town, await account(town, "next"), WORKER, GRIDS["urban"], starts_at=tomorrow)
    worker = (await positions(town, GRIDS["urban"]))[WORKER]
    assert (worker["missing"], worker["expired"]) == (1, False)
    assert worker["nextStartsAt"] is not None


async def test_a_substitute_fills_the_post_of_somebody_who_has_left(town: Town) -> None:
    post, left = town.posts[f"{WORKER}@{GRIDS['urban']}"], f"{WORKER}@{GRIDS['urban']}"
    async with town.deployment.write() as work:
        await work.run(sa.update(t.account).where(t.account.c.login == left).values(active=False))
    assert (await positions(town, GRIDS["urban"]))[WORKER]["missing"] == 1
    substitute = await account(town, "stand-in")
    until = town.deployment.clock() + timedelta(days=3)
    async with town.deployment.write() as work:
        new = NewDelegation(post_id=post, account_id=substitute, ends_at=until, reason="left")
        ids(await delegate_posts(work, operator(), [new]))
    worker = (await positions(town, GRIDS["urban"]))[WORKER]
    assert (worker["filled"], worker["missing"]) == (1, 0)
    assert worker["holders"][0]["substitutes"] == [{"account": {"login": "stand-in"}}]


async def test_one_person_in_more_grids_than_the_template_lets_one_hold_is_told(town: Town) -> None:
    await hold(town, await account(town, "everywhere"), ADVISER, *GRIDS.values(), COMMUNITY, SUBDISTRICT)
    adviser = (await positions(town, GRIDS["urban"]))[ADVISER]
    assert (adviser["gridsEach"], adviser["holders"][0]["grids"], adviser["overextended"]) == (5, 6, 1)
    assert (await positions(town, GRIDS["scenic"]))[ADVISER]["overextended"] == 0, "its template sets no limit"


async def test_positions_for_each_of_something_are_counted_by_what_there_is(town: Town) -> None:
    boat = {"name": "Heron", "number": "1", "length_m": 9, "power_kw": 40, "crew_most": 3, "home_port": "Heron Lane"}
    sea = {"grid_id": town.grids[GRIDS["maritime"]], "kind_id": "maritime.vessel", "details": boat}
    vessels = [NewAsset(name=f"Boat {one}", **sea) for one in range(3)]
    async with town.deployment.write() as work:
        ids(await register_assets(work, operator(), vessels))
    found = await positions(town, GRIDS["maritime"])
    skipper, leader = found["maritime.skipper"], found["maritime.fleet_leader"]
    assert (skipper["things"], skipper["required"], skipper["most"], skipper["missing"]) == (3, 3, 3, 2)
    assert (leader["counted"], leader["most"]) == (False, None)
    assert found["maritime.family_liaison"]["heldIn"]["code"] == COMMUNITY
    assert found["maritime.family_liaison"]["missing"] == 0
    assert found["maritime.duty_watch"]["heldIn"]["code"] == SUBDISTRICT


async def test_desks_of_levels_above_are_the_staffing_of_their_grounds(town: Town) -> None:
    district, subdistrict = await positions(town, DISTRICT), await positions(town, SUBDISTRICT)
    assert {one["template"]["id"] for one in district.values()} == {"community.third_loop"}
    assert {one["template"]["id"] for one in subdistrict.values()} == {
        "community.second_loop",
        "rural.township_desk",
        "scenic.area_desk",
    }
    specialist = district["community.department_specialist"]
    assert (specialist["things"], specialist["required"], specialist["missing"]) == (2, 2, 0)
    await end(town, "community.department_specialist@housing")
    await hold(town, await account(town, "two"), "community.department_specialist", DISTRICT, office_id=town.offices["water_works"])
    assert (await positions(town, DISTRICT))["community.department_specialist"]["missing"] == 1, "in one office nobody is left"


async def test_who_is_there_is_for_staff_of_the_ground(town: Town) -> None:
    assert await positions(town, GRIDS["urban"], anonymous("en")) == {}
    assert await positions(town, GRIDS["rural"], await town.viewer(WORKER, GRIDS["urban"])) == {}
    assert len(await positions(town, GRIDS["urban"], await town.viewer(WORKER, GRIDS["urban"]))) == 9


CHOOSE = """mutation($id: ID!, $template: ID!) { gridUpdate(id: $id, input: {staffingId: $template}) {
    grid { staffing { template { id } teams { team { id note roles { id } } holders { account { login } } } } } userErrors { code } } }"""


async def test_a_grid_chooses_another_template_of_its_type_with_its_teams(town: Town) -> None:
    scenic = f"Grid:{town.grids[GRIDS['scenic']]}"
    answer = (await town.ask(CHOOSE, id=scenic, template="scenic.one_plus_six"))["gridUpdate"]
    staffing = answer["grid"]["staffing"]
    assert staffing["template"] == {"id": "scenic.one_plus_six"}
    teams = {one["team"]["id"]: one for one in staffing["teams"]}
    assert [id.partition(".")[2] for id in teams] == ["team_mediation", "team_fire", "team_care", "team_order", "team_service"]
    assert teams["scenic.team_care"]["team"]["note"].startswith("Our own, in place of a team")
    assert teams["scenic.team_care"]["holders"] == [{"account": {"login": f"scenic.first_aider@{GRIDS['scenic']}"}}]
    refused = (await town.ask(CHOOSE, id=scenic, template="rural.village"))["gridUpdate"]
    assert refused == {"grid": None, "userErrors": [{"code": "STAFFING_UNKNOWN"}]}


VACANCIES = """query($code: String!, $first: Int! = 100, $after: String) { vacancies(code: $code, first: $first, after: $after) {
    roles { roleId required filled missing expired } hasNextPage
    positions { cursor gridCode heldInId roleId missing doubled expired } } }"""


async def test_vacancies_are_told_for_a_ground_and_page_by_page(town: Town) -> None:
    await end(town, f"{WORKER}@{GRIDS['urban']}")
    found = (await town.ask(VACANCIES, code=DISTRICT))["vacancies"]
    worker = next(one for one in found["roles"] if one["roleId"] == WORKER)
    assert worker == {"roleId": WORKER, "required": 4, "filled": 3, "missing": 1, "expired": 1}
    assert [one["gridCode"] for one in found["positions"] if one["roleId"] == WORKER] == [GRIDS["urban"]]
    assert sum(one["missing"] for one in found["positions"]) == sum(one["missing"] for one in found["roles"])
    pages, after = list[Any](), None
    while page := (await town.ask(VACANCIES, code=DISTRICT, first=7, after=after))["vacancies"]:
        pages += page["positions"]
        after = pages[-1]["cursor"]
        if not page["hasNextPage"]:
            break
    assert pages == found["positions"]
    chief = await town.viewer(CHIEF, GRIDS["urban"])
    assert (await town.ask(VACANCIES, chief, code=DISTRICT))["vacancies"] is None
    assert (await town.ask(VACANCIES, chief, code=GRIDS["urban"]))["vacancies"]["positions"]


async def test_what_grids_share_on_the_ground_above_is_missing_once(town: Town) -> None:
    async with town.deployment.write() as work:  # a second grid that asks for the village's officers
        await work.run(sa.update(t.grid).where(t.grid.c.code == GRIDS["urban"]).values(staffing_id="rural.village"))
    found = (await town.ask(VACANCIES, code=COMMUNITY))["vacancies"]["positions"]
    overseers = [one for one in found if one["roleId"] == "rural.affairs_overseer"]
    assert [one["heldInId"] for one in overseers] == [f"Grid:{town.grids[COMMUNITY]}"]
    assert overseers[0]["missing"] in (2, 3)
