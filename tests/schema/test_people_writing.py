"""People through the schema: what is registered, corrected, moved, merged and confirmed, and what reads of it show."""

from typing import Any

import pytest

from identities import identity_number, sealer_of
from residents import a_household, a_person, days, homes_in, today
from towns import DISTRICT, GRIDS, Town
from wangge_core.rights.viewers import Viewer

pytestmark = pytest.mark.anyio

REGISTER = """mutation($input: PersonRegisterInput!) { personRegister(input: $input) { person { id name bornOn identityNumber phone
  residence relation home { id } household { id } guardian { id } confirmBy version
  residences { kind movedInOn movedOutOn unit { id } } } userErrors { field code } } }"""
SHOWN = "person { id name gender version residence phone grid { code } } userErrors { field code }"


def mutation(name: str, shown: str = SHOWN) -> str:
    return f"mutation($id: ID!, $input: {name[0].upper()}{name[1:]}Input!) {{ {name}(id: $id, input: $input) {{ {shown} }} }}"


async def asked(town: Town, field: str, id: str, viewer: Viewer | None = None, shown: str = SHOWN, **input: Any) -> Any:
    text = mutation(field, shown).replace("PersonConfirmInput", "FactsConfirmInput")
    return (await town.ask(text, viewer, id=id, input=input))[field]


async def test_a_registered_person_is_read_with_masks_in_place_of_sealed_values(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")
    (unit,) = await homes_in(town, "urban", 1)
    household, number = await a_household(town, unit_id=unit), identity_number(5)
    input = {
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "name": "Tao Wei",
        "identityNumber": number,
        "phone": "13800138000",
        "residence": "TEMPORARY",
        "householdId": f"Household:{household}",
        "relation": "HEAD",
        "movedInOn": "2026-01-05",
    }
    answer = (await town.ask(REGISTER, input=input))["personRegister"]
    assert answer["userErrors"] == []
    person = answer["person"]
    assert (person["identityNumber"], person["phone"], person["bornOn"]) == ("*" * 14 + number[-4:], "138****8000", "1980-01-01")
    assert (person["relation"], person["residence"], person["home"]) == ("HEAD", "TEMPORARY", {"id": f"Unit:{unit}"})
    home = {"kind": "TEMPORARY", "movedInOn": "2026-01-05", "movedOutOn": None, "unit": {"id": f"Unit:{unit}"}}
    assert person["residences"] == [home]
    assert person["version"] == 1
    again = (await town.ask(REGISTER, input=input | {"relation": "CHILD"}))["personRegister"]
    assert again == {"person": None, "userErrors": [{"field": "identityNumber", "code": "IDENTITY_TAKEN"}]}
    assert number not in str(await town.ask("{ persons { nodes { id name identityNumber phone } } }"))


async def test_a_null_clears_and_what_is_left_out_stays(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")
    id = f"Person:{await a_person(town, phone='13800138000')}"
    answer = await asked(town, "personChange", id, name="Tao Wei", gender="FEMALE", expectedVersion=1)
    assert (answer["person"]["name"], answer["person"]["gender"], answer["person"]["phone"]) == ("Tao Wei", "FEMALE", "138****8000")
    answer = await asked(town, "personChange", id, phone=None, gender=None)
    assert (answer["person"]["name"], answer["person"]["gender"], answer["person"]["phone"]) == ("Tao Wei", None, None)
    answer = await asked(town, "personChange", id, name="Other", expectedVersion=1)
    assert answer["userErrors"] == [{"field": "expectedVersion", "code": "VERSION_OUTDATED"}]


async def test_a_worker_sees_who_moves_in_and_no_longer_who_moved_away(town: Town) -> None:
    id = f"Person:{await a_person(town)}"
    urban, rural = [await town.viewer("community.grid_worker", GRIDS[one]) for one in ("urban", "rural")]
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    move = {"gridId": f"Grid:{town.grids[GRIDS['rural']]}", "movedInOn": str(await today(town))}
    refused = await asked(town, "personMove", id, urban, **move)
    assert refused["userErrors"] == [{"field": "gridId", "code": "NOT_ALLOWED"}]
    moved = await asked(town, "personMove", id, administrator, **move)
    assert moved["person"]["grid"]["code"] == GRIDS["rural"]
    text = "query($id: ID!) { node(id: $id) { ... on Person { name residences { movedOutOn } } } }"
    assert (await town.ask(text, urban, id=id))["node"] is None
    assert len((await town.ask(text, rural, id=id))["node"]["residences"]) == 2


async def test_a_household_shows_its_members_and_who_belonged_to_it(town: Town) -> None:
    household = f"Household:{await a_household(town)}"
    head, child = [await a_person(town, name=name, address="Behind the school") for name in ("Tao", "Xiao")]
    shown = "household { members { relation leftOn person { name } } formerMembers { person { name } } } userErrors { field code }"
    for person, relation in ((head, "HEAD"), (child, "CHILD")):
        await asked(town, "householdJoin", household, shown=shown, personId=f"Person:{person}", relation=relation)
    answer = await asked(town, "householdLeave", household, shown=shown, personId=f"Person:{child}")
    assert answer["household"] == {
        "members": [{"relation": "HEAD", "leftOn": None, "person": {"name": "Tao"}}],
        "formerMembers": [{"person": {"name": "Xiao"}}],
    }
    (unit,) = await homes_in(town, "rural", 1)
    move = {"unitId": f"Unit:{unit}", "movedInOn": str(await today(town))}
    moved = await asked(
        town, "householdMove", household, shown="household { unit { id } grid { code } persons { grid { code } } }", **move
    )
    grid = {"code": GRIDS["rural"]}
    assert moved["household"] == {"unit": {"id": f"Unit:{unit}"}, "grid": grid, "persons": [{"grid": grid}]}


async def test_the_id_of_a_merged_double_leads_to_the_kept_person(town: Town) -> None:
    kept, doubled = [f"Person:{await a_person(town)}" for _ in range(2)]
    answer = await asked(town, "personMerge", kept, doubledId=doubled, reason="registered twice")
    assert (answer["person"]["id"], answer["userErrors"]) == (kept, [])
    text = "query($id: ID!) { node(id: $id) { id } }"
    assert (await town.ask(text, id=doubled))["node"] == {"id": kept}
    stranger = await town.viewer("community.grid_worker", GRIDS["rural"])
    assert (await town.ask(text, stranger, id=doubled))["node"] is None
    answer = await asked(town, "personChange", doubled, name="X")
    assert answer["userErrors"] == [{"field": "id", "code": "NOT_FOUND"}]


async def test_what_is_due_to_be_confirmed_is_listed_below_a_grid(town: Town) -> None:
    now = await today(town)
    due, other, far = [f"Person:{await a_person(town, one)}" for one in ("urban", "urban", "rural")]
    for id, later in ((due, 10), (other, 300), (far, 10)):
        answer = await asked(
            town,
            "personConfirm",
            id,
            shown="person { confirmBy confirmedAt } userErrors { code }",
            confirmBy=str(now + days(later)),
        )
        assert answer["person"]["confirmBy"] == str(now + days(later))
    query = "query($filter: PersonFilter) { persons(filter: $filter) { nodes { id } } }"
    filter = {"subtree": GRIDS["urban"], "confirmBy": {"lte": str(now + days(30))}}
    assert (await town.ask(query, filter=filter))["persons"]["nodes"] == [{"id": due}]


async def test_a_sealed_value_stands_in_no_refusal(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")
    number = identity_number(5)
    input = {
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "name": "A",
        "identityNumber": number[:-1] + "?",
        "phone": "12345-secret",
    }
    text = REGISTER.replace("{ field code }", "{ field code message }")
    answer = (await town.ask(text, input=input))["personRegister"]
    assert {one["code"] for one in answer["userErrors"]} == {"IDENTITY_INVALID", "PHONE_INVALID"}
    assert number[:10] not in str(answer)
    assert "secret" not in str(answer)
