"""Files over HTTP: given out by link, by right, or to everybody, and what the answer says of them."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from file_service import CHIEF, ELSEWHERE, PUBLISH, SHOWN, UNPUBLISH, WORKER, Service, code_of, objects, service_of

from photographs import claiming, picture
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t

pytestmark = pytest.mark.anyio


@pytest.fixture
async def service(town: Town, tmp_path: Path) -> AsyncIterator[Service]:
    async with service_of(town, tmp_path) as service:
        yield service


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
