"""Selecting: a selection set with its fragments, directives and aliases becomes an ordered list of chosen fields."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    get_named_type,
)
from graphql.execution.values import VariableValues
from strawberry.schema.schema_converter import GraphQLCoreConverter

from wangge_schema.reading.sources import READS, SOURCE, Reads, Source


@dataclass(frozen=True, slots=True)
class Document:
    """What surrounds a selection: the schema, the fragments and the variables of the operation."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues


@dataclass(frozen=True)
class Chosen:
    """A field that was asked for, under its response key; `nodes` are all places of the document that ask for it."""

    key: str
    name: str
    nodes: tuple[FieldNode, ...]
    field: GraphQLField | None
    document: Document = dataclasses.field(repr=False)
    _children: dict[str, list["Chosen"]] = dataclasses.field(default_factory=dict[str, list["Chosen"]], repr=False, compare=False)

    @property
    def type(self) -> GraphQLNamedType:
        assert self.field is not None
        field: Any = self.field
        return cast("GraphQLNamedType", get_named_type(field.type))

    @property
    def reads(self) -> Reads | None:
        """The declaration of a planned field; None for a plain one."""
        definition = self.field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) if self.field else None
        return definition.metadata.get(READS) if definition is not None else None

    @property
    def python_name(self) -> str:
        """The attribute that holds the value in a plain object."""
        definition = self.field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) if self.field else None
        return definition.python_name if definition is not None else self.name

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The arguments by their GraphQL names, coerced, defaults included."""
        assert self.field is not None
        return get_argument_values(self.field, self.nodes[0], self.document.variables)

    def children(self, type: GraphQLObjectType | None = None) -> list["Chosen"]:
        """What is selected below, for objects of `type` (by default the field's own)."""
        of = cast("GraphQLObjectType", type or self.type)
        if of.name not in self._children:
            sets = [node.selection_set for node in self.nodes if node.selection_set]
            self._children[of.name] = choose(self.document, of, sets)
        return self._children[of.name]


def choose(document: Document, type: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> list[Chosen]:
    """The fields that these selection sets ask of an object of `type`, in order, each response key once."""
    found: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()  # a fragment counts once for an object, however often it is spread
    for selections in sets:
        for node in _fields(document, type, selections, seen):
            found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
    return [
        Chosen(key, nodes[0].name.value, tuple(nodes), type.fields.get(nodes[0].name.value), document)
        for key, nodes in found.items()
    ]


def source_of(type: GraphQLNamedType) -> Source | None:
    """The source of a planned type; None for a plain one."""
    definition = type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return getattr(definition.origin, SOURCE, None) if definition is not None else None


def _fields(document: Document, type: GraphQLObjectType, selections: SelectionSetNode, seen: set[str]) -> Iterator[FieldNode]:
    for node in selections.selections:
        if not _included(document, node):
            continue
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else type.name
            if _applies(document, type, condition):
                yield from _fields(document, type, node.selection_set, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            fragment = document.fragments[node.name.value]
            if _applies(document, type, fragment.type_condition.name.value):
                yield from _fields(document, type, fragment.selection_set, seen)


def _included(document: Document, node: Any) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, node, document.variables)
    include = get_directive_values(GraphQLIncludeDirective, node, document.variables)
    return not (skip and skip["if"]) and (include is None or include["if"])


def _applies(document: Document, type: GraphQLObjectType, condition: str) -> bool:
    if condition == type.name:
        return True
    other = document.schema.type_map[condition]
    return isinstance(other, GraphQLInterfaceType) and document.schema.is_sub_type(other, type)
