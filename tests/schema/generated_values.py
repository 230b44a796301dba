"""Values for generated arguments: near to what stands in the town, so that filters, ids and cursors often meet something."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import orjson
from generated_filling import NAMES
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema
from oracle.filters import declared_name
from oracle.values import moment, source_of
from oracle.world import World

from wangge_core.rights.viewers import operator
from wangge_schema.reading.sources import Source

NOTHING: Any = object()
"""A variable that is left out."""


@dataclass
class Values:
    """Draws values by where they stand. `cursors` are those of earlier answers, by type and order."""

    world: World
    schema: GraphQLSchema
    cursors: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        types = (one for one in self.schema.type_map.values() if isinstance(one, GraphQLObjectType))
        planned = [one for one in types if any(inner.name == "Node" for inner in one.interfaces)]
        self.prefixes = [one.name for one in planned]
        self.sources = {one.name: source_of(one) for one in planned}
        self.logged = {
            "subject": lambda random: self.id(random, ("Person",)),
            "thing": lambda random: self.id(random, ("Account", "Building", "Grid", "Office", "Person", "Person", "Post", "Unit")),
        }

    def source(self, type: GraphQLObjectType) -> Source:
        """The source of a planned type."""
        return source_of(type)

    # ---- inputs of lists

    def draw(self, random: Random, type: Any, place: "Place") -> Any:
        """JSON for an input type at a place."""
        if isinstance(type, GraphQLNonNull):
            return self.draw(random, type.of_type, place)
        if isinstance(type, GraphQLList):
            return [self.draw(random, type.of_type, place) for _ in range(random.choice((0, 1, 1, 2, 3)))]
        if isinstance(type, GraphQLInputObjectType):
            names = self.members(random, type, place)
            return {name: self.draw(random, type.fields[name].type, place.inside(type, name)) for name in names}
        if isinstance(type, GraphQLEnumType):
            return random.choice(list(type.values))
        return self.scalar(random, type.name, place)

    def members(self, random: Random, type: GraphQLInputObjectType, place: "Place") -> list[str]:
        """Which members of an input object are given."""
        if type.is_one_of:
            return [random.choice(list(type.fields))]
        required = [name for name, one in type.fields.items() if isinstance(one.type, GraphQLNonNull) and _no_default(one)]
        others = [name for name in type.fields if name not in required]
        if place.depth > 2:
            others = [name for name in others if name not in ("and", "or", "not")]
        most = 2 if type.name.endswith("Filter") else 1
        chosen = [*required, *random.sample(others, min(len(others), random.choice((0, 1, 1, 1, most))))]
        random.shuffle(chosen)
        return chosen

    def scalar(self, random: Random, type: str, place: "Place") -> Any:
        """A value for a leaf: mostly one of those that the filter compares."""
        if place.filter is None or place.filter == "details":
            return self.plain(random, type)
        declared = declared_name(place.source, place.filter)
        if place.source.filters[declared].kind == "subtree":
            overlays = [f"Grid:{id}" for id in self.world.parts]
            return random.choice([*self.world.grid_of_code, *overlays, *overlays, "Grid:1", "Grid:999999", "Grid:x", "000000", ""])
        known = list(self.world.compared(place.source, declared, operator()).values())
        value = random.choice(known) if known and random.random() < 0.85 else None
        return self.plain(random, type) if value is None else self.near(random, value, place.operator)

    def near(self, random: Random, value: Any, operator: str) -> Any:
        """A value of the town as JSON, changed a little where the operator is not about being equal."""
        if isinstance(value, datetime):
            at = value + random.choice((timedelta(0), timedelta(milliseconds=1), timedelta(microseconds=900), -timedelta(days=3)))
            return random.choice((moment(at), at.isoformat(), (at + timedelta(0)).astimezone(UTC).isoformat()))
        if isinstance(value, date):
            return (value + timedelta(days=random.choice((0, 0, 1, -1)))).isoformat()
        if isinstance(value, str) and operator == "contains":
            start = random.randrange(max(1, len(value)))
            part = value[start : start + random.choice((1, 2, 3, 9))]
            return random.choice((part, part.upper(), part.lower(), "%", "_", ""))
        if isinstance(value, str) and random.random() < 0.1:
            return value.swapcase()
        return value

    def plain(self, random: Random, type: str) -> Any:
        match type:
            case "Boolean":
                return random.random() < 0.5
            case "Int":
                return random.choice((0, 1, 5, -1, 2_147_483_647))
            case "Float":
                return random.choice((0, 0.5, 2.0, -1.5, 1e6))
            case "DateTime":
                return random.choice(("2026-11-21T12:30:15.250+08:00", "1800-01-01T00:00:00Z", "2026-11-20T04:30:15.250499Z"))
            case "Date":
                return random.choice(("1960-02-29", "1800-01-01", "2199-12-31"))
            case _:
                return random.choice((*NAMES, "", "a\0b")) if random.random() < 0.03 else random.choice(NAMES)

    # ---- ids and cursors

    def id(self, random: Random, prefixes: Sequence[str] = ()) -> str:
        """A global id: of something that is there, of nothing, or none at all."""
        if random.random() < 0.01:
            return random.choice(("", "Grid", "Grid:", "Grid:x", "Nobody:1", "Grid:-1", "Grid:9999999999999999999", "Query:1"))
        prefix = random.choice(prefixes or self.prefixes)
        known = list(self.world.rows(self.sources[prefix].table))
        return f"{prefix}:{random.choice([*known, 999_999])}"

    def column(self, random: Random, type: GraphQLObjectType, column: str) -> Any:
        """A value of a column by which a root field finds its row."""
        rows = list(self.world.rows(source_of(type).table).values())
        return random.choice(("nothing", "a\0b", "")) if random.random() < 0.1 else str(random.choice(rows)[column])

    def cursor(self, random: Random, source: Source, order: str) -> str:
        """A cursor for an order: from an earlier answer, made of a row, made up, or one that is not of this list."""
        luck = random.random()
        given = self.cursors.get((source.name, order))
        if luck < 0.02:
            return random.choice(("", "x", "null", "[]", '["NAME",1,"x"]', '["ID",1]', '["nothing","a",1]'))
        if given and luck < 0.6:
            return random.choice(given)
        rows = list(self.world.rows(source.table).values())
        if not rows:
            return "x"
        row = random.choice(rows)
        value, id = row[order], row["id"]
        if luck > 0.9:
            id = random.choice(list(self.world.rows(source.table)))
        shown = moment(value) if isinstance(value, datetime) else value
        return orjson.dumps([order.upper(), id if order == "id" else shown, id]).decode()

    def remember(self, type: str, order: str, cursor: str) -> None:
        """Keep a cursor of an answer."""
        kept = self.cursors.setdefault((type, order), [])
        if len(kept) < 200:
            kept.append(cursor)


@dataclass(frozen=True)
class Place:
    """Where a value stands: in the arguments of a list of some source, and which filter and operator it belongs to."""

    source: Source
    filter: str | None = None
    operator: str = ""
    depth: int = 0

    def inside(self, type: GraphQLInputObjectType, member: str) -> "Place":
        """The place of a member of an input object."""
        if member in ("and", "or", "not"):
            return Place(self.source, depth=self.depth + 1)
        if self.filter is None and type.name.endswith("Filter"):
            return Place(self.source, member, depth=self.depth)
        return Place(self.source, self.filter, member, self.depth)


def _no_default(field: Any) -> bool:
    return field.default_value.__class__.__name__ == "UndefinedType" and getattr(field, "default", None) is None


Draw = Callable[[Random, dict[str, Any]], None]
"""Puts values for variables into a mapping."""
Variables = Mapping[str, Any]
