"""Places and things through the schema: registered, changed, confirmed, found by what they are, and seen by who may."""

from datetime import UTC, datetime
from typing import Any

import pytest

from towns import GRIDS, Town
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer, anonymous

pytestmark = pytest.mark.anyio
ERRORS = "userErrors { field message code }"


async def mutate(town: Town, name: str, selection: str, viewer: Viewer | None = None, **variables: Any) -> Any:
    """The payload of a mutation, by the names of its thing and what is asked of it."""
    noun = name.removesuffix("Register").removesuffix("Change").removesuffix("Confirm")
    type = "FactsConfirmInput" if name.endswith("Confirm") else f"{name[:1].upper()}{name[1:]}Input"
    head, given = ("$id: ID!, ", "id: $id, ") if "id" in variables else ("", "")
    query = f"mutation({head}$input: {type}!) {{ {name}({given}input: $input) {{ {noun} {{ {selection} }} {ERRORS} }} }}"
    return (await town.ask(query, viewer, **variables))[name]


async def done(town: Town, name: str, selection: str = "id", viewer: Viewer | None = None, **variables: Any) -> Any:
    """The thing after a mutation that nothing may refuse."""
    payload = await mutate(town, name, selection, viewer, **variables)
    assert payload["userErrors"] == []
    return payload[name.removesuffix("Register").removesuffix("Change").removesuffix("Confirm")]


async def refused(town: Town, name: str, viewer: Viewer | None = None, **variables: Any) -> list[tuple[str, str]]:
    """Field and code of what a mutation refuses."""
    payload = await mutate(town, name, "id", viewer, **variables)
    assert all(error["message"] for error in payload["userErrors"])
    return [(error["field"], error["code"]) for error in payload["userErrors"]]


def grid(town: Town, type: str = "urban") -> str:
    return f"Grid:{town.grids[GRIDS[type]]}"


async def test_a_unit_is_changed_and_null_clears(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    data = await town.ask(
        "query($id: ID!) { node(id: $id) { ... on Building { units { nodes { id name } } } } }", id=f"Building:{town.building}"
    )
    ids = {one["name"]: one["id"] for one in data["node"]["units"]["nodes"]}
    input = {"use": "OFFICE", "floor": 3, "areaSquareMetres": 55.5, "occupancy": "RENTED", "occupancySince": "2025-02-01"}
    shown = "use floor areaSquareMetres occupancy occupancySince version responsible { name }"
    unit = await done(town, "unitChange", shown, worker, id=ids["102"], input=input | {"responsibleId": f"Person:{town.person}"})
    assert unit == input | {"version": 2, "responsible": {"name": "Lin Heron"}}
    unit = await done(
        town, "unitChange", shown, worker, id=ids["102"], input={"floor": None, "responsibleId": None, "expectedVersion": 2}
    )
    assert unit == input | {"floor": None, "version": 3, "responsible": None}
    again = {"floor": 4, "expectedVersion": 2}
    assert await refused(town, "unitChange", worker, id=ids["102"], input=again) == [("expectedVersion", "VERSION_OUTDATED")]
    assert await refused(town, "unitChange", worker, id=ids["102"], input={"use": None}) == [("use", "REQUIRED")]
    assert await refused(town, "unitChange", worker, id=f"Building:{town.building}", input={}) == [("id", "ID_INVALID")]
    wrong = {"areaSquareMetres": -1.0, "occupancySince": "2190-01-01"}
    expected = [("areaSquareMetres", "OUT_OF_RANGE"), ("occupancySince", "IN_THE_FUTURE")]
    assert await refused(town, "unitChange", worker, id=ids["102"], input=wrong) == expected


async def test_a_responsible_person_is_shown_to_who_may_see_people(town: Town) -> None:
    data = await town.ask(
        "query($id: ID!) { node(id: $id) { ... on Building { units { nodes { id } } } } }", id=f"Building:{town.building}"
    )
    unit = data["node"]["units"]["nodes"][0]["id"]
    await done(town, "unitChange", id=unit, input={"responsibleId": f"Person:{town.person}"})
    query = "query($id: ID!) { node(id: $id) { ... on Unit { name responsible { id } } } }"
    officer = await town.viewer("urban.city_management_officer", GRIDS["urban"])
    assert Capability.READ_PLACES in officer.scopes
    assert Capability.READ_PEOPLE not in officer.scopes
    assert (await town.ask(query, officer, id=unit))["node"] == {"name": "101", "responsible": None}
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    assert (await town.ask(query, worker, id=unit))["node"]["responsible"] == {"id": f"Person:{town.person}"}


async def test_an_organisation_with_premises_and_who_answers(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    input = {
        "gridId": grid(town),
        "name": "Bakery",
        "registrationCode": "91350100m000100y43",
        "premises": [{"buildingId": f"Building:{town.building}"}],
        "responsible": [
            {"role": "HEAD", "name": "Ann", "phone": "000-1234"},
            {"role": "SAFETY_OFFICER", "personId": f"Person:{town.person}"},
        ],
    }
    shown = """id registrationCode state unit { id } premises { main building { name organizations { nodes { name } } } unit { id } }
        responsible { role name phone person { name } }"""
    shop = await done(town, "organizationRegister", shown, worker, input=input)
    building = {"name": "Heron House", "organizations": {"nodes": [{"name": "Bakery"}]}}
    assert shop == {
        "id": shop["id"],
        "registrationCode": "91350100M000100Y43",
        "state": "OPEN",
        "unit": None,
        "premises": [{"main": True, "building": building, "unit": None}],
        "responsible": [
            {"role": "HEAD", "name": "Ann", "phone": "000-1234", "person": None},
            {"role": "SAFETY_OFFICER", "name": None, "phone": None, "person": {"name": "Lin Heron"}},
        ],
    }
    wrong = input | {"registrationCode": "91350100M000100Y44", "premises": [{}], "responsible": [{"role": "HEAD"}]}
    assert await refused(town, "organizationRegister", worker, input=wrong) == [
        ("registrationCode", "CODE_INVALID"),
        ("premises.0", "ONE_OF"),
        ("responsible.0", "ONE_OF"),
    ]
    closed = await done(
        town, "organizationChange", "state closedOn premises { main }", worker, id=shop["id"], input={"state": "CLOSED"}
    )
    assert (closed["state"], closed["premises"]) == ("CLOSED", [{"main": True}])
    assert closed["closedOn"] is not None
    opened = await done(
        town, "organizationChange", "state closedOn", worker, id=shop["id"], input={"state": "OPEN", "premises": None}
    )
    assert opened == {"state": "OPEN", "closedOn": None}


async def test_an_asset_is_found_by_kind_number_and_state(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    kind = next(id for id, one in town.deployment.rules.registry.asset_kinds.items() if one.details is None)
    at = {"longitude": 114.3, "latitude": 30.6}
    input = {
        "gridId": grid(town),
        "kindId": kind,
        "name": "Lamp",
        "code": "L-7",
        "position": at,
        "accuracyMetres": 2.5,
        "measured": "MAP",
    }
    shown = "id code state longitude accuracyMetres measured keeper { code } owner { name } version"
    asset = await done(town, "assetRegister", shown, worker, input=input | {"keeperId": f"Office:{town.offices['housing']}"})
    assert asset == {
        "id": asset["id"],
        "code": "L-7",
        "state": "IN_ORDER",
        "longitude": 114.3,
        "accuracyMetres": 2.5,
        "measured": "MAP",
        "keeper": {"code": "housing"},
        "owner": None,
        "version": 1,
    }
    await done(town, "assetChange", "id", worker, id=asset["id"], input={"state": "DAMAGED", "position": None})
    query = "query($filter: AssetFilter) { assets(filter: $filter) { nodes { id longitude accuracyMetres } } }"
    for filter, found in (
        ({"code": {"eq": "L-7"}}, True),
        ({"state": {"eq": "DAMAGED"}, "kind": {"eq": kind}, "subtree": GRIDS["urban"]}, True),
        ({"state": {"eq": "IN_ORDER"}}, False),
    ):
        nodes = (await town.ask(query, worker, filter=filter))["assets"]["nodes"]
        assert nodes == ([{"id": asset["id"], "longitude": None, "accuracyMetres": None}] if found else [])
    assert await refused(town, "assetRegister", worker, input=input) == [("code", "CODE_TAKEN")]
    wrong = {"accuracyMetres": -1.0, "ownerId": "Organization:999"}
    assert await refused(town, "assetChange", worker, id=asset["id"], input=wrong) == [
        ("accuracyMetres", "OUT_OF_RANGE"),
        ("position", "REQUIRED"),
        ("ownerId", "NOT_FOUND"),
    ]


async def test_details_of_another_kind_are_refused_where_they_stand(town: Town) -> None:
    station = {"gridId": grid(town), "kindId": "community.grid_station", "name": "Station"}
    details = {"details": {"communityGridStation": {"sign": True, "logbook": False}}}
    place = await done(town, "placeRegister", input=station | details)
    assert await refused(town, "placeChange", id=place["id"], input={"details": None}) == [("details", "DETAILS_REQUIRED")]
    shelter = await done(town, "placeRegister", input={"gridId": grid(town), "kindId": "community.shelter", "name": "Shelter"})
    found = await refused(town, "placeChange", id=shelter["id"], input=details)
    assert [code for _, code in found] == ["DETAILS_OF_OTHER_KIND"]


HOURS = {
    "weekly": [
        {"weekday": "MONDAY", "opens": "08:30", "closes": "17:00"},
        {"weekday": "SUNDAY", "opens": "22:00", "closes": "02:00", "nextDay": True},
    ],
    "exceptions": [{"on": "2026-11-30", "note": "Fair"}],
}
SHOWN = """openingHours { weekly { weekday opens closes nextDay } exceptions { on note spans { opens } } }
    services { name papers feeFen note } contact"""


async def test_everybody_sees_when_a_place_is_open_and_which_papers_it_asks_for(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    input = {"gridId": grid(town), "kindId": "community.shelter", "name": "Shelter", "contact": "000-1", "openingHours": HOURS}
    input |= {"services": [{"name": "Card", "papers": ["Passport"], "feeFen": 500}, {"name": "Advice"}]}
    place = await done(town, "placeRegister", "id", worker, input=input)
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on Place {{ openNow {SHOWN} }} }} }}"
    for moment, open_now in (
        (datetime(2026, 11, 23, 0, 30, tzinfo=UTC), True),  # Monday 08:30 at the place
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 17, 30, tzinfo=UTC), True),  # Monday 01:30, the end of Sunday's night
        (datetime(2026, 11, 30, 1, 0, tzinfo=UTC), False),
    ):
        town.deployment.clock = lambda moment=moment: moment  # type: ignore[misc]
        shown = (await town.ask(query, anonymous("en"), id=place["id"]))["node"]
        assert shown["openNow"] is open_now, moment
    assert shown == {
        "openNow": False,
        "openingHours": {
            "weekly": [HOURS["weekly"][0] | {"nextDay": False}, HOURS["weekly"][1]],
            "exceptions": [{"on": "2026-11-30", "note": "Fair", "spans": []}],
        },
        "services": [
            {"name": "Card", "papers": ["Passport"], "feeFen": 500, "note": None},
            {"name": "Advice", "papers": [], "feeFen": None, "note": None},
        ],
        "contact": "000-1",
    }
    cleared = await done(
        town, "placeChange", f"openNow {SHOWN}", worker, id=place["id"], input={"openingHours": None, "services": None}
    )
    assert cleared == {"openNow": None, "openingHours": None, "services": [], "contact": "000-1"}


async def test_hours_that_overlap_and_nights_that_do_not_say_so_are_refused(town: Town) -> None:
    place = await done(town, "placeRegister", input={"gridId": grid(town), "kindId": "community.shelter", "name": "S"})
    span = {"weekday": "MONDAY", "opens": "08:00", "closes": "12:00"}
    hours = {"weekly": [span, span | {"opens": "11:00"}, span | {"opens": "22:00", "closes": "06:00"}, span | {"opens": "8"}]}
    assert sorted(await refused(town, "placeChange", id=place["id"], input={"openingHours": hours})) == [
        ("openingHours.weekly.1", "SPANS_OVERLAP"),
        ("openingHours.weekly.2", "SPAN_INVALID"),
        ("openingHours.weekly.3.opens", "TIME_OF_DAY_INVALID"),
    ]


async def test_what_is_due_to_be_confirmed_is_found_and_confirmed(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = f"Building:{town.building}"
    due = "query($day: Date!) { buildings(filter: {confirmBy: {lte: $day}}) { nodes { id } } }"
    confirmed = await done(
        town,
        "buildingConfirm",
        "confirmedAt confirmedBy { login } confirmBy version",
        worker,
        id=id,
        input={"confirmBy": "2027-03-01"},
    )
    assert confirmed["confirmedBy"] == {"login": worker.login}
    assert (confirmed["confirmBy"], confirmed["version"]) == ("2027-03-01", 1)
    assert confirmed["confirmedAt"] is not None
    found = {day: (await town.ask(due, worker, day=day))["buildings"]["nodes"] for day in ("2027-02-28", "2027-03-01")}
    assert found == {"2027-02-28": [], "2027-03-01": [{"id": id}]}
    assert await refused(town, "buildingConfirm", worker, id=id, input={"confirmBy": "2020-01-01"}) == [
        ("confirmBy", "OUT_OF_RANGE")
    ]
    assert await refused(town, "buildingConfirm", anonymous("en"), id=id, input={}) == [(None, "NOT_SIGNED_IN")]
    place = await done(
        town, "placeRegister", "id", worker, input={"gridId": grid(town), "kindId": "community.shelter", "name": "S"}
    )
    elsewhere = await town.viewer("community.grid_worker", GRIDS["rural"])
    assert await refused(town, "placeConfirm", elsewhere, id=place["id"], input={}) == [("id", "NOT_ALLOWED")]


async def test_a_building_is_changed_with_new_units(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    input = {
        "floors": 7,
        "position": {"longitude": 114.3, "latitude": 30.6},
        "newUnits": [{"name": "701", "use": "STORAGE", "floor": 7}],
    }
    shown = "floors longitude version units(filter: {use: {eq: STORAGE}}) { nodes { name floor occupancy } }"
    building = await done(town, "buildingChange", shown, worker, id=f"Building:{town.building}", input=input)
    units = {"nodes": [{"name": "701", "floor": 7, "occupancy": "UNKNOWN"}]}
    assert building == {"floors": 7, "longitude": 114.3, "version": 2, "units": units}
    wrong = {"gridId": grid(town, "rural"), "position": {"longitude": 0.0, "latitude": 0.0}}
    assert ("gridId", "NOT_ALLOWED") in await refused(town, "buildingChange", worker, id=f"Building:{town.building}", input=wrong)
    wrong = {"position": {"longitude": 0.0, "latitude": 0.0}}
    assert await refused(town, "buildingChange", worker, id=f"Building:{town.building}", input=wrong) == [
        ("position", "POSITION_INVALID")
    ]


async def test_a_repeated_change_counts_once(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    query = """mutation($id: ID!, $input: BuildingChangeInput!) {
        buildingChange(id: $id, input: $input, idempotencyKey: "k1") { building { floors version } userErrors { code } } }"""
    id = f"Building:{town.building}"
    answers = [await town.ask(query, worker, id=id, input={"floors": 9}) for _ in range(2)]
    assert [one["buildingChange"]["building"] for one in answers] == [{"floors": 9, "version": 2}] * 2
    other = await town.ask(query, worker, id=id, input={"floors": None})
    assert [one["code"] for one in other["buildingChange"]["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
