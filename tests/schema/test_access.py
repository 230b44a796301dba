"""Who sees what: the rule is in every statement, wherever a thing is reached from."""

import dataclasses
from typing import Annotated, Any

import pytest

from faulty import made, registry_of
from reporting import REPORT, report
from towns import DISTRICT, GRIDS, Town, ids
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.places.places import NewPlace, register_places
from wangge_core.plugin import PlaceKind, Zh, details
from wangge_core.rights.viewers import anonymous, operator
from wangge_core.rules import Rules
from wangge_schema.api import Api

pytestmark = pytest.mark.anyio

COUNTS = """{ grids { totalCount } places { totalCount } roles { totalCount } buildings { totalCount } persons { totalCount }
  organizations { totalCount } assets { totalCount } events { totalCount } posts { totalCount } accounts { totalCount } }"""


async def test_a_visitor_sees_what_is_public_and_nothing_else(town: Town) -> None:
    await report(town, GRIDS["urban"], "urban.fire_lane", {"urbanFireLane": {"blockedBy": "GOODS"}})
    counts = {name: found["totalCount"] for name, found in (await town.ask(COUNTS, anonymous())).items()}
    assert counts.pop("grids") == 7
    assert counts.pop("roles") == 60
    assert set(counts.values()) == {0}
    viewer = (await town.ask("{ viewer { signedIn account { id } posts { id } } }", anonymous()))["viewer"]
    assert viewer == {"signedIn": False, "account": None, "posts": []}


async def test_a_worker_sees_the_own_grid_only(town: Town) -> None:
    mine = await report(town, GRIDS["urban"], "urban.fire_lane", {"urbanFireLane": {"blockedBy": "GOODS"}})
    other = await report(town, GRIDS["scenic"], "scenic.touting", {"scenicTouting": {"forWhat": "RIDE", "touts": 2}})
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    seen = await town.ask("{ events { totalCount nodes { id } } persons { totalCount } buildings { totalCount } }", worker)
    assert seen["events"] == {"totalCount": 1, "nodes": [{"id": mine}]}
    assert seen["persons"]["totalCount"] == seen["buildings"]["totalCount"] == 1
    assert (await town.ask("query($id: ID!) { node(id: $id) { id } }", worker, id=other))["node"] is None
    elsewhere = await town.viewer("community.grid_worker", GRIDS["rural"])
    nested = '{ grid(code: "%s") { persons { totalCount } buildings { nodes { name } } events { totalCount } } }'
    assert (await town.ask(nested % DISTRICT, elsewhere))["grid"] == {
        "persons": {"totalCount": 0},
        "buildings": {"nodes": []},
        "events": {"totalCount": 0},
    }


async def test_a_reporter_sees_the_own_report_from_another_grid(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    input = {
        "kindId": "scenic.touting",
        "gridId": f"Grid:{town.grids[GRIDS['scenic']]}",
        "description": "seen from the bus",
        "details": {"scenicTouting": {"forWhat": "RIDE", "touts": 1}},
    }
    event = (await town.ask(REPORT, worker, input=input))["eventReport"]["event"]
    assert event is not None
    seen = (await town.ask("{ events { nodes { id grid { code } } } }", worker))["events"]["nodes"]
    assert seen == [{"id": event["id"], "grid": {"code": GRIDS["scenic"]}}]


async def test_private_details_are_empty_for_who_may_not_see_people(town: Town) -> None:
    papers = [{"name": "residence booklet", "receivedOn": "2026-01-05"}]
    details = {"communityErrand": {"service": "pension", "mandateGiven": True, "papers": papers}}
    involved = [{"role": "beneficiary", "id": f"Person:{town.person}"}]
    id = await report(town, GRIDS["urban"], "community.errand", details, involved=involved)
    query = """query($id: ID!) { node(id: $id) { ... on Event {
      involvements { role person { id } }
  details { values { name } ... on CommunityErrandDetails { service papers { name receivedOn } } } } } }"""
    worker = (await town.ask(query, await town.viewer("community.grid_worker", GRIDS["urban"]), id=id))["node"]
    assert worker["details"]["papers"] == papers
    assert worker["involvements"] == [{"role": "beneficiary", "person": {"id": f"Person:{town.person}"}}]
    auditor = (await town.ask(query, await town.viewer("community.auditor", DISTRICT), id=id))["node"]
    assert auditor["details"]["service"] == "pension"
    assert auditor["details"]["papers"] is None
    assert "papers" not in {value["name"] for value in auditor["details"]["values"]}
    assert auditor["involvements"] == worker["involvements"]  # that somebody is involved, without what is private of them


async def test_an_office_sees_what_it_was_given(town: Town) -> None:
    specialist = await town.login("community.department_specialist@housing")
    assert (await town.ask("{ viewer { assigned { totalCount } } }", specialist))["viewer"]["assigned"]["totalCount"] == 0


STAFF_ONLY = "query($id: ID!) { node(id: $id) { ... on Place { name details { values { name } } } } }"


async def test_staff_details_of_a_public_place_are_for_staff(copies: Any, rules: Rules) -> None:
    @details()
    class Hut:
        """What staff know of a hut."""

        key_under: Annotated[str, Zh("钥匙位置")]

    hut = PlaceKind("hut", zh="小屋", details=Hut)
    registry = registry_of(demo=made(place_kinds=[hut]))
    url, plan = copies("town")
    deployment = Deployment(database_url(url), dataclasses.replace(rules, registry=registry))
    await deployment.start()
    grid = plan.grids[GRIDS["urban"]]
    async with deployment.write() as work:
        request = NewPlace(grid_id=grid, kind_id="demo.hut", name="Hut", details={"key_under": "the mat"})
        (id,) = ids(await register_places(work, operator(), [request]))
    api = Api(deployment)
    shown = [(await api.execute(STAFF_ONLY, {"id": f"Place:{id}"}, viewer))["data"]["node"] for viewer in (anonymous(), operator())]
    await deployment.close()
    assert shown[0] == {"name": "Hut", "details": {"values": []}}
    assert shown[1] == {"name": "Hut", "details": {"values": [{"name": "keyUnder"}]}}
