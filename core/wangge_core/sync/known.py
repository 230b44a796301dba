"""Known changes: what was done of an account's phones before, by the ids that they made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.idempotency import request_hash, stored_hashes
from wangge_core.rights.viewers import Viewer
from wangge_core.sync.changes import Change, Taken, Thing


@dataclass(frozen=True, slots=True)
class Known:
    """A change that was done: the hashes that stand for what was sent, and what came of it."""

    request_hash: str
    thing: Thing | None


@dataclass(frozen=True, slots=True)
class Made:
    """A change that has just been done."""

    change: Change
    taken: Taken
    thing: Thing | None


def digest_of(change: Change) -> str:
    """The hash of a change as it was sent, in the phone's clock."""
    return request_hash(change.kind, [change.request, change.captured_at, change.about])


async def known_changes(work: Work, viewer: Viewer, client_ids: Iterable[str]) -> dict[str, Known]:
    """Those of these changes that were done before."""
    done = t.sync_change.c
    columns = (done.request_hash, done.thing_type, done.thing_id)
    rows = await work.by_ids(columns, done.client_id, client_ids, done.account_id == viewer.account_id)
    return {
        id: Known(row.request_hash, Thing(row.thing_type, row.thing_id) if row.thing_id is not None else None)
        for id, row in rows.items()
    }


def is_same(work: Work, known: Known, change: Change) -> bool:
    """Whether what is known is what is sent again."""
    return known.request_hash in stored_hashes(work, digest_of(change))


async def keep(work: Work, viewer: Viewer, made: Sequence[Made]) -> None:
    """Remember what was done, in the transaction that did it. Of two calls at once the later one fails here, and then finds it done."""
    await work.insert(
        t.sync_change,
        [
            {
                "account_id": viewer.account_id,
                "client_id": one.change.client_id,
                "kind": one.change.kind,
                "request_hash": stored_hashes(work, digest_of(one.change))[0],
                "thing_type": one.thing and one.thing.type,
                "thing_id": one.thing and one.thing.id,
                "captured_at": one.taken.at,
                "received_at": work.now,
            }
            for one in made
        ],
    )
