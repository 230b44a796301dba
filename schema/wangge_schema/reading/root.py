"""Root fields: how a read begins. Each becomes one statement of one value, which is the answer or what Python finishes it from."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import orjson
import sqlalchemy as sa
from graphql import GraphQLObjectType, GraphQLSchema
from sqlalchemy.exc import DBAPIError, OperationalError

from wangge_core.db.work import Work
from wangge_core.events.workflows import UnknownVersionError
from wangge_core.storable import is_storable
from wangge_schema.errors import FilterError, IdError, PageError, TooComplexError
from wangge_schema.reading.connections import plan_connection
from wangge_schema.reading.declare import ById, ByIds, Connected, Itself, Reader, RootOne, Source
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.finishing import Finisher, Planned
from wangge_schema.reading.plan import Planner
from wangge_schema.reading.select import Chosen, source_of
from wangge_schema.reading.statement import Gathered, joined, literal, or_null

MOST_IDS = 100


async def read(work: Work, reader: Reader, chosen: Chosen) -> Completed:
    """The finished value of a root field, read with one statement."""
    try:
        text, finish = plan_root(Planner(reader), chosen)
        return await fetch(work, reader, text, finish)
    except RecursionError:
        raise TooComplexError(TOO_COMPLEX) from None


async def read_thing(work: Work, reader: Reader, chosen: Chosen, key: int) -> Any:
    """The finished value of a field that is the thing with this key, as payloads have it."""
    text, finish = Planner(reader).one(chosen, lambda row: row.c.id == key)
    return (await fetch(work, reader, text, finish)).value


async def fetch(work: Work, reader: Reader, text: sa.ColumnElement[str], finish: Finisher | None) -> Completed:
    """Run the statement. What needs no finishing is spliced into the answer as it came."""
    try:
        found = await work.value(sa.select(text))
    except (DBAPIError, OverflowError) as error:
        raise _explained(error) from None
    if finish is None:
        return Completed(None if found == "null" else orjson.Fragment(found))
    try:
        return Completed(finish(orjson.loads(found)))
    except UnknownVersionError:  # another process has started with newer plugins
        await reader.definitions.load(work)
        return Completed(finish(orjson.loads(found)))


TOO_COMPLEX = "This asks for more than the database can answer in one statement; ask for less at once."
SIGNS = ("parser stack overflow", "Expression tree is too large", "too many", "stack depth limit", "cannot exceed")
"""How the databases say that a statement is too large for them."""


def _explained(error: DBAPIError | OverflowError) -> Exception:
    """What to tell of a failed read: that it asked too much or for a value that cannot be, or the failure itself."""
    if any(sign in str(error) for sign in SIGNS):
        return TooComplexError(TOO_COMPLEX)
    if isinstance(error, OperationalError):
        return error
    return FilterError("A value of the filter or cursor is none that the database can hold.")


def plan_root(planner: Planner, chosen: Chosen) -> Planned:
    """The plan of a root field by its declaration."""
    match chosen.reads:
        case Connected():
            return plan_connection(planner, chosen, None, None)
        case RootOne(column, argument, among):
            value = chosen.arguments[argument]
            if not is_storable(value):
                return literal("null"), None
            return planner.one(chosen, lambda row: sa.and_(row.c[column] == value, among(row)))
        case ById():
            type, source, key = parse_id(chosen, chosen.arguments["id"])
            return _thing(planner, chosen, type, source, lambda row: row.c.id == key)
        case ByIds():
            return _things(planner, chosen)
        case Itself():
            return planner.one(chosen, lambda _: sa.true())
        case _:
            raise TypeError(f"the root field {chosen.name} does not say what it reads")


def parse_id(chosen: Chosen, id: str) -> tuple[GraphQLObjectType, Source, int]:
    """The type, the source and the key that a global id names. Raises IdError."""
    found = sources_by_prefix(chosen.document.schema)
    prefix, _, key = id.partition(":")
    if prefix not in found or not (key.isascii() and key.isdigit()) or len(key) > 18:
        raise IdError(f"{id[:80]!r} is no global id; they look like Grid:12.")
    type, source = found[prefix]
    return type, source, int(key)


def sources_by_prefix(schema: GraphQLSchema) -> dict[str, tuple[GraphQLObjectType, Source]]:
    """The types that have global ids."""
    found: dict[str, tuple[GraphQLObjectType, Source]] = {}
    for type in schema.type_map.values():
        source = source_of(type)
        if source is not None and source.prefix:
            found[source.prefix] = (cast("GraphQLObjectType", type), source)
    return found


def _thing(
    planner: Planner, chosen: Chosen, type: GraphQLObjectType, source: Source, matches: Callable[[Any], sa.ColumnElement[bool]]
) -> Planned:
    row = source.table.alias()
    text, finish = planner.object(chosen.children(type), type, row)
    select = sa.select(text).select_from(row).where(matches(row), planner.visible(source, row))
    return or_null(select.scalar_subquery()), finish and (lambda value: None if value is None else finish(value))


def _things(planner: Planner, chosen: Chosen) -> Planned:
    """Things of several types: one sub-select a type, put back into the order of the ids afterwards."""
    ids: Sequence[str] = chosen.arguments["ids"]
    if len(ids) > MOST_IDS:
        raise PageError(f"At most {MOST_IDS} ids at once; {len(ids)} were given.")
    parsed = [parse_id(chosen, id) for id in ids]
    pieces: list[Any] = ["["]
    finishers: dict[str, Callable[[Any], Any] | None] = {}
    for type, source in {type.name: (type, source) for type, source, _ in parsed}.values():
        row = source.table.alias()
        text, finishers[type.name] = planner.object(chosen.children(type), type, row)
        keys = {key for other, _, key in parsed if other is type}
        item = joined([f'["{type.name}",', sa.cast(row.c.id, sa.Text()), ",", text, "]"])
        select = sa.select(item.label("item"), row.c.id.label("o")).where(row.c.id.in_(keys), planner.visible(source, row))
        items = select.subquery()
        pieces += [*("," if len(pieces) > 1 else ""), "[", sa.select(Gathered(items.c.item, items.c.o)).scalar_subquery(), "]"]

    def finish(groups: list[list[tuple[str, int, Any]]]) -> list[Any]:
        found: dict[tuple[str, int], Any] = {}
        for group in groups:
            for name, key, value in group:
                finisher = finishers[name]
                found[name, key] = finisher(value) if finisher else value
        return [found.get((type.name, key)) for type, _, key in parsed]

    return joined([*pieces, "]"]), finish
