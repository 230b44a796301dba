"""Reassigning, parts of a joint handling, evidence, and chasing up: who may, what it changes, and what stays as it is."""

import pytest
import sqlalchemy as sa

from operating import announced, done, tried
from steered import (
    GRIDS,
    administrator,
    ahead,
    at_grid,
    at_offices,
    colleague,
    entries,
    event_row,
    head,
    moved,
    open_tasks,
    reported,
    specialist,
    worker,
)
from towns import Town
from wangge_core.db import tables as t
from wangge_core.rights.posts import PostEnd
from wangge_core.steering.adding_evidence import EvidenceAddition, add_evidence
from wangge_core.steering.chasing import Chase, ChaseAnswer, answer_chases, chase_events
from wangge_core.steering.handing_over import end_posts_and_free
from wangge_core.steering.parts import PartFinish, PartGivingUp, finish_parts, give_up_parts
from wangge_core.steering.reassigning import Reassignment, reassign_events

pytestmark = pytest.mark.anyio


async def test_whoever_works_on_a_stage_gives_it_to_a_colleague_and_the_clock_goes_on(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    other = await colleague(town, "community.grid_worker", GRIDS["urban"], "second_worker")
    before = await event_row(town, id)
    to = ((town.posts["second_worker"], None),)
    assert await done(town, reassign_events, Reassignment(event_id=id, assignees=to, note="on leave"), by=by) == [id]
    row = await event_row(town, id)
    assert (row.stage, row.stage_due_at, row.entered_stage_at) == (before.stage, before.stage_due_at, before.entered_stage_at)
    assert row.assignee_id == town.posts["second_worker"]
    assert await open_tasks(town, id) == [("HANDLE", (town.posts["second_worker"],))]
    assert (await entries(town, id))[-1] == "REASSIGNED"
    assert await tried(town, reassign_events, Reassignment(event_id=id, assignees=to), by=by) == [": STAGE_LEAD_ONLY"]
    assert await done(town, reassign_events, Reassignment(event_id=id, assignees=to), by=other) == [id]


async def test_nobody_else_reassigns_and_only_to_who_can_do_the_stage(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    overseer = await town.viewer("community.auditor", "999901")
    mine = town.posts[by.login]
    assert await tried(town, reassign_events, Reassignment(event_id=id, assignees=((mine, None),)), by=overseer) == [
        ": STAGE_LEAD_ONLY"
    ]
    wrong = {
        (): "assignees: REQUIRED",
        ((10**6, None),): "assignees: NOT_FOUND",
        ((None, 10**6),): "assignees: NOT_FOUND",
        ((None, town.offices["housing"]),): "assignees: ASSIGNEE_ROLE",
        ((town.posts["community.auditor@999901"], None),): "assignees: ASSIGNEE_ROLE",
    }
    for assignees, refused in wrong.items():
        assert await tried(town, reassign_events, Reassignment(event_id=id, assignees=assignees), by=by) == [refused]
    stale = Reassignment(event_id=id, assignees=((mine, None),), expected_version=1)
    assert await tried(town, reassign_events, stale, by=by) == ["expectedVersion: EVENT_CHANGED"]
    assert (await entries(town, id))[-1] == "MOVED"


async def test_the_part_of_a_post_that_has_ended_is_finished_by_who_acts_in_its_role(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    await colleague(town, "community.grid_worker", GRIDS["urban"], "second_worker")
    heir = await colleague(town, "community.grid_worker", GRIDS["urban"], "third_worker")
    to = ((town.posts[by.login], None), (town.posts["second_worker"], None))
    assert await done(town, reassign_events, Reassignment(event_id=id, assignees=to), by=by) == [id]
    assert await tried(town, finish_parts, PartFinish(event_id=id), by=heir) == [": PARTNER_ONLY"]
    await done(town, end_posts_and_free, PostEnd(post_id=town.posts["second_worker"]))
    assert ("DO_PART", ("community.grid_worker",)) in await open_tasks(town, id)
    assert await done(town, finish_parts, PartFinish(event_id=id, note="fenced off"), by=heir) == [id]
    assert ("DO_PART", ("community.grid_worker",)) not in await open_tasks(town, id)
    assert await tried(town, finish_parts, PartFinish(event_id=id), by=heir) == [": PARTNER_ONLY"]


async def test_partners_finish_their_parts_and_the_lead_is_told_when_none_is_open(town: Town) -> None:
    id = await at_offices(town, "water_works", "housing")
    lead, partner = await specialist(town), await specialist(town, "housing")
    housing = ("office", town.offices["housing"])
    assert ("DO_PART", (housing,)) in await open_tasks(town, id)
    assert await done(town, finish_parts, PartFinish(event_id=id, note="roof mended"), by=partner) == [id]
    tasks = await open_tasks(town, id)
    assert ("DO_PART", (housing,)) not in tasks
    assert ("ACKNOWLEDGE", (("office", town.offices["water_works"]),)) in tasks
    assert await tried(town, finish_parts, PartFinish(event_id=id), by=partner) == [": PARTNER_ONLY"]
    assert await tried(town, give_up_parts, PartGivingUp(event_id=id, reason="no"), by=await worker(town)) == [": PARTNER_ONLY"]
    assert (await entries(town, id))[-1] == "PART_DONE"
    await moved(town, lead, id, "done", note="mended", photo_after=await photos(town, lead))


async def test_a_part_is_given_up_with_a_reason_only(town: Town) -> None:
    id = await at_offices(town, "water_works", "housing")
    partner = await specialist(town, "housing")
    assert await tried(town, give_up_parts, PartGivingUp(event_id=id, reason=" "), by=partner) == ["reason: BLANK"]
    assert await done(town, give_up_parts, PartGivingUp(event_id=id, reason="not our pipe"), by=partner) == [id]
    async with town.deployment.read() as work:
        given = t.event_assignment
        rows = await work.rows(sa.select(given).where(given.c.event_id == id, given.c.active).order_by(given.c.id))
    assert [(row.part_state, row.part_note) for row in rows] == [("OPEN", None), ("GIVEN_UP", "not our pipe")]


async def photos(town: Town, by: object) -> list[dict[str, int]]:
    """A photograph that somebody has taken in."""
    async with town.deployment.write() as work:
        (file,) = await work.reserve_ids(t.stored_file, 1)
        (id,) = await work.reserve_ids(t.attachment, 1)
        now = work.now
        stored = {"id": file, "digest": f"d{file}", "object": f"o{file}", "media_type": "image/jpeg", "bytes": 1, "created_at": now}
        await work.insert(t.stored_file, [stored])
        uploader = by.account_id  # type: ignore[attr-defined]
        taken = {"id": id, "stored_file_id": file, "uploader_id": uploader, "attached": False, "taken_in_at": now, "public": False}
        await work.insert(t.attachment, [taken])
    return [{"attachment": id}]


async def test_evidence_comes_from_whoever_works_on_an_event(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    (photo,) = await photos(town, by)
    addition = EvidenceAddition(event_id=id, attachments=(photo["attachment"],), note="seen at dusk")
    assert await tried(town, add_evidence, addition, by=await town.viewer("community.auditor", "999901")) == [": STAGE_WORKER_ONLY"]
    assert await tried(town, add_evidence, EvidenceAddition(event_id=id, attachments=()), by=by) == ["attachments: REQUIRED"]
    nobodys = EvidenceAddition(event_id=id, attachments=(10**6,))
    assert await tried(town, add_evidence, nobodys, by=by) == ["attachments: NOT_FOUND"]
    assert await done(town, add_evidence, addition, by=by) == [id]
    async with town.deployment.read() as work:
        assert (
            await work.value(sa.select(t.event_attachment.c.attachment_id).where(t.event_attachment.c.event_id == id))
            == photo["attachment"]
        )
    assert (await entries(town, id))[-1] == "EVIDENCE"


async def test_the_next_level_chases_up_and_whoever_has_the_event_owes_an_answer(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    chase = Chase(event_id=id, note="What happened?", answer_due_at=ahead(2))
    assert await tried(town, chase_events, chase, by=by) == [": NEXT_LEVEL_ONLY"]
    for asking in (await head(town), await administrator(town), await town.viewer("community.information_officer", GRIDS["urban"])):
        assert await done(town, chase_events, chase, by=asking) == [id]
    assert (await event_row(town, id)).times_chased == 3
    assert [kind for kind, _ in await open_tasks(town, id)].count("ANSWER_CHASE") == 3
    answer = ChaseAnswer(event_id=id, answer="The lock is being cut.")
    assert await tried(town, answer_chases, answer, by=await specialist(town)) in ([": STAGE_WORKER_ONLY"], ["id: NOT_FOUND"])
    assert await done(town, answer_chases, answer, by=by) == [id]
    assert await tried(town, answer_chases, answer, by=by) == [": CHASE_NONE"]
    assert "ANSWER_CHASE" not in [kind for kind, _ in await open_tasks(town, id)]
    assert (await announced(town, "event.steered"))[-1].content["what"] == "CHASE_ANSWERED"


async def test_an_answer_is_due_ahead_and_not_for_ever(town: Town) -> None:
    id, by = await at_grid(town), await head(town)
    for due, refused in ((ahead(-1), "answerDueAt: MOMENT_NOT_LATER"), (ahead(400), "answerDueAt: MOMENT_TOO_FAR")):
        assert await tried(town, chase_events, Chase(event_id=id, note="So?", answer_due_at=due), by=by) == [refused]


async def test_what_is_owed_goes_with_the_event_to_whom_it_is_reassigned(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    await done(town, chase_events, Chase(event_id=id, note="So?", answer_due_at=ahead(2)), by=await head(town))
    other = await colleague(town, "community.grid_worker", GRIDS["urban"], "second_worker")
    to = ((town.posts["second_worker"], None),)
    await done(town, reassign_events, Reassignment(event_id=id, assignees=to), by=by)
    assert ("ANSWER_CHASE", (town.posts["second_worker"],)) in await open_tasks(town, id)
    assert await done(town, answer_chases, ChaseAnswer(event_id=id, answer="Soon."), by=other) == [id]


async def test_what_is_owed_goes_with_the_event_to_the_next_stage(town: Town) -> None:
    id, by, above = await at_grid(town), await worker(town), await head(town)
    await done(town, chase_events, Chase(event_id=id, note="why?", answer_due_at=ahead(2)), by=above)
    await moved(town, by, id, "raise_to_community", note="too much for us")
    asked = [who for kind, who in await open_tasks(town, id) if kind == "ANSWER_CHASE"]
    assert asked == [("community.community_head", "community.community_officer")]
    assert await tried(town, answer_chases, ChaseAnswer(event_id=id, answer="ask them"), by=by) == [": STAGE_WORKER_ONLY"]
    assert await done(town, answer_chases, ChaseAnswer(event_id=id, answer="tomorrow"), by=above) == [id]


async def test_what_has_ended_is_not_chased_up(town: Town) -> None:
    id, by = await reported(town), await head(town)
    await moved(town, by, id, "void", reason="a mistake")
    chase = Chase(event_id=id, note="So?", answer_due_at=ahead(2))
    assert await tried(town, chase_events, chase, by=await administrator(town)) == [": EVENT_ENDED"]
