"""Lists as files over HTTP: every row once, no more than the viewer sees, and a file that lacks rows says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from exporting import EVENTS, WORKER, code_of, export, exporter, lines, report, sheet

from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.errors import WanggeError
from wangge_server.commands.main import wangge
from wangge_server.exports.csv_files import BROKEN_OFF, COMPLETE
from wangge_server.exports.settings import ExportSettings
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio
HEAD = ["number", "description", "kind.id", "reportedAt"]
PERSONS = "{ persons { nodes { name phone } } }"


async def test_a_list_is_one_file_however_many_pages_it_has(town: Town, tmp_path: Path) -> None:
    said = [f"烟雾 {number}" for number in range(5)]
    await report(town, *said)
    async with exporter(town, tmp_path, most_cost=8) as client:
        rows = lines(await export(client, "csv", EVENTS, headers={"description": "描述"}, endLine=True))
        cells = sheet(await export(client, "xlsx", EVENTS))
        answer = await export(client, "csv", EVENTS)
    assert rows[0] == ["number", "描述", "kind.id", "reportedAt"]
    assert [row[1] for row in rows[1:-1]] == said
    assert rows[-1] == [COMPLETE, "5"]
    assert cells[0] == HEAD
    assert [row[1] for row in cells[1:]] == said
    assert [str(row[3])[:16] for row in cells[1:]] == [row[3][:16] for row in rows[1:-1]]
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="events-')
    assert answer.headers["cache-control"] == "no-store"


async def test_a_file_has_what_its_viewer_sees(town: Town, tmp_path: Path) -> None:
    await report(town, "smoke")
    async with exporter(town, tmp_path) as client:
        token = make_token(f"community.grid_worker@{GRIDS['rural']}", read_key(tmp_path))
        assert lines(await client.post("/export.csv", json={"query": EVENTS}, headers={"Authorization": f"Bearer {token}"})) == [
            HEAD
        ]
        visitor = await client.post("/export.csv", json={"query": EVENTS}, headers={"Authorization": ""})
    assert (visitor.status_code, code_of(visitor)) == (401, "UNAUTHENTICATED")


async def test_each_page_waits_until_whose_values_it_holds_is_logged(town: Town, tmp_path: Path) -> None:
    async with exporter(town, tmp_path) as client:
        asked = await export(client, "csv", PERSONS, extensions={"purpose": "VISIT"})
        assert lines(asked)[1][0] == "Lin Heron"
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.read_log))


async def test_a_file_that_lacks_rows_says_so(town: Town, tmp_path: Path) -> None:
    await report(town, "a", "b", "c")
    async with exporter(town, tmp_path, exports=ExportSettings(most_rows=2), most_cost=4) as client:
        cut = lines(await export(client, "csv", EVENTS, endLine=True))
        book = await export(client, "xlsx", EVENTS)
    assert [row[1] for row in cut[1:3]] == ["a", "b"]
    assert cut[3][:2] == [BROKEN_OFF, "EXPORT_TOO_LONG"]
    assert len(cut) == 4
    assert (book.status_code, code_of(book)) == (413, "EXPORT_TOO_LONG")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{ events { totalCount } }"}, "EXPORT_NO_LIST"),
        ({"query": "{ events { nodes { nothing } } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": '{ grid(code: "9999") { events { nodes { id } } } }'}, "NOT_FOUND"),
        ({"query": EVENTS, "headers": {"colour": "Farbe"}}, "REQUEST_INVALID"),
        ({"query": EVENTS, "headers": ["a"]}, "REQUEST_INVALID"),
        ({"query": EVENTS, "endLine": 1}, "REQUEST_INVALID"),
        ({"query": '{ events(filter: {subtree: "1"}) { nodes { id } } }', "extensions": {"purpose": "FUN"}}, "PURPOSE_INVALID"),
    ],
    ids=["no-list", "no-field", "no-thing", "no-column", "headers-list", "end-line", "purpose"],
)
async def test_what_cannot_be_exported_is_told_before_there_is_a_file(
    town: Town, tmp_path: Path, body: dict[str, Any], code: str
) -> None:
    async with exporter(town, tmp_path) as client:
        answers = [await client.post(f"/export.{suffix}", json=body) for suffix in ("csv", "xlsx")]
    assert [code_of(one) for one in answers] == [code, code]
    assert all(one.status_code in (400, 404) for one in answers)


async def test_only_trusted_documents_are_exported_where_only_they_run(town: Town, tmp_path: Path) -> None:
    async with exporter(town, tmp_path, only_trusted_documents=True) as client:
        answer = await export(client, "csv", EVENTS)
    assert (answer.status_code, code_of(answer)) == (403, "TRUSTED_DOCUMENTS_ONLY")


async def test_who_has_spent_the_budget_is_told_before_there_is_a_file(town: Town, tmp_path: Path) -> None:
    async with exporter(town, tmp_path, cost_per_minute=10) as client:
        first, second = [await export(client, "csv", EVENTS) for _ in range(2)]
    assert first.status_code == 200
    assert (second.status_code, code_of(second)) == (429, "RATE_LIMITED")
    assert int(second.headers["retry-after"]) > 0


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_command_writes_a_whole_file_or_none(copies: Callable[[str], tuple[str, Any]], tmp_path: Path, suffix: str) -> None:
    query, to = tmp_path / "grids.graphql", tmp_path / f"grids.{suffix}"
    query.write_text("{ grids { nodes { code name } } }", encoding="utf-8")
    words = ["--data", str(tmp_path), "--db", copies("town")[0], "export", str(query), "--to", str(to)]
    result = CliRunner().invoke(wangge, [*words, "--as", WORKER])
    assert result.exit_code == 0, result.output
    assert "7 rows written" in result.output
    assert to.stat().st_mode & 0o077 == 0
    to.unlink()
    query.write_text("{ grids { nodes { colour } } }", encoding="utf-8")
    failed = CliRunner().invoke(wangge, words)
    assert isinstance(failed.exception, WanggeError)
    assert failed.exception.code == "LIST_UNWRITABLE"
    assert {path.name for path in tmp_path.glob("grids.*")} == {"grids.graphql"}
