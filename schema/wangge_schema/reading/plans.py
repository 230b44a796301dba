"""Plans: made once for a field of a document and a shape of rights and variables, then run with the values of each request.

What is kept of a plan is the text of its statement, how its parameters are found, and how Python finishes its answer.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from wangge_core.logs.entries import Read
from wangge_core.rights.bound import NOW, value_of
from wangge_schema.errors import TooComplexError
from wangge_schema.reading.finishing import Finisher
from wangge_schema.reading.plan import Binder, Planner, Reveal, as_it_is
from wangge_schema.reading.private import Place, unmarked
from wangge_schema.reading.sources import Reader

MOST_PLANS = 2_000
"""How many plans a process keeps; each has some kilobytes of SQL."""
MOST_ANSWERS = 50
"""How many plans are kept for one key."""
TOO_COMPLEX = "This asks for more than the database can answer in one statement; ask for less at once."


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement of one value: the answer, or what `finish` makes it from."""

    statement: str
    binders: tuple[Binder, ...]
    checks: tuple[Binder, ...]
    """Of values that no part of the statement needs, but that may be wrong all the same."""
    finish: Finisher | None
    places: tuple[Place, ...] = ()
    """Where private values stand, as the marks in what the statement finds number them."""

    def parameters(self, reader: Reader) -> list[Any]:
        """The values for one request. Raises ReadingError for a value that cannot be meant."""
        for check in self.checks:
            check(reader)
        return [bind(reader) for bind in self.binders]

    def told(self, found: str | None) -> tuple[str | None, list[Read]]:
        """What the statement found without its marks, and whose private values stand in it."""
        return unmarked(found, self.places) if found is not None and self.places else (found, [])

    def answer(self, found: str | None, reader: Reader) -> bytes:
        """What the statement found, without marks, as JSON."""
        if found is None:
            return b"null"
        return found.encode() if self.finish is None else orjson.dumps(self.finish(orjson.loads(found), reader))


Make = Callable[[Planner], tuple[sa.Select[Any], Finisher | None]]


@dataclass(slots=True)
class Kept:
    """The plans for one key, by the answers to the questions that they depend on."""

    reveals: dict[Hashable, Reveal] = field(default_factory=dict[Hashable, Reveal])
    plans: dict[tuple[Hashable, ...], Plan] = field(default_factory=dict[tuple[Hashable, ...], Plan])

    def answers(self, reader: Reader) -> tuple[Hashable, ...]:
        return tuple(one.question(one.given.read(reader.variables)) for one in self.reveals.values())


class Plans:
    """The plans of a process, the ones that were used last."""

    def __init__(self, dialect: Dialect, most: int = MOST_PLANS) -> None:
        self.dialect = dialect
        self.most = most
        self.hits = 0
        self.misses = 0
        self._kept = OrderedDict[Hashable, Kept]()

    def get(self, key: Hashable, reader: Reader, planner: Callable[[], Planner], make: Make) -> Plan:
        """The plan for a key, made where there is none. Raises ReadingError."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            plan = kept.plans.get(kept.answers(reader))
            if plan is not None:
                self.hits += 1
                return plan
        self.misses += 1
        return self._make(key, reader, planner(), make)

    def _make(self, key: Hashable, reader: Reader, planner: Planner, make: Make) -> Plan:
        try:
            select, finish = make(planner)
            plan = compiled(self.dialect, select, planner.binders, finish, planner.places)
        except RecursionError:
            raise TooComplexError(TOO_COMPLEX) from None
        kept = self._kept.setdefault(key, Kept())
        if planner.reveals.keys() - kept.reveals.keys() or len(kept.plans) >= MOST_ANSWERS:
            kept.reveals, kept.plans = kept.reveals | planner.reveals, {}
        kept.plans[kept.answers(reader)] = plan
        if len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return plan


def compiled(
    dialect: Dialect, select: sa.Select[Any], binders: dict[str, Binder], finish: Finisher | None, places: Sequence[Place] = ()
) -> Plan:
    """The plan of a select."""
    statement: Any = select.compile(dialect=dialect)
    names: Sequence[str] = statement.positiontup
    checks = tuple(binder for name, binder in binders.items() if name not in names)
    return Plan(str(statement), tuple(_binder(statement, name, binders) for name in names), checks, finish, tuple(places))


def _binder(statement: Any, name: str, binders: dict[str, Binder]) -> Binder:
    """How a parameter is found: given by a variable, the viewer's, or standing in the document."""
    process: Callable[[Any], Any] = statement._bind_processors.get(name) or as_it_is
    if name in binders:
        given = binders[name]
        return lambda reader: process(given(reader))
    if name == NOW:
        return lambda reader: process(reader.now)
    viewers = value_of(name)
    if viewers is not None:
        return lambda reader: process(viewers(reader.viewer))
    value = process(statement.binds[name].effective_value)
    return lambda _: value
