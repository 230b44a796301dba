"""Exports of a test's town over HTTP: events to export, and what came back, read by other libraries than those that wrote it."""

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from python_calamine import CalamineWorkbook

from steered import HAZARD
from towns import GRIDS, Town, ids
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_server.app import create_app
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

WORKER = f"community.grid_worker@{GRIDS['urban']}"
EVENTS = "{ events(first: 1, orderBy: {field: ID}) { totalCount nodes { number description kind { id } reportedAt } } }"


@asynccontextmanager
async def exporter(town: Town, folder: Path, **given: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the town's service, signed in as its grid worker."""
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(folder), database=url, development_sign_in=True, **given))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app):
        headers = {"Authorization": f"Bearer {make_token(WORKER, read_key(folder))}", "Accept-Language": "en"}
        async with httpx.AsyncClient(transport=transport, base_url="http://town", headers=headers) as client:
            yield client


async def report(town: Town, *descriptions: str) -> None:
    """Events of the urban grid with these descriptions."""
    by = await town.login(WORKER)
    grid = town.grids[GRIDS["urban"]]
    new = [EventReport(kind_id="community.hazard", description=one, grid_id=grid, details=HAZARD) for one in descriptions]
    async with town.deployment.write() as work:
        ids(await report_events(work, by, new))


async def export(client: httpx.AsyncClient, suffix: str, query: str, **more: Any) -> httpx.Response:
    return await client.post(f"/export.{suffix}", json={"query": query, **more})


def lines(answer: httpx.Response) -> list[list[str]]:
    """The rows of a file of CSV, its head first."""
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def sheet(answer: httpx.Response) -> list[list[Any]]:
    """The rows of the first sheet of a workbook, its head first."""
    assert answer.status_code == 200, answer.text
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def code_of(answer: httpx.Response) -> str:
    return answer.json()["errors"][0]["extensions"]["code"]
