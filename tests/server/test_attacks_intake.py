"""Attacks on the ways in that are open to all: limits that forged headers should lift, files that pretend, links that are bent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa

from photographs import picture
from reports import LITTER, SUBMIT
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_server.app import create_app
from wangge_server.files.settings import FileSettings
from wangge_server.settings import IntakeSettings, Settings
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio
WORKER = f"community.grid_worker@{GRIDS['urban']}"
REPORT = """mutation($input: EventReportInput!) { eventReport(input: $input) { event { id } userErrors { code field } } }"""
FOLLOW = "query($number: String!, $secret: String!) { publicReport(number: $number, secret: $secret) { stage } }"
FORGED = [
    {"X-Forwarded-For": "203.0.113.{n}"},
    {"X-Forwarded-For": "203.0.113.{n}, 127.0.0.1"},
    {"Forwarded": "for=203.0.113.{n}"},
    {"X-Real-IP": "203.0.113.{n}"},
    {"CF-Connecting-IP": "203.0.113.{n}", "True-Client-IP": "203.0.113.{n}"},
    {"X-Client-IP": "203.0.113.{n}", "X-Cluster-Client-IP": "203.0.113.{n}", "X-Originating-IP": "203.0.113.{n}"},
    {"Via": "1.1 203.0.113.{n}", "Host": "town{n}"},
]
"""Headers by which a client says that it is another, each time another one."""


@asynccontextmanager
async def serving(town: Town, folder: Path, client: str = "198.51.100.7", **given: Any) -> AsyncIterator[httpx.AsyncClient]:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(folder), database=url, development_sign_in=True, **given))
    transport = httpx.ASGITransport(app, client=(client, 4000))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://town") as client_:
        yield client_


def forged(headers: dict[str, str], n: int) -> dict[str, str]:
    return {name: value.format(n=n) for name, value in headers.items()}


async def report(client: httpx.AsyncClient, **headers: str) -> str:
    given = {name: value for name, value in LITTER.items() if value is not None}
    answer = await client.post("/graphql", json={"query": SUBMIT, "variables": {"input": given}}, headers=headers)
    errors = answer.json()["data"]["publicReportSubmit"]["userErrors"]
    return errors[0]["code"] if errors else ""


@pytest.mark.parametrize("headers", FORGED, ids=range(len(FORGED)))
async def test_forged_headers_renew_no_limit(town: Town, tmp_path: Path, headers: dict[str, str]) -> None:
    limits = IntakeSettings(reports_per_hour_of_address=2, wrong_secrets_per_hour=2)
    files = FileSettings(visitor_uploads_per_minute=2)
    async with serving(town, tmp_path, intake=limits, files=files) as client:
        reports = [await report(client, **forged(headers, n)) for n in range(4)]
        assert reports == ["", "", "REPORTS_EXHAUSTED", "REPORTS_EXHAUSTED"]
        sent = [
            await client.post("/files", content=picture(), headers={"Content-Type": "image/jpeg"} | forged(headers, n))
            for n in range(3)
        ]
        assert [one.status_code for one in sent] == [201, 201, 429]
        guess = {"query": FOLLOW, "variables": {"number": "23456-789AB", "secret": "guess"}}
        guesses = [(await client.post("/graphql", json=guess, headers=forged(headers, n))).text for n in range(4)]
        assert ["REPORT_TRIES_EXHAUSTED" in one for one in guesses] == [False, False, True, True]


async def test_behind_a_proxy_what_the_client_wrote_itself_is_not_believed(town: Town, tmp_path: Path) -> None:
    limits = IntakeSettings(reports_per_hour_of_address=2)
    async with serving(town, tmp_path, "127.0.0.1", intake=limits, trusted_proxies=("127.0.0.1",)) as client:
        reports = [await report(client, **{"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.9"}) for n in range(3)]
        assert reports == ["", "", "REPORTS_EXHAUSTED"]


NAMES = [
    "../../../etc/passwd", "..\\..\\windows.jpg", "/etc/passwd", "a\0b.jpg", "x" * 5000, "\r\nSet-Cookie: a=b", "con.jpg", ".htaccess",
    "a.php", '"; filename="b.html', "\u202egpj.exe", "%2e%2e%2fa",
]  # fmt: skip


async def test_the_name_of_a_file_leads_nowhere(town: Town, tmp_path: Path) -> None:
    outside = {path for path in tmp_path.parent.rglob("*") if tmp_path not in path.parents}
    async with serving(town, tmp_path) as client:
        bearer = {"Authorization": f"Bearer {make_token(WORKER, read_key(tmp_path))}"}
        for name in NAMES:
            answer = await client.post("/files", files={"file": (name, picture(), "image/jpeg")}, headers=bearer)
            assert answer.status_code in (201, 415, 422), name
        form = {"public": "true", "uploaderId": "1", "id": "1", "eventId": "1"}
        more = await client.post("/files", files={"public": ("a.jpg", picture(), "image/jpeg")}, data=form, headers=bearer)
        assert more.status_code == 201
        id = more.json()["id"].partition(":")[2]
        assert (await client.get(f"/files/{id}")).status_code == 404
        got = await client.get(f"/files/{id}", headers=bearer)
        assert got.headers["content-disposition"] == f'inline; filename="attachment-{id}.jpg"'
        assert "set-cookie" not in got.headers
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.attachment.c.public).where(t.attachment.c.id > 1))
        assert not any(row.public for row in rows)
        stored = str(await work.rows(sa.select(t.stored_file)))
    assert "passwd" not in stored and "php" not in stored
    assert {path for path in tmp_path.parent.rglob("*") if tmp_path not in path.parents} == outside
    assert all(path.suffix in (".jpg", "") for path in (tmp_path / "files").rglob("*") if path.is_file())


TYPES = [
    "", "image/svg+xml", "text/html", "image/jpeg, text/html", "image/jpeg; charset=utf-16", "IMAGE/JPEG\t", "image/gif", "image/*",
    "application/octet-stream", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 5000,
    "multipart/mixed; boundary=x", "application/json", "application/pdf", "image/tiff", "image/heic", "video/mp4", "application/zip",
    "image/jpeg;" * 500,
]  # fmt: skip


async def test_no_media_type_breaks_the_way_in(town: Town, tmp_path: Path) -> None:
    bodies = [picture(), b"", b"<svg onload=alert(1)>", b"GIF89a", b"%PDF-1.7", b"--x\r\n\r\n", b"\xff\xd8\xff" + b"\0" * 100]
    async with serving(town, tmp_path, files=FileSettings(visitor_uploads_per_minute=1000)) as client:
        for type, body in product(TYPES, bodies):
            answer = await client.post("/files", content=body, headers={"Content-Type": type})
            assert answer.status_code < 500, (type, body, answer.text)
            assert answer.status_code != 201 or answer.json()["type"] == "image/jpeg", (type, body)
            assert "Traceback" not in answer.text


ODD = [
    {"Wangge-Intake-Token": "x" * 100_000}, {"Wangge-Intake-Token": "'; DROP TABLE attachment; --"}, {"Content-Length": "-1"},
    {"Content-Length": "9" * 30}, {"Accept-Language": "zh;q=" + "9" * 5000}, {"X-HTTP-Method-Override": "DELETE"},
    {"Transfer-Encoding": "chunked, identity"}, {"Content-Encoding": "gzip"}, {"Range": "bytes=0-"}, {"Expect": "100-continue"},
    {"Authorization": "Basic " + "x" * 10_000}, {"Authorization": "Bearer \x7f"}, {"Wangge-Device": "x" * 10_000},
    {f"X-{n}": "y" * 100 for n in range(200)},
]  # fmt: skip


async def test_odd_headers_break_nothing(town: Town, tmp_path: Path) -> None:
    async with serving(town, tmp_path, files=FileSettings(visitor_uploads_per_minute=1000)) as client:
        for headers in ODD:
            sent = await client.post("/files", content=picture(), headers={"Content-Type": "image/jpeg"} | headers)
            got = await client.get("/files/1", headers=headers)
            asked = await client.post("/graphql", json={"query": "{ viewer { signedIn } }"}, headers=headers)
            assert max(sent.status_code, got.status_code, asked.status_code) < 500, headers
            for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
                assert (await client.request(method, "/files/1", headers=headers)).status_code in (401, 404, 405), headers
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.attachment.c.public).where(t.attachment.c.id == 1))


BENT: list[dict[str, str]] = [
    {"signature": ""}, {"signature": "A" * 43}, {"signature": "\0"}, {"signature": "é"}, {"signature": "x" * 10_000},
    {"expires": "0"}, {"expires": "-1"}, {"expires": "9" * 12}, {"expires": "9" * 400}, {"expires": "1e9"}, {"expires": "٣" * 10},
    {"size": "thumbnail"}, {"size": "original "}, {"size": "../original"}, {"size": ""}, {"expires": "", "signature": ""},
]  # fmt: skip


async def test_a_bent_link_opens_nothing(town: Town, tmp_path: Path) -> None:
    async with serving(town, tmp_path) as client:
        bearer = {"Authorization": f"Bearer {make_token(WORKER, read_key(tmp_path))}"}
        id = (await client.post("/files", content=picture(), headers=bearer | {"Content-Type": "image/jpeg"})).json()["id"]
        shown = {"query": "query($id: ID!) { node(id: $id) { ... on Attachment { url } } }", "variables": {"id": id}}
        url = (await client.post("/graphql", json=shown, headers=bearer)).json()["data"]["node"]["url"]
        query = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        path = urlsplit(url).path
        assert (await client.get(path, params=query)).status_code == 200
        for bent in BENT:
            answer = await client.get(path, params=query | bent)
            assert answer.status_code in (403, 404), bent
            twice = httpx.QueryParams([*query.items(), *bent.items()])
            assert (await client.get(path, params=twice)).status_code in (403, 404), bent
        other = await client.get(path.rpartition("/")[0] + "/999", params=query)
        assert other.status_code in (403, 404)


async def test_who_sees_an_event_no_more_has_its_photographs_no_more(town: Town, tmp_path: Path) -> None:
    chief = f"community.grid_chief@{GRIDS['urban']}"
    async with serving(town, tmp_path) as client:
        bearer = {login: {"Authorization": f"Bearer {make_token(login, read_key(tmp_path))}"} for login in (WORKER, chief)}
        id = (await client.post("/files", content=picture(), headers=bearer[WORKER] | {"Content-Type": "image/jpeg"})).json()["id"]
        given = {"kindId": "community.hazard", "description": "A loose tile", "gridId": f"Grid:{town.grids[GRIDS['urban']]}"}
        given |= {"details": {"communityHazard": {"hazard": "FIRE", "immediateDanger": False}}, "photos": [id]}
        made = await client.post("/graphql", json={"query": REPORT, "variables": {"input": given}}, headers=bearer[WORKER])
        assert made.json()["data"]["eventReport"]["userErrors"] == []
        path = f"/files/{id.partition(':')[2]}"
        assert (await client.get(path, headers=bearer[chief])).status_code == 200
        async with town.deployment.write() as work:
            await work.run(sa.update(t.post).where(t.post.c.id == town.posts[chief]).values(ends_at=work.now))
            await work.run(sa.update(t.account).where(t.account.c.login == chief).values(active=False))
    async with serving(town, tmp_path) as client:  # another process, which has kept no viewer
        bearer = {login: {"Authorization": f"Bearer {make_token(login, read_key(tmp_path))}"} for login in (WORKER, chief)}
        assert (await client.get(path, headers=bearer[chief])).status_code in (401, 404)
        assert (await client.get(path, headers=bearer[WORKER])).status_code == 200


async def test_a_visitors_token_is_good_for_nobody_elses_files(town: Town, tmp_path: Path) -> None:
    async with serving(town, tmp_path) as client:
        sent = [
            (await client.post("/files", content=picture(colour=one), headers={"Content-Type": "image/jpeg"})).json()
            for one in ("red", "blue")
        ]
        wrong: list[dict[str, Any]] = [
            {"photos": [sent[0]["id"]]},
            {"photos": [sent[0]["id"]], "intakeToken": sent[1]["intakeToken"]},
            {"photos": [sent[0]["id"], sent[1]["id"]], "intakeToken": sent[1]["intakeToken"]},
            {"photos": [sent[0]["id"]], "intakeToken": ""},
            {"photos": [sent[0]["id"]], "intakeToken": "%" * 43},
        ]
        told = []
        for photos in wrong:
            for id in (photos["photos"], ["Attachment:999999"]):
                given = {"query": SUBMIT, "variables": {"input": LITTER | photos | {"photos": id}}}
                told.append((await client.post("/graphql", json=given)).json()["data"]["publicReportSubmit"])
        assert {error["code"] for one in told for error in one["userErrors"]} == {"NOT_FOUND"}
        assert all(one["report"] is None for one in told)
        right = {"photos": [sent[0]["id"]], "intakeToken": sent[0]["intakeToken"]}
        taken = (await client.post("/graphql", json={"query": SUBMIT, "variables": {"input": LITTER | right}})).json()
        assert taken["data"]["publicReportSubmit"]["userErrors"] == []


async def test_nothing_of_a_report_is_written_by_get(town: Town, tmp_path: Path) -> None:
    async with serving(town, tmp_path) as client:
        text = SUBMIT.replace("$input", "$i")
        answer = await client.get("/graphql", params={"query": text, "variables": "{}"})
        assert answer.status_code in (400, 405)
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.public_report)) == 0
