"""Server-sent events: each operation is a response of its own (the "distinct connections mode" of graphql-sse).

The protocol is that of https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. The id of an event is its cursor, so a browser
that reconnects by itself resumes.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from starlette.types import Receive, Scope, Send

from wangge_schema.live.following import Live
from wangge_schema.live.streams import Message
from wangge_server.http.credentials import credentials_of
from wangge_server.http.replies import failed as failed_reply
from wangge_server.http.replies import refused
from wangge_server.http.requests import BadRequestError, ClientGoneError, from_body, from_query, read_body, with_purpose
from wangge_server.live.admission import Admission, Guest, TooManyError
from wangge_server.live.operations import FailedError, answers, failed
from wangge_server.observing import CLIENT_GONE, Observer, Watched
from wangge_server.settings import Settings
from wangge_server.sign_in import SignInError

MEDIA_TYPE = b"text/event-stream"
HEARTBEAT_SECONDS = 12.0
STUCK_SECONDS = 30.0
HEARTBEAT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
HEADERS = [
    (b"content-type", MEDIA_TYPE + b"; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class EventStreams:
    """Answers requests that accept `text/event-stream`."""

    def __init__(self, live: Live, admission: Admission, settings: Settings, observer: Observer) -> None:
        self._live = live
        self._admission = admission
        self._settings = settings
        self._observer = observer

    async def __call__(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        with self._observer.watch(headers, transport="sse") as watched:
            reply = None
            try:
                await self._stream(scope, headers, receive, send, watched)
            except ClientGoneError:
                pass
            except BadRequestError as error:
                reply = failed_reply(error.code, str(error))
            except SignInError as error:
                reply = refused(error)
            except TooManyError as error:
                reply = failed_reply("TOO_MANY_CONNECTIONS", str(error))
            if reply is None:
                watched.status = watched.status or CLIENT_GONE
                return
            watched.status, watched.codes, watched.size = reply.status, reply.codes, len(reply.body)
            await reply.send(send)

    async def _stream(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send, watched: Watched) -> None:
        address = scope["client"][0] if scope.get("client") else ""
        credentials = credentials_of(headers, address)
        if by_get := scope["method"] != "POST":
            request = from_query(scope["query_string"], address)
        else:
            request = from_body(await read_body(headers, receive, self._settings.most_body_bytes), address)
        request = with_purpose(request, headers)
        guest = await self._admission.guest(credentials)
        watched.signed_in = guest.signed_in
        response = Response(receive, send, guest, watched)
        with self._admission.connection(guest, address, response.end):
            after, most_seconds = headers.get(b"last-event-id", b"").decode("latin-1"), self._settings.most_seconds
            found = answers(self._live, request, guest.viewer, watched, most_seconds=most_seconds, after=after, only_reads=by_get)
            await response.tell(found)


class Response:
    """One response: events, and a heartbeat where there are none for a while, until the operation or the client or the sign-in ends."""

    def __init__(self, receive: Receive, send: Send, guest: Guest, watched: Watched) -> None:
        self._receive = receive
        self._send = send
        self._guest = guest
        self._watched = watched
        self._sending = asyncio.Lock()
        self._over = asyncio.get_running_loop().create_future()

    def end(self, reason: str) -> None:
        """End it as soon as possible, because its sign-in is revoked."""
        if not self._over.done():
            self._over.set_result(reason)

    async def tell(self, found: AsyncGenerator[Message, None]) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await self._put(HEARTBEAT)  # so that the headers go out
        telling = asyncio.create_task(self._tell(found))
        try:
            ended = await self._attend(telling)
        finally:
            telling.cancel()
            await asyncio.wait([telling])
        if ended:
            error = failed("UNAUTHENTICATED", "What you signed in with is good no more.", reason=ended)
            error.tell(self._watched)
            await self._put(_errors(error) + COMPLETE, last=True)

    async def _tell(self, found: AsyncGenerator[Message, None]) -> None:
        async with aclosing(found):
            try:
                async for message in found:
                    await self._put(message.event)
            except FailedError as error:
                error.tell(self._watched)
                await self._put(_errors(error))
        await self._put(COMPLETE, last=True)

    async def _attend(self, telling: asyncio.Task[None]) -> str:
        """Wait until all is told, the client is gone or takes nothing, or the sign-in ends; then it returns the reason."""
        leaving = asyncio.create_task(self._left())
        try:
            while True:
                until = self._guest.until
                left = HEARTBEAT_SECONDS if until is None else min(HEARTBEAT_SECONDS, until - time.time())
                if left <= 0:
                    return self._guest.expired
                done, _ = await asyncio.wait({telling, leaving, self._over}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                if done:
                    return self._over.result() if self._over.done() else ""
                async with asyncio.timeout(STUCK_SECONDS):
                    await self._put(HEARTBEAT)
        except TimeoutError:
            return ""
        finally:
            leaving.cancel()

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _put(self, body: bytes, *, last: bool = False) -> None:
        async with self._sending:
            await self._send({"type": "http.response.body", "body": body, "more_body": not last})


def _errors(error: FailedError) -> bytes:
    return b'event: next\ndata: {"errors":' + error.errors + b"}\n\n"
