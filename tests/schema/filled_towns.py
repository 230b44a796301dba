"""Databases of the small town, filled further for a module of tests and then only read."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from generated_filling import NOW

from databases import PostgreSQL
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.rules import Rules

Fill = Callable[[Deployment], Awaitable[None]]


def now() -> Any:
    """The town's time, which stands still."""
    return NOW


def filled_town(request: pytest.FixtureRequest, rules: Rules, folders: pytest.TempPathFactory, fill: Fill) -> Iterator[str]:
    """The URL of a database on the engine that the fixture has as its parameter."""
    if request.param == "sqlite":
        folder, _ = request.getfixturevalue("sqlite_templates")
        path = folders.mktemp("filled") / "town.db"
        shutil.copy(folder / "town.db", path)
        asyncio.run(_filled(f"sqlite:///{path}", rules, fill))
        yield f"sqlite:///{path}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_templates")[0]
    name = server.unused_name()
    url = server.create(name, template="template_town")
    asyncio.run(_filled(url, rules, fill))
    yield url
    server.drop(name)


async def _filled(url: str, rules: Rules, fill: Fill) -> None:
    deployment = Deployment(database_url(url), rules, clock=now)
    await fill(deployment)
    await deployment.close()
