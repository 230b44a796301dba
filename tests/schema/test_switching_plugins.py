"""Plugins switched off and on again: the schema follows, and nothing that was written is lost."""

import dataclasses

import msgspec
import pytest

from reporting import report
from towns import DISTRICT, GRIDS, Town
from wangge_core.deployment import Deployment
from wangge_core.plugin.loading import load_plugins
from wangge_core.rights.viewers import operator
from wangge_core.rules import Rules
from wangge_schema.api import Api
from wangge_schema.build import build_schema

pytestmark = pytest.mark.anyio
SCENIC = GRIDS["scenic"]

QUERY = """query($id: ID!) { node(id: $id) { ... on Event { description kind { id label available plugin } stage { label }
  workflow { id available } grid { type { id available } } availableMoves { move }
  details { __typename kind values { name label value } } } } eventKind(id: "scenic.rescue") { available } }"""


async def with_plugins(town: Town, *names: str) -> Api:
    """The same database served with other plugins."""
    rules = Rules(registry=load_plugins(names), codes=town.deployment.rules.codes, zone=town.deployment.rules.zone)
    deployment = Deployment(town.deployment.url, rules)
    await deployment.start()
    return Api(deployment)


async def test_events_of_a_switched_off_plugin_still_read(town: Town) -> None:
    rescue = {"scenicRescue": {"nature": "FALL", "people": 2, "injured": 1}}
    id = await report(town, SCENIC, "scenic.rescue", rescue)
    before = await town.ask(QUERY, id=id)
    without = await with_plugins(town, "urban")
    try:
        answer = await without.execute(QUERY, {"id": id}, operator("en"))
    finally:
        await without.deployment.close()
    assert "errors" not in answer
    event = answer["data"]["node"]
    assert event["kind"] == {"id": "scenic.rescue", "label": "Rescue", "available": False, "plugin": "scenic"}
    assert event["stage"] == {"label": "Alarm"}
    assert event["details"]["__typename"] == "UnavailableDetails"
    assert {value["name"]: value["value"] for value in event["details"]["values"]} == {
        "nature": "FALL",
        "people": 2,
        "injured": 1,
        "trail": None,
    }
    back = await with_plugins(town, "urban", "scenic", "rural", "maritime")
    try:
        assert (await back.execute(QUERY, {"id": id}, operator("en")))["data"] == before
    finally:
        await back.deployment.close()


async def test_nothing_new_is_reported_under_a_switched_off_plugin(town: Town) -> None:
    without = await with_plugins(town, "urban")
    mutation = "mutation($input: EventReportInput!) { eventReport(input: $input) { event { id } userErrors { code } } }"
    input = {"kindId": "scenic.touting", "gridId": f"Grid:{town.grids[SCENIC]}", "description": "x"}
    try:
        answer = await without.execute(mutation, {"input": input}, operator("en"))
    finally:
        await without.deployment.close()
    assert answer["data"]["eventReport"] == {"event": None, "userErrors": [{"code": "KIND_RETIRED"}]}


def test_the_schema_has_the_enabled_plugins_types_only() -> None:
    sdl = build_schema(load_plugins(["urban"])).as_str()
    assert "UrbanPipeBurstDetails" in sdl
    for name in ("scenic", "rural", "maritime"):
        assert name not in sdl.lower()


async def test_a_process_reads_events_under_a_workflow_version_that_came_after_it(town: Town) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on Event { availableMoves { move } } } }"
    await town.ask("{ viewer { language } }")  # this process has read the stored versions
    flow = town.deployment.rules.registry.workflows["scenic.rescue"]
    newer = msgspec.structs.replace(flow, moves=flow.moves[:-1])
    registry = dataclasses.replace(
        town.deployment.rules.registry, workflows={**town.deployment.rules.registry.workflows, flow.id: newer}
    )
    other = Deployment(town.deployment.url, dataclasses.replace(town.deployment.rules, registry=registry))
    await other.start()
    await other.close()
    id = await report(town, SCENIC, "scenic.rescue", {"scenicRescue": {"nature": "FALL", "people": 2, "injured": 1}})
    assert {move["move"] for move in (await town.ask(query, id=id))["node"]["availableMoves"]} >= {"send", "help_at_once"}


async def test_who_may_not_see_people_sees_no_values_of_a_switched_off_plugin(town: Town) -> None:
    lost = {"ageGroup": "CHILD", "description": "a red coat", "lastSeenAt": "2026-01-01T08:00:00Z", "lastSeenWhere": "the bridge"}
    id = await report(town, SCENIC, "scenic.lost_visitor", {"scenicLostVisitor": lost})
    query = "query($id: ID!) { node(id: $id) { ... on Event { details { __typename values { value } } } } }"
    auditor = await town.viewer("community.auditor", DISTRICT)
    without = await with_plugins(town, "urban")
    try:
        seen = (await without.execute(query, {"id": id}, auditor))["data"]["node"]["details"]
        whole = (await without.execute(query, {"id": id}, operator()))["data"]["node"]["details"]
    finally:
        await without.deployment.close()
    assert seen == {"__typename": "UnavailableDetails", "values": []}
    assert {"value": "a red coat"} in whole["values"]
