"""Documents: read, limited and validated once, and kept by their text for every later request."""

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import graphql
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from wangge_schema.answers import Operation
from wangge_schema.limits import Cost, Limits, check_document, check_text, compile_cost, operation_of, refuse_introspection
from wangge_schema.limits.documents import fragments_of
from wangge_schema.reading.given import shape, symbolic
from wangge_schema.reading.select import Chosen, Document, choose

MOST_DOCUMENTS = 1_000
HASH_DIGITS = 16
BULK = "sync"
MOST_ROOTS = 50
"""How many selections of root fields are kept for one operation; `@skip` and `@include` make them differ."""


class InvalidDocumentError(Exception):
    """A document that is not executed, with its top-level errors."""

    def __init__(self, errors: list[GraphQLError], operation: Operation) -> None:
        super().__init__(errors[0].message)
        self.errors = errors
        self.operation = operation


@dataclass(eq=False)
class Prepared:
    """An operation of a valid document."""

    schema: GraphQLSchema
    document: DocumentNode
    node: OperationDefinitionNode
    operation: Operation
    cost: Cost
    _roots: dict[Hashable, tuple[Chosen, ...]] = field(default_factory=dict[Hashable, tuple[Chosen, ...]])

    @cached_property
    def variable_types(self) -> Mapping[str, Any]:
        """The types of the variables."""
        nodes = self.node.variable_definitions or ()
        return {node.variable.name.value: cast("Any", graphql).type_from_ast(self.schema, node.type) for node in nodes}

    @cached_property
    def is_bulk(self) -> bool:
        """Whether it is the one mutation that takes as much as a phone has queued, and nothing else."""
        names = [one.name.value for one in self.node.selection_set.selections if isinstance(one, FieldNode)]
        return self.operation.kind == "mutation" and names == [BULK] and len(self.node.selection_set.selections) == 1

    def coerced(self, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """The variables with their defaults. Raises InvalidDocumentError for values of wrong types."""
        if not self.node.variable_definitions:
            return {}
        found = get_variable_values(self.schema, self.node.variable_definitions, dict(given or {}), max_errors=50)
        if isinstance(found, list):
            raise InvalidDocumentError(found, self.operation)
        return found.coerced

    def shape(self, variables: Mapping[str, Any]) -> Hashable:
        """What of coerced variables decides plans."""
        types = self.variable_types
        return tuple((name, shape(types[name], value)) for name, value in variables.items())

    def surroundings(self, variables: Mapping[str, Any]) -> Document:
        """The document as the planner sees it: of variables only what is of their shape."""
        types = self.variable_types
        seen = {name: symbolic(types[name], value, (name,)) for name, value in variables.items()}
        return Document(self.schema, fragments_of(self.document), VariableValues(sources={}, coerced=seen))

    def roots(self, variables: Mapping[str, Any], shape: Hashable) -> tuple[Chosen, ...]:
        """The root fields that are asked for, as the planner sees them."""
        found = self._roots.get(shape)
        if found is None:
            type = cast("GraphQLObjectType", self.schema.get_root_type(self.node.operation))
            if len(self._roots) >= MOST_ROOTS:
                self._roots.clear()
            found = self._roots[shape] = tuple(choose(self.surroundings(variables), type, [self.node.selection_set]))
        return found


class Documents:
    """The documents of a process, the ones that were used last."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, introspection: bool = True, most: int = MOST_DOCUMENTS) -> None:
        self.schema = schema
        self.limits = limits
        self.introspection = introspection
        self.most = most
        self._kept = OrderedDict[tuple[str, str | None], Prepared]()

    def prepare(self, text: str, name: str | None, *, trusted: bool = False) -> Prepared:
        """The operation to run. A trusted document is of any size. Raises InvalidDocumentError."""
        found = self._kept.get((text, name))
        if found is not None:
            self._kept.move_to_end((text, name))
            return found
        found = self._kept[text, name] = self._prepared(text, name, trusted)
        if len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return found

    def _prepared(self, text: str, name: str | None, trusted: bool) -> Prepared:
        told = Operation(document_hash=document_hash(text))  # a name that the client sends beside a document may say anything
        try:
            document = self._read(text, trusted)
            node = operation_of(document, name)
        except GraphQLError as error:
            raise InvalidDocumentError([error], told) from None
        told = Operation(kind=node.operation.value, name=node.name.value if node.name else "", document_hash=told.document_hash)
        if errors := validate(self.schema, document, hide_suggestions=not self.introspection):
            raise InvalidDocumentError(errors, told)
        return Prepared(self.schema, document, node, told, compile_cost(self.schema, document, node))

    def _read(self, text: str, trusted: bool) -> DocumentNode:
        if trusted:
            return parse(text)
        check_text(text, self.limits)
        document = parse(text, no_location=False)
        check_document(document, self.limits)
        if not self.introspection:
            refuse_introspection(document)
        return document


def document_hash(text: str) -> str:
    """How logs name a document."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:HASH_DIGITS]
