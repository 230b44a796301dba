"""Sealed values leave by a reveal and by nothing else; and a person is found by one without telling of anybody elsewhere."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import strawberry
from graphql import get_named_type, is_composite_type

from identities import identity_number, keys_of, seal_into
from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.rights.viewers import Viewer, anonymous, operator
from wangge_core.sealing.sealer import Sealer

pytestmark = pytest.mark.anyio
NUMBER, PHONE = identity_number(23), "13800138000"
WORKER = "community.grid_worker"
REVEAL = """mutation($id: ID!, $input: PersonRevealInput!) { personReveal(id: $id, input: $input) {
  values { identityNumber phone } userErrors { code field message } } }"""
FIND = """mutation($input: PersonFindInput!) { personFind(input: $input) {
  persons { id } userErrors { code field message } } }"""
ALL = {"fields": ["IDENTITY_NUMBER", "PHONE"], "purpose": "VISIT", "purposeText": "asked to come"}


@pytest.fixture
async def sealed(town: Town) -> Town:
    """The town, whose person has an identity number and a phone."""
    town.deployment.sealer = Sealer(keys_of("one"))
    async with town.deployment.write() as work:
        await seal_into(work, town.person, NUMBER, PHONE)
    return town


async def reveal(town: Town, viewer: Viewer, id: int | None = None, **input: Any) -> tuple[Any, list[str]]:
    asked = await town.ask(REVEAL, viewer, id=f"Person:{id or town.person}", input=ALL | input)
    found = asked["personReveal"]
    return found["values"], [one["code"] for one in found["userErrors"]]


async def find(town: Town, viewer: Viewer, **input: Any) -> tuple[Any, list[str]]:
    found = (await town.ask(FIND, viewer, input={"purpose": "SERVICE"} | input))["personFind"]
    return found["persons"] and [one["id"] for one in found["persons"]], [one["code"] for one in found["userErrors"]]


async def logged(town: Town) -> list[Mapping[str, Any]]:
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.read_log).where(t.read_log.c.kind != "READ").order_by(t.read_log.c.id))
    return [row._mapping for row in rows]


async def test_sealed_values_are_revealed_with_the_right_over_the_home(sealed: Town) -> None:
    values = {"identityNumber": NUMBER, "phone": f"+86{PHONE}"}
    assert await reveal(sealed, await sealed.viewer(WORKER, GRIDS["urban"])) == (values, [])
    assert await reveal(sealed, await sealed.viewer("community.community_head", COMMUNITY)) == (values, [])
    one = {"identityNumber": None, "phone": f"+86{PHONE}"}
    assert await reveal(sealed, await sealed.viewer(WORKER, GRIDS["urban"]), fields=["PHONE"]) == (one, [])


async def test_nobody_else_gets_them(sealed: Town) -> None:
    for viewer, code in (
        (anonymous(), "NOT_SIGNED_IN"),
        (await sealed.viewer(WORKER, GRIDS["scenic"]), "NOT_FOUND"),
        (await sealed.viewer("community.auditor", DISTRICT), "NOT_ALLOWED"),
        (await sealed.viewer("community.volunteer", GRIDS["urban"]), "NOT_FOUND"),
        (await sealed.login("community.department_specialist@housing"), "NOT_FOUND"),
    ):
        assert await reveal(sealed, viewer) == (None, [code])
    reader = replace(operator(), scopes={one: scope for one, scope in operator().scopes.items() if one != "REVEAL_SEALED"})
    assert await reveal(sealed, reader) == (None, ["NOT_ALLOWED"])
    assert await logged(sealed) == []


async def test_residents_get_their_own_and_those_of_the_children_in_their_care(sealed: Town) -> None:
    account = (await sealed.viewer("community.volunteer", GRIDS["urban"])).account_id
    resident = Viewer(account_id=account, person_id=sealed.person, language="en")
    guardian = Viewer(account_id=account, person_id=sealed.person + 1, ward_ids=(sealed.person,), language="en")
    for viewer in (resident, guardian):
        values, codes = await reveal(sealed, viewer)
        assert (values["identityNumber"], codes) == (NUMBER, [])
    stranger = Viewer(account_id=account, person_id=sealed.person + 1, language="en")
    assert await reveal(sealed, stranger) == (None, ["NOT_FOUND"])


@pytest.mark.parametrize("purpose", [{"purpose": None}, {"purpose": None, "purposeText": "because"}], ids=["none", "words_alone"])
async def test_a_reveal_without_a_purpose_is_refused(sealed: Town, purpose: dict[str, Any]) -> None:
    worker = await sealed.viewer(WORKER, GRIDS["urban"])
    assert await reveal(sealed, worker, **purpose) == (None, ["PURPOSE_REQUIRED"])
    assert await find(sealed, worker, identityNumber=NUMBER, **purpose) == (None, ["PURPOSE_REQUIRED"])


async def test_nothing_asked_for_is_refused(sealed: Town) -> None:
    worker = await sealed.viewer(WORKER, GRIDS["urban"])
    assert await reveal(sealed, worker, fields=[]) == (None, ["REQUIRED"])
    assert await reveal(sealed, worker, purposeText="x" * 201) == (None, ["TOO_LONG"])
    assert await reveal(sealed, worker, id=999_999) == (None, ["NOT_FOUND"])


async def test_a_person_without_values_reveals_none(town: Town) -> None:
    town.deployment.sealer = Sealer(keys_of("one"))
    worker = await town.viewer(WORKER, GRIDS["urban"])
    assert await reveal(town, worker) == ({"identityNumber": None, "phone": None}, [])


async def test_every_reveal_is_logged_with_who_whom_what_and_what_for(sealed: Town) -> None:
    worker = await sealed.viewer(WORKER, GRIDS["urban"])
    await reveal(sealed, worker)
    await find(sealed, worker, phone=PHONE)
    first, second = await logged(sealed)
    assert (first["kind"], first["account_id"], first["purpose"]) == ("REVEAL", worker.account_id, "VISIT")
    assert first["purpose_text"] == "asked to come"
    assert first["parts"] == [["Person", ["identityNumber", "phone"]]]
    assert (second["kind"], second["purpose"], second["parts"]) == ("SEARCH", "SERVICE", [["Person", ["phone"]]])
    assert first["subjects"] == second["subjects"] == [[0, [sealed.person]]]


async def test_a_search_that_finds_nobody_is_logged_as_well(sealed: Town) -> None:
    worker = await sealed.viewer(WORKER, GRIDS["urban"])
    await find(sealed, worker, identityNumber=identity_number(7))
    (entry,) = await logged(sealed)
    assert (entry["kind"], entry["account_id"], entry["subjects"]) == ("SEARCH", worker.account_id, [])


async def test_what_cannot_be_logged_is_not_told(sealed: Town) -> None:
    worker = await sealed.viewer(WORKER, GRIDS["urban"])
    await sealed.deployment.read_log.close()
    for document, variables in (
        (REVEAL, {"id": f"Person:{sealed.person}", "input": ALL}),
        (FIND, {"input": {"identityNumber": NUMBER, "purpose": "SERVICE"}}),
    ):
        answer = await sealed.api.execute(document, variables, worker)
        assert [one["extensions"]["code"] for one in answer["errors"]] == ["READ_LOG_UNAVAILABLE"]
        assert NUMBER not in str(answer)
        assert f"Person:{sealed.person}" not in str(answer["data"])


async def test_reveals_and_searches_of_an_account_are_counted_together_for_an_hour(sealed: Town) -> None:
    now = datetime.now(UTC)
    sealed.deployment.clock = lambda: now
    sealed.deployment.rules = replace(sealed.deployment.rules, reveals_per_hour=3)
    worker, chief = await sealed.viewer(WORKER, GRIDS["urban"]), await sealed.viewer("community.grid_chief", GRIDS["urban"])
    assert (await reveal(sealed, worker))[1] == []
    assert (await find(sealed, worker, identityNumber=identity_number(5)))[1] == []  # one that is found nowhere counts as well
    now += timedelta(minutes=30)
    assert (await reveal(sealed, worker))[1] == []
    assert await reveal(sealed, worker) == (None, ["REVEALS_EXHAUSTED"])
    assert await find(sealed, worker, identityNumber=NUMBER) == (None, ["REVEALS_EXHAUSTED"])
    assert (await reveal(sealed, chief))[1] == []
    now += timedelta(minutes=30)  # the first two are an hour ago
    assert (await reveal(sealed, worker))[1] == []
    assert (await reveal(sealed, worker))[1] == []
    assert (await reveal(sealed, worker))[1] == ["REVEALS_EXHAUSTED"]


async def test_a_person_is_found_by_the_whole_value_alone(sealed: Town) -> None:
    worker = await sealed.viewer(WORKER, GRIDS["urban"])
    here = [f"Person:{sealed.person}"]
    assert await find(sealed, worker, identityNumber=NUMBER) == (here, [])
    assert await find(sealed, worker, phone="+86 138 0013 8000") == (here, [])
    assert await find(sealed, worker, identityNumber=identity_number(24)) == ([], [])
    assert await find(sealed, worker, identityNumber=NUMBER[:6]) == (None, ["IDENTITY_INVALID"])
    assert await find(sealed, worker, phone=PHONE[:7]) == (None, ["PHONE_INVALID"])
    assert await find(sealed, worker) == (None, ["ONE_OF"])
    assert await find(sealed, worker, identityNumber=NUMBER, phone=PHONE) == (None, ["ONE_OF"])


async def test_whoever_lives_elsewhere_is_found_as_little_as_nobody(sealed: Town) -> None:
    neighbour = await sealed.viewer(WORKER, GRIDS["scenic"])
    assert await find(sealed, neighbour, identityNumber=NUMBER) == await find(sealed, neighbour, identityNumber=identity_number(7))
    assert await find(sealed, await sealed.viewer("community.auditor", DISTRICT), identityNumber=NUMBER) == (None, ["NOT_ALLOWED"])
    assert await find(sealed, anonymous(), identityNumber=NUMBER) == (None, ["NOT_SIGNED_IN"])
    assert [entry["subjects"] for entry in await logged(sealed)] == [[], []]


async def test_a_search_does_the_same_work_whether_somebody_lives_elsewhere_or_nowhere(sealed: Town) -> None:
    neighbour = await sealed.viewer(WORKER, GRIDS["scenic"])
    await find(sealed, neighbour, identityNumber=identity_number(8))  # opens the log
    heard: list[str] = []
    sealed.deployment.watch(lambda statement, *_: heard.append(statement))
    await find(sealed, neighbour, identityNumber=NUMBER)
    elsewhere = list(heard)
    heard.clear()
    await find(sealed, neighbour, identityNumber=identity_number(7))
    assert elsewhere
    assert heard == elsewhere


async def test_without_the_key_masks_are_left_and_reveals_say_why(sealed: Town) -> None:
    worker = await sealed.viewer(WORKER, GRIDS["urban"])
    for sealer, missing in ((None, "SEALING_KEY_MISSING"), (Sealer(keys_of("two")), "SEALING_KEY_UNKNOWN")):
        sealed.deployment.sealer = sealer
        assert await reveal(sealed, worker) == (None, ["SEALING_KEY_UNKNOWN"])
        assert await find(sealed, worker, identityNumber=NUMBER) == (None, [missing])


async def test_values_stand_nowhere_but_in_the_answer(sealed: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    worker = await sealed.viewer(WORKER, GRIDS["urban"])
    await reveal(sealed, worker)
    await find(sealed, worker, identityNumber=NUMBER)
    await find(sealed, worker, identityNumber=NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"))
    async with sealed.deployment.read() as work:
        for table in t.metadata.tables.values():
            for row in await work.rows(sa.select(table)):
                assert NUMBER[:-1] not in str(row), table.name
                assert PHONE not in str(row), table.name
    told = " ".join(record.getMessage() for record in caplog.records)
    assert NUMBER[:-1] not in told
    assert PHONE not in told


async def test_no_read_tells_a_sealed_value(sealed: Town, schema: strawberry.Schema) -> None:
    """Of a person every field is asked for that there is."""
    type: Any = schema._schema.type_map["Person"]
    plain = [name for name, field in type.fields.items() if not field.args and "Connection" not in str(field.type)]
    asked = " ".join(f"{name} {{ __typename }}" if _is_object(type.fields[name]) else name for name in plain)
    answer = await sealed.api.execute(f'{{ node(id: "Person:{sealed.person}") {{ ... on Person {{ {asked} }} }} }}', {}, operator())
    assert "errors" not in answer
    assert NUMBER not in str(answer)
    assert PHONE not in str(answer)


def _is_object(field: Any) -> bool:
    return is_composite_type(get_named_type(field.type))
