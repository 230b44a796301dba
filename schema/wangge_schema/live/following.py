"""Following: the subscriptions of one process, fed by one tail of the outbox that is open while there are any."""

import asyncio
import contextlib
import logging
from collections.abc import Hashable, Sequence
from contextvars import Context
from dataclasses import dataclass

from graphql import GraphQLError
from sqlalchemy.exc import SQLAlchemyError

from wangge_core.db.outbox.pages import Change, read_page
from wangge_core.db.outbox.positions import OutboxCursorError, Position, read_cursor
from wangge_core.db.outbox.pruning import mend_after_restore
from wangge_core.db.outbox.tail import Tail
from wangge_core.rights.viewers import Viewer
from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api
from wangge_schema.documents import InvalidDocumentError
from wangge_schema.live.accounts import Accounts
from wangge_schema.live.changes import rights_of, started_message
from wangge_schema.live.documents import Asked, Wanted, is_subscription, read_asked, read_wanted
from wangge_schema.live.facts import Fact, Facts
from wangge_schema.live.groups import Group, Reading
from wangge_schema.live.past import missed
from wangge_schema.live.streams import BROKEN, GONE, End, Stream

SECONDS_WITHOUT_SUBSCRIBERS = 10.0
log = logging.getLogger("wangge.live")


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """What subscribers may use."""

    messages: int = 100
    """Messages that wait for one subscriber."""
    reads: int = 4
    """Reads at once for all of them; less than the pool has connections."""
    seconds_between_checks: float = 2.0
    """How often it is looked whether viewers still have their rights."""


class Live:
    """Subscriptions of the viewers of one `Api`."""

    def __init__(self, api: Api, limits: LiveLimits | None = None) -> None:
        self.api = api
        self.limits = limits or LiveLimits()
        self._deployment = api.deployment
        self._groups = dict[Hashable, Group]()
        self._of_stream = dict[Stream, tuple[Group, Hashable]]()
        self._catching_up = dict[Stream, asyncio.Task[None]]()
        self._accounts = Accounts(self._deployment)
        self._tail = Tail(self._deployment.read, self._deployment.bell, self._deliver)
        self._number = 0
        self._facts = Facts()
        self._reading = Reading(self.limits.reads)
        self._opening = asyncio.Lock()
        self._joining = 0
        self._running: asyncio.Task[None] | None = None

    @property
    def _on_sqlite(self) -> bool:
        return self._deployment.dialect.name == "sqlite"

    @property
    def streams(self) -> int:
        """How many subscriptions there are."""
        return len(self._of_stream)

    @property
    def reads(self) -> int:
        """How many messages were read so far, each for a whole group."""
        return self._reading.reads

    def follows(self, request: GraphQLRequest) -> bool:
        """Whether a request is a subscription, for `subscribe`; all others are for `Api.answer`."""
        return is_subscription(self.api, request)

    async def subscribe(self, request: GraphQLRequest, viewer: Viewer, *, after: str = "") -> Stream:
        """Begin to follow, after the cursor `after` or the one in the document. Raises InvalidDocumentError."""
        asked = await read_asked(self.api, request, viewer)
        try:
            return await self._subscribe(asked, after or asked.arguments.get("after"))
        except OutboxCursorError as error:
            told = GraphQLError(error.message, list(asked.field.nodes), original_error=error)
            raise InvalidDocumentError([told], asked.session.prepared.operation) from None
        except GraphQLError as error:
            raise InvalidDocumentError([error], asked.session.prepared.operation) from None

    async def _subscribe(self, asked: Asked, after: str | None) -> Stream:
        viewer = asked.session.viewer
        if viewer.account_id is None and not viewer.scopes:
            raise GraphQLError("Sign in to follow events.", extensions={"code": "UNAUTHENTICATED"})
        position = read_cursor(after, on_sqlite=self._on_sqlite) if after else None
        wanted = Wanted.everywhere(asked.arguments)
        _ = asked.campaign_id  # tells at once what is wrong with it
        if position is not None or asked.arguments.get("grid") is not None:
            async with self._deployment.read() as work:
                if position is not None:
                    await read_page(work, position, most=1)  # tells at once what is wrong with the cursor
                wanted = await read_wanted(work, asked.arguments)
        stream = Stream(viewer, self.limits.messages)
        await self._join(stream, asked, wanted, position)
        self._accounts.add(stream)
        return stream

    def leave(self, stream: Stream) -> None:
        """Follow no more."""
        stream.finish(End())
        self._accounts.remove(stream)
        self._part(stream)

    async def close(self) -> None:
        """End every stream, because the service goes down."""
        for stream in list(self._of_stream):
            self.leave(stream)
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    async def _run(self, opened: asyncio.Future[None]) -> None:
        """Keep the tail open and look after rights, as long as there are subscribers."""
        try:
            async with self._deployment.write() as work:
                await mend_after_restore(work)
            async with self._tail.open():
                opened.set_result(None)
                await self._look_after_subscribers()
        except Exception as error:
            if not opened.done():
                opened.set_exception(error)
                return
            log.exception("Changes cannot be followed any more.")
            for stream in list(self._of_stream):
                self._part(stream)
                stream.finish(BROKEN)

    async def _look_after_subscribers(self) -> None:
        """Returns when there have been none for a while."""
        clock = asyncio.get_running_loop().time
        last = clock()
        while clock() - last < SECONDS_WITHOUT_SUBSCRIBERS:
            await self._look_after_rights()
            if self._of_stream or self._joining:
                last = clock()

    async def _ensure_open(self) -> None:
        async with self._opening:
            if self._running is None or self._running.done():
                opened = asyncio.get_running_loop().create_future()
                # in a context of its own: what is read for all is no part of the first subscriber's trace
                self._running = asyncio.create_task(self._run(opened), context=Context())
                await opened

    async def _look_after_rights(self) -> None:
        """Wait a while, then move streams whose viewers have other rights now."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.limits.seconds_between_checks):
                await self._accounts.heard.wait()
        try:
            changed = await self._accounts.changed()
            await asyncio.gather(*(self._change_viewer(stream, viewer) for stream, viewer in changed))
        except (SQLAlchemyError, OSError) as error:
            log.warning("Rights cannot be looked up now (%s); trying again.", type(error).__name__)

    async def _change_viewer(self, stream: Stream, viewer: Viewer | None) -> None:
        """Go on with a stream under other rights, or end it."""
        group, _ = self._of_stream.get(stream, (None, None))
        if group is None:
            return None
        self._part(stream)
        if viewer is None:
            self._accounts.remove(stream)
            return stream.finish(GONE)
        stream.viewer = viewer
        try:
            position = read_cursor(stream.cursor, on_sqlite=self._on_sqlite)
            await self._join(stream, group.asked.by(viewer), group.wanted, position)
        except Exception:  # whatever it was, the subscriber must not wait for ever; it is told further up
            stream.finish(BROKEN)
            raise

    async def _join(self, stream: Stream, asked: Asked, wanted: Wanted, position: Position | None) -> None:
        """Put a stream into its group, from the present on; what lies between `position` and the present is told first."""
        self._joining += 1
        try:
            await self._ensure_open()
            present = await self._tail.up_to_date()  # no more waiting until the stream is in its group
        finally:
            self._joining -= 1
        if stream.end is not None:  # it left meanwhile
            return
        key = (asked.key, rights_of(stream.viewer))
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(asked, wanted, self._reading)
        group.streams[stream] = self._number
        self._of_stream[stream] = group, key
        if position is None:
            stream.put(started_message(asked.field, present.cursor, self._deployment.clock()))
        else:
            stream.hold(position.cursor)
            self._catching_up[stream] = asyncio.create_task(self._catch_up(stream, group, position, present))

    def _part(self, stream: Stream) -> None:
        if task := self._catching_up.pop(stream, None):
            task.cancel()
        group, key = self._of_stream.pop(stream, (None, None))
        if group is not None:
            group.streams.pop(stream, None)
            if not group.streams and self._groups.get(key) is group:
                del self._groups[key]
                group.close()

    async def _catch_up(self, stream: Stream, group: Group, position: Position, present: Position) -> None:
        """Tell a stream what it missed, as fast as it reads, then what happened meanwhile."""
        try:
            last: dict[int, Change] = {}
            async for fact in missed(self._deployment, self._facts, position, present):
                if group.is_paced and group.wants(fact):
                    last.pop(fact.change.thing_id, None)
                    last[fact.change.thing_id] = fact.change
                elif group.wants(fact) and (message := await group.message(fact.change)) is not None:
                    await stream.put_with_room(message)
                if stream.end is not None:
                    return
            for change in last.values():
                if (message := await group.message(change)) is not None:
                    await stream.put_with_room(message)
            await stream.release()
        except OutboxCursorError as error:
            stream.finish(End(error.code, error.message, error.hint))
        except Exception:  # nobody awaits this task, so it is told here and the subscriber let go
            log.exception("What a subscriber missed could not be read.")
            stream.finish(BROKEN)
        finally:
            if self._catching_up.get(stream) is asyncio.current_task():
                del self._catching_up[stream]

    async def _deliver(self, changes: Sequence[Change]) -> None:
        first = self._number + 1
        self._number += len(changes)  # before anything is waited for: the tail's position is already after them
        for number, fact in enumerate(await self._facts_of(changes), first):
            self._accounts.hear(fact.change)
            for group in list(self._groups.values()):
                if group.wants(fact):
                    group.offer(number, fact.change)

    async def _facts_of(self, changes: Sequence[Change]) -> list[Fact]:
        """Look up the facts of changes, which are lost if it is given up."""
        while True:
            try:
                async with self._deployment.read() as work:
                    return await self._facts.look_up(work, changes)
            except (SQLAlchemyError, OSError) as error:
                log.warning("Changes cannot be looked up now (%s); trying again.", type(error).__name__)
                await asyncio.sleep(1)
