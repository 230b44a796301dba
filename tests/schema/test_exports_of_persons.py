"""Exports, erasures and requests for corrections through the schema: what a resident and the data officer may, and what they get."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from identities import identity_number, keys_of, seal_into
from towns import COMMUNITY, DISTRICT, GRIDS, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.data_care.held import HELD
from wangge_core.db import tables as t
from wangge_core.plugin.community.kinds import CORRECTION
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.residents import AccountLink, link_accounts
from wangge_core.rights.viewers import Viewer, anonymous, operator
from wangge_core.sealing.sealer import Sealer

pytestmark = pytest.mark.anyio
NUMBER, PHONE = identity_number(41), "13800138041"
NOTED = [{"name": "note", "text": "Corrected as the paper shown says."}]
EXPORT = """mutation Export($id: ID!, $input: PersonExportInput!) { personExport(id: $id, input: $input) {
  export userErrors { code field message } } }"""
ERASE = """mutation($id: ID!, $input: PersonEraseInput!, $key: String) { personErase(id: $id, input: $input, idempotencyKey: $key) {
  tombstone { id removedAt reason legalBasis } userErrors { code field } } }"""
CORRECT = """mutation($input: CorrectionRequestInput!) { correctionRequest(input: $input) {
  event { id number description kind { id } stage { name } involvements { role person { id } } } userErrors { code field message } } }"""
MOVE = """mutation($id: ID!, $input: EventMoveInput!) { eventMove(id: $id, input: $input) {
  event { stage { name } closed } userErrors { code field message } } }"""


@pytest.fixture
async def sealed(town: Town) -> Town:
    """The town, whose person has sealed values and an account, and a data officer."""
    town.deployment.sealer = Sealer(keys_of("one"))
    by = operator("en")
    async with town.deployment.write() as work:
        await seal_into(work, town.person, NUMBER, PHONE)
        new = [NewAccount(login="lin", name="Lin"), NewAccount(login="officer", name="Officer")]
        resident, officer = ids(await create_accounts(work, by, new))
        ids(await link_accounts(work, by, [AccountLink(account_id=resident, person_id=town.person)]))
        post = NewPost(account_id=officer, role_id="community.data_officer", grid_id=town.grids[DISTRICT])
        ids(await assign_posts(work, by, [post]))
    return town


async def export(town: Town, viewer: Viewer, id: int | None = None, **input: Any) -> tuple[Any, list[str]]:
    answer = await town.ask(EXPORT, viewer, id=f"Person:{id or town.person}", input={"purpose": "DATA_REQUEST"} | input)
    found = answer["personExport"]
    return found["export"], [one["code"] for one in found["userErrors"]]


async def correct(town: Town, viewer: Viewer, **input: Any) -> tuple[Mapping[str, Any], list[str]]:
    given = {"personId": f"Person:{town.person}", "field": "NAME", "should": "Lin Crane", "why": "misheard"} | input
    found = (await town.ask(CORRECT, viewer, input=given))["correctionRequest"]
    return found["event"], [one["code"] for one in found["userErrors"]]


async def test_the_person_gets_everything_with_the_sealed_values(sealed: Town) -> None:
    lin = await sealed.login("lin")
    await correct(sealed, lin)
    found, codes = await export(sealed, lin)
    assert codes == []
    assert (found["person"]["name"], found["person"]["identityNumber"]) == ("Lin Heron", NUMBER)
    assert found["person"]["phone"] == f"+86{PHONE}"
    assert {one.section for one in HELD} <= set(found)
    assert found["accounts"][0]["login"] == "lin"
    assert [one["kind"] for one in found["residences"]] == ["PERMANENT"]
    (tie,) = found["involvements"]
    assert (tie["role"], tie["event"]["details"]["should"]) == ("subject", "Lin Crane")
    assert [one["number"] for one in found["reported"]] == [tie["event"]["number"]]
    assert not {"folded", "phoneIndex", "identityNumberIndex", "hash"} & set(found["person"])


async def test_the_data_officer_gets_everything_with_masks(sealed: Town) -> None:
    found, codes = await export(sealed, await sealed.login("officer"))
    assert codes == []
    assert "identityNumber" not in found["person"]
    assert found["person"]["phoneMask"] == "138****8041"
    assert NUMBER not in json.dumps(found)


async def test_nobody_else_gets_anything(sealed: Town) -> None:
    for viewer, code in (
        (anonymous(), "NOT_SIGNED_IN"),
        (await sealed.viewer("community.grid_worker", GRIDS["urban"]), "NOT_ALLOWED"),
        (await sealed.viewer("community.district_administrator", DISTRICT), "NOT_ALLOWED"),
        (await sealed.viewer("community.grid_worker", GRIDS["scenic"]), "NOT_FOUND"),
    ):
        assert await export(sealed, viewer) == (None, [code])
    assert await export(sealed, await sealed.login("lin"), sealed.person + 1) == (None, ["NOT_FOUND"])
    async with sealed.deployment.read() as work:
        assert await work.first(sa.select(t.read_log).where(t.read_log.c.kind == "EXPORT")) is None


async def test_an_export_is_logged_before_it_is_told(sealed: Town) -> None:
    officer = await sealed.login("officer")
    await export(sealed, officer, purposeText="asked at the counter")
    async with sealed.deployment.read() as work:
        (entry,) = await work.rows(sa.select(t.read_log).where(t.read_log.c.kind == "EXPORT"))
    assert (entry.account_id, entry.purpose, entry.purpose_text) == (officer.account_id, "DATA_REQUEST", "asked at the counter")
    assert entry.subjects == [[0, [sealed.person]]]
    await sealed.deployment.read_log.index()
    reads = (await export(sealed, await sealed.login("lin")))[0]["reads"]
    assert (reads[0]["kind"], reads[0]["by"], reads[0]["roles"]) == ("EXPORT", "Officer", ["community.data_officer"])
    await sealed.deployment.read_log.close()
    answer = await sealed.api.execute(EXPORT, {"id": f"Person:{sealed.person}", "input": {"purpose": "DATA_REQUEST"}}, officer)
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["READ_LOG_UNAVAILABLE"]
    assert "Lin" not in str(answer["data"])


async def test_a_resident_asks_for_a_correction_and_the_officer_corrects(sealed: Town) -> None:
    event, codes = await correct(sealed, await sealed.login("lin"))
    assert codes == []
    assert (event["kind"]["id"], event["stage"]["name"]) == ("community.correction", "received")
    assert event["involvements"] == [{"role": "subject", "person": {"id": f"Person:{sealed.person}"}}]
    officer = await sealed.login("officer")
    for move, answers, stage in (("check", [], "checking"), ("correct", NOTED, "corrected")):
        moved = (await sealed.ask(MOVE, officer, id=event["id"], input={"move": move, "answers": answers}))["eventMove"]
        assert (moved["userErrors"], moved["event"]["stage"]["name"]) == ([], stage)


async def test_a_correction_is_declined_with_a_reason_only_and_by_nobody_in_the_grid(sealed: Town) -> None:
    event, _ = await correct(sealed, await sealed.login("lin"))
    worker = await sealed.viewer("community.grid_worker", GRIDS["urban"])
    for viewer, code in ((worker, "MOVE_ROLE"), (await sealed.login("officer"), "ANSWER_REQUIRED")):
        moved = (await sealed.ask(MOVE, viewer, id=event["id"], input={"move": "refuse"}))["eventMove"]
        assert {one["code"] for one in moved["userErrors"]} == {code}


async def test_private_values_stand_in_no_public_text_of_a_correction(sealed: Town) -> None:
    event, _ = await correct(sealed, await sealed.login("lin"))
    async with sealed.deployment.read() as work:
        outbox = await work.rows(sa.select(t.outbox.c.content))
        history = await work.rows(sa.select(t.event_history))
        changes = await work.rows(sa.select(t.change_log.c.fields))
    for told in (event, outbox, history, changes):
        assert "Lin Crane" not in str(told)
        assert "misheard" not in str(told)
    assert CORRECTION.details is not None


@pytest.mark.parametrize(
    ("input", "code"),
    [
        ({"field": "IDENTITY_NUMBER", "should": "something"}, "CORRECTION_VALUE_SEALED"),
        ({"should": f"no, {NUMBER}"}, "CORRECTION_VALUE_SEALED"),
        ({"why": "call 138-0013-8000"}, "CORRECTION_VALUE_SEALED"),
        ({"why": " "}, "BLANK"),
        ({"personId": "Person:999999"}, "NOT_FOUND"),
        ({"personId": "Unit:1"}, "ID_INVALID"),
    ],
    ids=["sealed_field", "number_in_text", "phone_in_text", "no_reason", "nobody", "other_thing"],
)
async def test_a_wrong_request_for_a_correction_is_refused(sealed: Town, input: dict[str, Any], code: str) -> None:
    assert (await correct(sealed, await sealed.login("lin"), **input))[1] == [code]


async def test_the_same_is_asked_once_while_it_is_open_and_by_the_person_alone(sealed: Town) -> None:
    lin = await sealed.login("lin")
    assert (await correct(sealed, lin))[1] == []
    assert (await correct(sealed, lin))[1] == ["CORRECTION_OPEN"]
    assert (await correct(sealed, lin, field="GENDER"))[1] == []
    assert (await correct(sealed, await sealed.viewer("community.community_head", COMMUNITY)))[1] == ["NOT_FOUND"]
    assert (await correct(sealed, anonymous()))[1] == ["NOT_SIGNED_IN"]


async def test_the_officer_erases_a_person_and_sees_the_tombstone(sealed: Town) -> None:
    officer, input = await sealed.login("officer"), {"reason": "asked", "legalBasis": "a law, article 47"}
    for key in ("one", "one", "two"):
        found = (await sealed.ask(ERASE, officer, id=f"Person:{sealed.person}", input=input, key=key))["personErase"]
        assert found["userErrors"] == []
        assert (found["tombstone"]["reason"], found["tombstone"]["legalBasis"]) == ("asked", "a law, article 47")
    assert (await sealed.ask("{ persons { totalCount } }"))["persons"]["totalCount"] == 0
    assert (await sealed.ask("query($id: ID!) { node(id: $id) { id } }", id=f"Person:{sealed.person}"))["node"] is None
    assert await export(sealed, officer) == (None, ["NOT_FOUND"])


async def test_who_has_an_open_correction_is_erased_when_it_is_closed(sealed: Town) -> None:
    await correct(sealed, await sealed.login("lin"))
    officer, input = await sealed.login("officer"), {"reason": "asked", "legalBasis": "a law"}
    found = (await sealed.ask(ERASE, officer, id=f"Person:{sealed.person}", input=input))["personErase"]
    assert [one["code"] for one in found["userErrors"]] == ["PERSON_IN_OPEN_EVENTS"]


async def test_what_a_correction_asked_for_goes_with_the_person(sealed: Town) -> None:
    event, _ = await correct(sealed, await sealed.login("lin"))
    officer, input = await sealed.login("officer"), {"reason": "asked", "legalBasis": "a law"}
    await sealed.ask(MOVE, officer, id=event["id"], input={"move": "correct", "answers": NOTED})
    await sealed.ask(ERASE, officer, id=f"Person:{sealed.person}", input=input)
    async with sealed.deployment.read() as work:
        details = await work.value(sa.select(t.event.c.details))
    assert details == {"asks": "CORRECT", "field": "NAME", "should": None, "why": None}
