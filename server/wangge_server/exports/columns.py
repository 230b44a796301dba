"""Columns: what is selected below the rows of a list, flattened, and the cells of one row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import Any, cast
from zoneinfo import ZoneInfo

import orjson
from graphql import GraphQLObjectType, get_named_type, is_abstract_type, is_leaf_type

from wangge_schema.reading.select import Chosen

Cell = str | int | float | bool | datetime | date | None
"""What stands in a cell. A moment is that of the deployment's clock, without its zone."""
BETWEEN = "; "
"""What stands between several values of one cell."""


class Form(Enum):
    """How the values of a column are shown."""

    PLAIN = auto()
    MOMENT = auto()
    DAY = auto()
    JSON = auto()


FORMS = {"DateTime": Form.MOMENT, "Date": Form.DAY, "JSON": Form.JSON}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the response keys that lead to its values from a row."""

    path: tuple[str, ...]
    form: Form = Form.PLAIN

    @property
    def name(self) -> str:
        """The keys with points between them: `kind.label`."""
        return ".".join(self.path)


def columns_of(rows: Chosen) -> tuple[Column, ...]:
    """The columns of a list, in the order of its document. What stands in lists below a row shares a cell."""
    return tuple(dict.fromkeys(_columns(rows, ())))


def _columns(chosen: Chosen, path: tuple[str, ...]) -> Iterator[Column]:
    type, schema = chosen.type, chosen.document.schema
    possible = schema.get_possible_types(type) if is_abstract_type(type) else (cast("GraphQLObjectType", type),)
    for one in (one for each in possible for one in chosen.children(each)):
        below = (*path, one.key)
        if one.field is None:  # __typename
            yield Column(below)
        elif is_leaf_type(get_named_type(cast("Any", one.field).type)):
            yield Column(below, FORMS.get(one.type.name, Form.PLAIN))
        else:
            yield from _columns(one, below)


def cells_of(row: Mapping[str, Any], columns: Sequence[Column], zone: ZoneInfo) -> list[Cell]:
    """The cells of a row, one for each column."""
    return [_cell([_shown(value, column.form, zone) for value in _values(row, column.path, column.form)]) for column in columns]


def _values(value: Any, path: tuple[str, ...], form: Form) -> Iterator[Any]:
    """What stands at the end of a path, through all lists on the way."""
    if value is None:
        return
    if not path and form is Form.JSON:
        yield value
    elif isinstance(value, list):
        for one in cast("list[Any]", value):
            yield from _values(one, path, form)
    elif path:
        yield from _values(value.get(path[0]), path[1:], form)
    else:
        yield value


def _cell(values: list[Cell]) -> Cell:
    if len(values) < 2:
        return values[0] if values else None
    return BETWEEN.join(map(text_of, values))


def _shown(value: Any, form: Form, zone: ZoneInfo) -> Cell:
    match form:
        case Form.MOMENT:
            return datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None)
        case Form.DAY:
            return date.fromisoformat(value)
        case Form.JSON:
            return orjson.dumps(value).decode()
        case Form.PLAIN:
            return value


def text_of(cell: Cell) -> str:
    """A cell as text: a moment to the second, `true` and `false`, nothing for null."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return str(cell)


def is_many(chosen: Chosen) -> bool:
    """Whether a field answers with a list."""
    type = cast("Any", chosen.field).type
    return str(type).startswith("[")
