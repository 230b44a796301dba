"""Which operation of a document is run: the only one, or the one that is named."""

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode

NAME_ONE = "Say by `operationName` which of the document's operations to run."


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run. Raises GraphQLError where there is none, or several and no name."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if name is None and len(operations) > 1:
        raise GraphQLError(NAME_ONE)
    found = [one for one in operations if name is None or (one.name and one.name.value == name)]
    if not found:
        raise GraphQLError(f"The document has no operation {name!r}." if name else "The document has no operation.")
    return found[0]
