"""Accounts of subscribers: whether they still have the rights that their streams are read with. One statement looks at many."""

import asyncio
from collections.abc import Iterable

from wangge_core.accounts.api_keys import load_viewer_again
from wangge_core.db.outbox.pages import Change
from wangge_core.db.work import CHUNK, Work
from wangge_core.deployment import Deployment
from wangge_core.rights.holdings import Holding, holdings
from wangge_core.rights.viewers import Viewer
from wangge_schema.live.changes import rights_of
from wangge_schema.live.streams import Stream

TELLING = ("post.", "delegation.", "access_grant.", "grid.", "account.", "api_key.", "device.", "person.")
"""Topics of what may concern somebody's rights."""


class Accounts:
    """The accounts behind the streams of one process."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._streams = dict[str, set[Stream]]()
        self.heard = asyncio.Event()
        """Set when the outbox told of a change of rights, so that nobody has to wait for the next look."""

    def add(self, stream: Stream) -> None:
        if stream.viewer.account_id is not None:
            self._streams.setdefault(stream.viewer.login, set()).add(stream)

    def remove(self, stream: Stream) -> None:
        streams = self._streams.get(stream.viewer.login)
        if streams is not None:
            streams.discard(stream)
            if not streams:
                del self._streams[stream.viewer.login]

    def hear(self, change: Change) -> None:
        """Look again soon where a change may concern somebody's rights."""
        if change.topic.startswith(TELLING):
            self.heard.set()

    async def changed(self) -> list[tuple[Stream, Viewer | None]]:
        """The streams whose viewers have other rights now, with the viewer as it is; None where the account may not sign in."""
        self.heard.clear()
        logins = sorted(self._streams)
        found: list[tuple[Stream, Viewer | None]] = []
        async with self._deployment.read() as work:
            for start in range(0, len(logins), CHUNK):
                held = await holdings(work, work.rules.registry, logins[start : start + CHUNK])
                for stream in self._streams_of(logins[start : start + CHUNK]):
                    if held.get(stream.viewer.login) != _holding_of(stream.viewer):
                        found.append((stream, await self._load(work, stream.viewer)))
        return [(stream, now) for stream, now in found if now is None or rights_of(now) != rights_of(stream.viewer)]

    def _streams_of(self, logins: Iterable[str]) -> list[Stream]:
        return [stream for login in logins for stream in self._streams.get(login, ())]

    async def _load(self, work: Work, viewer: Viewer) -> Viewer | None:
        return await load_viewer_again(work, work.rules.registry, viewer)


def _holding_of(viewer: Viewer) -> Holding | None:
    """What a viewer was made of. A machine's is less than its account holds, so that it is looked up again each time."""
    if viewer.account_id is None:
        return None
    return Holding(
        account_id=viewer.account_id,
        person_id=viewer.person_id,
        ward_ids=viewer.ward_ids,
        posts=viewer.posts,
        grants=viewer.grants,
    )
