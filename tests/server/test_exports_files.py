"""What exports are made of: the document of a page, the columns of a selection, lines and sheets."""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import strawberry
from graphql import parse, validate
from openpyxl import load_workbook

from wangge_schema.documents import Documents
from wangge_schema.limits import Limits
from wangge_server.exports import csv_files
from wangge_server.exports.columns import Column, Form, cells_of
from wangge_server.exports.documents import Listed, listed
from wangge_server.exports.errors import NoListError
from wangge_server.exports.workbooks import CUT, LONGEST_TEXT, Sheets

ZONE = ZoneInfo("Asia/Shanghai")
WITH_FRAGMENTS = """query Q($closed: Boolean, $n: Int, $after: String) {
  list: events(first: $n, after: $after, filter: {closed: {eq: $closed}}) { ...Ends rows: nodes { ...Row tasks { id } } }
}
fragment Ends on EventConnection { pageInfo { endCursor } totalCount }
fragment Row on Event { number kind { id label } grid { path { name } } }
fragment Other on Event { id }
query Unused { me { login } }"""


@pytest.fixture(scope="module")
def documents(schema: strawberry.Schema) -> Documents:
    return Documents(schema._schema, Limits())


def read(documents: Documents, text: str, name: str | None = None, **variables: Any) -> Listed:
    return listed(documents.prepare(text, name), variables)


def test_the_document_of_a_page_asks_for_what_was_asked_and_for_its_ends(documents: Documents) -> None:
    text = WITH_FRAGMENTS.replace("query Unused { me { login } }", "").replace("fragment Other on Event { id }", "")
    found = read(documents, text, closed=False)
    assert found.name == "events"
    assert (found.path, found.nodes) == (("list",), "rows")
    assert [one.name for one in found.columns] == ["number", "kind.id", "kind.label", "grid.path.name", "tasks.id"]
    assert validate(documents.schema, parse(found.document)) == []
    for gone in ("totalCount", "$n", "Ends"):
        assert gone not in found.document
    assert "wanggePage: pageInfo" in found.document


def test_a_list_below_a_thing_is_found_and_details_are_columns(documents: Documents) -> None:
    text = """{ grid(code: "1") { events { nodes { at: reportedAt details { __typename
      ... on CommunityHazardDetails { hazard } ... on CommunitySanitationDetails { what } } } } } }"""
    found = read(documents, text)
    assert found.path == ("grid", "events")
    assert [one.name for one in found.columns] == ["at", "details.__typename", "details.hazard", "details.what"]
    assert found.columns[0].form is Form.MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "{ events { totalCount } }",
        "{ events { nodes { id } } grids { nodes { id } } }",
        '{ event(number: "1") { number } }',
        "{ events { edges { node { id } } } }",
        "{ ...Root } fragment Root on Query { events { nodes { id } } }",
        'mutation { eventMove(id: "Event:1", input: {move: "x"}) { event { id } } }',
    ],
    ids=["no-rows", "two-lists", "a-thing", "edges", "fragment-above", "mutation"],
)
def test_what_is_no_list_is_told(documents: Documents, text: str) -> None:
    with pytest.raises(NoListError):
        read(documents, text)


def test_cells_are_what_stands_at_the_end_of_their_paths() -> None:
    row = {
        "at": "2026-10-01T16:30:00.500Z",
        "on": "2026-10-01",
        "open": True,
        "in": [{"name": "a"}, None, {"name": "b"}],
        "none": None,
        "raw": {"x": [1, 2]},
    }
    columns = [
        Column(("at",), Form.MOMENT),
        Column(("on",), Form.DAY),
        Column(("open",)),
        Column(("in", "name")),
        Column(("none", "label")),
        Column(("raw",), Form.JSON),
    ]
    cells = [datetime.fromisoformat("2026-10-02T00:30:00.500"), date(2026, 10, 1), True, "a; b", None, '{"x":[1,2]}']
    assert cells_of(row, columns, ZONE) == cells
    assert csv_files.lines([cells]) == b'2026-10-02 00:30:00,2026-10-01,true,a; b,,"{""x"":[1,2]}"\r\n'


@pytest.mark.parametrize("text", ["=1+1", "+86 1", "-x", "@SUM(A1)", "\tx", "\rx", "＝1", "＠x"])
def test_no_text_becomes_a_formula(text: str, tmp_path: Path) -> None:
    assert csv_files.lines([[text]]).decode().lstrip('"').startswith(f"'{text[0]}")
    file = io.BytesIO()
    sheets = Sheets(file, ["a"], tmp_path)
    sheets.add([[text]])
    sheets.close()
    cell = load_workbook(file).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_numbers_stay_numbers_and_long_ones_whole(tmp_path: Path) -> None:
    assert csv_files.lines([[-5, -0.5]]) == b"-5,-0.5\r\n"
    file = io.BytesIO()
    sheets = Sheets(file, ["a", "b", "c", "d"], tmp_path)
    sheets.add([[-5, 2**53 + 1, False, datetime.fromisoformat("1850-01-01")]])
    sheets.close()
    found = [cell.value for cell in load_workbook(file).worksheets[0][2]]
    assert found == [-5, str(2**53 + 1), False, "1850-01-01 00:00:00"]
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_no_cell_holds_says_that_it_is_cut(tmp_path: Path) -> None:
    file = io.BytesIO()
    sheets = Sheets(file, ["a"], tmp_path)
    sheets.add([["z" * LONGEST_TEXT], ["z" * (LONGEST_TEXT + 1)]])
    sheets.close()
    whole, cut = [row[0].value for row in load_workbook(file).worksheets[0].iter_rows(min_row=2)]
    assert whole == "z" * LONGEST_TEXT
    assert cut == "z" * (LONGEST_TEXT - len(CUT)) + CUT


def test_rows_beyond_a_sheet_go_on_in_the_next(tmp_path: Path) -> None:
    file = io.BytesIO()
    sheets = Sheets(file, ["n"], tmp_path, most_rows=3)
    sheets.add([[number] for number in range(5)])
    sheets.close()
    found = [[row[0].value for row in one.iter_rows()] for one in load_workbook(file).worksheets]
    assert found == [["n", 0, 1], ["n", 2, 3], ["n", 4]]
