"""Replies: what goes out, with the headers that say how it may be kept and what else it must not be taken for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wangge_schema.answers import Answer
from wangge_server.http.statuses import GRAPHQL, JSON, STATUSES, status_of
from wangge_server.sign_in.errors import SignInError

Headers = tuple[tuple[bytes, bytes], ...]
SAFE: Headers = ((b"x-content-type-options", b"nosniff"),)
"""On everything: a browser must not guess that it is a page or a script."""
PAGE: Headers = (
    (b"content-type", b"text/html; charset=utf-8"),
    *SAFE,
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
"""On the explorer's page, whose content policy stands in itself: nobody shows it inside of a page of theirs."""
VARY = (b"vary", b"Accept, Accept-Language, Authorization")
NOT_KEPT: Headers = ((b"cache-control", b"no-store"), VARY)
METHODS = b"GET, HEAD, POST, OPTIONS"
OF_STATUS: Mapping[int, Headers] = {401: ((b"www-authenticate", b'Bearer error="invalid_token"'),), 405: ((b"allow", b"POST"),)}


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer over HTTP."""

    status: int
    body: bytes
    headers: Headers = SAFE
    fine: bool = False
    """Whether all that was asked for stands in the body."""
    codes: tuple[str, ...] = ()
    """The codes of the top-level errors."""

    async def send(self, send: Send, *, with_body: bool = True) -> None:
        headers = [*self.headers]
        if self.status not in (204, 304):
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body if with_body else b""})


TYPED: Mapping[str, Headers] = {
    media_type: ((b"content-type", f"{media_type}; charset=utf-8".encode()), *SAFE) for media_type in (JSON, GRAPHQL)
}
"""What every answer of a media type says of itself."""


def failed(code: str, message: str, media_type: str = JSON, **more: str) -> Reply:
    """An answer that nothing was executed for: a top-level error with its code."""
    status = STATUSES[code].under(media_type)
    error = {"message": message, "extensions": {"code": code} | more}
    headers = (*TYPED[media_type], *OF_STATUS.get(status, ()))
    return Reply(status, orjson.dumps({"errors": [error]}), headers, codes=(code,))


def refused(error: SignInError, media_type: str = JSON) -> Reply:
    """The answer to who showed what is not accepted."""
    reply = failed(error.code, error.message, media_type, reason=error.reason)
    if not error.retry_after_seconds:
        return reply
    return replace(reply, headers=(*reply.headers, (b"retry-after", b"%d" % error.retry_after_seconds)))


def answered(answer: Answer, media_type: str) -> Reply:
    """An answer of the schema as it goes out."""
    headers = TYPED[media_type]
    if answer.retry_after_seconds:
        headers = (*headers, (b"retry-after", b"%d" % answer.retry_after_seconds))
    fine = answer.executed and not answer.codes
    return Reply(status_of(answer, media_type), answer.body, headers, fine, answer.codes)


def kept(reply: Reply, *, public: bool, max_age_seconds: int, if_none_match: bytes) -> Reply:
    """The answer to a GET, with how long it may be kept. What visitors see has a strong tag; 304 goes to who has it already."""
    if not public or not reply.fine:
        return replace(reply, headers=(*reply.headers, *NOT_KEPT))
    tag = b'"%s"' % sha256(reply.headers[0][1] + b"\n" + reply.body).hexdigest()[:32].encode()
    control = b"public, max-age=%d" % max_age_seconds if max_age_seconds else b"public, no-cache"
    headers = ((b"etag", tag), (b"cache-control", control), VARY)
    if _has(if_none_match, tag):
        return Reply(304, b"", (*headers, *SAFE))
    return replace(reply, headers=(*reply.headers, *headers))


def _has(if_none_match: bytes, tag: bytes) -> bool:
    given = [one.strip().removeprefix(b"W/") for one in if_none_match.split(b",")]
    return tag in given or given == [b"*"]


def safe(app: ASGIApp) -> ASGIApp:
    """The app with the headers that are on everything."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *SAFE]
            await send(message)

        await app(scope, receive, send_safely if scope["type"] == "http" else send)

    return answer
