"""Entries of the log of reads for tests: somebody read names of persons."""

from collections.abc import Iterable

from wangge_core.logs.entries import Entry, Read, ReadKind, entry_of
from wangge_core.logs.purposes import Purpose, Stated
from wangge_core.rights.viewers import Viewer, operator
from wangge_schema.answers import Operation

NAMES = Operation(kind="query", name="Names", document_hash="0123456789abcdef")


def entry(*persons: int, viewer: Viewer | None = None, fields: Iterable[str] = ("name", "bornOn")) -> Entry:
    """That the names of persons were read on a visit."""
    reads = [Read(persons, "Person", tuple(fields))] if persons else []
    return entry_of(viewer or operator(), NAMES, Stated(Purpose.VISIT, "monthly"), reads, kind=ReadKind.READ)
