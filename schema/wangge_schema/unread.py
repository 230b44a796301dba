"""Unread changes: what a phone has queued is taken out of the variables and read change by change, so that what is in no form of this
schema is answered by itself and stops no other.

A phone that was not updated for long sends what is not known any more; a request of anything else would be refused as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import graphql.utilities
from graphql import GraphQLNonNull, GraphQLSchema, get_named_type

from wangge_schema.answers import GraphQLRequest
from wangge_schema.documents import Prepared
from wangge_schema.errors import without_secrets

QUEUE, CHANGE = "SyncInput", "SyncChangeInput"
MOST_SAID = 300


@dataclass(frozen=True, slots=True)
class Unread:
    """A change that cannot be read: its id where it has one, the path of what is wrong in it, and what is."""

    client_id: str
    field: str
    said: str


def taken_out(prepared: Prepared, request: GraphQLRequest) -> tuple[GraphQLRequest, Sequence[Any] | None]:
    """The request without the changes that its variables hold, and these as they were sent; None where there is no list of them."""
    for name, type in prepared.variable_types.items():
        named = str(cast("Any", get_named_type(type)))
        given: Any = (request.variables or {}).get(name)
        queue = cast("dict[str, Any]", given) if named == QUEUE and isinstance(given, dict) else {}
        changes = cast("Any", given) if named == CHANGE else queue.get("changes")
        if isinstance(changes, list):
            rest: Any = [] if named == CHANGE else {**queue, "changes": []}
            return replace(request, variables={**(request.variables or {}), name: rest}), cast("list[Any]", changes)
    return request, None


def unread(schema: GraphQLSchema, change: Any) -> Unread:
    """The first thing that is wrong with a change that cannot be read."""
    found: list[tuple[str, str]] = []

    def note(error: Any, path: Any) -> None:
        found.append((".".join(map(str, path)), without_secrets(error.message)[:MOST_SAID]))

    type = cast("Any", schema.type_map[CHANGE])
    cast("Any", graphql.utilities).validate_input_value(change, GraphQLNonNull(type), note, hide_suggestions=True)
    id: Any = cast("dict[str, Any]", change).get("clientId") if isinstance(change, dict) else ""
    return Unread(id if isinstance(id, str) else "", *(found or [("", "")])[0])
