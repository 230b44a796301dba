"""Pulling: the ids of what a phone needs, made by an operation of the core when it is asked for."""

from typing import Annotated, Any, cast

import strawberry
from strawberry.types.info import Info

from wangge_core.db.outbox.positions import OutboxCursorError
from wangge_core.sync.pulling import MOST_THINGS, Pulled, pull
from wangge_schema.errors import CursorError
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.types.intake import session_of

PULL_COSTS = 500
"""The rows whose ids are looked up, of which most are not shown by this field."""


@strawberry.type(description="What a phone must read again, by global ids: with `nodes`, a hundred at a time.")
class Pull:
    cursor: str = strawberry.field(description="Where to go on: the next pull's `after`.")
    whole: bool = strawberry.field(
        description="Whether `changed` is everything, and the phone forgets what it has: at first, after too long a time, and where the "
        "viewer's posts or grids have changed."
    )
    more: bool = strawberry.field(description="Whether to pull again at once.")
    changed: list[strawberry.ID] = strawberry.field(
        description="Tasks, events, households, persons, campaigns and their open targets."
    )
    gone: list[strawberry.ID] = strawberry.field(description="Households and persons to forget: not there, or not for the viewer.")
    due_changed: bool = strawberry.field(description="Whether due lists may have changed, which are read and never pulled.")
    left_out: list[str] = strawberry.field(
        description=f"Types of which there are more than {MOST_THINGS:,}, which are left to lists; only where `whole`."
    )


def _told(pulled: Pulled) -> Typed:
    members = {
        "cursor": pulled.cursor,
        "whole": pulled.whole,
        "more": pulled.more,
        "changed": pulled.changed,
        "gone": pulled.gone,
        "dueChanged": pulled.due_changed,
        "leftOut": pulled.left_out,
    }
    return Typed("Pull", members)


async def _pull(
    info: Info,
    after: Annotated[
        str | None, strawberry.argument(description="The cursor of the last pull; without it everything is told.")
    ] = None,
) -> Pull | None:
    session, raw = session_of(info)
    if session.viewer.account_id is None:
        return cast("Any", Completed(None))
    async with session.deployment.read() as work:
        try:
            pulled = await pull(work, session.viewer, after)
        except OutboxCursorError as error:
            raise CursorError(error.message) from None
    return cast("Any", Completed(project(_told(pulled), session.chosen(raw))))


pull_field: Any = strawberry.field(
    resolver=_pull,
    metadata={WEIGHT: PULL_COSTS},
    description="What the viewer's posts need on a phone, or what of it has changed since a pull. Null for visitors. "
    "Error: CURSOR_INVALID.",
)
