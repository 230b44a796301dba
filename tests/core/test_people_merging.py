"""Merging doubles: what the other had goes to the kept person, and a tombstone that nobody reads forwards to it."""

from typing import Any

import pytest
import sqlalchemy as sa

from identities import identity_number, sealer_of
from residents import a_household, a_person, days, done, homes_in, of_person, refused, row, today
from towns import DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.people.genders import Gender
from wangge_core.people.households import Relation
from wangge_core.people.merging import OF_THE_ROW, Merge, merge_persons, references
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.people.sealed import open_column
from wangge_core.people.tombstones import forwarded
from wangge_core.plugin.declarations.kinds import Involvable

pytestmark = pytest.mark.anyio


def merge(kept: int, doubled: int, **given: Any) -> Merge:
    return Merge(**{"id": kept, "doubled_id": doubled, "reason": "registered twice"} | given)


async def test_the_kept_person_gets_what_it_lacks_and_the_double_is_gone(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")
    kept = await a_person(town, gender=Gender.FEMALE)
    doubled = await a_person(town, gender=Gender.MALE, identity_number=identity_number(4), phone="13800138000")
    await done(town, merge_persons, [merge(kept, doubled)])
    person = await row(town, t.person, kept)
    assert (person.gender, str(person.born_on), person.phone_mask) == ("FEMALE", "1980-01-01", "138****8000")
    assert open_column(town.deployment.sealer, kept, "identity_number", person.identity_number) == identity_number(4)
    gone = await row(town, t.person, doubled)
    assert (gone.name, gone.gender, gone.born_on, gone.identity_number, gone.phone_index) == ("", None, None, None, None)
    assert (gone.merged_into_id, gone.removed_because) == (kept, "registered twice")
    again = NewPerson(grid_id=town.grids[GRIDS["urban"]], name="B", identity_number=identity_number(4))
    assert await refused(town, register_persons, [again]) == ["identityNumber: IDENTITY_TAKEN"]


async def test_a_tombstone_is_in_no_read_and_forwards(town: Town) -> None:
    kept, middle, doubled = [await a_person(town, name=name) for name in ("Kept", "Middle", "Doubled")]
    before = (await town.ask("{ persons { totalCount } }"))["persons"]["totalCount"]
    await done(town, merge_persons, [merge(middle, doubled)])
    await done(town, merge_persons, [merge(kept, middle)])
    seen = await town.ask(
        '{ persons { totalCount nodes { id } } found: persons(filter: {name: {contains: "Doubled"}}) { totalCount } }'
    )
    assert seen["persons"]["totalCount"] == before - 2 == len(seen["persons"]["nodes"])
    assert seen["found"]["totalCount"] == 0
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    text = "query($id: ID!, $code: String!) { node(id: $id) { id } grid(code: $code) { persons { totalCount } } }"
    for viewer in (None, administrator):
        answer = await town.ask(text, viewer, id=f"Person:{doubled}", code=DISTRICT)
        assert answer["node"] == {"id": f"Person:{kept}"}
        assert answer["grid"]["persons"]["totalCount"] == before - 2
    async with town.deployment.read() as work:
        assert await forwarded(work, [kept, middle, doubled]) == {middle: kept, doubled: kept}


async def test_everything_that_referred_to_the_double_refers_to_the_kept(town: Town) -> None:
    kept, doubled = await a_person(town), await a_person(town)
    child = await a_person(town, guardian_id=doubled)
    grid = town.grids[GRIDS["urban"]]
    details = {"service": "pension", "mandate_given": True}
    ties = [(Involved(role="beneficiary", sort=Involvable.PERSON, id=one),) for one in (doubled, kept)]
    report = {"kind_id": "community.errand", "description": "asked for", "grid_id": grid, "details": details}
    await done(town, report_events, [EventReport(**report, involved=tie) for tie in ties])
    async with town.deployment.write() as work:
        (event,) = [one.event_id for one in await work.rows(sa.select(t.involvement).where(t.involvement.c.person_id == kept))]
        await work.insert(t.involvement, [{"event_id": event, "role": "beneficiary", "person_id": doubled}])
    await done(town, merge_persons, [merge(kept, doubled)])
    assert (await row(town, t.person, child)).guardian_id == kept
    assert len(await of_person(town, t.involvement, kept)) == 2
    async with town.deployment.read() as work:
        for column in references():
            assert await work.value(sa.select(sa.func.count()).where(column == doubled)) == 0, column


def test_every_reference_to_a_person_is_thought_of() -> None:
    columns = {(one.table.name, one.name) for one in references()} | OF_THE_ROW
    assert {("involvement", "person_id"), ("need", "person_id"), ("account", "person_id"), ("person", "guardian_id")} <= columns
    assert not any(table.endswith("_search") for table, _ in columns)


async def test_of_two_present_homes_the_kept_persons_stays(town: Town) -> None:
    now, (unit, other) = await today(town), await homes_in(town, "urban")
    kept, doubled = [await a_person(town, unit_id=one, moved_in_on=now - days(since)) for one, since in ((unit, 10), (other, 90))]
    await done(town, merge_persons, [merge(kept, doubled)])
    homes = {one.unit_id: one.moved_out_on for one in await of_person(town, t.residence, kept)}
    assert homes == {unit: None, other: now - days(10)}
    same = await a_person(town, unit_id=unit)
    await done(town, merge_persons, [merge(kept, same)])
    assert len(await of_person(town, t.residence, kept)) == 2


async def test_the_household_of_the_double_is_the_kept_persons_where_it_is_at_home(town: Town) -> None:
    unit, other = await homes_in(town, "urban")
    here, there = await a_household(town, unit_id=unit), await a_household(town, unit_id=other)
    kept = await a_person(town, unit_id=unit)
    member = await a_person(town, household_id=here, relation=Relation.HEAD)
    await done(town, merge_persons, [merge(kept, member)])
    assert (await row(town, t.person, kept)).household_id == here
    assert [(one.relation, one.left_on) for one in await of_person(town, t.household_member, kept)] == [("HEAD", None)]
    elsewhere = await a_person(town, household_id=there, relation=Relation.HEAD)
    await done(town, merge_persons, [merge(kept, elsewhere)])
    assert (await row(town, t.person, kept)).household_id == here
    open_ones = [one.household_id for one in await of_person(town, t.household_member, kept) if one.left_on is None]
    assert open_ones == [here]


async def test_two_members_of_a_household_become_one(town: Town) -> None:
    household = await a_household(town)
    kept, doubled = [await a_person(town, household_id=household, relation=one) for one in (Relation.OTHER, Relation.HEAD)]
    await done(town, merge_persons, [merge(kept, doubled)])
    assert [one.relation for one in await of_person(town, t.household_member, kept)] == ["HEAD"]


async def test_what_are_two_persons_is_not_merged(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")
    one, two = [await a_person(town, identity_number=identity_number(number)) for number in (4, 5)]
    plain = await a_person(town)
    merges = [
        (merge(one, two), "doubledId: IDENTITY_DIFFERS"),
        (merge(one, one), "doubledId: SAME_PERSON"),
        (merge(one, 999_999), "doubledId: NOT_FOUND"),
        (merge(one, plain, reason=" "), "reason: BLANK"),
        (merge(one, plain, expected_version=7), "expectedVersion: VERSION_OUTDATED"),
    ]
    assert [(await refused(town, merge_persons, [request]))[0] for request, _ in merges] == [expected for _, expected in merges]
    both = [merge(one, plain), merge(two, plain)]
    assert await refused(town, merge_persons, both) == ["", "doubledId: DUPLICATE"]
    assert await refused(town, merge_persons, [merge(two, plain)]) == ["doubledId: NOT_FOUND"]


async def test_two_accounts_are_two_persons(town: Town) -> None:
    one, two = await a_person(town), await a_person(town)
    async with town.deployment.write() as work:
        accounts = [row.id for row in await work.rows(sa.select(t.account.c.id).order_by(t.account.c.id).limit(2))]
        for account, person in zip(accounts, (one, two), strict=True):
            await work.change(t.account, account, {"person_id": person})
    assert await refused(town, merge_persons, [merge(one, two)]) == ["doubledId: BOTH_HAVE_ACCOUNTS"]


async def test_merging_takes_a_right_over_both_grids(town: Town) -> None:
    here, there = await a_person(town), await a_person(town, "rural")
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    auditor = await town.viewer("community.auditor", DISTRICT)
    assert await refused(town, merge_persons, [merge(here, there)], worker) == ["doubledId: NOT_FOUND"]
    assert await refused(town, merge_persons, [merge(here, there)], auditor) == ["id: NOT_ALLOWED, doubledId: NOT_ALLOWED"]
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    assert await refused(town, merge_persons, [merge(here, there)], administrator) == [""]
