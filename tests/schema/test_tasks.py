"""Tasks lie with posts, offices and roles, never with names; they are handed over, fall back, are told of, are acknowledged or go on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from operating import announced, done, tried
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.handlers import HANDLERS
from wangge_core.jobs.worker import Worker
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.delegations import NewDelegation, delegate_posts
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.viewers import Viewer, operator
from wangge_core.tasks.acknowledging import TaskAcknowledgement, acknowledge_tasks
from wangge_core.tasks.giving import ESCALATE, NewTask, end_tasks, give_tasks, postpone_tasks
from wangge_core.tasks.passing import FREE
from wangge_core.tasks.shifts import NewShift, set_shifts
from wangge_schema.answers import GraphQLRequest
from wangge_schema.live.following import Live, LiveLimits

pytestmark = pytest.mark.anyio

WORKER, OFFICER, HEAD = "community.grid_worker", "community.information_officer", "community.community_head"
SPECIALIST = "community.department_specialist"
URBAN, RURAL = GRIDS["urban"], GRIDS["rural"]
HAZARD = {"hazard": "FIRE", "immediate_danger": False}
ASKED = TaskKind.ANSWER_QUESTION
MINE = """query($filter: TaskFilter, $orderBy: TaskOrderBy) { viewer { tasks(filter: $filter, orderBy: $orderBy) {
  totalCount nodes { id kind note rule dueAt givenAt acknowledgedAt event { number } askedBy { id } askedByOffice { code }
  addressees { reason open post { id } office { code } role { id } } } } } }"""
OF_EVENT = """query($id: ID!) { node(id: $id) { ... on Event { tasks {
  note open done addressees { reason open post { id } role { id } } } } } }"""
ACKNOWLEDGE = "mutation($id: ID!) { taskAcknowledge(id: $id, input: {}) { task { open done acknowledgedAt } userErrors { code } } }"


class Matter:
    """An event of the urban grid, on which tasks are given by hand."""

    def __init__(self, town: Town, id: int) -> None:
        self.town, self.id = town, id

    async def give(self, note: str, *, kind: TaskKind = ASKED, **to: Any) -> int:
        async with self.town.deployment.write() as work:
            path = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == self.town.grids[URBAN]))
            about = {"event_id": self.id, "grid_id": self.town.grids[URBAN], "path": path, "rule": "community.three_loops.reported"}
            (id,) = await give_tasks(work, [NewTask(kind=kind, note=note, **about, **to)])
        return id

    async def shown(self) -> list[dict[str, Any]]:
        found = await self.town.ask(OF_EVENT, id=f"Event:{self.id}")
        return [one for one in found["node"]["tasks"] if one["note"]]


@pytest.fixture
async def matter(town: Town) -> Matter:
    worker = await town.viewer(WORKER, URBAN)
    async with town.deployment.write() as work:
        new = EventReport(kind_id="community.hazard", description="smoke", grid_id=town.grids[URBAN], details=HAZARD)
        (id,) = ids(await report_events(work, worker, [new]))
    return Matter(town, id)


async def notes(town: Town, viewer: Viewer, **variables: Any) -> list[str]:
    found = (await town.ask(MINE, viewer, **variables))["viewer"]["tasks"]
    kept = [one["note"] for one in found["nodes"] if one["note"]]
    assert len(found["nodes"]) == found["totalCount"]
    return kept


async def test_a_task_is_seen_by_its_post_its_office_and_the_role_over_the_grid_and_nobody_else(town: Town, matter: Matter) -> None:
    await matter.give("for the post", post_ids=(town.posts[f"{HEAD}@{COMMUNITY}"],))
    await matter.give("for the office", office_ids=(town.offices["housing"],))
    await matter.give("for the role", role_ids=(WORKER,))
    worker, elsewhere = await town.viewer(WORKER, URBAN), await town.viewer(WORKER, RURAL)
    assert await notes(town, worker) == ["for the role"]
    assert await notes(town, elsewhere) == []
    assert await notes(town, await town.viewer(HEAD, COMMUNITY)) == ["for the post"]
    assert await notes(town, await town.viewer(SPECIALIST, "housing")) == ["for the office"]
    assert await notes(town, await town.viewer(SPECIALIST, "water_works")) == []
    assert await notes(town, await town.viewer("community.district_administrator", DISTRICT)) == []
    assert await notes(town, operator()) == []


async def test_a_task_names_the_rule_and_the_office_that_put_it_there(town: Town, matter: Matter) -> None:
    asking = town.posts[f"{SPECIALIST}@water_works"]
    await matter.give("look", role_ids=(WORKER,), asked_by_post_id=asking)
    found = (await town.ask(MINE, await town.viewer(WORKER, URBAN)))["viewer"]["tasks"]["nodes"]
    (one,) = [one for one in found if one["note"] == "look"]
    assert (one["rule"], one["askedByOffice"]["code"]) == ("community.three_loops.reported", "water_works")
    assert one["addressees"] == [{"reason": "GIVEN", "open": True, "post": None, "office": None, "role": {"id": WORKER}}]


async def test_tasks_come_in_the_order_of_their_time_and_can_be_filtered(town: Town, matter: Matter) -> None:
    now = town.deployment.clock()
    for note, hours in (("late", 9), ("soon", 1), ("never", None)):
        due = None if hours is None else now + timedelta(hours=hours)
        await matter.give(
            note, role_ids=(OFFICER,), due_at=due, kind=TaskKind.ANSWER_QUESTION if hours == 9 else TaskKind.ANSWER_CHASE
        )
    officer = await town.viewer(OFFICER, URBAN)
    by_due = {"field": "DUE_BY", "direction": "ASC"}
    assert await notes(town, officer, orderBy=by_due) == ["soon", "late", "never"]
    assert await notes(town, officer, filter={"kind": {"eq": "ANSWER_QUESTION"}}) == ["late"]
    before = {"dueAt": {"lt": (now + timedelta(hours=2)).isoformat()}}
    assert await notes(town, officer, filter=before) == ["soon"]


async def test_who_stands_in_has_the_tasks_of_the_post_as_well(town: Town, matter: Matter) -> None:
    post = town.posts[f"{OFFICER}@{URBAN}"]
    await matter.give("count", post_ids=(post,))
    substitute = await town.viewer(WORKER, RURAL)
    assert await notes(town, substitute) == []
    assert substitute.account_id is not None
    until = town.deployment.clock() + timedelta(days=3)
    new = NewDelegation(post_id=post, account_id=substitute.account_id, ends_at=until, reason="on leave")
    await done(town, delegate_posts, new)
    assert await notes(town, await town.viewer(WORKER, RURAL)) == ["count"]


async def test_ended_tasks_are_gone_from_the_list_and_stay_with_the_event(town: Town, matter: Matter) -> None:
    post, other = town.posts[f"{OFFICER}@{URBAN}"], town.posts[f"{HEAD}@{COMMUNITY}"]
    await matter.give("both", post_ids=(post, other))
    officer = await town.viewer(OFFICER, URBAN)
    async with town.deployment.write() as work:
        await postpone_tasks(work, matter.id, [ASKED], work.now + timedelta(days=1))
        await end_tasks(work, matter.id, [ASKED], done=True, post_ids=[post])
    assert await notes(town, officer) == []
    assert await notes(town, await town.viewer(HEAD, COMMUNITY)) == ["both"], "the other still has it"
    async with town.deployment.write() as work:
        await end_tasks(work, matter.id, [ASKED], done=True)
    assert await notes(town, await town.viewer(HEAD, COMMUNITY)) == []
    (shown,) = await matter.shown()
    assert (shown["open"], shown["done"]) == (False, True)


async def successor(town: Town, login: str, role: str, code: str, office: int | None = None) -> int:
    """A second post of the same role and grid, of the account with this login."""
    holder = await town.login(login)
    assert holder.account_id is not None
    new = NewPost(account_id=holder.account_id, role_id=role, grid_id=town.grids[code], office_id=office)
    (post,) = await done(town, assign_posts, new)
    return post


HAND_OVER = (
    "mutation($id: ID!, $to: ID!) { postHandOver(id: $id, input: {toPostId: $to}) { post { id } userErrors { code field } } }"
)


async def test_a_hand_over_moves_tasks_and_events_to_the_successor_with_their_history(town: Town, matter: Matter) -> None:
    old = town.posts[f"{OFFICER}@{URBAN}"]
    new = await successor(town, f"{OFFICER}@{RURAL}", OFFICER, URBAN)
    await matter.give("count", post_ids=(old,))
    async with town.deployment.write() as work:
        row = {"event_id": matter.id, "sequence": 1, "post_id": old, "lead": True, "active": True}
        await work.insert(t.event_assignment, [row])
        await work.run(sa.update(t.event).where(t.event.c.id == matter.id).values(assignee_id=old))
    manager = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    answer = await town.ask(HAND_OVER, manager, id=f"Post:{old}", to=f"Post:{new}")
    assert answer["postHandOver"]["userErrors"] == []
    assert await notes(town, await town.viewer(OFFICER, URBAN)) == []
    assert await notes(town, await town.viewer(OFFICER, RURAL)) == ["count"]
    (shown,) = await matter.shown()
    assert [(one["reason"], one["open"]) for one in shown["addressees"]] == [("GIVEN", False), ("HANDED_OVER", True)]
    found = await town.ask(
        "query($id: ID!) { node(id: $id) { ... on Event { assignee { id } history { entry } assignments { active post { id } } } } }",
        id=f"Event:{matter.id}",
    )
    assert found["node"]["assignee"] == {"id": f"Post:{new}"}
    assert found["node"]["history"][-1] == {"entry": "REASSIGNED"}
    assert {"active": True, "post": {"id": f"Post:{new}"}} in found["node"]["assignments"]


async def test_a_hand_over_is_for_who_manages_posts_and_to_an_equal_post(town: Town, matter: Matter) -> None:
    old, other = town.posts[f"{OFFICER}@{URBAN}"], town.posts[f"{WORKER}@{URBAN}"]
    manager = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    answer = await town.ask(HAND_OVER, manager, id=f"Post:{old}", to=f"Post:{other}")
    assert answer["postHandOver"]["userErrors"] == [{"code": "SUCCESSOR_DIFFERS", "field": "toPostId"}]
    worker = await town.viewer(WORKER, URBAN)
    answer = await town.ask(HAND_OVER, worker, id=f"Post:{old}", to=f"Post:{other}")
    assert answer["postHandOver"]["userErrors"] == [{"code": "NOT_ALLOWED", "field": "fromPostId"}]


async def test_when_a_post_is_ended_its_tasks_fall_to_the_role_over_the_grid(town: Town, matter: Matter) -> None:
    post = town.posts[f"{WORKER}@{URBAN}"]
    await matter.give("look", post_ids=(post,))
    await successor(town, f"{WORKER}@{RURAL}", WORKER, URBAN)
    assert await notes(town, await town.viewer(WORKER, RURAL)) == []
    manager = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    end = 'mutation($id: ID!) { postEnd(id: $id, input: {reason: "moved"}) { userErrors { code } } }'
    assert (await town.ask(end, manager, id=f"Post:{post}"))["postEnd"]["userErrors"] == []
    assert await notes(town, await town.viewer(WORKER, RURAL)) == ["look"]
    (shown,) = await matter.shown()
    assert [(one["reason"], one["open"]) for one in shown["addressees"]] == [("GIVEN", False), ("POST_ENDED", True)]


async def test_when_a_term_runs_out_the_tasks_fall_too(town: Town, matter: Matter) -> None:
    post = town.posts[f"{SPECIALIST}@housing"]
    await matter.give("look", post_ids=(post,))
    start = town.deployment.clock()
    await done(town, end_posts, PostEnd(post_id=post, at=start + timedelta(days=2)))
    await successor(town, f"{SPECIALIST}@water_works", SPECIALIST, DISTRICT, town.offices["housing"])
    worker = Worker(town.deployment, {FREE: HANDLERS[FREE]}, recurring=(FREE,))
    await worker.run_inside()
    assert await notes(town, await town.viewer(SPECIALIST, "water_works")) == []
    town.deployment.clock = lambda: start + timedelta(days=9)
    await worker.run_inside()
    assert await notes(town, await town.viewer(SPECIALIST, "water_works")) == ["look"]


class Urgent:
    """A clock that is moved on, and the jobs that it makes due."""

    def __init__(self, town: Town) -> None:
        self.town, self.now = town, town.deployment.clock()
        town.deployment.clock = lambda: self.now
        self._worker = Worker(town.deployment, {ESCALATE: HANDLERS[ESCALATE]})

    async def minutes_later(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        while await self._worker.run_inside():
            pass


@pytest.fixture
def urgent(town: Town) -> Urgent:
    return Urgent(town)


async def test_a_notice_that_nobody_acknowledges_goes_on_and_up_once_each(town: Town, matter: Matter, urgent: Urgent) -> None:
    first = town.posts[f"{WORKER}@{URBAN}"]
    await matter.give("gas", kind=TaskKind.ACKNOWLEDGE, post_ids=(first,), acknowledged=True)
    head = await town.viewer(HEAD, COMMUNITY)
    await urgent.minutes_later(4)
    assert len((await matter.shown())[0]["addressees"]) == 1
    await urgent.minutes_later(1)
    assert len((await matter.shown())[0]["addressees"]) == 2
    for _ in range(6):
        await urgent.minutes_later(5)
    assert await notes(town, head) == ["gas"]
    assert await notes(town, await town.viewer(WORKER, URBAN)) == ["gas"], "who had it first can still take it"
    for _ in range(9):
        await urgent.minutes_later(500)
    (shown,) = await matter.shown()
    posts = [one["post"]["id"] for one in shown["addressees"]]
    assert len(posts) == len(set(posts)), "nobody is told twice"
    assert {one["reason"] for one in shown["addressees"][1:]} == {"ESCALATED"}
    own, others = [f"Post:{town.posts[login]}" for login in (f"{HEAD}@{COMMUNITY}", f"{WORKER}@{RURAL}")]
    assert own in posts, "it went up"
    assert others not in posts, "and not to the neighbours"
    assert len(await announced(town, "task.unanswered")) == 1


async def test_a_notice_goes_to_a_colleague_on_duty_before_it_goes_up(town: Town, matter: Matter, urgent: Urgent) -> None:
    first, colleague = town.posts[f"{WORKER}@{URBAN}"], await successor(town, f"{WORKER}@{RURAL}", WORKER, URBAN)
    shift = NewShift(post_id=colleague, starts_at=urgent.now, ends_at=urgent.now + timedelta(hours=8))
    await done(town, set_shifts, shift)
    await matter.give("gas", kind=TaskKind.ACKNOWLEDGE, post_ids=(first,), acknowledged=True)
    for _ in range(6):
        await urgent.minutes_later(5)
    (shown,) = await matter.shown()
    posts = [one["post"]["id"] for one in shown["addressees"]]
    assert posts.index(f"Post:{colleague}") < posts.index(f"Post:{town.posts[f'{HEAD}@{COMMUNITY}']}")


async def test_what_is_acknowledged_in_time_goes_no_further_and_is_done(town: Town, matter: Matter, urgent: Urgent) -> None:
    id = await matter.give("gas", kind=TaskKind.ACKNOWLEDGE, role_ids=(WORKER,), acknowledged=True)
    worker, stranger = await town.viewer(WORKER, URBAN), await town.viewer(WORKER, RURAL)
    answer = await town.ask(ACKNOWLEDGE, stranger, id=f"Task:{id}")
    assert [one["code"] for one in answer["taskAcknowledge"]["userErrors"]] == ["NOT_FOUND"]
    head = await town.viewer(HEAD, COMMUNITY)
    answer = await town.ask(ACKNOWLEDGE, head, id=f"Task:{id}")
    assert [one["code"] for one in answer["taskAcknowledge"]["userErrors"]] == ["NOT_ALLOWED"], (
        "seen, but not addressed to the head"
    )
    answer = await town.ask(ACKNOWLEDGE, worker, id=f"Task:{id}")
    task = answer["taskAcknowledge"]["task"]
    assert (task["open"], task["done"]) == (False, True)
    assert task["acknowledgedAt"] is not None
    again = await town.ask(ACKNOWLEDGE, worker, id=f"Task:{id}")
    assert [one["code"] for one in again["taskAcknowledge"]["userErrors"]] == ["TASK_ENDED"]
    await urgent.minutes_later(60)
    assert len((await matter.shown())[0]["addressees"]) == 1


async def test_a_task_that_asks_for_a_move_is_not_ticked_off(town: Town, matter: Matter) -> None:
    id = await matter.give("answer", role_ids=(WORKER,))
    answer = await town.ask(ACKNOWLEDGE, await town.viewer(WORKER, URBAN), id=f"Task:{id}")
    assert [one["code"] for one in answer["taskAcknowledge"]["userErrors"]] == ["TASK_NOT_TO_ACKNOWLEDGE"]


async def test_tasks_are_written_together_for_a_long_list(town: Town, matter: Matter) -> None:
    async with town.deployment.write() as work:
        path = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == town.grids[URBAN]))
        about = {"event_id": matter.id, "grid_id": town.grids[URBAN], "path": path, "rule": "import", "kind": TaskKind.HANDLE}
        found = await give_tasks(work, [NewTask(note=str(at), role_ids=(WORKER,), **about) for at in range(700)])
    assert len(set(found)) == 700
    assert len([one for one in await announced(town, "task.given") if one.content["roles"] == [WORKER]]) >= 700


ASSIGNED = "subscription($after: String) { taskAssigned(after: $after) { cursor task { note event { number } } } }"


@pytest.fixture
async def live(town: Town) -> AsyncIterator[Live]:
    live = Live(town.api, LiveLimits(seconds_between_checks=0.05))
    yield live
    await live.close()


async def told(stream: Any) -> Any:
    async with asyncio.timeout(20):
        answer = orjson.loads((await anext(stream)).body)
    assert "errors" not in answer, answer
    return answer["data"]["taskAssigned"]


async def test_a_subscriber_is_told_of_new_tasks_of_ones_own_and_no_others(town: Town, matter: Matter, live: Live) -> None:
    worker = await town.viewer(WORKER, URBAN)
    stream = await live.subscribe(GraphQLRequest(query=ASSIGNED, variables={}), worker)
    start = await told(stream)
    assert start["task"] is None
    await matter.give("for the head", post_ids=(town.posts[f"{HEAD}@{COMMUNITY}"],))
    await matter.give("for the role", role_ids=(WORKER,))
    assert (await told(stream))["task"]["note"] == "for the role"
    await matter.give("for the post", post_ids=(town.posts[f"{WORKER}@{URBAN}"],))
    again = await live.subscribe(GraphQLRequest(query=ASSIGNED, variables={"after": start["cursor"]}), worker)
    assert [(await told(again))["task"]["note"] for _ in range(2)] == ["for the role", "for the post"]
    assert (await told(stream))["task"]["note"] == "for the post"


async def test_a_task_that_is_handed_over_is_told_to_the_successor(town: Town, matter: Matter, live: Live) -> None:
    old = town.posts[f"{OFFICER}@{URBAN}"]
    new = await successor(town, f"{OFFICER}@{RURAL}", OFFICER, URBAN)
    await matter.give("count", post_ids=(old,))
    stream = await live.subscribe(GraphQLRequest(query=ASSIGNED, variables={}), await town.viewer(OFFICER, RURAL))
    await told(stream)
    manager = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    await town.ask(HAND_OVER, manager, id=f"Post:{old}", to=f"Post:{new}")
    assert (await told(stream))["task"]["note"] == "count"


async def test_refusals_of_lists_come_one_by_one(town: Town, matter: Matter) -> None:
    id = await matter.give("gas", kind=TaskKind.ACKNOWLEDGE, role_ids=(WORKER,), acknowledged=True)
    worker = await town.viewer(WORKER, URBAN)
    requests = [TaskAcknowledgement(task_id=999_999), TaskAcknowledgement(task_id=id), TaskAcknowledgement(task_id=id)]
    assert await tried(town, acknowledge_tasks, *requests, by=worker) == ["id: NOT_FOUND", "", "id: TASK_ENDED"]


async def test_the_tasks_of_an_urgent_event_are_to_be_acknowledged_and_those_of_others_are_not(town: Town) -> None:
    worker = await town.viewer(WORKER, URBAN)
    reports = [
        EventReport(kind_id="community.hazard", description="gas", grid_id=town.grids[URBAN], details=HAZARD, priority=priority)
        for priority in (Priority.URGENT, Priority.HIGH)
    ]
    async with town.deployment.write(worker) as work:
        urgent, other = ids(await report_events(work, worker, reports))
        accept = [EventMoveRequest(event_id=id, move="accept", answers={"kind": "community.hazard"}) for id in (urgent, other)]
        assert all(outcome.accepted for outcome in await move_events(work, worker, accept))
    task = t.task
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(task.c.event_id, task.c.to_acknowledge).where(task.c.event_id.in_((urgent, other))))
    assert sorted(map(tuple, rows)) == sorted([(urgent, True), (urgent, True), (other, False), (other, False)])
