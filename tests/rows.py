"""Counting the rows in an answer: the objects of planned types, found by walking the answer along the document."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
)

from wangge_schema.reading.select import source_of


def rows_in(schema: GraphQLSchema, text: str, data: Any) -> int:
    """How many rows stand in the data of a document with one operation."""
    document = parse(text)
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    root = schema.get_root_type(operation.operation)
    return _Counting(schema, fragments).object(root, [operation.selection_set], data)


class _Counting:
    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self.schema = schema
        self.fragments = fragments

    def object(self, type: Any, sets: list[SelectionSetNode], data: Any) -> int:
        """The rows in a value: in a list those of its items; of an interface, the most that any fitting type would count."""
        if isinstance(data, list):
            return sum(self.object(type, sets, one) for one in data)
        if not isinstance(data, dict):
            return 0
        if isinstance(type, GraphQLInterfaceType):
            return max(self.of_type(one, sets, data) for one in self.schema.get_possible_types(type))
        return self.of_type(type, sets, data)

    def of_type(self, type: GraphQLObjectType, sets: list[SelectionSetNode], data: dict[str, Any]) -> int:
        nodes = list(self.nodes(type, sets))
        keys = {_key(node) for node in nodes}
        if not keys >= set(data):
            return 0
        below = 0
        for key in keys & set(data):
            same = [node for node in nodes if _key(node) == key]
            field = type.fields.get(same[0].name.value)
            if field is not None and any(node.selection_set for node in same):
                inner = [node.selection_set for node in same if node.selection_set]
                below += self.object(get_named_type(cast("Any", field.type)), inner, data[key])
        return below + (source_of(type) is not None)

    def nodes(self, type: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> Iterator[FieldNode]:
        """The fields that may have been asked of the type; whether they were is seen in the data."""
        for selections in sets:
            for node in selections.selections:
                if isinstance(node, FieldNode):
                    yield node
                    continue
                inner: Any = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
                condition = inner.type_condition and self.schema.type_map[inner.type_condition.name.value]
                if condition in (None, type) or (isinstance(condition, GraphQLInterfaceType) and condition in type.interfaces):
                    yield from self.nodes(type, [inner.selection_set])


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value
