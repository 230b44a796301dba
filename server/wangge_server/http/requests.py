"""Requests: what a client asks for, from a body of JSON or from the parameters of a URL, checked member by member."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from wangge_core.logs.purposes import HEADER, PurposeInvalidError, Stated, read_purpose
from wangge_schema.answers import GraphQLRequest
from wangge_server.http.negotiation import is_json

MOST_PARAMETERS = 20
PURPOSE = HEADER.lower().encode()
TOO_LARGE = "A request has at most {most} bytes."


class BadRequestError(Exception):
    """A request that is not one of GraphQL over HTTP. `code` is stable; `statuses.py` says the status."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ClientGoneError(Exception):
    """The client went away; nobody waits for an answer."""


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, most: int) -> bytes:
    """The body of JSON, read no further than `most` bytes. Raises BadRequestError and ClientGoneError."""
    content_type = headers.get(b"content-type", b"")
    if not is_json(content_type):
        shown = content_type.decode("latin-1") or "nothing"
        raise BadRequestError("CONTENT_TYPE_UNSUPPORTED", f"Send application/json in UTF-8, not {shown}.")
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > most:
        raise BadRequestError("BODY_TOO_LARGE", TOO_LARGE.format(most=most))
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        if len(body) > most:
            raise BadRequestError("BODY_TOO_LARGE", TOO_LARGE.format(most=most))
        more = message.get("more_body", False)
    return body


def from_body(body: bytes, address: str = "") -> GraphQLRequest:
    """The request in a body. Raises BadRequestError."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequestError("BODY_NOT_JSON", f"The body is not JSON: {error}.") from None
    if isinstance(given, list):
        raise BadRequestError("BATCH_REFUSED", "Send one request at a time; several root fields in one document are read at once.")
    if not isinstance(given, dict):
        raise BadRequestError("REQUEST_INVALID", "The body must be one JSON object with `query`.")
    return checked(cast("dict[str, Any]", given), address)


def from_query(query_string: bytes, address: str = "") -> GraphQLRequest:
    """The request in the parameters of a URL; `variables` and `extensions` are JSON. Raises BadRequestError."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        raise BadRequestError("REQUEST_INVALID", f"The parameters cannot be read: {error}.") from None
    given: dict[str, Any] = dict(pairs)
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _json(name, given[name])
    return checked(given, address)


def _json(name: str, text: str) -> Any:
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError as error:
        raise BadRequestError("REQUEST_INVALID", f"`{name}` is not JSON: {error}.") from None


def checked(given: Mapping[str, Any], address: str) -> GraphQLRequest:
    """The request that these members make; `address` is where it comes from. Raises BadRequestError."""
    query = _member(given, "query", str, "a GraphQL document")
    variables = _member(given, "variables", dict, "an object")
    operation_name = _member(given, "operationName", str, "text")
    extensions = _member(given, "extensions", dict, "an object")
    document_id = _member(given, "documentId", str, "text")
    purpose = _member(extensions, "purpose", str, "text") if extensions else None
    if extensions and not document_id:
        document_id = _persisted(cast("dict[str, Any]", extensions))
    if not document_id and not (query and query.strip()):
        raise BadRequestError("REQUEST_INVALID", "`query` must be a GraphQL document, or `documentId` name one.")
    return GraphQLRequest(
        query=query or None,
        document_id=document_id or None,
        variables=variables,
        operation_name=operation_name or None,
        address=address,
        purpose=stated(purpose) if purpose else None,
    )


def with_purpose(request: GraphQLRequest, headers: Mapping[bytes, bytes]) -> GraphQLRequest:
    """The request with the purpose in the headers, unless it states one itself. Raises BadRequestError."""
    if request.purpose is not None or PURPOSE not in headers:
        return request
    return replace(request, purpose=stated(headers[PURPOSE].decode("latin-1")))


def stated(text: str) -> Stated | None:
    """The purpose in a text. Raises BadRequestError."""
    try:
        return read_purpose(text)
    except PurposeInvalidError as error:
        raise BadRequestError(error.code, f"{error.message} {error.hint}") from None


def _persisted(extensions: Mapping[str, Any]) -> str | None:
    """The document that Apollo's clients name by the hash of its text."""
    named = _member(extensions, "persistedQuery", dict, "an object")
    digest = _member(named, "sha256Hash", str, "text") if named else None
    return f"sha256:{digest.lower()}" if digest else None


def _member(given: Mapping[str, Any], name: str, type: type[Any], wanted: str) -> Any:
    value = given.get(name)
    if value is not None and not isinstance(value, type):
        raise BadRequestError("REQUEST_INVALID", f"`{name}` must be {wanted}.")
    return value
