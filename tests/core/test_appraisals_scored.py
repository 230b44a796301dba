"""What a scheme makes of inputs, which schemes hold, and who comes first: plain functions of numbers."""

from datetime import date
from typing import Any

import pytest

from wangge_core.appraisals.periods import period_of
from wangge_core.appraisals.ranking import InCircular, named, ranks
from wangge_core.appraisals.scheme_checks import check_content
from wangge_core.appraisals.schemes import (
    AppraisalPeriod,
    Appraised,
    Component,
    ComponentKind,
    Deduction,
    Linear,
    SchemeContent,
    Step,
    read_scheme,
    stored,
)
from wangge_core.appraisals.scoring import Correction, Counted, Found, Inputs, LeftOut, Tally, read_inputs, score, stored_inputs

KNOWN = ("on_time", "chases")


def component(kind: ComponentKind, weight: int, **given: Any) -> Component:
    return Component(name=given.pop("name", kind.value), kind=kind, weight=weight, **given)


def on_time(weight: int, **rule: Any) -> Component:
    rule = rule or {"linear": Linear(none_at=50, all_at=100)}
    return component(ComponentKind.INDICATOR, weight, indicator="on_time", **rule)


def figure(value: float | None, numerator: float = 0, denominator: float | None = None) -> Counted:
    return Counted(numerator=numerator, denominator=denominator, value=value)


WHOLE = SchemeContent(
    components=(
        on_time(40),
        component(ComponentKind.SELF_ASSESSMENT, 10),
        component(ComponentKind.SPOT_CHECK, 20),
        component(ComponentKind.RATED_FROM_BELOW, 20),
        component(ComponentKind.RATED_BY_RESIDENTS, 10),
    ),
    deductions=(Deduction(name="Chased up", indicator="chases", points_each=0.5, at_most=3),),
    stars=(60, 70, 80, 90, 95),
)
FULL = Inputs(
    figures={"on_time": figure(90, 45, 50), "chases": figure(4, 4)},
    self_assessment=80,
    spot_checks=(Found(check=1, points=70), Found(check=2, points=85)),
    from_below=Tally(count=5, sum=450),
    by_residents=Tally(count=8, sum=34),
)


def test_a_score_is_what_a_calculator_gives() -> None:
    # 40 × 80 % + 10 × 80 % + 20 × 77.5 % + 20 × 90 % + 10 × 81.25 % − 4 × 0.5
    scored = score(WHOLE, FULL)
    assert scored.score == 79.63
    assert [one.points for one in scored.lines] == [32.0, 8.0, 15.5, 18.0, 8.13]
    assert [(one.count, one.points) for one in scored.deductions] == [(4, 2.0)]
    assert scored.stars == 2


def test_what_divides_by_nothing_is_left_out_and_the_rest_counts_for_more() -> None:
    inputs = Inputs(figures={"on_time": figure(None, 0, 0)}, self_assessment=80, spot_checks=(Found(check=1, points=60),))
    scored = score(WHOLE, inputs)
    assert scored.score == 66.67  # (10 × 80 + 20 × 60) ÷ 30
    left_out = {one.kind: one.left_out for one in scored.lines if one.left_out}
    assert left_out == {
        ComponentKind.INDICATOR: LeftOut.DIVIDES_BY_NOTHING,
        ComponentKind.RATED_FROM_BELOW: LeftOut.TOO_FEW_RATINGS,
        ComponentKind.RATED_BY_RESIDENTS: LeftOut.TOO_FEW_RATINGS,
    }
    assert [one.counts_for for one in scored.lines] == [None, 33.33, 66.67, None, None]


def test_where_nothing_counts_there_is_no_score() -> None:
    scored = score(WHOLE, Inputs(figures={"chases": figure(4, 4)}))
    assert (scored.score, scored.stars) == (None, None)
    assert {one.left_out for one in scored.lines} == {
        LeftOut.NO_FIGURE,
        LeftOut.NOT_GIVEN,
        LeftOut.NO_CHECKS,
        LeftOut.TOO_FEW_RATINGS,
    }


@pytest.mark.parametrize(("value", "share"), [(40, 0), (50, 0), (75, 50), (100, 100), (110, 100)])
def test_a_line_gives_in_proportion_between_its_ends(value: float, share: float) -> None:
    scored = score(SchemeContent(components=(on_time(100),)), Inputs(figures={"on_time": figure(value)}))
    assert scored.lines[0].share == share


@pytest.mark.parametrize(("value", "share"), [(0, 100), (2.9, 100), (3, 60), (9, 60), (10, 0), (99, 0)])
def test_steps_can_fall(value: float, share: float) -> None:
    steps = (Step(at_least=0, share=100), Step(at_least=3, share=60), Step(at_least=10, share=0))
    content = SchemeContent(components=(on_time(100, steps=steps),))
    assert score(content, Inputs(figures={"on_time": figure(value)})).score == share


def test_a_line_can_run_downwards() -> None:
    content = SchemeContent(components=(on_time(100, linear=Linear(none_at=60, all_at=10)),))
    assert score(content, Inputs(figures={"on_time": figure(35)})).score == 50


@pytest.mark.parametrize(("points", "expected"), [(5, 84.63), (50, 100), (-90, 0)])
def test_corrections_keep_a_score_within_its_bounds(points: float, expected: float) -> None:
    inputs = read_inputs(stored_inputs(FULL) | {"corrections": [{"appeal": 1, "points": points}]})
    assert inputs.corrections == (Correction(appeal=1, points=points),)
    assert score(WHOLE, inputs).score == expected


def test_deductions_end_at_their_most() -> None:
    inputs = read_inputs(stored_inputs(FULL) | {"figures": {"on_time": {"value": 90}, "chases": {"numerator": 400}}})
    assert score(WHOLE, inputs).deductions[0].points == 3


def test_what_is_stored_reads_as_what_it_was() -> None:
    assert read_scheme(stored(WHOLE)) == WHOLE
    assert read_inputs(stored_inputs(FULL)) == FULL


def test_equal_scores_share_a_rank_and_who_has_none_is_not_ranked() -> None:
    assert ranks({1: 90, 2: 80, 3: 90, 4: None, 5: 70}) == {1: 1, 3: 1, 2: 3, 5: 4, 4: 0}


def test_the_circular_names_the_first_three_and_the_last_three_and_nobody_twice() -> None:
    ranked = {key: key for key in range(1, 9)}
    best, last = dict.fromkeys((1, 2, 3), InCircular.BEST), dict.fromkeys((6, 7, 8), InCircular.LAST)
    assert named(ranked) == best | last
    assert named({1: 1, 2: 2, 3: 3, 4: 4}) == best | {4: InCircular.LAST}
    assert named(dict.fromkeys(range(9), 1)) == dict.fromkeys(range(9), InCircular.BEST)
    assert named({1: 0, 2: 1}) == {2: InCircular.BEST}


def refused(content: SchemeContent, appraised: Appraised = Appraised.GRIDS) -> list[str]:
    return [f"{one.field}: {one.code}" for one in check_content(content, appraised, KNOWN)]


def test_a_whole_scheme_holds() -> None:
    assert refused(WHOLE) == []


SPOT = component(ComponentKind.SPOT_CHECK, 50)
WRONG: dict[str, tuple[SchemeContent, list[str]]] = {
    "nothing": (SchemeContent(components=()), ["components: OUT_OF_RANGE"]),
    "too little": (SchemeContent(components=(on_time(99),)), ["components: WEIGHTS_SUM"]),
    "too much": (SchemeContent(components=(on_time(60), SPOT)), ["components: WEIGHTS_SUM"]),
    "no weight": (
        SchemeContent(components=(on_time(100), component(ComponentKind.SPOT_CHECK, 0))),
        ["components.1.weight: OUT_OF_RANGE"],
    ),
    "by itself": (
        SchemeContent(components=(component(ComponentKind.SELF_ASSESSMENT, 50), SPOT)),
        ["components: SELF_WEIGHT"],
    ),
    "unknown": (
        SchemeContent(components=(component(ComponentKind.INDICATOR, 100, indicator="x", linear=Linear(none_at=0, all_at=1)),)),
        ["components.0.indicator: INDICATOR_UNKNOWN"],
    ),
    "no rule": (
        SchemeContent(components=(component(ComponentKind.INDICATOR, 100, indicator="on_time"),)),
        ["components.0.linear: SCORING_RULE"],
    ),
    "both rules": (
        SchemeContent(components=(on_time(100, linear=Linear(none_at=0, all_at=1), steps=(Step(at_least=0, share=1),)),)),
        ["components.0.linear: SCORING_RULE"],
    ),
    "a flat line": (
        SchemeContent(components=(on_time(100, linear=Linear(none_at=1, all_at=1)),)),
        ["components.0.linear: SCORING_ENDS"],
    ),
    "no number": (
        SchemeContent(components=(on_time(100, linear=Linear(none_at=float("nan"), all_at=1)),)),
        ["components.0.linear: SCORING_ENDS"],
    ),
    "falling steps": (
        SchemeContent(components=(on_time(100, steps=(Step(at_least=2, share=1), Step(at_least=2, share=0))),)),
        ["components.0.steps: SCORING_STEPS"],
    ),
    "a rule for a check": (
        SchemeContent(components=(on_time(50), component(ComponentKind.SPOT_CHECK, 50, indicator="on_time"))),
        ["components.1.indicator: SCORING_UNEXPECTED"],
    ),
    "a name twice": (SchemeContent(components=(SPOT, SPOT)), ["components.1.name: DUPLICATE"]),
    "a gift": (
        SchemeContent(components=(on_time(100),), deductions=(Deduction(name="x", indicator="chases", points_each=-1, at_most=5),)),
        ["deductions.0.pointsEach: OUT_OF_RANGE"],
    ),
    "stars that fall": (SchemeContent(components=(on_time(100),), stars=(80, 70)), ["stars: STARS_INVALID"]),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_scheme_that_is_wrong_is_refused_where_it_is_wrong(what: str) -> None:
    content, expected = WRONG[what]
    assert refused(content) == expected


def test_only_grids_have_stars() -> None:
    assert refused(WHOLE, Appraised.POSTS) == ["stars: STARS_OF_GRIDS"]


@pytest.mark.parametrize(
    ("kind", "day", "expected"),
    [
        (AppraisalPeriod.MONTH, date(2024, 2, 29), (date(2024, 2, 1), date(2024, 2, 29))),
        (AppraisalPeriod.MONTH, date(2025, 12, 1), (date(2025, 12, 1), date(2025, 12, 31))),
        (AppraisalPeriod.QUARTER, date(2025, 11, 5), (date(2025, 10, 1), date(2025, 12, 31))),
        (AppraisalPeriod.YEAR, date(2025, 7, 1), (date(2025, 1, 1), date(2025, 12, 31))),
    ],
    ids=str,
)
def test_a_day_lies_in_its_period(kind: AppraisalPeriod, day: date, expected: tuple[date, date]) -> None:
    assert period_of(kind, day) == expected
