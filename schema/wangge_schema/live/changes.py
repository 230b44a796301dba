"""Changes: the message that one change is for a group of subscribers, and whom a change can concern at all."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast

import orjson
from graphql import FieldNode, GraphQLObjectType, OperationDefinitionNode, parse

from wangge_core.db.columns import instant_text
from wangge_core.db.outbox.pages import Change
from wangge_core.rights.viewers import Viewer
from wangge_schema.live.documents import THINGS, Asked
from wangge_schema.live.streams import Message
from wangge_schema.live.types import TOPICS, WhatChanged
from wangge_schema.reading.select import Chosen


def _bare_node() -> FieldNode:
    (operation,) = parse("{ thing { __typename } }").definitions
    (field,) = cast("OperationDefinitionNode", operation).selection_set.selections
    return cast("FieldNode", field)


NULL = b"null"
BARE = _bare_node()
"""What is read where the thing itself is not asked for: whether the viewer may see it."""


def rights_of(viewer: Viewer) -> Hashable:
    """What of a viewer decides what is read: two with the same value read the same."""
    scopes = frozenset((capability, scope.paths) for capability, scope in viewer.scopes.items() if scope.paths)
    own = viewer.own_person_ids, viewer.reads_own, viewer.withheld
    return viewer.account_id, viewer.key_id, viewer.language, viewer.posts, viewer.grants, scopes, own


async def read_message(asked: Asked, change: Change) -> Message | None:
    """The message for a change; None where the viewer may not see the event. Raises what reading raises."""
    field = asked.field
    session = replace(asked.session, reads=[])  # messages that are read at once must each wait for the log of what is in them
    await session.shared.refresh()
    chosen = field.children()
    found: dict[str, bytes] = {}
    thing = asked.thing
    for one in [one for one in chosen if one.name == thing] or [_bare(field, thing)]:
        found[one.key] = await session.thing((field.key, one.key), one, change.thing_id)
        if found[one.key] == NULL:
            return None
    await session.log_reads()
    return _message(field, chosen, change.position.cursor, change.at, TOPICS.get(change.topic), found)


def started_message(field: Chosen, cursor: str, at: datetime) -> Message:
    """The first message of a stream: where it begins."""
    return _message(field, field.children(), cursor, at, WhatChanged.STARTED, {})


def _bare(field: Chosen, thing: str) -> Chosen:
    type = cast("GraphQLObjectType", field.type)
    return replace(field, key="", name=thing, nodes=(BARE,), field=type.fields[thing])


def _message(
    field: Chosen, chosen: list[Chosen], cursor: str, at: datetime, change: WhatChanged | None, things: Mapping[str, bytes]
) -> Message:
    values = {"__typename": field.type.name, "cursor": cursor, "at": instant_text(at), "change": change and change.name}
    members = {
        one.key: orjson.Fragment(things.get(one.key, NULL)) if one.name in THINGS.values() else values[one.name] for one in chosen
    }
    return Message(orjson.dumps({"data": {field.key: members}}), cursor)
