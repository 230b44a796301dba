"""The routes of exports: `POST /export.csv` and `POST /export.xlsx`, each with a GraphQL query of one list."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from wangge_core.rights.viewers import Viewer
from wangge_schema.api import Api
from wangge_schema.documents import InvalidDocumentError
from wangge_schema.errors import INTERNAL
from wangge_server.exports import csv_files
from wangge_server.exports.columns import Cell
from wangge_server.exports.errors import BrokenOffError, NoListError
from wangge_server.exports.paging import Bounds, Pages, shown
from wangge_server.exports.replies import CSV, XLSX, failed, file_headers
from wangge_server.exports.requests import ExportRequest, read_request
from wangge_server.exports.workbooks import Sheets
from wangge_server.http.credentials import credentials_of
from wangge_server.http.requests import BadRequestError, ClientGoneError
from wangge_server.http.watching import TimedOutError, Watch
from wangge_server.settings import Settings
from wangge_server.sign_in.errors import SignInError
from wangge_server.viewers import Viewers

LOG = logging.getLogger("wangge.exports")
INSIDE = "Something went wrong inside the service."
MOST_SECONDS = 3600
"""How long a workbook may take, waiting for budgets included."""
BUSY_SECONDS = 10
PIECE = 1 << 16


def export_routes(api: Api, viewers: Viewers, settings: Settings) -> list[BaseRoute]:
    """The routes."""
    exporter = Exporter(api, viewers, settings)
    return [Route("/export.csv", exporter.csv, methods=["POST"]), Route("/export.xlsx", exporter.xlsx, methods=["POST"])]


class Exporter:
    """Makes the files of one service."""

    def __init__(self, api: Api, viewers: Viewers, settings: Settings) -> None:
        self._api, self._viewers, self._settings = api, viewers, settings
        self._running = 0

    async def csv(self, request: Request) -> Response:
        """The answer to `POST /export.csv`: the first page is read before it begins, the others while it is sent."""
        return await self._answered(request, self._csv)

    async def xlsx(self, request: Request) -> Response:
        """The answer to `POST /export.xlsx`: made on the disk, and sent when it is whole."""
        return await self._answered(request, self._xlsx)

    async def _answered(self, request: Request, make: Callable[[Request, ExportRequest, Pages], Awaitable[Response]]) -> Response:
        if self._running >= self._settings.exports.at_once:
            said = f"At most {self._settings.exports.at_once} exports are made at once. Come again in a while."
            return failed("EXPORTS_BUSY", said, retry_after_seconds=BUSY_SECONDS)
        try:
            with self._counted():
                return await self._made(request, make)
        except (NoListError, BadRequestError) as error:
            return failed(error.code, str(error))
        except InvalidDocumentError as error:
            return failed(shown(error).code, shown(error).message)
        except BrokenOffError as error:
            return failed(error.code, error.message, retry_after_seconds=error.retry_after_seconds)
        except SignInError as error:
            return failed(error.code, error.message, retry_after_seconds=error.retry_after_seconds)
        except TimedOutError:
            return failed("TIMED_OUT", f"The workbook took longer than {MOST_SECONDS // 60} minutes.")
        except ClientGoneError:
            return Response(status_code=400)

    async def _made(self, request: Request, make: Callable[[Request, ExportRequest, Pages], Awaitable[Response]]) -> Response:
        wanted = await read_request(request, self._settings.most_body_bytes)
        credentials = credentials_of(dict(request.scope["headers"]), wanted.asked.address)

        async def see() -> Viewer:
            return (await self._viewers.see(credentials)).viewer

        if (await see()).account_id is None:
            return failed("UNAUTHENTICATED", "Sign in to export lists.")
        bounds = Bounds(rows=self._settings.exports.most_rows, seconds=self._settings.most_seconds)
        return await make(request, wanted, Pages(self._api, wanted.asked, see, bounds))

    async def _csv(self, _: Request, wanted: ExportRequest, pages: Pages) -> Response:
        head, read = wanted.head([one.name for one in pages.list.columns]), pages.read()
        first = await anext(read)
        return StreamingResponse(
            self._lines(head, first, read, pages, wanted.end_line), headers=self._headers(pages, "csv"), media_type=CSV
        )

    async def _lines(
        self, head: list[str], first: list[list[Cell]], rest: AsyncIterator[list[list[Cell]]], pages: Pages, end_line: bool
    ) -> AsyncIterator[bytes]:
        """The file in pieces. What breaks it off stands in its last line, and its stream ends unfinished."""
        with self._counted():
            yield csv_files.head(head) + csv_files.lines(first)
            try:
                async for page in rest:
                    yield csv_files.lines(page)
            except Exception as error:  # whatever it was, the file must not look whole
                code, message = _told(error)
                yield csv_files.lines([[csv_files.BROKEN_OFF, code, message, pages.rows]])
                raise
            if end_line:
                yield csv_files.lines([[csv_files.COMPLETE, pages.rows]])

    async def _xlsx(self, request: Request, wanted: ExportRequest, pages: Pages) -> Response:
        head = wanted.head([one.name for one in pages.list.columns])
        with tempfile.TemporaryDirectory(prefix="wangge-export-") as folder:
            file: IO[bytes] = tempfile.TemporaryFile(prefix="wangge-export-")  # noqa: SIM115 - closed by who sends it
            try:
                async with Watch(request.receive, most_seconds=MOST_SECONDS):
                    await _fill(file, head, pages, Path(folder))
            except BaseException:
                file.close()
                raise
        size = file.tell()
        file.seek(0)
        headers = self._headers(pages, "xlsx") | {"Content-Length": str(size)}
        return StreamingResponse(_pieces(file), headers=headers, media_type=XLSX)

    def _headers(self, pages: Pages, suffix: str) -> dict[str, str]:
        deployment = self._api.deployment
        return file_headers(pages.list.name, deployment.clock().astimezone(deployment.rules.zone).date(), suffix)

    @contextmanager
    def _counted(self) -> Generator[None]:
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1


async def _fill(file: IO[bytes], head: list[str], pages: Pages, folder: Path) -> None:
    """Write all pages; what takes the processor for long does not keep the other requests waiting."""
    sheets = Sheets(file, head, folder)
    try:
        async for page in pages.read():
            await asyncio.to_thread(sheets.add, page)
    finally:
        await asyncio.to_thread(sheets.close)
    file.seek(0, 2)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _told(error: Exception) -> tuple[str, str]:
    """The code and message of what broke an export off; what went wrong inside is logged, not told."""
    if isinstance(error, BrokenOffError | SignInError):
        return error.code, error.message
    LOG.error("An export was broken off.", exc_info=error)
    return INTERNAL, INSIDE
