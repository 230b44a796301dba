"""From the text of a cell to a value, or to the refusal that says why not. What is missing is the empty text."""

import html
import re
from collections.abc import Mapping
from typing import TypeVar

from wangge_core.errors import Refusal, refusal
from wangge_core.geometry.systems import to_wgs84
from wangge_core.imports.mappings import FileMapping, PositionMapping, Values

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?")
_T = TypeVar("_T")


class Cleaner:
    """Strips values, resolves entities, translates, and empties what counts as missing, in this order."""

    def __init__(self, mapping: FileMapping) -> None:
        self._translate = mapping.translate
        self._missing = frozenset(mapping.file.missing)
        self._entities = mapping.file.html_entities

    def clean(self, row: Mapping[str, str]) -> dict[str, str]:
        clean = {column: value.strip() for column, value in row.items()}
        if self._entities:
            clean = {column: html.unescape(value) if "&" in value else value for column, value in clean.items()}
        for column, values in self._translate.items():
            clean[column] = values.get(clean[column], clean[column])
        return {column: "" if value in self._missing else value for column, value in clean.items()}


def meaning(values: Values[_T], row: Mapping[str, str], found: list[Refusal]) -> _T | None:
    """What the mapping says that the row's value means; None where it is missing or refused."""
    value = row[values.column]
    if value in values.values:
        return values.values[value]
    if value and values.otherwise is None:
        found.append(refusal("VALUE_UNKNOWN", column=values.column, value=value))
    return values.otherwise


def whole_number(text: str, field: str, found: list[Refusal]) -> int | None:
    """`3` and `3.0` alike."""
    if not text:
        return None
    if NUMBER.fullmatch(text) and float(text).is_integer():
        return int(float(text))
    found.append(refusal("NUMBER_INVALID", field, value=text))
    return None


def position(mapping: PositionMapping | None, row: Mapping[str, str], found: list[Refusal]) -> dict[str, float]:
    """Longitude and latitude in WGS 84; nothing where they are missing or known to be made up."""
    if mapping is None or not (row[mapping.longitude] or row[mapping.latitude]):
        return {}
    texts = row[mapping.longitude], row[mapping.latitude]
    if not all(map(NUMBER.fullmatch, texts)):
        found.append(refusal("POSITION_INVALID", "position"))
        return {}
    point = float(texts[0]), float(texts[1])
    if point in mapping.unknown:
        return {}
    longitude, latitude = to_wgs84(*point, mapping.system) if abs(point[1]) <= 90 else point
    return {"longitude": longitude, "latitude": latitude}
