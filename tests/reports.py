"""Reports of residents and visitors in tests: sending them, following them, and what becomes of the event behind them."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.rights.viewers import anonymous

VISITOR = anonymous("en")
SUBMIT = """mutation($input: PublicReportSubmitInput!, $key: String) { publicReportSubmit(input: $input, idempotencyKey: $key) {
  secret report { number stage steps next answeredBy closed timesReported joined } userErrors { field code message } } }"""
FOLLOW = """query($number: String!, $secret: String!) { publicReport(number: $number, secret: $secret) {
  number kind description stage closed joined timesReported answeredBy next until steps rating referredTo
  questions { id text wantsAnswer answer } } }"""
STEP = """mutation($input: %sInput!) { %s(input: $input) { report { stage rating steps } userErrors { field code } } }"""
MOVE = """mutation($id: ID!, $input: EventMoveInput!) { eventMove(id: $id, input: $input) {
  event { stage { name } } userErrors { code field } } }"""
ASK = """mutation($id: ID!, $input: EventAskReporterInput!) { eventAskReporter(id: $id, input: $input) {
  event { number } userErrors { code field } } }"""
WORKER = ("community.grid_worker", GRIDS["urban"])
LITTER: dict[str, Any] = {
    "kindId": "community.sanitation",
    "description": "Litter in front of the gate",
    "gridCode": GRIDS["urban"],
    "details": {"communitySanitation": {"what": "LITTER"}},
}
Held = dict[str, str]
"""What a reporter holds: `number` and `secret`."""


async def submit(town: Town, by: Any = VISITOR, key: str | None = None, **change: Any) -> dict[str, Any]:
    """The payload of a report of litter, with these changes."""
    input = {name: value for name, value in (LITTER | change).items() if value is not None}
    return dict((await town.ask(SUBMIT, by, input=input, key=key))["publicReportSubmit"])


async def submitted(town: Town, by: Any = VISITOR, **change: Any) -> Held:
    """The number and secret of a report that must be taken."""
    answer = await submit(town, by, **change)
    assert answer["userErrors"] == [], answer
    return {"number": answer["report"]["number"], "secret": answer["secret"]}


async def follow(town: Town, held: Held, by: Any = VISITOR) -> Any:
    return (await town.ask(FOLLOW, by, **held))["publicReport"]


async def step(town: Town, name: str, held: Held, **input: Any) -> dict[str, Any]:
    """The payload of a step of the reporter, such as `publicReportRate`."""
    text = STEP % (name[:1].upper() + name[1:], name)
    return dict((await town.ask(text, VISITOR, input=held | input))[name])


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


async def event_of(town: Town, held: Held) -> Any:
    """The row of the event behind a report."""
    event, report = t.event, t.public_report
    async with town.deployment.read() as work:
        joined = event.join(report, report.c.event_id == event.c.id)
        return await work.first(sa.select(event).select_from(joined).where(report.c.number == held["number"]))


def with_intake(town: Town, **rules: Any) -> None:
    """Have the deployment go by other figures."""
    present = town.deployment.rules
    town.deployment.rules = replace(present, intake=replace(present.intake, **rules))


async def settle(town: Town, held: dict[str, str]) -> None:
    """Have the matter settled on the spot, so that its rating is open."""
    event = await event_of(town, held)
    input = {"move": "settle_on_the_spot", "answers": [{"name": "note", "text": "Swept"}]}
    moved = (await town.ask(MOVE, await town.viewer(*WORKER), id=f"Event:{event.id}", input=input))["eventMove"]
    assert moved["userErrors"] == []


async def ask(town: Town, held: dict[str, str], by: Any, **input: Any) -> Any:
    event = await event_of(town, held)
    return (await town.ask(ASK, by, id=f"Event:{event.id}", input=input))["eventAskReporter"]
