"""Levels: what is selected of one object, fragments written out and response keys merged, and under which variables.

As `reading/select.py` chooses, except that variables are not known yet: what depends on them carries a guard.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from wangge_schema.limits.amounts import ALWAYS, Guard

GuardedSet = tuple[SelectionSetNode, Guard]


@dataclass(slots=True)
class Selected:
    """A field under its response key: the places of the document that ask for it, each with its guard."""

    name: str
    places: dict[int, tuple[FieldNode, Guard]] = field(default_factory=dict[int, tuple[FieldNode, Guard]])

    @property
    def node(self) -> FieldNode:
        """The first place. All have the same arguments, or the document would not be valid."""
        return next(iter(self.places.values()))[0]

    @property
    def guards(self) -> list[Guard]:
        return [guard for _, guard in self.places.values()]

    @property
    def sets(self) -> list[GuardedSet]:
        """What is selected below, under what holds beyond that the field is there at all."""
        known = ALWAYS.union(*self.guards[:1]).intersection(*self.guards)
        return [(node.selection_set, guard - known) for node, guard in self.places.values() if node.selection_set]

    def add(self, node: FieldNode, guard: Guard) -> None:
        """A place that is reached a second time under another guard is taken as always there."""
        _, known = self.places.get(id(node), (node, guard))
        self.places[id(node)] = (node, guard if known == guard else ALWAYS)


def level(
    sets: Iterable[GuardedSet], fragments: Mapping[str, FragmentDefinitionNode], applies: Callable[[str], bool]
) -> list[Selected]:
    """What these sets select of an object; `applies` says which type conditions it meets."""
    found: dict[str, Selected] = {}
    for node, guard in _fields(sets, fragments, applies):
        name = node.name.value
        found.setdefault(node.alias.value if node.alias else name, Selected(name)).add(node, guard)
    return list(found.values())


def _fields(
    sets: Iterable[GuardedSet], fragments: Mapping[str, FragmentDefinitionNode], applies: Callable[[str], bool]
) -> Iterator[tuple[FieldNode, Guard]]:
    """The fields in the order of the document. A fragment that is spread again under another guard is taken once more, as always there."""
    spread: dict[str, Guard] = {}
    waiting: list[Iterator[tuple[SelectionNode, Guard]]] = [_members(selections, guard) for selections, guard in reversed([*sets])]
    while waiting:
        found = next(waiting[-1], None)
        if found is None:
            waiting.pop()
            continue
        node, guard = found
        if isinstance(node, FieldNode):
            yield node, guard
        elif isinstance(node, InlineFragmentNode):
            if node.type_condition is None or applies(node.type_condition.name.value):
                waiting.append(_members(node.selection_set, guard))
        elif isinstance(node, FragmentSpreadNode):
            fragment, known = fragments[node.name.value], spread.get(node.name.value)
            if known in (guard, ALWAYS) or not applies(fragment.type_condition.name.value):
                continue
            spread[node.name.value] = guard if known is None else ALWAYS
            waiting.append(_members(fragment.selection_set, spread[node.name.value]))


def _members(selections: SelectionSetNode, guard: Guard) -> Iterator[tuple[SelectionNode, Guard]]:
    for node in selections.selections:
        own = _guard(node)
        if own is not None:
            yield node, guard | own


def _guard(node: SelectionNode) -> Guard | None:
    """What `@skip` and `@include` ask of the variables; None for what is never included."""
    asked = ALWAYS
    for directive in node.directives or ():
        if directive.name.value in ("skip", "include"):
            wanted = directive.name.value == "include"
            value: Any = directive.arguments[0].value if directive.arguments else None
            if isinstance(value, VariableNode):
                asked |= {(value.name.value, wanted)}
            elif isinstance(value, BooleanValueNode) and value.value is not wanted:
                return None
    return asked
