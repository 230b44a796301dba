"""One event of each grid type, from report to closing, through mutations by viewers who hold the right posts."""

from dataclasses import dataclass
from typing import Any

import pytest

from reporting import MOVE, REPORT
from towns import COMMUNITY, DISTRICT, GRIDS, PHOTOGRAPH, SUBDISTRICT, Town

pytestmark = pytest.mark.anyio

HISTORY = """query($id: ID!) { node(id: $id) { ... on Event {
  closed history { sequence entry move toStage { name } account { login } post { role { id } } answers { name value } } } } }"""


@dataclass(frozen=True)
class Step:
    """A move, who makes it (`role@where`), the answers, and the stage after."""

    move: str
    by: str
    stage: str
    answers: tuple[dict[str, Any], ...] = ()


def text(name: str, value: str = "as agreed") -> dict[str, Any]:
    return {"name": name, "text": value}


def number(name: str, value: int) -> dict[str, Any]:
    return {"name": name, "integer": value}


HERE = {"name": "location", "position": {"longitude": 114.3, "latitude": 30.6}}
PHOTO = {"name": "photo", "photos": [f"Attachment:{PHOTOGRAPH}"]}
URBAN, SCENIC, RURAL, MARITIME = (GRIDS[name] for name in ("urban", "scenic", "rural", "maritime"))


async def walk(town: Town, grid: str, kind: str, details: dict[str, Any], reporter: str, steps: list[Step], **more: Any) -> Any:
    """Report an event and make the moves; returns its history."""
    report = {"kindId": kind, "gridId": f"Grid:{town.grids[grid]}", "description": "seen on the round", "details": details} | more
    answer = (await town.ask(REPORT, await town.login(reporter), input=report))["eventReport"]
    assert answer["userErrors"] == []
    id = answer["event"]["id"]
    for step in steps:
        await nobody_else_may(town, id, step)
        answer = (await town.ask(MOVE, await town.login(step.by), id=id, input={"move": step.move, "answers": list(step.answers)}))[
            "eventMove"
        ]
        assert answer["userErrors"] == [], step
        assert answer["event"]["stage"]["name"] == step.stage
    event = (await town.ask(HISTORY, id=id))["node"]
    assert event["closed"]
    assert [entry["move"] for entry in event["history"]] == [None, *(step.move for step in steps)]
    assert [entry["account"]["login"] for entry in event["history"]] == [reporter, *(step.by for step in steps)]
    return event["history"]


async def nobody_else_may(town: Town, id: str, step: Step) -> None:
    """The auditor, who sees everything, is refused with the role that is asked for."""
    auditor = await town.viewer("community.auditor", DISTRICT)
    refused = (await town.ask(MOVE, auditor, id=id, input={"move": step.move, "answers": list(step.answers)}))["eventMove"]
    assert refused["event"] is None
    assert [error["code"] for error in refused["userErrors"]] == ["MOVE_ROLE"]


async def test_an_urban_event_goes_round_the_closed_loop(town: Town) -> None:
    specialist, office = (
        "community.department_specialist@water_works",
        {"name": "assignees", "assignees": [f"Office:{town.offices['water_works']}"]},
    )
    desk = {name: f"community.{name}@{DISTRICT}" for name in ("intake_officer", "shift_lead", "dispatcher")}
    worker = f"community.grid_worker@{URBAN}"
    history = await walk(
        town,
        URBAN,
        "urban.pipe_burst",
        {"urbanPipeBurst": {"pipe": "WATER", "roadSunk": False, "supplyCut": True}},
        worker,
        [
            Step("forward", desk["intake_officer"], "filing", (text("kind", "urban.pipe_burst"),)),
            Step(
                "file",
                desk["shift_lead"],
                "dispatching",
                (text("kind", "urban.pipe_burst"), {"name": "filing_condition", "limit": "water_leak"}),
            ),
            Step("dispatch", desk["dispatcher"], "handling", (office,)),
            Step("done", specialist, "feedback", (text("note"), {"name": "photo_after", "photos": [f"Attachment:{PHOTOGRAPH}"]})),
            Step(
                "ask_final_check",
                desk["dispatcher"],
                "verify_fixed",
                ({"name": "assignees", "assignees": [f"Post:{town.posts[worker]}"]},),
            ),
            Step("verified", worker, "evaluation", (PHOTO, HERE)),
            Step("close", desk["shift_lead"], "closed", (number("score", 95),)),
        ],
    )
    assert history[3]["answers"] == [{"name": "assignees", "value": [f"Office:{town.offices['water_works']}"]}]


async def test_a_scenic_rescue_is_closed(town: Town) -> None:
    information, responder = f"community.information_officer@{SCENIC}", f"scenic.emergency_responder@{SCENIC}"
    await walk(
        town,
        SCENIC,
        "scenic.rescue",
        {"scenicRescue": {"nature": "FALL", "people": 1, "injured": 1}},
        information,
        [
            Step("send", information, "on_the_way", ({"name": "assignees", "assignees": [f"Post:{town.posts[responder]}"]},)),
            Step("arrive", responder, "on_the_spot", (HERE,)),
            Step("hand_over", responder, "after_care", (text("note"),)),
            Step("close", information, "closed", ({"name": "outcome", "choice": "WELL"}, text("note"))),
        ],
    )


async def test_small_works_are_voted_built_and_accepted(town: Town) -> None:
    head, officer = f"community.community_head@{COMMUNITY}", f"rural.works_officer@{SUBDISTRICT}"
    overseer, administrator = f"rural.affairs_overseer@{RURAL}", f"community.subdistrict_administrator@{SUBDISTRICT}"
    ask = await answers_of(town, "rural.small_works", town.posts[officer])
    await walk(
        town,
        RURAL,
        "rural.small_works",
        {"ruralSmallWorks": {"works": "LAMP", "households": 40}},
        f"rural.group_leader@{RURAL}",
        [
            Step("survey", head, "survey", ask["survey"]),
            Step("put_to_vote", officer, "vote", ask["put_to_vote"]),
            Step("voted_for", head, "budgeting", ask["voted_for"]),
            Step("submit", officer, "approval", ask["submit"]),
            Step("approve", administrator, "building", ask["approve"]),
            Step("finish", officer, "acceptance", ask["finish"]),
            Step("accept_work", overseer, "notice", ask["accept_work"]),
            Step("complete", head, "closed", ask["complete"]),
        ],
    )


async def test_a_matter_of_the_village_is_closed_by_its_reporter(town: Town) -> None:
    worker, leader, head = f"community.grid_worker@{RURAL}", f"rural.group_leader@{RURAL}", f"community.community_head@{COMMUNITY}"
    ask = await answers_of(town, "rural.village_matter", town.posts[leader])
    await walk(
        town,
        RURAL,
        "rural.power_or_signal",
        {"ruralPowerOrSignal": {"what": "POWER", "households": 12}},
        leader,
        [
            Step("take_to_village", leader, "at_village", ask["take_to_village"]),
            Step("answer", head, "answering", ask["answer"]),
            Step("tell", worker, "told", ask["tell"]),
            Step("close", leader, "closed", (number("rating", 5),)),
        ],
    )


async def answers_of(town: Town, workflow: str, post: int) -> dict[str, tuple[dict[str, Any], ...]]:
    """Plausible answers to what every move of a workflow must be told, as a front-end would draw its forms."""
    query = "query($id: ID!) { workflow(id: $id) { moves { move asks { name type required options { name } } } } }"
    samples: dict[str, Any] = {
        "TEXT": {"text": "as heard"},
        "INTEGER": {"integer": 3},
        "MONEY": {"money": 120_000},
        "STEPS": {"steps": [{"name": "Lay the cable", "plannedOn": "2026-12-20"}]},
        "FLAG": {"flag": True},
        "DATE": {"date": "2026-12-01"},
        "DATE_TIME": {"dateTime": "2026-01-01T08:00:00+08:00"},
        "POSITION": {"position": HERE["position"]},
        "PHOTOS": {"photos": [f"Attachment:{PHOTOGRAPH}"]},
        "ASSIGNEES": {"assignees": [f"Post:{post}"]},
        "POSTS": {"assignees": [f"Post:{post}"]},
        "OFFICES": {"assignees": [f"Office:{town.offices['housing']}"]},
    }

    def sample(ask: Any) -> dict[str, Any]:
        return {"choice": ask["options"][0]["name"]} if ask["options"] else samples[ask["type"]]

    moves = (await town.ask(query, id=workflow))["workflow"]["moves"]
    return {move["move"]: tuple({"name": ask["name"]} | sample(ask) for ask in move["asks"] if ask["required"]) for move in moves}


async def test_a_boat_in_distress_is_brought_home(town: Town) -> None:
    watch, leader = f"maritime.duty_watch@{SUBDISTRICT}", f"maritime.fleet_leader@{MARITIME}"
    ask = await answers_of(town, "maritime.distress", town.posts[leader])
    await walk(
        town,
        MARITIME,
        "maritime.distress",
        {"maritimeDistress": {"nature": "ENGINE", "peopleOnBoard": 3}},
        watch,
        [
            Step("alert", watch, "alerting", ask["alert"]),
            Step("reach", leader, "assisting", ask["reach"]),
            Step("land", leader, "ashore", ask["land"]),
            Step("close", f"maritime.family_liaison@{COMMUNITY}", "safe", ask["close"]),
        ],
    )
