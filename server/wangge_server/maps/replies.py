"""Replies of the map: how long they may be kept and by whom, packed where the client unpacks."""

import gzip
from collections.abc import Mapping
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wangge_core.errors import Refusal
from wangge_core.refusals import message
from wangge_core.rights.viewers import Language
from wangge_server.http.negotiation import language
from wangge_server.sign_in.errors import SignInError

VARY = "Accept-Encoding, Accept-Language, Authorization"
LEAST_PACKED = 500
"""Bytes below which packing gains nothing."""
OF_SIGN_IN: Mapping[str, int] = {"UNAUTHENTICATED": 401, "TOO_MANY_ATTEMPTS": 429, "SIGN_IN_UNAVAILABLE": 503}
NOT_KEPT = {"Cache-Control": "no-store"}


def language_of(request: Request) -> Language:
    """The language that a request would like."""
    return language(request.headers.get("accept-language", "").encode("latin-1"))


def refused(found: Refusal, language: Language) -> Response:
    """The answer to what is not given: JSON with a stable code, 404 for what is not there and else 400."""
    status = 404 if found.code == "NOT_FOUND" else 400
    return JSONResponse({"errors": [{"code": found.code, "message": message(found, language)}]}, status, headers=NOT_KEPT)


def not_signed_in(error: SignInError) -> Response:
    """The answer to who showed what is not accepted."""
    headers = NOT_KEPT | ({"Retry-After": str(error.retry_after_seconds)} if error.retry_after_seconds else {})
    return JSONResponse(
        {"errors": [{"code": error.code, "message": error.message}]}, OF_SIGN_IN.get(error.code, 401), headers=headers
    )


def sent(request: Request, body: bytes, media_type: str, *, max_age_seconds: int, more: Mapping[str, str]) -> Response:
    """A body with its tag, or 304 for who has it. Visitors' may be kept by everybody, others' by their own browser alone."""
    packed = len(body) >= LEAST_PACKED and "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{sha256(body).hexdigest()[:32]}{"-gzip" if packed else ""}"'
    headers = {"ETag": tag, "Cache-Control": _kept(request, max_age_seconds), "Vary": VARY, **more}
    if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, 5, mtime=0)
    return Response(body, headers=headers, media_type=media_type)


def _kept(request: Request, max_age_seconds: int) -> str:
    if request.headers.get("authorization"):
        return "private, no-cache"
    return f"public, max-age={max_age_seconds}" if max_age_seconds else "public, no-cache"
