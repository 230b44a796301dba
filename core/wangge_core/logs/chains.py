"""Chains of hashes: each entry of a log is hashed with the one before it, so that none can be changed or taken out unseen.

A chain has one writer at a time. Reads have a chain for each process that logs some, changes have one for the whole deployment.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from wangge_core.db.columns import instant_text
from wangge_core.rights.viewers import Viewer

NO_HASH = bytes(32)
IDS_OF_A_CHAIN = 1 << 40
"""Ids of read_log: this times the chain, and the number in the chain, from 1."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many entries it has had, and the hash of the last one."""

    entries: int = 0
    hash: bytes = NO_HASH


def id_in(chain: int, number: int) -> int:
    """The id of an entry of the log of reads by its number in its chain."""
    return chain * IDS_OF_A_CHAIN + number


def number_of(id: int) -> int:
    """The number in its chain of an entry of the log of reads."""
    return id % IDS_OF_A_CHAIN


def chain_of(id: int) -> int:
    return id // IDS_OF_A_CHAIN


def entry_hash(previous: bytes, content: Sequence[Any]) -> bytes:
    """SHA-256 over the hash before and the content as compact JSON (UTF-8, in the order of the columns, moments as ISO text in UTC)."""
    return hashlib.sha256(previous + orjson.dumps(content)).digest()


def held_by(viewer: Viewer) -> list[list[Any]]:
    """The posts of a viewer as logs keep them: id, role and office, since posts and roles change afterwards."""
    return [[post.id, post.role, post.office_id] for post in viewer.posts]


def read_content(row: Any) -> list[Any]:
    """What is hashed of a row of read_log."""
    return [
        row.id, text_of(row.at), row.kind, row.account_id, row.key_id, row.held, row.office_id, row.operation,
        row.document_hash, row.purpose, row.purpose_text, row.parts, row.subjects,
    ]  # fmt: skip


def change_content(row: Any) -> list[Any]:
    """What is hashed of a row of change_log."""
    return [
        row.id, text_of(row.at), row.account_id, row.key_id, row.held, row.operation, row.action, row.thing, row.thing_id,
        row.last_id, row.fields,
    ]  # fmt: skip


def text_of(at: datetime | str) -> str:
    return at if isinstance(at, str) else instant_text(at)


def plain(value: Any) -> Any:
    """A column's value as JSON has it, so that what is hashed before writing equals what is read back."""
    return orjson.loads(orjson.dumps(value, default=str))
