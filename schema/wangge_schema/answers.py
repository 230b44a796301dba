"""Requests and answers: what is asked of the schema, and what goes out, whatever carries it (HTTP, WebSocket, a test)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wangge_core.logs.purposes import Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLRequest:
    """What a client asks to be executed: a document, or the id of a trusted one (`sha256:…` of its text)."""

    query: str | None = None
    document_id: str | None = None
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    address: str = ""
    """Where the client is, whose budget a visitor's requests are charged to."""
    purpose: Stated | None = None
    """What the client says that personal data is read for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What was asked, as logs and metrics may name it: never a variable."""

    kind: str = ""
    """`query`, `mutation`, `subscription`; empty where the document could not be read."""
    name: str = ""
    document_hash: str = ""
    """The first 16 hexadecimal digits of the SHA-256 of the document's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a request. `body` is the JSON object as it goes over the wire."""

    body: bytes
    executed: bool
    """Whether anything was executed: `data` stands in the body, though it may be null."""
    codes: tuple[str, ...] = ()
    """The codes of the top-level errors."""
    operation: Operation = Operation()
    cost: int = 0
    """What the operation was charged before it ran."""
    retry_after_seconds: int = 0
    """When a request that was refused for its viewer's budget may be sent again; 0 for all others."""
