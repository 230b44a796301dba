"""Walking: documents are asked by each kind of viewer, and answers and the log of reads compared with what the oracle says of both."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson
from generated_runs import Bench, Run, parsed
from generated_values import Place, Values
from graphql import GraphQLField, GraphQLObjectType, get_named_type
from oracle.comparing import difference
from oracle.documents import Request
from oracle.filters import declared_name
from oracle.hides import PRIVATE_FILTERS
from oracle.interpreter import Interpreter, target_of
from oracle.private import PRIVATE_CURSORS, PRIVATE_FIELDS, Told
from oracle.sees import sees
from oracle.values import OWN_ROOTS, reads, source_of
from walk_paths import NoWayError, Walk, target

from wangge_core.rights.viewers import Viewer
from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api
from wangge_schema.reading.sources import ById, ByIds, Connected, Itself, RootOne

MANY = 8
"""How many rows of a type are walked on from."""
Asked = tuple[str, dict[str, Any]]
"""A document and its variables."""


def spread(ids: Any, most: int) -> list[Any]:
    """Some ids from all over a list."""
    known = list(ids)
    return known[:: max(1, len(known) // most)][:most]


@dataclass
class Walker:
    """Asks what the walk has found, in one town."""

    bench: Bench
    walk: Walk
    seen: dict[str, Counter[str]] = field(default_factory=dict)
    """By type, how many rows each kind of viewer was shown."""
    filters: list[Asked] = field(default_factory=list)
    """Documents with filters that tell nothing private: each is for some of the viewers."""
    wrong: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    """How many lines of the log there were, by type and field."""

    @property
    def values(self) -> Values:
        return self.bench.values

    def ids(self, name: str, most: int | None = None) -> list[str]:
        known = self.bench.world.rows(source_of(self.walk.planned[name]).table)
        return [f"{name}:{id}" for id in (known if most is None else spread(known, most))]

    # ---- queries

    def queries(self) -> Iterator[Asked]:
        """Documents for every root field of the schema, and for every edge between types. Raises NoWayError."""
        query = self.walk.schema.query_type
        assert query is not None
        for name, one in query.fields.items():
            if name in OWN_ROOTS:
                continue
            match reads(one):
                case ById():
                    yield from self.by_id(name)
                case ByIds():
                    yield from self.by_ids(name)
                case RootOne(column, argument):
                    yield from self.root_one(name, one, column, argument)
                case Itself():
                    yield f"{{ {name} {{ {self.walk.rows(target(one))} }} }}", {}
                case Connected(of=None):
                    yield from self.listed(name, one)
                case Connected():
                    yield from self.belonging(name, one)
                case other:
                    raise NoWayError(f"the root field {name} reads {other}")

    def by_id(self, name: str) -> Iterator[Asked]:
        for node in self.walk.nodes:
            fields = self.walk.leaves(self.walk.planned[node]) if node in PRIVATE_FIELDS else "id __typename"
            document = f"query($id: ID!) {{ {name}(id: $id) {{ ... on {node} {{ {fields} }} }} }}"
            yield from ((document, {"id": id}) for id in [*self.ids(node, 2), f"{node}:999999"])

    def by_ids(self, name: str) -> Iterator[Asked]:
        """All things by their leaves, and from some of them over every edge."""
        head = f"query($ids: [ID!]!) {{ {name}(ids: $ids)"
        for node in self.walk.nodes:
            type, ids = self.walk.planned[node], self.ids(node)
            document = f"{head} {{ ... on {node} {{ {self.walk.leaves(type)} }} }} }}"
            yield from ((document, {"ids": ids[at : at + 100]}) for at in range(0, len(ids), 100))
            yield f"{head} {{ ... on {node} {{ {self.walk.rows(type)} }} }} }}", {"ids": spread(ids, MANY)}
            if particular := self.walk.particular(type):
                yield f"{head} {{ ... on {node} {{ {particular} }} }} }}", {"ids": spread(ids, 100)}

    def root_one(self, name: str, one: GraphQLField, column: str, argument: str) -> Iterator[Asked]:
        type = target(one)
        document = f"query($given: {one.args[argument].type}) {{ {name}({argument}: $given) {{ {self.walk.rows(type)} }} }}"
        rows = list(self.bench.world.rows(source_of(type).table).values())
        yield from ((document, {"given": str(row[column])}) for row in spread(rows, 4))

    def listed(self, name: str, one: GraphQLField) -> Iterator[Asked]:
        """A list from both ends, by its cursors alone where these tell something private, and through each of its filters."""
        type = target(one)
        yield f"{{ {name}(first: 200) {{ {self.walk.page(self.walk.leaves(type))} }} }}", {}
        yield f"{{ {name}(last: 5) {{ edges {{ node {{ {self.walk.leaves(type)} }} }} }} }}", {}
        if type.name not in self.walk.nodes:
            yield f"{{ {name}(first: 200) {{ nodes {{ {self.walk.rows(type)} }} }} }}", {}
        for order in self.orders(one):
            if (type.name, order.lower()) not in PRIVATE_CURSORS:
                continue
            by = f"(first: 5, orderBy: {{field: {order}, direction: DESC}})"
            yield f"{{ {name}{by} {{ edges {{ cursor }} }} }}", {}
            yield f"{{ {name}{by} {{ nodes {{ __typename }} pageInfo {{ startCursor }} }} }}", {}
        for private, asked in self.filtered(name, one, type):
            if private:
                yield asked
            else:
                self.filters.append(asked)

    def orders(self, one: GraphQLField) -> list[str]:
        if "orderBy" not in one.args:
            return []
        by: Any = get_named_type(one.args["orderBy"].type)
        enum: Any = get_named_type(by.fields["field"].type)
        return list(enum.values)

    def filtered(self, name: str, one: GraphQLField, type: GraphQLObjectType) -> Iterator[tuple[bool, Asked]]:
        """Every filter by values that some row has, whoever may see that: one comparison of it, and of private ones, which are said to be
        so, each."""
        if "filter" not in one.args:
            return
        input: Any = get_named_type(one.args["filter"].type)
        source = source_of(type)
        document = f"query($filter: {input.name}) {{ {name}(first: 20, filter: $filter) {{ totalCount nodes {{ __typename }} }} }}"
        for number, (member, given) in enumerate(input.fields.items()):
            comparisons: Any = get_named_type(given.type)
            if member in ("and", "or", "not"):
                continue
            place = Place(source).inside(input, member)
            if member == "details" or not hasattr(comparisons, "fields"):
                yield False, (document, {"filter": {member: self.values.draw(Random(member), given.type, place)}})
                continue
            operators = list(comparisons.fields)
            private = (source.name, declared_name(source, member)) in PRIVATE_FILTERS
            if not private:
                operators = [operators[number % len(operators)]]
            for operator in operators:
                drawn = self.values.draw(Random(operator), comparisons.fields[operator].type, place.inside(comparisons, operator))
                compared = {member: {operator: drawn}}
                yield private, (document, {"filter": compared})
                if private:
                    yield private, (document, {"filter": {"not": compared}})

    def belonging(self, name: str, one: GraphQLField) -> Iterator[Asked]:
        """What belongs to some thing of every type that has such."""
        declared: Any = reads(one)
        argument, types = declared.of.argument, declared.of.types
        type = target(one)
        yield (
            f"query($of: ID!) {{ {name}({argument}: $of, first: 20) {{ nodes {{ {self.walk.rows(type)} }} }} }}",
            {"of": self.ids(sorted(types)[-1], 1)[0]},
        )
        document = f"query($of: ID!) {{ {name}({argument}: $of, first: 20) {{ {self.walk.page(self.walk.leaves(type))} }} }}"
        for of in sorted(types):
            yield from ((document, {"of": id}) for id in self.ids(of, 12 if len(types) == 1 else 2))

    async def ask(self, api: Api, kind: str, viewer: Viewer, asked: Asked) -> None:
        """Ask one document as one viewer."""
        document, variables = asked
        found, expected = await self.bench.judged(api, Run(document, variables, viewer, None))
        if expected is not None:
            self.note(kind, expected.types, expected.reads)
        if found:
            self.wrong.append(f"{kind}: {found}\n  {variables} {document[:300]}")

    def note(self, kind: str, types: Mapping[str, int], reads: set[Told]) -> None:
        for type, count in types.items():
            self.seen.setdefault(type, Counter())[kind] += count
        self.told.update(f"{type}.{name}" for _, type, name in reads)

    # ---- what is not a query

    def behind(self, viewer: Viewer, asked: Asked, ids: list[int]) -> tuple[Any, Interpreter]:
        """What stands in the one planned field of a payload or message for a viewer: the row, or of a list those that are seen."""
        document, variables = asked
        request = Request(self.bench.graphql, parsed(document), variables)
        interpreter = Interpreter(self.bench.world, request, viewer)
        schema, kind = self.bench.graphql, request.operation.operation.value
        root: Any = {"mutation": schema.mutation_type, "subscription": schema.subscription_type}[kind]
        (outer,) = request.asked(root, [request.operation.selection_set])
        (thing,) = request.below(outer, target_of(outer))
        found = [interpreter.first(thing, target_of(thing), [id]) for id in ids]
        return found, interpreter

    def some(self, viewer: Viewer, type: GraphQLObjectType) -> list[int]:
        """A row that the viewer sees, and one that is kept from it, where there are such."""
        source = source_of(type)
        rows = self.bench.world.rows(source.table)
        seen = [id for id, row in rows.items() if sees(self.bench.world, viewer, type.name, row)]
        return seen[-1:] + [id for id in rows if id not in seen][:1]

    def compare(self, kind: str, asked: Asked, expected: Any, got: Any, interpreter: Interpreter, logged: set[Told]) -> None:
        """What an answer shows, and what was logged of it."""
        self.note(kind, interpreter.types, interpreter.reads)
        found = difference(expected, got, [])
        if found is None and logged != interpreter.reads:
            found = f"the log has {sorted(logged - interpreter.reads)} too much and lacks {sorted(interpreter.reads - logged)}"
        if found:
            self.wrong.append(f"{kind}: {found}\n  {asked[1]} {asked[0][:300]}")


async def answered(api: Api, asked: Asked, viewer: Viewer) -> Any:
    """The answer to a document as plain data."""
    request = GraphQLRequest(query=asked[0], variables=asked[1])
    return orjson.loads((await api.answer(request, viewer)).body)
