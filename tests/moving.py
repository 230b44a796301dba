"""Events of a test's town that anybody tries to move, and what is written by it."""

import random
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

import samples
from towns import GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.events.situations import Step
from wangge_core.events.states import locked_state
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.refusals import message
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer

OF_EVENTS = (t.event, t.event_history, t.event_assignment, t.outbox)
KINDS: dict[str, tuple[str, str, Any]] = {
    "community.three_loops": ("urban", "community.hazard", {"hazard": "FIRE", "immediate_danger": False}),
    "urban.closed_loop": ("urban", "urban.pipe_burst", {"pipe": "WATER", "road_sunk": False, "supply_cut": True}),
    "scenic.rescue": ("scenic", "scenic.rescue", {"nature": "FALL", "people": 1, "injured": 1}),
    "rural.small_works": ("rural", "rural.small_works", None),
    "maritime.distress": ("maritime", "maritime.distress", {"nature": "ENGINE", "people_on_board": 3}),
}


async def report(town: Town, by: Viewer, workflow: str = "community.three_loops") -> int:
    grid, kind, details = KINDS[workflow]
    if details is None:
        definition = town.deployment.rules.registry.event_kinds[kind].details
        details = samples.first(definition) if definition else None
    async with town.deployment.write() as work:
        new = EventReport(kind_id=kind, description="seen", grid_id=town.grids[GRIDS[grid]], details=details)
        (id,) = ids(await report_events(work, by, [new]))
    return id


async def move(town: Town, by: Viewer, id: int, name: str, /, version: int | None = None, **answers: Any) -> Outcome:
    async with town.deployment.write() as work:
        request = EventMoveRequest(event_id=id, move=name, answers=answers, expected_version=version)
        (outcome,) = await move_events(work, by, [request])
    return outcome


def code(outcome: Outcome) -> str | None:
    return outcome.refusals[0].code if outcome.refusals else None


async def everything(town: Town) -> list[Any]:
    """All that moves write."""
    async with town.deployment.read() as work:
        return [await work.rows(sa.select(table).order_by(table.c.id)) for table in OF_EVENTS]


async def walk(town: Town, dice: random.Random, everybody: list[Viewer], id: int, workflow: str) -> int:
    """Try a dozen moves by anybody and hold each outcome against what is stored; how many were made."""
    definition = town.deployment.rules.registry.workflows[workflow]
    stage, version = definition.start.name, 1
    for _ in range(14):
        chosen = dice.choice([one for one in definition.moves if stage in one.sources] or definition.moves)
        able = [one for one in everybody if any(post.acts_as & {*chosen.by} for post in one.posts)]
        by = dice.choice(dice.choice([able or everybody, able or everybody, everybody]))
        before = await everything(town)
        outcome = await move(town, by, id, chosen.name, **answered(town, dice, chosen, KINDS[workflow][1]))
        if outcome.refusals:
            assert all(message(one, language) for one in outcome.refusals for language in ("zh", "en"))
            assert await everything(town) == before
            continue
        version += 1
        assert stage in chosen.sources
        async with town.deployment.write() as work:
            steps = await steps_of(work, id)
            row = await work.first(sa.select(t.event).where(t.event.c.id == id))
        assert row and row.version == version == len(steps)
        assert (steps[-1].move, steps[-1].from_stage, steps[-1].to_stage) == (chosen.name, stage, row.stage)
        assert all(one.to_stage == other.from_stage for one, other in pairwise(steps))
        assert row.closed is definition.stage(row.stage).final is (row.closed_at is not None)
        assert row.entered_stage_at == next(one.at for one in reversed(steps) if one.from_stage != one.to_stage)
        stage = row.stage
    return version - 1


async def steps_of(work: Work, id: int) -> tuple[Step, ...]:
    """The history of an event, as its moves see it."""
    state = await locked_state(work, SYSTEM_VIEWER, id)
    assert state is not None
    return state.situation.steps


def answered(town: Town, dice: random.Random, chosen: MoveDefinition, kind_id: str) -> dict[str, Any]:
    offices = any(ask.type is AnswerType.OFFICES for ask in chosen.asks)
    post, office = {"post": dice.choice([*town.posts.values()])}, {"office": dice.choice([*town.offices.values()])}
    return samples.answers(chosen, given_to=office if offices else dice.choice([post, office]), kind_id=kind_id)
