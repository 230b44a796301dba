"""Mutations of schemes of appraisal."""

from typing import Any

import strawberry

from wangge_core.appraisals.schemes import (
    AppraisalPeriod,
    Appraised,
    Component,
    ComponentKind,
    Deduction,
    Linear,
    SchemeContent,
    Step,
)
from wangge_core.appraisals.setting import NewScheme, SchemeEdit, SchemeEnd, create_schemes, end_schemes, update_schemes
from wangge_core.changing import KEEP
from wangge_core.grids.codes import GridLevel
from wangge_schema.types.appraisals import AppraisalScheme
from wangge_schema.writing.changes import SEEN
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, optional, required
from wangge_schema.writing.payloads import key_of


@strawberry.input(description="A linear scoring rule: between its ends in proportion, beyond them nothing or all.")
class AppraisalLinearInput:
    none_at: float = required("At which value there are no points.")
    all_at: float = required("At which value there are all; it may be the lower one.")


@strawberry.input(description="A step of a scoring rule.")
class AppraisalStepInput:
    at_least: float = required("From this value on …")
    share: float = required("… this share of the points, 0 to 100 percent. Below the first step there are none.")


@strawberry.input(description="A component of a score.")
class AppraisalComponentInput:
    name: str = required("Its name, at most 80 characters.")
    kind: ComponentKind = required("Where its share comes from.")
    weight: int = required("How many of 100 points it gives at most. All weights sum to 100; self-assessment has at most 20.")
    indicator: strawberry.ID | None = optional("With INDICATOR, the indicator.")
    linear: AppraisalLinearInput | None = optional("With INDICATOR: this rule, or steps.")
    steps: list[AppraisalStepInput] | None = optional("With INDICATOR: steps, the lowest first, at most 20.")


@strawberry.input(description="What comes off a score for each that an indicator counts in its numerator.")
class AppraisalDeductionInput:
    name: str = required("Its name, at most 80 characters.")
    indicator: strawberry.ID = required("The indicator.")
    points_each: float = required("How many points for each.")
    at_most: float = required("How many at most.")


@strawberry.input(description="By what is appraised.")
class AppraisalContentInput:
    components: list[AppraisalComponentInput] = required("The components, at most 40.")
    deductions: list[AppraisalDeductionInput] | None = optional("What comes off the sum, at most 20.")
    stars: list[float] | None = optional("Of grids: the scores from which on there is a star more, the lowest first, at most 10.")


@strawberry.input(description="A scheme to write.")
class AppraisalSchemeCreateInput:
    grid_id: strawberry.ID = required("The ground within which it appraises.")
    name: str = required("Its name, at most 120 characters.")
    appraises: Appraised = required("What it appraises.")
    level: GridLevel | None = optional("Of grids: which level.")
    role_id: strawberry.ID | None = optional("Of posts: which role.")
    period: AppraisalPeriod = required("How often.")
    content: AppraisalContentInput = required("By what.")


@strawberry.input(description="New values of a scheme; what is left out stays. Runs that were started keep what they have.")
class AppraisalSchemeUpdateInput:
    name: str | None = optional("Its name, at most 120 characters.")
    content: AppraisalContentInput | None = optional("By what is appraised, in place of what there is.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A scheme by which nothing is to be appraised any more.")
class AppraisalSchemeEndInput:
    expected_version: int | None = optional(SEEN)


def _content(given: Given) -> SchemeContent:
    return SchemeContent(
        components=tuple(_component(one) for one in given["components"]),
        deductions=tuple(Deduction(**one) for one in given.get("deductions") or ()),
        stars=tuple(given.get("stars") or ()),
    )


def _component(given: Given) -> Component:
    linear = given.get("linear")
    return Component(
        name=given["name"],
        kind=ComponentKind(given["kind"]),
        weight=given["weight"],
        indicator=given.get("indicator"),
        linear=Linear(**linear) if linear else None,
        steps=tuple(Step(**one) for one in given.get("steps") or ()),
    )


def _new(_: str, given: Given, __: Any) -> NewScheme:
    return NewScheme(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        name=given["name"],
        appraises=Appraised(given["appraises"]),
        level=GridLevel(given["level"]) if given.get("level") else None,
        role_id=given.get("role_id"),
        period=AppraisalPeriod(given["period"]),
        content=_content(given["content"]),
    )


def _edit(id: str, given: Given, _: Any) -> SchemeEdit:
    content = given.get("content")
    return SchemeEdit(
        id=key_of(id, "AppraisalScheme", "id"),
        expected_version=given.get("expected_version"),
        name=given.get("name", KEEP) or KEEP,
        content=_content(content) if content else KEEP,
    )


def _end(id: str, given: Given, _: Any) -> SchemeEnd:
    return SchemeEnd(id=key_of(id, "AppraisalScheme", "id"), expected_version=given.get("expected_version"))


def _named(field: str, _: Any) -> str:
    """The parts of the content stand in `content`."""
    head = field.partition(".")[0]
    return f"content.{field}" if head in ("components", "deductions", "stars") else field


CONTENT = (
    *TEXT,
    "OUT_OF_RANGE",
    "REQUIRED",
    "DUPLICATE",
    "WEIGHTS_SUM",
    "SELF_WEIGHT",
    "SCORING_UNEXPECTED",
    "SCORING_RULE",
    "SCORING_ENDS",
    "SCORING_STEPS",
    "INDICATOR_UNKNOWN",
    "STARS_OF_GRIDS",
    "STARS_INVALID",
)
MUTATIONS = [
    Mutation(
        name="appraisalSchemeCreate",
        description="Write a scheme of appraisal. For APPRAISE over its ground.",
        thing="scheme",
        type=AppraisalScheme,
        input=AppraisalSchemeCreateInput,
        operation=create_schemes,
        request=_new,
        codes=(*CONTENT, *IN_GRID, "GRID_ENDED", "SCHEME_TARGET", "ROLE_UNKNOWN"),
        rename=_named,
    ),
    Mutation(
        name="appraisalSchemeUpdate",
        description="Change a scheme; each change is a version of its own. For APPRAISE over its ground.",
        thing="scheme",
        type=AppraisalScheme,
        input=AppraisalSchemeUpdateInput,
        operation=update_schemes,
        request=_edit,
        codes=(*CONTENT, "VERSION_OUTDATED", "SCHEME_ENDED"),
        on="AppraisalScheme",
        rename=_named,
    ),
    Mutation(
        name="appraisalSchemeEnd",
        description="End a scheme. What was appraised by it stays. For APPRAISE over its ground.",
        thing="scheme",
        type=AppraisalScheme,
        input=AppraisalSchemeEndInput,
        operation=end_schemes,
        request=_end,
        codes=("VERSION_OUTDATED", "SCHEME_ENDED"),
        on="AppraisalScheme",
    ),
]
