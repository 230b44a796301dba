"""Generated documents: random selection trees over the whole schema, and for each of them variables in many values.

The same random numbers make the same document. Response keys are kept unlike where two fields could not be merged, so that
documents are valid by construction.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from generated_arguments import MOST_ROWS, Arguments, Room
from generated_values import NOTHING, Draw, Values
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)
from oracle.values import OWN_ROOTS

ROOTS = {"events": 9, "grids": 4, "grid": 4, "buildings": 3, "node": 4, "nodes": 4, "viewer": 4, "event": 4, "assets": 3, "posts": 2,
         "persons": 2, "places": 3, "accounts": 2, "organizations": 2}  # fmt: skip
"""Which root fields are asked for more often."""
WEIGHTS = {"details": 4, "history": 3, "availableMoves": 3, "involvements": 3, "assignments": 3, "events": 3}
"""Which fields are asked for more often; others that are objects twice as often as leaves."""
PLAIN_LIST = 4
"""How long a list without paging is taken to be."""


@dataclass
class Generated:
    """A document, and what draws its variables."""

    text: str
    draws: list[Draw]
    operation_name: str | None = None

    def variables(self, random: Random) -> dict[str, Any]:
        """Values for one run."""
        found: dict[str, Any] = {}
        for draw in self.draws:
            draw(random, found)
        return {name: value for name, value in found.items() if value is not NOTHING}


@dataclass
class Maker:
    """Makes one document."""

    random: Random
    values: Values
    left: int = 40
    """How many more fields it may ask for."""
    fragments: dict[str, tuple[str, str, Room]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    inputs: Arguments = field(init=False)

    def __post_init__(self) -> None:
        self.inputs = Arguments(self.random, self.values)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def document(self) -> Generated:
        """A document with one operation, now and then with another beside it that is not run."""
        self.left = self.random.choice((6, 12, 20, 30, 45, 60))
        query = self.values.schema.query_type
        assert query is not None
        weights = [0 if name in OWN_ROOTS else ROOTS.get(name, 1) for name in query.fields]
        fields = self.random.choices(list(query.fields), weights, k=self.random.choice((1, 1, 1, 2, 3)))
        selection = " ".join(self.field(query, name, Room(self.random.choice((3, 4, 5, 7)))) for name in fields)
        if self.chance(0.1):
            selection = self.wrapped(query, selection, Room(1))
        if self.chance(0.1):
            selection += " __typename"
        name = "Run" if self.chance(0.5) else ""
        given = ", ".join(f"${one}: {type}" for one, type in self.inputs.definitions.items())
        head = f"query {name}{f'({given})' if given else ''}" if name or given or self.chance(0.5) else ""
        text = f"{head} {{ {selection} }}"
        other = bool(name) and self.chance(0.1)
        parts = [
            text,
            *(one for one, _, _ in self.fragments.values()),
            *(["query Other { offices { totalCount } }"] if other else []),
        ]
        self.random.shuffle(parts)
        return Generated("\n".join(parts), self.inputs.draws, "Run" if other or (name and self.chance(0.5)) else None)

    # ---- selections

    def selection(self, type: Any, room: Room) -> str:
        """The fields of an object or interface, without braces."""
        if isinstance(type, GraphQLInterfaceType):
            return self.of_interface(type, room)
        names = list(type.fields)
        if "pageInfo" in names:
            chosen = self.of_connection()
        else:
            weights = [WEIGHTS.get(name, 1 if _is_leaf(one.type) else 2) for name, one in type.fields.items()]
            count = min(len(names), self.random.choice((1, 2, 3, 4, 5, 7)), max(1, self.left))
            chosen = list(dict.fromkeys(self.random.choices(names, weights, k=count)))
        found = [text for name in chosen if (text := self.field(type, name, room))]
        if self.chance(0.06):
            found.append(f"a{self.inputs.number()}: __typename" if self.chance(0.3) else "__typename")
        if not found:
            found = ["__typename"]
        self.random.shuffle(found)
        return self.grouped(type, found, room)

    def of_connection(self) -> list[str]:
        """Rows nearly always, in one way or both."""
        rows = self.random.choice((["nodes"], ["nodes"], ["nodes"], ["edges"], ["edges"], ["nodes", "edges"], []))
        return rows + [name for name in ("pageInfo", "totalCount") if self.chance(0.35)]

    def of_interface(self, type: GraphQLInterfaceType, room: Room) -> str:
        """The fields of the interface, and fragments on some of its types."""
        possible = list(self.values.schema.get_possible_types(type))
        names = self.random.sample(list(type.fields), self.random.randrange(len(type.fields) + 1))
        found = [self.field(type, name, room) for name in names] + ["__typename"]
        for one in self.random.sample(possible, min(len(possible), self.random.choice((1, 2, 4, 8)))):
            self.left += 2  # such a fragment is for few of the rows
            found.append(f"... on {one.name} {{ {self.selection(one, room.deeper())} }}")
        return self.grouped(type, [one for one in found if one], room)

    def grouped(self, type: Any, found: list[str], room: Room) -> str:
        """Some of the fields in fragments, and some twice."""
        if self.chance(0.15):
            cut = self.random.randrange(len(found) + 1)
            if found[cut:]:
                found = [*found[:cut], self.wrapped(type, " ".join(found[cut:]), room)]
        if self.chance(0.12):
            found.append(self.random.choice(found))
        if self.chance(0.1) and (
            known := [name for name, (_, on, its) in self.fragments.items() if self.fits(type, on, its, room)]
        ):
            found.append(f"...{self.random.choice(known)}{self.directives()}")
        return " ".join(found)

    def fits(self, type: Any, on: str, its: Room, room: Room) -> bool:
        """Whether a fragment that was made elsewhere may be spread here too."""
        return on == type.name and its.lists <= room.lists and its.rows >= room.rows and its.depth <= room.depth

    def wrapped(self, type: Any, selection: str, room: Room) -> str:
        """A selection in an inline or named fragment, on the type itself or one of its interfaces where the fields allow."""
        if self.chance(0.5):
            condition = f" on {type.name}" if self.chance(0.6) else ""
            return f"...{condition}{self.directives()} {{ {selection} }}"
        name = f"F{self.inputs.number()}"
        self.fragments[name] = (f"fragment {name} on {type.name} {{ {selection} }}", type.name, room)
        return f"...{name}{self.directives()}"

    def directives(self) -> str:
        """Now and then @skip or @include, literal or by a variable."""
        if not self.chance(0.08):
            return ""
        found = []
        for name in self.random.sample(["skip", "include"], self.random.choice((1, 1, 2))):
            likely, rarely = ("false", "true") if name == "skip" else ("true", "false")
            truth = (likely if self.chance(0.8) else rarely) if self.chance(0.3) else self.inputs.truth()
            found.append(f" @{name}(if: {truth})")
        return "".join(found)

    def field(self, type: Any, name: str, room: Room) -> str:
        """A field with arguments and what is below it; empty where there is no room for it."""
        one: GraphQLField = type.fields[name]
        target: Any = get_named_type(one.type)
        leaf = _is_leaf(one.type)
        connection = isinstance(target, GraphQLObjectType) and "pageInfo" in target.fields
        plain_list = not leaf and not connection and _is_list(one.type)
        within = name in ("nodes", "edges", "node", "pageInfo")
        if not leaf and (room.depth <= 0 or self.left <= 0) and not within:
            return ""
        if (connection or plain_list) and not within and (room.lists <= 0 or room.rows > MOST_ROWS):
            return ""
        self.left -= 1
        arguments, rows = self.inputs.of(name, one, room) if one.args else ("", PLAIN_LIST)
        below = room if within else room.listing(rows) if connection or plain_list else room.deeper()
        key = self.key(name, f"{name} {one.type} {arguments}", always=bool(arguments))
        inner = "" if leaf else f" {{ {self.selection(target, below)} }}"
        return f"{key}{name}{arguments}{self.directives()}{inner}"

    def key(self, name: str, signature: str, *, always: bool) -> str:
        """The alias, where one is needed or wanted, and its colon."""
        alias = name
        if always or self.chance(0.12) or self.keys.get(name, signature) != signature:
            alias = f"{self.random.choice(('a', 'b_', 'Z', '_'))}{self.inputs.number()}"
        if self.chance(0.02):
            alias = self.random.choice(("id", "name", "code", "nodes", "label", "o", "i", "item"))
        if self.keys.setdefault(alias, signature) != signature:
            alias = f"c{self.inputs.number()}"
            self.keys[alias] = signature
        return "" if alias == name else f"{alias}: "


def _is_leaf(type: Any) -> bool:
    return not isinstance(get_named_type(type), GraphQLObjectType | GraphQLInterfaceType)


def _is_list(type: Any) -> bool:
    return isinstance(type.of_type if isinstance(type, GraphQLNonNull) else type, GraphQLList)
