"""The floor: a Starlette route for each question, which runs hand-written SQL on asyncpg and sends the JSON that PostgreSQL made."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import orjson
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from read.queries import QUERIES, Query

PLANNED_ONCE = {"plan_cache_mode": "force_generic_plan"}
"""The statements are written so that one plan is good for all values; to plan takes longer than to run some of them."""


async def leave(_: object) -> None:
    """Nothing is left behind on a connection here, so nothing need be reset."""


def create_app() -> Starlette:
    """The service over DATABASE_URL: `POST /event {"number": …}` and so on."""
    pool: asyncpg.Pool

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        nonlocal pool
        dsn = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql").render_as_string(hide_password=False)
        size = int(os.environ["POOL_SIZE"])
        async with asyncpg.create_pool(dsn, min_size=size, max_size=size, reset=leave, server_settings=PLANNED_ONCE) as pool:
            yield

    def route(query: Query) -> Route:
        async def answer(request: Request) -> Response:
            given = orjson.loads(await request.body())
            text = await pool.fetchval(query.sql, *(given[name] for name in query.arguments))
            return Response(text, media_type="application/json")

        return Route(f"/{query.name}", answer, methods=["POST"])

    return Starlette(routes=[route(query) for query in QUERIES], lifespan=lifespan)
