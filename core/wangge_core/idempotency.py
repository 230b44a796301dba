"""Idempotency: a repeated request counts once, and gets the answer of the first one: the thing that it made, or why it was refused.

What is kept is that answer and not its bytes: the thing is read again under the rights of whoever repeats the request, and by the log.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import IdempotencyKeyReusedError, Outcome, Refusal
from wangge_core.rights.viewers import Viewer

FIELD = "idempotency_key.request_hash"


def request_hash(operation: str, request: Any) -> str:
    """The hash of what was asked; equal requests have equal hashes."""
    text = json.dumps([operation, msgspec.to_builtins(request)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


async def earlier_answer(work: Work, viewer: Viewer, key: str, digest: str) -> Outcome | None:
    """What the same request was answered before. Raises IdempotencyKeyReusedError when the key came with another request."""
    table = t.idempotency_key
    row = await work.first(
        sa.select(table.c.request_hash, table.c.thing_id, table.c.refusals).where(
            table.c.account_id == viewer.account_id, table.c.key == key
        )
    )
    if row is None:
        return None
    if row.request_hash not in stored_hashes(work, digest):
        raise IdempotencyKeyReusedError(
            "this idempotency key was used for another request.",
            hint="Make a new key for each request, and repeat it only with the same input.",
        )
    return Outcome(id=row.thing_id, refusals=tuple(Refusal(*one) for one in row.refusals or ()))


def stored_hashes(work: Work, digest: str) -> tuple[str, ...]:
    """What may stand for a request; the first is stored. It is keyed where values are sealed, which a plain hash would let be guessed."""
    if work.sealer is None:
        return (digest,)
    return (work.sealer.index(digest, FIELD), *work.sealer.indexes(digest, FIELD), digest)


async def keep_answer(
    work: Work, viewer: Viewer, key: str, operation: str, digest: str, thing_id: int | None, refusals: Sequence[Refusal] = ()
) -> None:
    """Remember what a request was answered, in the transaction that did it.

    Of two requests with one key at the same time one waits here for the other, and fails where that one has written: it then has its
    answer.
    """
    row = {
        "account_id": viewer.account_id,
        "key": key,
        "operation": operation,
        "request_hash": stored_hashes(work, digest)[0],
        "thing_id": thing_id,
        "refusals": [[one.code, one.field, one.values] for one in refusals] or None,
        "created_at": work.now,
    }
    await work.insert(t.idempotency_key, [row])
