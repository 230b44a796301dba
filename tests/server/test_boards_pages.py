"""The pages of notice boards: for everybody, well-formed, escaped, found by their QR code, and kept no longer than they are true."""

import io
import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import segno
import sqlalchemy as sa
import zxingcpp
from PIL import Image, ImageDraw

from boards import REGISTRATION, URBAN, WEEKDAYS_ALONE, divided, publish, recoded, station
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.registry import Registry
from wangge_server.app import create_app
from wangge_server.boards import hours
from wangge_server.boards.pages import Shown, board_page
from wangge_server.boards.qr import qr_file
from wangge_server.boards.settings import BoardSettings, check_boards
from wangge_server.boards.words import WORDS
from wangge_server.settings import Settings

pytestmark = pytest.mark.anyio
PUBLIC = "https://grid.example.org/wangge"
HERE = f"{PUBLIC}/board/{URBAN}"
WORKER = f"community.grid_worker@{URBAN}"
NASTY = """<script>alert('x')</script>"&amp;{{ 7 * 7 }}]]>"""
REPORT = "https://report.example.org/?grid={grid}&from=board"


def app_of(town: Town, folder: Path, **settings: Any) -> Any:
    url = town.deployment.url.render_as_string(hide_password=False)
    given: dict[str, Any] = {"public_url": PUBLIC, "boards": BoardSettings(report_url=REPORT)} | settings
    return create_app(Settings(data_folder=str(folder), database=url, **given))


async def served(app: Any, *paths: str, **headers: str) -> list[httpx.Response]:
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town") as client,
    ):
        return [await client.get(path, headers=headers) for path in paths]


@pytest.fixture
async def client(town: Town, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = app_of(town, tmp_path)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town") as client,
    ):
        yield client


def tree(page: str) -> ElementTree.Element:
    """The page read as XML, which it must be."""
    return ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>").strip())


def words(page: str) -> str:
    return re.sub(r"\s+", " ", " ".join(tree(page).itertext()))


def painted(svg: str) -> Image.Image:
    """The picture of a QR code: its paths are strokes of one module's height, as segno draws them."""
    root = ElementTree.fromstring(svg)
    (line,) = (one for one in root.iter() if one.tag.endswith("path") and one.get("stroke"))
    strokes = re.findall(r"([Mm])\s*(-?[\d.]+)[ ,]*(-?[\d.]+)|h\s*(-?[\d.]+)", line.get("d", ""))
    side, dark, x, y = 10, list[tuple[int, int, int]](), 0.0, 0.0
    for move, first, second, length in strokes:
        if move:
            x, y = (float(first), float(second)) if move == "M" else (x + float(first), y + float(second))
        else:
            dark.append((round(x), int(y), int(length)))
            x += float(length)
    size = max(start + length for start, _, length in dark) + 4
    picture = Image.new("L", (size * side, size * side), 255)
    draw = ImageDraw.Draw(picture)
    for start, row, length in dark:
        draw.rectangle((start * side, row * side, (start + length) * side - 1, (row + 1) * side - 1), fill=0)
    return picture


async def test_a_visitor_reads_the_board_in_chinese_with_english_below(client: httpx.AsyncClient, town: Town) -> None:
    await publish(town, WORKER, official_phone="000-5550 1234")
    await station(town, opening_hours=WEEKDAYS_ALONE, contact="000-777")
    answer = await client.get(f"/board/{URBAN}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    said = words(answer.text)
    for wanted in (
        "urban grid",
        "Lakeside › Old Port › Heron Lane",
        URBAN,
        WORKER,
        "000-5550 1234",
        "000-777",
        "Heron Lane station",
    ):
        assert wanted in said, wanted
    for wanted in ("网格员", "Grid worker", "周一至周五", "Mon–Fri", "Residence registration", "Identity card", "免费", "free"):
        assert wanted in said, wanted
    assert tree(answer.text).get("lang") == "zh"
    assert said.index("谁负责本网格") < said.index("Who looks after this grid")


@pytest.mark.parametrize(
    ("query", "accepts", "first"),
    [("", "", "zh"), ("", "en-GB,zh;q=0.5", "en"), ("?lang=en", "zh", "en"), ("?lang=zh", "en", "zh"), ("?lang=fr", "en", "en")],
)
async def test_the_language_is_that_of_the_address_or_of_the_browser(
    client: httpx.AsyncClient, query: str, accepts: str, first: str
) -> None:
    answer = await client.get(f"/board/{URBAN}{query}", headers={"Accept-Language": accepts})
    assert tree(answer.text).get("lang") == first
    assert "accept-language" in answer.headers["vary"].lower()


async def test_no_script_runs_in_a_page_and_nothing_is_loaded(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/board/{URBAN}")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    tags = {one.tag.rpartition("}")[2] for one in tree(answer.text).iter()}
    assert not tags & {"script", "link", "img", "iframe", "form", "object"}
    assert not any(name.startswith("on") or name == "style" for one in tree(answer.text).iter() for name in one.attrib)
    assert "@page { size: A4" in answer.text


async def test_whatever_stands_in_the_data_is_escaped(client: httpx.AsyncClient, town: Town) -> None:
    service = type(REGISTRATION)(name=NASTY, papers=(NASTY,), note=NASTY)
    await station(town, name=NASTY, contact=NASTY, services=(service,))
    async with town.deployment.write() as work:
        await work.run(sa.update(t.grid).values(name=NASTY))
        await work.run(sa.update(t.account).values(name=NASTY))
    answer = await client.get(f"/board/{URBAN}")
    assert "<script" not in answer.text
    assert words(answer.text).count(NASTY) > 10
    assert "49" not in words(answer.text).replace(URBAN, "")


async def test_the_qr_code_leads_to_the_page(client: httpx.AsyncClient) -> None:
    page, svg = await client.get(f"/board/{URBAN}"), await client.get(f"/board/{URBAN}/qr.svg")
    assert svg.headers["content-type"] == "image/svg+xml"
    (inline,) = re.findall(r"<svg.*?</svg>", page.text, re.DOTALL)
    for code in (inline, svg.text):
        (found,) = zxingcpp.read_barcodes(painted(code))
        assert found.text == HERE
        assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert HERE in words(page.text)


def test_the_drawn_code_has_the_modules_of_the_encoder() -> None:
    matrix = segno.make_qr(HERE, error="q").matrix
    picture = painted(qr_file(HERE).decode())
    drawn = [[picture.getpixel(((x + 4) * 10 + 5, (y + 4) * 10 + 5)) == 0 for x in range(len(matrix))] for y in range(len(matrix))]
    assert drawn == [[bool(module) for module in row] for row in matrix]


async def test_who_has_the_page_already_is_not_sent_it_again(client: httpx.AsyncClient, town: Town) -> None:
    for path in (f"/board/{URBAN}", f"/board/{URBAN}/qr.svg"):
        first = await client.get(path)
        assert first.headers["cache-control"] == "public, no-cache"
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    tag = (await client.get(f"/board/{URBAN}")).headers["etag"]
    await publish(town, WORKER, official_phone="000-999")
    changed = await client.get(f"/board/{URBAN}", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert (await client.head(f"/board/{URBAN}")).content == b""


async def test_a_page_may_be_kept_for_as_long_as_the_setting_says(town: Town, tmp_path: Path) -> None:
    (answer,) = await served(app_of(town, tmp_path, max_age_seconds=60), f"/board/{URBAN}")
    assert answer.headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("code", ["1", "nothing", "%00", "..", "%3Cscript%3E", "9" * 3000])
async def test_a_code_of_no_grid_is_told_so_in_both_languages(client: httpx.AsyncClient, code: str) -> None:
    for path in (f"/board/{code}", f"/board/{code}/qr.svg"):
        answer = await client.get(path)
        assert answer.status_code == 404
        if "text/html" in answer.headers["content-type"]:
            assert WORDS["missing"].zh in words(answer.text)
            assert WORDS["missing"].en in words(answer.text)
            assert answer.headers["cache-control"] == "no-store"
            assert "<script" not in answer.text


async def test_the_code_of_a_grid_that_was_merged_or_recoded_leads_to_the_present_one(
    client: httpx.AsyncClient, town: Town
) -> None:
    await divided(town, URBAN, GRIDS["rural"])
    await recoded(town, GRIDS["rural"], f"{COMMUNITY}009")
    moved = await client.get(f"/board/{URBAN}?lang=en")
    assert (moved.status_code, moved.headers["location"], moved.headers["cache-control"]) == (
        302,
        f"{COMMUNITY}009?lang=en",
        "no-store",
    )
    assert (await client.get(f"/board/{URBAN}?lang=en", follow_redirects=True)).url.path == f"/board/{COMMUNITY}009"
    svg = await client.get(f"/board/{GRIDS['rural']}/qr.svg", follow_redirects=True)
    assert (svg.url.path, svg.status_code) == (f"/board/{COMMUNITY}009/qr.svg", 200)


async def test_the_code_of_a_grid_that_was_split_leads_to_its_parts(client: httpx.AsyncClient, town: Town) -> None:
    await divided(town, URBAN, GRIDS["rural"], GRIDS["scenic"])
    answer = await client.get(f"/board/{URBAN}")
    assert "Lakeside › Old Port › Heron Lane › rural grid" in words(answer.text)
    links = [one.get("href") for one in tree(answer.text).iter() if one.get("href")]
    assert links == [f"{GRIDS['scenic']}?lang=zh", f"{GRIDS['rural']}?lang=zh"]


async def test_without_an_address_of_the_service_there_is_no_qr_code(town: Town, tmp_path: Path) -> None:
    page, svg = await served(app_of(town, tmp_path, public_url=""), f"/board/{URBAN}", f"/board/{URBAN}/qr.svg")
    assert "<svg" not in page.text
    assert "town/board" not in page.text  # the host of the request is anybody's word
    assert svg.status_code == 404


async def test_the_pages_can_be_switched_off(town: Town, tmp_path: Path) -> None:
    app = app_of(town, tmp_path, boards=BoardSettings(pages=False))
    assert [one.status_code for one in await served(app, f"/board/{URBAN}", f"/board/{URBAN}/qr.svg")] == [404, 404]


async def test_a_page_names_where_matters_are_reported(client: httpx.AsyncClient) -> None:
    links = [one.get("href") for one in tree((await client.get(f"/board/{URBAN}")).text).iter() if one.get("href")]
    assert links == [f"https://report.example.org/?grid={URBAN}&from=board"]


async def test_who_asks_for_very_many_boards_is_told_to_wait(town: Town, tmp_path: Path) -> None:
    app = app_of(town, tmp_path, cost_per_minute=100)
    first, second = await served(app, f"/board/{URBAN}", f"/board/{COMMUNITY}")
    assert first.status_code == 200
    assert second.status_code == 429
    assert int(second.headers["retry-after"]) > 0
    assert WORDS["unavailable"].zh in words(second.text)


async def test_pages_are_shown_where_only_trusted_documents_are_executed(town: Town, tmp_path: Path) -> None:
    listed = tmp_path / "trusted.json"
    listed.write_text("{}", encoding="utf-8")
    app = app_of(town, tmp_path, only_trusted_documents=True, trusted_documents=str(listed))
    page, refused = await served(app, f"/board/{URBAN}", "/graphql?query={__typename}")
    assert page.status_code == 200
    assert "TRUSTED_DOCUMENTS_ONLY" in refused.text


async def test_a_printed_page_says_nothing_that_is_true_for_the_moment_only(town: Town, registry: Registry) -> None:
    await station(town, opening_hours=WEEKDAYS_ALONE)
    found = await board_of(town)
    on_screen = board_page(found, Shown(language="en", today=date(2026, 11, 23)), registry)
    printed = board_page(found, Shown(language="en", today=date(2026, 11, 23), printed=True), registry)
    assert "now" in words(on_screen)
    assert not {WORDS["open"].en, WORDS["closed"].en} & {one.text for one in tree(printed).iter()}
    assert "2026-11-23" in words(printed)


async def board_of(town: Town) -> Any:
    from wangge_server.boards.reading import read_board  # noqa: PLC0415 - its name would hide what the other tests ask

    found = await read_board(town.api, URBAN, "en")
    assert found.board is not None
    return found.board


def week(*spans: tuple[str, str, str, bool]) -> dict[str, Any]:
    names = ("weekday", "opens", "closes", "nextDay")
    return {"weekly": [dict(zip(names, one, strict=True)) for one in spans], "exceptions": []}


def test_days_that_are_alike_stand_together() -> None:
    morning = [(day, "08:30", "12:00", False) for day in ("MONDAY", "TUESDAY", "THURSDAY")]
    found = list(hours.weekly(week(*morning, ("SUNDAY", "20:00", "06:00", True), ("FRIDAY", "00:00", "24:00", False))))
    assert found == [
        (Label("周一至周二", "Mon–Tue"), Label("08:30–12:00", "08:30–12:00")),
        (Label("周四", "Thu"), Label("08:30–12:00", "08:30–12:00")),
        (Label("周五", "Fri"), Label("24 小时", "24 hours")),
        (Label("周日", "Sun"), Label("20:00–次日 06:00", "20:00–06:00 (next day)")),
    ]


def test_past_dates_that_differed_are_not_shown() -> None:
    given = {"weekly": [], "exceptions": [{"on": day, "spans": [], "note": None} for day in ("2026-10-01", "2026-12-31")]}
    assert [on for on, *_ in hours.exceptions(given, "2026-11-22")] == ["2026-12-31"]


@pytest.mark.parametrize(
    "url",
    [
        "grid.example.org",
        "https://",
        "https://a.org/",
        "https://a.org/x/",
        "javascript:alert(1)",
        "https://a.org?x=1",
        "https://a b",
    ],
)
def test_an_address_that_is_none_is_refused_when_the_settings_are_read(url: str) -> None:
    with pytest.raises(Exception, match="public_url"):
        check_boards(url, BoardSettings())
    check_boards("https://grid.example.org:8443/wangge", BoardSettings(report_url=REPORT))
    with pytest.raises(Exception, match="report_url"):
        check_boards("", BoardSettings(report_url="javascript:alert(1)"))


def test_a_code_is_drawn_as_a_file_that_stands_alone() -> None:
    assert ElementTree.parse(io.BytesIO(qr_file(HERE))).getroot().tag == "{http://www.w3.org/2000/svg}svg"
