"""Rows that may be somebody on the register: found, listed, decided, and never asked twice."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from identities import identity_number, sealer_of
from registers import MAPPING, person, rows_of, write
from towns import COMMUNITY, DISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.imports.registers.mappings import PersonMapping
from wangge_core.imports.registers.persons import import_persons
from wangge_core.imports.reporting import ImportResult
from wangge_core.rights.viewers import operator
from wangge_core.sealing.resealing import reseal_all

pytestmark = pytest.mark.anyio

LIST = """{ importReviews(filter: {decided: {eq: false}}) { totalCount nodes {
  id why file line name bornOn home decision person { id name } grid { code } } } }"""
DECIDE = """mutation($id: ID!, $decision: ImportDecision!) { importReviewDecide(id: $id, input: {decision: $decision}) {
  importReview { decided decision name home } userErrors { code field } } }"""


@pytest.fixture
async def sealed(town: Town) -> Town:
    town.deployment.sealer = sealer_of("k1")
    return town


async def run(town: Town, folder: Path, rows: list[dict[str, Any]], source: str = "register", **sections: Any) -> ImportResult:
    mapping = msgspec.convert(MAPPING | {"name": source} | sections, PersonMapping)
    return await import_persons(town.deployment, operator("en"), write(folder / "p.csv", rows), mapping)


async def waiting(town: Town, viewer: Any = None) -> list[Any]:
    return (await town.ask(LIST, viewer))["importReviews"]["nodes"]


async def decide(town: Town, decision: str, viewer: Any = None) -> Any:
    (review,) = await waiting(town)
    return (await town.ask(DECIDE, viewer, id=review["id"], decision=decision))["importReviewDecide"]


async def test_who_is_known_for_certain_is_nobody_new(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path, [person(1), person(2, id="", tel="")])
    same = [person(1) | {"no": 101, "hh": "", "rel": "", "tel": ""}, person(2, id="", tel="") | {"no": 102, "hh": "", "rel": ""}]
    result = await run(sealed, tmp_path, same, "other")
    assert (result.already_there, result.imported, result.waiting) == (2, 0, 0)


@pytest.mark.parametrize(
    ("why", "row"),
    [
        ("OTHER_HOME", {"name": "Name 1", "id": "", "tel": "", "door": "999"}),
        ("SAME_PHONE", {"name": "Somebody", "id": "", "born": "", "door": "999", "tel": "139 0000 0001"}),
        ("IDENTITY_OF_OTHER_NAME", {"name": "Somebody", "tel": "", "id": identity_number(1)}),
        ("OTHER_IDENTITY_AT_HOME", {"name": "Name 1", "tel": "", "id": identity_number(77)}),
    ],
    ids=["home", "phone", "name", "identity"],
)
async def test_who_may_be_somebody_waits_once(sealed: Town, tmp_path: Path, why: str, row: dict[str, Any]) -> None:
    await run(sealed, tmp_path, [person(1)])
    doubtful = [person(50, hh="", rel="") | {"door": "201"} | row]
    before = await rows_of(sealed, t.person)
    for _ in range(2):
        result = await run(sealed, tmp_path, doubtful)
        assert (result.waiting, result.imported, result.refused) == (1, 0, 0)
    (review,) = await waiting(sealed)
    assert (review["why"], review["file"], review["line"], review["person"]["name"]) == (why, "p.csv", 2, "Name 1")
    assert await rows_of(sealed, t.person) == before


async def test_two_identity_numbers_or_a_shared_telephone_are_two_people(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path, [person(1, tel="13900000001"), person(2, id="", born="19700101", tel="13900000001")])
    namesake = person(3, name="Name 1", door="999", hh="", rel="")
    assert (await run(sealed, tmp_path, [namesake])).imported == 1
    assert len(await rows_of(sealed, t.import_review)) == 0


async def test_rows_of_one_file_are_compared_with_each_other(sealed: Town, tmp_path: Path) -> None:
    rows = [person(1), person(2, id=identity_number(1)), person(3, id=identity_number(1), name="Name 1"), person(1)]
    result = await run(sealed, tmp_path, rows)
    assert (result.imported, result.waiting, result.already_there) == (1, 1, 2)


async def test_somebody_new_is_registered_with_the_decision(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path, [person(1)])
    row = person(2, name="Name 1", id="", tel="13600000000", door="777")
    await run(sealed, tmp_path, [row])
    answer = await decide(sealed, "OTHER")
    assert answer["userErrors"] == []
    assert answer["importReview"] == {"decided": True, "decision": "OTHER", "name": None, "home": None}
    *_, new = await rows_of(sealed, t.person)
    assert (new.source_key, new.name, new.phone_mask, new.household_id is not None) == ("2", "Name 1", "136****0000", True)
    (review,) = await rows_of(sealed, t.import_review)
    assert (review.draft, review.draft_index, review.born_on) == (None, None, None)
    assert (await run(sealed, tmp_path, [row])).already_there == 1


async def test_the_same_person_is_changed_as_the_mapping_says(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path, [person(1)])
    row = person(2, name="Name 1", id="", tel="13600000000", door="777")
    await run(sealed, tmp_path, [row], update=["phone"])
    count = len(await rows_of(sealed, t.person))
    assert (await decide(sealed, "SAME"))["userErrors"] == []
    *_, same = await rows_of(sealed, t.person)
    assert (len(await rows_of(sealed, t.person)), same.source_key, same.phone_mask) == (count, "1", "136****0000")
    again = await run(sealed, tmp_path, [row], update=["phone"])
    assert (again.already_there, again.updated, again.waiting) == (1, 0, 0)


async def test_who_is_skipped_never_comes_in(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path, [person(1)])
    row = person(2, name="Name 1", id="", tel="", door="777")
    await run(sealed, tmp_path, [row])
    assert (await decide(sealed, "SKIP"))["importReview"]["decision"] == "SKIP"
    assert (await run(sealed, tmp_path, [row])).dropped == 1
    review = (await rows_of(sealed, t.import_review))[0]
    answer = await sealed.ask(DECIDE, id=f"ImportReview:{review.id}", decision="OTHER")
    assert answer["importReviewDecide"]["userErrors"] == [{"code": "REVIEW_DECIDED", "field": "id"}]


async def test_a_decision_that_cannot_be_carried_out_is_refused(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path, [person(1)])
    await run(sealed, tmp_path, [person(2, id=identity_number(1), hh="", rel="")])
    answer = await decide(sealed, "OTHER")
    assert answer["userErrors"] == [{"code": "IDENTITY_TAKEN", "field": "identityNumber"}]
    assert len(await waiting(sealed)) == 1


async def test_without_a_key_the_next_run_does_what_was_decided(town: Town, tmp_path: Path) -> None:
    plain = MAPPING["person"] | {"identity_number": "", "phone": ""}
    await run(town, tmp_path, [person(1)], person=plain)
    row = person(2, name="Name 1", door="777")
    await run(town, tmp_path, [row], person=plain)
    assert (await rows_of(town, t.import_review))[0].draft is None
    before = len(await rows_of(town, t.person))
    assert (await decide(town, "OTHER"))["userErrors"] == []
    assert len(await rows_of(town, t.person)) == before
    assert (await run(town, tmp_path, [row], person=plain)).imported == 1


async def test_reviews_are_for_who_imports_or_cares_for_data_there(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path, [person(1)])
    await run(sealed, tmp_path, [person(2, name="Name 1", id="", tel="", door="777")])
    administrator = await sealed.viewer("community.district_administrator", DISTRICT)
    head = await sealed.viewer("community.community_head", COMMUNITY)
    assert [one["name"] for one in await waiting(sealed, administrator)] == ["Name 1"]
    assert await waiting(sealed, head) == []
    (review,) = await waiting(sealed)
    answer = await sealed.ask(DECIDE, head, id=review["id"], decision="SKIP")
    assert answer["importReviewDecide"]["userErrors"] == [{"code": "NOT_FOUND", "field": "id"}]
    assert (await decide(sealed, "OTHER", administrator))["userErrors"] == []


async def test_a_row_that_waits_is_sealed_and_moves_to_a_new_key(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path, [person(1)])
    row = person(2, name="Name 1", id="", tel="13600000000", door="777")
    await run(sealed, tmp_path, [row])
    (review,) = await rows_of(sealed, t.import_review)
    assert "13600000000" not in str(review)
    assert sealed.deployment.sealer is not None
    old = sealed.deployment.sealer.keys
    newer = sealer_of("k2").keys
    sealed.deployment.sealer = type(sealed.deployment.sealer)(type(old)(by_name={**old.by_name, **newer.by_name}, current="k2"))
    assert (await reseal_all(sealed.deployment)).failed == ()
    (review,) = await rows_of(sealed, t.import_review)
    assert review.draft.startswith("k2:")
    assert (await decide(sealed, "OTHER"))["userErrors"] == []


async def test_nothing_private_stands_in_the_outbox(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path, [person(1), person(2, name="Name 1", id="", tel="", door="777")])
    async with sealed.deployment.read() as work:
        told = str(await work.rows(sa.select(t.outbox)))
    assert identity_number(1) not in told
    assert "Name 1" not in told
