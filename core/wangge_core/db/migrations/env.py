"""Alembic's way in. Called by `wangge_core.db.migrating` with a connection in `attributes`; there is no offline mode."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from wangge_core.db.migrating import is_told_by_tables
from wangge_core.db.tables import metadata


def render_item(type_: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write our own column types into new migrations by their name in `columns`."""
    if type_ == "type" and type(item).__module__ == "wangge_core.db.columns":
        autogen_context.imports.add("from wangge_core.db import columns")
        return f"columns.{type(item).__name__}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    include_name=is_told_by_tables,
)
with context.begin_transaction():
    context.run_migrations()
