"""The routes of notice boards: `GET /board/CODE`, a page for everybody, and `GET /board/CODE/qr.svg`, the QR code that leads to it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from wangge_core.rights.viewers import Language
from wangge_schema.api import Api
from wangge_schema.errors import RateLimitedError
from wangge_server.boards.pages import POLICY, Shown, board_page, notice_page
from wangge_server.boards.qr import qr_file
from wangge_server.boards.reading import Read, board_api, read_board
from wangge_server.boards.settings import board_address
from wangge_server.http.negotiation import LANGUAGES, language
from wangge_server.http.replies import NOT_KEPT, Headers, Reply, kept
from wangge_server.settings import Settings

PAGE: Headers = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
)
QR: Headers = ((b"content-type", b"image/svg+xml"), (b"content-security-policy", b"default-src 'none'"))


def board_routes(api: Api, settings: Settings) -> list[BaseRoute]:
    """The routes; none where the pages are switched off."""
    if not settings.boards.pages:
        return []
    boards = Boards(board_api(api), settings)
    return [Route("/board/{code}", boards.page, methods=["GET"]), Route("/board/{code}/qr.svg", boards.qr, methods=["GET"])]


class Boards:
    """Answers for the boards of one service."""

    def __init__(self, api: Api, settings: Settings) -> None:
        self._api = api
        self._settings = settings

    async def page(self, request: Request) -> Response:
        """The answer to `GET /board/CODE`: in Chinese unless `lang` or the browser asks for English, with the other below."""
        wanted, found = language_of(request), await self._read(request)
        if found.board is None:
            return _without(found, wanted)
        code = found.board["grid"]["code"]
        if code != request.path_params["code"]:
            return _moved(quote(code, safe=""), request)
        rules = self._api.deployment.rules
        shown = Shown(
            language=wanted,
            today=self._api.deployment.clock().astimezone(rules.zone).date(),
            address=board_address(self._settings.public_url, code),
            report_at=self._settings.boards.report_at(code),
        )
        return self._kept(request, Reply(200, board_page(found.board, shown, rules.registry).encode(), PAGE, fine=True))

    async def qr(self, request: Request) -> Response:
        """The answer to `GET /board/CODE/qr.svg`; 404 where nobody said at which address people reach the service."""
        found = await self._read(request)
        if found.board is None:
            return _without(found, language_of(request))
        code = found.board["grid"]["code"]
        if code != request.path_params["code"]:
            return _moved(f"../{quote(code, safe='')}/qr.svg", request)
        address = board_address(self._settings.public_url, code)
        if not address:
            return _told("unavailable", 404, language_of(request))
        return self._kept(request, Reply(200, qr_file(address), QR, fine=True))

    async def _read(self, request: Request) -> Read:
        address = request.client.host if request.client else ""
        return await read_board(self._api, request.path_params["code"], language_of(request), address)

    def _kept(self, request: Request, reply: Reply) -> Response:
        """The reply with its tag; nothing of who asks for it stands in it, signed in or not."""
        tag = request.headers.get("if-none-match", "").encode("latin-1")
        return _response(kept(reply, public=True, max_age_seconds=self._settings.max_age_seconds, if_none_match=tag))


def language_of(request: Request) -> Language:
    """The language that `lang` names, or else the one that the browser likes best."""
    named = LANGUAGES.get(request.query_params.get("lang", ""))
    return named or language(request.headers.get("accept-language", "").encode("latin-1"))


def _moved(to: str, request: Request) -> Response:
    """To the board of the grid that came after, or has another code now: a re-division may be undone, so it is not for ever."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(to + query, 302, headers={"Cache-Control": "no-store"})


def _without(found: Read, wanted: Language) -> Response:
    if found.candidates:
        links = [(f"{quote(one['code'], safe='')}?lang={wanted}", _place(one)) for one in found.candidates]
        return _response(Reply(200, notice_page("divided", wanted, links).encode(), (*PAGE, *NOT_KEPT)))
    if not found.code:
        return _told("missing", 404, wanted)
    busy = found.code == RateLimitedError.code
    retry = {"retry-after": str(found.retry_after_seconds)} if busy else {}
    return _told("unavailable", 429 if busy else 503, wanted, retry)


def _place(one: Mapping[str, Any]) -> str:
    return " › ".join((*one["within"], one["name"]))


def _told(what: str, status: int, wanted: Language, more: Mapping[str, str] | None = None) -> Response:
    added = tuple((name.encode(), value.encode()) for name, value in (more or {}).items())
    return _response(Reply(status, notice_page(what, wanted).encode(), (*PAGE, *NOT_KEPT, *added)))


def _response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status)
    length = () if reply.status == 304 else ((b"content-length", b"%d" % len(reply.body)),)
    response.raw_headers = [*reply.headers, *length]
    return response
