"""Who may see who read a person's data, and what they see of it; and who changed a thing."""

from typing import Any

import pytest
import sqlalchemy as sa

from read_entries import entry
from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import Viewer, anonymous, operator

pytestmark = pytest.mark.anyio

READS = """query($subject: ID!) { dataAccessLog(subject: $subject) { totalCount nodes {
  kind type fields accountName roles office { code } operation purpose purposeText account { login } subject { id }
} } }"""
MINE = "{ viewer { readsOfMyData { nodes { accountName roles fields purpose operation account { login } } } } }"
CHANGES = """query($thing: ID!) { changeLog(thing: $thing, orderBy: {field: ID, direction: DESC}) { nodes {
  action operation accountName roles fields { name label told before after } account { login }
} } }"""


async def with_role(town: Town, role: str, grid: int, **more: Any) -> Viewer:
    """Somebody new with one post."""
    async with town.deployment.write() as work:
        (account,) = await create_accounts(work, operator(), [NewAccount(login=role, name=f"The {role}")])
        assert account.id is not None
        await assign_posts(work, operator(), [NewPost(account_id=account.id, role_id=role, grid_id=grid)])
        if more:
            await work.run(sa.update(t.account).where(t.account.c.id == account.id).values(more))
    return await town.login(role)


async def resident(town: Town) -> Viewer:
    """The person of the town, with an account of her own."""
    async with town.deployment.write() as work:
        await create_accounts(work, operator(), [NewAccount(login="lin", name="Lin")])
        await work.run(sa.update(t.account).where(t.account.c.login == "lin").values(person_id=town.person))
    return await town.login("lin")


async def read_by(town: Town, viewer: Viewer, *persons: int) -> None:
    await town.deployment.read_log.write(entry(*persons, viewer=viewer))
    await town.deployment.read_log.index()


async def nodes(town: Town, query: str, viewer: Viewer, **variables: Any) -> list[dict[str, Any]]:
    (found,) = (await town.ask(query, viewer, **variables)).values()
    return (found.get("readsOfMyData") or found)["nodes"]


async def test_the_data_officer_sees_who_read_what_and_what_for(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    await read_by(town, worker, town.person)
    officer = await with_role(town, "community.data_officer", town.grids[DISTRICT])
    (found,) = await nodes(town, READS, officer, subject=f"Person:{town.person}")
    assert found == {
        "kind": "READ",
        "type": "person",
        "fields": ["name", "date of birth"],
        "accountName": worker.login,
        "roles": ["Grid worker"],
        "office": None,
        "operation": "Names",
        "purpose": "VISIT",
        "purposeText": "monthly",
        "account": {"login": worker.login},
        "subject": {"id": f"Person:{town.person}"},
    }


async def test_the_office_of_who_read_is_told(town: Town) -> None:
    specialist = await town.login("community.department_specialist@housing")
    await read_by(town, specialist, town.person)
    (found,) = await nodes(town, READS, operator("en"), subject=f"Person:{town.person}")
    assert found["office"] == {"code": "housing"}


@pytest.mark.parametrize("role", ["community.grid_worker", "community.grid_chief"])
async def test_who_reads_persons_does_not_see_who_else_did(town: Town, role: str) -> None:
    await read_by(town, operator(), town.person)
    viewer = await town.viewer(role, GRIDS["urban"])
    assert await nodes(town, READS, viewer, subject=f"Person:{town.person}") == []
    assert await nodes(town, CHANGES, viewer, thing=f"Person:{town.person}") == []


async def test_a_data_officer_of_another_ground_sees_nothing(town: Town) -> None:
    await read_by(town, operator(), town.person)
    elsewhere = await with_role(town, "community.data_officer", town.grids[GRIDS["rural"]])
    assert elsewhere.may(Capability.READ_ACCESS_LOG, elsewhere.posts[0].paths[0])
    assert await nodes(town, READS, elsewhere, subject=f"Person:{town.person}") == []
    assert await nodes(town, CHANGES, elsewhere, thing=f"Person:{town.person}") == []


async def test_a_visitor_sees_neither_log(town: Town) -> None:
    await read_by(town, operator(), town.person)
    visitor = anonymous("en")
    assert await nodes(town, READS, visitor, subject=f"Person:{town.person}") == []
    assert await nodes(town, CHANGES, visitor, thing=f"Office:{town.offices['housing']}") == []
    assert await nodes(town, MINE, visitor) == []


async def test_residents_see_who_read_their_data_and_of_nobody_else(town: Town) -> None:
    async with town.deployment.write() as work:
        (other,) = await register_persons(work, operator(), [NewPerson(grid_id=town.grids[GRIDS["urban"]], name="Mei Heron")])
    assert other.id is not None
    worker = await town.viewer("community.grid_worker", GRIDS["urban"], "zh")
    await read_by(town, worker, town.person, other.id)
    await read_by(town, worker, other.id)
    lin = await resident(town)
    (found,) = await nodes(town, MINE, lin)
    assert found["accountName"] == worker.login
    assert found["roles"] == ["Grid worker"]
    assert found["account"] is None
    assert found["fields"] == ["name", "date of birth"]
    assert await nodes(town, READS, lin, subject=f"Person:{other.id}") == []
    assert len(await nodes(town, READS, lin, subject=f"Person:{town.person}")) == 1


async def test_staff_without_a_record_have_no_reads_of_their_own(town: Town) -> None:
    await read_by(town, operator(), town.person)
    assert await nodes(town, MINE, await town.viewer("community.grid_worker", GRIDS["urban"])) == []


async def test_words_come_in_the_language_of_the_viewer(town: Town) -> None:
    await read_by(town, await town.viewer("community.grid_worker", GRIDS["urban"]), town.person)
    (found,) = await nodes(town, READS, operator("zh"), subject=f"Person:{town.person}")
    assert (found["type"], found["fields"], found["roles"]) == ("人员", ["姓名", "出生日期"], ["网格员"])


async def test_the_log_is_paged_from_the_newest_on(town: Town) -> None:
    for purpose in range(5):
        await town.deployment.read_log.write(entry(town.person, fields=[f"field{purpose}"]))
    await town.deployment.read_log.index()
    query = """query($subject: ID!, $after: String) { dataAccessLog(subject: $subject, first: 2, after: $after,
        orderBy: {field: ID, direction: DESC}) { totalCount nodes { fields } pageInfo { endCursor hasNextPage } } }"""
    first = (await town.ask(query, operator("en"), subject=f"Person:{town.person}"))["dataAccessLog"]
    assert (first["totalCount"], [one["fields"] for one in first["nodes"]]) == (5, [["field4"], ["field3"]])
    after = first["pageInfo"]["endCursor"]
    second = (await town.ask(query, operator("en"), subject=f"Person:{town.person}", after=after))["dataAccessLog"]
    assert [one["fields"] for one in second["nodes"]] == [["field2"], ["field1"]]


@pytest.mark.parametrize("subject", ["Grid:1", "Person", "Person:x", "Nobody:1", ""])
async def test_a_subject_that_is_no_person_is_refused(town: Town, subject: str) -> None:
    (error,) = await town.errors(READS, operator("en"), subject=subject)
    assert error["extensions"]["code"] == "ID_INVALID"


async def test_the_log_of_changes_tells_values_of_what_is_not_private(town: Town) -> None:
    officer = await with_role(town, "community.data_officer", town.grids[DISTRICT])
    worker = await town.viewer("community.community_officer", COMMUNITY)
    rural = town.grids[GRIDS["rural"]]
    async with town.deployment.write(worker, "personMove") as work:
        await work.change(t.person, town.person, {"name": "Lin Crane", "grid_id": rural})
    changed, created = await nodes(town, CHANGES, officer, thing=f"Person:{town.person}")
    assert created == {"action": "CREATED", "operation": "", "accountName": None, "roles": [], "fields": [], "account": None}
    assert (changed["action"], changed["operation"], changed["accountName"]) == ("CHANGED", "personMove", worker.login)
    assert sorted(changed["fields"], key=lambda one: one["name"]) == [
        {"name": "gridId", "label": "grid", "told": True, "before": town.grids[GRIDS["urban"]], "after": rural},
        {"name": "name", "label": "name", "told": False, "before": None, "after": None},
    ]


async def test_a_thing_that_came_with_many_others_has_their_creation(town: Town) -> None:
    grid = town.grids[GRIDS["urban"]]
    async with town.deployment.write(operation="import") as work:
        made = await register_persons(work, operator(), [NewPerson(grid_id=grid, name=f"Ren {number}") for number in range(20)])
    for one in (made[0], made[7], made[19]):
        (created,) = await nodes(town, CHANGES, operator("en"), thing=f"Person:{one.id}")
        assert (created["action"], created["operation"]) == ("CREATED", "import")
    assert await nodes(town, CHANGES, operator("en"), thing=f"Person:{(made[19].id or 0) + 1}") == []


async def test_a_mutation_is_logged_with_its_name_and_who_did_it(town: Town) -> None:
    viewer = await town.viewer("community.district_administrator", DISTRICT)
    mutation = """mutation($grid: ID!) { placeRegister(input: {gridId: $grid, kindId: "community.studio", name: "Desk"}) {
        place { id } userErrors { code } } }"""
    registered = (await town.ask(mutation, viewer, grid=f"Grid:{town.grids[GRIDS['urban']]}"))["placeRegister"]
    assert registered["userErrors"] == []
    (created,) = await nodes(town, CHANGES, operator("en"), thing=registered["place"]["id"])
    assert (created["operation"], created["account"]) == ("placeRegister", {"login": viewer.login})


@pytest.mark.parametrize("type", ["Account", "Post", "Office", "Grid", "Unit", "Building", "Household", "Place"])
async def test_every_logged_type_can_be_asked_for(town: Town, type: str) -> None:
    officer = await with_role(town, "community.data_officer", town.grids[DISTRICT])
    found = await nodes(town, CHANGES, officer, thing=f"{type}:1")
    assert [one["action"] for one in found] in ([], ["CREATED"])
