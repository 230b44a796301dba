from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.errors import Outcome
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.allowing import allowed
from wangge_core.rights.residents import AccountLink, link_accounts
from wangge_core.rights.viewers import Viewer, narrowed, operator
from wangge_core.rights.visibility import building_rule, household_rule, person_rule, residence_rule, unit_rule

pytestmark = pytest.mark.anyio


async def linked(town: Town, by: Viewer, account: int, person: int | None) -> Outcome:
    async with town.deployment.write() as work:
        return (await link_accounts(work, by, [AccountLink(account_id=account, person_id=person)]))[0]


def codes(outcome: Outcome) -> list[str]:
    return [one.code for one in outcome.refusals]


async def new_account(town: Town, login: str) -> int:
    async with town.deployment.write() as work:
        return ids(await create_accounts(work, operator(), [NewAccount(login=login, name=login)]))[0]


async def new_person(town: Town, name: str, **more: Any) -> int:
    async with town.deployment.write() as work:
        person = NewPerson(grid_id=town.grids[GRIDS["urban"]], name=name, **more)
        return ids(await register_persons(work, operator(), [person]))[0]


async def resident(town: Town) -> Viewer:
    ids([await linked(town, operator(), await new_account(town, "lin"), town.person)])
    return await town.login("lin")


async def seen(town: Town, viewer: Viewer, rule: Any, table: sa.Table) -> set[int]:
    async with town.deployment.read() as work:
        every = {row.id for row in await work.rows(sa.select(table.c.id))}
        return await allowed(work, viewer, rule, table, every)


async def test_a_resident_sees_the_own_record_and_household_and_no_others(town: Town) -> None:
    await new_person(town, "Somebody Else")
    viewer = await resident(town)
    async with town.deployment.read() as work:
        household = await work.value(sa.select(t.person.c.household_id).where(t.person.c.id == town.person))
    assert await seen(town, viewer, person_rule, t.person) == {town.person}
    assert await seen(town, viewer, household_rule, t.household) == {household}
    async with town.deployment.read() as work:
        homes = {row.id for row in await work.rows(sa.select(t.residence.c.id).where(t.residence.c.person_id == town.person))}
    assert await seen(town, viewer, residence_rule, t.residence) == homes


async def test_a_resident_sees_the_own_home_and_its_building(town: Town) -> None:
    viewer = await resident(town)
    async with town.deployment.write() as work:
        unit = await work.value(sa.select(t.unit.c.id).order_by(t.unit.c.id))
        await work.run(sa.update(t.residence).where(t.residence.c.person_id == town.person).values(unit_id=unit))
    assert await seen(town, viewer, unit_rule, t.unit) == {unit}
    assert await seen(town, viewer, building_rule, t.building) == {town.building}


async def test_an_account_that_is_no_resident_sees_no_record(town: Town) -> None:
    await new_account(town, "stranger")
    viewer = await town.login("stranger")
    for rule, table in ((person_rule, t.person), (household_rule, t.household), (unit_rule, t.unit), (building_rule, t.building)):
        assert not await seen(town, viewer, rule, table)


async def test_a_guardian_sees_the_childs_record_until_it_is_fourteen(town: Town) -> None:
    today = town.deployment.clock().astimezone(town.deployment.rules.zone).date()
    child = await new_person(town, "Lin Junior")
    born = date(today.year - 14, today.month, 1) + timedelta(days=40)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.person).where(t.person.c.id == child).values(guardian_id=town.person, born_on=born))
    assert (await resident(town)).ward_ids == (child,)
    assert await seen(town, await town.login("lin"), person_rule, t.person) == {town.person, child}
    birthday = town.deployment.clock() + (date(today.year, today.month, 1) + timedelta(days=40) - today)
    town.deployment.clock = lambda: birthday - timedelta(days=2)
    assert (await town.login("lin")).ward_ids == (child,)
    town.deployment.clock = lambda: birthday + timedelta(days=3)
    assert (await town.login("lin")).ward_ids == ()


async def test_who_was_erased_is_seen_by_nobody_not_even_by_the_account(town: Town) -> None:
    viewer = await resident(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.person).where(t.person.c.id == town.person).values(removed_at=work.now))
    for one in (viewer, operator()):
        assert town.person not in await seen(town, one, person_rule, t.person)


async def test_only_who_registers_people_there_says_which_resident_an_account_is(town: Town) -> None:
    account = await new_account(town, "lin")
    refused = {
        f"community.grid_worker@{GRIDS['rural']}": ["NOT_FOUND"],
        f"community.volunteer@{GRIDS['urban']}": ["NOT_ALLOWED"],
        "lin": ["NOT_ALLOWED"],
    }
    for login, expected in refused.items():
        assert codes(await linked(town, await town.login(login), account, town.person)) == expected, login
    assert (await linked(town, await town.login(f"community.community_head@{COMMUNITY}"), account, town.person)).accepted
    assert (await town.login("lin")).person_id == town.person


async def test_a_resident_has_one_account(town: Town) -> None:
    await resident(town)
    assert codes(await linked(town, operator(), await new_account(town, "second"), town.person)) == ["PERSON_HAS_ACCOUNT"]
    async with town.deployment.read() as work:
        first = await work.value(sa.select(t.account.c.id).where(t.account.c.person_id == town.person))
    assert (await linked(town, operator(), first, None)).accepted
    assert (await town.login("lin")).person_id is None


async def test_a_machine_of_an_account_is_no_resident(town: Town) -> None:
    machine = narrowed(await resident(town), {Capability.READ_PEOPLE})
    assert not await seen(town, machine, person_rule, t.person)
