"""The text of a searched row as it is compared"""

import sqlalchemy as sa
from alembic import op

from wangge_core.search.grams import folded_apart

revision = "0005"
down_revision = "0004"
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


def upgrade() -> None:
    for table, column in SEARCHED.items():
        op.add_column(table, sa.Column("folded", sa.Text(), nullable=True))
        fill(table, column)


def fill(table: str, column: str) -> None:
    """Write the folded texts of the rows that are there already."""
    rows = sa.table(table, sa.column("id"), sa.column(column), sa.column("folded"))
    changed = sa.update(rows).where(rows.c.id == sa.bindparam("row_id")).values(folded=sa.bindparam("text"))
    last = 0
    while True:
        page = sa.select(rows.c.id, rows.c[column]).where(rows.c.id > last).order_by(rows.c.id).limit(CHUNK)
        found = op.get_bind().execute(page).all()
        if not found:
            return
        texts = ({"row_id": row[0], "text": folded_apart(row[1])} for row in found)
        if apart := [one for one in texts if one["text"] is not None]:
            op.get_bind().execute(changed, apart)
        last = found[-1][0]


def downgrade() -> None:
    for table in SEARCHED:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("folded")
