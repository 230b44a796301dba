"""Accounts of subscribers: whether they still have the rights that their streams are read with. One statement looks at many."""

import asyncio
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.outbox.pages import Change
from wangge_core.db.work import CHUNK, Work
from wangge_core.deployment import Deployment
from wangge_core.rights.viewers import Viewer, base_paths, load_viewer
from wangge_schema.live.changes import rights_of
from wangge_schema.live.streams import Stream

Held = frozenset[tuple[int, tuple[str, ...]]]
"""The posts that an account holds now, each with its ground."""


class Accounts:
    """The accounts behind the streams of one process."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._streams = dict[str, set[Stream]]()
        self.heard = asyncio.Event()
        """Set when the outbox told of a post, so that nobody has to wait for the next look."""

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
        if change.topic.startswith(("post.", "grid.", "account.")):
            self.heard.set()

    async def changed(self) -> list[tuple[Stream, Viewer | None]]:
        """The streams whose viewers have other rights now, with the viewer as it is; None where the account may not sign in."""
        self.heard.clear()
        logins = sorted(self._streams)
        found: list[tuple[Stream, Viewer | None]] = []
        async with self._deployment.read() as work:
            for start in range(0, len(logins), CHUNK):
                held = await _held(work, logins[start : start + CHUNK])
                for stream in self._streams_of(logins[start : start + CHUNK]):
                    if held.get(stream.viewer.login) != _posts_of(stream.viewer):
                        found.append((stream, await self._load(work, stream.viewer)))
        return [(stream, now) for stream, now in found if now is None or rights_of(now) != rights_of(stream.viewer)]

    def _streams_of(self, logins: Iterable[str]) -> list[Stream]:
        return [stream for login in logins for stream in self._streams.get(login, ())]

    async def _load(self, work: Work, viewer: Viewer) -> Viewer | None:
        return await load_viewer(work, work.rules.registry, viewer.login, viewer.language)


def _posts_of(viewer: Viewer) -> Held:
    return frozenset((post.id, post.paths) for post in viewer.posts)


async def _held(work: Work, logins: Iterable[str]) -> Mapping[str, Held]:
    """What accounts hold now, as `load_viewer` finds it for one; those that may not sign in are left out."""
    account, post, grid = t.account, t.post, t.grid
    in_term = sa.and_(post.c.starts_at <= work.now, sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now))
    rows = await work.rows(
        sa.select(account.c.login, post.c.id, post.c.role_id, grid.c.path, grid.c.id.label("grid_id"), t.grid_layer.c.base)
        .join_from(account, post, sa.and_(post.c.account_id == account.c.id, in_term), isouter=True)
        .join(grid, grid.c.id == post.c.grid_id, isouter=True)
        .join(t.grid_layer, t.grid_layer.c.id == grid.c.layer_id, isouter=True)
        .where(account.c.login.in_(list(logins)), account.c.active)
    )
    ground = await base_paths(work, [row.grid_id for row in rows if row.id is not None and not row.base])
    held: dict[str, set[tuple[int, tuple[str, ...]]]] = {row.login: set() for row in rows}
    for row in rows:
        if row.id is not None and row.role_id in work.rules.registry.roles:
            held[row.login].add((row.id, (row.path,) if row.base else ground.get(row.grid_id, ())))
    return {login: frozenset(posts) for login, posts in held.items()}
