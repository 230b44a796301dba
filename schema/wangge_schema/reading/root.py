"""Root fields: how a read begins. Each becomes one select of one value, which is the answer or what Python finishes it from."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from graphql import GraphQLObjectType, GraphQLSchema

from wangge_core.db.lists import ListOf, among
from wangge_core.storable import is_storable
from wangge_schema.errors import IdError, PageError
from wangge_schema.ids import key_in
from wangge_schema.reading.connections import plan_connection
from wangge_schema.reading.finishing import Finisher
from wangge_schema.reading.frames import Frame
from wangge_schema.reading.given import Given, as_one
from wangge_schema.reading.plan import Planner, planned_type
from wangge_schema.reading.select import Chosen, source_of
from wangge_schema.reading.sources import ById, ByIds, Connected, Itself, Join, Of, Reader, RootOne, Row, Source
from wangge_schema.reading.statement import Gathered, JsonScalar, joined

MOST_IDS = 100
Root = tuple[sa.Select[Any], Finisher | None]


def plan_root(planner: Planner, chosen: Chosen) -> Root:
    """The plan of a root field by its declaration."""
    match chosen.reads:
        case Connected(of=of, among=which):
            join = _listed(which) if of is None else _belonging(planner, chosen, of)
            return plan_connection(planner, chosen, None, join)
        case RootOne() as one:
            return _one(planner, chosen, one)
        case ById():
            id, found = chosen.arguments["id"], sources_by_name(chosen.document.schema)
            type, source = found[planner.revealed("type", id, lambda id: type_name(found, id))]
            key = planner.bound(id, source.table.c.id.type, key_of)
            return planner.found_among(chosen, type, source, lambda row: row.c.id == _forwarded(source, key))
        case ByIds():
            return _things(planner, chosen)
        case Itself():
            return planner.found(chosen, lambda _: sa.true())
        case _:
            raise TypeError(f"the root field {chosen.name} does not say what it reads")


def _one(planner: Planner, chosen: Chosen, one: RootOne) -> Root:
    given = chosen.arguments[one.argument]
    wide = planner.revealed("wide", given, lambda value: value in planner.extents.codes)

    def matches(row: Any) -> sa.ColumnElement[bool]:
        if wide:
            planner.asking.wide_rows.add(row)
        value = planner.bound(given, row.c[one.column].type, _storable)
        if one.former is None:
            return sa.and_(row.c[one.column] == value, one.among(row))
        own = row.element.alias()
        present = sa.select(own.c.id).where(own.c[one.column] == value, one.among(own)).scalar_subquery()
        return row.c.id == sa.func.coalesce(present, one.former(value).scalar_subquery())

    return planner.found(chosen, matches, of_base=one.of_base)


def _listed(which: Callable[[Row], sa.ColumnElement[bool]] | None) -> Join | None:
    """The rows that a list at the root has, where it has not all."""
    return None if which is None else lambda _, target, __: which(target)


def _storable(value: Any) -> Any:
    """The value, or NULL, which nothing equals, where no row can have it."""
    return value if is_storable(value) else None


def plan_thing(planner: Planner, chosen: Chosen) -> Root:
    """The plan of a field that is the thing whose key is bound as `thing`, as payloads have it."""
    planner.binders["thing"] = lambda reader: reader.thing
    return planner.found(chosen, lambda row: row.c.id == sa.bindparam("thing", type_=row.c.id.type))


def plan_things(planner: Planner, chosen: Chosen) -> Root:
    """The plan of a field that is a thing in each of several places, for all their keys at once: pairs of a key and what it is. The keys
    are bound as `thing`."""
    planner.binders["things"] = lambda reader: reader.thing
    type, source = planned_type(chosen)
    row = source.table.alias()
    frame = Frame(row)
    text, finish = planner.object(chosen.children(), type, row, frame)
    item = joined(["[", JsonScalar(row.c.id, "number" if source.prefix else "text"), ",", text, "]"])
    keys = sa.bindparam("things", type_=ListOf(row.c.id.type))
    select = frame.select(item.label("item"), row.c.id.label("o")).where(among(row.c.id, keys), planner.visible(source, row))
    items = select.subquery()
    every = sa.select(joined(["[", sa.select(Gathered(items.c.item, items.c.o)).scalar_subquery(), "]"]))
    return every, None if finish is None else (lambda pairs, reader: [[key, finish(value, reader)] for key, value in pairs])


def _forwarded(source: Source, key: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The key, or that of the row which took the place of the one that it names."""
    if source.forward is None:
        return key
    gone = source.table.alias()
    to = sa.select(gone.c[source.forward]).where(gone.c.id == key).scalar_subquery()
    return sa.func.coalesce(to, key)


Sources = Mapping[str, tuple[GraphQLObjectType, Source]]


def type_name(sources: Sources, id: str) -> str:
    """The type that a global id names. Raises IdError."""
    prefix = id.partition(":")[0]
    if prefix not in sources or key_in(id, prefix) is None:
        raise IdError(f"{id[:80]!r} is no global id; they look like Grid:12.")
    return prefix


def key_of(id: str) -> int:
    """The key in a global id that is known to be one."""
    return int(id.partition(":")[2])


def sources_by_name(schema: GraphQLSchema) -> Sources:
    """The types that have global ids, which begin with their names."""
    found = ((type, source_of(type)) for type in schema.type_map.values())
    return {source.prefix: (cast("GraphQLObjectType", type), source) for type, source in found if source and source.prefix}


def _belonging(planner: Planner, chosen: Chosen, of: Of) -> Join:
    """The rows that belong to the thing in an argument."""
    id, sources = chosen.arguments[of.argument], sources_by_name(chosen.document.schema)
    type = planner.revealed("thing", id, lambda id: _type_among(sources, id, of.types))
    key = planner.bound(id, sa.BigInteger(), key_of)
    return lambda _, target, asking: of.join(target, type, key, asking)


def _type_among(sources: Sources, id: str, types: Collection[str]) -> str:
    name = type_name(sources, id)
    if name not in types:
        raise IdError(f"{id[:80]!r} is none of {', '.join(sorted(types))}.")
    return name


def _things(planner: Planner, chosen: Chosen) -> Root:
    """Things of several types: one sub-select a type, put back into the order of the ids afterwards."""
    given, sources = as_one(chosen.arguments["ids"]), sources_by_name(chosen.document.schema)
    names = planner.revealed("types", given, lambda ids: tuple(sorted({type_name(sources, id) for id in _few(ids)})))
    pieces: list[Any] = ["["]
    finishers: dict[str, Finisher | None] = {}
    for type, source in (sources[name] for name in names):
        row = source.table.alias()
        frame = Frame(row)
        text, finishers[type.name] = planner.object(chosen.children(type), type, row, frame)
        item = joined([f'["{type.name}",', sa.cast(row.c.id, sa.Text()), ",", text, "]"])
        keys = planner.bound(given, ListOf(row.c.id.type), _keys_of(source))
        select = frame.select(item.label("item"), row.c.id.label("o")).where(among(row.c.id, keys), planner.visible(source, row))
        items = select.subquery()
        pieces += [*("," if len(pieces) > 1 else ""), "[", sa.select(Gathered(items.c.item, items.c.o)).scalar_subquery(), "]"]

    def finish(groups: list[list[tuple[str, int, Any]]], reader: Reader) -> list[Any]:
        found: dict[str, Any] = {}
        for name, key, value in (item for group in groups for item in group):
            finisher = finishers[name]
            found[f"{name}:{key}"] = finisher(value, reader) if finisher else value
        ids: Sequence[str] = given.read(reader.variables) if isinstance(given, Given) else given
        return [found.get(f"{id.partition(':')[0]}:{key_of(id)}") for id in ids]

    return sa.select(joined([*pieces, "]"])), finish


def _few(ids: Sequence[str]) -> Sequence[str]:
    if len(ids) > MOST_IDS:
        raise PageError(f"At most {MOST_IDS} ids at once; {len(ids)} were given.")
    return ids


def _keys_of(source: Source) -> Callable[[Sequence[str]], list[int]]:
    """How the keys of one type are found among ids."""
    return lambda ids: [key_of(id) for id in ids if id.partition(":")[0] == source.prefix]
