"""Replies to requests about files: JSON with errors, each with a stable code and what to show."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wangge_core.errors import Refusal, refusal
from wangge_core.refusals import message
from wangge_core.rights.viewers import Language
from wangge_server.http.negotiation import language
from wangge_server.sign_in.errors import SignInError

STATUSES: Mapping[str, int] = {
    "NOT_SIGNED_IN": 401,
    "NOT_ALLOWED": 403,
    "LINK_INVALID": 403,
    "LINK_EXPIRED": 403,
    "NOT_FOUND": 404,
    "FILE_GONE": 404,
    "UPLOAD_TOO_SLOW": 408,
    "FILE_TOO_LARGE": 413,
    "FILE_TYPE_UNSUPPORTED": 415,
    "FILE_TYPE_DIFFERS": 415,
    "UPLOADS_EXHAUSTED": 429,
    "FILES_BUSY": 503,
}
"""The status of each code; 422 where it is not here."""
OF_SIGN_IN: Mapping[str, int] = {"UNAUTHENTICATED": 401, "TOO_MANY_ATTEMPTS": 429, "SIGN_IN_UNAVAILABLE": 503}
NOT_KEPT = {"Cache-Control": "no-store"}


def language_of(request: Request) -> Language:
    """The language that a request would like."""
    return language(request.headers.get("accept-language", "").encode("latin-1"))


def refused(found: Refusal, language: Language, *, retry_after: int = 0) -> Response:
    """The answer to what is not done."""
    headers = NOT_KEPT | ({"Retry-After": str(retry_after)} if retry_after else {})
    return _errors(found.code, message(found, language), STATUSES.get(found.code, 422), headers)


def not_signed_in(error: SignInError) -> Response:
    """The answer to who showed what is not accepted."""
    headers = NOT_KEPT | ({"Retry-After": str(error.retry_after_seconds)} if error.retry_after_seconds else {})
    return _errors(error.code, error.message, OF_SIGN_IN.get(error.code, 401), headers)


def not_found(id: str, language: Language) -> Response:
    """The answer where there is no such file, or none for this viewer: both are the same."""
    return refused(refusal("NOT_FOUND", what="Attachment", id=id[:20]), language)


def _errors(code: str, said: str, status: int, headers: Mapping[str, str]) -> Response:
    return JSONResponse({"errors": [{"code": code, "message": said}]}, status, headers=headers)
