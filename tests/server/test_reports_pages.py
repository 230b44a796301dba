"""Monthly reports: figures that equal a count, charts that are well-formed, and nothing for who has no right to figures."""

import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from exporting import WORKER, exporter, report

from steered import reported
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.indicators.counting import count_changes
from wangge_core.indicators.requests import Counts
from wangge_core.plugin.declarations.indicators import Unit
from wangge_core.plugin.declarations.labels import Label
from wangge_core.rights.viewers import operator
from wangge_server.reports.charts import bars_of, lines_of
from wangge_server.reports.figures import Line, Month, Part, read_month
from wangge_server.reports.reading import read_report
from wangge_server.reports.words import WORDS
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio
HEAD = f"community.community_head@{COMMUNITY}"


def words(page: str) -> str:
    root = ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>").strip())
    return re.sub(r"\s+", " ", " ".join(root.itertext()))


def asked(folder: Path, login: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(login, read_key(folder))}"}


@pytest.mark.parametrize(("now", "before", "unit", "change"), [
    (496, 656, Unit.COUNT, -24.39),
    (82.5, 80.0, Unit.PERCENT, 2.5),
    (5, 0, Unit.COUNT, None),
    (None, 5, Unit.PERCENT, None),
])  # fmt: skip
def test_a_change_is_computed_and_never_made_up(now: float | None, before: float, unit: Unit, change: float | None) -> None:
    counts = [Counts(numerator=0, denominator=None, value=value) for value in (now, before)]
    found = Line(label=Label("数", "Number"), unit=unit, formula="", now=counts[0], before=counts[1]).change
    assert found == (None if change is None else pytest.approx(change, abs=0.01))


@pytest.mark.parametrize(
    ("text", "month"), [("2026-01", Month(year=2026, month=1)), ("2026-13", None), ("202-1", None), ("2026-1-", None)]
)
def test_a_month_is_read_or_refused(text: str, month: Month | None) -> None:
    assert read_month(text) == month


def test_months_follow_each_other_over_the_turn_of_the_year() -> None:
    january = Month(year=2026, month=1)
    assert (january.before, january.before.after) == (Month(year=2025, month=12), january)
    assert january.last == date(2026, 1, 31)


@pytest.mark.parametrize("most", [0, 1, 7, 499, 123_456])
def test_charts_stay_inside_of_their_drawing(most: int) -> None:
    parts = [Part(label=f"{day} 一个很长很长很长很长很长的名称", now=most * day // 31, before=most) for day in range(1, 32)]
    bars, lines = bars_of(parts), lines_of(parts)
    assert all(0 <= one.now <= bars.width and 0 <= one.before <= bars.width and one.top < bars.height for one in bars.bars)
    points = [tuple(map(float, point.split(","))) for line in (lines.now, lines.before) for point in line.split()]
    assert all(0 <= x <= lines.width and 0 <= y <= lines.height for x, y in points)
    assert lines.ticks[-1].value >= max(1, most)


@pytest.mark.parametrize(("code", "lang"), [(GRIDS["urban"], "zh"), (DISTRICT, "en")])
async def test_a_report_tells_the_figures_of_a_grid_and_of_all_below(town: Town, tmp_path: Path, code: str, lang: str) -> None:
    await report(town, "smoke", "<script>alert(1)</script>", "more smoke")
    async with town.deployment.write() as work:
        while await count_changes(work):
            pass
    month = town.deployment.clock().astimezone(town.deployment.rules.zone).strftime("%Y-%m")
    async with exporter(town, tmp_path) as client:
        login = HEAD if code != DISTRICT else f"community.auditor@{DISTRICT}"
        answer = await client.get(f"/report/grid/{code}?month={month}&lang={lang}", headers=asked(tmp_path, login))
    assert answer.status_code == 200, answer.text
    said = words(answer.text)
    wanted = ("上报量", "走访量", "配备率", "月末未结", "安全隐患") if lang == "zh" else ("Events reported", "Hazard", "Visits")
    for one in (month, code, "3 / 0", *wanted):
        assert one in said, one
    assert "script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_report_is_for_who_may_read_figures_there(town: Town, tmp_path: Path) -> None:
    path = f"/report/grid/{GRIDS['urban']}"
    async with exporter(town, tmp_path) as client:
        visitor = await client.get(path, headers={"Authorization": ""})
        elsewhere = await client.get(path, headers=asked(tmp_path, f"community.grid_worker@{GRIDS['rural']}"))
        nowhere = await client.get("/report/grid/404", headers=asked(tmp_path, HEAD))
        wrong = [
            await client.get(f"{path}?month={month}", headers=asked(tmp_path, HEAD))
            for month in ("2999-01", "May", "0001-01", "1990-01")
        ]
        odd = await client.get("/report/grid/%00", headers=asked(tmp_path, HEAD))
    found: list[httpx.Response] = [visitor, elsewhere, nowhere, odd, *wrong]
    assert [one.status_code for one in found] == [401, 404, 404, 404, 400, 400, 400, 400]
    assert WORKER not in elsewhere.text


async def test_complaints_about_who_serves_a_grid_stay_open_in_reports_from_the_subdistrict_up(town: Town) -> None:
    await reported(town)
    await reported(town, "community.service_complaint", details={"what": "LATE"})
    now = town.deployment.clock().astimezone(town.deployment.rules.zone)
    found: list[int] = []
    async with town.deployment.read() as work:
        for code in (GRIDS["urban"], COMMUNITY, SUBDISTRICT):
            report = await read_report(work, operator(), code, Month(year=now.year, month=now.month))
            assert report is not None
            (line,) = [line for section in report.sections for line in section.lines if line.label == WORDS["open"]]
            found.append(line.now.numerator)
    assert found == [1, 1, 2]
