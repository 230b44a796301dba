"""Private values: who sees them, what others see in their place, and the marks by which an answer tells whose values stand in it.

A mark is written by the statement in front of the object of a row whose private values are shown: the number of the place in the plan and
the keys of the persons, between two control characters, which JSON never has as they are. What goes out has no marks any more.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.logs.entries import Read
from wangge_core.rights.bound import BoundViewer, Way
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import GroundRule
from wangge_schema.reading.select import Chosen
from wangge_schema.reading.sources import Row, Scalar, Source, ToOne
from wangge_schema.reading.statement import Json, joined, literal

START, END = "\x1e", "\x1f"
MARK = re.compile(f"{START}([0-9]+):([0-9,]*){END}")
Place = tuple[str, tuple[str, ...]]
"""A type and the private fields of it that are selected somewhere in a plan."""


def sees_all(source: Source, viewer: BoundViewer) -> bool:
    """Whether private values are shown to the viewer of every row that is seen."""
    rule, private = source.rule, source.private
    if private is None:
        return True
    if not isinstance(private, GroundRule):
        return False
    scope = viewer.scope(private.over)
    same = isinstance(rule, GroundRule) and rule.beside is private.beside and viewer.scope(rule.over).scope == scope.scope
    return same or scope.has_whole_ground


def shown(source: Source, row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """True for rows whose private values the viewer sees."""
    if source.private is None or sees_all(source, viewer):
        return sa.true()
    return source.private.condition(row, viewer.coming(Way.REFERRED))


def private_fields(chosen: Iterable[Chosen]) -> tuple[str, ...]:
    """The names of what is private among the selected fields."""
    found = ((one.name, one.reads) for one in chosen)
    return tuple(
        sorted(name for name, reads in found if isinstance(reads, Scalar | ToOne) and reads.data_class is DataClass.PRIVATE)
    )


def mark(place: int, source: Source, row: Row, viewer: BoundViewer) -> Json | None:
    """The mark of a row at a place of a plan; None where the type's values are about no single person."""
    if source.subject is None:
        return None
    key = row.c[source.subject] if isinstance(source.subject, str) else source.subject(row)
    text = sign(place, sa.func.coalesce(sa.cast(key, sa.Text()), ""))
    condition = shown(source, row, viewer)
    return text if isinstance(condition, sa.True_) else sa.case((condition, text), else_=literal(""))


def sign(place: int, subjects: sa.ColumnElement[Any]) -> Json:
    """The mark of a place, for persons whose keys are joined by commas."""
    return joined([f"{START}{place}:", subjects, END])


def unmarked(text: str, places: Sequence[Place]) -> tuple[str, list[Read]]:
    """The text without its marks, and what they say was read."""
    if START not in text:
        return text, []
    pieces = MARK.split(text)  # text, place, persons, text, place, …
    found: dict[str, list[str]] = {}
    for place, persons in zip(pieces[1::3], pieces[2::3], strict=True):
        found.setdefault(place, []).append(persons)
    reads = [Read(_keys(persons), *places[int(place)]) for place, persons in found.items()]
    return "".join(pieces[::3]), [one for one in reads if one.subjects]


def _keys(persons: Sequence[str]) -> tuple[int, ...]:
    return tuple(int(key) for key in dict.fromkeys(",".join(persons).split(",")) if key)
