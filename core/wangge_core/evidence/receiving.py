"""Receiving: a cleaned file becomes an attachment. Its bytes are kept first and named in a row after that, so that no row lacks them.

Equal bytes are kept once. Nobody is told whether they were there before: each attachment has an id of its own, and the same is done for
the first and the second.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.evidence.attachments import token_hash
from wangge_core.evidence.cleaning import Cleaned
from wangge_core.evidence.stores import FileStore, new_name
from wangge_core.rights.viewers import Viewer

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where the bytes of a file were put."""

    object: str
    thumbnail: str | None

    @property
    def names(self) -> list[str]:
        return [name for name in (self.object, self.thumbnail) if name is not None]


async def take_in(store: FileStore, write: OpenWork, viewer: Viewer, file: Cleaned, *, intake_token: str | None = None) -> int:
    """Keep a cleaned file for the viewer, or for whoever has the token, and return the id of its attachment."""
    placed = await place(store, file)
    try:
        id, used = await _noted(write, viewer, file, placed, intake_token)
    except IntegrityError:  # another was first with the same bytes, or they went at this moment: now it is seen
        id, used = await _noted(write, viewer, file, placed, intake_token)
    if not used:
        await store.remove(placed.names)
    return id


async def _noted(write: OpenWork, viewer: Viewer, file: Cleaned, placed: Placed, intake_token: str | None) -> tuple[int, bool]:
    async with write() as work:
        return await note(work, viewer, file, placed, intake_token=intake_token)


async def place(store: FileStore, file: Cleaned) -> Placed:
    """Put the bytes of a file into the store. Until a row names them they are nobody's, and go after a day."""
    suffix = SUFFIXES[file.media_type]
    placed = Placed(
        object=new_name(file.digest, suffix), thumbnail=new_name(file.digest, f"small.{suffix}") if file.thumbnail else None
    )
    await store.put(placed.object, file.content)
    if placed.thumbnail is not None and file.thumbnail is not None:
        await store.put(placed.thumbnail, file.thumbnail)
    return placed


async def note(work: Work, viewer: Viewer, file: Cleaned, placed: Placed, *, intake_token: str | None = None) -> tuple[int, bool]:
    """Write the attachment; returns its id, and whether the placed bytes are those that it has. Raises IntegrityError for a lost race."""
    stored = t.stored_file
    known = sa.select(stored.c.id).where(stored.c.digest == file.digest, stored.c.media_type == file.media_type)
    found = await work.value(known if work.on_sqlite else known.with_for_update(read=True, key_share=True))
    file_id: int = (await work.reserve_ids(stored, 1))[0] if found is None else found
    if found is None:
        await work.insert(stored, [{"id": file_id} | _stored(work, file, placed)])
    (id,) = await work.reserve_ids(t.attachment, 1)
    await work.insert(t.attachment, [{"id": id, "stored_file_id": file_id} | _taken(work, viewer, file, intake_token)])
    return id, found is None


def _stored(work: Work, file: Cleaned, placed: Placed) -> dict[str, Any]:
    return {
        "digest": file.digest,
        "object": placed.object,
        "thumbnail": placed.thumbnail,
        "media_type": file.media_type,
        "bytes": len(file.content),
        "width": file.width,
        "height": file.height,
        "created_at": work.now,
        "removed_at": None,
    }


def _taken(work: Work, viewer: Viewer, file: Cleaned, intake_token: str | None) -> dict[str, Any]:
    return {
        "uploader_id": viewer.account_id,
        "intake_token": token_hash(intake_token) if intake_token and viewer.account_id is None else None,
        "attached": False,
        "taken_in_at": work.now,
        "taken_at_claimed": file.claims.taken_at,
        "longitude_claimed": file.claims.longitude,
        "latitude_claimed": file.claims.latitude,
        "public": False,
        "published_at": None,
        "published_by_id": None,
    }
