"""Idempotency: a repeated request counts once, and is answered with the thing that the first one made."""

import hashlib
import json
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import IdempotencyKeyReusedError
from wangge_core.rights.viewers import Viewer

FIELD = "idempotency_key.request_hash"


def request_hash(operation: str, request: Any) -> str:
    """The hash of what was asked; equal requests have equal hashes."""
    text = json.dumps([operation, msgspec.to_builtins(request)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


async def earlier_answer(work: Work, viewer: Viewer, key: str, digest: str) -> int | None:
    """The id of the thing that the same request made before. Raises IdempotencyKeyReusedError when the key came with another request."""
    table = t.idempotency_key
    row = await work.first(
        sa.select(table.c.request_hash, table.c.thing_id).where(table.c.account_id == viewer.account_id, table.c.key == key)
    )
    if row is None:
        return None
    if row.request_hash not in _hashes(work, digest):
        raise IdempotencyKeyReusedError(
            "this idempotency key was used for another request.",
            hint="Make a new key for each request, and repeat it only with the same input.",
        )
    return row.thing_id


def _hashes(work: Work, digest: str) -> tuple[str, ...]:
    """What may stand for a request; the first is stored. It is keyed where values are sealed, which a plain hash would let be guessed."""
    if work.sealer is None:
        return (digest,)
    return (work.sealer.index(digest, FIELD), *work.sealer.indexes(digest, FIELD), digest)


async def keep_answer(work: Work, viewer: Viewer, key: str, operation: str, digest: str, thing_id: int) -> None:
    """Remember what a request made, in the transaction that made it."""
    row = {
        "account_id": viewer.account_id,
        "key": key,
        "operation": operation,
        "request_hash": _hashes(work, digest)[0],
        "thing_id": thing_id,
        "created_at": work.now,
    }
    await work.insert(t.idempotency_key, [row])
