"""Revocations: ends live connections whose account was closed or signed out, or whose key or device was revoked.

One look at the database every two seconds is for all connections of the process. That a token or key runs out they see by themselves.
"""

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from wangge_core.accounts.standing import Shown, look
from wangge_core.deployment import Deployment

SECONDS_BETWEEN_LOOKS = 2.0
End = Callable[[str], None]
"""Ends a connection, for a reason of a sign-in that is refused."""
log = logging.getLogger("wangge.live")


class Revocations:
    """The connections of a process by what they signed in with."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._ends = dict[Shown, list[End]]()

    @contextmanager
    def watched(self, shown: Shown | None, end: End) -> Generator[None]:
        """Have `end` called, while the block runs, when what was shown holds no more."""
        if shown is None:
            yield
            return
        ends = self._ends.setdefault(shown, [])
        ends.append(end)
        try:
            yield
        finally:
            ends.remove(end)
            if not ends:
                self._ends.pop(shown, None)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("Revocations cannot be looked up now (%s); trying again.", type(error).__name__)

    async def look(self) -> None:
        """End the connections whose sign-in holds no more."""
        if not self._ends:
            return
        async with self._deployment.read() as work:
            found = await look(work, tuple(self._ends))
        for shown, reason in found.items():
            for end in list(self._ends.get(shown, ())):
                end(reason)
