"""What the project ships: it passes its own checks, every kind's details go into storage and out again, and any choice of it runs."""

import dataclasses
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import samples
from wangge_core.checking import read_details
from wangge_core.plugin.community.plugin import plugin as community
from wangge_core.plugin.definitions import DetailField, DetailsDefinition, WorkflowDefinition
from wangge_core.plugin.loading import load_plugins
from wangge_core.plugin.registry import Registry
from wangge_maritime.plugin import plugin as maritime
from wangge_rural.plugin import plugin as rural
from wangge_scenic.plugin import plugin as scenic
from wangge_urban.plugin import plugin as urban

NAMES = ("urban", "scenic", "rural", "maritime")
SHIPPED = load_plugins(NAMES)
WITH_DETAILS: dict[str, DetailsDefinition] = {
    f"{sort}:{thing.id}": thing.details
    for sort in ("event_kinds", "asset_kinds", "place_kinds", "grid_types")
    for thing in getattr(SHIPPED, sort).values()
    if thing.details is not None
}


def test_the_catalogue_is_complete() -> None:
    counts = {name: len(getattr(SHIPPED, name)) for name in ("roles", "event_kinds", "grid_types", "workflows", "duties")}
    assert counts == {"roles": 60, "event_kinds": 73, "grid_types": 8, "workflows": 25, "duties": 56}
    workflows = SHIPPED.workflows.values()
    assert sum(len(workflow.stages) for workflow in workflows) == 176
    assert sum(len(workflow.moves) for workflow in workflows) == 212
    assert SHIPPED.warnings == ()


@pytest.mark.parametrize("enabled", [chosen for size in range(5) for chosen in combinations(NAMES, size)], ids="+".join)
def test_any_choice_of_plugins_loads(enabled: tuple[str, ...]) -> None:
    registry = load_plugins(enabled)
    assert [plugin.name for plugin in registry.plugins] == ["community", *enabled]
    assert {role.plugin for role in registry.roles.values()} == {"community", *enabled}
    assert registry.warnings == ()


def test_loading_in_another_order_declares_the_same() -> None:
    other = load_plugins(tuple(reversed(NAMES)))
    for name in (
        "roles",
        "event_kinds",
        "grid_types",
        "workflows",
        "asset_kinds",
        "place_kinds",
        "need_kinds",
        "staffings",
        "duties",
        "occasions",
    ):
        assert dict(getattr(other, name)) == dict(getattr(SHIPPED, name)), name


@pytest.mark.parametrize("workflow", SHIPPED.workflows.values(), ids=lambda workflow: workflow.id)
def test_a_workflow_is_proved_and_survives_storage(workflow: WorkflowDefinition) -> None:
    stages = {stage.name for stage in workflow.stages}
    assert all(stage.final or (stage.clock and stage.by) for stage in workflow.stages)
    assert reached(workflow, workflow.start.name) == stages
    assert all(any(workflow.stage(name).final for name in reached(workflow, stage)) for stage in stages)
    assert all({*stage.by} <= SHIPPED.roles.keys() for stage in workflow.stages)
    assert msgspec.json.decode(msgspec.json.encode(workflow), type=WorkflowDefinition) == workflow


def test_every_workflow_settles_some_kind_and_the_emergencies_wait_for_nobody() -> None:
    assert {kind.workflow for kind in SHIPPED.event_kinds.values()} == set(SHIPPED.workflows)
    assert {id for id, workflow in SHIPPED.workflows.items() if workflow.emergency} == {
        "scenic.rescue",
        "scenic.lost_visitor",
        "maritime.distress",
        "maritime.storm_recall",
        "maritime.vessel_overdue",
    }


def test_kinds_of_the_closed_loop_have_limits_and_each_says_when_it_is_done() -> None:
    kinds = [kind for kind in SHIPPED.event_kinds.values() if kind.workflow == "urban.closed_loop"]
    assert len(kinds) == 14
    assert sum(len(kind.limits) for kind in kinds) == 25
    assert all(kind.limits and all(limit.closed_when for limit in kind.limits) for kind in kinds)


def test_nothing_about_people_is_shown_to_the_public() -> None:
    shown = {kind.id for kind in SHIPPED.event_kinds.values() if kind.shown_to_public}
    about_people = {
        kind.id
        for kind in SHIPPED.event_kinds.values()
        if kind.hidden_from_grid or any("PERSON" in [sort.value for sort in tie.sorts] for tie in kind.involves)
    }
    never = {"community.fraud_warning", "scenic.lost_visitor", "scenic.rescue", "urban.illegal_construction", "maritime.schooling"}
    assert "urban.street_lamp" in shown
    assert not shown & (about_people | never)
    assert {"community.service_complaint", "scenic.visitor_complaint"} <= {
        kind.id for kind in SHIPPED.event_kinds.values() if kind.open_to_public
    }


def reached(workflow: WorkflowDefinition, start: str) -> set[str]:
    """The stages that can be reached, walked over the resolved definition alone."""
    found, waiting = {start}, [start]
    while waiting:
        stage = waiting.pop()
        for move in workflow.moves:
            if stage in move.sources:
                origin = workflow.move(move.back_to_move or "")
                onward = {move.to} if move.to else set(origin.sources if origin else ())
                waiting += onward - found
                found |= onward
    return found


@pytest.mark.parametrize("name", WITH_DETAILS)
@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_details_come_out_of_storage_as_they_went_in(name: str, data: st.DataObject) -> None:
    definition = WITH_DETAILS[name]
    stored, refusals = read_details(name, definition, data.draw(samples.details(definition)))
    assume(not refusals)  # a rule across fields said no
    again = msgspec.convert(msgspec.json.decode(msgspec.json.encode(stored)), definition.python_type)
    assert msgspec.to_builtins(again) == stored
    assert stored.keys() == {field.name for field in definition.fields}


@pytest.mark.parametrize("name", WITH_DETAILS)
def test_details_refuse_what_they_do_not_know(name: str) -> None:
    definition = WITH_DETAILS[name]
    for given_ in ("text", 7, [], {field.name: object() for field in definition.fields}):
        _, refusals = read_details(name, definition, given_)
        assert {found.code for found in refusals} <= {"DETAILS_INVALID", "DETAILS_REQUIRED"}
        assert refusals or not any(field.required for field in definition.fields)


def labelled() -> Iterator[Any]:
    named = (
        field.name for field in dataclasses.fields(Registry)[1:-1] if field.name != "milestones"
    )  # which say something of workflows
    things: list[Mapping[str, Any]] = [getattr(SHIPPED, name) for name in named]
    for thing in (thing for mapping in things for thing in mapping.values()):
        yield thing
        for part in ("stages", "moves", "involves"):
            yield from getattr(thing, part, ())
        if isinstance(details := getattr(thing, "details", None), DetailsDefinition):
            yield from fields(details.fields)


def fields(found: tuple[DetailField, ...]) -> Iterator[DetailField]:
    for field in found:
        yield field
        yield from fields(field.fields)
        assert all(label.zh and label.en for _, label in field.options), field.name


def test_everything_is_labelled_in_both_languages() -> None:
    found = list(labelled())
    assert len(found) > 500
    for thing in found:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in thing.label.zh), thing
        assert thing.label.en and not any("\u4e00" <= letter <= "\u9fff" or letter == "_" for letter in thing.label.en), thing


def test_the_registry_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SHIPPED.roles = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        SHIPPED.roles["community.grid_worker"] = SHIPPED.roles["community.auditor"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        SHIPPED.event_kinds["community.hazard"].workflow = "none"  # type: ignore[misc]


def test_hooks_answer_the_same_each_time() -> None:
    for plugin in (community, urban, scenic, rural, maritime):
        assert plugin.event_kinds() is plugin.event_kinds()
        assert plugin.roles() is plugin.roles()
