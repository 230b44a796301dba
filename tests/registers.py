"""Registers of persons as files to import in tests, and what came of them."""

import csv
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from identities import identity_number
from towns import GRIDS, Town

MAPPING: dict[str, Any] = {
    "name": "register",
    "dates": {"formats": ["%Y%m%d"]},
    "person": {
        "key": "{no}",
        "name": "{name}",
        "born_on": "born",
        "identity_number": "id",
        "phone": "tel",
        "guardian": "{guardian}",
        "guardian_agreed_on": "agreed",
        "gender": {"column": "sex", "values": {"f": "FEMALE", "m": "MALE"}},
    },
    "home": {"building": "{house}", "unit": "{door}", "make_homes": True},
    "household": {
        "key": "{hh}",
        "name": "home {hh}",
        "make": True,
        "relation": {"column": "rel", "values": {"head": "HEAD", "child": "CHILD"}, "otherwise": "OTHER"},
    },
    "grid": {"code": "{grid}"},
}
COLUMNS = ("no", "name", "sex", "born", "id", "tel", "house", "door", "hh", "rel", "grid", "guardian", "agreed")
GRID = GRIDS["urban"]


def person(no: int, **values: Any) -> dict[str, Any]:
    """A row, valid unless the values say otherwise."""
    row = {"no": no, "name": f"Name {no}", "born": "19800101", "id": identity_number(no), "tel": f"139{no:08}", "grid": GRID}
    return row | {"house": "Heron House", "door": f"2{no:02}", "hh": f"H{no}", "rel": "head"} | values


def write(path: Path, rows: list[dict[str, Any]], *more: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, (*COLUMNS, *more), restval="")
        lines.writeheader()
        lines.writerows(rows)
    return path


async def rows_of(town: Town, table: sa.Table) -> list[Any]:
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(table).order_by(table.c.id)))
