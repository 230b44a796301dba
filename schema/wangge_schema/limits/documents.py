"""The parsed document, before it is validated: how deep and wide it is when its fragments are written out.

Selections are merged as execution merges them, and the walk stops at the first limit that is passed, so that it is linear in what
is allowed however the document is made.
"""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from wangge_schema.errors import (
    DocumentTooDeepError,
    TooManyAliasesError,
    TooManyDirectivesError,
    TooManyDuplicatesError,
    TooManyFragmentsError,
    TooManyRootFieldsError,
    TooManySelectionsError,
)
from wangge_schema.limits.figures import Limits

Fragments = Mapping[str, FragmentDefinitionNode]
Sets = list[SelectionSetNode]


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Raises LimitError, and GraphQLError where fragments go round in a circle, in which nothing can be measured."""
    _check_as_written(document, limits)
    fragments = fragments_of(document)
    spread = _spreads(fragments)
    _check_circles(spread)
    _check_written_out(_roots(document, spread), fragments, limits)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The document's fragments by name."""
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def selections_below(selections: SelectionSetNode | None) -> Iterator[SelectionNode]:
    """Every selection in and below a set as it is written; fragments that it spreads are not followed."""
    waiting = [selections]
    while waiting:
        for node in one.selections if (one := waiting.pop()) else ():
            yield node
            waiting.append(getattr(node, "selection_set", None))


def _check_as_written(document: DocumentNode, limits: Limits) -> None:
    aliases = fragments = 0
    for definition in document.definitions:
        _check_directives(definition, limits)
        for node in selections_below(getattr(definition, "selection_set", None)):
            _check_directives(node, limits)
            if not isinstance(node, FieldNode):
                fragments += 1
            elif node.alias:
                aliases += 1
    if aliases > limits.aliases:
        raise TooManyAliasesError(aliases, limits.aliases)
    if fragments > limits.fragments:
        raise TooManyFragmentsError(fragments, limits.fragments)


def _check_directives(node: object, limits: Limits) -> None:
    count = len(getattr(node, "directives", None) or ())
    if count > limits.directives:
        raise TooManyDirectivesError(count, limits.directives)


def _spreads(fragments: Fragments) -> dict[str, set[str]]:
    """By fragment, the fragments that it spreads."""
    return {
        name: {
            node.name.value
            for node in selections_below(one.selection_set)
            if isinstance(node, FragmentSpreadNode) and node.name.value in fragments
        }
        for name, one in fragments.items()
    }


def _check_circles(spreads: Mapping[str, set[str]]) -> None:
    try:
        TopologicalSorter(spreads).prepare()
    except CycleError as error:
        circle = cast("list[str]", error.args[1])
        raise GraphQLError(f"Cannot spread fragment {circle[0]!r} within itself via {', '.join(circle[1:])}.") from None


def _roots(document: DocumentNode, spreads: Mapping[str, set[str]]) -> Iterator[SelectionSetNode]:
    """Where measuring begins: the operations, and the fragments that no other spreads, which are validated though nobody uses them."""
    spread = set[str]().union(*spreads.values())
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode) or (isinstance(one, FragmentDefinitionNode) and one.name.value not in spread):
            yield one.selection_set


def _check_written_out(roots: Iterable[SelectionSetNode], fragments: Fragments, limits: Limits) -> None:
    seen = compared = 0
    for root in roots:
        waiting: list[tuple[int, Sets]] = [(1, [root])]
        while waiting:
            depth, sets = waiting.pop()
            if depth > limits.depth:
                raise DocumentTooDeepError(None, limits.depth)
            found = _Level(sets, fragments, limits.selections - seen)
            seen += found.selections
            compared += found.comparisons
            if seen > limits.selections:
                raise TooManySelectionsError(None, limits.selections)
            if compared > limits.comparisons:
                raise TooManyDuplicatesError(found.commonest, compared, limits.comparisons)
            if depth == 1 and len(found.fields) > limits.root_fields:
                raise TooManyRootFieldsError(len(found.fields), limits.root_fields)
            waiting += [(depth + 1, below) for below in found.below.values()]


class _Level:
    """What some sets select of one object, up to a number of selections."""

    def __init__(self, sets: Sets, fragments: Fragments, most: int) -> None:
        self.selections = 0
        self.spreads = set[str]()
        self.fields = dict[str, int]()
        """How often each response key is asked for."""
        self.below = dict[str, Sets]()
        """What is selected under each response key."""
        for node in self._written_out(sets, fragments):
            self.selections += 1
            if self.selections > most:
                break
            if isinstance(node, FieldNode):
                self._add(node)

    @property
    def comparisons(self) -> int:
        return sum(count * (count - 1) // 2 for count in (*self.fields.values(), len(self.spreads)))

    @property
    def commonest(self) -> str:
        """The response key that is asked for most often."""
        return max(self.fields, key=self.fields.__getitem__, default="")

    def _add(self, node: FieldNode) -> None:
        key = node.alias.value if node.alias else node.name.value
        self.fields[key] = self.fields.get(key, 0) + 1
        if node.selection_set:
            self.below.setdefault(key, []).append(node.selection_set)

    def _written_out(self, sets: Sets, fragments: Fragments) -> Iterator[SelectionNode]:
        """The selections with those of fragments; a fragment counts once for an object."""
        waiting = list(sets)
        while waiting:
            for node in waiting.pop().selections:
                yield node
                if isinstance(node, InlineFragmentNode):
                    waiting.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and (name := node.name.value) in fragments and name not in self.spreads:
                    self.spreads.add(name)
                    waiting.append(fragments[name].selection_set)
