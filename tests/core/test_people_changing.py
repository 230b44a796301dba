"""Correcting and confirming what is kept of persons."""

from datetime import date

import pytest
import sqlalchemy as sa

from identities import identity_number, sealer_of
from residents import a_person, days, done, refused, row, today
from towns import DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.people.changes import PersonChange, change_persons
from wangge_core.people.confirmations import PersonConfirmation, confirm_persons
from wangge_core.people.genders import Gender
from wangge_core.people.sealed import open_column

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def keys(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")


async def test_a_correction_changes_what_is_given_and_nothing_else(town: Town) -> None:
    id = await a_person(town, gender=Gender.FEMALE, born_on=date(1980, 1, 1), phone="13800138000")
    await done(town, change_persons, [PersonChange(id=id, name=" Tao Wei ", gender=None, expected_version=1)])
    person = await row(town, t.person, id)
    assert (person.name, person.gender, person.born_on, person.phone_mask) == ("Tao Wei", None, date(1980, 1, 1), "138****8000")
    assert person.version == 2
    assert await refused(town, change_persons, [PersonChange(id=id, name="X", expected_version=1)]) == [
        "expectedVersion: VERSION_OUTDATED"
    ]


async def test_a_sealed_value_is_changed_and_cleared(town: Town) -> None:
    id = await a_person(town, phone="13800138000")
    await done(town, change_persons, [PersonChange(id=id, phone="+85291234567", identity_number=identity_number(3))])
    person = await row(town, t.person, id)
    assert open_column(town.deployment.sealer, id, "phone", person.phone) == "+85291234567"
    assert person.born_on == date(1980, 1, 1)
    await done(town, change_persons, [PersonChange(id=id, phone=None)])
    person = await row(town, t.person, id)
    assert (person.phone, person.phone_index, person.phone_mask) == (None, None, None)
    assert person.identity_number is not None


async def test_a_number_that_stays_the_same_is_no_change(town: Town) -> None:
    id = await a_person(town, identity_number=identity_number(3))
    before = await row(town, t.person, id)
    await done(town, change_persons, [PersonChange(id=id, identity_number=identity_number(3))])
    assert await row(town, t.person, id) == before


async def test_a_birth_is_that_of_the_number_that_is_kept(town: Town) -> None:
    now = await today(town)
    id = await a_person(town, identity_number=identity_number(3), moved_in_on=date(2000, 1, 1))
    plain = await a_person(town, moved_in_on=date(2000, 1, 1))
    changes = [
        (PersonChange(id=id, born_on=date(1981, 1, 1)), "bornOn: BIRTH_DATE_DIFFERS"),
        (PersonChange(id=id, identity_number=identity_number(3, born="19810101")), "bornOn: BIRTH_DATE_DIFFERS"),
        (PersonChange(id=id, identity_number=identity_number(3, born="19810101"), born_on=date(1981, 1, 1)), ""),
        (PersonChange(id=plain, born_on=date(2000, 1, 2)), "bornOn: BEFORE_BIRTH"),
        (PersonChange(id=plain, born_on=now + days(1)), "bornOn: IN_THE_FUTURE, bornOn: BEFORE_BIRTH"),
        (PersonChange(id=plain, identity_number=identity_number(3, born="19810101")), "identityNumber: IDENTITY_TAKEN"),
        (PersonChange(id=plain, name=None), "name: REQUIRED"),
    ]
    assert [(await refused(town, change_persons, [one]))[0] for one, _ in changes] == [expected for _, expected in changes]


async def test_a_number_under_a_key_that_is_gone_is_not_overruled(town: Town) -> None:
    id = await a_person(town, identity_number=identity_number(3))
    town.deployment.sealer = sealer_of("k2")
    assert await refused(town, change_persons, [PersonChange(id=id, born_on=date(1980, 1, 2))]) == ["bornOn: SEALING_KEY_UNKNOWN"]
    assert await refused(town, change_persons, [PersonChange(id=id, name="Other")]) == [""]


async def test_a_childs_private_data_stays_with_a_guardian_who_agreed(town: Town) -> None:
    now = await today(town)
    child = await a_person(town, born_on=now - days(3_000))
    guarded = {"guardian_id": town.person, "guardian_agreed_on": now}
    changes = [
        (PersonChange(id=child, phone="13800138000"), "guardianId: CHILD_NEEDS_GUARDIAN"),
        (PersonChange(id=child, guardian_id=child), "guardianId: GUARDIAN_UNKNOWN"),
        (PersonChange(id=child, phone="13800138000", **guarded), ""),
        (PersonChange(id=child, guardian_id=None), "guardianId: CHILD_NEEDS_GUARDIAN"),
        (PersonChange(id=child, name="Xiao"), ""),
        (PersonChange(id=child, guardian_id=None, phone=None), ""),
    ]
    assert [(await refused(town, change_persons, [one]))[0] for one, _ in changes] == [expected for _, expected in changes]


async def test_a_change_tells_the_outbox_which_fields_and_no_value(town: Town) -> None:
    id = await a_person(town)
    await done(town, change_persons, [PersonChange(id=id, name="Secret", phone="13800138000")])
    async with town.deployment.read() as work:
        told = await work.first(sa.select(t.outbox.c.content).where(t.outbox.c.topic == "person.changed"))
    assert told is not None
    assert {"name", "phone"} <= set(told.content["fields"])
    assert "Secret" not in str(told.content)
    assert "8000" not in str(told.content)


async def test_only_who_registers_people_there_corrects_and_confirms(town: Town) -> None:
    id = await a_person(town)
    auditor = await town.viewer("community.auditor", DISTRICT)
    elsewhere = await town.viewer("community.grid_worker", GRIDS["rural"])
    for operation, request in ((change_persons, PersonChange(id=id, name="X")), (confirm_persons, PersonConfirmation(id=id))):
        assert await refused(town, operation, [request], auditor) == ["id: NOT_ALLOWED"]
        assert await refused(town, operation, [request], elsewhere) == ["id: NOT_FOUND"]


async def test_who_confirmed_is_kept_and_when_to_ask_again(town: Town) -> None:
    now, worker = await today(town), await town.viewer("community.grid_worker", GRIDS["urban"])
    id, other = await a_person(town), await a_person(town)
    await done(town, confirm_persons, [PersonConfirmation(id=id), PersonConfirmation(id=other, confirm_by=now + days(30))], worker)
    person = await row(town, t.person, id)
    assert (person.confirmed_by_id, person.confirm_by) == (worker.account_id, now + days(365))
    assert (await row(town, t.person, other)).confirm_by == now + days(30)
    late = [PersonConfirmation(id=id, confirm_by=now), PersonConfirmation(id=other, confirm_by=now + days(4_000))]
    assert await refused(town, confirm_persons, late) == ["confirmBy: OUT_OF_RANGE"] * 2
