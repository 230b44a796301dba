"""Counting the statements that a deployment sends to its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from wangge_core.deployment import Deployment


@contextmanager
def counted(deployment: Deployment) -> Iterator[list[str]]:
    """The statements of the readers and writers while the block runs; BEGIN and the like are not among them."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    def note_read(statement: str, _seconds: float, _failed: bool) -> None:
        seen.append(statement)

    deployment.reads.watches.append(note_read)
    engines = {deployment._reader.sync_engine, deployment._writer.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        deployment.reads.watches.remove(note_read)
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
