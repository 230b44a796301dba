"""What a move reads does not grow with the town, whatever the database knows of its tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from explaining import explaining
from large_tables import OTHERS, fill
from steered import moved, reported
from towns import GRIDS, Town
from wangge_core.db import tables as t

pytestmark = pytest.mark.anyio

ENOUGH = 500
"""Rows that a statement of a move may read, of tables that have 8,000 to 30,000."""


@contextmanager
def selects(town: Town) -> Iterator[list[tuple[str, Any]]]:
    """What is read by the writer while the block runs, with its parameters."""
    found: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, parameters))

    engine = town.deployment._writer.sync_engine
    sa.event.listen(engine, "before_cursor_execute", keep)
    yield found
    sa.event.remove(engine, "before_cursor_execute", keep)


async def fill_tasks(town: Town) -> None:
    """An open task of each of many events."""
    async with town.deployment.write() as work:
        events = await work.rows(sa.select(t.event.c.id, t.event.c.grid_id).limit(OTHERS))
        made = {"kind": "STAGE", "note": "", "rule": "r", "due_by": work.now, "given_at": work.now, "open": True}
        made |= {"to_acknowledge": False, "times_escalated": 0}
        await work.insert(t.task, [made | {"event_id": one.id, "grid_id": one.grid_id} for one in events])


@pytest.mark.parametrize("counted", [False, True], ids=["not-counted", "counted"])
async def test_no_statement_of_a_move_reads_a_large_table(town: Town, counted: bool) -> None:
    await fill(town)
    await fill_tasks(town)
    if counted:
        async with town.deployment._writer.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("ANALYZE")
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    with selects(town) as read:
        await moved(town, worker, await reported(town), "settle_on_the_spot", note="Swept")
    assert len(read) > 5
    async with explaining(town) as explainer:
        for statement, parameters in read:
            found = await explainer.explain(statement, parameters)
            assert found.rows_read < ENOUGH, f"{found.rows_read} rows\n{statement}\n{found}"
