"""The cost of an operation, known before it runs: how many rows it can have in its answer, and what else makes the database work.

List sizes multiply: each thing in a list of 50 with a list of 10 costs 1 + 10. Where a thing can be of several types, the dearest
counts. A scalar field costs nothing. The cost is never below the number of rows in the answer. `docs/front-end.md` has the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    is_abstract_type,
    is_object_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from wangge_schema.errors import CostTooHighError
from wangge_schema.limits.amounts import ALWAYS, Amount, Variables, greatest, included, product, total
from wangge_schema.limits.arguments import defaults_of, list_length, page_size, searches
from wangge_schema.limits.documents import fragments_of
from wangge_schema.limits.levels import GuardedSet, Selected, level
from wangge_schema.reading.select import source_of
from wangge_schema.reading.sources import (
    READS,
    SHORT_LIST,
    WEIGHT,
    Answer,
    ById,
    ByIds,
    Computed,
    Connected,
    Gather,
    Itself,
    Reads,
    RootOne,
    Scalar,
    ToMany,
    ToOne,
)

ROW = 1
"""A row in the answer."""
ROOT_FIELD = 1
"""A root field of a query or subscription: a statement of its own."""
MUTATION = 10
"""A mutation: a transaction of its own."""
LIST = 1
"""A connection, before its rows."""
COUNT = 10
"""`totalCount`: reads the whole list, though only its index."""
TEXT_SEARCH = 50
"""A filter that searches text, as dear as a page."""
COMPUTED = 2
"""A field that Python finishes."""
GATHERED = 10
"""A list that a computed field needs."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation costs, by its variables."""

    amount: Amount
    defaults: Mapping[str, Any]

    def of(self, variables: Variables | None) -> int:
        """The cost with these variables, as they came or coerced."""
        if isinstance(self.amount, int):
            return self.amount
        return self.amount({**self.defaults, **(variables or {})} if self.defaults else variables or {})


def compile_cost(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Cost:
    """The cost of an operation of a valid document. Do it once for each document, and `Cost.of` for each request."""
    compiler = _Compiler(schema, fragments_of(document))
    return Cost(compiler.root(operation), defaults_of(operation))


def check_cost(cost: int, most: int) -> None:
    """Raises CostTooHighError."""
    if cost > most:
        raise CostTooHighError(cost, most)


def cost_extension(requested: int, limit: int, remaining: int | None = None) -> dict[str, int]:
    """What `extensions.cost` of an answer says; `remaining` is what the viewer may still ask for now."""
    return {"requested": requested, "limit": limit} | ({} if remaining is None else {"remaining": remaining})


class _Compiler:
    """Adds up one document."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.schema = schema
        self.fragments = fragments

    def root(self, operation: OperationDefinitionNode) -> Amount:
        type = self.schema.get_root_type(operation.operation)
        assert type is not None
        each = MUTATION if operation.operation is OperationType.MUTATION else ROOT_FIELD
        found = self.level(type, [(operation.selection_set, ALWAYS)])
        return total(included(one.guards, total([each, self.field(one, type)])) for one in found)

    def level(self, type: GraphQLObjectType, sets: list[GuardedSet]) -> list[Selected]:
        return level(sets, self.fragments, lambda condition: self.applies(type, condition))

    def applies(self, type: GraphQLObjectType, condition: str) -> bool:
        other = self.schema.type_map[condition]
        return other is type or (isinstance(other, GraphQLInterfaceType) and self.schema.is_sub_type(other, type))

    def object(self, type: GraphQLNamedType, sets: list[GuardedSet]) -> Amount:
        """What is selected below one object. Where it can be of several types, the dearest of them."""
        if is_abstract_type(type):
            possible = self.schema.get_possible_types(type)
            return greatest(self.object(one, sets) for one in possible)
        if not is_object_type(type):
            return 0
        found = self.level(type, sets)
        return total(included(one.guards, self.field(one, type)) for one in found)

    def row(self, type: GraphQLNamedType, sets: list[GuardedSet]) -> Amount:
        return total([ROW, self.object(type, sets)])

    def field(self, one: Selected, parent: GraphQLObjectType) -> Amount:
        if one.name.startswith("__"):
            return 0 if one.name == "__typename" else self.introspection(one)
        declared: Any = parent.fields[one.name]
        type = cast("GraphQLNamedType", get_named_type(declared.type))
        match reads_of(declared):
            case Scalar() | Answer():
                return weight_of(declared)
            case ToOne() | RootOne() | Itself() | ById():
                return self.row(type, one.sets)
            case ToMany() as many:
                return product(many.most, self.row(type, one.sets))
            case Connected():
                return self.connection(one, type)
            case ByIds():
                return product(list_length(one.node, "ids"), self.row(type, one.sets))
            case Computed(needs):
                gathered = sum(isinstance(need, Gather) for need in needs.values())
                return COMPUTED + GATHERED * gathered + weight_of(declared)
            case None:
                return total([weight_of(declared), self.plain(one, type, many=str(declared.type).startswith("["))])

    def plain(self, one: Selected, type: GraphQLNamedType, *, many: bool) -> Amount:
        """A field of a payload: a row where its type has rows, else an object that costs nothing."""
        below = self.object(type, one.sets) if source_of(type) is None else self.row(type, one.sets)
        return product(SHORT_LIST if many else 1, below)

    def connection(self, one: Selected, type: GraphQLNamedType) -> Amount:
        connection = cast("GraphQLObjectType", type)
        node = cast("GraphQLNamedType", get_named_type(connection.fields["nodes"].type))
        members = self.level(connection, one.sets)
        listings = [member for member in members if member.name in ("nodes", "edges")]
        rows = [included(member.guards, self.listed(member, node)) for member in listings]
        if not any(ALWAYS in member.guards for member in listings):  # the page is read for its ends alone
            rows += [included(member.guards, ROW) for member in members if member.name == "pageInfo"]
        counts = [included(member.guards, COUNT) for member in members if member.name == "totalCount"]
        search = product(TEXT_SEARCH, searches(one.node))
        return total([LIST, product(page_size(one.node), total(rows)), *counts, search])

    def listed(self, member: Selected, node: GraphQLNamedType) -> Amount:
        """One row of `nodes` or of `edges`."""
        if member.name == "nodes":
            return self.row(node, member.sets)
        named = [inner for inner in level(member.sets, self.fragments, lambda _: True) if inner.name == "node"]
        rows = [included(inner.guards, self.row(node, inner.sets)) for inner in named]  # one for each alias
        return total(rows if any(ALWAYS in inner.guards for inner in named) else [ROW, *rows])

    def introspection(self, one: Selected) -> Amount:
        """Every field that is asked of the schema counts for every type that it has."""
        return len(self.schema.type_map) * self._written_out(one)

    def _written_out(self, one: Selected) -> int:
        return 1 + sum(self._written_out(inner) for inner in level(one.sets, self.fragments, lambda _: True))


def reads_of(field: Any) -> Reads | None:
    """What a field of the schema declares that it reads; None for a plain one."""
    return _declared(field, READS)


def weight_of(field: Any) -> int:
    """What a field says that it costs beside the rows below it."""
    return _declared(field, WEIGHT) or 0


def _declared(field: Any, name: str) -> Any:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return definition.metadata.get(name) if definition is not None else None
