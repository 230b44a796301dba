"""Introspection off: the schema is not told to clients. `__typename` stays, which clients' caches need."""

from graphql import DocumentNode, FieldNode

from wangge_schema.errors import IntrospectionOffError
from wangge_schema.limits.documents import selections_below


def refuse_introspection(document: DocumentNode) -> None:
    """Raises IntrospectionOffError for a document that asks for the schema, wherever in it. Needs no validation first."""
    for definition in document.definitions:
        for node in selections_below(getattr(definition, "selection_set", None)):
            if isinstance(node, FieldNode) and node.name.value in ("__schema", "__type"):
                raise IntrospectionOffError
