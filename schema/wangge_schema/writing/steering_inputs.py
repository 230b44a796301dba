"""The inputs of what is done with a running event beside its moves."""

import strawberry

from wangge_schema.scalars import DateTime
from wangge_schema.writing.inputs import optional, required

SEEN = "The event's version that you saw; another one is refused with EVENT_CHANGED."
NOTE = "What there is to say, at most 4,000 characters."


@strawberry.input(description="Photographs or files to add to an event.")
class EventAddEvidenceInput:
    attachments: list[strawberry.ID] = required("Their global ids, at least one and at most 20.")
    note: str | None = optional(NOTE)
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="Who is to have the event from now on.")
class EventReassignInput:
    assignees: list[strawberry.ID] = required("Global ids of posts and offices, the lead first, at most 20.")
    note: str | None = optional(NOTE)
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A part of a joint handling is done.")
class EventFinishPartInput:
    note: str | None = optional(NOTE)
    attachments: list[strawberry.ID] | None = optional("Global ids of photographs and files.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A part of a joint handling cannot be done.")
class EventGiveUpPartInput:
    reason: str = required("Why, at most 4,000 characters.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="An event is chased up.")
class EventChaseUpInput:
    note: str = required("What is asked, at most 4,000 characters.")
    answer_due_at: DateTime = required("By when an answer is owed: ahead, and at most 90 days.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="An answer to what was chased up.")
class EventAnswerChaseInput:
    answer: str = required("The answer, at most 4,000 characters.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="More time is needed, or the event must rest.")
class EventPutOffInput:
    reason: str = required("Why, at most 4,000 characters.")
    until: DateTime = required("Until when: ahead, and no further than the deployment allows.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="What is decided on a request.")
class EventDecideInput:
    granted: bool = required("Whether it is granted.")
    note: str | None = optional("Why; needed where it is refused, at most 4,000 characters.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A remark on what is done.")
class EventNoteInput:
    note: str | None = optional(NOTE)
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="The events that tell of the same matter.")
class EventJoinInput:
    events: list[strawberry.ID] = required("Their global ids, at least one and at most 20.")
    note: str | None = optional(NOTE)
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A delay is not to be held against whoever had the event.")
class EventAppealInput:
    reason: str = required("Why, at most 4,000 characters.")
    stage: str | None = optional("The name of the stage that was overdue; the present one unless given.")
    attachments: list[strawberry.ID] | None = optional("Global ids of photographs and files that show it.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A step of a project is done.")
class EventFinishStepInput:
    step: int = required("Its number, from 1.")
    note: str | None = optional(NOTE)
    expected_version: int | None = optional(SEEN)
