"""The log of changes: who changed what, in the transaction of the change, with values of nothing that is private."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, GRIDS, Town
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.logs.change_log import Changes
from wangge_core.logs.checking import check_logs
from wangge_core.logs.logged_tables import LOGGED, NOT_LOGGED
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio


async def changes(town: Town, *conditions: sa.ColumnElement[bool]) -> list[Any]:
    async with town.deployment.read() as work:
        assert (await check_logs(work)).breaks == []
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(t.change_log).where(*conditions).order_by(t.change_log.c.id)))


async def last(town: Town) -> Any:
    return (await changes(town))[-1]


def test_every_table_says_whether_its_changes_are_logged() -> None:
    tables = t.metadata.tables.keys() - {search.name for search in t.search.values()}
    assert tables - LOGGED.keys() - NOT_LOGGED == set()
    assert LOGGED.keys() & NOT_LOGGED == set()
    for name, logged in LOGGED.items():
        columns = t.metadata.tables[name].c
        assert logged.shown <= set(columns.keys()), name
        assert "id" in columns, name
        assert not logged.owner or logged.owner in columns, name


def test_no_value_of_a_person_is_kept() -> None:
    private = {"name", "gender", "born_on", "residence", "address", "identity_number", "phone", "reason", "legal_basis", "relation"}
    of_persons = ("person", "residence", "household", "household_member", "need")
    for name in of_persons:
        assert not LOGGED[name].shown & private, name
    for logged in LOGGED.values():
        assert not {column for column in logged.shown if "phone" in column or "hash" in column or "identity" in column}


async def test_what_a_person_creates_is_logged_with_the_post(town: Town) -> None:
    viewer = await town.viewer("community.community_officer", COMMUNITY)
    async with town.deployment.write(viewer, "personRegister") as work:
        (made,) = await register_persons(work, viewer, [NewPerson(grid_id=town.grids[GRIDS["urban"]], name="Mei Heron")])
    row = await last(town)
    assert (row.action, row.thing, row.thing_id, row.last_id) == ("CREATED", "Person", made.id, made.id)
    assert (row.account_id, row.operation) == (viewer.account_id, "personRegister")
    assert [post for post, _, _ in row.held] == list(viewer.post_ids)
    assert row.fields == []


async def test_many_that_are_created_at_once_are_one_entry(town: Town) -> None:
    grid = town.grids[GRIDS["rural"]]
    before = len(await changes(town))
    async with town.deployment.write(operation="import") as work:
        made = await register_persons(work, operator(), [NewPerson(grid_id=grid, name=f"Ren {number}") for number in range(500)])
    (row,) = (await changes(town))[before:]
    assert (row.thing_id, row.last_id) == (made[0].id, made[-1].id)
    assert (row.account_id, row.operation) == (None, "import")


async def test_a_private_field_says_only_that_it_changed(town: Town) -> None:
    async with town.deployment.write() as work:
        grid = town.grids[GRIDS["rural"]]
        await work.change(t.person, town.person, {"name": "Lin Crane", "grid_id": grid})
    row = await last(town)
    assert (row.action, row.thing, row.thing_id) == ("CHANGED", "Person", town.person)
    assert sorted(row.fields) == [["grid_id", town.grids[GRIDS["urban"]], grid], ["name"]]
    assert "Crane" not in str(row)


async def test_what_does_not_change_is_not_logged(town: Town) -> None:
    before = len(await changes(town))
    async with town.deployment.write() as work:
        await work.change(t.person, town.person, {"name": "Lin Heron"})
        await work.run(sa.update(t.person).where(t.person.c.id == town.person).values(version=t.person.c.version + 1))
    assert len(await changes(town)) == before


async def test_an_update_of_rows_that_is_not_by_key_is_logged_too(town: Town) -> None:
    viewer = await town.viewer("community.subdistrict_administrator", COMMUNITY[:9])
    post = town.posts[f"community.grid_worker@{GRIDS['urban']}"]
    async with town.deployment.write(viewer, "postEnd") as work:
        (ended,) = await end_posts(work, viewer, [PostEnd(post_id=post, reason="moves away")])
    assert ended.accepted
    row = await last(town)
    assert (row.thing, row.thing_id, row.account_id) == ("Post", post, viewer.account_id)
    (end,) = [field for field in row.fields if field[0] == "ends_at"]
    assert end[1] is None
    assert ["end_reason"] in row.fields


async def test_a_row_that_is_deleted_is_logged_as_removed(town: Town) -> None:
    async with town.deployment.write() as work:
        (made,) = await create_accounts(work, operator(), [NewAccount(login="new", name="New")])
    async with town.deployment.write() as work:
        await work.run(sa.delete(t.account).where(t.account.c.login == "new"))
    row = await last(town)
    assert (row.action, row.thing, row.thing_id) == ("REMOVED", "Account", made.id)


async def test_a_change_that_is_rolled_back_is_not_logged(town: Town) -> None:
    before = len(await changes(town))
    with pytest.raises(ZeroDivisionError):
        async with town.deployment.write() as work:
            await work.change(t.person, town.person, {"name": "Nobody"})
            raise ZeroDivisionError
    assert len(await changes(town)) == before


async def test_writers_at_once_make_one_chain(town: Town) -> None:
    before = len(await changes(town))

    async def rename(number: int) -> None:
        async with town.deployment.write() as work:
            await work.change(
                t.office, town.offices["housing"] if number % 2 else town.offices["water_works"], {"name": f"{number}"}
            )

    await asyncio.gather(*(rename(number) for number in range(16)))
    rows = (await changes(town))[before:]
    assert [row.id for row in rows] == list(range(before + 1, before + 17))
    for office in town.offices.values():
        values = [row.fields[0][1:] for row in rows if row.thing_id == office]
        assert all(after == before for (_, after), (before, _) in pairwise(values))


def test_ids_with_gaps_are_several_ranges() -> None:
    noted = Changes()
    noted.inserted(t.person, [{"id": id} for id in (5, 3, 4, 9)])
    (ids,) = noted._found.values()
    assert ids == {3, 4, 5, 9}
