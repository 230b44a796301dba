"""Who answers above a stage: the next level, the level that sent the work, or the first one above where anybody answers."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.events.levels import HEADS, level_above, level_of_stage, superiors
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.registry import Registry

pytestmark = pytest.mark.anyio


def above(registry: Registry, workflow: str, stage: str, *came_through: str) -> Level | None:
    return level_above(registry.workflows[workflow], stage, came_through, registry.roles)


def test_each_level_has_the_next_one_above_it_and_the_district_none(registry: Registry) -> None:
    three_loops = {
        "reported": Level.COMMUNITY,
        "at_grid": Level.COMMUNITY,
        "at_community": Level.SUBDISTRICT,
        "at_subdistrict": Level.DISTRICT,
        "at_district": None,
    }
    for stage, expected in three_loops.items():
        assert above(registry, "community.three_loops", stage, "reported", stage) is expected


def test_whoever_sent_work_to_a_stage_without_a_level_answers_above_it(registry: Registry) -> None:
    sent = {
        "at_grid": Level.COMMUNITY,
        "at_community": Level.COMMUNITY,
        "at_subdistrict": Level.SUBDISTRICT,
        "at_district": Level.DISTRICT,
    }
    for stage, expected in sent.items():
        came = ("reported", "at_grid", stage, "with_specialist")
        assert above(registry, "community.three_loops", "with_specialist", *came) is expected


def test_every_stage_of_every_workflow_has_somebody_above_it(registry: Registry) -> None:
    for workflow in registry.workflows.values():
        for stage in workflow.stages:
            if not stage.final:
                level = level_of_stage(workflow, stage.name, [workflow.start.name, stage.name], registry.roles)
                higher = level_above(workflow, stage.name, [workflow.start.name, stage.name], registry.roles)
                assert higher is not None or level is Level.DISTRICT, (workflow.id, stage.name)


async def test_a_level_at_which_nobody_answers_is_passed_over(town: Town) -> None:
    async with town.deployment.write() as work:
        path = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == town.grids[GRIDS["urban"]]))
        assert (await superiors(work, path, Level.COMMUNITY)).level is Level.COMMUNITY
        gone = datetime.now(UTC) - timedelta(days=1)
        for login, level in (
            (f"community.community_head@{COMMUNITY}", Level.SUBDISTRICT),
            (f"community.subdistrict_administrator@{SUBDISTRICT}", Level.DISTRICT),
            (f"community.district_administrator@{DISTRICT}", Level.DISTRICT),
        ):
            await work.run(sa.update(t.post).where(t.post.c.id == town.posts[login]).values(starts_at=gone, ends_at=gone))
            found = await superiors(work, path, Level.COMMUNITY)
            assert found.level is level
        assert found.role_ids == HEADS


async def test_posts_elsewhere_answer_for_nothing_here(town: Town) -> None:
    async with town.deployment.write() as work:
        path = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == town.grids[GRIDS["urban"]]))
        post = town.posts[f"community.community_head@{COMMUNITY}"]
        await work.run(sa.update(t.post).where(t.post.c.id == post).values(grid_id=town.grids[GRIDS["rural"]]))
        assert (await superiors(work, path, Level.COMMUNITY)).level is Level.SUBDISTRICT


async def test_who_is_shut_out_answers_for_nothing(town: Town) -> None:
    async with town.deployment.write() as work:
        path = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == town.grids[GRIDS["urban"]]))
        login = t.account.c.login == f"community.community_head@{COMMUNITY}"
        await work.run(sa.update(t.account).where(login).values(active=False))
        assert (await superiors(work, path, Level.COMMUNITY)).level is Level.SUBDISTRICT
