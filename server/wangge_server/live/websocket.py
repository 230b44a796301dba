"""A WebSocket connection: the protocol's state, its operations, and the times within which something must happen."""

import asyncio
import time
from contextlib import ExitStack, aclosing
from dataclasses import replace
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from wangge_core.logs.purposes import Stated
from wangge_schema.answers import GraphQLRequest
from wangge_schema.live.following import Live
from wangge_server.http.credentials import credentials_of
from wangge_server.http.negotiation import LANGUAGES
from wangge_server.http.statuses import STATUSES
from wangge_server.live import protocol
from wangge_server.live.admission import Admission, Guest, TooManyError
from wangge_server.live.operations import FailedError, answers, failed
from wangge_server.live.protocol import ClientMessage, ClosedError
from wangge_server.observing import CLIENT_GONE, Observer, Watched
from wangge_server.settings import Settings
from wangge_server.sign_in import SignInError
from wangge_server.viewers import Credentials

INIT_SECONDS = 10.0
PING_SECONDS = 25.0
"""After so long a silence of the client it is asked whether it is there; after another one it is taken to be gone."""
PINGS_OF_PATIENCE = 4
STUCK_SECONDS = 30.0
"""How long a message may take to be sent; a client that takes none of it for so long is let go."""
UNAUTHENTICATED = "UNAUTHENTICATED"


class Connection:
    """One client. `run` returns when it is over."""

    def __init__(
        self, live: Live, admission: Admission, settings: Settings, observer: Observer, receive: Receive, send: Send
    ) -> None:
        self._live = live
        self._admission = admission
        self._settings = settings
        self._observer = observer
        self._receive = receive
        self._send_message = send
        self._credentials = Credentials(b"", "zh")
        self._purpose: Stated | None = None
        self._address = ""
        self._guest: Guest | None = None
        self._operations = dict[str, asyncio.Task[None]]()
        self._receiving: asyncio.Task[Message] | None = None
        self._over = asyncio.get_running_loop().create_future()
        self._sending = asyncio.Lock()
        self._taken = 0
        """How many messages were sent whole."""
        self._counted = ExitStack()

    def end(self, why: ClosedError) -> None:
        """Close it as soon as possible."""
        if not self._over.done():
            self._over.set_result(why)

    async def run(self, scope: Scope) -> None:
        await self._receive()  # websocket.connect
        spoken = protocol.SUBPROTOCOL if protocol.SUBPROTOCOL in scope.get("subprotocols", ()) else None
        await self._send_message({"type": "websocket.accept", "subprotocol": spoken})
        headers = dict(scope["headers"])
        self._address = (scope.get("client") or ("",))[0]
        self._credentials = credentials_of(headers, self._address)
        try:
            if not spoken:
                raise protocol.other_protocol()
            await self._converse()
        except ClosedError as error:
            await self._close(error)
        finally:
            self._counted.close()
            for task in (self._receiving, *self._operations.values()):
                if task is not None:
                    task.cancel()

    async def _converse(self) -> None:
        """Take the client's messages until it goes. Raises ClosedError."""
        while (heard := await self._next()) is not None:
            text: str | None = heard.get("text")
            if len(text or "") > self._settings.most_body_bytes:
                raise protocol.too_big()
            message = protocol.read_message(text)
            match message.type:
                case "connection_init":
                    await self._sign_in(message.payload)
                case "ping":
                    await self._send_now(protocol.pong(message.payload))
                case "subscribe":
                    self._begin(message)
                case "complete" if task := self._operations.pop(message.id, None):
                    task.cancel()
                case _:
                    pass

    async def _next(self) -> Message | None:
        """The client's next message; None when it has gone. Raises ClosedError when a time is over, or the connection shall end."""
        if self._guest is None:
            return await self._heard(INIT_SECONDS, protocol.no_init())
        silent = protocol.going_away()
        try:
            return await self._heard(PING_SECONDS, silent)
        except ClosedError as error:
            if error is not silent:
                raise
        return await self._answered(silent)

    async def _answered(self, silent: ClosedError) -> Message | None:
        """The client's next message after a ping. One that takes what it is sent may be far behind, and gets more time to answer."""
        asked = False
        for _ in range(PINGS_OF_PATIENCE):
            if not asked and not self._sending.locked():  # while something is on its way it shows whether that is taken
                await self._send_now(protocol.PING)
                asked = True
            taken = self._taken
            try:
                return await self._heard(PING_SECONDS, silent)
            except ClosedError as error:
                if error is not silent or taken == self._taken:
                    raise
        raise silent

    async def _heard(self, seconds: float, late: ClosedError) -> Message | None:
        if self._receiving is None:
            self._receiving = asyncio.ensure_future(self._receive())
        left = seconds
        if self._guest is not None and self._guest.until is not None:
            left = min(seconds, self._guest.until - time.time())
        await asyncio.wait({self._receiving, self._over}, timeout=max(0, left), return_when=asyncio.FIRST_COMPLETED)
        if self._over.done():
            raise self._over.result()
        if not self._receiving.done():
            raise protocol.forbidden(self._guest.expired) if self._guest is not None and left < seconds else late
        message, self._receiving = self._receiving.result(), None
        return message if message["type"] == "websocket.receive" else None

    async def _sign_in(self, payload: dict[str, Any] | None) -> None:
        if self._guest is not None:
            raise protocol.too_many_inits()
        self._credentials = _shown(payload or {}, self._credentials)
        self._purpose = protocol.read_purpose(payload or {})
        try:
            guest = await self._admission.guest(self._credentials)
            self._counted.enter_context(self._admission.connection(guest, self._address, self._put_out))
        except SignInError as error:
            raise protocol.forbidden(error.reason) from None
        except TooManyError as error:
            raise ClosedError(4429, str(error)) from None
        self._guest = guest
        await self._send_now(protocol.ACKNOWLEDGED)

    def _put_out(self, reason: str) -> None:
        self.end(protocol.forbidden(reason))

    def _begin(self, message: ClientMessage) -> None:
        if self._guest is None:
            raise protocol.unauthorized()
        if message.id in self._operations:
            raise ClosedError(4409, f"Subscriber for {message.id} already exists")
        request = protocol.read_request(message.payload, self._address)
        request = replace(request, purpose=request.purpose or self._purpose)
        self._operations[message.id] = asyncio.create_task(self._operate(message.id, request))

    async def _operate(self, id: str, request: GraphQLRequest) -> None:
        with self._observer.watch(transport="ws") as watched:
            watched.signed_in = self._guest is not None and self._guest.signed_in
            await self._watched(id, request, watched)

    async def _watched(self, id: str, request: GraphQLRequest, watched: Watched) -> None:
        try:
            if len(self._operations) > self._settings.live_operations:
                raise failed("TOO_MANY_OPERATIONS", f"At most {self._settings.live_operations} operations at once.")
            guest = await self._admission.guest(self._credentials)
            await self._answer(id, request, guest, watched)
        except FailedError as error:
            error.tell(watched)
            if UNAUTHENTICATED in error.codes and self._guest is not None and self._guest.until is not None:
                await self._admission.look_again()  # says more precisely why
                self.end(protocol.forbidden("ACCOUNT_UNKNOWN"))
            await self._finish(id, protocol.errors(id, error.errors))
        except SignInError as error:
            watched.status, watched.codes = STATUSES[error.code].graphql, (error.code,)
            self.end(protocol.forbidden(error.reason))
        except OSError:  # the client went
            watched.status = watched.status or CLIENT_GONE
            self._operations.pop(id, None)

    async def _answer(self, id: str, request: GraphQLRequest, guest: Guest, watched: Watched) -> None:
        prefix, most_seconds = protocol.next_prefix(id), self._settings.most_seconds
        async with aclosing(answers(self._live, request, guest.viewer, watched, most_seconds=most_seconds)) as found:
            async for message in found:
                await self._send(f"{prefix}{message.text}}}")
        await self._finish(id, protocol.complete(id))

    async def _finish(self, id: str, text: str) -> None:
        """Say the last of an operation, whose id is then free."""
        self._operations.pop(id, None)
        await self._send(text)

    async def _send(self, text: str) -> None:
        async with self._sending:
            await self._send_message({"type": "websocket.send", "text": text})
            self._taken += 1

    async def _send_now(self, text: str) -> None:
        """Send a message of the connection itself. Raises ClosedError where the client takes nothing."""
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await self._send(text)
        except TimeoutError:
            raise protocol.going_away() from None

    async def _close(self, error: ClosedError) -> None:
        """Say why, unless the client takes nothing any more."""
        for task in self._operations.values():
            task.cancel()
        try:
            async with asyncio.timeout(1):
                await self._send_message({"type": "websocket.close", "code": error.code, "reason": error.reason})
        except (TimeoutError, OSError, RuntimeError):
            pass


def _shown(payload: dict[str, Any], header: Credentials) -> Credentials:
    """What the payload of `connection_init` shows; what it leaves out was in the headers. Raises ClosedError."""
    authorization, wanted = payload.get("authorization", payload.get("Authorization")), payload.get("language")
    device = payload.get("device")
    if not all(isinstance(one, str | None) for one in (authorization, wanted, device)):
        raise protocol.bad("authorization, device and language are text")
    return replace(
        header,
        authorization=header.authorization if authorization is None else authorization.encode("latin-1", "replace"),
        device=header.device if device is None else device.encode("latin-1", "replace"),
        language=LANGUAGES.get(wanted or "", header.language),
    )
