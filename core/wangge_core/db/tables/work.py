"""What the service keeps for its own working: running numbers, answers to repeated requests, and the outbox."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json, binary_text
from wangge_core.db.tables.metadata import key, metadata, moment, table, to

counter = sa.Table(
    "counter",
    metadata,
    Column("name", binary_text(80), primary_key=True),
    Column("value", sa.BigInteger, nullable=False),
)

idempotency_key = table(
    "idempotency_key",
    key(),
    to("account"),
    Column("key", sa.String(200), nullable=False),
    Column("operation", sa.String(80), nullable=False),
    Column("request_hash", sa.String(64), nullable=False),
    # what was answered: the thing, or why the request was refused
    Column("thing_id", sa.BigInteger),
    Column("refusals", Json),
    moment("created_at"),
    sa.UniqueConstraint("account_id", "key"),
)

outbox = table(
    "outbox",
    key(),
    Column("topic", sa.String(80), nullable=False),
    Column("thing_id", sa.BigInteger, nullable=False),
    to("grid", nullable=True),
    Column("content", Json, nullable=False),
    moment("at"),
    # the database fills it in: PostgreSQL with the transaction that wrote the row, SQLite with 0
    Column("transaction_id", sa.BigInteger, nullable=False, server_default=sa.FetchedValue()),
    sa.Index(None, "transaction_id", "id"),
)
