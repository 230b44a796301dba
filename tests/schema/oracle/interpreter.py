"""The interpreter: the answer that an operation must have, made field by field and row by row."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, get_named_type

from oracle import filters, lists
from oracle.boards import ON_BOARD, named_on_board
from oracle.documents import ArgumentError, Asked, Request, RequestError
from oracle.hides import MASKS, PRIVATE, STARRED, orders_of, starred
from oracle.logs import LOGS, named_by
from oracle.private import PRIVATE_CURSORS, Told, told, told_of_event
from oracle.sees import ANSWERS, sees
from oracle.values import reads, shown, source_of, to_json
from oracle.world import Key, World
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.viewers import Viewer
from wangge_schema.reading.sources import (
    Answer,
    ById,
    ByIds,
    Computed,
    Connected,
    Gather,
    Itself,
    RootOne,
    Scalar,
    Source,
    ToMany,
    ToOne,
)

MOST_IDS = 100


@dataclass
class Expected:
    """The answer that must be. `data` is None where nothing stands in it; `codes` say which errors a root field may have."""

    data: dict[str, Any] | None
    codes: dict[str, set[str]] = field(default_factory=dict)
    executed: bool = True
    root_fields: int = 0
    objects: int = 0
    """How many objects were read of the tables for it."""
    types: Counter[str] = field(default_factory=Counter)
    """The same by type."""
    reads: set[Told] = field(default_factory=set)
    """Whose private values stand in it."""
    named: set[int] = field(default_factory=set)
    """The accounts whose names the logs tell in it."""


def interpret(
    world: World,
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any],
    viewer: Viewer,
    operation_name: str | None = None,
) -> Expected:
    """The answer to an operation of one viewer."""
    try:
        request = Request(schema, document, variables, operation_name)
    except RequestError:
        return Expected(None, executed=False)
    return Interpreter(world, request, viewer).answer()


class Interpreter:
    def __init__(self, world: World, request: Request, viewer: Viewer) -> None:
        self.world, self.request, self.viewer = world, request, viewer
        self.reader = world.reader(viewer)
        self.types = Counter[str]()
        self.reads = set[Told]()
        self.accounts_named = set[int]()
        assert request.schema.query_type is not None
        self.query = request.schema.query_type

    def answer(self) -> Expected:
        data: dict[str, Any] | None = {}
        codes: dict[str, set[str]] = {}
        asked = self.request.asked(self.query, [self.request.operation.selection_set])
        for one in asked:
            value = None
            codes[one.key] = set() if one.name == "__typename" else set(self.faults_of_root(one))
            if not codes[one.key]:
                value = self.query.name if one.name == "__typename" else self.root(one)
            if codes[one.key] and one.field is not None and isinstance(one.field.type, GraphQLNonNull):
                data = None
            elif data is not None:
                data[one.key] = value
        codes = {key: found for key, found in codes.items() if found}
        read = sum(one.name != "__typename" for one in asked)
        return Expected(data, codes, True, read, self.types.total(), self.types, self.reads, self.accounts_named)

    # ---- what is wrong with the arguments, wherever a field would be read

    def faults_of_root(self, asked: Asked) -> Iterator[str]:
        try:
            arguments = self.request.arguments(asked)
        except ArgumentError as error:
            yield error.code
            return
        assert asked.field is not None
        match reads(asked.field):
            case Connected(of=of):
                if of is not None and not self.is_of(arguments[of.argument], of.types):
                    yield "ID_INVALID"
                yield from self.faults_of_list(asked)
            case ById():
                yield from self.faults_of_ids(asked, [arguments["id"]])
            case ByIds():
                if len(arguments["ids"]) > MOST_IDS:
                    yield "PAGE_INVALID"
                yield from self.faults_of_ids(asked, arguments["ids"])
            case _:
                yield from self.faults_below(asked, target_of(asked))

    def faults_of_ids(self, asked: Asked, ids: list[str]) -> Iterator[str]:
        for id in ids:
            try:
                yield from self.faults_below(asked, self.named(id)[0])
            except ArgumentError as error:
                yield error.code

    def faults_of_list(self, asked: Asked) -> Iterator[str]:
        connection = target_of(asked)
        node = node_of(connection)
        try:
            arguments = self.request.arguments(asked)
            yield from lists.faults(source_of(node), arguments, self.orders(source_of(node)))
            filters.check(arguments.get("filter"))
        except ArgumentError as error:
            yield error.code
        for one in self.request.below(asked, connection):
            if one.name == "nodes":
                yield from self.faults_below(one, node)
            elif one.name == "edges":
                for inner in self.request.below(one, edge_of(connection)):
                    if inner.name == "node":
                        yield from self.faults_below(inner, node)

    def faults_below(self, asked: Asked, type: GraphQLObjectType) -> Iterator[str]:
        for one in self.request.below(asked, type):
            if one.field is None:
                continue
            declared = reads(one.field)
            if isinstance(declared, Connected):
                yield from self.faults_of_list(one)
            elif isinstance(declared, ToOne | ToMany):
                yield from self.faults_below(one, target_of(one))

    # ---- root fields

    def root(self, asked: Asked) -> Any:
        assert asked.field is not None
        arguments = self.request.arguments(asked)
        match reads(asked.field):
            case Connected(of=of, among=among):
                source = source_of(node_of(target_of(asked)))
                if of is None:
                    listed = None if among is None else self.world.among(source.table, among, self.viewer)
                    return self.connection(asked, [id for id in self.world.rows(source.table) if listed is None or id in listed])
                type, key = self.named(arguments[of.argument])
                return self.connection(asked, LOGS[source.name](self.world, self.viewer, type.name, key))
            case RootOne(column, argument, among):
                type = target_of(asked)
                source = source_of(type)
                counted = self.world.among(source.table, among, self.viewer)
                rows = self.world.rows(source.table)
                return self.first(asked, type, [id for id in counted if rows[id][column] == arguments[argument]])
            case ById():
                return self.thing(asked, arguments["id"])
            case ByIds():
                return [self.thing(asked, id) for id in arguments["ids"]]
            case Itself():
                type = target_of(asked)
                return self.object(asked, type, next(iter(self.world.rows(source_of(type).table))))
            case other:
                raise AssertionError(f"the oracle does not know the root field {asked.name}: {other}")

    def is_of(self, id: str, types: Collection[str]) -> bool:
        """Whether a global id names a thing of one of these types."""
        try:
            return self.named(id)[0].name in types
        except ArgumentError:
            return False

    def named(self, id: str) -> tuple[GraphQLObjectType, int]:
        """The type and the key of a global id. Raises ArgumentError."""
        prefix, _, key = id.partition(":")
        type = self.request.schema.type_map.get(prefix)
        if not isinstance(type, GraphQLObjectType) or "Node" not in {one.name for one in type.interfaces}:
            raise ArgumentError("ID_INVALID")
        if not key or len(key) > 18 or set(key) - set("0123456789"):
            raise ArgumentError("ID_INVALID")
        return type, int(key)

    def thing(self, asked: Asked, id: str) -> Any:
        type, key = self.named(id)
        return self.first(asked, type, [key] if key in self.world.rows(source_of(type).table) else [])

    # ---- rows

    def visible(self, source: Source, ids: list[Key]) -> list[Key]:
        rows = self.world.rows(source.table)
        return [id for id in ids if sees(self.world, self.viewer, source.name, rows[id])]

    def first(self, asked: Asked, type: GraphQLObjectType, ids: list[Key]) -> Any:
        """The one visible row, or null."""
        found = self.visible(source_of(type), ids)
        assert len(found) < 2, f"{asked.name} could be any of {found}"
        return self.object(asked, type, found[0]) if found else None

    def object(self, asked: Asked, type: GraphQLObjectType, id: Key) -> dict[str, Any]:
        self.types[type.name] += 1
        fields = self.request.below(asked, type)
        self.tell(source_of(type), type.name, id, [one.name for one in fields])
        return {one.key: self.checked(one, type, id) for one in fields}

    def tell(self, source: Source, type: str, id: Key, fields: Collection[str]) -> None:
        self.reads |= told(self.world, self.viewer, source.table, type, id, fields)

    def checked(self, asked: Asked, type: GraphQLObjectType, id: Key) -> Any:
        value = self.field(asked, type, id)
        may_be_null = asked.field is not None and not isinstance(asked.field.type, GraphQLNonNull)
        assert value is not None or may_be_null, f"{type.name}.{asked.name} of {id} is null, which the schema rules out"
        return value

    def field(self, asked: Asked, type: GraphQLObjectType, id: Key) -> Any:
        if asked.field is None:
            return type.name
        table = source_of(type).table
        match reads(asked.field):
            case Scalar() as scalar:
                return self.scalar(asked, type, scalar, id)
            case Answer():
                row = self.world.rows(table)[id]
                return ANSWERS[type.name, asked.name](self.world, self.viewer, row, self.request.arguments(asked))
            case ToOne(join, data_class):
                kept = data_class is not None and type.name in PRIVATE
                if kept and not PRIVATE[type.name](self.world, self.viewer, self.world.rows(table)[id]):
                    return None
                return self.first(asked, target_of(asked), self.joined(table, asked, join, id))
            case ToMany(join, order, most, private):
                found = self.joined(table, asked, join, id)
                return self.many(asked, self.private_rows(asked, found) if private else found, order)[:most]
            case Connected(join):
                target = source_of(node_of(target_of(asked)))
                assert join is not None
                return self.connection(asked, self.world.joined(table, target.table, join, self.viewer).get(id, []))
            case Computed(needs=needs, finish=finish, arguments=names):
                if (type.name, asked.name) == ("Event", "details"):
                    self.reads |= told_of_event(
                        self.world, self.viewer, self.world.rows(table)[id], lambda one: self.shown(asked, one)
                    )
                found = {name: self.need(table, need, id) for name, need in needs.items()}
                found |= self.request.arguments(asked) if names else {}
                return shown(finish(found, self.reader), asked.field.type, asked, self.request)
            case other:
                raise AssertionError(f"the oracle does not know {type.name}.{asked.name}: {other}")

    def shown(self, asked: Asked, name: str) -> list[str]:
        """What is asked of a type by name."""
        type: Any = self.request.schema.type_map[name]
        return [one.name for one in self.request.below(asked, type)]

    def scalar(self, asked: Asked, type: GraphQLObjectType, scalar: Scalar, id: Key) -> Any:
        """A value, or what is shown in its place to whom it is masked for."""
        table, expression = source_of(type).table, scalar.expression
        if scalar.mask is not None and not MASKS[type.name, asked.name](self.world, self.viewer, self.world.rows(table)[id]):
            if scalar.mask.otherwise is None:
                return None
            expression = scalar.mask.otherwise
        row = self.world.rows(table)[id]
        if type.name in LOGS and asked.name == "accountName" and (account := named_by(self.world, type.name, row)):
            self.accounts_named.add(account)
        if type.name in ON_BOARD and asked.name == "name" and row["name"] is not None:
            self.accounts_named.add(named_on_board(self.world, type.name, id))
        kept = scalar.data_class in (DataClass.PRIVATE, DataClass.SEALED) and type.name in PRIVATE
        if kept and not PRIVATE[type.name](self.world, self.viewer, row):
            return starred(row) if (type.name, asked.name) in STARRED else None
        return to_json(self.world.values(table, expression, self.viewer)[id], scalar.form)

    def joined(self, table: Any, asked: Asked, join: Any, id: Key) -> list[Key]:
        return self.world.joined(table, source_of(target_of(asked)).table, join, self.viewer).get(id, [])

    def private_rows(self, asked: Asked, ids: list[Key]) -> list[Key]:
        """Those whose private values the viewer sees."""
        source = source_of(target_of(asked))
        rows, seen = self.world.rows(source.table), PRIVATE[source.name]
        return [id for id in ids if seen(self.world, self.viewer, rows[id])]

    def many(self, asked: Asked, ids: list[Key], order: str) -> list[Any]:
        type = target_of(asked)
        source = source_of(type)
        rows = self.world.rows(source.table)
        found = sorted(self.visible(source, ids), key=lambda id: (rows[id][order], id))
        return [self.object(asked, type, id) for id in found]

    def need(self, table: Any, need: Scalar | Gather, id: Key) -> Any:
        if isinstance(need, Scalar):
            return to_json(self.world.values(table, need.expression, self.viewer)[id], need.form)
        rows = self.world.gathered(table, need, self.viewer).get(id, [])
        return [{name: self.need(need.table, one, row) for name, one in need.columns.items()} for row in rows]

    # ---- lists

    def connection(self, asked: Asked, ids: list[Key]) -> dict[str, Any]:
        connection = target_of(asked)
        source = source_of(node_of(connection))
        arguments = self.request.arguments(asked)
        given = arguments.get("filter")
        through = [id for id in self.visible(source, ids) if filters.passes(self.world, source, self.viewer, id, given)]
        want = lists.wanted(source, arguments, self.orders(source))
        page = lists.page(self.world.rows(source.table), through, want)
        return {one.key: self.part(one, connection, source, want, page) for one in self.request.below(asked, connection)}

    def orders(self, source: Source) -> Sequence[str]:
        return orders_of(self.viewer, source.name, source.orders)

    def part(self, asked: Asked, connection: GraphQLObjectType, source: Source, want: lists.Wanted, page: lists.Page) -> Any:
        node = node_of(connection)
        match asked.name:
            case "__typename":
                return connection.name
            case "totalCount":
                return page.total
            case "nodes":
                return [self.object(asked, node, id) for id in page.ids]
            case "pageInfo":
                return self.page_info(asked, source, want, page)
            case "edges":
                return [self.edge(asked, connection, source, want, id) for id in page.ids]
            case other:
                raise AssertionError(f"the oracle does not know {other} of a connection")

    def edge(self, asked: Asked, connection: GraphQLObjectType, source: Source, want: lists.Wanted, id: Key) -> dict[str, Any]:
        edge, found = edge_of(connection), dict[str, Any]()
        for one in self.request.below(asked, edge):
            if one.name == "node":
                found[one.key] = self.object(one, node_of(connection), id)
            else:
                found[one.key] = edge.name if one.name == "__typename" else self.cursor(source, want, id)
        return found

    def cursor(self, source: Source, want: lists.Wanted, id: Key) -> lists.Cursor:
        if private := PRIVATE_CURSORS.get((source.name, want.order)):
            self.tell(source, source.name, id, [private])
        return lists.Cursor(source.name, want.order, self.world.rows(source.table)[id][want.order], id)

    def page_info(self, asked: Asked, source: Source, want: lists.Wanted, page: lists.Page) -> dict[str, Any]:
        values = {"hasNextPage": page.has_next, "hasPreviousPage": page.has_previous, "__typename": "PageInfo"}
        ends = {"startCursor": page.ids[:1], "endCursor": page.ids[-1:]}
        found = dict[str, Any]()
        for one in self.request.below(asked, target_of(asked)):
            end = [self.cursor(source, want, id) for id in ends.get(one.name, ())]
            found[one.key] = values[one.name] if one.name in values else next(iter(end), None)
        return found


def target_of(asked: Asked) -> GraphQLObjectType:
    """The object type of a field."""
    assert asked.field is not None
    type = get_named_type(asked.field.type)
    assert isinstance(type, GraphQLObjectType), type
    return type


def node_of(connection: GraphQLObjectType) -> Any:
    return get_named_type(connection.fields["nodes"].type)


def edge_of(connection: GraphQLObjectType) -> Any:
    return get_named_type(connection.fields["edges"].type)
