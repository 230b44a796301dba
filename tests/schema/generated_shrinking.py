"""Shrinking: documents with one selection, argument, directive or member of an object less, unused definitions taken away."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

PARTS = ("selections", "arguments", "directives", "fields", "values")
"""The lists of nodes from which one may be taken; of selections, one must stay."""


def smaller(document: DocumentNode) -> Iterator[DocumentNode]:
    """Every document with one part less, larger parts first."""
    for path in sorted(_paths(document), key=len):
        yield _tidy(visit(document, _Without(path)))


class _Without(Visitor):
    """Takes away the node at a path."""

    def __init__(self, path: list[Any]) -> None:
        super().__init__()
        self.path = path

    def enter(self, _node: Node, _key: Any, _parent: Any, path: list[Any], _ancestors: Any) -> Any:
        return REMOVE if path == self.path else None


class _Paths(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[Any]] = []

    def enter(self, _node: Node, _key: Any, parent: Any, path: list[Any], _ancestors: Any) -> None:
        if len(path) > 1 and path[-2] in PARTS and (path[-2] != "selections" or len(parent) > 1):
            self.found.append(list(path))


def _paths(document: DocumentNode) -> list[list[Any]]:
    visitor = _Paths()
    visit(document, visitor)
    return visitor.found


class _Uses(Visitor):
    """Notes which fragments and variables are used."""

    def __init__(self) -> None:
        super().__init__()
        self.spreads, self.variables = set[str](), set[str]()

    def enter(self, node: Node, _key: Any, parent: Any, *_: Any) -> None:
        if isinstance(node, FragmentSpreadNode):
            self.spreads.add(node.name.value)
        if isinstance(node, VariableNode) and type(parent).__name__ != "VariableDefinitionNode":
            self.variables.add(node.name.value)


def _tidy(document: DocumentNode) -> DocumentNode:
    """Without fragments and variables that nothing uses any more."""
    while True:
        uses = _Uses()
        visit(document, uses)
        kept = [_defined(one, uses) for one in document.definitions if _spread(one, uses)]
        before, document = len(document.definitions), dataclasses.replace(document, definitions=tuple(kept))
        if len(kept) == before:
            return document


def _spread(definition: Any, uses: _Uses) -> bool:
    return not isinstance(definition, FragmentDefinitionNode) or definition.name.value in uses.spreads


def _defined(definition: Any, uses: _Uses) -> Any:
    if not isinstance(definition, OperationDefinitionNode):
        return definition
    used = [one for one in definition.variable_definitions or () if one.variable.name.value in uses.variables]
    return dataclasses.replace(definition, variable_definitions=tuple(used))
