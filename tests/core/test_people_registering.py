"""Registering persons and households: homes, relations, sealed values, guardians, and what is refused."""

from datetime import date

import pytest

from identities import identity_number, sealer_of
from residents import a_household, a_person, days, done, homes_in, of_person, refused, row, today
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.people.children import age
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.households import NewHousehold, Relation, register_households
from wangge_core.people.persons import NewPerson, register_persons

pytestmark = pytest.mark.anyio

HALF = 6_000


async def test_a_person_lives_in_the_home_of_the_household(town: Town) -> None:
    (unit, other) = await homes_in(town, "rural")
    household = await a_household(town, "rural", unit_id=unit)
    moved_in = await today(town) - days(40)
    id = await a_person(
        town, "rural", household_id=household, relation=Relation.HEAD, moved_in_on=moved_in, residence=ResidenceKind.TEMPORARY
    )
    (home,) = await of_person(town, t.residence, id)
    assert (home.grid_id, home.unit_id, home.kind) == (town.grids[GRIDS["rural"]], unit, "TEMPORARY")
    assert (home.moved_in_on, home.moved_out_on) == (moved_in, None)
    (member,) = await of_person(town, t.household_member, id)
    assert (member.household_id, member.relation, member.joined_on, member.left_on) == (household, "HEAD", moved_in, None)
    elsewhere = NewPerson(grid_id=town.grids[GRIDS["rural"]], name="B", household_id=household, unit_id=other)
    assert await refused(town, register_persons, [elsewhere]) == ["unitId: TWO_HOMES"]


async def test_a_household_needs_a_home(town: Town) -> None:
    grid = town.grids[GRIDS["rural"]]
    homes = [NewHousehold(grid_id=grid, name="H"), NewHousehold(grid_id=grid, name="H", address=" ")]
    assert await refused(town, register_households, homes) == ["unitId: HOUSEHOLD_WITHOUT_HOME", "address: BLANK"]
    assert (await row(town, t.household, await a_household(town, "rural", address="Mill lane 3"))).address == "Mill lane 3"


async def test_a_household_has_one_head(town: Town) -> None:
    grid, household = town.grids[GRIDS["urban"]], await a_household(town)
    heads = [NewPerson(grid_id=grid, name=name, household_id=household, relation=Relation.HEAD) for name in "AB"]
    assert await refused(town, register_persons, heads) == ["", "relation: HEAD_TAKEN"]
    assert await refused(town, register_persons, heads[1:]) == ["relation: HEAD_TAKEN"]
    lonely = NewPerson(grid_id=grid, name="C", relation=Relation.SPOUSE)
    assert await refused(town, register_persons, [lonely]) == ["householdId: REQUIRED"]


async def test_an_identity_number_belongs_to_one_living_person(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")
    grid, number = town.grids[GRIDS["urban"]], identity_number(7)
    id = await a_person(town, identity_number=number.lower(), phone="138 0013 8000")
    person = await row(town, t.person, id)
    assert person.born_on == date(1980, 1, 1)
    assert (person.identity_number_mask[-4:], person.phone_mask) == (number[-4:], "138****8000")
    assert number not in str(person)
    again = NewPerson(grid_id=grid, name="B", identity_number=number)
    assert await refused(town, register_persons, [again]) == ["identityNumber: IDENTITY_TAKEN"]
    twins = [NewPerson(grid_id=grid, name=name, identity_number=identity_number(8)) for name in "CD"]
    assert await refused(town, register_persons, twins) == ["", "identityNumber: IDENTITY_TAKEN"]


async def test_an_identity_number_is_found_under_every_key(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")
    await a_person(town, identity_number=identity_number(7))
    keys = town.deployment.sealer.keys
    town.deployment.sealer = newer = sealer_of("k1", "k2")
    newer.keys.by_name["k1"] = keys.by_name["k1"]  # type: ignore[index]
    again = NewPerson(grid_id=town.grids[GRIDS["urban"]], name="B", identity_number=identity_number(7))
    assert await refused(town, register_persons, [again]) == ["identityNumber: IDENTITY_TAKEN"]


async def test_a_birth_that_the_identity_number_denies_is_refused(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")
    grid = town.grids[GRIDS["urban"]]
    good, bad = identity_number(9, born="19900315"), identity_number(9, born="19900315")[:-1]
    people = [
        NewPerson(grid_id=grid, name="A", born_on=date(1990, 3, 16), identity_number=good),
        NewPerson(grid_id=grid, name="B", identity_number=bad + ("0" if good[-1] != "0" else "1")),
        NewPerson(grid_id=grid, name="C", phone="call me"),
        NewPerson(grid_id=grid, name="D", born_on=date(1990, 3, 15), identity_number=good),
    ]
    expected = ["bornOn: BIRTH_DATE_DIFFERS", "identityNumber: IDENTITY_INVALID", "phone: PHONE_INVALID", ""]
    assert await refused(town, register_persons, people) == expected


async def test_without_a_key_nothing_is_sealed(town: Town) -> None:
    town.deployment.sealer = None
    person = NewPerson(grid_id=town.grids[GRIDS["urban"]], name="A", identity_number=identity_number(), phone="13800138000")
    assert await refused(town, register_persons, [person]) == ["identityNumber: SEALING_KEY_MISSING, phone: SEALING_KEY_MISSING"]


async def test_nobody_moves_in_before_birth_or_after_today(town: Town) -> None:
    grid, now = town.grids[GRIDS["urban"]], await today(town)
    people = [
        NewPerson(grid_id=grid, name="A", moved_in_on=now + days(1)),
        NewPerson(grid_id=grid, name="B", born_on=now - days(HALF), moved_in_on=now - days(HALF + 1)),
        NewPerson(grid_id=grid, name="C", born_on=now + days(1)),
        NewPerson(grid_id=grid, name="D", born_on=now - days(HALF), moved_in_on=now - days(HALF)),
    ]
    expected = ["movedInOn: IN_THE_FUTURE", "movedInOn: BEFORE_BIRTH", "bornOn: IN_THE_FUTURE", ""]
    assert await refused(town, register_persons, people) == expected


async def test_private_data_of_a_child_needs_a_guardian_who_agreed(town: Town) -> None:
    town.deployment.sealer = sealer_of("k1")
    grid, now = town.grids[GRIDS["urban"]], await today(town)
    child = {"grid_id": grid, "name": "Xiao", "born_on": now - days(3_000)}
    people = [
        NewPerson(**child),
        NewPerson(**child, phone="13800138000"),
        NewPerson(**child, phone="13800138000", guardian_id=town.person),
        NewPerson(**child, phone="13800138000", guardian_id=town.person, guardian_agreed_on=now + days(1)),
        NewPerson(**child, phone="13800138000", guardian_id=town.person, guardian_agreed_on=now),
    ]
    assert await refused(town, register_persons, people) == [
        "",
        "guardianId: CHILD_NEEDS_GUARDIAN",
        "guardianAgreedOn: CHILD_NEEDS_GUARDIAN",
        "guardianAgreedOn: IN_THE_FUTURE",
        "",
    ]


async def test_a_guardian_is_known_to_the_viewer_and_of_age(town: Town) -> None:
    grid, now = town.grids[GRIDS["urban"]], await today(town)
    far, young = await a_person(town, "rural"), await a_person(town, born_on=now - days(17 * 365))
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    people = [NewPerson(grid_id=grid, name="X", guardian_id=one) for one in (far, 999_999, young, town.person)]
    expected = ["guardianId: GUARDIAN_UNKNOWN"] * 2 + ["guardianId: GUARDIAN_UNDERAGE", ""]
    assert await refused(town, register_persons, people, worker) == expected


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2012, 5, 4), date(2026, 5, 4), 14),
    ],
    ids=["day_before_a_leap_birthday", "day_after", "birthday"],
)
def test_ages_are_completed_years(born: date, today: date, years: int) -> None:
    assert age(born, today) == years


async def test_what_is_registered_by_hand_counts_as_confirmed_and_what_is_imported_does_not(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    grid, now = town.grids[GRIDS["urban"]], await today(town)
    people = [NewPerson(grid_id=grid, name="A"), NewPerson(grid_id=grid, name="B", source_name="s", source_key="1")]
    by_hand, imported = [await row(town, t.person, id) for id in await done(town, register_persons, people, worker)]
    assert (by_hand.confirmed_by_id, by_hand.confirm_by) == (worker.account_id, now + days(365))
    assert (imported.confirmed_at, imported.confirm_by) == (None, now)
