"""What is searched: beside each table whose name or description `contains` looks through, a table of that text's grams.

They are tables of their own because their index is wide: an event that moves must not write it again. Whether a row holds a text is told
by the row, which keeps it folded. On PostgreSQL the index is a GIN
of the grams; on SQLite an FTS5 table that triggers keep. Both are made by migrations, because SQLAlchemy has no words for them.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from wangge_core.db.columns import Column, Id
from wangge_core.db.tables.metadata import metadata

SEARCHED: Mapping[str, str] = {
    "account": "name",
    "asset": "name",
    "building": "name",
    "event": "description",
    "grid": "name",
    "office": "name",
    "organization": "name",
    "person": "name",
    "place": "name",
    "unit": "name",
}
"""The searched column of each table."""


def _search(table: str) -> sa.Table:
    return sa.Table(
        f"{table}_search",
        metadata,
        Column("id", Id, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        Column("grams", sa.Text, nullable=False),
    )


search: Mapping[str, sa.Table] = {table: _search(table) for table in SEARCHED}
"""The tables of grams by the name of the table that they belong to; the key is the row's there."""


def index_of(search_table: str) -> str:
    """The name of a search table's index: on PostgreSQL a GIN, on SQLite a virtual table that has more tables behind it."""
    return f"{search_table}_index"


def is_search_index(name: str | None) -> bool:
    """Whether a name is of the index of a search table, or of what SQLite keeps behind one."""
    return name is not None and any(name.startswith(index_of(table.name)) for table in search.values())
