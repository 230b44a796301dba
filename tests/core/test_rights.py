"""Where a right holds: subtrees in Python and in SQL, terms of posts, overlays, and what a viewer sees of the town."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import create_async_engine

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Plan, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.db.columns import binary_text
from wangge_core.db.engines import database_url
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundScope, BoundViewer, Way
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.scopes import Subtrees
from wangge_core.rights.viewers import Viewer, anonymous, load_viewer, operator
from wangge_core.rights.visibility import account_rule, event_rule, post_rule, unit_rule, within_grid

PATHS = st.lists(st.sampled_from((1, 2, 9, 10, 12, 99, 123)), min_size=1, max_size=5).map(
    lambda ids: "".join(f"{id}." for id in ids)
)


@given(held=st.lists(PATHS, max_size=6), path=PATHS)
def test_a_subtree_covers_itself_and_what_is_below_it_and_nothing_else(held: list[str], path: str) -> None:
    parts = path.split(".")
    below = any(parts[: one.count(".")] == one.split(".")[:-1] for one in held)
    assert Subtrees.of(held).covers(path) is below


@given(held=st.lists(PATHS, max_size=6))
def test_no_path_of_a_scope_lies_below_another(held: list[str]) -> None:
    paths = Subtrees.of(held).paths
    assert not any(one != other and one.startswith(other) for one in paths for other in paths)


def bound(scope: Subtrees) -> BoundScope:
    return BoundViewer(Viewer(scopes={Capability.READ_EVENTS: scope})).scope(Capability.READ_EVENTS)


def test_a_scope_in_sql_covers_what_it_covers_in_python(copies: Callable[[str], tuple[str, Plan]]) -> None:
    """One loop for all examples, because an engine belongs to its loop."""
    engine = create_async_engine(database_url(copies("empty")[0]))

    async def covered(scope: Subtrees, paths: list[str]) -> set[str]:
        rows = sa.union_all(*(sa.select(sa.literal(one, binary_text(400)).label("path")) for one in paths)).subquery()
        async with engine.connect() as connection:
            found = await connection.execute(
                sa.select(rows.c.path).where(bound(scope).holds(rows.c.path) if scope.paths else sa.false())
            )
            return set(found.scalars())

    with asyncio.Runner() as runner:

        @given(held=st.lists(PATHS | st.just(""), max_size=5), paths=st.lists(PATHS, min_size=1, max_size=12))
        @settings(max_examples=80, deadline=None)
        def agree(held: list[str], paths: list[str]) -> None:
            scope = Subtrees.of(one for one in held if one)
            assert runner.run(covered(scope, paths)) == {one for one in paths if scope.covers(one)}

        agree()
        runner.run(engine.dispose())


def test_paths_are_bound_values_and_no_part_of_the_statement() -> None:
    condition = bound(Subtrees(("31.", "77.5."))).holds(sa.column("path", binary_text(400)))
    assert "31" not in str(condition)
    assert {*condition.compile().params.values()} == {"31.", "31/", "77.5.", "77.5/"}


class Newcomer:
    """An account without a post, and what it comes to hold."""

    def __init__(self, town: Town, account: int) -> None:
        self.town, self.account = town, account

    async def given(self, role: str, code: str, **term: Any) -> int:
        async with self.town.deployment.write() as work:
            new = NewPost(account_id=self.account, role_id=role, grid_id=self.town.grids[code], **term)
            return ids(await assign_posts(work, operator(), [new]))[0]

    async def viewer(self) -> Viewer:
        return await self.town.login("newcomer")


@pytest.fixture
async def newcomer(town: Town) -> Newcomer:
    async with town.deployment.write() as work:
        (account,) = ids(await create_accounts(work, operator(), [NewAccount(login="newcomer", name="Newcomer")]))
    return Newcomer(town, account)


@pytest.mark.anyio
async def test_an_account_without_a_post_may_do_nothing(newcomer: Newcomer) -> None:
    viewer = await newcomer.viewer()
    assert (viewer.posts, dict(viewer.scopes)) == ((), {})


@pytest.mark.anyio
async def test_a_post_counts_from_its_start_until_its_end(newcomer: Newcomer) -> None:
    deployment = newcomer.town.deployment
    now = deployment.clock()
    begins, ends = now + timedelta(hours=1), now + timedelta(hours=2)
    await newcomer.given("community.grid_worker", GRIDS["urban"], starts_at=begins, ends_at=ends)
    for at, held in ((now, 0), (begins, 1), (ends - timedelta(milliseconds=1), 1), (ends, 0)):
        deployment.clock = lambda at=at: at
        assert len((await newcomer.viewer()).posts) == held, at


@pytest.mark.anyio
async def test_a_post_given_or_ended_takes_effect_at_once(newcomer: Newcomer) -> None:
    post = await newcomer.given("community.grid_worker", GRIDS["urban"])
    assert (await newcomer.viewer()).post_ids == (post,)
    async with newcomer.town.deployment.write() as work:
        assert (await end_posts(work, operator(), [PostEnd(post_id=post)]))[0].accepted
    assert (await newcomer.viewer()).scopes == {}


@pytest.mark.anyio
async def test_two_posts_add_up_capability_by_capability(newcomer: Newcomer) -> None:
    await newcomer.given("community.volunteer", COMMUNITY)
    await newcomer.given("community.grid_worker", GRIDS["rural"])
    viewer = await newcomer.viewer()
    async with newcomer.town.deployment.read() as work:
        paths = {row.code: row.path for row in await work.rows(sa.select(t.grid.c.code, t.grid.c.path))}
    assert viewer.scope(Capability.REPORT_EVENTS).paths == (paths[COMMUNITY],)
    assert viewer.scope(Capability.READ_PEOPLE).paths == (paths[GRIDS["rural"]],)
    assert not viewer.may(Capability.READ_PEOPLE, paths[GRIDS["urban"]])
    assert not viewer.may(Capability.MANAGE_GRIDS, paths[GRIDS["rural"]])


@pytest.mark.anyio
async def test_a_post_of_a_plugin_that_is_off_gives_nothing(newcomer: Newcomer, registry: Any) -> None:
    await newcomer.given("rural.group_leader", GRIDS["rural"])
    less = replace(registry, roles={id: role for id, role in registry.roles.items() if role.plugin != "rural"})
    async with newcomer.town.deployment.read() as work:
        found = await load_viewer(work, less, "newcomer")
    assert found and found.posts == ()


@pytest.mark.anyio
async def test_an_account_that_is_off_or_unknown_is_no_viewer(newcomer: Newcomer, registry: Any) -> None:
    async with newcomer.town.deployment.write() as work:
        await work.run(sa.update(t.account).where(t.account.c.id == newcomer.account).values(active=False))
        assert await load_viewer(work, registry, "newcomer") is None
        assert await load_viewer(work, registry, "nobody") is None


@pytest.mark.anyio
async def test_a_post_in_an_overlay_stands_over_the_base_grids_that_it_is_made_of(newcomer: Newcomer) -> None:
    town = newcomer.town
    async with town.deployment.write() as work:
        await work.insert(t.grid_layer, [{"id": "police", "label": {"zh": "警格", "en": "Police"}, "base": False}])
        columns = {"code": GRIDS["urban"], "name": "Beat", "level": "GRID", "depth": 0, "version": 1}
        (id,) = await work.reserve_ids(t.grid, 1)
        row = {"id": id, "layer_id": "police", "grid_type_id": "community.police_grid", "path": f"{id}."} | columns
        await work.insert(t.grid, [row | {"created_at": work.now, "updated_at": work.now}])
        base = [town.grids[GRIDS[name]] for name in ("urban", "scenic")]
        await work.insert(t.grid_part, [{"overlay_grid_id": id, "base_grid_id": one} for one in base])
    town.grids["beat"] = id
    await newcomer.given("community.community_police_officer", "beat")
    viewer = await newcomer.viewer()
    async with town.deployment.read() as work:
        grids = {row.id: row.path for row in await work.rows(sa.select(t.grid.c.id, t.grid.c.path))}
    assert {*viewer.posts[0].paths} == {grids[one] for one in base}
    seen = {one for one, path in grids.items() if viewer.may(Capability.READ_EVENTS, path)}
    assert seen == {*base}
    assert not viewer.posts[0].stands_over(grids[town.grids[COMMUNITY]])


async def visible(town: Town, table: sa.Table, rule: Any, viewer: Viewer) -> set[int]:
    """What the viewer sees, which is the same by every way of coming by the rows."""
    paths = {path for scope in viewer.scopes.values() for path in scope.paths}
    ways = [BoundViewer(viewer, wide, way) for way in Way for wide in ((), paths)]
    async with town.deployment.read() as work:
        found = [await work.rows(sa.select(table.c.id).where(rule(table, bound))) for bound in ways]
    (seen,) = {frozenset(row.id for row in rows) for rows in found}
    return {*seen}


@pytest.mark.anyio
async def test_people_and_places_are_seen_within_ones_own_ground(town: Town) -> None:
    readers = {
        f"community.grid_worker@{GRIDS['urban']}": (True, True),
        f"community.community_head@{COMMUNITY}": (True, True),
        f"community.district_administrator@{DISTRICT}": (True, True),
        f"community.auditor@{DISTRICT}": (True, True),
        f"community.volunteer@{GRIDS['urban']}": (False, False),
        f"community.grid_worker@{GRIDS['rural']}": (False, False),
        f"community.duty_officer@{SUBDISTRICT}": (False, True),
    }
    for login, (people, places) in readers.items():
        viewer = await town.login(login)
        assert bool(await visible(town, t.person, within_grid(Capability.READ_PEOPLE), viewer)) is people, login
        assert bool(await visible(town, t.building, within_grid(Capability.READ_PLACES), viewer)) is places, login
        assert bool(await visible(town, t.unit, unit_rule, viewer)) is places, login
    for table, rule in ((t.person, within_grid(Capability.READ_PEOPLE)), (t.unit, unit_rule), (t.post, post_rule)):
        assert await visible(town, table, rule, operator())
        assert not await visible(town, table, rule, anonymous())


@pytest.mark.anyio
async def test_an_event_is_seen_over_its_ground_by_its_reporter_and_by_whom_it_was_given_to(town: Town) -> None:
    reporter = await town.viewer("community.volunteer", GRIDS["urban"])
    kinds = ("rural", "urban")
    async with town.deployment.write() as work:
        details = {"what": "THEFT", "police_called": False}
        new = [
            EventReport(kind_id="community.public_order", description="seen", grid_id=town.grids[GRIDS[name]], details=details)
            for name in kinds
        ]
        rural, urban = ids(await report_events(work, reporter, new))
        given = {"event_id": urban, "sequence": 1, "lead": True, "active": False}
        posts = {"post_id": town.posts[f"community.grid_chief@{GRIDS['scenic']}"], "office_id": None}
        office = {"post_id": None, "office_id": town.offices["housing"]}
        await work.insert(t.event_assignment, [given | posts, given | office])
    for login, expected in (
        (reporter.login, {rural, urban}),
        (f"community.grid_worker@{GRIDS['rural']}", {rural}),
        (f"community.grid_chief@{GRIDS['scenic']}", {urban}),
        (f"community.grid_worker@{GRIDS['scenic']}", set[int]()),
        (f"community.community_head@{COMMUNITY}", {rural, urban}),
    ):
        assert await visible(town, t.event, event_rule, await town.login(login)) == expected, login
    housing = Viewer(account_id=10**6, posts=(await town.login("community.department_specialist@housing")).posts)
    assert await visible(town, t.event, event_rule, housing) == {urban}
    assert not await visible(town, t.event, event_rule, anonymous())


@pytest.mark.anyio
async def test_a_helper_sees_only_its_own_account_and_post(town: Town) -> None:
    volunteer = await town.viewer("community.volunteer", GRIDS["urban"])
    assert await visible(town, t.account, account_rule, volunteer) == {volunteer.account_id}
    assert await visible(town, t.post, post_rule, volunteer) == {*volunteer.post_ids}
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    team = {id for login, id in town.posts.items() if login.endswith(GRIDS["urban"])}
    assert await visible(town, t.post, post_rule, worker) == team
