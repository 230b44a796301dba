import pytest
import sqlalchemy as sa
from alembic import command

from towns import GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.db.engines import check_version
from wangge_core.db.migrating import check_revision, configuration, differences, migration_engine, upgrade
from wangge_core.deployment import Deployment
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio


async def test_the_migrations_make_the_tables_of_the_code(deployment: Deployment) -> None:
    assert await differences(deployment._reader) == []
    await check_revision(deployment._reader)
    assert (await check_version(deployment._reader)).startswith(deployment.url.get_backend_name())


async def test_starting_again_changes_nothing(deployment: Deployment) -> None:
    await deployment.start(migrate=True)
    await deployment.start()


async def test_postgresql_knows_what_stands_in_the_tables_after_an_upgrade(deployment: Deployment) -> None:
    if deployment.url.get_backend_name() != "postgresql":
        pytest.skip("SQLite plans without statistics")
    engine = migration_engine(deployment.url)
    counted = sa.text("SELECT reltuples >= 0 FROM pg_class WHERE relname = 'grid_type'")  # -1 is for never counted
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "-1"))
        assert not await connection.scalar(counted)
    await upgrade(deployment.url)
    async with engine.connect() as connection:
        assert await connection.scalar(counted)
    await engine.dispose()


async def test_posts_from_before_the_notice_board_show_no_name(town: Town) -> None:
    engine = migration_engine(town.deployment.url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "0021"))
    await engine.dispose()
    await upgrade(town.deployment.url)
    async with town.deployment.write() as work:
        assert await work.value(sa.select(sa.func.count()).where(t.post.c.name_shown)) == 0
        new = NewPost(account_id=1, role_id="community.volunteer", grid_id=town.grids[GRIDS["urban"]])
        (id,) = ids(await assign_posts(work, operator(), [new]))
        assert await work.value(sa.select(t.post.c.name_shown).where(t.post.c.id == id))
