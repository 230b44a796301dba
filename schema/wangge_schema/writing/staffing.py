"""Mutations of bindings, courses, training and hand-overs. A grid chooses its template with `gridUpdate`."""

import strawberry

from wangge_core.plugin.declarations.staff import BindingKind, PostEndGround, StaffSource
from wangge_core.staffing.bindings import BindingEnd, NewBinding, bind_grids, end_bindings
from wangge_core.staffing.handing_over import PostHandOver, hand_over_posts
from wangge_core.staffing.protocols import HandOverAcknowledgement, HandOverNote, acknowledge_hand_overs, note_hand_overs
from wangge_core.staffing.training import (
    CourseSetting,
    NewTraining,
    TrainingWithdrawal,
    record_training,
    set_courses,
    withdraw_training,
)
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.rights import Post
from wangge_schema.types.staffing import Course, GridBinding, HandOver, Training
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import key_of, optional_key


@strawberry.input(description="Somebody to tie to a grid: exactly one of account, office and organisation, as the kind has it.")
class GridBindInput:
    grid_id: strawberry.ID = required("The grid.")
    kind: BindingKind = required("What the tie is.")
    account_id: strawberry.ID | None = optional("The leader, of SPONSOR_LEADER.")
    office_id: strawberry.ID | None = optional("The office, of PARTNER_OFFICE, TERRITORY and UTILITY_FIRM.")
    organization_id: strawberry.ID | None = optional("The firm, of UTILITY_FIRM.")
    contact: str | None = optional("Whom to ask for there, by the name at work; at most 80 characters.")
    official_phone: str | None = optional("The official telephone of that one.")
    starts_at: DateTime | None = optional("From when; now unless given.")
    ends_at: DateTime | None = optional("Until when; open unless given.")


@strawberry.input(description="How a tie to a grid is ended.")
class GridUnbindInput:
    reason: str | None = optional("Why, at most 400 characters.")
    at: DateTime | None = optional("When; now unless given.")


@strawberry.input(description="What holds for a course from now on.")
class CourseSetInput:
    code: str = required("Its code; a course that has it is changed.")
    name: str = required("Its name.")
    months: int | None = optional("For how many months it holds, 1 to 600; for good unless given.")
    role_ids: list[strawberry.ID] = required("The roles that require it before a post is taken up; none where it is only recorded.")
    active: bool | None = optional("Whether they still do; true unless given.")


@strawberry.input(description="That somebody took a course.")
class TrainingRecordInput:
    account_id: strawberry.ID = required("Who.")
    course_id: strawberry.ID = required("Which course.")
    taken_on: Date = required("On which day.")
    holds_until: Date | None = optional("The last day on which it holds; by the course's months unless given.")


@strawberry.input(description="Why a record is wrong.")
class TrainingWithdrawInput:
    reason: str = required("Why, at most 400 characters.")


@strawberry.input(description="To whom a post is handed over: to an account or to a post, exactly one.")
class PostHandOverInput:
    to_account_id: strawberry.ID | None = optional(
        "Who takes over: gets a post of the same role, grid and office, until the day on which this one was to end; this one ends."
    )
    to_post_id: strawberry.ID | None = optional(
        "A successor's post that there is already, of the same role, grid and office, running now; this one goes on without its work."
    )
    at: DateTime | None = optional("The moment; now unless given. Only to an account, and not in the past.")
    reason: str | None = optional("Why, at most 400 characters.")
    ground: PostEndGround | None = optional("On what ground this post ends; OTHER needs the reason.")
    source: StaffSource | None = optional("Whence the one comes who takes over.")
    untrained_reason: str | None = optional("Why somebody takes over without a course that the role requires.")
    open_points: str | None = optional(
        "What is still to be done, about the work and not about residents; at most 4,000 characters."
    )


@strawberry.input(description="What the one who leaves writes down.")
class HandOverNoteInput:
    open_points: str = required("What is still to be done, about the work and not about residents; at most 4,000 characters.")


@strawberry.input(description="How a hand-over is acknowledged.")
class HandOverAcknowledgeInput:
    remark: str | None = optional("What is to be added, at most 4,000 characters.")


def _binding(_: str, given: Given, input: GridBindInput) -> NewBinding:
    return NewBinding(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        kind=input.kind,
        account_id=optional_key(given.get("account_id"), "Account", "accountId"),
        office_id=optional_key(given.get("office_id"), "Office", "officeId"),
        organization_id=optional_key(given.get("organization_id"), "Organization", "organizationId"),
        contact=given.get("contact"),
        official_phone=given.get("official_phone"),
        starts_at=given.get("starts_at"),
        ends_at=given.get("ends_at"),
    )


def _unbinding(id: str, given: Given, _: object) -> BindingEnd:
    return BindingEnd(binding_id=key_of(id, "GridBinding", "id"), reason=given.get("reason"), at=given.get("at"))


def _course(_: str, given: Given, __: object) -> CourseSetting:
    active = given.get("active")
    return CourseSetting(
        code=given["code"],
        name=given["name"],
        months=given.get("months"),
        roles=tuple(given["role_ids"]),
        active=True if active is None else active,
    )


def _training(_: str, given: Given, __: object) -> NewTraining:
    return NewTraining(
        account_id=key_of(given["account_id"], "Account", "accountId"),
        course_id=key_of(given["course_id"], "Course", "courseId"),
        taken_on=given["taken_on"],
        holds_until=given.get("holds_until"),
    )


def _withdrawal(id: str, given: Given, _: object) -> TrainingWithdrawal:
    return TrainingWithdrawal(training_id=key_of(id, "Training", "id"), reason=given["reason"])


def _hand_over(id: str, given: Given, input: PostHandOverInput) -> PostHandOver:
    return PostHandOver(
        from_post_id=key_of(id, "Post", "id"),
        to_account_id=optional_key(given.get("to_account_id"), "Account", "toAccountId"),
        to_post_id=optional_key(given.get("to_post_id"), "Post", "toPostId"),
        at=given.get("at"),
        reason=given.get("reason"),
        ground=input.ground or None,
        source=input.source or None,
        untrained_reason=given.get("untrained_reason"),
        open_points=given.get("open_points"),
    )


def _note(id: str, given: Given, _: object) -> HandOverNote:
    return HandOverNote(hand_over_id=key_of(id, "HandOver", "id"), open_points=given["open_points"])


def _acknowledgement(id: str, given: Given, _: object) -> HandOverAcknowledgement:
    return HandOverAcknowledgement(hand_over_id=key_of(id, "HandOver", "id"), remark=given.get("remark"))


SUCCEEDED = ("HAND_OVER_TO_ONE", "SUCCESSOR_DIFFERS", "SUCCESSOR_SAME", "POST_ENDED", "POST_NOT_STARTED", "ASSIGNEE_INVOLVED")
GIVEN = ("TERM_INVALID", "REQUIRED", "GRID_ENDED", "RIGHTS_FOR_ONESELF", "RIGHTS_EXCEED_OWN", "TRAINING_MISSING", "ROLE_UNKNOWN")

MUTATIONS = [
    Mutation(
        name="gridBind",
        description="Tie a leader, an office or a firm to a grid without a post in its team. For MANAGE_POSTS over the grid.",
        thing="gridBinding",
        type=GridBinding,
        input=GridBindInput,
        operation=bind_grids,
        request=_binding,
        codes=(*TEXT, "GRID_ENDED", "BINDING_TO_OTHER", "BOUND_ALREADY", "PHONE_INVALID", "TERM_INVALID"),
    ),
    Mutation(
        name="gridUnbind",
        description="End such a tie. For MANAGE_POSTS over the grid.",
        thing="gridBinding",
        type=GridBinding,
        input=GridUnbindInput,
        operation=end_bindings,
        request=_unbinding,
        codes=(*TEXT, "BINDING_ENDED", "TERM_INVALID"),
        on="GridBinding",
    ),
    Mutation(
        name="courseSet",
        description="Make or change a course, and say which roles require it before a post is taken up. For MANAGE_POSTS over the whole "
        "ground.",
        thing="course",
        type=Course,
        input=CourseSetInput,
        operation=set_courses,
        request=_course,
        codes=(*TEXT, "OUT_OF_RANGE", "ROLE_UNKNOWN"),
    ),
    Mutation(
        name="trainingRecord",
        description="Record that somebody else took a course. For MANAGE_POSTS anywhere.",
        thing="training",
        type=Training,
        input=TrainingRecordInput,
        operation=record_training,
        request=_training,
        codes=("IN_THE_FUTURE", "TERM_INVALID", "TRAINING_OF_ONESELF"),
    ),
    Mutation(
        name="trainingWithdraw",
        description="Withdraw a record of training as wrong; posts that were given by it stay. For MANAGE_POSTS anywhere.",
        thing="training",
        type=Training,
        input=TrainingWithdrawInput,
        operation=withdraw_training,
        request=_withdrawal,
        codes=(*TEXT, "TRAINING_WITHDRAWN"),
        on="Training",
    ),
    Mutation(
        name="postHandOver",
        description="Hand a post over: its open tasks, events and shifts go to the successor, each event with an entry in its history, and "
        "a protocol says what it was (`handOvers` of either post). At a later moment the work goes then. For MANAGE_POSTS over its grid.",
        thing="post",
        type=Post,
        input=PostHandOverInput,
        operation=hand_over_posts,
        request=_hand_over,
        codes=(*TEXT, *SUCCEEDED, *GIVEN),
        on="Post",
    ),
    Mutation(
        name="handOverNote",
        description="Write into the protocol what is still to be done, until it is acknowledged. For the one who leaves.",
        thing="handOver",
        type=HandOver,
        input=HandOverNoteInput,
        operation=note_hand_overs,
        request=_note,
        codes=(*TEXT, "HAND_OVER_ACKNOWLEDGED"),
        on="HandOver",
    ),
    Mutation(
        name="handOverAcknowledge",
        description="Acknowledge that one has it all, once it was done. For the one who takes over.",
        thing="handOver",
        type=HandOver,
        input=HandOverAcknowledgeInput,
        operation=acknowledge_hand_overs,
        request=_acknowledgement,
        codes=(*TEXT, "HAND_OVER_ACKNOWLEDGED", "HAND_OVER_NOT_DONE"),
        on="HandOver",
    ),
]
