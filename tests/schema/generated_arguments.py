"""Generated arguments: literals, variables, and input objects with variables in them, and what draws the variables for each run."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from generated_values import NOTHING, Draw, Place, Values
from graphql import GraphQLEnumType, GraphQLField, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, get_named_type, is_leaf_type
from oracle.interpreter import node_of

LISTS = 3
"""How many lists may stand in each other; SQLite's parser takes few more."""
MOST_ROWS = 240
"""About how many rows one nested list may come to in all."""


@dataclass
class Room:
    """How much more may be asked here: levels, lists, and rows that this place is read for."""

    depth: int
    lists: int = LISTS
    rows: int = 1

    def deeper(self) -> "Room":
        return Room(self.depth - 1, self.lists, self.rows)

    def listing(self, rows: int) -> "Room":
        return Room(self.depth - 1, self.lists - 1, self.rows * max(rows, 1))


@dataclass(frozen=True)
class Order:
    """The order of a list: always the same one, or which it is once the variables are drawn."""

    constant: str | None
    drawn: Callable[[dict[str, Any]], str] = lambda _: ""

    def name(self, drawn: dict[str, Any]) -> str:
        """The order's name."""
        return self.constant or self.drawn(drawn)


@dataclass
class Arguments:
    """Makes the arguments of one document."""

    random: Random
    values: Values
    definitions: dict[str, str] = field(default_factory=dict)
    draws: list[Draw] = field(default_factory=list)
    counted: int = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def number(self) -> int:
        self.counted += 1
        return self.counted

    def of(self, name: str, one: GraphQLField, room: Room) -> tuple[str, int]:
        """The arguments of a field with their parentheses, and about how many rows it then has."""
        if "first" in one.args:
            return self.of_list(one, room)
        if "ids" in one.args:
            values = self.values
            return f"({'ids'}: {self.given_list(one.args['ids'].type, values.id)})", 4
        if "capability" in one.args:
            return self.of_may(one), 1
        ((argument, declared),) = one.args.items()
        draw: Callable[[Random], Any] = self.values.id
        target: Any = get_named_type(one.type)
        if is_leaf_type(target):
            draw = lambda random: random.choice((1, 60, 90_000, None))  # noqa: E731 - for how many seconds a link holds
        elif name != "node":
            draw = lambda random: self.values.column(random, target, argument)  # noqa: E731
        if self.chance(0.6):
            default = json.dumps(draw(self.random), ensure_ascii=False) if self.chance(0.2) else None
            value = self.variable(str(declared.type), draw, default, may_be_left_out=default is not None)
        else:
            value = _text(draw(self.random))
        return f"({argument}: {value})", 1

    def of_may(self, one: GraphQLField) -> str:
        """The arguments of `may`: a capability and the code of a grid, each written out or given."""
        capabilities = list(get_named_type(one.args["capability"].type).values)  # type: ignore[union-attr]
        codes = [*self.values.world.grid_of_code, "000000", "a\0b", ""]
        given: list[str] = []
        for name, values in (("capability", capabilities), ("grid", codes)):
            draw: Callable[[Random], Any] = lambda random, values=values: random.choice(values)  # noqa: E731
            if self.chance(0.5):
                given.append(f"{name}: {self.variable(str(one.args[name].type), draw, None)}")
            else:
                value = draw(self.random)
                given.append(f"{name}: {value if name == 'capability' else _text(value)}")
        return f"({', '.join(given)})"

    def truth(self) -> str:
        shared = [name for name, type in self.definitions.items() if type.startswith("Boolean!")]
        if shared and self.chance(0.5):
            return f"${self.random.choice(shared)}"
        default = self.random.choice((None, None, "true", "false"))
        return self.variable("Boolean!", lambda random: random.random() < 0.5, default, may_be_left_out=default is not None)

    def given_list(self, type: Any, draw: Callable[[Random], Any]) -> str:
        many: Callable[[Random], Any] = lambda random: [draw(random) for _ in range(random.choice((0, 1, 3, 6)))]  # noqa: E731
        if self.chance(0.5):
            return self.variable(str(type), many, None)
        items = [
            self.variable("ID!", draw, None) if self.chance(0.4) else _text(draw(self.random))
            for _ in range(self.random.randrange(6))
        ]
        return f"[{', '.join(items)}]"

    def of_list(self, one: GraphQLField, room: Room) -> tuple[str, int]:
        """Page, order and filter of a list."""
        source = self.values.source(node_of(get_named_type(one.type)))
        found = [f"{name}: {self.thing(name)}" for name in ("subject", "thing") if name in one.args]
        order = self.order(one, source.orders[0], found)
        rows = self.page(room, source, order, found)
        if self.chance(0.25):
            place = Place(source)
            found.append(f"filter: {self.rendered(one.args['filter'].type, place)}")
        self.random.shuffle(found)
        return (f"({', '.join(found)})" if found else ""), rows

    def thing(self, argument: str) -> str:
        """The thing that a log is read of: mostly one of those that it can be read of."""
        draw = self.values.logged[argument]
        return self.variable("ID!", draw, None) if self.chance(0.6) else _text(draw(self.random))

    def order(self, one: GraphQLField, default: str, found: list[str]) -> Order:
        """Adds the order. Says which it is once the variables are drawn."""
        type: Any = one.args["orderBy"].type
        names = list(get_named_type(type.fields["field"].type).values)
        luck = self.random.random()
        if luck < 0.5:
            return Order(default)
        if luck < 0.65:
            draw: Callable[[Random], Any] = lambda random: {  # noqa: E731
                "field": random.choice(names),
                **random.choice(({}, {"direction": "ASC"}, {"direction": "DESC"})),
            }
            value = self.variable(type.name, draw, None, may_be_null=True, may_be_left_out=True)
            found.append(f"orderBy: {value}")
            return Order(None, lambda drawn: _field_of(drawn.get(value[1:])) or default)
        direction = self.random.choice(("", ", direction: ASC", ", direction: DESC", None))
        if direction is None:
            nullable = self.chance(0.5)
            ways = ("ASC", "DESC") * 9 + (None,) * nullable  # null is an error that only running tells
            draw = lambda random: random.choice(ways)  # noqa: E731
            given = self.variable("OrderDirection" if nullable else "OrderDirection!", draw, None, may_be_left_out=nullable)
            direction = f", direction: {given}"
        if luck < 0.8:
            name = self.random.choice(names)
            found.append(f"orderBy: {{field: {name}{direction}}}")
            return Order(name.lower())
        by = self.variable(str(type.fields["field"].type), lambda random: random.choice(names), None)
        found.append(f"orderBy: {{field: {by}{direction}}}")
        return Order(None, lambda drawn: str(drawn[by[1:]]).lower())

    def page(self, room: Room, source: Any, order: Order, found: list[str]) -> int:
        """Adds size and cursor; about how many rows there are then."""
        most = max(1, min(20, MOST_ROWS // (room.rows * 3)))
        backward = self.chance(0.3)
        sized = room.rows > 3 or self.chance(0.8)
        if sized:
            found.append(f"{'last' if backward else 'first'}: {self.size(most)}")
        if self.chance(0.3):
            name = "before" if backward else "after"
            found.append(f"{name}: {self.cursor(source, order)}")
        if self.chance(0.04):
            found.append(f"{'first' if backward else 'last'}: null")
        return most if sized else 50

    def size(self, most: int) -> str:
        def draw(random: Random) -> int:
            return (
                random.choice((-1, 1001))
                if random.random() < 0.004
                else random.choice((0, 1, 1, 2, 3, random.randint(1, most), most))
            )

        shared = [name for name, type in self.definitions.items() if type == "Int! = 2"]
        if shared and self.chance(0.3):
            return f"${self.random.choice(shared)}"
        if self.chance(0.15):
            return self.variable("Int!", lambda random: min(draw(random), 3), "2", may_be_left_out=True)
        return self.variable("Int!", draw, None) if self.chance(0.5) else str(draw(self.random))

    def cursor(self, source: Any, order: Order) -> str:
        if order.constant and self.chance(0.3):
            return _text(self.values.cursor(self.random, source, order.constant))
        name = f"v{self.number()}"
        self.definitions[name] = "String"

        def draw(random: Random, drawn: dict[str, Any]) -> None:
            luck = random.random()
            drawn[name] = NOTHING if luck < 0.15 else None if luck < 0.25 else self.values.cursor(random, source, order.name(drawn))

        self.draws.append(draw)
        return f"${name}"

    def rendered(self, type: Any, place: Place) -> str:
        """An input value: literal, a variable, or an object with variables in it."""
        nullable = not isinstance(type, GraphQLNonNull)
        if self.chance(0.3):
            default = None
            if nullable and self.chance(0.15):
                default = self.literal(type, self.values.draw(self.random, type, place))
            return self.variable(str(type), lambda random: self.values.draw(random, type, place), default,
                                 may_be_null=nullable, may_be_left_out=nullable or default is not None)  # fmt: skip
        inner: Any = type if nullable else type.of_type
        if isinstance(inner, GraphQLInputObjectType):
            names = self.values.members(self.random, inner, place)
            parts = [f"{name}: {self.rendered(inner.fields[name].type, place.inside(inner, name))}" for name in names]
            return "{" + ", ".join(parts) + "}"
        if isinstance(inner, GraphQLList):
            if self.chance(0.1) and not isinstance(get_named_type(inner), GraphQLInputObjectType):
                return self.rendered(inner.of_type, place)  # a single value stands for a list of it
            return "[" + ", ".join(self.rendered(inner.of_type, place) for _ in range(self.random.choice((0, 1, 2, 3)))) + "]"
        if nullable and self.chance(0.05):
            return "null"
        return self.literal(inner, self.values.draw(self.random, inner, place))

    def literal(self, type: Any, value: Any) -> str:
        if isinstance(type, GraphQLNonNull):
            return self.literal(type.of_type, value)
        if value is None:
            return "null"
        if isinstance(type, GraphQLList):
            return "[" + ", ".join(self.literal(type.of_type, one) for one in value) + "]"
        if isinstance(type, GraphQLInputObjectType):
            return "{" + ", ".join(f"{name}: {self.literal(type.fields[name].type, one)}" for name, one in value.items()) + "}"
        return str(value) if isinstance(type, GraphQLEnumType) else _text(value)

    def variable(
        self,
        type: str,
        draw: Callable[[Random], Any],
        default: str | None,
        *,
        may_be_null: bool = False,
        may_be_left_out: bool = False,
    ) -> str:
        """A new variable, with its dollar sign."""
        name = f"v{self.number()}"
        self.definitions[name] = type if default is None else f"{type} = {default}"

        def drawing(random: Random, drawn: dict[str, Any]) -> None:
            luck = random.random()
            if may_be_left_out and luck < 0.2:
                drawn[name] = NOTHING
            else:
                drawn[name] = None if may_be_null and luck < 0.3 else draw(random)

        self.draws.append(drawing)
        return f"${name}"


def _field_of(given: Any) -> str | None:
    return str(given["field"]).lower() if isinstance(given, dict) else None


def _text(value: Any) -> str:
    """A leaf as GraphQL writes it; JSON's escapes are GraphQL's too."""
    return json.dumps(value)
