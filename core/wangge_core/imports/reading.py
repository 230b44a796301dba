"""Reading a file row by row, as text by column, whatever sort of file it is.

What is wrong with the whole file raises; what is wrong with one row is a refusal of that row.
"""

from collections.abc import Iterator
from pathlib import Path

from wangge_core.imports.csv_files import open_csv
from wangge_core.imports.features import open_features
from wangge_core.imports.files import FileError, OpenFile, Row, first_bytes
from wangge_core.imports.mapping_files import check_columns, check_system
from wangge_core.imports.mappings import FileFormat, FileMapping
from wangge_core.imports.workbooks import open_workbook

NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"SQLite format 3")


def read_rows(path: Path, mapping: FileMapping) -> Iterator[Row]:
    """The rows of a file that has the columns which the mapping names. Raises FileError and MappingError before the first row."""
    return open_rows(path, mapping).rows


def open_rows(path: Path, mapping: FileMapping) -> OpenFile:
    """As `read_rows`, with the names of all columns."""
    found = _open(path, mapping.file)
    check_columns(mapping, found.header)
    if found.system is not None:
        check_system(mapping, found.system)
    return found


def _open(path: Path, form: FileFormat) -> OpenFile:
    start = first_bytes(path)
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".xlsx", ".xlsm")):
        return open_workbook(path, form)
    if name.endswith((".geojson", ".json")):
        return open_features(path)
    if not name.endswith((".csv", ".tsv", ".txt")):
        raise FileError(f"{path.name} is of no known sort.", hint="Give a .csv, .csv.gz, .xlsx or .geojson file.")
    if start.startswith(NOT_TEXT):
        raise FileError(
            f"{path.name} is not text, whatever its name says.", hint="Save it as CSV in UTF-8, or give it its own ending."
        )
    return open_csv(path, form)
