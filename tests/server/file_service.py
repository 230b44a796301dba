"""The service of files of a town, and who asks it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from photographs import picture
from towns import GRIDS, Town
from wangge_server.app import create_app
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

WORKER = f"community.grid_worker@{GRIDS['urban']}"
CHIEF = f"community.grid_chief@{GRIDS['urban']}"
ELSEWHERE = f"community.grid_worker@{GRIDS['rural']}"
REPORT = """mutation($input: EventReportInput!) { eventReport(input: $input) {
  event { id attachments { role sequence attachment { id url thumbnailUrl mediaType bytes width height takenAtClaimed public } } }
  userErrors { code field } } }"""
SHOWN = """query($id: ID!, $for: Int) { node(id: $id) { ... on Attachment { url(expiresIn: $for) thumbnailUrl public
  longitudeClaimed latitudeClaimed takenAtClaimed } } }"""
PUBLISH = "mutation($id: ID!) { attachmentPublish(id: $id, input: {}) { attachment { public url } userErrors { code } } }"
UNPUBLISH = "mutation($id: ID!) { attachmentUnpublish(id: $id, input: {}) { attachment { public } userErrors { code } } }"


class Service:
    """The service of the town, and who asks it."""

    def __init__(self, client: httpx.AsyncClient, app: Any, folder: Path) -> None:
        self.client, self.app, self.folder = client, app, folder

    def bearer(self, login: str | None) -> dict[str, str]:
        return {} if login is None else {"Authorization": f"Bearer {make_token(login, read_key(self.folder))}"}

    async def send(self, content: bytes, type: str = "image/jpeg", *, login: str | None = WORKER, **headers: str) -> httpx.Response:
        given = self.bearer(login) | {"Content-Type": type, "Accept-Language": "en"} | headers
        return await self.client.post("/files", content=content, headers=given)

    async def sent(self, content: bytes = b"", *, login: str = WORKER) -> str:
        """The id of a file that must be taken."""
        answer = await self.send(content or picture(), login=login)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def ask(self, query: str, login: str | None = WORKER, **variables: Any) -> Any:
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables}, headers=self.bearer(login))
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    async def reported(self, *photos: str, login: str = WORKER) -> Mapping[str, Any]:
        """An event in the urban grid with these photographs."""
        given = {"kindId": "community.hazard", "description": "A loose tile", "gridId": self.grid, "photos": photos}
        given["details"] = {"communityHazard": {"hazard": "FIRE", "immediateDanger": False}}
        made = (await self.ask(REPORT, login, input=given))["eventReport"]
        assert made["userErrors"] == []
        return made["event"]

    async def url(self, id: str, login: str = WORKER, **variables: Any) -> str:
        return (await self.ask(SHOWN, login, id=id, **variables))["node"]["url"]

    grid = ""


@asynccontextmanager
async def service_of(town: Town, folder: Path, **given: Any) -> AsyncIterator[Service]:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(folder), database=url, development_sign_in=True, **given))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://town") as client:
        service = Service(client, app, folder)
        service.grid = f"Grid:{town.grids[GRIDS['urban']]}"
        yield service


async def rows(town: Town, table: sa.Table) -> list[Any]:
    """The rows that were added to the town, which has one of each."""
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(table).where(table.c.id > 1).order_by(table.c.id)))


def objects(folder: Path) -> list[Path]:
    """The files in the store."""
    return sorted(path for path in (folder / "files").rglob("*") if path.is_file())


def code_of(answer: httpx.Response) -> str:
    (error,) = answer.json()["errors"]
    assert error["message"]
    return error["code"]
