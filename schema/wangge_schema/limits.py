"""Limits: documents that are refused before anything is executed."""

from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension


class OneOperation(SchemaExtension):
    """Refuses a document with several operations when none is named; Strawberry would run the first."""

    def on_validate(self) -> Iterator[None]:
        """Runs before validation, which does not happen any more once there are errors."""
        context = self.execution_context
        definitions = context.graphql_document.definitions if context.graphql_document else ()
        operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
        if len(operations) > 1 and context._provided_operation_name is None:
            context.pre_execution_errors = [GraphQLError("Say by `operationName` which of the document's operations to run.")]
        yield
