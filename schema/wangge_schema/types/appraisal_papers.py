"""What schemes and scores are made of: components, lines, figures and tallies, from the JSON in which they were frozen."""

from collections.abc import Callable
from typing import Any

import strawberry

from wangge_core.appraisals.schemes import ComponentKind
from wangge_core.appraisals.scoring import LeftOut
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Reader

enum_type(ComponentKind, name="AppraisalComponentKind")
enum_type(LeftOut, name="AppraisalLeftOut")
Needs = dict[str, Any]


@strawberry.type(description="A step of a scoring rule.")
class AppraisalStep:
    at_least: float = strawberry.field(description="From this value of the indicator on …")
    share: float = strawberry.field(description="… this share of the points, in percent.")


@strawberry.type(description="A component of a score.")
class AppraisalComponent:
    name: str = strawberry.field(description="Its name.")
    kind: ComponentKind = strawberry.field(description="Where its share comes from.")
    weight: int = strawberry.field(description="How many of 100 points it gives at most.")
    indicator: strawberry.ID | None = strawberry.field(description="The indicator, of one that comes from an indicator.")
    none_at: float | None = strawberry.field(description="With a linear rule, at which value there are no points.")
    all_at: float | None = strawberry.field(description="With a linear rule, at which value there are all.")
    steps: list[AppraisalStep] = strawberry.field(description="The steps, of a rule of steps.")


@strawberry.type(description="What comes off a score for each that an indicator counts.")
class AppraisalDeduction:
    name: str = strawberry.field(description="Its name.")
    indicator: strawberry.ID = strawberry.field(description="The indicator whose numerator is counted.")
    points_each: float = strawberry.field(description="How many points for each.")
    at_most: float = strawberry.field(description="How many at most.")


@strawberry.type(description="What came of a component.")
class AppraisalLine:
    name: str = strawberry.field(description="Its name.")
    kind: ComponentKind = strawberry.field(description="Where its share comes from.")
    weight: int = strawberry.field(description="How many of 100 points it gives at most, by the scheme.")
    indicator: strawberry.ID | None = strawberry.field(description="The indicator.")
    share: float | None = strawberry.field(description="Its share of the points in percent; null where it was left out.")
    counts_for: float | None = strawberry.field(
        description="How many points it gives at most, when those that were left out do not count."
    )
    points: float | None = strawberry.field(description="The points that it gave.")
    left_out: LeftOut | None = strawberry.field(description="Why it was left out; the others count for more then.")


@strawberry.type(description="What was deducted.")
class AppraisalDeductionLine:
    name: str = strawberry.field(description="Its name.")
    indicator: strawberry.ID = strawberry.field(description="The indicator.")
    count: float | None = strawberry.field(description="How many there were; null where that is not known, and nothing comes off.")
    points: float = strawberry.field(description="How many points came off.")


@strawberry.type(description="An indicator as it was when the inputs were frozen.")
class AppraisalFigure:
    indicator: strawberry.ID = strawberry.field(description="The indicator.")
    numerator: float | None = strawberry.field(description="Its numerator.")
    denominator: float | None = strawberry.field(description="Its denominator; null where it has none.")
    value: float | None = strawberry.field(description="Its value; null where it divides by nothing.")


@strawberry.type(description="Ratings, summed.")
class AppraisalTally:
    count: int = strawberry.field(description="How many have rated.")
    mean: float = strawberry.field(description="Their mean, with two decimals.")


@strawberry.type(description="What an appeal changed.")
class AppraisalCorrection:
    appeal_id: strawberry.ID = strawberry.field(description="The appeal.")
    points: float = strawberry.field(description="By how much the score was changed.")


def components(needs: Needs, _: Reader) -> list[AppraisalComponent]:
    return [_component(one) for one in needs["content"]["components"]]


def _component(one: dict[str, Any]) -> AppraisalComponent:
    line = one["linear"] or {"none_at": None, "all_at": None}
    return AppraisalComponent(
        name=one["name"],
        kind=ComponentKind(one["kind"]),
        weight=one["weight"],
        indicator=one["indicator"],
        none_at=line["none_at"],
        all_at=line["all_at"],
        steps=[AppraisalStep(**step) for step in one["steps"]],
    )


def deductions(needs: Needs, _: Reader) -> list[AppraisalDeduction]:
    return [AppraisalDeduction(**one) for one in needs["content"]["deductions"]]


def lines(needs: Needs, _: Reader) -> list[AppraisalLine]:
    return [_line(one) for one in _frozen(needs, "scored").get("lines", ())]


def _frozen(needs: Needs, name: str) -> dict[str, Any]:
    """What was frozen; nothing before that."""
    found: dict[str, Any] | None = needs[name]
    return found or {}


def _line(one: dict[str, Any]) -> AppraisalLine:
    left_out = one["left_out"]
    values: dict[str, Any] = {
        **one,
        "kind": ComponentKind(one["kind"]),
        "left_out": None if left_out is None else LeftOut(left_out),
    }
    return AppraisalLine(**values)


def deduction_lines(needs: Needs, _: Reader) -> list[AppraisalDeductionLine]:
    return [AppraisalDeductionLine(**one) for one in _frozen(needs, "scored").get("deductions", ())]


def figures(needs: Needs, _: Reader) -> list[AppraisalFigure]:
    found: dict[str, Any] = _frozen(needs, "inputs").get("figures", {})
    return [AppraisalFigure(indicator=strawberry.ID(id), **one) for id, one in found.items()]


def corrections(needs: Needs, _: Reader) -> list[AppraisalCorrection]:
    found: list[dict[str, Any]] = _frozen(needs, "inputs").get("corrections", [])
    return [AppraisalCorrection(appeal_id=strawberry.ID(f"AppraisalAppeal:{one['appeal']}"), points=one["points"]) for one in found]


def tally(name: str) -> Callable[[Needs, Reader], AppraisalTally | None]:
    """Finishes a tally of the inputs."""

    def finish(needs: Needs, _: Reader) -> AppraisalTally | None:
        one: dict[str, int] | None = _frozen(needs, "inputs").get(name)
        return None if one is None else AppraisalTally(count=one["count"], mean=round(one["sum"] / one["count"], 2))

    return finish
