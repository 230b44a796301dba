"""Attacks on mutations, generated from the schema: wherever one takes an id, that of a thing which the viewer does not see.

What is told must be what is told of a thing that is not there, to the letter; or the answer says that it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from attacks_on_reads import attackers
from generated_runs import Bench
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLSchema
from oracle.sees import sees
from oracle.values import source_of

from wangge_core.db import tables as t
from wangge_core.rights.viewers import Viewer

SEED = 4_100
MISSING = 987_654_321
SLOTS: Mapping[str, str] = {
    "gridId": "Grid", "unitId": "Unit", "buildingId": "Building", "placeId": "Place", "personId": "Person", "guardianId": "Person",
    "doubledId": "Person", "responsibleId": "Person", "householdId": "Household", "accountId": "Account", "postId": "Post",
    "officeId": "Office", "ownerId": "Organization", "keeperId": "Office", "toPostId": "Post", "events": "Event",
    "attachments": "Attachment", "photos": "Attachment",
}  # fmt: skip
"""What the members of inputs point at. `id` is the thing after which the mutation is named; kinds and roles are public, and whoever gives
an event to `assignees` may name every post and office."""
GIVEN: Mapping[str, Any] = {
    "kindId": "community.errand", "roleId": "community.volunteer", "typeId": "urban", "scopes": ["READ_EVENTS"], "move": "accept",
    "expiresAt": "2026-12-20T00:00:00Z", "endsAt": "2026-12-01T00:00:00Z", "untilOn": "2026-12-20", "movedInOn": "2026-11-01",
    "legalBasis": "a law", "purpose": "VISIT", "fields": ["PHONE"], "login": "newcomer", "code": "999901001001777",
    "NeedSetInput.kindId": "community.lives_alone", "InvolvedInput.role": "beneficiary", "answers": [],
    "details": {"communityErrand": {"service": "pension", "mandateGiven": True}},
}  # fmt: skip
TYPES_OF_INVOLVED = ("Person", "Organization", "Asset")


@dataclass(frozen=True)
class Pair:
    """The same mutation with the id of something hidden, and with one that nothing has."""

    viewer: str
    by: Viewer
    mutation: str
    slot: str
    text: str
    hidden: dict[str, Any]
    missing: dict[str, Any]
    id: int


def pairs(bench: Bench) -> Iterator[Pair]:
    """A pair for every mutation, every place of an id in it, and every attacker who has something hidden there."""
    mutations = bench.graphql.mutation_type
    assert mutations is not None
    random = Random(SEED)
    for viewer, by in attackers(bench).items():
        things = _Things(bench, by, random)
        for name, field in mutations.fields.items():
            input = field.args["input"].type
            takes = [f"${one}: {declared.type}" for one, declared in field.args.items()]
            passed = [f"{one}: ${one}" for one in field.args]
            text = f"mutation({', '.join(takes)}) {{ {name}({', '.join(passed)}) {{ __typename userErrors {{ code field message }} }} }}"
            for slot, type in _slots(bench.graphql, name, field.args, input):
                if (id := things.hidden(type)) is None:
                    continue
                given = [_Filling(things, slot, f"{type}:{key}").variables(name, field.args, input) for key in (id, MISSING)]
                yield Pair(viewer, by, name, slot, text, *given, id=id)


class _Things:
    """The ids of things that a viewer sees, and of those that stay hidden."""

    def __init__(self, bench: Bench, viewer: Viewer, random: Random) -> None:
        self.bench, self.viewer, self.random = bench, viewer, random
        self.kept: dict[str, tuple[list[int], list[int]]] = {}

    def of(self, type: str) -> tuple[list[int], list[int]]:
        if type not in self.kept:
            rows = self.bench.world.rows(source_of(self.bench.graphql.type_map[type]).table)  # type: ignore[arg-type]
            seen = [id for id, row in rows.items() if sees(self.bench.world, self.viewer, type, row)]
            hidden = [id for id in rows if id not in set(seen)]
            self.kept[type] = seen, [id for id in hidden if not self.is_known(type, rows[id])]
        return self.kept[type]

    def is_known(self, type: str, row: Mapping[str, Any]) -> bool:
        """Posts over an overlay are managed by who manages its base grids; of residents' accounts it is told that they are there; and
        everybody may name a photograph that is public."""
        if type == "Attachment":
            return bool(row["public"])
        if type == "Post":
            return bool(self.bench.world.rows(t.grid)[row["grid_id"]]["layer_id"] != "base")
        staff = {post["account_id"] for post in self.bench.world.rows(t.post).values()}
        return type == "Account" and row["id"] not in staff and row["person_id"] is None

    def hidden(self, type: str) -> int | None:
        hidden = self.of(type)[1]
        return self.random.choice(hidden) if hidden else None

    def seen(self, type: str) -> int:
        seen, hidden = self.of(type)
        return (seen or hidden or [1])[0]


ON_PARTS = {
    **{f"appraisal{what}": "AppraisalRun" for what in ("Draw", "Rate", "AssessSelf", "Freeze", "OpenAppeals", "Publish")},
    "appraisalAppeal": "AppraisalResult",
    "appraisalEndPost": "AppraisalResult",
    "pointsReward": "PointsAccount",
    "officialPopulationSet": "Grid",
}
"""Mutations whose `id` is of a thing that they are not named after."""


def _slots(schema: GraphQLSchema, mutation: str, arguments: Any, input: Any) -> Iterator[tuple[str, str]]:
    if "id" in arguments:
        yield "id", _named_after(schema, mutation)
    yield from _inside("", input)


def _named_after(schema: GraphQLSchema, mutation: str) -> str:
    """`accessGrantClose` → `AccessGrant`, `eventChaseUp` → `Event`: the shortest beginning that has ids; of appraisals and points there are
    several things."""
    if mutation in ON_PARTS:
        return ON_PARTS[mutation]
    words = "".join(f" {one}" if one.isupper() else one for one in mutation).split()
    names = ("".join(word.capitalize() for word in words[:count]) for count in range(1, len(words)))
    return next(name for name in names if any(one.name == "Node" for one in getattr(schema.type_map.get(name), "interfaces", ())))


def _inside(path: str, type: Any) -> Iterator[tuple[str, str]]:
    inner = _bare(type)
    if not isinstance(inner, GraphQLInputObjectType) or inner.name.endswith("DetailsInput"):
        return
    for name, one in inner.fields.items():
        where = f"{path}.{name}" if path else name
        if inner.name == "InvolvedInput" and name == "id":
            yield from ((where, sort) for sort in TYPES_OF_INVOLVED)
        elif name in SLOTS:
            yield where, SLOTS[name]
        yield from _inside(where, one.type)


@dataclass
class _Filling:
    """Variables for a mutation: one slot is attacked, the others are filled as an honest client would."""

    things: _Things
    slot: str
    id: str

    def variables(self, mutation: str, arguments: Any, input: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"input": self.object("", input)}
        if "id" in arguments:
            type = _named_after(self.things.bench.graphql, mutation)
            found["id"] = self.id if self.slot == "id" else f"{type}:{self.things.seen(type)}"
        return found

    def object(self, path: str, type: Any) -> dict[str, Any]:
        inner, found = _bare(type), dict[str, Any]()
        for name, one in inner.fields.items():
            where = f"{path}.{name}" if path else name
            leads = self.slot == where or self.slot.startswith(f"{where}.")
            if (
                leads
                or isinstance(one.type, GraphQLNonNull)
                or name in ("untilOn", "legalBasis", "purpose")
                or self.needs(inner, name)
            ):
                found[name] = self.value(inner.name, where, name, one.type)
        return found

    def needs(self, type: Any, name: str) -> bool:
        """What a rule asks for although the schema does not."""
        return (type.name, name) in {
            ("EventReportInput", "gridId"), ("EventReportInput", "details"), ("HouseholdRegisterInput", "address"),
            ("HouseholdMoveInput", "gridId"), ("HouseholdMoveInput", "address"), ("PersonMoveInput", "movedInOn"),
            ("PersonMoveInput", "gridId"),
        } and not (name == "gridId" and self.slot in ("buildingId", "placeId"))  # fmt: skip

    def value(self, type: str, where: str, name: str, declared: Any) -> Any:
        inner = _bare(declared)
        if isinstance(inner, GraphQLInputObjectType) and name != "details":
            made = self.object(where, inner)
            return [made] if _is_list(declared) else made
        if where == self.slot:
            return self.id
        if name in SLOTS:
            return f"{SLOTS[name]}:{self.things.seen(SLOTS[name])}"
        known = GIVEN.get(f"{type}.{name}", GIVEN.get(name))
        if known is not None:
            return known
        return [self.plain(inner)] if _is_list(declared) else self.plain(inner)

    def plain(self, type: Any) -> Any:
        if isinstance(type, GraphQLEnumType):
            return next(iter(type.values))
        return {"Int": 1, "Float": 1.5, "Boolean": False, "Date": "2026-11-01", "DateTime": "2026-11-25T00:00:00Z"}.get(
            type.name, "because somebody asked"
        )


def _bare(type: Any) -> Any:
    while hasattr(type, "of_type"):
        type = type.of_type
    return type


def _is_list(type: Any) -> bool:
    return isinstance(type.of_type if isinstance(type, GraphQLNonNull) else type, GraphQLList)
