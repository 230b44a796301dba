"""Databases that are made once, and copied for each test."""

import asyncio
from collections.abc import Awaitable, Callable

from towns import Plan, make_town
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.rules import Rules


class Templates:
    """Databases made once, an empty one and one with the town in it, from which each test gets a copy."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.plan = Plan()

    def migrate(self, empty: str) -> None:
        """Make the empty one."""
        self._started(empty, None)

    def fill(self, town: str) -> None:
        """Make the town in a copy of the empty one."""
        self._started(town, make_town)

    def _started(self, url: str, then: Callable[[Deployment], Awaitable[Plan]] | None) -> None:
        async def start() -> None:
            deployment = Deployment(database_url(url), self.rules)
            await deployment.start(migrate=True)
            if then is not None:
                self.plan = await then(deployment)
            await deployment.close()

        asyncio.run(start())
