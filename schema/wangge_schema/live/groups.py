"""Groups: subscribers who ask the same with the same rights. A change is read once for a group, and the same bytes go to all."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from graphql import GraphQLError

from wangge_core.db.outbox.pages import Change
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_schema.errors import INTERNAL, code_of, formatted
from wangge_schema.live.changes import read_message
from wangge_schema.live.documents import Asked, Wanted
from wangge_schema.live.facts import Fact
from wangge_schema.live.streams import FELL_BEHIND, Message, Stream
from wangge_schema.live.types import GIVEN, PROGRESS, TOPICS

MOST_PENDING = 1_000
"""Changes that wait for a group's reads; beyond, its subscribers are told to come again."""
MOST_KEPT = 256
SECONDS_BETWEEN = 0.5
"""Between the turns in which it is told how far campaigns are."""
SECONDS_KEPT = 5.0
"""How long what was read for a change serves others who catch up on it."""
log = logging.getLogger("wangge.live")


class Reading:
    """What all groups share when they read: how many may at once."""

    def __init__(self, most_at_once: int) -> None:
        self.turns = asyncio.Semaphore(most_at_once)
        self.reads = 0
        """How many messages were read."""


class Group:
    """Subscribers of one document with the same variables and rights."""

    def __init__(self, asked: Asked, wanted: Wanted, reading: Reading) -> None:
        self.asked = asked
        self.wanted = wanted
        self.streams = dict[Stream, int]()
        """With the number of the last change that each is past."""
        self._reading = reading
        self._pending = deque[tuple[int, Change]]()
        self._paced_until = 0.0
        self._working: asyncio.Task[None] | None = None
        self._kept = OrderedDict[int, tuple[float, asyncio.Task[Message | None]]]()

    @property
    def viewer(self) -> Viewer:
        return self.asked.session.viewer

    def wants(self, fact: Fact) -> bool:
        """Whether a change may be for this group. What is seen is decided by the read; this saves those that would find nothing."""
        change = fact.change
        if self.is_paced:
            return change.topic == PROGRESS and self.asked.campaign_id in (None, change.thing_id)
        if self.asked.thing == "task":
            return change.topic == GIVEN and is_given_to(self.viewer, change.content, fact.path)
        if change.topic not in TOPICS or not self.wanted.includes(fact.path, change.content.get("kind")):
            return False
        return self.viewer.may(Capability.READ_EVENTS, fact.path) or fact.concerned.includes(self.viewer)

    @property
    def is_paced(self) -> bool:
        """Whether a message tells all that happened before it, so that one serves for many changes of a thing."""
        return self.asked.thing == "campaign"

    def offer(self, number: int, change: Change) -> None:
        """Have a change read and sent. Changes are sent in the order in which they were offered."""
        if self.is_paced:  # what waits of the same thing is told by this one too
            self._pending = deque(one for one in self._pending if one[1].thing_id != change.thing_id)
        if len(self._pending) >= MOST_PENDING:
            for stream in list(self.streams):
                stream.finish(FELL_BEHIND)
            return
        self._pending.append((number, change))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())

    def close(self) -> None:
        """Read nothing more."""
        for task in (self._working, *(task for _, task in self._kept.values())):
            if task is not None:
                task.cancel()

    async def message(self, change: Change) -> Message | None:
        """The group's message for a change; None where it may not see the event. Whoever asks again soon gets the same."""
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(change.id)
        if kept is None or now - kept[0] > SECONDS_KEPT:
            kept = self._kept[change.id] = now, asyncio.create_task(self._read(change))
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return await asyncio.shield(kept[1])

    async def _work(self) -> None:
        while self._pending:
            await self._pace()
            for number, change in self._taken():
                message = await self.message(change)
                if message is not None:
                    for stream, past in list(self.streams.items()):
                        if number > past:
                            stream.take(message)

    def _taken(self) -> Iterator[tuple[int, Change]]:
        """What waits now; of what comes meanwhile, where messages are paced, the next turn tells."""
        for _ in range(len(self._pending)):
            yield self._pending.popleft()

    async def _pace(self) -> None:
        """Let a while pass since the last turn, where messages are paced: the first change is told at once, others together."""
        if self.is_paced:
            clock = asyncio.get_running_loop().time
            await asyncio.sleep(max(0.0, self._paced_until - clock()))
            self._paced_until = clock() + SECONDS_BETWEEN

    async def _read(self, change: Change) -> Message | None:
        async with self._reading.turns:
            self._reading.reads += 1
            try:
                return await read_message(self.asked, change)
            except Exception as error:
                return _failed(error, change)


def is_given_to(viewer: Viewer, content: Mapping[str, Any], path: str) -> bool:
    """Whether a task that was given over the grid with this path is the viewer's: by a post, an office, or a role."""
    if not viewer.reads_own:
        return False
    posts, offices, roles = (frozenset(content.get(name, ())) for name in ("posts", "offices", "roles"))
    by_role = any(post.acts_as & roles and post.stands_over(path) for post in viewer.posts)
    return by_role or not posts.isdisjoint(viewer.post_ids) or not offices.isdisjoint(viewer.office_ids)


def _failed(error: Exception, change: Change) -> Message:
    """The message of a change that could not be read: an error, as any read would answer with."""
    shown = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
    if code_of(shown) == INTERNAL:
        log.error("A change could not be read for its subscribers.", exc_info=error)
    return Message(orjson.dumps({"data": None, "errors": [formatted(shown)]}), change.position.cursor)
