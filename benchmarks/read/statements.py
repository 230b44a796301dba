"""How many statements PostgreSQL is sent for a request, told by pg_stat_statements; beginnings and ends of transactions aside."""

import asyncpg
from sqlalchemy.engine import URL

from read.cluster import connect
from read.queries import Choices, Query
from read.servers import Server

REQUESTS = 20
COUNT = """
SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = $1 AND s.query !~* '^\\s*(begin|start|commit|rollback|end|set|reset|discard|deallocate)'
"""


async def prepare(server: URL) -> bool:
    """Whether statements can be counted."""
    connection = await connect(server.set(database="postgres"))
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await connection.fetchval(COUNT, "postgres")
    except asyncpg.PostgresError:
        return False
    else:
        return True
    finally:
        await connection.close()


async def per_request(url: URL, server: Server, query: Query, choices: Choices) -> float:
    """The mean over some requests of a server that is warm."""
    connection = await connect(url.set(database="postgres"))
    try:
        before = await connection.fetchval(COUNT, url.database)
        for variables in (query.variables(choices) * REQUESTS)[:REQUESTS]:
            server.ask(query, variables)
        return (await connection.fetchval(COUNT, url.database) - before) / REQUESTS
    finally:
        await connection.close()
