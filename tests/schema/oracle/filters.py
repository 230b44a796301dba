"""Filters over values in Python. Nothing is equal to null, nor before, after or part of it; `not` turns a plain truth round."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from oracle.documents import ArgumentError
from oracle.hides import PRIVATE, PRIVATE_FILTERS
from oracle.world import Key, World
from wangge_core.rights.viewers import Viewer
from wangge_schema.reading.sources import Source

MOST_VALUES, MOST_DEPTH, MOST_PARTS = 200, 8, 400
INVALID = "FILTER_INVALID"
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "in": lambda value, wanted: value in wanted,
    "gte": lambda value, wanted: value >= wanted,
    "lte": lambda value, wanted: value <= wanted,
    "lt": lambda value, wanted: value < wanted,
    "contains": lambda value, wanted: _folded(wanted) in _folded(value),
}


def _folded(text: str) -> str:
    """As the search compares: full and half width alike, lower case, blanks as one."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def check(given: Mapping[str, Any] | None) -> None:
    """Whether a filter can be applied at all. Raises ArgumentError."""
    if given:
        if _parts(given) > MOST_PARTS:
            raise ArgumentError(INVALID)
        _check(given, 0)


def _parts(given: Any) -> int:
    if isinstance(given, Mapping):
        return sum(1 + _parts(one) for one in given.values())
    return sum(1 + _parts(one) for one in given) if isinstance(given, list) else 0


def _check(given: Mapping[str, Any], depth: int) -> None:
    if depth > MOST_DEPTH:
        raise ArgumentError(INVALID)
    for name, value in given.items():
        if value is None:
            continue
        if name in ("and", "or", "not"):
            for one in [value] if name == "not" else value:
                _check(one, depth + 1)
        elif not _storable(value) or (isinstance(value, Mapping) and len(value.get("in") or ()) > MOST_VALUES):
            raise ArgumentError(INVALID)


def _storable(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_storable(one) for one in value.values())
    if isinstance(value, list):
        return all(_storable(one) for one in value)
    return not isinstance(value, str) or not any(one == "\0" or "\ud800" <= one <= "\udfff" for one in value)


def passes(world: World, source: Source, viewer: Viewer, id: Key, given: Mapping[str, Any] | None) -> bool:
    """Whether a filter lets a row through."""
    return all(_passes(world, source, viewer, id, name, value) for name, value in (given or {}).items() if value is not None)


def _passes(world: World, source: Source, viewer: Viewer, id: Key, name: str, value: Any) -> bool:
    match name:
        case "and":
            return all(passes(world, source, viewer, id, one) for one in value)
        case "or":
            return any(passes(world, source, viewer, id, one) for one in value)
        case "not":
            return not passes(world, source, viewer, id, value)
        case "details":
            return _has_details(world.rows(source.table)[id], value)
    declared = declared_name(source, name)
    found = world.compared(source, declared, viewer)[id]
    if (source.name, declared) in PRIVATE_FILTERS and not PRIVATE[source.name](world, viewer, world.rows(source.table)[id]):
        return all(wanted is None for wanted in value.values())
    if source.filters[declared].kind == "subtree":
        return _below(world, found, value)
    return all(_compares(found, operator, wanted) for operator, wanted in value.items() if wanted is not None)


def _has_details(row: Mapping[str, Any], given: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a row is of the kind that is named, with details that the comparisons let through."""
    ((kind, fields),) = given.items()
    stored = {_camel(name): value for name, value in (row["details"] or {}).items()}
    if _camel((row["kind_id"] if "kind_id" in row else row["grid_type_id"]).replace(".", "_")) != kind:
        return False
    pairs = [(stored.get(name), *one) for name, compared in fields.items() for one in (compared or {}).items()]
    return all(_compares(_read(found, wanted), operator, wanted) for found, operator, wanted in pairs if wanted is not None)


def _read(found: Any, wanted: Any) -> Any:
    """A stored value as what it is compared with: moments and days are kept as text."""
    one = wanted[0] if isinstance(wanted, list) and wanted else wanted
    if isinstance(one, datetime) and found is not None:
        return datetime.fromisoformat(found)
    return date.fromisoformat(found) if isinstance(one, date) and found is not None else found


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def _compares(found: Any, operator: str, wanted: Any) -> bool:
    return found is not None and OPERATORS[operator](found, _milliseconds(wanted))


def _milliseconds(wanted: Any) -> Any:
    """Moments are kept to the millisecond."""
    return wanted.replace(microsecond=wanted.microsecond // 1000 * 1000) if isinstance(wanted, datetime) else wanted


def _below(world: World, grid_id: int | None, named: str) -> bool:
    """Whether a grid is that of the base layer with this code, that of this id or one that it is made of, or one below these."""
    prefix, _, key = named.partition(":")
    top = int(key) if prefix == "Grid" and key.isdigit() else world.grid_of_code.get(named)
    if top is None or grid_id is None:
        return False
    return any(str(one) in world.path_of_grid[grid_id].split(".") for one in (top, *world.parts.get(top, ())))


def declared_name(source: Source, shown: str) -> str:
    """`reportedAt` → `reported_at`."""
    return next(name for name in source.filters if name.replace("_", "").lower() == shown.lower())
