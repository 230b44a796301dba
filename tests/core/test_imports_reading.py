"""Files of every sort become rows of text; what is wrong is told, never a traceback."""

import gzip
import io
import json
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from wangge_core.imports.features import middle
from wangge_core.imports.files import FileError, Row
from wangge_core.imports.mappings import DivisionColumns, DivisionMapping, FileFormat, MappingError
from wangge_core.imports.reading import read_rows

TEXT = "code,name,parent\n1,东街,0\n2,西街,1\n"


def mapping(**form: Any) -> DivisionMapping:
    return DivisionMapping(name="d", division=DivisionColumns(code="code", name="name", parent="parent"), file=FileFormat(**form))


def rows(path: Path, content: bytes | str, **form: Any) -> list[Row]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(path, mapping(**form)))


def names(found: list[Row]) -> list[str]:
    return [row.values["name"] for row in found]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    assert names(rows(tmp_path / "a.csv", TEXT.encode(encoding))) == ["东街", "西街"]


def test_a_gzip_file_is_unpacked_whatever_its_name(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT.encode())
    assert names(rows(tmp_path / "a.csv.gz", packed)) == ["东街", "西街"]
    assert names(rows(tmp_path / "a.csv", packed)) == ["东街", "西街"]


def test_chinese_late_in_a_long_file_decides_its_encoding(tmp_path: Path) -> None:
    text = "code,name,parent\n" + "1,plain,0\n" * 300_000 + "2,西街,1\n"
    *_, last = rows(tmp_path / "a.csv", text.encode("gb18030"))
    assert last.values["name"] == "西街"


def test_an_encoding_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="not written in ascii"):
        rows(tmp_path / "a.csv", TEXT, encoding="ascii")
    with pytest.raises(FileError, match="no encoding 'klingon'"):
        rows(tmp_path / "a.csv", TEXT, encoding="klingon")


def test_rows_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,name,parent\n" + "1,a,0\n" * 100_000)
    found = read_rows(path, mapping())
    assert [row.line for row in islice(found, 3)] == [2, 3, 4]


def test_a_row_remembers_the_line_where_it_begins(tmp_path: Path) -> None:
    found = rows(tmp_path / "a.csv", 'code,name,parent\n1,"two\nlines",0\n\n2,x,1\n')
    assert [row.line for row in found] == [2, 5]


def test_a_column_that_the_mapping_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        rows(tmp_path / "a.csv", "code,title\n1,x\n")
    assert "name, parent" in caught.value.message
    assert "code, title" in caught.value.hint


def test_a_column_that_is_there_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="more than one column name"):
        rows(tmp_path / "a.csv", "code,name,name,parent\n1,x,y,0\n")


def test_ragged_rows_and_nul_bytes_are_refused_one_by_one(tmp_path: Path) -> None:
    found = rows(tmp_path / "a.csv", "code,name,parent\n1,a\n2,b,0,extra\n3,c\0d,0\n4,e,0\n")
    assert [[one.code for one in row.refusals] for row in found] == [["ROW_RAGGED"], ["ROW_RAGGED"], ["NUL_BYTE"], []]
    assert found[1].values["column 4"] == "extra"


def test_a_line_that_is_no_csv_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    found = rows(tmp_path / "a.csv", 'code,name,parent\n1,"a"b,0\n2,c,0\n3,"open\n')
    assert [[one.code for one in row.refusals] for row in found] == [["ROW_UNREADABLE"], [], ["ROW_UNREADABLE"]]
    assert found[0].values["text"] == '1,"a"b,0\n'


def test_a_quotation_mark_that_never_closes_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="begins at line 2"):
        rows(tmp_path / "a.csv", 'code,name,parent\n1,"open,0\n' + "2,c,0\n" * 50_000)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"\n\n"),
        ("a.csv", b"%PDF-1.4 ..."),
        ("a.csv", b"\xff\xff\xff\x00"),
        ("a.csv", b"PK\x03\x04rest"),
        ("a.docx", b"PK\x03\x04rest"),
        ("a.csv.gz", gzip.compress(TEXT.encode() * 100, mtime=0)[:60]),
        ("a.csv.gz", b"\x1f\x8brubbish"),
        ("a.xlsx", b"PK\x03\x04rest"),
        ("a.xlsx", b"plain text"),
        ("a.geojson", b'{"type": "Feature"}'),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [3]}'),
        ("a.geojson", b"[1, 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(FileError) as caught:
        rows(tmp_path / name, content)
    assert caught.value.code == "FILE_UNREADABLE"
    assert caught.value.hint


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        list(read_rows(tmp_path / "none.csv", mapping()))
    with pytest.raises(FileError, match="cannot be read"):
        list(read_rows(tmp_path, mapping()))


def test_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (
        ("code", "name", "parent", "at", "day"),
        (1.0, "东街", None, datetime(2026, 1, 2, 3, 4, 5), date(2026, 1, 2)),  # noqa: DTZ001 - a sheet has no zones
        (),
        (2, "x", 0.5, None, None),
    ):
        sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    found = rows(tmp_path / "a.xlsx", content.getvalue())
    assert found[0].values == {"code": "1", "name": "东街", "parent": "", "at": "2026-01-02T03:04:05", "day": "2026-01-02"}
    assert found[1].values["parent"] == "0.5"
    assert [row.line for row in found] == [2, 4]
    with pytest.raises(FileError, match="no sheet 2026"):
        rows(tmp_path / "a.xlsx", content.getvalue(), sheet="2026")


def test_features_are_rows_with_the_middle_of_their_polygon(tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[114, 22], [114.002, 22], [114.002, 22.002], [114, 22.002], [114, 22]]]}
    features = [
        {"type": "Feature", "properties": {"code": 7, "name": "a", "parent": None}, "geometry": square},
        {"type": "Feature", "properties": {"code": "8", "extra": [1]}, "geometry": None},
    ]
    found = rows(tmp_path / "a.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    assert found[0].values == {
        "code": "7",
        "name": "a",
        "parent": "",
        "extra": "",
        "longitude": "114.0010000",
        "latitude": "22.0010000",
    }
    assert found[1].values["longitude"] == ""
    assert found[1].values["extra"] == "[1]"


def test_the_middle_of_a_polygon_leaves_out_its_holes() -> None:
    ring = [[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]
    hole = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
    for inner in (hole, hole[::-1]):
        assert middle({"type": "Polygon", "coordinates": [ring, inner]}) == pytest.approx((3, 1))
    assert middle({"type": "MultiPolygon", "coordinates": [[hole], [[[4, 0], [6, 0], [6, 2], [4, 2], [4, 0]]]]}) == pytest.approx(
        (3, 1)
    )
    assert middle({"type": "Polygon", "coordinates": [[[1, 1], [3, 3], [1, 1]]]}) == pytest.approx((5 / 3, 5 / 3))
    assert middle({"type": "Polygon", "coordinates": []}) is None
    assert middle({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}) is None
