"""What machines claim starts as an alert to be checked, whatever kind they claim, and names nobody."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from identities import identity_number
from reports import codes
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.rights.viewers import Viewer

pytestmark = pytest.mark.anyio

REPORT = """mutation($input: EventReportInput!) { eventReport(input: $input) {
  event { number kind { id } priority details { ... on CommunityAlertDetails { system externalId claim } } }
  userErrors { field code message } } }"""


async def machine(town: Town) -> Viewer:
    """A machine that came with an API key."""
    return replace(await town.viewer("community.community_officer", COMMUNITY), key_id=1)


async def report(town: Town, by: Viewer, **change: Any) -> dict[str, Any]:
    input = {
        "kindId": "community.hazard",
        "description": "Smoke over the roof",
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "source": "SENSOR",
        "sourceName": "smoke",
        "sourceKey": "S-1",
        "details": {"communityHazard": {"hazard": "FIRE", "immediateDanger": True}},
    }
    given = {name: value for name, value in (input | change).items() if value is not None}
    return dict((await town.ask(REPORT, by, input=given))["eventReport"])


@pytest.mark.parametrize("source", ["SENSOR", "VIDEO_PATROL", "OTHER_SYSTEM"])
async def test_a_machine_reports_an_alert_whatever_it_claims(town: Town, source: str) -> None:
    answer = await report(town, await machine(town), source=source, priority="URGENT")
    assert answer["userErrors"] == []
    event = answer["event"]
    assert (event["kind"]["id"], event["priority"]) == ("community.alert", "HIGH")
    assert (event["details"]["system"], event["details"]["externalId"]) == ("smoke", "S-1")
    assert "community.hazard" in str(event["details"]) or await claimed(town) == "community.hazard"


async def claimed(town: Town) -> Any:
    async with town.deployment.read() as work:
        return (await work.value(sa.select(t.event.c.details))).get("claimed_kind")


async def test_what_a_person_reported_to_the_other_system_is_taken_as_it_is(town: Town) -> None:
    by = await machine(town)
    answer = await report(town, by, source="OTHER_SYSTEM", personReported=True)
    assert answer["event"]["kind"]["id"] == "community.hazard"
    assert (await report(town, by, source="HOTLINE", sourceKey="S-2"))["event"]["kind"]["id"] == "community.hazard"


async def test_staff_who_saw_it_on_a_screen_decide_themselves(town: Town) -> None:
    by = await town.viewer("community.community_officer", COMMUNITY)
    assert (await report(town, by, source="VIDEO_PATROL"))["event"]["kind"]["id"] == "community.hazard"


async def test_an_alert_is_taken_once(town: Town) -> None:
    by = await machine(town)
    assert codes(await report(town, by)) == []
    assert codes(await report(town, by)) == ["EVENT_DUPLICATE"]


@pytest.mark.parametrize(
    "said",
    [
        f"Seen: {identity_number(7)}",
        f"Seen: {identity_number(7)[:6]} {identity_number(7)[6:14]} {identity_number(7)[14:]}",
        "Call 138 0013 8000",
        "Plate 京A12345 in the fire lane",
        "Plate 沪AD12345",
        "车牌：粤B·88888",
        "人脸识别命中 3 号",
        "face match 0.98",
    ],
)
async def test_an_alert_that_tells_who_somebody_is_is_refused_without_a_word_of_it(town: Town, said: str) -> None:
    answer = await report(town, await machine(town), description=said)
    assert codes(answer) == ["ALERT_NAMES_PERSON"]
    assert said not in str(answer)
    alert = {"system": "camera", "externalId": "C-1", "claim": said, "seenAt": "2020-01-01T08:00:00Z"}
    inside = await report(town, await machine(town), kindId="community.alert", details={"communityAlert": alert})
    assert codes(inside) == ["ALERT_NAMES_PERSON"]
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.event)) == 0


async def test_an_alert_names_no_person_on_the_register(town: Town) -> None:
    involved = [{"role": "party", "id": f"Person:{town.person}"}]
    assert "ALERT_NAMES_PERSON" in codes(await report(town, await machine(town), involved=involved))


async def test_ordinary_numbers_and_letters_are_no_names(town: Town) -> None:
    said = "Water level 12345678 mm at gauge A-12345, 20261122, ratio 3.14159; 京杭运河 B12"
    assert codes(await report(town, await machine(town), description=said)) == []
