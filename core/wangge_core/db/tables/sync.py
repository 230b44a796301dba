"""What was taken of phones: by the ids that they made, so that nothing counts twice and later changes find what earlier ones made."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, binary_text
from wangge_core.db.tables.metadata import key, moment, table, to

sync_change = table(
    "sync_change",
    key(),
    to("account"),
    # made by the phone
    Column("client_id", binary_text(80), nullable=False),
    Column("kind", sa.String(40), nullable=False),
    # of what was sent, keyed where values are sealed
    Column("request_hash", sa.String(64), nullable=False),
    # what it made or changed
    Column("thing_type", sa.String(40)),
    Column("thing_id", sa.BigInteger),
    moment("captured_at"),
    moment("received_at"),
    sa.UniqueConstraint("account_id", "client_id"),
    sa.Index(None, "received_at"),
)
