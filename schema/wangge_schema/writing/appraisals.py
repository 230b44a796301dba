"""Mutations of appraisals: runs, what is collected for them, appeals."""

from typing import Any

import strawberry

from wangge_core.appraisals.appealing import AppealAnswer, AppraisalAppeal, answer_appeals, appeal_results
from wangge_core.appraisals.checks import CheckEntry, enter_checks
from wangge_core.appraisals.drawing import Drawing, draw_checks
from wangge_core.appraisals.exits import Exit, end_by_appraisal
from wangge_core.appraisals.freezing import freeze_runs
from wangge_core.appraisals.publishing import AppealsOpening, open_appeals, publish_runs
from wangge_core.appraisals.rating import AppraisalRating, SelfAssessment, assess_oneself, rate
from wangge_core.appraisals.schemes import ComponentKind
from wangge_core.appraisals.standing import Appraisee
from wangge_core.appraisals.starting import NewRun, start_runs
from wangge_core.changing import Change
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types import appraisals as types
from wangge_schema.types.rights import Post
from wangge_schema.writing.changes import SEEN
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import key_of, optional_key


@strawberry.input(description="An appraisal to begin.")
class AppraisalRunInput:
    scheme_id: strawberry.ID = required("The scheme.")
    day: Date = required("A day of the period: its month, quarter or year is appraised.")
    supersedes: strawberry.ID | None = optional(
        "The run of the same period in whose place it is: what was collected is taken over, figures are counted anew, both runs stay."
    )
    reason: str | None = optional("Why, at most 400 characters; needed with `supersedes`.")


@strawberry.input(description="Who is appraised: exactly one of these.")
class AppraiseeInput:
    grid_id: strawberry.ID | None = optional("A grid.")
    office_id: strawberry.ID | None = optional("An office.")
    post_id: strawberry.ID | None = optional("A post.")


@strawberry.input(description="Points for somebody who is appraised.")
class AppraisalPointsInput:
    who: AppraiseeInput = required("For whom.")
    points: int = required("0 to 100.")


@strawberry.input(description="A sample to draw.")
class AppraisalDrawInput:
    kind: ComponentKind = required("SPOT_CHECK draws events that were closed in the period, VIDEO_CHECK places and assets.")
    each: int = required("How many for each of the appraised, those included that were drawn before; at most 50.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="What was found.")
class AppraisalCheckEnterInput:
    finding: str = required("What was found, at most 400 characters; nothing on persons.")
    points: int = required("0 to 100.")


@strawberry.input(description="A run that goes on.")
class AppraisalStepOnInput:
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="Until when the appraised may appeal.")
class AppraisalOpenAppealsInput:
    until: DateTime = required("Until when; at most 90 days ahead.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="What is wrong with a result.")
class AppraisalAppealInput:
    reason: str = required("What is wrong, at most 2,000 characters.")


@strawberry.input(description="An answer to an appeal.")
class AppraisalAppealAnswerInput:
    granted: bool = required("Whether it is granted.")
    points: float | None = optional("Where it is granted: by how much the score changes, -100 to 100; 0 unless given.")
    answer: str = required("What is answered, at most 2,000 characters.")


@strawberry.input(description="A post to end because of a result.")
class AppraisalEndPostInput:
    post_id: strawberry.ID = required("The post: that of the result, or one in the very grid that it is of.")
    reason: str = required("Why, at most 400 characters.")
    at: DateTime | None = optional("When; now unless given.")


def _exit(id: str, given: Given, _: Any) -> Exit:
    return Exit(
        result_id=key_of(id, "AppraisalResult", "id"),
        post_id=key_of(given["post_id"], "Post", "postId"),
        reason=given["reason"],
        at=given.get("at"),
    )


def _run(_: str, given: Given, __: Any) -> NewRun:
    return NewRun(
        scheme_id=key_of(given["scheme_id"], "AppraisalScheme", "schemeId"),
        day=given["day"],
        supersedes=optional_key(given.get("supersedes"), "AppraisalRun", "supersedes"),
        reason=given.get("reason"),
    )


def _who(given: Given) -> Appraisee:
    return Appraisee(
        grid_id=optional_key(given.get("grid_id"), "Grid", "who.gridId"),
        office_id=optional_key(given.get("office_id"), "Office", "who.officeId"),
        post_id=optional_key(given.get("post_id"), "Post", "who.postId"),
    )


def _points(id: str, given: Given) -> dict[str, Any]:
    return {"id": key_of(id, "AppraisalRun", "id"), "who": _who(given["who"]), "points": given["points"]}


def _step_on(id: str, given: Given, _: Any) -> Change:
    return Change(id=key_of(id, "AppraisalRun", "id"), expected_version=given.get("expected_version"))


def _drawing(id: str, given: Given, _: Any) -> Drawing:
    kind = ComponentKind(given["kind"])
    return Drawing(
        id=key_of(id, "AppraisalRun", "id"), expected_version=given.get("expected_version"), kind=kind, each=given["each"]
    )


def _opening(id: str, given: Given, _: Any) -> AppealsOpening:
    return AppealsOpening(id=key_of(id, "AppraisalRun", "id"), **given)


def _answer(id: str, given: Given, _: Any) -> AppealAnswer:
    points = given.get("points") or 0
    return AppealAnswer(
        appeal_id=key_of(id, "AppraisalAppeal", "id"), granted=given["granted"], answer=given["answer"], points=points
    )


STATE = ("VERSION_OUTDATED", "APPRAISAL_STATE")
ASKED = ("APPRAISAL_STATE", "VERSION_OUTDATED", "OUT_OF_RANGE", "NOT_APPRAISED", "COMPONENT_MISSING")
MUTATIONS = [
    Mutation(
        name="appraisalRun",
        description="Begin the appraisal of a period, which collects then. For APPRAISE over the ground of the scheme.",
        thing="run",
        type=types.AppraisalRun,
        input=AppraisalRunInput,
        operation=start_runs,
        request=_run,
        codes=(
            *TEXT,
            *STATE,
            "SCHEME_ENDED",
            "IN_THE_FUTURE",
            "TOO_MANY",
            "NOBODY_APPRAISED",
            "APPRAISAL_EXISTS",
            "APPRAISAL_OTHER_PERIOD",
            "APPRAISAL_SUPERSEDED",
        ),
    ),
    Mutation(
        name="appraisalDraw",
        description="Draw what is to be checked of each who is appraised. For APPRAISE over the ground, while the run collects.",
        thing="run",
        type=types.AppraisalRun,
        input=AppraisalDrawInput,
        operation=draw_checks,
        request=_drawing,
        codes=(*STATE, "OUT_OF_RANGE", "COMPONENT_MISSING", "NOTHING_TO_DRAW"),
        on="AppraisalRun",
    ),
    Mutation(
        name="appraisalCheckEnter",
        description="Enter what was found at something that was drawn. For APPRAISE over the ground, never for the appraised.",
        thing="check",
        type=types.AppraisalCheck,
        input=AppraisalCheckEnterInput,
        operation=enter_checks,
        request=lambda id, given, _: CheckEntry(check_id=key_of(id, "AppraisalCheck", "id"), **given),
        codes=(*TEXT, *STATE, "OUT_OF_RANGE", "APPRAISAL_OWN"),
        on="AppraisalCheck",
    ),
    Mutation(
        name="appraisalRate",
        description="Rate somebody who is appraised, once and for good, by a post above or below them. Of ratings from below only the sum "
        "is kept.",
        thing="run",
        type=types.AppraisalRun,
        input=AppraisalPointsInput,
        operation=rate,
        request=lambda id, given, _: AppraisalRating(**_points(id, given)),
        codes=(*ASKED, "RATED_ALREADY", "RATINGS_CLOSED", "RATER_ELSEWHERE"),
        on="AppraisalRun",
    ),
    Mutation(
        name="appraisalAssessSelf",
        description="Say how well one did. For the appraised, while the run collects.",
        thing="run",
        type=types.AppraisalRun,
        input=AppraisalPointsInput,
        operation=assess_oneself,
        request=lambda id, given, _: SelfAssessment(**_points(id, given)),
        codes=ASKED,
        on="AppraisalRun",
    ),
    Mutation(
        name="appraisalFreeze",
        description="Freeze all that a run is made of, when its period is over; score and rank it. For APPRAISE over the ground.",
        thing="run",
        type=types.AppraisalRun,
        input=AppraisalStepOnInput,
        operation=freeze_runs,
        request=_step_on,
        codes=(*STATE, "PERIOD_NOT_OVER", "FIGURES_BEHIND", "TOO_MANY", "APPRAISAL_SUPERSEDED"),
        on="AppraisalRun",
    ),
    Mutation(
        name="appraisalOpenAppeals",
        description="Show the appraised what came out, and let them appeal until a moment. For APPRAISE over the ground.",
        thing="run",
        type=types.AppraisalRun,
        input=AppraisalOpenAppealsInput,
        operation=open_appeals,
        request=_opening,
        codes=(*STATE, "MOMENT_NOT_LATER", "MOMENT_TOO_FAR", "APPRAISAL_SUPERSEDED"),
        on="AppraisalRun",
    ),
    Mutation(
        name="appraisalAppeal",
        description="Appeal against one's own result. For the appraised, while appeals are taken.",
        thing="appeal",
        type=types.AppraisalAppeal,
        input=AppraisalAppealInput,
        operation=appeal_results,
        request=lambda id, given, _: AppraisalAppeal(result_id=key_of(id, "AppraisalResult", "id"), **given),
        codes=(*TEXT, "APPEALS_OVER", "APPEAL_WAITING"),
        on="AppraisalResult",
    ),
    Mutation(
        name="appraisalAppealAnswer",
        description="Answer an appeal; points that are given back change the score and all ranks. For APPRAISE over the ground, never "
        "for the appraised.",
        thing="appeal",
        type=types.AppraisalAppeal,
        input=AppraisalAppealAnswerInput,
        operation=answer_appeals,
        request=_answer,
        codes=(*TEXT, *STATE, "OUT_OF_RANGE", "APPEAL_ANSWERED", "APPRAISAL_OWN"),
        on="AppraisalAppeal",
    ),
    Mutation(
        name="appraisalPublish",
        description="Publish a run, when the time for appeals is over and each is answered. For APPRAISE over the ground.",
        thing="run",
        type=types.AppraisalRun,
        input=AppraisalStepOnInput,
        operation=publish_runs,
        request=_step_on,
        codes=(*STATE, "APPEALS_OPEN", "APPRAISAL_SUPERSEDED"),
        on="AppraisalRun",
    ),
    Mutation(
        name="appraisalEndPost",
        description="End a post on the ground FAILED_APPRAISAL and keep which published result that was. For MANAGE_POSTS over its grid.",
        thing="post",
        type=Post,
        input=AppraisalEndPostInput,
        operation=end_by_appraisal,
        request=_exit,
        codes=(*TEXT, "APPRAISAL_STATE", "NOT_APPRAISED", "POST_ENDED", "TERM_INVALID", "REQUIRED"),
        on="AppraisalResult",
    ),
]
