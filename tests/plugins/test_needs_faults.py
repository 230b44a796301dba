"""Kinds of needs that may not be declared as they are."""

from typing import Any

import pytest

from faulty import faults_of
from wangge_core.plugin import NeedKind
from wangge_core.plugin.registry import Registry


def need(name: str = "lonely", *, zh: str = "孤单", basis: str = "The person's own statement.", **more: Any) -> NeedKind:
    return NeedKind(name, zh=zh, basis=basis, **more)


CROSSING = [
    need("released_prisoner"),
    need("ex_offender"),
    need("drugs"),
    need("petition"),
    need("in_correction", zh="社区矫正"),
    need("visit", zh="涉毒人员"),
    need("visit", zh="访民"),
    need("visit", zh="稳控对象"),
    need("visit", basis="A list of the police of suspects."),
    need("visit", en="People on parole"),
]


@pytest.mark.parametrize("kind", CROSSING, ids=range(len(CROSSING)))
def test_nobody_is_looked_after_for_crime_drugs_correction_or_petitions(kind: NeedKind) -> None:
    ours = {fault.code: fault.warning for fault in faults_of(name="rural", need_kinds=[kind])}
    theirs = {fault.code: fault.warning for fault in faults_of(name="demo", need_kinds=[kind])}
    assert ours
    assert set(ours) <= {"RED_LINE", "NEED_CROSSES_LINE"}
    assert not any(ours.values())
    assert theirs == dict.fromkeys(ours, True)


@pytest.mark.parametrize(
    "kind",
    [
        need("chronic_illness"),
        need("care", zh="失能老人"),
        need("pregnant", zh="孕妇"),
        need("school", zh="困境儿童", sensitive=True),
        need("orphan", sensitive=True),
        need("wards", children=True),
    ],
    ids=["illness", "frailty", "pregnancy", "children", "orphan", "children_that_are_on"],
)
def test_what_touches_health_or_children_must_be_off_by_itself(kind: NeedKind) -> None:
    assert [fault.code for fault in faults_of(need_kinds=[kind])] == ["NEED_NOT_SENSITIVE"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (need(basis=" "), "NEED_WITHOUT_BASIS"),
        (need(months=0), "NEED_TERM_INVALID"),
        (need(months=121), "NEED_TERM_INVALID"),
        (need("child", sensitive=True, children=True, months=24), "NEED_TERM_INVALID"),
    ],
    ids=["no_basis", "no_time", "for_ever", "a_child_for_two_years"],
)
def test_a_need_rests_on_something_and_ends(kind: NeedKind, code: str) -> None:
    assert [fault.code for fault in faults_of(need_kinds=[kind])] == [code]


def test_sound_kinds_have_no_faults() -> None:
    assert faults_of(need_kinds=[need(months=12), need("child", sensitive=True, children=True, months=6)]) == []


def test_of_what_is_shipped_health_and_children_are_off_by_themselves(registry: Registry) -> None:
    off = {id for id, kind in registry.need_kinds.items() if kind.sensitive}
    assert off == {"community.disabled", "community.left_behind_child", "community.in_hospital"}
    assert {id for id, kind in registry.need_kinds.items() if kind.children} == {"community.left_behind_child"}
