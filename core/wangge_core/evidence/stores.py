"""Stores: where the bytes of files are kept, by obstore: a folder, a bucket of S3, or the memory of a test.

Names are made here and never used twice, so that what is removed is never what was written anew under the same name.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from wangge_core.errors import SettingError, WanggeError

CHUNK = 500
PIECE = 256 * 1024
S3 = "s3://"


class FileGoneError(WanggeError):
    """The bytes of a file are not where they were kept."""

    code = "FILE_GONE"


class FileStore:
    """Objects by name. What goes wrong with the store is raised as `obstore.exceptions.BaseError` or OSError."""

    def __init__(self, store: Any, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    async def put(self, name: str, content: bytes) -> None:
        """Keep bytes under a name; returns when they are kept for good."""
        await obstore.put_async(self._store, name, content)
        if self._folder is not None:
            await asyncio.to_thread(_make_durable, self._folder / name)

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """The bytes of an object in pieces. Raises FileGoneError."""
        try:
            found = await obstore.get_async(self._store, name)
        except FileNotFoundError:
            raise FileGoneError("the bytes of a file are gone.", hint="Restore them from a backup of the store.") from None
        return _pieces(found)

    async def size(self, name: str) -> int:
        """How many bytes an object has. Raises FileGoneError."""
        try:
            return int((await obstore.head_async(self._store, name))["size"])
        except FileNotFoundError:
            raise FileGoneError("the bytes of a file are gone.", hint="Restore them from a backup of the store.") from None

    async def remove(self, names: Sequence[str]) -> None:
        """Remove objects; those that are gone already are no fault."""
        for name in names:
            try:
                await obstore.delete_async(self._store, name)
            except FileNotFoundError:
                continue

    async def older_than(self, moment: datetime) -> AsyncIterator[list[str]]:
        """The names of objects that were last written before a moment, in lists of at most `CHUNK`."""
        listed: Any = obstore.list(self._store, chunk_size=CHUNK)  # pyright: ignore[reportUnknownMemberType] - one of its forms needs arrow
        async for found in listed:
            names: list[str] = [one["path"] for one in found if one["last_modified"] < moment]
            if names:
                yield names


async def _pieces(found: Any) -> AsyncIterator[bytes]:
    async for piece in found.stream(min_chunk_size=PIECE):
        yield bytes(piece)


def _make_durable(path: Path) -> None:
    for one in (path, path.parent):
        opened = os.open(one, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def new_name(digest: str, suffix: str) -> str:
    """A name that no object had before. The digest in it helps whoever looks through a store."""
    return f"{digest[:2]}/{digest[:32]}-{uuid4().hex[:12]}.{suffix}"


def in_memory() -> FileStore:
    """A store that forgets with its process: for tests."""
    return FileStore(MemoryStore())


def open_store(where: str, folder: Path) -> FileStore:
    """The store that a setting names: `s3://bucket/prefix`, or empty for this folder, which is made. Raises SettingError."""
    if not where:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileStore(LocalStore(folder.absolute()), folder.absolute())
    if not where.startswith(S3) or not where.removeprefix(S3).partition("/")[0]:
        raise SettingError(
            f"{where!r} is no store of files.", hint="Leave `store` empty for a folder, or write s3://bucket/prefix."
        )
    try:
        return FileStore(S3Store.from_url(where))
    except (BaseError, ValueError) as error:
        raise SettingError(
            f"the store of files cannot be opened ({type(error).__name__}).",
            hint="Set AWS_REGION, AWS_ENDPOINT and the credentials.",
        ) from None
