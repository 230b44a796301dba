"""Attacks on running events: by those without the right, and by insiders who bend it; each must come to nothing."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from attacks_on_casework import (
    ATTACKERS,
    MAY,
    OTHERS,
    SOON,
    STEERING,
    URBAN,
    WITHOUT_RIGHT,
    called,
    complaint,
    narrow_key,
    refused,
    state,
)
from graphql import GraphQLObjectType

from identities import sealer_of
from operating import NOBODY, done
from reports import codes
from steered import DISTRICT, administrator, ahead, at_grid, at_offices, colleague, head, worker
from towns import PHOTOGRAPH, Town, ids
from wangge_core.db import tables as t
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.moves.decisions import check_named
from wangge_core.places.assets import NewAsset, register_assets
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.rights.viewers import narrowed, operator

pytestmark = pytest.mark.anyio


def test_every_way_of_steering_is_attacked(schema: Any) -> None:
    names = {name for name in schema._schema.mutation_type.fields if name.startswith("event")}
    assert names == set(STEERING) | OTHERS


@pytest.mark.parametrize("attacker", ATTACKERS)
async def test_nobody_without_the_right_steers_an_event(town: Town, attacker: str) -> None:
    town.deployment.sealer = sealer_of("a")
    id = await at_offices(town, "water_works") if attacker == "another office" else await at_grid(town)
    by = await ATTACKERS[attacker](town)
    before = await state(town, id)
    for name, input in STEERING.items():
        if name in MAY.get(attacker, ()):
            continue
        told = await called(town, by, name, f"Event:{id}", **input)
        assert set(codes(told)) <= WITHOUT_RIGHT and codes(told), (name, told)
        if codes(told) == ["NOT_FOUND"]:
            missing = await called(town, by, name, f"Event:{NOBODY}", **input)
            assert str(told).replace(str(id), "_") == str(missing).replace(str(NOBODY), "_"), name
    assert await state(town, id) == before


@pytest.mark.parametrize("version", [-1, 0, 1, 2**31 - 1])
async def test_a_lie_about_the_version_changes_nothing(town: Town, version: int) -> None:
    id, by = await at_grid(town), await worker(town)
    before = await state(town, id)
    taking = town.api.schema._schema.mutation_type.fields  # type: ignore[attr-defined]
    for name, input in STEERING.items():
        if "expectedVersion" in taking[name].args["input"].type.of_type.fields:
            assert await refused(town, by, name, f"Event:{id}", **input, expectedVersion=version) == ["EVENT_CHANGED"], name
    assert await state(town, id) == before


# ---- insiders


@pytest.mark.parametrize(("ask", "decide"), [("eventDefer", "eventDecideDeferral"), ("eventAskExtension", "eventDecideExtension")])
async def test_whoever_asked_does_not_decide_whatever_other_post_or_key_they_have(town: Town, ask: str, decide: str) -> None:
    id, asking, above = await at_grid(town), await worker(town), await head(town)
    both = replace(asking, posts=(*asking.posts, *above.posts), scopes={**asking.scopes, **above.scopes})
    until = ahead(20).isoformat()
    assert await refused(town, both, ask, f"Event:{id}", reason="rain", until=until) == []
    for by in (both, replace(above, account_id=asking.account_id), replace(narrowed(both, set(Capability)), key_id=1)):
        assert await refused(town, by, decide, f"Event:{id}", granted=True) == ["REQUEST_OWN"]
    assert await refused(town, asking, ask, f"Event:{id}", reason="rain", until=until) == ["REQUEST_WAITING"]
    answers = await asyncio.gather(*(refused(town, above, decide, f"Event:{id}", granted=True) for _ in range(3)))
    assert sorted(answers) == [[], ["REQUEST_NONE"], ["REQUEST_NONE"]]
    again = await refused(town, asking, ask, f"Event:{id}", reason="more rain", until=ahead(25).isoformat())
    assert again == [{"eventDefer": "EVENT_DEFERRED", "eventAskExtension": "EXTENSION_ONCE"}[ask]]


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2020-01-01T00:00:00Z", "MOMENT_NOT_LATER"),
        ("1800-01-01T00:00:00+14:00", None),
        ("2200-12-31T23:59:59Z", "MOMENT_TOO_FAR"),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-03-29T02:30:00", None),
        ("2199-02-28T00:00:00+08:00", "MOMENT_TOO_FAR"),
    ],
)
async def test_no_moment_of_another_century_puts_anything_off(town: Town, until: str, code: str | None) -> None:
    """None: such a moment is not even taken for one."""
    id, by, above = await at_grid(town), await worker(town), await head(town)
    before = await state(town, id)
    for who, name, input in (
        (by, "eventDefer", {"reason": "x", "until": until}),
        (by, "eventAskExtension", {"reason": "x", "until": until}),
        (above, "eventChaseUp", {"note": "x", "answerDueAt": until}),
    ):
        declared = town.api.schema._schema.mutation_type.fields[name].args["input"].type  # type: ignore[attr-defined]
        text = f"mutation($id: ID!, $input: {declared}) {{ done: {name}(id: $id, input: $input) {{ userErrors {{ code }} }} }}"
        answer = await town.api.execute(text, {"id": f"Event:{id}", "input": input}, who)
        if code is None:
            assert {one["extensions"]["code"] for one in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}, answer
        else:
            assert codes(answer["data"]["done"]) == [code]
    assert await state(town, id) == before


async def test_chasing_up_is_no_way_to_bury_somebody_in_tasks(town: Town) -> None:
    id, above = await at_grid(town), await head(town)
    answers = [await refused(town, above, "eventChaseUp", f"Event:{id}", note="well?", answerDueAt=SOON) for _ in range(7)]
    assert answers == [[]] * 5 + [["TOO_MANY"]] * 2
    assert await refused(town, await worker(town), "eventAnswerChase", f"Event:{id}", answer="soon") == []
    assert await refused(town, above, "eventChaseUp", f"Event:{id}", note="well?", answerDueAt=SOON) == []


async def test_joining_tells_nothing_of_a_complaint_that_is_kept_from_who_joins(town: Town) -> None:
    id, hidden = await at_grid(town), await complaint(town)
    for by in (await head(town), await town.viewer("community.information_officer", URBAN)):
        told = [await called(town, by, "eventJoin", f"Event:{id}", events=[f"Event:{one}"]) for one in (hidden, NOBODY)]
        assert str(told[0]).replace(str(hidden), "_") == str(told[1]).replace(str(NOBODY), "_")
        assert codes(told[0]) in (["NOT_FOUND"], ["DESK_ONLY"])
        turned = await called(town, by, "eventJoin", f"Event:{hidden}", events=[f"Event:{id}"])
        assert codes(turned) == ["NOT_FOUND"]
    above = await administrator(town)
    assert await refused(town, above, "eventJoin", f"Event:{id}", events=[f"Event:{hidden}"]) == ["JOIN_HIDDEN"]
    assert await refused(town, above, "eventJoin", f"Event:{hidden}", events=[f"Event:{id}"]) == ["JOIN_HIDDEN"]


async def test_a_complaint_is_not_split_into_what_the_grid_reads(town: Town) -> None:
    hidden, above = await complaint(town), await administrator(town)
    before = await state(town, hidden)
    parts = [
        {
            "description": "what they did",
            "kindId": "community.errand",
            "details": {"communityErrand": {"service": "x", "mandateGiven": True}},
        }
    ]
    answer = await called(town, above, "eventSplit", f"Event:{hidden}", parts=parts)
    assert [(one["code"], one["field"]) for one in answer["userErrors"]] == [("SPLIT_HIDDEN", "parts.0.kindId")]
    assert await state(town, hidden) == before
    assert await refused(town, above, "eventSplit", f"Event:{hidden}", parts=[{"description": "another matter"}]) == []


async def test_a_dispute_is_not_given_to_one_of_its_parties(town: Town) -> None:
    chief = await town.viewer("community.grid_chief", URBAN)
    await colleague(town, "community.grid_chief", URBAN, "party")
    party, neutral = town.posts["party"], town.posts[chief.login]
    async with town.deployment.write() as work:
        await work.run(sa.update(t.account).where(t.account.c.login == "party").values(person_id=town.person))
        dispute = EventReport(
            kind_id="community.dispute",
            description="noise at night",
            grid_id=town.grids[URBAN],
            details={"cause": "NEIGHBOURS", "people_involved": 2, "immediate_danger": False},
            involved=(Involved(role="party", sort=Involvable.PERSON, id=town.person),),
        )
        (id,) = ids(await report_events(work, operator(), [dispute]))
    assert await refused(town, chief, "eventReassign", f"Event:{id}", assignees=[f"Post:{party}"]) == ["ASSIGNEE_INVOLVED"]
    both = [f"Post:{neutral}", f"Post:{party}"]
    assert await refused(town, chief, "eventReassign", f"Event:{id}", assignees=both) == ["ASSIGNEE_INVOLVED"]
    assert await refused(town, chief, "eventReassign", f"Event:{id}", assignees=[f"Post:{neutral}"]) == []
    handing = await refused(town, operator("en"), "postHandOver", f"Post:{neutral}", toPostId=f"Post:{party}")
    assert handing == ["ASSIGNEE_INVOLVED"]


@pytest.mark.parametrize(
    "assignees", [["Post:1000000"], ["Office:1000000"], ["Event:1"], [], ["Post:999999999999999999"], ["Post:-1"]]
)
async def test_work_is_given_to_nothing_that_is_not_there(town: Town, assignees: list[str]) -> None:
    id, by = await at_grid(town), await worker(town)
    before = await state(town, id)
    assert await refused(town, by, "eventReassign", f"Event:{id}", assignees=assignees) in (
        ["NOT_FOUND"],
        ["ID_INVALID"],
        ["REQUIRED"],
    )
    assert await state(town, id) == before


async def test_an_asset_that_one_may_not_see_is_answered_like_one_that_is_not_there(town: Town, registry: Any) -> None:
    asset = NewAsset(grid_id=town.grids[URBAN], kind_id=next(iter(registry.asset_kinds)), name="Hydrant")
    (id,) = await done(town, register_assets, asset)
    move = next(
        move for one in registry.workflows.values() for move in one.moves if any(ask.type.value == "ASSETS" for ask in move.asks)
    )
    name = next(ask.name for ask in move.asks if ask.type.value == "ASSETS")
    blind = replace(await worker(town), scopes={})
    async with town.deployment.read() as work:
        told = [await check_named(work, blind, move, {name: [{"asset": one}]}) for one in (id, NOBODY)]
        assert await check_named(work, await worker(town), move, {name: [{"asset": id}]}) == []
    assert str(told[0]).replace(str(id), "_") == str(told[1]).replace(str(NOBODY), "_")
    assert [one.code for one in told[0]] == ["NOT_FOUND"]


# ---- tasks, duty, calendars


MINE = "{ viewer { tasks { nodes { id } } } }"


@pytest.mark.parametrize("attacker", ["visitor", "resident", "another grid", "substitute out of term", "post that ended yesterday"])
async def test_the_tasks_of_others_are_neither_read_nor_ticked_off(town: Town, attacker: str) -> None:
    id = await at_grid(town)
    async with town.deployment.read() as work:
        task = await work.value(sa.select(sa.func.max(t.task.c.id)).where(t.task.c.event_id == id, t.task.c.open))
    by = await ATTACKERS[attacker](town)
    own = (await town.ask(MINE, by))["viewer"]["tasks"]["nodes"]
    assert f"Task:{task}" not in {one["id"] for one in own}
    assert (await town.ask("query($id: ID!) { node(id: $id) { id } }", by, id=f"Task:{task}"))["node"] is None
    read = await town.ask(
        "query($id: ID!) { node(id: $id) { ... on Event { tasks { id note addressees { post { id } } } } } }", by, id=f"Event:{id}"
    )
    assert read["node"] is None
    before = await state(town, id)
    told = [await called(town, by, "taskAcknowledge", f"Task:{one}") for one in (task, NOBODY)]
    assert codes(told[0]) in (["NOT_FOUND"], ["NOT_SIGNED_IN"])
    assert str(told[0]).replace(str(task), "_") == str(told[1]).replace(str(NOBODY), "_")
    assert await state(town, id) == before


async def test_who_only_reads_ticks_off_no_task(town: Town) -> None:
    id = await at_grid(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.task).where(t.task.c.event_id == id).values(to_acknowledge=True))
        task = await work.value(sa.select(sa.func.max(t.task.c.id)).where(t.task.c.event_id == id, t.task.c.open))
    for by in (await town.viewer("community.auditor", DISTRICT), await narrow_key(town), await head(town)):
        assert await refused(town, by, "taskAcknowledge", f"Task:{task}") in (["NOT_ALLOWED"], ["NOT_FOUND"])


def reached(type: Any, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Every field that can be reached from a type."""
    while hasattr(type, "of_type"):
        type = type.of_type
    if not isinstance(type, GraphQLObjectType) or type.name in seen:
        return
    seen.add(type.name)
    for name, one in type.fields.items():
        yield type.name, name
        yield from reached(one.type, seen)


def test_where_somebody_on_duty_is_stands_in_no_field(schema: Any) -> None:
    fields = set(reached(schema._schema.query_type, set()))
    for type in ("Post", "Shift", "Account", "Task", "TaskAddressee"):
        assert not [name for of, name in fields if of == type and ("itude" in name or "position" in name.lower())]
    assert not [name for name in schema._schema.type_map if "DutyPosition" in name]


@pytest.mark.parametrize(
    "attacker", ["visitor", "resident", "another grid", "head's key to read with", "post that ended yesterday", "auditor"]
)
async def test_rosters_posts_and_calendars_are_not_set_by_strangers(town: Town, attacker: str) -> None:
    by = await ATTACKERS[attacker](town)
    post = town.posts[f"community.grid_worker@{URBAN}"]
    other = town.posts[f"community.grid_chief@{URBAN}"]
    tables = (t.shift, t.duty_position, t.calendar, t.calendar_day, t.webhook)

    async def counts() -> list[int]:
        async with town.deployment.read() as work:
            return [await work.value(sa.select(sa.func.count()).select_from(one)) for one in tables]

    before = await counts()
    position = {"longitude": 120.1, "latitude": 30.1}
    week = [{"weekday": "MONDAY", "spans": [{"from": "00:00", "to": "24:00"}]}]
    tried: list[tuple[str, dict[str, Any]]] = [
        (
            "shiftSet",
            {"postId": f"Post:{post}", "startsAt": ahead(1).isoformat(), "endsAt": (ahead(1) + timedelta(hours=8)).isoformat()},
        ),
        ("dutyCheckIn", {"postId": f"Post:{post}", "position": position}),
        ("calendarSet", {"name": "default", "years": [2027], "week": week}),
        ("calendarSet", {"name": "mine", "follows": "default"}),
        ("webhookCreate", {"accountId": f"Account:{1}", "url": "https://example.org/hook"}),
    ]
    for name, input in tried:
        declared = town.api.schema._schema.mutation_type.fields[name].args["input"].type  # type: ignore[attr-defined]
        text = f"mutation($input: {declared}) {{ done: {name}(input: $input) {{ userErrors {{ code }} }} }}"
        found = codes((await town.ask(text, by, input=input))["done"])
        assert found and set(found) <= {"NOT_ALLOWED", "NOT_FOUND", "NOT_SIGNED_IN"}, (name, found)
    handing = await refused(town, by, "postHandOver", f"Post:{post}", toPostId=f"Post:{other}")
    assert handing and set(handing) <= {"NOT_ALLOWED", "NOT_FOUND", "NOT_SIGNED_IN"}
    assert await refused(town, by, "attachmentPublish", f"Attachment:{PHOTOGRAPH}") in (
        ["NOT_ALLOWED"],
        ["NOT_FOUND"],
        ["NOT_SIGNED_IN"],
    )
    assert await counts() == before


async def test_a_calendar_is_not_set_with_the_right_over_a_part_of_the_town(town: Town) -> None:
    some = await administrator(town)
    part = replace(
        some, scopes={**some.scopes, Capability.MANAGE_CALENDARS: some.scope(Capability.READ_EVENTS)}, whole_ground=frozenset()
    )
    declared = "CalendarSetInput!"
    text = f"mutation($input: {declared}) {{ done: calendarSet(input: $input) {{ userErrors {{ code }} }} }}"
    assert codes((await town.ask(text, part, input={"name": "default", "years": [2027]}))["done"]) == ["NOT_ALLOWED"]
