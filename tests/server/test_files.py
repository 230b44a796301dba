"""Files over HTTP: taken in, cleaned, kept once, and by whom."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from file_service import CHIEF, ELSEWHERE, REPORT, SHOWN, WORKER, Service, code_of, objects, rows, service_of
from PIL import Image

from photographs import claiming, picture
from towns import Town
from wangge_core.db import tables as t
from wangge_server.files.settings import FileSettings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def service(town: Town, tmp_path: Path) -> AsyncIterator[Service]:
    async with service_of(town, tmp_path) as service:
        yield service


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
