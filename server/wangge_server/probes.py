"""Probes: what load balancers and supervisors ask. `/health` says that the process is up, `/ready` that it can serve."""

import asyncio
from collections.abc import Awaitable, Callable

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wangge_core.db.migrating import newest_revision
from wangge_core.deployment import Deployment

MOST_SECONDS = 2
REVISION = sa.select(sa.column("version_num", sa.String)).select_from(sa.table("alembic_version"))


async def health(_: Request) -> Response:
    """The process is up; nothing else is looked at."""
    return JSONResponse({"status": "ok"})


def readiness(deployment: Deployment, *, most_seconds: float = MOST_SECONDS) -> Callable[[Request], Awaitable[Response]]:
    """Answers 200 when the database answers in time and is at this release's revision, otherwise 503 with which of the two it is."""
    newest = newest_revision()

    async def ready(_: Request) -> Response:
        try:
            async with asyncio.timeout(most_seconds), deployment.read() as work:
                current = await work.value(REVISION)
        except Exception:  # for the one who asks, every reason why the database does not answer is the same
            return _unready("database")
        return JSONResponse({"status": "ready"}) if current == newest else _unready("revision")

    return ready


def _unready(because: str) -> Response:
    return JSONResponse({"status": "unready", "because": because}, 503, headers={"Cache-Control": "no-store"})
