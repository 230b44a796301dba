"""Given values: what the statement of a due list takes from its asks, its viewer and its request when it runs, by name.

A statement of thirty duties takes longer to build than to run. So it is built once for all that ask for the same in the same way, whatever
the grid, the day and the viewer, and run with the values of each.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from wangge_core.db.columns import Instant
from wangge_core.duties.asking import Ask
from wangge_core.duties.periods import LOOKS_BACK
from wangge_core.rights.bound import NOW, BoundViewer, shape, value_of
from wangge_core.rights.scopes import END

METRES_OF_A_DEGREE = 6_371_008.8 * 3.141592653589793 / 180
MOST_KEPT = 64
"""How many statements a process keeps; each has some hundred kilobytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place of an item in the order of its list: by when it is due, how far it is, which ask it is of, and its number among those.

    Clients get it: what they may not see is numbered below 0, not by its key.
    """

    due_by: datetime
    distance: float
    ask: int
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who asks, when, until when what was done and what happened counts, and from where distances are measured (longitude and latitude),
    if at all."""

    viewer: BoundViewer
    now: datetime
    until: datetime
    near: tuple[float, float] | None = None

    @property
    def moment(self) -> sa.BindParameter[Any]:
        """Now."""
        return sa.bindparam("now", type_=Instant)


def of_ask(ask: Ask, name: str, type: Any = Instant) -> sa.BindParameter[Any]:
    """A value of an ask: `path`, `end_of_path`, `begin`, `end`, `due_by`, `before`, `amount` or `oldest`."""
    return sa.bindparam(f"ask_{ask.number}_{name}", type_=type)


def shape_of(ask: Ask) -> Hashable:
    """What of an ask decides the text of a statement; all else is given when it runs."""
    window = ask.window
    framed = (
        None if window is None else (window.kind, window.before is not None and ask.since < window.before, window.before is None)
    )
    return ask.number, ask.duty.id, ask.target, bool(ask.path), len(ask.without), framed, ask.seconds


def values_of(asks: Sequence[Ask], question: Question, place: Place | None) -> dict[str, Any]:
    """The values of one request."""
    values: dict[str, Any] = {"now": question.now, NOW: question.now}
    for ask in asks:
        given: dict[str, Any] = {"path": ask.path, "end_of_path": ask.path[:-1] + END}
        given |= {"oldest": question.now - LOOKS_BACK - timedelta(seconds=ask.seconds), "end": question.until}
        for at, path in enumerate(ask.without):
            given |= {f"without_{at}": path, f"end_of_without_{at}": path[:-1] + END}
        if (window := ask.window) is not None:
            given |= {
                "begin": window.begin,
                "end": min(window.end, question.until),
                "due_by": window.due_by,
                "amount": window.amount,
            }
            given |= {} if window.before is None else {"before": window.before}
        values |= {f"ask_{ask.number}_{name}": value for name, value in given.items()}
    if question.near is not None:
        longitude, latitude = question.near
        values |= {"near_longitude": longitude, "near_latitude": latitude}
        values |= {"metres_east": METRES_OF_A_DEGREE * cos(radians(latitude)), "metres_north": METRES_OF_A_DEGREE}
    if place is not None:
        values |= {
            "after_due_by": place.due_by,
            "after_distance": place.distance,
            "after_ask": place.ask,
            "after_ordinal": place.ordinal,
        }
    return values


@dataclass(frozen=True, slots=True)
class _Kept:
    select: sa.Select[Any]
    names: frozenset[str]


class Statements:
    """The statements that a process has built, the ones that were used last."""

    def __init__(self) -> None:
        self._kept = OrderedDict[Hashable, _Kept]()

    def get(
        self,
        dialect: Dialect,
        name: Hashable,
        asks: Sequence[Ask],
        question: Question,
        make: Callable[[], sa.Select[Any]],
        place: Place | None = None,
    ) -> tuple[sa.Select[Any], Mapping[str, Any]]:
        """A statement over these asks, built by `make` where none of its shape is there, and its values."""
        viewer = question.viewer.viewer
        near = question.near is not None
        key = (dialect.name, name, near, place is None, viewer.is_system, shape(viewer, ()), tuple(map(shape_of, asks)))
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = _built(make(), dialect)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        values = {name: value for name, value in values_of(asks, question, place).items() if name in kept.names}
        of_viewer = {name: value(viewer) for name in kept.names if (value := value_of(name)) is not None}
        return kept.select, values | of_viewer


def _built(select: sa.Select[Any], dialect: Dialect) -> _Kept:
    """With the names that its text has: to look for them in the statement itself takes far longer."""
    compiled = select.compile(dialect=dialect)
    return _Kept(select, frozenset(compiled.binds))
