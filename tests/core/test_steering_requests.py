"""What whoever works on an event asks of the next level — more time, a rest, that a delay is not theirs — and the steps of projects."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from operating import done, tried
from steered import (
    DISTRICT,
    GRIDS,
    administrator,
    ahead,
    at_grid,
    colleague,
    entries,
    event_row,
    head,
    moved,
    open_tasks,
    reported,
    worker,
)
from towns import Town
from wangge_core.db import tables as t
from wangge_core.events.answers import check_answers
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition
from wangge_core.steering.appeals import Appeal, appeal_events, decide_appeals
from wangge_core.steering.deferring import (
    DeferralRequest,
    Resumption,
    ask_deferrals,
    decide_deferrals,
    resume_events,
    resume_when_due,
)
from wangge_core.steering.extending import ExtensionRequest, ask_extensions, decide_extensions
from wangge_core.steering.projects import StepFinish, finish_steps, plan_project
from wangge_core.steering.requests import Decision

pytestmark = pytest.mark.anyio
RESCUE = ("scenic.rescue", "scenic", {"nature": "FALL", "people": 1, "injured": 1})


async def with_deadline(town: Town) -> int:
    """An event that the grid works on, whose stage has a clock that runs for two hours; no calendar is needed for it."""
    id = await at_grid(town)
    async with town.deployment.write() as work:
        due = work.now + timedelta(hours=2)
        clock = t.event_clock
        of_stage = sa.and_(clock.c.event_id == id, clock.c.stage == "at_grid")
        changed = await work.run(
            sa.update(clock).where(of_stage).values(kind="CONTINUOUS", amount=7200, due_at=due, missing_year=None)
        )
        assert changed == 1
        await work.run(sa.update(t.event).where(t.event.c.id == id).values(stage_due_at=due))
    return id


async def requests_of(town: Town, id: int) -> list[tuple[str, str]]:
    async with town.deployment.read() as work:
        asked = t.event_request
        rows = await work.rows(sa.select(asked).where(asked.c.event_id == id).order_by(asked.c.id))
    return [(row.kind, row.state) for row in rows]


async def test_a_deadline_is_put_off_once_a_stage_and_by_the_next_level(town: Town) -> None:
    id, by, above = await with_deadline(town), await worker(town), await head(town)
    until = ahead(3)
    ask = ExtensionRequest(event_id=id, reason="the owner is away", until=until)
    assert await tried(town, ask_extensions, ask, by=above) == [": STAGE_WORKER_ONLY"]
    assert await done(town, ask_extensions, ask, by=by) == [id]
    assert await tried(town, ask_extensions, ask, by=by) == [": REQUEST_WAITING"]
    assert ("DECIDE_EXTENSION", ("community.community_head",)) in await open_tasks(town, id)
    grant = Decision(event_id=id, granted=True)
    assert await tried(town, decide_extensions, grant, by=by) == [": NEXT_LEVEL_ONLY"]
    assert await done(town, decide_extensions, grant, by=above) == [id]
    row = await event_row(town, id)
    assert (row.times_extended, row.stage_due_at) == (1, until.replace(microsecond=until.microsecond // 1000 * 1000))
    assert "DECIDE_EXTENSION" not in [kind for kind, _ in await open_tasks(town, id)]
    assert await tried(town, ask_extensions, ExtensionRequest(event_id=id, reason="again", until=ahead(9)), by=by) == [
        ": EXTENSION_ONCE"
    ]
    assert await tried(town, decide_extensions, grant, by=above) == [": REQUEST_NONE"]
    assert (await entries(town, id))[-2:] == ["EXTENSION_ASKED", "EXTENSION_DECIDED"]


async def test_a_refusal_gives_its_reason_and_leaves_the_deadline_as_it_is(town: Town) -> None:
    id, by, above = await with_deadline(town), await worker(town), await head(town)
    before = (await event_row(town, id)).stage_due_at
    await done(town, ask_extensions, ExtensionRequest(event_id=id, reason="the owner is away", until=ahead(3)), by=by)
    assert await tried(town, decide_extensions, Decision(event_id=id, granted=False), by=above) == ["note: BLANK"]
    await done(town, decide_extensions, Decision(event_id=id, granted=False, note="there is a spare key"), by=above)
    row = await event_row(town, id)
    assert (row.stage_due_at, row.times_extended, await requests_of(town, id)) == (before, 0, [("EXTENSION", "REFUSED")])


async def test_nobody_decides_what_they_asked_for(town: Town) -> None:
    id = await reported(town)
    chief = await town.viewer("community.grid_chief", GRIDS["urban"])
    await moved(town, chief, id, "accept", kind="community.hazard")
    async with town.deployment.write() as work:
        post = t.post
        await work.run(
            sa.update(post)
            .where(post.c.id == town.posts["community.community_head@999901001001"])
            .values(account_id=chief.account_id)
        )
    both = await town.login(chief.login)
    await done(town, ask_deferrals, DeferralRequest(event_id=id, reason="rain", until=ahead(3)), by=both)
    assert await tried(town, decide_deferrals, Decision(event_id=id, granted=True), by=both) == [": REQUEST_OWN"]
    assert await done(town, decide_deferrals, Decision(event_id=id, granted=True), by=await administrator(town)) == [id]


async def test_a_deadline_is_not_put_off_to_an_earlier_time_or_for_years(town: Town) -> None:
    id, by = await with_deadline(town), await worker(town)
    for until, refused in (
        (ahead(-1), "MOMENT_NOT_LATER"),
        (datetime.now(UTC) + timedelta(minutes=5), "MOMENT_NOT_LATER"),
        (ahead(500), "MOMENT_TOO_FAR"),
    ):
        ask = ExtensionRequest(event_id=id, reason="more time", until=until)
        assert await tried(town, ask_extensions, ask, by=by) == [f"until: {refused}"]


async def test_an_emergency_waits_for_no_approval(town: Town) -> None:
    kind, grid, details = RESCUE
    id = await reported(town, kind, grid, details)
    definition = town.deployment.rules.registry.workflows["scenic.rescue"]
    assert definition.emergency
    roles = set(definition.start.by)
    by = next(
        viewer
        for viewer in [await town.login(login) for login in town.posts if GRIDS["scenic"] in login]
        if any(post.acts_as & roles for post in viewer.posts)
    )
    assert await tried(town, ask_extensions, ExtensionRequest(event_id=id, reason="far", until=ahead(1)), by=by) == [": EMERGENCY"]
    assert await tried(town, ask_deferrals, DeferralRequest(event_id=id, reason="far", until=ahead(1)), by=by) == [": EMERGENCY"]


async def test_what_is_asked_for_a_stage_lapses_when_the_event_leaves_it(town: Town) -> None:
    id, by = await with_deadline(town), await worker(town)
    await done(town, ask_extensions, ExtensionRequest(event_id=id, reason="the owner is away", until=ahead(3)), by=by)
    await moved(town, by, id, "raise_to_community", note="too much for us")
    assert await requests_of(town, id) == [("EXTENSION", "LAPSED")]
    assert "DECIDE_EXTENSION" not in [kind for kind, _ in await open_tasks(town, id)]
    assert await tried(town, decide_extensions, Decision(event_id=id, granted=True), by=await administrator(town)) == [
        ": REQUEST_NONE"
    ]


async def deferred(town: Town, days: int = 10) -> int:
    id = await with_deadline(town)
    await done(town, ask_deferrals, DeferralRequest(event_id=id, reason="closed season", until=ahead(days)), by=await worker(town))
    await done(town, decide_deferrals, Decision(event_id=id, granted=True), by=await head(town))
    return id


async def states_of_clocks(town: Town, id: int) -> set[str]:
    async with town.deployment.read() as work:
        clock = t.event_clock
        rows = await work.rows(sa.select(clock.c.state).where(clock.c.event_id == id, clock.c.state != "STOPPED"))
    return {row.state for row in rows}


async def test_a_deferred_event_rests_with_its_clocks_and_makes_no_move(town: Town) -> None:
    id, by = await deferred(town), await worker(town)
    assert (await event_row(town, id)).deferred_until is not None
    assert await states_of_clocks(town, id) == {"WAITING"}
    async with town.deployment.write() as work:
        move = EventMoveRequest(event_id=id, move="settle_on_the_spot", answers={"note": "done"})
        (outcome,) = await move_events(work, by, [move])
    assert [one.code for one in outcome.refusals] == ["EVENT_DEFERRED"]
    assert await tried(town, ask_deferrals, DeferralRequest(event_id=id, reason="more", until=ahead(20)), by=by) == [
        ": EVENT_DEFERRED"
    ]


async def test_a_deferred_event_goes_on_when_somebody_resumes_it(town: Town) -> None:
    id, by = await deferred(town), await worker(town)
    assert await tried(town, resume_events, Resumption(event_id=id), by=await town.viewer("community.auditor", DISTRICT)) == [
        ": STAGE_WORKER_ONLY"
    ]
    assert await done(town, resume_events, Resumption(event_id=id, note="the season is open"), by=by) == [id]
    row = await event_row(town, id)
    assert row.deferred_until is None and row.stage_due_at is not None
    assert await states_of_clocks(town, id) == {"RUNNING"}
    assert await tried(town, resume_events, Resumption(event_id=id), by=by) == [": EVENT_NOT_DEFERRED"]
    await moved(town, by, id, "settle_on_the_spot", note="done")


async def test_a_deferred_event_goes_on_by_itself_once_and_not_before_its_date(town: Town) -> None:
    id = await deferred(town)
    async with town.deployment.write() as work:
        assert not await resume_when_due(work, id)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == id).values(deferred_until=work.now))
    for resumed in (True, False):
        async with town.deployment.write() as work:
            assert await resume_when_due(work, id) is resumed
    assert (await entries(town, id))[-1] == "RESUMED"
    assert await states_of_clocks(town, id) == {"RUNNING"}


async def test_a_deferral_ends_somewhere(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    assert await tried(town, ask_deferrals, DeferralRequest(event_id=id, reason="some day", until=ahead(366)), by=by) == [
        "until: MOMENT_TOO_FAR"
    ]


async def overdue(town: Town) -> int:
    id = await with_deadline(town)
    async with town.deployment.write() as work:
        clock, past = t.event_clock, work.now - timedelta(hours=1)
        await work.run(sa.update(clock).where(clock.c.event_id == id, clock.c.stage == "at_grid").values(due_at=past))
        await work.run(sa.update(t.event).where(t.event.c.id == id).values(stage_due_at=past))
    return id


async def test_an_appeal_that_is_granted_exempts_the_delay_of_its_stage(town: Town) -> None:
    id, by = await overdue(town), await worker(town)
    appraiser = await colleague(town, "community.appraiser", DISTRICT, "appraiser")
    assert await done(town, appeal_events, Appeal(event_id=id, reason="the road was flooded"), by=by) == [id]
    tasks = dict(await open_tasks(town, id))
    assert tasks["DECIDE_APPEAL"] == ("community.community_head", "community.appraiser")
    await moved(town, await head(town), id, "void", reason="a mistake")
    assert "DECIDE_APPEAL" in dict(await open_tasks(town, id)), "a delay is decided on after the event has ended too"
    assert await done(town, decide_appeals, Decision(event_id=id, granted=True), by=appraiser) == [id]
    async with town.deployment.read() as work:
        clock = t.event_clock
        row = await work.first(sa.select(clock).where(clock.c.event_id == id, clock.c.stage == "at_grid"))
    assert row is not None and row.exempted_at is not None and row.exempted_because == "the road was flooded"
    assert await tried(town, appeal_events, Appeal(event_id=id, reason="again", stage="at_grid"), by=by) == ["stage: NOT_OVERDUE"]


async def test_only_a_delay_is_appealed_against_and_only_by_who_had_the_stage(town: Town) -> None:
    id, by = await with_deadline(town), await worker(town)
    assert await tried(town, appeal_events, Appeal(event_id=id, reason="why not"), by=by) == ["stage: NOT_OVERDUE"]
    assert await tried(town, appeal_events, Appeal(event_id=id, reason="why not", stage="nowhere"), by=by) == [
        "stage: STAGE_UNKNOWN"
    ]
    late = await overdue(town)
    assert await tried(town, appeal_events, Appeal(event_id=late, reason="not mine"), by=await head(town)) == [
        ": STAGE_WORKER_ONLY"
    ]


LABEL = Label(zh="计划", en="Plan")
PLAN = MoveDefinition(
    name="approve",
    label=LABEL,
    sources=(),
    by=(),
    asks=(
        AskDefinition(name="amount", type=AnswerType.MONEY, label=LABEL),
        AskDefinition(name="steps", type=AnswerType.STEPS, label=LABEL),
        AskDefinition(name="contractor", type=AnswerType.TEXT, label=LABEL),
    ),
)


async def test_a_plan_becomes_a_project_whose_steps_are_finished_one_by_one(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    assert await tried(town, finish_steps, StepFinish(event_id=id, step=1), by=by) == [": PROJECT_NONE"]
    steps: list[dict[str, Any]] = [{"name": "dig", "planned_on": date(2026, 12, 1)}, {"name": "lay pipes", "planned_on": None}]
    async with town.deployment.write() as work:
        await plan_project(work, id, PLAN, {"amount": 3_000_000_000, "steps": steps, "contractor": "Heron Works"})
    assert await tried(town, finish_steps, StepFinish(event_id=id, step=3), by=by) == ["step: STEP_UNKNOWN"]
    assert await tried(
        town, finish_steps, StepFinish(event_id=id, step=1), by=await town.viewer("community.auditor", DISTRICT)
    ) == [": STAGE_WORKER_ONLY"]
    assert await done(town, finish_steps, StepFinish(event_id=id, step=1), by=by) == [id]
    assert await tried(town, finish_steps, StepFinish(event_id=id, step=1), by=by) == ["step: STEP_DONE"]
    async with town.deployment.read() as work:
        project = await work.first(sa.select(t.project).where(t.project.c.event_id == id))
        rows = await work.rows(sa.select(t.project_step).where(t.project_step.c.event_id == id).order_by(t.project_step.c.ordinal))
    assert project is not None and (project.budget_fen, project.cost_fen, project.contractor) == (
        3_000_000_000,
        None,
        "Heron Works",
    )
    assert [(row.name, row.planned_on, row.done_at is not None) for row in rows] == [
        ("dig", date(2026, 12, 1), True),
        ("lay pipes", None, False),
    ]


async def test_a_project_keeps_whom_it_serves_and_has_no_cost_before_it_is_built(town: Town) -> None:
    id, workflow = await at_grid(town), town.deployment.rules.registry.workflows["community.project"]
    cost = workflow.move("cost")
    assert cost is not None
    async with town.deployment.write() as work:
        await plan_project(work, id, cost, {"rough_cost_fen": 500, "households": 40, "plan": "dig"})
        project = await work.first(sa.select(t.project).where(t.project.c.event_id == id))
    assert project is not None and (project.households, project.cost_fen) == (40, None)


def test_a_contractor_has_no_longer_a_name_than_is_kept() -> None:
    answers = {"amount": 1, "steps": [{"name": "dig", "planned_on": date(2026, 12, 1)}], "contractor": "x" * 401}
    assert [(one.code, one.field) for one in check_answers(PLAN, answers, "en")] == [("TOO_LONG", "answers.contractor")]


async def test_a_new_plan_takes_the_place_of_the_old_one_and_a_cost_is_added(town: Town) -> None:
    id = await at_grid(town)
    cost = MoveDefinition(
        name="finish", label=LABEL, sources=(), by=(), asks=(AskDefinition(name="cost", type=AnswerType.MONEY, label=LABEL),)
    )
    async with town.deployment.write() as work:
        await plan_project(work, id, PLAN, {"amount": 5, "steps": [{"name": "one"}, {"name": "two"}]})
        await plan_project(work, id, PLAN, {"amount": 7, "steps": [{"name": "other"}]})
        await plan_project(work, id, cost, {"cost": 6})
    async with town.deployment.read() as work:
        project = await work.first(sa.select(t.project).where(t.project.c.event_id == id))
        names = [row.name for row in await work.rows(sa.select(t.project_step).where(t.project_step.c.event_id == id))]
    assert project is not None and (project.budget_fen, project.cost_fen, names) == (7, 6, ["other"])
