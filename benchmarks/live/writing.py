"""Changes at a steady rate, from a process of its own: `python -m live.writing`. Prints each change as a line of JSON when it is over."""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.events.comments import EventCommentRequest, comment_events
from wangge_core.rights.viewers import Viewer, load_viewer
from wangge_server.opening import rules_of
from wangge_server.settings import Settings


class Clock:
    """The time, never twice the same millisecond, so that a change is known by its moment."""

    def __init__(self) -> None:
        self._last = datetime.now(UTC)

    def __call__(self) -> datetime:
        now = datetime.now(UTC)
        self._last = max(now.replace(microsecond=now.microsecond // 1000 * 1000), self._last + timedelta(milliseconds=1))
        return self._last


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", required=True, help="whose comments they are")
    parser.add_argument("--rate", type=float, required=True, help="changes a second")
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    deployment = Deployment(database_url(given.database), rules_of(Settings()))
    deployment.clock = clock = Clock()
    async with deployment.read() as work:
        viewer = await load_viewer(work, deployment.rules.registry, given.login)
        assert viewer is not None, given.login
        path = sa.select(t.grid.c.path).where(t.grid.c.id == t.event.c.grid_id).scalar_subquery()
        events = await work.rows(sa.select(t.event.c.id, path.label("path")).order_by(t.event.c.number).limit(500))
    made: list[tuple[float, str]] = []
    loop = asyncio.get_running_loop()
    start, count = loop.time(), int(given.rate * given.seconds)
    for number in range(count):
        await asyncio.sleep(max(0, start + number / given.rate - loop.time()))
        event = events[number % len(events)]
        made.append((await comment(deployment, viewer, event.id), event.path))
    took = loop.time() - start
    del clock
    await deployment.close()
    print(json.dumps({"made": made, "seconds": took}))


async def comment(deployment: Deployment, viewer: Viewer, event_id: int) -> float:
    """Change an event; gives the moment of the change, in seconds since 1970: that at which its transaction began."""
    async with deployment.write() as work:
        (outcome,) = await comment_events(work, viewer, [EventCommentRequest(event_id=event_id, note="seen")])
        assert outcome.accepted, outcome
        return work.now.timestamp()


if __name__ == "__main__":
    asyncio.run(main())
