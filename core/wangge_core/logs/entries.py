"""Entries of the log of reads: who read, under which posts, with which operation and purpose, which fields of which persons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import auto
from typing import NamedTuple, Protocol

import orjson

from wangge_core.db.columns import instant_text, to_milliseconds
from wangge_core.logs.chains import Head, entry_hash, held_by, id_in, read_content
from wangge_core.logs.purposes import Stated
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.viewers import Viewer

MOST_OPERATION = 120


class ReadKind(Choice):
    """How personal data was come by."""

    READ = auto(), "查看"
    REVEAL = auto(), "调阅原文"
    EXPORT = auto(), "导出"
    SEARCH = auto(), "检索"


class Read(NamedTuple):
    """Fields of a type, as the schema calls both, that were read of some persons."""

    subjects: tuple[int, ...]
    type: str
    fields: tuple[str, ...]


class Asked(Protocol):
    """The operation of a request."""

    @property
    def name(self) -> str: ...
    @property
    def document_hash(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one answer told of persons. `held` are the reader's posts with their roles and offices."""

    kind: ReadKind
    account_id: int | None
    key_id: int | None
    held: Sequence[Sequence[object]]
    operation: str
    document_hash: str
    stated: Stated | None
    reads: Sequence[Read]


def entry_of(
    viewer: Viewer, operation: Asked, stated: Stated | None, reads: Iterable[Read], *, kind: ReadKind = ReadKind.READ
) -> Entry:
    """The entry for what a viewer was told by an operation."""
    return Entry(
        kind=kind,
        account_id=viewer.account_id,
        key_id=viewer.key_id,
        held=held_by(viewer),
        operation=operation.name[:MOST_OPERATION],
        document_hash=operation.document_hash[:16],
        stated=stated,
        reads=tuple(reads),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """A row of read_log; what is JSON there is plain data here. `at` is text, since it is hashed and stored as such."""

    id: int
    at: str
    kind: str
    account_id: int | None
    key_id: int | None
    held: object
    office_id: object
    operation: str
    document_hash: str
    purpose: str | None
    purpose_text: str | None
    parts: Sequence[object]
    subjects: Sequence[object]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of read_log to append to a chain, in the order of its columns with JSON as text, and the chain's end before and after."""

    chain: int
    before: Head
    after: Head
    at: datetime
    rows: list[tuple[object, ...]]


def batch_of(chain: int, head: Head, entries: Sequence[Entry], at: datetime) -> Batch:
    """The rows that these entries become at the end of a chain."""
    at, before, rows = to_milliseconds(at), head, list[tuple[object, ...]]()
    text = instant_text(at)
    for entry in entries:
        row = _row(id_in(chain, head.entries + 1), text, entry)
        head = Head(head.entries + 1, entry_hash(head.hash, read_content(row)))
        values = (
            row.id, row.at, row.kind, row.account_id, row.key_id, _json(row.held), row.office_id, row.operation, row.document_hash,
            row.purpose, row.purpose_text, _json(row.parts), _json(row.subjects), head.hash,
        )  # fmt: skip
        rows.append(values)
    return Batch(chain, before, head, at, rows)


def _row(id: int, at: str, entry: Entry) -> EntryRow:
    parts, subjects = _packed(entry.reads)
    stated = entry.stated
    return EntryRow(
        id=id,
        at=at,
        kind=entry.kind.value,
        account_id=entry.account_id,
        key_id=entry.key_id,
        held=entry.held,
        office_id=next((office for _, _, office in entry.held if office is not None), None),
        operation=entry.operation,
        document_hash=entry.document_hash,
        purpose=stated.purpose.value if stated else None,
        purpose_text=(stated.text or None) if stated else None,
        parts=parts,
        subjects=subjects,
    )


def _packed(reads: Sequence[Read]) -> tuple[list[tuple[str, tuple[str, ...]]], list[tuple[int, list[int]]]]:
    """What was read, each combination of type and fields once, and for each of them of whom."""
    found: dict[tuple[str, tuple[str, ...]], dict[int, None]] = {}
    for one in reads:
        found.setdefault((one.type, one.fields), {}).update(dict.fromkeys(one.subjects))
    return list(found), [(place, list(persons)) for place, persons in enumerate(found.values())]


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
