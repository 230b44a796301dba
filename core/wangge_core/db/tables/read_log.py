"""Who read what of whom, and who changed what: entries that are only ever added, in chains of hashes.

Nothing here refers to another table by a foreign key: a log outlives what it tells of.
"""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Id, Json, binary_text
from wangge_core.db.tables.metadata import key, metadata, moment, table

HASH_BYTES = 32
CHANGES = 1
"""The chain of all changes; it stands in the table from the first migration on. Every process that logs reads has one of its own."""


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return Column(name, sa.BigInteger, nullable=nullable)


def _hash(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return Column(name, sa.LargeBinary(HASH_BYTES), nullable=nullable)


log_chain = sa.Table(
    "log_chain",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    moment("opened_at"),
    moment("closed_at", nullable=True),
    # the end: how many entries there were ever, and the hash of the last one
    _number("entries"),
    _hash("hash"),
    _number("indexed_entries"),  # up to which read_log_subject has them
    # where the kept part begins
    _number("pruned_entries"),
    _hash("pruned_hash"),
)

read_log = sa.Table(
    "read_log",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),  # chain and number in it, see logs/chains.py
    moment("at"),
    Column("kind", sa.String(8), nullable=False),
    _number("account_id", nullable=True),
    _number("key_id", nullable=True),
    Column("held", Json, nullable=False),  # the posts at that time: [[post, role, office], …]
    _number("office_id", nullable=True),  # the first office among them
    Column("operation", sa.String(120), nullable=False),
    Column("document_hash", sa.String(16), nullable=False),
    Column("purpose", sa.String(20)),
    Column("purpose_text", sa.String(200)),
    Column("parts", Json, nullable=False),  # what was read: [[type, [field, …]], …]
    Column("subjects", Json, nullable=False),  # of whom: [[place in parts, [person, …]], …]
    _hash("hash"),
)

# the index of read_log by person, made from it some moments later
read_log_subject = table(
    "read_log_subject",
    key(),
    Column("person_id", Id, nullable=False),
    Column("entry_id", Id, nullable=False),
    Column("part", sa.SmallInteger, nullable=False),
    sa.Index(None, "person_id", "id"),
)

change_log = sa.Table(
    "change_log",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    moment("at"),
    _number("account_id", nullable=True),
    _number("key_id", nullable=True),
    Column("held", Json, nullable=False),
    Column("operation", sa.String(120), nullable=False),
    Column("action", sa.String(8), nullable=False),
    Column("thing", binary_text(40), nullable=False),
    Column("thing_id", Id, nullable=False),
    Column("last_id", Id, nullable=False),
    Column("fields", Json, nullable=False),
    _hash("hash"),
    sa.Index(None, "thing", "action", "thing_id", "id"),
)
