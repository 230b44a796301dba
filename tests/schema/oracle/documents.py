"""Documents as the oracle understands them: variables, arguments, directives, fragments and the merging of equal response keys."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableNode,
    type_from_ast,
)

ABSENT: Any = object()
"""A value that was not given, which is something else than null."""


class RequestError(Exception):
    """The variables do not fit: nothing is executed."""


class ArgumentError(Exception):
    """An argument does not fit: its field is in error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Asked:
    """A field of the answer: its response key, and every place of the document that asks for it."""

    key: str
    name: str
    nodes: tuple[FieldNode, ...]
    field: GraphQLField | None


@dataclass
class Request:
    """An operation with its variables."""

    schema: GraphQLSchema
    document: DocumentNode
    given: Mapping[str, Any]
    operation_name: str | None = None
    variables: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        definitions = self.document.definitions
        self.fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
        named = [one for one in operations if one.name and one.name.value == self.operation_name]
        self.operation = named[0] if self.operation_name else operations[0]
        for one in self.operation.variable_definitions or ():
            self._define(one.variable.name.value, type_from_ast(self.schema, one.type), one.default_value)

    def _define(self, name: str, type: Any, default: ValueNode | None) -> None:
        if name in self.given:
            self.variables[name] = coerced(self.given[name], type)
        elif default is not None:
            self.variables[name] = self.literal(default, type)
        elif isinstance(type, GraphQLNonNull):
            raise RequestError(name)

    # ---- selections

    def asked(self, type: GraphQLObjectType, nodes: Iterable[Any]) -> list[Asked]:
        """What selection sets ask of an object of a type, in order, each response key once."""
        places: dict[str, list[FieldNode]] = {}
        for node in nodes:
            if node is not None:
                for found in self._spread(type, node):
                    places.setdefault((found.alias or found.name).value, []).append(found)
        return [Asked(key, at[0].name.value, tuple(at), type.fields.get(at[0].name.value)) for key, at in places.items()]

    def below(self, asked: Asked, type: GraphQLObjectType) -> list[Asked]:
        return self.asked(type, [node.selection_set for node in asked.nodes])

    def _spread(self, type: GraphQLObjectType, selection_set: Any) -> Iterator[FieldNode]:
        for node in selection_set.selections:
            if not self._wanted(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            inner: Any = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if inner.type_condition is None or self._is_a(type, inner.type_condition.name.value):
                yield from self._spread(type, inner.selection_set)

    def _is_a(self, type: GraphQLObjectType, name: str) -> bool:
        return name == type.name or any(one.name == name for one in type.interfaces)

    def _wanted(self, node: FieldNode | FragmentSpreadNode | InlineFragmentNode) -> bool:
        truth = {one.name.value: self._truth((one.arguments or ())[0].value) for one in node.directives or ()}
        return truth.get("include", True) and not truth.get("skip", False)

    def _truth(self, node: ValueNode) -> bool:
        return self.variables[node.name.value] if isinstance(node, VariableNode) else node.value  # type: ignore[attr-defined]

    # ---- arguments

    def arguments(self, asked: Asked) -> dict[str, Any]:
        """The arguments of a field; absent ones are not in it. Raises ArgumentError."""
        assert asked.field is not None
        given = {one.name.value: one.value for one in asked.nodes[0].arguments or ()}
        found = {name: self._argument(one, given.get(name)) for name, one in asked.field.args.items()}
        return {name: value for name, value in found.items() if value is not ABSENT}

    def _argument(self, declared: Any, node: ValueNode | None) -> Any:
        value = ABSENT if node is None else self.literal(node, declared.type)
        return _or_default(value, declared)

    def literal(self, node: ValueNode, type: Any) -> Any:
        """The value that a document writes at a place of some type. Raises ArgumentError."""
        if isinstance(node, VariableNode):
            value = self.variables.get(node.name.value, ABSENT)
            if value is None and isinstance(type, GraphQLNonNull):
                raise ArgumentError("GRAPHQL_VALIDATION_FAILED")
            return value
        if isinstance(type, GraphQLNonNull):
            return self.literal(node, type.of_type)
        if isinstance(node, NullValueNode):
            return None
        if isinstance(type, GraphQLList):
            return self._list(node, type)
        if isinstance(type, GraphQLInputObjectType):
            return self._object(node, type)
        return leaf(_plain(node), type)

    def _list(self, node: ValueNode, type: Any) -> list[Any]:
        nodes = node.values if isinstance(node, ListValueNode) else (node,)
        if isinstance(node, ListValueNode):
            items = [self.literal(one, type.of_type) for one in nodes]
            return [None if one is ABSENT else one for one in items]
        return [self.literal(node, type.of_type)]

    def _object(self, node: Any, type: GraphQLInputObjectType) -> dict[str, Any]:
        assert isinstance(node, ObjectValueNode)
        given = {one.name.value: one.value for one in node.fields}
        found = {name: self._argument(one, given.get(name)) for name, one in type.fields.items()}
        return {name: value for name, value in found.items() if value is not ABSENT}


def _or_default(value: Any, declared: Any) -> Any:
    if value is not ABSENT:
        return value
    default = declared.default.value if getattr(declared, "default", None) is not None else declared.default_value
    if default is Undefined:
        if isinstance(declared.type, GraphQLNonNull):
            raise ArgumentError("GRAPHQL_VALIDATION_FAILED")
        return ABSENT
    return leaf(getattr(default, "value", default), declared.type)


def _plain(node: Any) -> Any:
    if isinstance(node, FloatValueNode):
        return float(node.value)
    if isinstance(node, IntValueNode):
        return int(node.value)
    if isinstance(node, BooleanValueNode | EnumValueNode):
        return node.value
    return node.value


def coerced(value: Any, type: Any) -> Any:
    """A variable's JSON value at a place of some type. Raises RequestError."""
    if isinstance(type, GraphQLNonNull):
        if value is None:
            raise RequestError(str(type))
        return coerced(value, type.of_type)
    if value is None:
        return None
    if isinstance(type, GraphQLList):
        return [coerced(one, type.of_type) for one in value] if isinstance(value, list) else [coerced(value, type.of_type)]
    if isinstance(type, GraphQLInputObjectType):
        found = {
            name: coerced(value[name], one.type) if name in value else _or_default(ABSENT, one) for name, one in type.fields.items()
        }
        return {name: one for name, one in found.items() if one is not ABSENT}
    return leaf(value, type)


def leaf(value: Any, type: Any) -> Any:
    """A scalar or the name of an enum's value."""
    if isinstance(type, GraphQLNonNull):
        return leaf(value, type.of_type)
    if isinstance(type, GraphQLEnumType):
        return str(value)
    match type.name:
        case "DateTime":
            return datetime.fromisoformat(value).astimezone(UTC)
        case "Date":
            return date.fromisoformat(value)
        case "ID":
            return str(value)
        case _:
            return value
