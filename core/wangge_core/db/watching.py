"""Watching: who wants to know what statements a deployment runs and how full its pools are is told here.

The core itself counts nothing; the server's metrics and traces listen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

StatementWatch = Callable[[str, float, bool], None]
"""Called after each statement with its text, how many seconds it took, and whether it failed. Values are never handed over."""
STARTED = "wangge_started"
NOT_TOLD = ("BEGIN", "PRAGMA")
"""What SQLite's engines send to begin a transaction, where PostgreSQL's driver does it unseen."""


@dataclass(frozen=True, slots=True)
class PoolUse:
    """How many connections a pool may hold, and how many are lent out now."""

    size: int
    used: int


def watch_statements(engine: AsyncEngine, watch: StatementWatch) -> None:
    """Tell `watch` of every statement of the engine."""

    def before(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(NOT_TOLD):
            connection.info[STARTED] = perf_counter()

    def after(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        started = connection.info.pop(STARTED, None)
        if started is not None:
            watch(statement, perf_counter() - started, False)

    def failed(context: Any) -> None:
        started = context.connection.info.pop(STARTED, None) if context.connection is not None else None
        if started is not None:
            watch(context.statement, perf_counter() - started, True)

    event.listen(engine.sync_engine, "before_cursor_execute", before)
    event.listen(engine.sync_engine, "after_cursor_execute", after)
    event.listen(engine.sync_engine, "handle_error", failed)


def pool_use(engine: AsyncEngine) -> PoolUse:
    """How full the pool of an engine is."""
    pool: Any = engine.pool
    return PoolUse(pool.size(), pool.checkedout())
