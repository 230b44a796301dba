"""What is searched by text"""

import sqlalchemy as sa
from alembic import op

from wangge_core.search.grams import grams_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SEARCHED = {
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
CHUNK = 1000

TOKENIZER = r"""ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"""
"""Every character but a blank belongs to a gram. Written as it stands between double quotes."""

SQLITE_INDEX = (
    """CREATE VIRTUAL TABLE SEARCH_index USING fts5(
        grams, content='SEARCH', content_rowid='id', detail=none, columnsize=0, tokenize="TOKENIZER")""",
    """CREATE TRIGGER SEARCH_inserted AFTER INSERT ON SEARCH BEGIN
        INSERT INTO SEARCH_index(rowid, grams) VALUES (new.id, new.grams);
    END""",
    """CREATE TRIGGER SEARCH_deleted AFTER DELETE ON SEARCH BEGIN
        INSERT INTO SEARCH_index(SEARCH_index, rowid, grams) VALUES ('delete', old.id, old.grams);
    END""",
    """CREATE TRIGGER SEARCH_updated AFTER UPDATE ON SEARCH BEGIN
        INSERT INTO SEARCH_index(SEARCH_index, rowid, grams) VALUES ('delete', old.id, old.grams);
        INSERT INTO SEARCH_index(rowid, grams) VALUES (new.id, new.grams);
    END""",
    "INSERT INTO SEARCH_index(SEARCH_index) VALUES ('rebuild')",
)
POSTGRESQL_INDEX = (
    "CREATE INDEX SEARCH_index ON SEARCH USING gin (array_to_tsvector(string_to_array(grams, ' '))) WITH (fastupdate = off)",
)


def upgrade() -> None:
    for table, column in SEARCHED.items():
        search = op.create_table(
            f"{table}_search",
            sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
            sa.Column("grams", sa.Text(), nullable=False),
            sa.ForeignKeyConstraint(["id"], [f"{table}.id"], name=op.f(f"fk_{table}_search_id"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}_search")),
        )
        fill(search, table, column)
        make_index(search.name)


def fill(search: sa.Table, table: str, column: str) -> None:
    """Write the grams of the rows that are there already."""
    rows = sa.table(table, sa.column("id"), sa.column(column))
    last = 0
    while True:
        page = sa.select(rows.c.id, rows.c[column]).where(rows.c.id > last).order_by(rows.c.id).limit(CHUNK)
        found = op.get_bind().execute(page).all()
        if not found:
            return
        op.bulk_insert(search, [{"id": row[0], "grams": grams_of(row[1])} for row in found])
        last = found[-1][0]


def make_index(search: str) -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_INDEX if on_sqlite else POSTGRESQL_INDEX:
        op.get_bind().exec_driver_sql(statement.replace("SEARCH", search).replace("TOKENIZER", TOKENIZER))


def downgrade() -> None:
    for table in SEARCHED:
        if op.get_bind().dialect.name == "sqlite":
            op.get_bind().exec_driver_sql(f"DROP TABLE {table}_search_index")
        op.drop_table(f"{table}_search")
