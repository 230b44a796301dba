"""Fixtures: the richer town of generated operations, what the oracle knows of it, and the bench on which documents are tried."""

from collections.abc import AsyncIterator, Iterator

import pytest
import sqlalchemy as sa
import strawberry
from filled_towns import filled_town, now
from generated_runs import Bench
from generated_town import enrich
from oracle.world import Database, World

from photographs import files_in_memory
from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.rights.viewers import load_viewer
from wangge_core.rules import Rules


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def rich_town(request: pytest.FixtureRequest, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database with the richer town, made once, from which is only read."""
    yield from filled_town(request, rules, tmp_path_factory, enrich)


@pytest.fixture(scope="module")
def world(rich_town: str, rules: Rules) -> Iterator[World]:
    """What the oracle knows of the town, kept for all tests."""
    database = Database(database_url(rich_town), rules, now)
    yield World(database)
    database.close()


@pytest.fixture
async def bench(rich_town: str, rules: Rules, schema: strawberry.Schema, world: World) -> AsyncIterator[Bench]:
    deployment = Deployment(database_url(rich_town), rules, clock=now, read_log=False)  # reads must leave the town as it is
    deployment.files = world.database.deployment.files = files_in_memory()
    async with deployment.read() as work:
        logins = await work.rows(sa.select(t.account.c.login).where(t.account.c.active).order_by(t.account.c.id))
        viewers = [await load_viewer(work, rules.registry, row.login) for row in logins]
    yield Bench(deployment, schema, world, [viewer for viewer in viewers if viewer])
    await deployment.close()
