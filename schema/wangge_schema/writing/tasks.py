"""Mutations of tasks and shifts."""

import strawberry

from wangge_core.tasks.acknowledging import TaskAcknowledgement, acknowledge_tasks
from wangge_core.tasks.shifts import CheckIn, NewShift, ShiftCancel, cancel_shifts, check_in, set_shifts
from wangge_schema.scalars import DateTime
from wangge_schema.types.rights import Post
from wangge_schema.types.tasks import Shift, Task
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, PositionInput, optional, required
from wangge_schema.writing.payloads import key_of, optional_key


@strawberry.input(description="How a task is acknowledged.")
class TaskAcknowledgeInput:
    post_id: strawberry.ID | None = optional("Under which post; the first of one's own that has the task, unless given.")


@strawberry.input(description="A shift to set.")
class ShiftSetInput:
    post_id: strawberry.ID = required("Whose.")
    starts_at: DateTime = required("From when.")
    ends_at: DateTime = required("Until when; at most 24 hours later.")


@strawberry.input(description="How a shift is taken back.")
class ShiftCancelInput:
    reason: str | None = optional("Why, at most 400 characters.")


@strawberry.input(description="Where somebody on duty is.")
class DutyCheckInInput:
    post_id: strawberry.ID = required("The post under which one is on duty.")
    position: PositionInput = required("Where one is now.")


def _acknowledgement(id: str, given: Given, _: object) -> TaskAcknowledgement:
    return TaskAcknowledgement(task_id=key_of(id, "Task", "id"), post_id=optional_key(given.get("post_id"), "Post", "postId"))


def _new_shift(_: str, given: Given, __: object) -> NewShift:
    times = {"starts_at": given["starts_at"], "ends_at": given["ends_at"]}
    return NewShift(post_id=key_of(given["post_id"], "Post", "postId"), **times)


def _check_in(_: str, given: Given, __: object) -> CheckIn:
    return CheckIn(post_id=key_of(given["post_id"], "Post", "postId"), **given["position"])


MUTATIONS = [
    Mutation(
        name="taskAcknowledge",
        description="Say that one has seen an urgent task and takes it, so that it goes to nobody else; for those to whom it is addressed.",
        thing="task",
        type=Task,
        input=TaskAcknowledgeInput,
        operation=acknowledge_tasks,
        request=_acknowledgement,
        codes=("TASK_ENDED", "TASK_NOT_TO_ACKNOWLEDGE", "TASK_ACKNOWLEDGED"),
        on="Task",
    ),
    Mutation(
        name="shiftSet",
        description="Set a shift of a post. For MANAGE_POSTS over its grid, and for information officers there.",
        thing="shift",
        type=Shift,
        input=ShiftSetInput,
        operation=set_shifts,
        request=_new_shift,
        codes=("POST_ENDED", "TERM_INVALID", "SHIFT_TOO_LONG", "SHIFTS_OVERLAP"),
    ),
    Mutation(
        name="shiftCancel",
        description="Take a shift back, also one that has begun. For who may set it.",
        thing="shift",
        type=Shift,
        input=ShiftCancelInput,
        operation=cancel_shifts,
        request=lambda id, given, _: ShiftCancel(shift_id=key_of(id, "Shift", "id"), reason=given.get("reason")),
        codes=(*TEXT, "SHIFT_OVER"),
        on="Shift",
    ),
    Mutation(
        name="dutyCheckIn",
        description="Say where one is, so that the nearest on duty can be found. Shown to nobody, and forgotten after 24 hours.",
        thing="post",
        type=Post,
        input=DutyCheckInInput,
        operation=check_in,
        request=_check_in,
        codes=("POSITION_INVALID",),
    ),
]
