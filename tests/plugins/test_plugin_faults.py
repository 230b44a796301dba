"""Mistakes of plugin authors: each becomes a fault with the plugin, the thing, a code and a hint, all of them together."""

from collections.abc import Sequence
from enum import auto
from typing import Annotated, Any

import pytest

from faulty import ENDING, WORKER, Told, codes_of, faults_of, kind, workflow
from wangge_core.plugin import (
    SYSTEM,
    AssetKind,
    Choice,
    Continuous,
    DataClass,
    EventKind,
    GridType,
    Involves,
    Label,
    Move,
    PlaceKind,
    Plugin,
    Position,
    Role,
    Staffing,
    Stage,
    Team,
    Text,
    Workflow,
    Zh,
    details,
)
from wangge_core.plugin.declarations.kinds import PERSON


@details()
class Unlabelled:
    """A field without a label."""

    height: int


@details()
class Secret:
    """A sealed field."""

    number: Annotated[str, Zh("编号"), DataClass.SEALED]


class TenMistakes(Plugin):
    """As many mistakes as an author can make in one evening."""

    def roles(self) -> Sequence[Role]:
        return (Role("Lamp-Lighter", zh="灯", level=WORKER.level, duty="Lights."),)

    def grid_types(self) -> Sequence[GridType]:
        raise RuntimeError("the file is not there")

    def workflows(self) -> Sequence[Workflow]:
        stages = (
            Stage("open", zh="开", by=(WORKER,)),
            Stage("stuck", zh="停", by=(WORKER,), clock=Continuous(hours=1)),
            Stage("island", zh="岛", by=(WORKER,), clock=Continuous(hours=1)),
            Stage("closed", zh="结", final=True),
        )
        moves = (
            Move("close", ("open", "island"), "closed", zh="结"),
            Move("stick", "open", "stuck", zh="停"),
            Move("reopen", "closed", "open", zh="重开"),
        )
        return (Workflow("loop", zh="环", stages=stages, moves=moves),)

    def event_kinds(self) -> Sequence[EventKind]:
        return (
            kind("unlabelled", zh=" ", workflow=ENDING),
            kind("sealed", workflow=ENDING, details=Secret),
            kind("people", workflow=ENDING, details=Unlabelled),
        )

    def need_kinds(self) -> Any:
        return ["lives_alone"]


def test_ten_mistakes_are_told_at_once() -> None:
    found = faults_of(demo=TenMistakes())
    assert {(fault.code, fault.thing) for fault in found} == {
        ("NAME_NOT_SNAKE_CASE", "demo.Lamp-Lighter"),
        ("HOOK_RAISED", "grid_types"),
        ("HOOK_RETURNED_WRONG_TYPE", "need_kinds"),
        ("STAGE_WITHOUT_CLOCK", "demo.loop/open"),
        ("STAGE_WITHOUT_END", "demo.loop/stuck"),
        ("STAGE_UNREACHABLE", "demo.loop/island"),
        ("REASON_NOT_ASKED", "demo.loop/reopen"),
        ("LABEL_MISSING", "demo.unlabelled"),
        ("DETAILS_INVALID", "demo.sealed"),
        ("DETAILS_INVALID", "demo.people"),
        ("REFERENCE_UNDECLARED", "demo.unlabelled"),
        ("REFERENCE_UNDECLARED", "demo.sealed"),
        ("REFERENCE_UNDECLARED", "demo.people"),
    }
    assert all(fault.plugin == "demo" and fault.message and fault.hint and not fault.warning for fault in found)


def test_the_error_shows_every_fault_on_a_line_of_its_own() -> None:
    with pytest.raises(Told) as told:
        codes_of(demo=TenMistakes(), raising=True)
    lines = str(told.value).splitlines()[1:]
    assert len(lines) == len(told.value.faults) == 13
    assert all(fault.code in line and fault.hint in line for fault, line in zip(told.value.faults, lines, strict=True))


class Misspelt(Plugin):
    def event_kind(self) -> Sequence[EventKind]:
        return ()


class Asking(Plugin):
    def roles(self, town: str) -> Sequence[Role]:  # type: ignore[override] - the mistake
        return ()


class Attributed(Plugin):
    roles = (Role("walker", zh="走", level=WORKER.level, duty="Walks."),)  # type: ignore[assignment] - the mistake


@pytest.mark.parametrize(
    ("plugin", "code", "thing"),
    [
        (Misspelt(), "HOOK_UNKNOWN", "event_kind"),
        (Asking(), "HOOK_SIGNATURE", "plugin"),
        (Attributed(), "HOOK_NOT_A_METHOD", "roles"),
    ],
)
def test_a_hook_that_is_not_one_is_named(plugin: Plugin, code: str, thing: str) -> None:
    (found,) = faults_of(demo=plugin)
    assert (found.code, found.thing) == (code, thing)


def test_one_plugins_faults_hide_no_other_plugins() -> None:
    found = faults_of(first=Misspelt(), second=TenMistakes(), third=Asking())
    assert {fault.plugin for fault in found} == {"first", "second", "third"}
    assert len(found) == 15


STAGES = (Stage("open", zh="开", by=(WORKER,), clock=Continuous(hours=1)), Stage("closed", zh="结", final=True))
CLOSE = Move("close", "open", "closed", zh="结")


def test_a_role_in_place_of_a_tuple_of_roles_is_told() -> None:
    stage = Stage("open", zh="开", by=(WORKER), clock=Continuous(hours=1))  # type: ignore[arg-type] - the mistake
    (found,) = faults_of(workflows=[Workflow("loop", zh="环", stages=(stage, STAGES[1]), moves=(CLOSE,))])
    assert found.code == "DECLARATION_MISSHAPEN"
    assert found.message == "open: by is a Role, not tuple[Role, ...]."


def test_a_misshapen_role_does_not_stop_the_check_of_staffing() -> None:
    role = Role("walker", zh="走", level=WORKER.level, duty="Walks.", acts_as=WORKER)  # type: ignore[arg-type] - the mistake
    template = Staffing("team", (Position(role), Position(WORKER)), zh="组")
    found = faults_of(roles=[role], grid_types=[GridType("ground", zh="地", staffing=(template,))])
    assert {"DECLARATION_MISSHAPEN", "REFERENCE_UNDECLARED", "STAGE_UNSTAFFED"} == {fault.code for fault in found}


def test_two_things_of_one_name_are_told_even_when_only_graphql_sees_it() -> None:
    assert codes_of(event_kinds=[kind("lost_child"), kind("lost_child")]) == ["NAME_TAKEN"]
    assert codes_of(event_kinds=[kind("lost_child"), kind("lostchild")]) == ["NAME_TAKEN"]


def test_what_another_plugin_declares_cannot_be_declared_again() -> None:
    (found,) = faults_of(roles=[WORKER])
    assert (found.plugin, found.code, found.thing) == ("demo", "DECLARED_TWICE", "demo.grid_worker")
    assert "community.grid_worker" in found.message


def test_what_no_enabled_plugin_declares_cannot_be_pointed_at() -> None:
    parent = kind("parent")
    stranger = Role("stranger", zh="生人", level=WORKER.level, duty="Nobody knows.")
    team = Staffing("team", (Position(stranger),), zh="组")
    found = faults_of(
        event_kinds=[kind("child", parent=parent)],
        grid_types=[GridType("ground", zh="地", overlay=True, staffing=(team,))],
        roles=[Role("deputy", zh="副", level=WORKER.level, duty="Stands in.", acts_as=(stranger,))],
        workflows=[workflow("loop", by=(stranger,))],
    )
    assert {fault.code for fault in found} == {"REFERENCE_UNDECLARED"}
    assert sorted(fault.thing for fault in found) == ["demo.child", "demo.deputy", "demo.loop", "demo.team"]


def test_a_position_or_team_of_what_nobody_declares_is_told() -> None:
    unknown, stranger = PlaceKind("tower", zh="塔"), Role("stranger", zh="生人", level=WORKER.level, duty="Nobody knows.")
    counted = Staffing("team", (Position(WORKER, each=unknown),), zh="组")
    mixed = Staffing("crew", (Position(WORKER),), zh="班", teams=(Team("pair", (stranger,), zh="对", work=Label("活", "Work")),))
    found = faults_of(grid_types=[GridType("ground", zh="地", overlay=True, staffing=(counted, mixed))])
    assert sorted((fault.code, fault.thing) for fault in found) == [
        ("REFERENCE_UNDECLARED", "demo.crew"),
        ("REFERENCE_UNDECLARED", "demo.team"),
    ]


def test_a_stage_that_no_template_staffs_is_told_with_the_template_and_the_roles() -> None:
    watch = Role("watch", zh="哨", level=WORKER.level, duty="Watches.")
    ground = GridType("ground", zh="地", staffing=(Staffing("team", (Position(watch, least=0),), zh="组"),))
    loop = workflow("loop", by=(watch,))
    found = faults_of(roles=[watch], grid_types=[ground], workflows=[loop], event_kinds=[kind("matter", workflow=loop)])
    ours = [fault for fault in found if "demo.loop" in fault.message]
    assert [(fault.code, fault.thing) for fault in ours] == [("STAGE_UNSTAFFED", "demo.ground with demo.team")]
    assert "demo.watch" in ours[0].hint


class Faith(Choice):
    """An option that nobody may be asked for."""

    RELIGIOUS = auto(), "宗教"


@details()
class Asked:
    """Crosses a line in its options."""

    faith_of_all: Annotated[Faith, Zh("类")]


RED: list[dict[str, Any]] = [
    {"event_kinds": [kind("key_person")]},
    {"event_kinds": [kind("matter", zh="重点人员")]},
    {"event_kinds": [kind("matter", en="Key persons")]},
    {"asset_kinds": [AssetKind("thing", zh="物", en="Number plate")]},
    {"event_kinds": [kind("matter", details=Asked)]},
    {"event_kinds": [kind("matter", involves=(Involves("someone", PERSON, zh="刑满释放人员"),))]},
    {"workflows": [workflow("loop", asks=(Text("opinion", zh="政治面貌"),))]},
]


@pytest.mark.parametrize("declared", RED)
def test_a_red_line_stops_what_we_ship_and_warns_others(declared: dict[str, Any]) -> None:
    (ours,) = faults_of(name="urban", **declared)
    (theirs,) = faults_of(name="demo", **declared)
    assert (ours.code, ours.warning) == ("RED_LINE", False)
    assert (theirs.code, theirs.warning) == ("RED_LINE", True)


@pytest.mark.parametrize("name", ["local", "Demo", "demo-plugin", "demo.plugin"])
def test_a_plugins_own_name_must_make_good_ids(name: str) -> None:
    assert "PLUGIN_NAME_INVALID" in [fault.code for fault in faults_of(name=name, event_kinds=[kind("matter")])]


def test_the_service_itself_can_act_without_being_declared() -> None:
    assert codes_of(workflows=[workflow("loop", move_by=(SYSTEM,))]) == []
