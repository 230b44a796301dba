"""Divisions through the schema: proposed, simulated, applied and undone, and what they leave to be read of old grids and events."""

from typing import Any

import pytest

from boards import divided
from divided import EAST, WEST, divided_ground, everything
from grounds import place, square
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.rights.viewers import Viewer

pytestmark = pytest.mark.anyio

PROPOSE = """mutation($input: DivisionProposeInput!) { divisionPropose(input: $input) {
  division { id state version name grid { code } } userErrors { field code message } } }"""
SIMULATE = """query($id: ID!) { divisionSimulation(id: $id) { applicable problems { field code message }
  grids { gridId code name typeId buildings households people yearlyEvents openEvents posts sizeWarnings { what figure least most } }
  endedGridIds moved { what count } openTasks posts { postId roleId gridId toCode } successions { fromCode toCode } overlayGridIds
  faultCount faults { kind basis gridCodes area width longitude latitude geometry } } }"""
ACT = """mutation($id: ID!, $input: Division%sInput!) { division%s(id: $id, input: $input) {
  division { state version forcedReason trouble endedGrids { code } newGrids { code } } userErrors { field code message } } }"""
GRID = """query($code: String!) { grid(code: $code) { code endedAt succeeds { code } succeededBy { code }
  events { nodes { id gridThen { code } } } eventsThen { nodes { id grid { code } } } } }"""


def split(town: Town, at: float = 0.5) -> dict[str, Any]:
    west = {"code": WEST, "name": "West", "geometry": square(0, 0, wide=at), "system": "WGS84"}
    east = {"code": EAST, "name": "East", "geometry": square(0.5, 0, wide=0.5), "system": "WGS84"}
    return {"kind": "SPLIT", "gridIds": [f"Grid:{town.grids[GRIDS['urban']]}"], "parts": [west, east], "rest": WEST}


async def propose(town: Town, *changes: dict[str, Any], by: Viewer | None = None) -> dict[str, Any]:
    input = {"parentGridId": f"Grid:{town.grids[COMMUNITY]}", "name": "New grids", "changes": list(changes)}
    return dict((await town.ask(PROPOSE, by, input=input))["divisionPropose"])


async def act(town: Town, what: str, id: str, by: Viewer | None = None, **input: Any) -> dict[str, Any]:
    return dict((await town.ask(ACT % (what, what), by, id=id, input=input))[f"division{what}"])


async def proposed(town: Town, *changes: dict[str, Any], by: Viewer | None = None) -> str:
    answer = await propose(town, *changes, by=by)
    assert answer["userErrors"] == [], answer
    return answer["division"]["id"]


async def test_a_division_is_proposed_simulated_applied_and_undone(town: Town) -> None:
    made = await divided_ground(town)
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    division = await proposed(town, split(town), by=administrator)
    found = (await town.ask(SIMULATE, id=division))["divisionSimulation"]
    assert found["applicable"], found["problems"]
    assert [(one["code"], one["gridId"], one["people"], one["openEvents"]) for one in found["grids"]] == [
        (WEST, None, 1, 1),
        (EAST, None, 3, 1),
    ]
    assert found["successions"] == [{"fromCode": GRIDS["urban"], "toCode": code} for code in (WEST, EAST)]
    assert {one["toCode"] for one in found["posts"]} == {None}
    assert {"what": "person", "count": 4} in found["moved"]
    assert {one["what"] for one in found["grids"][0]["sizeWarnings"]} == {"HOUSEHOLDS", "PEOPLE"}
    answer = await act(town, "Apply", division, administrator)
    assert answer["userErrors"] == []
    assert answer["division"]["endedGrids"] == [{"code": GRIDS["urban"]}]
    old = (await town.ask(GRID, code=GRIDS["urban"]))["grid"]
    assert old["endedAt"] is not None
    assert old["succeededBy"] == [{"code": WEST}, {"code": EAST}]
    assert old["events"]["nodes"] == []
    assert [(one["id"], one["grid"]["code"]) for one in old["eventsThen"]["nodes"]] == [
        (f"Event:{made['west']}", WEST),
        (f"Event:{made['east']}", EAST),
    ]
    new = (await town.ask(GRID, code=EAST))["grid"]
    assert new["succeeds"] == [{"code": GRIDS["urban"]}]
    assert new["events"]["nodes"] == [{"id": f"Event:{made['east']}", "gridThen": {"code": GRIDS["urban"]}}]
    text = "query($code: String!) { grids(first: 50) { nodes { code } } grid(code: $code) { children { nodes { code } } } }"
    present = await town.ask(text, code=COMMUNITY)
    assert GRIDS["urban"] not in {one["code"] for one in present["grids"]["nodes"]}
    assert [one["code"] for one in present["grid"]["children"]["nodes"]] == [*list(GRIDS.values())[1:], WEST, EAST]
    answer = await act(town, "Undo", division, administrator, reason="A trial")
    assert answer["userErrors"] == []
    assert (answer["division"]["state"], answer["division"]["newGrids"]) == ("UNDONE", [])
    assert (await town.ask(GRID, code=WEST))["grid"] is None


async def test_an_entry_of_the_history_tells_where_an_event_went(town: Town) -> None:
    made = await divided_ground(town)
    await act(town, "Apply", await proposed(town, split(town)))
    query = "query($id: ID!) { node(id: $id) { ... on Event { grid { id } history { entry answers { name value } } } } }"
    event = (await town.ask(query, id=f"Event:{made['east']}"))["node"]
    assert event["history"][-1]["entry"] == "REDIVIDED"
    told = {one["name"]: one["value"] for one in event["history"][-1]["answers"]}
    assert told == {"from": f"Grid:{town.grids[GRIDS['urban']]}", "to": event["grid"]["id"]}


async def test_a_code_that_a_grid_gave_up_still_leads_to_it(town: Town) -> None:
    await divided_ground(town)
    grid, code = f"Grid:{town.grids[GRIDS['urban']]}", f"{COMMUNITY}900"
    division = await proposed(town, {"kind": "RE_CODE", "gridIds": [grid], "code": code})
    assert (await act(town, "Apply", division))["userErrors"] == []
    for given in (code, GRIDS["urban"]):
        assert (await town.ask("query($code: String!) { grid(code: $code) { id code } }", code=given))["grid"] == {
            "id": grid,
            "code": code,
        }


async def test_a_fault_is_told_where_it_is_and_forced_only_with_a_reason(town: Town) -> None:
    await divided_ground(town)
    division = await proposed(town, split(town, at=0.4))
    found = (await town.ask(SIMULATE, id=division))["divisionSimulation"]
    (fault,) = found["faults"]
    assert not found["applicable"]
    assert (fault["kind"], fault["gridCodes"]) == ("HOLE", [WEST, EAST])
    west, east = place(0.4, 0)[0], place(0.5, 0)[0]
    assert west < fault["longitude"] < east
    answer = await act(town, "Apply", division)
    assert [one["code"] for one in answer["userErrors"]] == ["DIVISION_FAULTS"]
    assert str(fault["longitude"]) in answer["userErrors"][0]["message"]
    answer = await act(town, "Apply", division, force="The rest is water")
    assert answer["division"]["forcedReason"] == "The rest is water"


async def test_who_does_not_manage_the_ground_sees_and_does_nothing(town: Town) -> None:
    await divided_ground(town)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    assert [one["code"] for one in (await propose(town, split(town), by=worker))["userErrors"]] == ["NOT_ALLOWED"]
    division = await proposed(town, split(town))
    before = await everything(town.deployment)
    assert (await town.ask(SIMULATE, worker, id=division))["divisionSimulation"] is None
    assert (await town.ask("{ divisions { nodes { id } } }", worker))["divisions"]["nodes"] == []
    for what in ("Apply", "Withdraw", "Undo"):
        answer = await act(town, what, division, worker, **({"reason": "No"} if what == "Undo" else {}))
        assert [one["code"] for one in answer["userErrors"]] == ["NOT_FOUND"]
    assert await everything(town.deployment) == before


async def test_a_division_is_changed_and_withdrawn_as_it_was_seen(town: Town) -> None:
    await divided_ground(town)
    division = await proposed(town, split(town, at=0.4))
    answer = await act(town, "Update", division, changes=[split(town)], expectedVersion=1)
    assert (answer["userErrors"], answer["division"]["version"]) == ([], 2)
    for what, input in (("Update", {"name": "Other"}), ("Apply", {}), ("Withdraw", {})):
        answer = await act(town, what, division, expectedVersion=1, **input)
        assert [one["code"] for one in answer["userErrors"]] == ["VERSION_OUTDATED"], what
    answer = await act(town, "Withdraw", division, expectedVersion=2)
    assert answer["division"]["state"] == "WITHDRAWN"
    assert [one["code"] for one in (await act(town, "Apply", division))["userErrors"]] == ["DIVISION_STATE"]


@pytest.mark.parametrize("role", [f"community.district_administrator@{DISTRICT}"])
async def test_workload_is_counted_for_who_reads_events(town: Town, role: str) -> None:
    await divided_ground(town)
    division = await proposed(town, split(town))
    found = (await town.ask(SIMULATE, await town.login(role), id=division))["divisionSimulation"]
    assert [one["yearlyEvents"] for one in found["grids"]] == [1, 1]


INTO_A_GRID: list[tuple[str, dict[str, Any]]] = [
    ("buildingRegister", {"name": "Late House"}),
    ("householdRegister", {"name": "Late", "address": "Behind the school"}),
    ("personRegister", {"name": "Late"}),
    ("organizationRegister", {"name": "Late"}),
    (
        "eventReport",
        {"kindId": "community.sanitation", "description": "Litter", "details": {"communitySanitation": {"what": "LITTER"}}},
    ),
    ("postAssign", {"roleId": "community.volunteer"}),
]


@pytest.mark.parametrize(("name", "input"), INTO_A_GRID)
async def test_what_is_put_into_a_grid_that_has_ended_is_refused_with_a_declared_code(
    town: Town, name: str, input: dict[str, Any]
) -> None:
    """`Town.ask` sees to it that the code is one of the mutation's enum."""
    await divided(town, GRIDS["urban"], GRIDS["rural"])
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    given = {"gridId": f"Grid:{town.grids[GRIDS['urban']]}"} | input
    if name == "postAssign":
        given["accountId"] = f"Account:{administrator.account_id}"
    type = f"{name[:1].upper()}{name[1:]}Input"
    text = f"mutation($input: {type}!) {{ {name}(input: $input) {{ userErrors {{ field code }} }} }}"
    errors = (await town.ask(text, input=given))[name]["userErrors"]
    assert {"field": "gridId", "code": "GRID_ENDED"} in errors


@pytest.mark.parametrize(("name", "input"), [("gridUpdate", {"name": "Late"}), ("gridSetBoundary", {"geometry": None})])
async def test_a_grid_that_has_ended_is_changed_no_more(town: Town, name: str, input: dict[str, Any]) -> None:
    await divided(town, GRIDS["urban"], GRIDS["rural"])
    text = f"""mutation($id: ID!, $input: {name[:1].upper()}{name[1:]}Input!) {{
      {name}(id: $id, input: $input) {{ userErrors {{ field code }} }} }}"""
    answer = (await town.ask(text, id=f"Grid:{town.grids[GRIDS['urban']]}", input=input))[name]
    assert answer["userErrors"] == [{"field": "id", "code": "GRID_ENDED"}]
