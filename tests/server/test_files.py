"""Files over HTTP: taken in, cleaned, kept once, and given out by link, by right, or to everybody."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from PIL import Image

from photographs import claiming, picture
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_server.app import create_app
from wangge_server.files.settings import FileSettings
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio
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


@pytest.fixture
async def service(town: Town, tmp_path: Path) -> AsyncIterator[Service]:
    async with service_of(town, tmp_path) as service:
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


async def test_a_photograph_is_taken_and_given_out_by_its_link(service: Service, town: Town) -> None:
    answer = await service.send(picture(640, 480, exif=claiming()))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["width"], told["height"], told["type"]) == (640, 480, "image/jpeg")
    assert set(told) == {"id", "width", "height", "type", "bytes"}
    event = await service.reported(told["id"])
    ((attachment, role, sequence),) = [(one["attachment"], one["role"], one["sequence"]) for one in event["attachments"]]
    assert (role, sequence, attachment["bytes"], attachment["takenAtClaimed"]) == (
        "report", 1, told["bytes"], "2026-01-01T19:04:05.000Z",
    )  # fmt: skip
    got = await service.client.get(attachment["url"])
    assert got.status_code == 200
    assert (got.headers["content-type"], len(got.content)) == ("image/jpeg", told["bytes"])
    assert Image.open(io.BytesIO(got.content)).size == (640, 480)
    small = await service.client.get(attachment["thumbnailUrl"])
    assert Image.open(io.BytesIO(small.content)).size == (320, 240)


async def test_nothing_of_the_exif_is_in_the_bytes_that_are_kept(service: Service, tmp_path: Path) -> None:
    given = picture(exif=claiming())
    assert b"HERONCAM" in given
    await service.sent(given)
    kept = objects(tmp_path)
    assert len(kept) == 2
    for path in kept:
        assert b"HERONCAM" not in path.read_bytes()
        assert b"Exif" not in path.read_bytes()


async def test_a_file_may_come_in_a_form(service: Service) -> None:
    form = {"file": ("any name.jpg", picture(), "image/jpeg")}
    answer = await service.client.post("/files", files=form, data={"note": "x"}, headers=service.bearer(WORKER))
    assert (answer.status_code, answer.json()["type"]) == (201, "image/jpeg")
    empty = await service.client.post("/files", data={"note": "x"}, files={}, headers=service.bearer(WORKER))
    assert empty.status_code in (415, 422)


@pytest.mark.parametrize(
    ("content", "type", "status", "code"),
    [
        (picture(), "image/png", 415, "FILE_TYPE_DIFFERS"),
        (b"<html>", "text/html", 415, "FILE_TYPE_UNSUPPORTED"),
        (b"<html>", "image/jpeg", 415, "FILE_TYPE_UNSUPPORTED"),
        (b"", "image/jpeg", 422, "FILE_EMPTY"),
        (picture()[:200], "image/jpeg", 415, "FILE_TYPE_UNSUPPORTED"),
        (picture(900, 900)[:-200], "image/jpeg", 422, "FILE_UNREADABLE"),
        (b"%PDF-1.7\n/JavaScript\nstartxref\n9\n%%EOF", "application/pdf", 422, "FILE_ACTIVE"),
    ],
    ids=["lies", "html", "html as jpeg", "empty", "header cut off", "cut off", "script"],
)
async def test_what_is_not_taken_is_refused_with_a_code(
    service: Service, tmp_path: Path, content: bytes, type: str, status: int, code: str
) -> None:
    answer = await service.send(content, type)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert objects(tmp_path) == []


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(service: Service) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1_100):
            read += 10_000
            yield bytes(10_000)

    announced = await service.send(bytes(11_000_000))
    assert (announced.status_code, code_of(announced)) == (413, "FILE_TOO_LARGE")
    headers = service.bearer(WORKER) | {"Content-Type": "image/jpeg"}
    unannounced = await service.client.post("/files", content=body(), headers=headers)
    assert (unannounced.status_code, code_of(unannounced)) == (413, "FILE_TOO_LARGE")


async def test_of_an_announced_body_that_is_too_large_not_a_byte_is_read(service: Service) -> None:
    received = 0

    async def receive() -> dict[str, Any]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": bytes(1000), "more_body": True}

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-length", b"11000000"), (b"content-type", b"image/jpeg")]
    headers += [(name.lower().encode(), value.encode()) for name, value in service.bearer(WORKER).items()]
    scope = {"type": "http", "method": "POST", "path": "/files", "raw_path": b"/files", "query_string": b"", "headers": headers}
    await service.app(scope | {"client": ("1.2.3.4", 5), "http_version": "1.1", "scheme": "http", "root_path": ""}, receive, send)
    assert (sent[0]["status"], received) == (413, 0)


async def test_of_an_unannounced_body_no_more_is_read_than_is_allowed(service: Service) -> None:
    received = 0

    async def receive() -> dict[str, Any]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": bytes(1_000_000), "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"image/jpeg")]
    headers += [(name.lower().encode(), value.encode()) for name, value in service.bearer(WORKER).items()]
    scope = {"type": "http", "method": "POST", "path": "/files", "raw_path": b"/files", "query_string": b"", "headers": headers}
    await service.app(scope | {"client": ("1.2.3.4", 5), "http_version": "1.1", "scheme": "http", "root_path": ""}, receive, send)
    assert (sent[0]["status"], received) == (413, 11)


async def test_equal_pictures_are_kept_once_and_nobody_is_told(service: Service, town: Town, tmp_path: Path) -> None:
    first = (await service.send(picture(exif=claiming()), login=WORKER)).json()
    second = (await service.send(picture(comment=b"another file"), login=ELSEWHERE)).json()
    assert first.pop("id") != second.pop("id")
    assert first == second
    assert len(await rows(town, t.stored_file)) == 1
    assert len(objects(tmp_path)) == 2  # the picture and its thumbnail
    one, other = await rows(town, t.attachment)
    assert one.stored_file_id == other.stored_file_id
    assert (one.longitude_claimed, other.longitude_claimed) == (120.155, None)
    shown = await service.ask(SHOWN, ELSEWHERE, id=f"Attachment:{one.id}")
    assert shown["node"] is None  # who sent the same sees one's own, and not the other's


async def test_pictures_that_come_at_once_are_all_taken_and_equal_ones_kept_once(
    service: Service, town: Town, tmp_path: Path
) -> None:
    same = [service.send(picture(), login=login) for login in (WORKER, CHIEF, ELSEWHERE, WORKER)]
    others = [service.send(picture(colour=colour), login=WORKER) for colour in ("red", "green", "blue")]
    answers = await asyncio.gather(*same, *others)
    assert [answer.status_code for answer in answers] == [201] * 7
    assert len({answer.json()["id"] for answer in answers}) == 7
    assert len(await rows(town, t.stored_file)) == 4
    assert len(objects(tmp_path)) == 8


async def test_a_link_ends_and_cannot_be_changed(town: Town, tmp_path: Path) -> None:
    async with service_of(town, tmp_path) as service:
        id, other = await service.sent(), await service.sent(picture(colour="red"))
        url = await service.url(id)
        query = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        path = f"/files/{id.partition(':')[2]}"
        assert (await service.client.get(path, params=query)).status_code == 200
        tampered: list[tuple[str, dict[str, str]]] = [
            (f"/files/{other.partition(':')[2]}", query),
            (path, query | {"expires": str(int(query["expires"]) + 300)}),
            (path, query | {"signature": query["signature"][:-2] + "AA"}),
            (path, query | {"signature": ""}),
            (path, query | {"expires": "never"}),
            (path, query | {"expires": "9" * 30}),
            (path, query | {"size": "thumbnail"}),
        ]
        for where, params in tampered:
            answer = await service.client.get(where, params=params)
            assert (answer.status_code, code_of(answer)) == (403, "LINK_INVALID"), (where, params)
        small = (await service.ask(SHOWN, id=id))["node"]["thumbnailUrl"]
        grown = small.replace("size=thumbnail&", "")
        assert code_of(await service.client.get(grown)) == "LINK_INVALID"


async def test_a_link_holds_no_longer_than_it_says(service: Service, monkeypatch: pytest.MonkeyPatch, town: Town) -> None:
    id = await service.sent()
    short, longest = await service.url(id, **{"for": 10}), await service.url(id, **{"for": 10**9})
    ends = [int(parse_qs(urlsplit(one).query)["expires"][0]) for one in (short, longest)]
    now = datetime.now(UTC).timestamp()
    assert now < ends[0] <= now + 310
    assert ends[1] <= now + 3_900
    clock: Callable[[], datetime] = lambda: datetime.now(UTC) + timedelta(seconds=400)  # noqa: E731
    for deployment in deployments(service):
        monkeypatch.setattr(deployment, "clock", clock)
    assert code_of(await service.client.get(short)) == "LINK_EXPIRED"
    assert (await service.client.get(longest)).status_code == 200


def deployments(service: Service) -> list[Any]:
    """The deployment behind the routes of files."""
    return [route.endpoint.__self__._deployment for route in service.app.router.routes if route.path.startswith("/files")]


async def test_a_file_is_for_who_sent_it_and_for_who_sees_its_event(service: Service) -> None:
    id = await service.sent(login=WORKER)
    path = f"/files/{id.partition(':')[2]}"
    seen: dict[str | None, int] = {WORKER: 200, CHIEF: 404, ELSEWHERE: 404, None: 404}
    for login, status in seen.items():
        assert (await service.client.get(path, headers=service.bearer(login))).status_code == status
        if login is not None:
            assert ((await service.ask(SHOWN, login, id=id))["node"] is None) == (status == 404)
    await service.reported(id)
    for login, status in (seen | {CHIEF: 200}).items():
        assert (await service.client.get(path, headers=service.bearer(login))).status_code == status
    assert (await service.ask(SHOWN, None, id=id))["node"] is None
    nowhere = await service.client.get("/files/999999", headers=service.bearer(WORKER))
    assert (nowhere.status_code, code_of(nowhere)) == (404, "NOT_FOUND")


@pytest.mark.parametrize("id", ["x", "-1", "1.5", "9" * 30, "٣", "..%2f..%2fetc"])
async def test_what_is_no_id_is_not_found(service: Service, id: str) -> None:
    assert (await service.client.get(f"/files/{id}")).status_code == 404


async def test_a_file_is_public_only_while_somebody_who_works_on_its_event_says_so(service: Service, town: Town) -> None:
    id = await service.sent()
    path = f"/files/{id.partition(':')[2]}"
    lonely = (await service.ask(PUBLISH, id=id))["attachmentPublish"]
    assert lonely["userErrors"] == [{"code": "NOT_ALLOWED"}]
    await service.reported(id)
    assert (await service.ask(PUBLISH, ELSEWHERE, id=id))["attachmentPublish"]["userErrors"] == [{"code": "NOT_FOUND"}]
    assert (await service.client.get(path)).status_code == 404
    done = (await service.ask(PUBLISH, CHIEF, id=id))["attachmentPublish"]
    assert done == {"attachment": {"public": True, "url": path}, "userErrors": []}
    got = await service.client.get(path)
    assert (got.status_code, got.headers["cache-control"]) == (200, "public, max-age=60")
    assert (await service.ask(UNPUBLISH, WORKER, id=id))["attachmentUnpublish"]["attachment"] == {"public": False}
    assert (await service.client.get(path)).status_code == 404
    async with town.deployment.read() as work:
        noted = await work.rows(sa.select(t.change_log).where(t.change_log.c.thing == "Attachment"))
    assert [one.fields for one in noted] == [[["public", False, True]], [["public", True, False]]]


async def test_what_goes_out_is_taken_for_nothing_else(service: Service) -> None:
    id = await service.sent()
    got = await service.client.get(await service.url(id))
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["content-disposition"].startswith("inline;")
    assert got.headers["cache-control"].startswith("private, max-age=")
    document = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n"
    paper = (await service.send(document, "application/pdf")).json()
    assert (paper["type"], paper["width"]) == ("application/pdf", None)
    saved = await service.client.get(await service.url(paper["id"]))
    assert (saved.content, saved.headers["content-type"]) == (document, "application/pdf")
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert (await service.ask(SHOWN, id=paper["id"]))["node"]["thumbnailUrl"] is None


async def test_what_a_browser_has_is_not_sent_again(service: Service) -> None:
    id = await service.sent()
    url = await service.url(id)
    assert url == await service.url(id)  # within a step the same, so that it is found in what is kept
    first = await service.client.get(url)
    again = await service.client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await service.client.head(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(first.content)))


async def test_a_visitor_may_send_some_and_has_a_token_for_them(service: Service, town: Town) -> None:
    first = (await service.send(picture(), login=None)).json()
    token = first["intakeToken"]
    second = await service.send(picture(colour="red"), login=None, **{"Wangge-Intake-Token": token})
    assert second.json()["intakeToken"] == token
    wrong = await service.send(picture(), login=None, **{"Wangge-Intake-Token": "short"})
    assert (wrong.status_code, code_of(wrong)) == (422, "INTAKE_TOKEN_INVALID")
    kept = await rows(town, t.attachment)
    assert [one.uploader_id for one in kept] == [None, None]
    assert all(token not in str(tuple(one)) for one in kept)
    assert (await service.client.get(f"/files/{kept[0].id}")).status_code == 404


async def test_a_visitor_who_sends_much_is_told_to_wait(town: Town, tmp_path: Path) -> None:
    async with service_of(town, tmp_path, files=FileSettings(visitor_uploads_per_minute=2, uploads_per_minute=3)) as service:
        answers = [await service.send(picture(), login=None) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert code_of(answers[2]) == "UPLOADS_EXHAUSTED"
        assert int(answers[2].headers["retry-after"]) > 0
        assert [(await service.send(picture())).status_code for _ in range(4)] == [201, 201, 201, 429]


async def test_where_visitors_send_nothing_they_are_asked_to_sign_in(town: Town, tmp_path: Path) -> None:
    async with service_of(town, tmp_path, files=FileSettings(visitor_uploads_per_minute=0)) as service:
        answer = await service.send(picture(), login=None)
        assert (answer.status_code, code_of(answer)) == (401, "NOT_SIGNED_IN")
        bad = await service.send(picture(), login=None, Authorization="Bearer nonsense")
        assert (bad.status_code, code_of(bad)) == (401, "UNAUTHENTICATED")
        assert (await service.send(picture())).status_code == 201


async def test_what_others_sent_cannot_be_put_on_an_event(service: Service) -> None:
    id = await service.sent(login=ELSEWHERE)
    given = {"kindId": "community.hazard", "description": "x", "gridId": service.grid, "photos": [id, "Attachment:999999"]}
    given["details"] = {"communityHazard": {"hazard": "FIRE", "immediateDanger": False}}
    made = (await service.ask(REPORT, WORKER, input=given))["eventReport"]
    assert made["event"] is None
    assert {(one["code"], one["field"]) for one in made["userErrors"]} == {("NOT_FOUND", "photos")}


async def test_where_a_picture_was_taken_is_told_to_those_who_read_what_is_private(service: Service, town: Town) -> None:
    id = await service.sent(picture(exif=claiming()))
    await service.reported(id)
    told = (await service.ask(SHOWN, f"community.community_officer@{COMMUNITY}", id=id))["node"]
    assert (told["longitudeClaimed"], told["latitudeClaimed"]) == (120.155, 30.26)
    reader = (await service.ask(SHOWN, f"community.intake_officer@{GRIDS['urban'][:6]}", id=id))["node"]
    assert (reader["longitudeClaimed"], reader["latitudeClaimed"]) == (None, None)
    assert reader["takenAtClaimed"] == "2026-01-01T19:04:05.000Z"


async def test_bytes_that_are_gone_are_said_to_be_gone(service: Service, tmp_path: Path) -> None:
    id = await service.sent()
    url = await service.url(id)
    for path in objects(tmp_path):
        path.unlink()
    answer = await service.client.get(url)
    assert (answer.status_code, code_of(answer)) == (404, "FILE_GONE")
