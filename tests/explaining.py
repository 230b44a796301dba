"""Explaining: how a database goes about the statements that a document becomes, and how many rows it reads for them."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import asyncpg
import orjson

from towns import Town
from wangge_core.db.engines import set_up_sqlite
from wangge_core.rights.viewers import Viewer

STEPS = 100
"""How many steps of SQLite's machine count as one."""
STEPS_A_ROW = 8
"""SQLite needs at least so many steps to look at a row and pass on."""


@dataclass(frozen=True, slots=True)
class Explained:
    """`scanned` are the tables that are read from end to end without an index; `rows_read` is a floor, not an exact number."""

    scanned: set[str]
    rows_read: int
    text: str


class Explainer(Protocol):
    async def explain(self, statement: str, parameters: Sequence[Any]) -> Explained: ...


@asynccontextmanager
async def explaining(town: Town) -> AsyncIterator[Explainer]:
    """Explains on a connection of its own, in the way in which the service runs statements."""
    url = town.deployment.url
    if url.get_backend_name() == "sqlite":
        yield OnSQLite(str(url.database))
        return
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    yield OnPostgreSQL(connection)
    await connection.close()


async def statements_of(town: Town, query: str, viewer: Viewer, variables: Mapping[str, Any]) -> list[tuple[str, Sequence[Any]]]:
    """What a document sends to the database, with its parameters."""
    seen: list[tuple[str, Sequence[Any]]] = []
    reads: Any = town.deployment.reads
    value = reads.value

    async def noted(statement: str, parameters: Sequence[Any]) -> Any:
        seen.append((statement, parameters))
        return await value(statement, parameters)

    reads.value = noted
    try:
        await town.ask(query, viewer, **variables)
    finally:
        del reads.value
    return seen


class OnPostgreSQL:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def explain(self, statement: str, parameters: Sequence[Any]) -> Explained:
        await self.connection.execute(f"PREPARE explained AS {statement}")
        given = f"({', '.join(map(_literal, parameters))})" if parameters else ""
        (found,) = orjson.loads(await self.connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE explained{given}"))
        await self.connection.execute("DEALLOCATE explained")
        nodes = list(_nodes(found["Plan"]))
        scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan" and node["Actual Loops"]}
        return Explained(scanned, sum(map(_rows_read, nodes)), orjson.dumps(found["Plan"], option=orjson.OPT_INDENT_2).decode())


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _rows_read(node: dict[str, Any]) -> int:
    if "Relation Name" not in node and "Index Name" not in node:
        return 0
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])


def _literal(value: Any) -> str:
    match value:
        case None:
            return "NULL"
        case bool() | int() | float():
            return str(value)
        case datetime() | date():
            return f"'{value.isoformat()}'"
        case list() as items:
            return "'{" + ",".join(f'"{item}"' for item in items) + "}'"  # numbers and plain words only
        case _:
            return "'" + str(value).replace("'", "''") + "'"


class OnSQLite:
    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path)
        set_up_sqlite(self.connection)

    async def explain(self, statement: str, parameters: Sequence[Any]) -> Explained:
        plan = [row[3] for row in self.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        steps = 0

        def count() -> None:
            nonlocal steps
            steps += STEPS

        self.connection.set_progress_handler(count, STEPS)
        self.connection.execute(statement, parameters).fetchall()
        self.connection.set_progress_handler(None, 0)
        return Explained(set(_scanned(plan)), steps // STEPS_A_ROW, "\n".join(plan))


def _scanned(plan: list[str]) -> Iterator[str]:
    """Tables that are scanned without an index. Their rows in the order of their ids are such a scan too, if nothing is sorted."""
    for line in plan:
        found = re.fullmatch(r"SCAN (\w+?)(?:_\d+)?", line)
        if found and "USE TEMP B-TREE FOR ORDER BY" in plan:
            yield found[1]
