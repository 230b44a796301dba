"""The root of all subscriptions, and what they tell. Nothing here is resolved: `changes.py` writes the messages."""

from collections.abc import AsyncGenerator
from enum import auto
from typing import Annotated

import strawberry

from wangge_core.plugin.declarations.labels import Choice
from wangge_schema.reading.enums import enum_type
from wangge_schema.scalars import DateTime
from wangge_schema.types.campaigns import Campaign
from wangge_schema.types.events import Event
from wangge_schema.types.tasks import Task


class WhatChanged(Choice):
    """What happened to an event. STARTED comes once, first, and tells of no event: its cursor is where to resume from."""

    STARTED = auto(), "开始"
    REPORTED = auto(), "上报"
    MOVED = auto(), "流转"
    COMMENTED = auto(), "备注"
    STEERED = auto(), "督办、改派、延期等"


enum_type(WhatChanged)
TOPICS = {
    "event.reported": WhatChanged.REPORTED,
    "event.moved": WhatChanged.MOVED,
    "event.commented": WhatChanged.COMMENTED,
    "event.steered": WhatChanged.STEERED,
}
"""What the topics of the outbox are called here; others are not told."""


@strawberry.type(description="Something that happened to an event.")
class EventChange:
    cursor: str = strawberry.field(
        description="The place right after this change. Give it as `after` to be told all that came after it, however long ago."
    )
    at: DateTime = strawberry.field(description="When it happened.")
    change: WhatChanged = strawberry.field(description="What happened.")
    event: Event | None = strawberry.field(description="The event as it is now; null with STARTED.")


GIVEN = "task.given"
"""The topic of tasks that somebody has got; its content names the posts, offices and roles."""


@strawberry.type(description="A task that the viewer has got.")
class TaskAssignment:
    cursor: str = strawberry.field(description="The place right after it. Give it as `after` to be told of all that came after it.")
    at: DateTime = strawberry.field(description="When it was given.")
    task: Task | None = strawberry.field(
        description="The task as it is now; null in the first message, which says where one begins."
    )


PROGRESS = "campaign.progress"
"""The topic of what changes how far a campaign is."""


@strawberry.type(description="That a campaign is further than it was.")
class CampaignUpdate:
    cursor: str = strawberry.field(description="The place right after it. Give it as `after` to be told of what came after it.")
    at: DateTime = strawberry.field(description="When it changed.")
    campaign: Campaign | None = strawberry.field(
        description="The campaign as it is now; null in the first message, which says where one begins."
    )


@strawberry.type(description="What can be followed, over WebSocket (`graphql-transport-ws`) or as server-sent events.")
class Subscription:
    @strawberry.subscription(
        description="Changes of the events that the viewer may see, in order. Without `after` the first message is STARTED: what happens "
        "from then on is told, so read lists after it. Errors: ID_INVALID, CURSOR_INVALID, CURSOR_TOO_OLD, UNAUTHENTICATED, SLOW_CONSUMER."
    )
    async def event_changed(
        self,
        grid: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only events in this grid and below it: its global id, or the code of a base grid."),
        ] = strawberry.UNSET,
        kinds: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Only events that are of one of these kinds after the change; at most 200."),
        ] = strawberry.UNSET,
        after: Annotated[
            str | None, strawberry.argument(description="Resume: only what came after this cursor.")
        ] = strawberry.UNSET,
    ) -> AsyncGenerator[EventChange, None]:
        raise AssertionError("subscriptions are written by the live room")
        yield

    @strawberry.subscription(
        description="Tasks as the viewer gets them, with one's posts, their offices and the roles in which they act. Without `after` the "
        "first message has no task: what is given from then on is told, so read `viewer { tasks }` after it. "
        "Errors: CURSOR_INVALID, CURSOR_TOO_OLD, UNAUTHENTICATED, SLOW_CONSUMER."
    )
    async def task_assigned(
        self,
        after: Annotated[
            str | None, strawberry.argument(description="Resume: only what was given after this cursor.")
        ] = strawberry.UNSET,
    ) -> AsyncGenerator[TaskAssignment, None]:
        raise AssertionError("subscriptions are written by the live room")
        yield

    @strawberry.subscription(
        description="How far campaigns are, as check-ins come in. A message tells a campaign as it is when it is read: however many "
        "check-ins there are, of each campaign at most two come in a second, the first at once and the last of them always. Without "
        "`after` the first message has no campaign, so read it after that. "
        "Errors: ID_INVALID, CURSOR_INVALID, CURSOR_TOO_OLD, UNAUTHENTICATED, SLOW_CONSUMER."
    )
    async def campaign_progress(
        self,
        id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only this campaign; all that the viewer may see unless given."),
        ] = strawberry.UNSET,
        after: Annotated[
            str | None, strawberry.argument(description="Resume: whatever changed after this cursor is told once.")
        ] = strawberry.UNSET,
    ) -> AsyncGenerator[CampaignUpdate, None]:
        raise AssertionError("subscriptions are written by the live room")
        yield
