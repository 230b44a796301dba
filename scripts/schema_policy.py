"""The policy of the schema: what has changed since clients last got one, and which of it they were not told early enough.

A thing may go when it carried `@deprecated` in the released schema and its last day has passed. Before 1.0 a breaking change may be
accepted with a reason instead. Nothing is read from or written to files here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    specified_scalar_types,
)
from graphql.utilities.find_schema_changes import BreakingChangeType, DangerousChangeType, find_schema_changes

from wangge_schema.deprecations import Deprecation, read_deprecation

PLACE = re.compile(r"\b[A-Z]\w*\.\w+(?:\(\w+:\))?")
"""`Event.stage`, `Query.events(first:)`, `EventLevel.GRID`."""
STANDARD = ("Standard scalar", *(f"{name} was added." for name in specified_scalar_types))
"""Scalars of GraphQL itself come and go with their use, which is told anyway."""
FORM = "`deprecated(since=…, remove_after=…, use=…)` of wangge_schema.deprecations gives the form."


@dataclass(frozen=True, slots=True)
class Change:
    """A difference. `kind` is graphql-core's word for it; `place` what it is about: a type, field, argument or value."""

    kind: str
    said: str
    place: str
    breaking: bool = False
    dangerous: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A breaking change that was accepted before 1.0: on which day, and why."""

    on: date
    because: str


def differences(released: GraphQLSchema, present: GraphQLSchema) -> list[Change]:
    """All that has changed."""
    found = [
        Change(
            change.type.name,
            change.description,
            _place(change.description),
            breaking=isinstance(change.type, BreakingChangeType),
            dangerous=isinstance(change.type, DangerousChangeType) and not change.type.name.startswith("OPTIONAL_"),
        )
        for change in find_schema_changes(released, present)
        if not change.description.startswith(STANDARD)
    ]
    return found + list(_now_one_of(released, present))


def _place(said: str) -> str:
    found = PLACE.search(said)
    return found[0] if found else said.partition(" ")[0]


def _now_one_of(released: GraphQLSchema, present: GraphQLSchema) -> Iterator[Change]:
    """Inputs of which one field alone may be given from now on; graphql-core does not look for them."""
    for name, before in released.type_map.items():
        after = present.type_map.get(name)
        both = isinstance(before, GraphQLInputObjectType) and isinstance(after, GraphQLInputObjectType)
        if both and after.is_one_of and not before.is_one_of:
            yield Change("INPUT_BECAME_ONE_OF", f"{name} takes one field only (@oneOf).", name, breaking=True)


def parts(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    """Every field, argument, input field and value with its place."""
    for name, type in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(type, GraphQLEnumType):
            yield from ((f"{name}.{value}", one) for value, one in type.values.items())
        if isinstance(type, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field, one in type.fields.items():
                yield f"{name}.{field}", one
                yield from ((f"{name}.{field}({key}:)", argument) for key, argument in getattr(one, "args", {}).items())


@lru_cache(4)
def deprecations(schema: GraphQLSchema) -> dict[str, str]:
    """The reasons by place."""
    return {place: one.deprecation_reason for place, one in parts(schema) if one.deprecation_reason is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Holds the present schema against the released one. `released_on` is the day of the latter, `today` the day of the check."""

    released: GraphQLSchema
    present: GraphQLSchema
    released_on: date
    today: date
    accepted: Mapping[str, Accepted]
    """By what the change says."""
    may_accept: bool
    """Whether breaking changes may be accepted: before 1.0."""

    def faults(self) -> Iterator[str]:
        """What is against the policy, each with the way to mend it."""
        changes = differences(self.released, self.present)
        yield from self._faults_of_breaking([change for change in changes if change.breaking])
        yield from self._faults_of_accepted({change.said for change in changes if change.breaking})
        yield from self._faults_of_deprecations()

    def _faults_of_breaking(self, changes: list[Change]) -> Iterator[str]:
        removable = self.removable_types()
        for change in changes:
            if (
                change.said in self.accepted
                or self.is_due(change.place)
                or (change.kind == "TYPE_REMOVED" and change.place in removable)
            ):
                continue
            if change.place in (reasons := deprecations(self.released)):
                yield f"{change.said} It may go later: {reasons[change.place]}"
            else:
                yield f"{change.said} Bring it back and deprecate it for at least twelve months. {FORM}{self._or_accept()}"

    def _or_accept(self) -> str:
        return " Before 1.0 it may be accepted in schema/breaking.toml with a reason." if self.may_accept else ""

    def _faults_of_accepted(self, breaking: set[str]) -> Iterator[str]:
        if self.accepted and not self.may_accept:
            yield "schema/breaking.toml: from 1.0 on breaking changes are not accepted any more; deprecate instead."
        for said, one in self.accepted.items():
            if said not in breaking:
                yield f"schema/breaking.toml: {said!r} is no breaking change of the present schema; take the entry out."
            if not one.because.strip():
                yield f"schema/breaking.toml: {said!r} lacks a reason."

    def _faults_of_deprecations(self) -> Iterator[str]:
        before = {place: read_deprecation(reason) for place, reason in deprecations(self.released).items()}
        for place, reason in deprecations(self.present).items():
            found = read_deprecation(reason)
            if found is None:
                yield f"{place}: the reason {reason!r} does not say what to use, since when, and until when. {FORM}"
            else:
                yield from self._faults_of_dates(place, found, before.get(place))

    def _faults_of_dates(self, place: str, found: Deprecation, before: Deprecation | None) -> Iterator[str]:
        if found.remove_after < found.earliest:
            yield f"{place}: is deprecated for less than twelve months; let it stay until {found.earliest}."
        if before is None and found.since < self.released_on:
            yield f"{place}: nobody was told on {found.since}; the released schema of {self.released_on} does not deprecate it."
        if before is not None and found.remove_after < before.remove_after:
            yield f"{place}: clients were told that it stays until {before.remove_after}; keep that day or a later one."

    def is_due(self, place: str) -> bool:
        """Whether clients were told in time that a field, argument or value goes, and its last day has passed."""
        reason = deprecations(self.released).get(place) or deprecations(self.released).get(place.partition("(")[0])
        found = read_deprecation(reason) if reason else None
        return found is not None and found.earliest <= found.remove_after < self.today

    def removable_types(self) -> set[str]:
        """Types that may go: all they have was due, or all by which clients came to them was, or went with such a type."""
        gone = {name: type for name, type in self.released.type_map.items() if name not in self.present.type_map}
        emptied = {name for name, type in gone.items() if self._is_emptied(type)}
        uses = {name: found for name, found in _uses(self.released).items() if name in gone}
        going = emptied | {name for name in uses if not getattr(gone[name], "interfaces", ())}
        while stays := {name for name in going - emptied if not all(self._goes(use, going) for use in uses[name])}:
            going -= stays
        led = emptied | {name for name in going - emptied if any(self.is_due(use) for use in uses[name])}
        while more := {name for name in going - led if any(use.partition(".")[0] in led for use in uses[name])}:
            led |= more
        return led

    def _goes(self, use: str, going: set[str]) -> bool:
        """Whether a way to a type was due, or is in a type that goes too."""
        return use.partition(".")[0] in going or self.is_due(use)

    def _is_emptied(self, type: GraphQLNamedType) -> bool:
        """Whether all its own fields or values were due; those of an interface belong to the interface."""
        shared = {field for interface in getattr(type, "interfaces", ()) for field in interface.fields}
        own = set(getattr(type, "fields", None) or getattr(type, "values", None) or ()) - shared
        return bool(own) and all(self.is_due(f"{type.name}.{one}") for one in own)


def _uses(schema: GraphQLSchema) -> dict[str, list[str]]:
    """By type: the fields, arguments and input fields of that type."""
    found: dict[str, list[str]] = {}
    for place, one in parts(schema):
        if hasattr(one, "type"):
            found.setdefault(get_named_type(one.type).name, []).append(place)
    return found
