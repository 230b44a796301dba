"""Unread changes: what of a phone's queue is in no form of this schema is put aside and answered by itself, so that it stops no other.

A phone that was not updated for long sends what is not known any more; a request of anything else would be refused as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import graphql.utilities
from graphql import GraphQLNonNull, get_named_type

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


def readable(prepared: Prepared, request: GraphQLRequest) -> tuple[GraphQLRequest, Mapping[int, Unread]]:
    """The request without the changes that cannot be read, and these by their places."""
    for name, type in prepared.variable_types.items():
        named = str(cast("Any", get_named_type(type)))
        given: Any = (request.variables or {}).get(name)
        queue = cast("dict[str, Any]", given) if named == QUEUE and isinstance(given, dict) else {}
        changes = cast("Any", given) if named == CHANGE else queue.get("changes")
        if isinstance(changes, list):
            kept, unread = _parted(prepared, cast("list[Any]", changes))
            reduced: Any = kept if named == CHANGE else {**queue, "changes": kept}
            return replace(request, variables={**(request.variables or {}), name: reduced}), unread
    return request, {}


def _parted(prepared: Prepared, changes: list[Any]) -> tuple[list[Any], dict[int, Unread]]:
    kept, unread = list[Any](), dict[int, Unread]()
    for place, change in enumerate(changes):
        fault = _fault(prepared, change)
        if fault is None:
            kept.append(change)
        else:
            unread[place] = fault
    return kept, unread


def _fault(prepared: Prepared, change: Any) -> Unread | None:
    """The first thing that is wrong with a change."""
    found: list[tuple[str, str]] = []

    def note(error: Any, path: Any) -> None:
        found.append((".".join(map(str, path)), without_secrets(error.message)[:MOST_SAID]))

    type = cast("Any", prepared.schema.type_map[CHANGE])
    cast("Any", graphql.utilities).validate_input_value(change, GraphQLNonNull(type), note, hide_suggestions=True)
    if not found:
        return None
    id: Any = cast("dict[str, Any]", change).get("clientId") if isinstance(change, dict) else ""
    return Unread(id if isinstance(id, str) else "", *found[0])
