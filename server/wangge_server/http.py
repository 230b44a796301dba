"""GraphQL over HTTP: what a request must look like, who it is from, and how the answer goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from wangge_core.rights.viewers import Language, Viewer, anonymous, load_viewer
from wangge_schema.api import Api, encode
from wangge_schema.errors import MutationByGetError
from wangge_server.explorer import bundle_folder, explorer_page
from wangge_server.operations import ready_operations
from wangge_server.settings import Settings
from wangge_server.sign_in import SignInError, read_key, verify

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
LANGUAGES: Mapping[str, Language] = {"zh": "zh", "en": "en"}


class BadRequestError(Exception):
    """A request that is not GraphQL over HTTP. Carries the status and a stable code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks to be executed."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


class GraphQLEndpoint:
    """Answers GraphQL requests, and browsers with the explorer."""

    def __init__(self, api: Api, settings: Settings) -> None:
        self.api = api
        self.settings = settings
        self._key = read_key(settings.folder) if settings.development_sign_in else None

    async def __call__(self, request: Request) -> Response:
        if self._wants_explorer(request):
            return HTMLResponse(explorer_page(bundled=bundle_folder() is not None, operations=ready_operations()))
        accepted = GRAPHQL if GRAPHQL in request.headers.get("accept", "") else JSON
        try:
            asked = await self._read(request)
            viewer = await self._viewer(request)
        except BadRequestError as error:
            return _failed(error.status, error.code, str(error), accepted)
        except SignInError as error:
            return _failed(401, error.code, error.message, accepted, reason=error.reason)
        try:
            result = await self.api.run(
                asked.query, asked.variables, viewer, asked.operation_name, only_queries=request.method == "GET"
            )
        except MutationByGetError as error:
            return _failed(405, error.code, error.message, accepted)
        failed = result.data is None and accepted == GRAPHQL
        return Response(encode(result), 400 if failed else 200, media_type=accepted)

    def _wants_explorer(self, request: Request) -> bool:
        asks_html = "text/html" in request.headers.get("accept", "")
        return self.settings.explorer and request.method == "GET" and "query" not in request.query_params and asks_html

    async def _read(self, request: Request) -> GraphQLRequest:
        if request.method == "GET":
            return _from_query(request.query_params)
        type = request.headers.get("content-type", "").partition(";")[0].strip()
        if type != JSON:
            raise BadRequestError(415, "CONTENT_TYPE_UNSUPPORTED", f"Send {JSON}, not {type or 'nothing'}.")
        return _from_body(await _body(request, self.settings.most_body_bytes))

    async def _viewer(self, request: Request) -> Viewer:
        """The viewer of the bearer token; a visitor without one is anonymous."""
        language = _language(request.headers.get("accept-language", ""))
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            return anonymous(language)
        if scheme.lower() != "bearer" or self._key is None:
            raise SignInError("TOKEN_INVALID", "this service does not accept such a sign-in.")
        login = verify(token.strip(), self._key)
        async with self.api.deployment.read() as work:
            viewer = await load_viewer(work, self.api.deployment.rules.registry, login, language)
        if viewer is None:
            raise SignInError("ACCOUNT_UNKNOWN", "this account is not there or may not sign in.")
        return viewer


async def _body(request: Request, most: int) -> bytes:
    """The body, read no further than the limit."""
    chunks, size = list[bytes](), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise BadRequestError(413, "BODY_TOO_LARGE", f"A request has at most {most} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


def _from_body(body: bytes) -> GraphQLRequest:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequestError(400, "BODY_NOT_JSON", f"The body is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise BadRequestError(400, "REQUEST_INVALID", "The body must be one JSON object with `query`.")
    return _checked(given)  # pyright: ignore[reportUnknownArgumentType] - its members are checked one by one


def _from_query(parameters: Mapping[str, str]) -> GraphQLRequest:
    given: dict[str, Any] = dict(parameters)
    if "variables" in given:
        try:
            given["variables"] = orjson.loads(given["variables"])
        except orjson.JSONDecodeError as error:
            raise BadRequestError(400, "REQUEST_INVALID", f"`variables` is not JSON: {error}.") from None
    return _checked(given)


def _checked(given: Mapping[str, Any]) -> GraphQLRequest:
    query, variables, name = given.get("query"), given.get("variables"), given.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise BadRequestError(400, "REQUEST_INVALID", "`query` must be a GraphQL document.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequestError(400, "REQUEST_INVALID", "`variables` must be an object.")
    if name is not None and not isinstance(name, str):
        raise BadRequestError(400, "REQUEST_INVALID", "`operationName` must be text.")
    return GraphQLRequest(query, variables, name or None)  # pyright: ignore[reportUnknownArgumentType]


def _language(header: str) -> Language:
    """The language that the header likes best among those that we have; Chinese otherwise."""
    best: tuple[float, Language] = (0, "zh")
    for part in header.split(","):
        tag, _, weight = part.partition(";q=")
        language = LANGUAGES.get(tag.strip().lower()[:2])
        if language and _weight(weight) > best[0]:
            best = (_weight(weight), language)
    return best[1]


def _weight(text: str) -> float:
    """The `q` of a language; one that cannot be read counts for nothing."""
    try:
        return float(text) if text else 1
    except ValueError:
        return 0


def _failed(status: int, code: str, message: str, media_type: str, **more: str) -> Response:
    error = {"message": message, "extensions": {"code": code} | more}
    headers = {401: {"WWW-Authenticate": "Bearer"}, 405: {"Allow": "POST"}}.get(status)
    return Response(orjson.dumps({"errors": [error]}), status, headers=headers, media_type=media_type)
