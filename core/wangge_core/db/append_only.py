"""Append-only tables: triggers that refuse every change of a row but what an erasure must be able to do.

They are made by migrations. A migration that rebuilds such a table on SQLite loses its triggers and must make them again.
"""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

KEPT: Mapping[str, tuple[str, ...]] = {
    "event_history": (
        "id", "event_id", "sequence", "entry", "move", "from_stage", "to_stage", "at", "post_id", "answers", "changes",
    ),
}  # fmt: skip
"""By table: the columns that never change. `account_id` can be emptied, and only that, so that somebody who was erased is named no more."""

KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {"event_history": (("id",), ("event_id", "sequence"))}
"""By table: by which columns a row is one and no other."""


def statements(table: str, dialect: str) -> Iterator[str]:
    """What makes the triggers of a table."""
    if dialect == "sqlite":
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT[table])
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        yield (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"WHEN NOT (NEW.account_id IS NULL AND {same}) BEGIN {refuse}; END"
        )
        yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END"
        # INSERT OR REPLACE deletes what is in its way without a word to the trigger above
        there = " OR ".join(f"({' AND '.join(f'{name} = NEW.{name}' for name in key)})" for key in KEYS[table])
        yield (
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {there}) BEGIN {refuse}; END"
        )
        return
    same = " AND ".join(f"NEW.{name}::text IS NOT DISTINCT FROM OLD.{name}::text" for name in KEPT[table])
    yield (
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    run = f"EXECUTE FUNCTION {table}_append_only()"
    yield (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NOT (NEW.account_id IS NULL AND {same})) {run}"
    )
    yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {run}"
    yield f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}"


def undoing(table: str, dialect: str) -> Iterator[str]:
    """What takes the triggers of a table away."""
    if dialect == "sqlite":
        yield from (f"DROP TRIGGER {table}_no_{what}" for what in ("update", "delete", "replace"))
        return
    yield from (f"DROP TRIGGER {table}_no_{what} ON {table}" for what in ("update", "delete", "truncate"))
    yield f"DROP FUNCTION {table}_append_only()"


def missing(connection: sa.Connection) -> list[str]:
    """The triggers that are not there, each as a sentence."""
    on_sqlite = connection.dialect.name == "sqlite"
    there = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if on_sqlite else "SELECT tgname FROM pg_trigger"
    found = {row[0] for row in connection.exec_driver_sql(there)}
    more = "replace" if on_sqlite else "truncate"
    wanted = (f"{table}_no_{what}" for table in KEPT for what in ("update", "delete", more))
    return [f"the trigger {name} is missing: rows that must never change could be changed" for name in wanted if name not in found]
