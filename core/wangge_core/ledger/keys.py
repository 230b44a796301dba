"""Keys: what a device calls an entry that it makes. Sent again under its key, it answers with the first, and nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, refused
from wangge_core.ledger.entries import LONGEST
from wangge_core.ledger.held_posts import HeldPosts
from wangge_core.ledger.targets import COLUMNS


@dataclass(frozen=True, slots=True)
class Earlier:
    """An entry that came with a key before: what was done, when, and with what."""

    id: int
    what: str
    started_at: datetime
    targets: frozenset[tuple[str, int]] = frozenset()

    def answer(self, what: str, started_at: datetime, targets: frozenset[tuple[str, int]] = frozenset()) -> Outcome:
        """The first entry, or why it is not what is sent now: else what is sent would be lost without a word.

        A clock may have been corrected between the two, and whom it was of may be forgotten since.
        """
        differs = self.what != what or abs(self.started_at - started_at) > LONGEST
        if differs or (self.targets and targets and self.targets != targets):
            return refused("IDEMPOTENCY_KEY_REUSED", "key")
        return Outcome(id=self.id)


async def earlier(work: Work, table: sa.Table, posts: HeldPosts, keys: Sequence[str | None]) -> dict[str, Earlier]:
    """The entries of a table that came with these keys before, from the viewer or, with the operator, for the same accounts."""
    wanted, found = sorted({key for key in keys if key}), dict[str, Earlier]()
    accounts = sorted(posts.accounts)
    for start in range(0, len(wanted), CHUNK):
        named = table.c.client_key.in_(wanted[start : start + CHUNK])
        query = sa.select(table).where(table.c.account_id.in_(accounts), named)
        for row in await work.rows(query):
            of = ((one, row._mapping.get(one)) for one in COLUMNS)
            found[row.client_key] = Earlier(row.id, row.what, row.started_at, frozenset((name, id) for name, id in of if id))
    return found
