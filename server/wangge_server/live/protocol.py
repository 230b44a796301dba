"""The messages of `graphql-transport-ws`, and the codes with which a connection is closed.

The protocol is that of https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md; its older namesake `graphql-ws` is not spoken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import orjson

from wangge_core.logs.purposes import Stated
from wangge_schema.answers import GraphQLRequest
from wangge_server.http.requests import BadRequestError, checked, stated

SUBPROTOCOL = "graphql-transport-ws"
MOST_ID = 200
MOST_REASON_BYTES = 120
"""WebSocket allows 123 bytes of reason."""

ACKNOWLEDGED = '{"type":"connection_ack"}'
PING = '{"type":"ping"}'


class ClosedError(Exception):
    """The connection must be closed, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:MOST_REASON_BYTES].decode(errors="ignore")


def going_away() -> ClosedError:
    return ClosedError(1001, "No answer to a ping")


def too_big() -> ClosedError:
    return ClosedError(1009, "Message too big")


def restart() -> ClosedError:
    return ClosedError(1012, "Service restart")


def unauthorized() -> ClosedError:
    return ClosedError(4401, "Unauthorized")


def forbidden(reason: str) -> ClosedError:
    return ClosedError(4403, reason)


def other_protocol() -> ClosedError:
    return ClosedError(4406, "Subprotocol not acceptable")


def no_init() -> ClosedError:
    return ClosedError(4408, "Connection initialisation timeout")


def too_many_inits() -> ClosedError:
    return ClosedError(4429, "Too many initialisation requests")


def bad(reason: str) -> ClosedError:
    return ClosedError(4400, reason)


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """A message of the client. `id` is empty for those of the connection itself."""

    type: str
    id: str
    payload: Any


WITH_ID = {"subscribe", "complete"}
TYPES = {"connection_init", "ping", "pong"} | WITH_ID


def read_message(text: str | None) -> ClientMessage:
    """The message in a frame. Raises ClosedError."""
    try:
        given = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        raise bad("Messages are JSON, in frames of text") from None
    if not isinstance(given, dict):
        raise bad("A message is a JSON object")
    message = cast("dict[str, Any]", given)
    type, id, payload = message.get("type"), message.get("id", ""), message.get("payload")
    if not isinstance(type, str) or type not in TYPES:
        raise bad(f"Unknown type of message {str(type)[:40]!r}")
    if type in WITH_ID and not (isinstance(id, str) and 0 < len(id) <= MOST_ID):
        raise bad(f"The message {type} needs an id, a text of at most {MOST_ID} characters")
    if type not in WITH_ID and not (payload is None or isinstance(payload, dict)):
        raise bad("The payload is an object")
    return ClientMessage(type, id if type in WITH_ID else "", payload)


def read_request(payload: Any, address: str) -> GraphQLRequest:
    """The request of a `subscribe`. Raises ClosedError."""
    if not isinstance(payload, dict):
        raise bad("The payload of subscribe is an object with `query`")
    try:
        return checked(cast("Mapping[str, Any]", payload), address)
    except BadRequestError as error:
        raise bad(str(error)) from None


def read_purpose(payload: Mapping[str, Any]) -> Stated | None:
    """The purpose that `connection_init` states for all operations that state none. Raises ClosedError."""
    purpose = payload.get("purpose")
    if not isinstance(purpose, str | None):
        raise bad("purpose is text")
    try:
        return stated(purpose or "")
    except BadRequestError as error:
        raise bad(f"{error.code}: {error}") from None


def pong(payload: Any) -> str:
    return _text({"type": "pong"} | ({} if payload is None else {"payload": payload}))


def next_prefix(id: str) -> str:
    """What stands before the answer in each `next` of an operation; a brace follows it."""
    return _text({"id": id, "type": "next", "payload": None}).removesuffix("null}")


def errors(id: str, list_of_errors: bytes) -> str:
    return _text({"id": id, "type": "error", "payload": orjson.Fragment(list_of_errors)})


def complete(id: str) -> str:
    return _text({"id": id, "type": "complete"})


def _text(message: Mapping[str, Any]) -> str:
    return orjson.dumps(message).decode()
