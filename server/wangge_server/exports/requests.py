"""Requests for exports: a request of GraphQL over HTTP, and what the file shall look like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from starlette.requests import Request

from wangge_schema.answers import GraphQLRequest
from wangge_server.http.requests import BadRequestError, from_body, read_body, with_purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What is exported, and how."""

    asked: GraphQLRequest
    headers: Mapping[str, str]
    """What stands above columns, by their names; others have their names there."""
    end_line: bool
    """Whether a last line of CSV says that the file is whole, and how many rows it has."""

    def head(self, names: Sequence[str]) -> list[str]:
        """What stands above the columns. Raises BadRequestError for names that no column has."""
        if unknown := sorted(set(self.headers) - set(names)):
            raise BadRequestError(
                "REQUEST_INVALID", f"`headers` names no column: {unknown[0][:80]!r}. The columns are {', '.join(names)}."
            )
        return [self.headers.get(name, name) for name in names]


async def read_request(request: Request, most_bytes: int) -> ExportRequest:
    """The request in a body. Raises BadRequestError and ClientGoneError."""
    found: dict[bytes, bytes] = dict(request.scope["headers"])
    body = await read_body(found, request.receive, most_bytes)
    asked = with_purpose(from_body(body, request.client.host if request.client else ""), found)
    given: Mapping[str, Any] = orjson.loads(body)
    headers: Any = given.get("headers") or {}
    end_line: Any = given.get("endLine") or False
    if not isinstance(headers, dict) or not all(isinstance(one, str) for one in cast("dict[str, Any]", headers).values()):
        raise BadRequestError("REQUEST_INVALID", "`headers` must be an object of texts by the names of columns.")
    if not isinstance(end_line, bool):
        raise BadRequestError("REQUEST_INVALID", "`endLine` must be true or false.")
    return ExportRequest(asked=asked, headers=cast("dict[str, str]", headers), end_line=end_line)
