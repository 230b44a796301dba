"""The ways by which the schema leads to a type, found in the schema itself: a field that says nothing of how it reads is no way that
can be walked, and ends the walk with an error."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from oracle.values import declaration, reads
from strawberry.schema.schema_converter import GraphQLCoreConverter

from towns import GRIDS
from wangge_schema.reading.sources import READS, SOURCE, Answer, Computed, Connected, Scalar, ToMany, ToOne

Edge = tuple[str, str]
"""A type and a field of it that leads to another planned type."""
ANSWERED: Mapping[str, str] = {"capability": "READ_PRIVATE", "grid": f'"{GRIDS["urban"]}"', "expiresIn": "600"}
"""What fields with arguments are asked for."""
FEW = 3
"""How many rows of a list within a list are asked for; the count tells of the others."""


class NoWayError(AssertionError):
    """The schema leads somewhere in a way that the walk does not know."""


def is_planned(type: Any) -> bool:
    return isinstance(type, GraphQLObjectType) and hasattr(
        getattr(type.extensions.get("strawberry-definition"), "origin", None), SOURCE
    )


def planned_types(schema: GraphQLSchema) -> dict[str, GraphQLObjectType]:
    """The types of which rows are read, by name."""
    return {name: type for name, type in schema.type_map.items() if isinstance(type, GraphQLObjectType) and is_planned(type)}


def says_how(field: GraphQLField) -> bool:
    return READS in declaration(field).metadata


def edges_of(type: GraphQLObjectType) -> Iterator[str]:
    """The fields of a planned type that lead to others. Raises NoWayError."""
    for name, one in type.fields.items():
        if not says_how(one):
            raise NoWayError(f"{type.name}.{name} does not say what it reads")
        match reads(one):
            case ToOne() | ToMany() | Connected():
                yield name
            case Scalar() | Answer() | Computed():
                if names := planned_below(get_named_type(one.type)):
                    raise NoWayError(f"{type.name}.{name} leads to {sorted(names)} in a way of its own")
            case other:
                raise NoWayError(f"{type.name}.{name} reads {other}")


def planned_below(type: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    """The planned types in what Python makes."""
    if is_leaf_type(type) or type.name in seen:
        return set()
    if is_planned(type):
        return {type.name}
    return {name for one in type.fields.values() for name in planned_below(get_named_type(one.type), seen | {type.name})}


def node_of(type: GraphQLObjectType) -> GraphQLObjectType:
    """The type of the rows of a connection, or the type itself."""
    found: Any = get_named_type(type.fields["nodes"].type) if "pageInfo" in type.fields else type
    return found


def target(field: GraphQLField) -> GraphQLObjectType:
    """The planned type that a field leads to."""
    type: Any = get_named_type(field.type)
    return node_of(type)


@dataclass
class Walk:
    """Selections for one schema. `walked` are the edges that some selection has gone over."""

    schema: GraphQLSchema
    walked: set[Edge] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.planned = planned_types(self.schema)
        self.edges = {(name, edge) for name, type in self.planned.items() for edge in edges_of(type)}
        self.nodes = [name for name, type in self.planned.items() if any(one.name == "Node" for one in type.interfaces)]

    # ---- selections

    def leaves(self, type: GraphQLObjectType) -> str:
        """Every value of a row, without rows of other types."""
        edges = set(edges_of(type))
        return " ".join(["__typename", *(self._value(name, one) for name, one in type.fields.items() if name not in edges)])

    def _value(self, name: str, field: GraphQLField) -> str:
        if unknown := set(field.args) - set(ANSWERED):
            raise NoWayError(f"nobody knows what to ask {name} with: {unknown}")
        given = f"({', '.join(f'{one}: {ANSWERED[one]}' for one in field.args)})" if field.args else ""
        below: Any = get_named_type(field.type)
        return f"{name}{given}" if is_leaf_type(below) else f"{name}{given} {{ {self._plain(below)} }}"

    def _plain(self, type: Any, above: tuple[str, ...] = ()) -> str:
        """All of what Python makes, fields that nest in themselves once; of an interface what all of its types have."""
        found = ["__typename"]
        for name, one in type.fields.items():
            below: Any = get_named_type(one.type)
            if is_leaf_type(below):
                found.append(name)
            elif below.name not in above:
                found.append(f"{name} {{ {self._plain(below, (*above, type.name))} }}")
        return " ".join(found)

    def particular(self, type: GraphQLObjectType) -> str:
        """Of the fields that are interfaces, what each of their types has of its own; empty where there are none."""
        found: list[str] = []
        for name, one in type.fields.items():
            common: Any = get_named_type(one.type)
            if isinstance(common, GraphQLInterfaceType):
                own = (
                    f"... on {of.name} {{ {self._own(of, set(common.fields))} }}" for of in self.schema.get_possible_types(common)
                )
                found.append(f"{name} {{ __typename {' '.join(own)} }}")
        return " ".join(found)

    def _own(self, type: GraphQLObjectType, common: set[str]) -> str:
        fields = {name: one for name, one in type.fields.items() if name not in common}
        plain: list[str] = []
        for name, one in fields.items():
            below: Any = get_named_type(one.type)
            plain.append(f"{type.name}_{name}: {name}" + ("" if is_leaf_type(below) else f" {{ {self._plain(below)} }}"))
        return " ".join(plain) or "__typename"

    def rows(self, type: GraphQLObjectType) -> str:
        """Every value of a row, and over every edge those of the rows behind it.

        Types without ids are reached from others alone: behind them it goes on, until all of their edges were walked.
        """
        names = list(edges_of(type))
        self.walked |= {(type.name, name) for name in names}
        return " ".join([self.leaves(type), *(self._over(name, type.fields[name]) for name in names)])

    def _over(self, name: str, field: GraphQLField) -> str:
        behind = target(field)
        on = behind.name not in self.nodes and any((behind.name, one) not in self.walked for one in edges_of(behind))
        inner = self.rows(behind) if on else self.leaves(behind)
        return f"{name} {{ {inner} }}" if behind is get_named_type(field.type) else f"{name}(first: {FEW}) {{ {self.page(inner)} }}"

    def page(self, inner: str) -> str:
        """All parts of a connection."""
        ends = "startCursor endCursor hasNextPage hasPreviousPage"
        return f"totalCount nodes {{ {inner} }} edges {{ cursor node {{ __typename }} }} pageInfo {{ {ends} }}"

    # ---- inputs

    def given(self, type: Any) -> Any:
        """A value that fits an input type, with what it must have and no more."""
        if isinstance(type, GraphQLNonNull):
            return self.given(type.of_type)
        if isinstance(type, GraphQLList):
            return [self.given(type.of_type)]
        if isinstance(type, GraphQLEnumType):
            return next(iter(type.values))
        if isinstance(type, GraphQLInputObjectType):
            one_of = type.is_one_of or getattr(type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF), "is_one_of", False)
            names = list(type.fields)[:1] if one_of else [name for name, one in type.fields.items() if must_be_given(one)]
            return {name: self.given(type.fields[name].type) for name in names}
        return {"Int": 1, "Float": 1.0, "Boolean": True, "Date": "2026-11-21", "DateTime": "2026-11-21T00:00:00Z"}.get(
            type.name, "x"
        )

    def call(self, name: str, field: GraphQLField, selection: str) -> tuple[str, dict[str, Any]]:
        """An operation's root field with what it must be given, and the variables."""
        needed = {one: argument for one, argument in field.args.items() if must_be_given(argument)}
        given = ", ".join(f"{one}: ${one}" for one in needed)
        head = ", ".join(f"${one}: {argument.type}" for one, argument in needed.items())
        call = f"{name}{f'({given})' if given else ''} {{ {selection} }}"
        return f"{f'({head})' if head else ''} {{ {call} }}", {one: self.given(argument.type) for one, argument in needed.items()}


def must_be_given(one: Any) -> bool:
    default = getattr(one, "default", None)
    undefined = one.default_value.__class__.__name__ == "UndefinedType" and default is None
    return isinstance(one.type, GraphQLNonNull) and undefined
