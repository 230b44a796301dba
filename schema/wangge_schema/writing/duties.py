"""Mutations of duties and occasions: what the deployment asks for beside what plugins declare."""

from typing import Any

import strawberry

from wangge_core.duties.changing import DutyChange as Change
from wangge_core.duties.changing import change_duties
from wangge_core.duties.occasions import NewOccasionTerm, OccasionTermEnd, end_occasions, set_occasions
from wangge_core.plugin.declarations.duties import FrequencyKind, Period
from wangge_core.plugin.declarations.weekdays import Weekday
from wangge_core.plugin.definitions import FrequencyDefinition
from wangge_schema.scalars import DateTime
from wangge_schema.types.duties import DutyChange, OccasionTerm
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, optional, required
from wangge_schema.writing.payloads import key_of, optional_key


@strawberry.input(description="How often a duty is to be done.")
class DutyFrequencyInput:
    kind: FrequencyKind = required("In what way that is said.")
    amount: int | None = optional(
        "How many: times, minutes, percent or different households in a period, hours, seconds (PROMPTLY), days (BEFORE); 1 unless given."
    )
    per: Period | None = optional("The period of the calendar, for TIMES, MINUTES, SHARE and DIFFERENT.")
    on: Weekday | None = optional("The weekday on which it is due, of once a week.")
    occasion_id: strawberry.ID | None = optional(
        "The occasion while which it holds in place of what else is asked; of PROMPTLY and BEFORE, the one whose beginning counts."
    )


@strawberry.input(description="How a duty is to hold from now on. It is said whole: what is left out is as the duty declares it.")
class DutyChangeInput:
    duty_id: strawberry.ID = required("The duty, such as `urban.visit_quota`.")
    grid_id: strawberry.ID | None = optional("Where, and below it; everywhere unless given.")
    in_force: bool | None = optional("Whether it holds there at all; true unless given.")
    frequencies: list[DutyFrequencyInput] | None = optional("How often it is done there; at most 10.")
    role_ids: list[strawberry.ID] | None = optional("Whose it is there.")
    reason: str = required("Why; at most 400 characters.")
    expected_version: int | None = optional(
        "The version of the change that you saw, 0 where there was none; another one is refused with VERSION_OUTDATED."
    )


@strawberry.input(description="That an occasion holds over some ground.")
class OccasionTermSetInput:
    occasion_id: strawberry.ID = required("The occasion, such as `community.storm_warning`.")
    grid_id: strawberry.ID = required("Where, and below it.")
    starts_at: DateTime | None = optional("From when; now unless given. It may lie ahead, as a season does.")
    ends_at: DateTime | None = optional("Until when; open unless given.")
    reason: str = required("Why, or by which notice; at most 400 characters.")


@strawberry.input(description="That an occasion is over.")
class OccasionTermEndInput:
    at: DateTime | None = optional("When it ends; now unless given, and never later than was said.")
    reason: str = required("Why; at most 400 characters.")


def _change(_: str, given: Given, __: Any) -> Change:
    frequencies, roles = given.get("frequencies"), given.get("role_ids")
    return Change(
        duty_id=given["duty_id"],
        grid_id=optional_key(given.get("grid_id"), "Grid", "gridId"),
        in_force=given.get("in_force") is not False,
        frequencies=None if frequencies is None else tuple(map(_frequency, frequencies)),
        who=None if roles is None else tuple(roles),
        reason=given["reason"],
        expected_version=given.get("expected_version"),
    )


def _frequency(given: Given) -> FrequencyDefinition:
    per, on, amount = given.get("per"), given.get("on"), given.get("amount")
    return FrequencyDefinition(
        FrequencyKind(given["kind"]).value,
        1 if amount is None else amount,
        None if per is None else Period(per),
        None if on is None else Weekday(on),
        given.get("occasion_id") or "",
    )


def _term(_: str, given: Given, __: Any) -> NewOccasionTerm:
    return NewOccasionTerm(
        occasion_id=given["occasion_id"],
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        starts_at=given.get("starts_at"),
        ends_at=given.get("ends_at"),
        reason=given["reason"],
    )


def _end(id: str, given: Given, _: Any) -> OccasionTermEnd:
    return OccasionTermEnd(term_id=key_of(id, "OccasionTerm", "id"), at=given.get("at"), reason=given["reason"])


MUTATIONS = [
    Mutation(
        name="dutyChange",
        description="Switch a duty off or on again, or change how often it is done and whose it is, in a grid and below it or everywhere. "
        "Due lists go by it at once. With MANAGE_WORK over the grid, or over the whole ground.",
        thing="duty_change",
        type=DutyChange,
        input=DutyChangeInput,
        operation=change_duties,
        request=_change,
        codes=(
            *TEXT,
            *IN_GRID,
            "GRID_ENDED",
            "DUTY_UNKNOWN",
            "ROLE_UNKNOWN",
            "OCCASION_UNKNOWN",
            "FREQUENCY_UNFIT",
            "OUT_OF_RANGE",
            "REQUIRED",
            "TOO_MANY",
            "VERSION_OUTDATED",
        ),
    ),
    Mutation(
        name="occasionTermSet",
        description="Say that an occasion holds in a grid and below it: duties that go by it ask for it at once. "
        "With MANAGE_WORK over the grid.",
        thing="occasion_term",
        type=OccasionTerm,
        input=OccasionTermSetInput,
        operation=set_occasions,
        request=_term,
        codes=(*TEXT, *IN_GRID, "GRID_ENDED", "OCCASION_UNKNOWN", "TERM_INVALID"),
    ),
    Mutation(
        name="occasionTermEnd",
        description="Say that an occasion is over. With MANAGE_WORK over its grid.",
        thing="occasion_term",
        type=OccasionTerm,
        input=OccasionTermEndInput,
        operation=end_occasions,
        request=_end,
        codes=(*TEXT, "TERM_INVALID"),
        on="OccasionTerm",
    ),
]
