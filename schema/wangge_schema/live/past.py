"""The past: the changes between a cursor and the present, for who resumes."""

from collections.abc import AsyncGenerator

from wangge_core.db.outbox.pages import read_page
from wangge_core.db.outbox.positions import Position, StaleCursorError
from wangge_core.deployment import Deployment
from wangge_schema.live.facts import Fact, Facts

MOST_RESUMED = 20_000
"""How many changes back a subscriber may resume; beyond, reading the lists afresh is cheaper for both."""


async def missed(deployment: Deployment, facts: Facts, position: Position, present: Position) -> AsyncGenerator[Fact, None]:
    """The changes after `position` up to `present`, in order. Raises OutboxCursorError."""
    more, seen = True, 0
    while more:
        async with deployment.read() as work:
            page = await read_page(work, position, present)
            found = await facts.look_up(work, page.changes)
        position, more, seen = page.next, page.more, seen + len(page.changes)
        if seen > MOST_RESUMED:
            raise StaleCursorError(f"more than {MOST_RESUMED:,} changes came after this cursor.", hint="Read the list afresh.")
        for fact in found:
            yield fact
