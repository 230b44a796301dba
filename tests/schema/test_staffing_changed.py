"""Posts handed over with a protocol, training before a post, ties to grids, and the ground on which a post ends, through the schema."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clockwork import run_timers
from towns import DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.rights.viewers import Viewer, operator
from wangge_core.tasks.shifts import NewShift, set_shifts

pytestmark = pytest.mark.anyio

OFFICER, WORKER = "community.information_officer", "community.grid_worker"
URBAN = GRIDS["urban"]
POST = f"{OFFICER}@{URBAN}"
PROTOCOL = "id doneAt trouble openPoints remark acknowledgedAt handed { what count ids }"
MUTATIONS = {
    "postHandOver": ("PostHandOverInput", f"post {{ id account {{ login }} source handOvers {{ {PROTOCOL} }} }}"),
    "handOverNote": ("HandOverNoteInput", f"handOver {{ {PROTOCOL} }}"),
    "handOverAcknowledge": ("HandOverAcknowledgeInput", f"handOver {{ {PROTOCOL} }}"),
    "courseSet": ("CourseSetInput", "course { id months roles { id requiredCourses { code } } }"),
    "trainingRecord": ("TrainingRecordInput", "training { id holdsUntil course { code } }"),
    "trainingWithdraw": ("TrainingWithdrawInput", "training { withdrawnAt }"),
    "postAssign": ("PostAssignInput", "post { id untrainedReason source }"),
    "postEnd": ("PostEndInput", "post { endsAt endGround endReason }"),
    "gridBind": ("GridBindInput", "gridBinding { id kind office { code } account { login } contact }"),
    "gridUnbind": ("GridUnbindInput", "gridBinding { endsAt endReason }"),
}


async def ask(town: Town, mutation: str, viewer: Viewer | None = None, id: str | None = None, /, **input: Any) -> Mapping[str, Any]:
    """The payload of a mutation."""
    type, thing = MUTATIONS[mutation]
    head, on = ("$id: ID!, ", "id: $id, ") if id else ("", "")
    document = f"mutation({head}$input: {type}!) {{ {mutation}({on}input: $input) {{ {thing} userErrors {{ code field }} }} }}"
    return (await town.ask(document, viewer, **({"id": id} if id else {}), input=input))[mutation]


async def refused(town: Town, mutation: str, viewer: Viewer | None = None, id: str | None = None, /, **input: Any) -> list[str]:
    return [one["code"] for one in (await ask(town, mutation, viewer, id, **input))["userErrors"]]


async def account(town: Town, login: str) -> str:
    async with town.deployment.write() as work:
        return f"Account:{ids(await create_accounts(work, operator(), [NewAccount(login=login, name=login)]))[0]}"


async def give_work(town: Town) -> tuple[int, int]:
    """An event at work with the officer, a shift that runs and one to come; the event and the running shift."""
    post, now = town.posts[POST], town.deployment.clock()
    async with town.deployment.write() as work:
        details = {"hazard": "FIRE", "immediate_danger": False}
        new = EventReport(kind_id="community.hazard", description="smoke", grid_id=town.grids[URBAN], details=details)
        (event,) = ids(await report_events(work, operator(), [new]))
        row = {"event_id": event, "sequence": 1, "post_id": post, "lead": True, "active": True}
        await work.insert(t.event_assignment, [row])
        await work.run(sa.update(t.event).where(t.event.c.id == event).values(assignee_id=post))
        hours = (now - timedelta(hours=1), now + timedelta(hours=3)), (now + timedelta(days=1), now + timedelta(days=1, hours=8))
        shifts = ids(await set_shifts(work, operator(), [NewShift(post_id=post, starts_at=a, ends_at=b) for a, b in hours]))
    return event, shifts[0]


async def test_a_hand_over_ends_one_post_begins_the_next_and_moves_the_work_with_a_protocol(town: Town) -> None:
    event, _ = await give_work(town)
    leaver, manager = await town.login(POST), await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    to = await account(town, "successor")
    given = {"toAccountId": to, "reason": "moves on", "ground": "MOVED", "source": "FULL_TIME", "openPoints": "Ask the school."}
    answer = await ask(town, "postHandOver", manager, f"Post:{town.posts[POST]}", **given)
    assert answer["userErrors"] == []
    new, (protocol,) = answer["post"], answer["post"]["handOvers"]
    assert (new["account"]["login"], new["source"]) == ("successor", "FULL_TIME")
    assert {one["what"]: one["count"] for one in protocol["handed"]}.items() >= {"EVENT": 1, "SHIFT": 2}.items()
    assert (protocol["openPoints"], protocol["acknowledgedAt"]) == ("Ask the school.", None)
    async with town.deployment.read() as work:
        old = await work.first(sa.select(t.post).where(t.post.c.id == town.posts[POST]))
        shifts = await work.rows(sa.select(t.shift.c.post_id, t.shift.c.ends_at > work.now).where(t.shift.c.cancelled_at.is_(None)))
        holder = await work.value(sa.select(t.event.c.assignee_id).where(t.event.c.id == event))
    assert old is not None
    assert (old.end_ground, old.end_reason) == ("MOVED", "moves on")
    assert f"Post:{holder}" == new["id"]
    assert sorted(tuple(one) for one in shifts) == [(old.id, False), (holder, True), (holder, True)]
    successor = await town.login("successor")
    assert await refused(town, "handOverNote", successor, protocol["id"], openPoints="mine") == ["NOT_ALLOWED"]
    noted = await ask(town, "handOverNote", leaver, protocol["id"], openPoints="And the shop.")
    assert noted["handOver"]["openPoints"] == "And the shop."
    taken = await ask(town, "handOverAcknowledge", successor, protocol["id"], remark="All there.")
    assert taken["handOver"]["remark"] == "All there."
    assert await refused(town, "handOverNote", leaver, protocol["id"], openPoints="late") == ["HAND_OVER_ACKNOWLEDGED"]
    assert await refused(town, "handOverAcknowledge", await town.viewer(WORKER, GRIDS["rural"]), protocol["id"]) == ["NOT_FOUND"]


async def test_a_hand_over_for_later_moves_the_work_at_its_moment(town: Town) -> None:
    event, _ = await give_work(town)
    now = town.deployment.clock()
    to, at = await account(town, "successor"), now + timedelta(hours=2)
    answer = await ask(town, "postHandOver", None, f"Post:{town.posts[POST]}", toAccountId=to, at=at.isoformat())
    new = answer["post"]
    assert (new["handOvers"][0]["doneAt"], new["handOvers"][0]["handed"]) == (None, [])
    protocol = new["handOvers"][0]["id"]
    assert (await town.login("successor")).posts == ()
    town.deployment.clock = lambda: at + timedelta(seconds=1)
    assert await refused(town, "handOverAcknowledge", await town.login("successor"), protocol) == ["HAND_OVER_NOT_DONE"]
    await run_timers(town)
    taken = await ask(town, "handOverAcknowledge", await town.login("successor"), protocol)
    assert {one["what"]: one["ids"] for one in taken["handOver"]["handed"]}["EVENT"] == [f"Event:{event}"]
    assert (await town.login(POST)).posts == ()


async def test_a_hand_over_that_is_refused_leaves_everything_as_it_was(town: Town) -> None:
    post = f"Post:{town.posts[POST]}"
    assert await refused(town, "postHandOver", None, post) == ["HAND_OVER_TO_ONE"]
    assert await refused(town, "postHandOver", None, post, toAccountId="Account:999") == ["NOT_FOUND"]
    past = (town.deployment.clock() - timedelta(days=1)).isoformat()
    to = await account(town, "successor")
    assert await refused(town, "postHandOver", None, post, toAccountId=to, at=past) == ["TERM_INVALID"]
    holder = await town.login(POST)
    assert await refused(town, "postHandOver", None, post, toAccountId=f"Account:{holder.account_id}") == ["SUCCESSOR_SAME"]
    assert await refused(town, "postHandOver", await town.viewer(WORKER, URBAN), post, toAccountId=to) == ["NOT_ALLOWED"]
    assert town.posts[POST] in (await town.login(POST)).post_ids
    async with town.deployment.read() as work:
        assert await work.rows(sa.select(t.hand_over)) == []


async def test_a_post_asks_for_the_courses_of_its_role_unless_it_is_forced_with_a_reason(town: Town) -> None:
    setting = {"code": "first-aid", "name": "First aid", "months": 12, "roleIds": [WORKER]}
    course = (await ask(town, "courseSet", **setting))["course"]
    assert course["roles"] == [{"id": WORKER, "requiredCourses": [{"code": "first-aid"}]}]
    who = await account(town, "newcomer")
    new = {"accountId": who, "roleId": WORKER, "gridId": f"Grid:{town.grids[URBAN]}"}
    assert await refused(town, "postAssign", **new) == ["TRAINING_MISSING"]
    today = town.deployment.clock().date()
    record = {"accountId": who, "courseId": course["id"], "takenOn": (today - timedelta(days=800)).isoformat()}
    assert (await ask(town, "trainingRecord", **record))["training"]["holdsUntil"] < today.isoformat()
    assert await refused(town, "postAssign", **new) == ["TRAINING_MISSING"], "it holds no longer"
    taken = (await ask(town, "trainingRecord", **record | {"takenOn": (today - timedelta(days=2)).isoformat()}))["training"]
    assert (await ask(town, "postAssign", **new))["post"]["untrainedReason"] is None
    assert (await ask(town, "trainingWithdraw", None, taken["id"], reason="typed wrong"))["training"]["withdrawnAt"]
    assert await refused(town, "postAssign", **new) == ["TRAINING_MISSING"]
    forced = await ask(town, "postAssign", **new, untrainedReason="Nobody else is there", source="VOLUNTEER")
    assert forced["post"] | {"id": ""} == {"id": "", "untrainedReason": "Nobody else is there", "source": "VOLUNTEER"}
    chief = await town.viewer("community.grid_chief", URBAN)
    assert await refused(town, "courseSet", chief, **setting) == ["NOT_ALLOWED"]
    assert await refused(town, "trainingRecord", chief, **record) == ["NOT_ALLOWED"]


async def test_a_post_ends_on_a_ground_and_another_one_needs_words(town: Town) -> None:
    post = f"Post:{town.posts[POST]}"
    assert await refused(town, "postEnd", None, post, ground="OTHER") == ["REQUIRED"]
    ended = (await ask(town, "postEnd", None, post, ground="FAILED_APPRAISAL", reason="Twice below the mark"))["post"]
    assert (ended["endGround"], ended["endReason"]) == ("FAILED_APPRAISAL", "Twice below the mark")


BINDINGS = "query($code: String!) { grid(code: $code) { staffing { bindings { kind contact } } } }"


async def test_offices_and_leaders_are_tied_to_a_grid_until_the_tie_ends(town: Town) -> None:
    grid, office = f"Grid:{town.grids[URBAN]}", f"Office:{town.offices['water_works']}"
    utility = {"gridId": grid, "kind": "UTILITY_FIRM", "officeId": office, "contact": "Engineer Ma"}
    bound = (await ask(town, "gridBind", **utility))["gridBinding"]
    assert (bound["office"], bound["contact"]) == ({"code": "water_works"}, "Engineer Ma")
    assert await refused(town, "gridBind", **utility) == ["BOUND_ALREADY"]
    assert await refused(town, "gridBind", **utility | {"kind": "SPONSOR_LEADER"}) == ["BINDING_TO_OTHER"]
    worker = await town.viewer(WORKER, URBAN)
    assert await refused(town, "gridBind", worker, **utility | {"kind": "TERRITORY"}) == ["NOT_ALLOWED"]
    found = (await town.ask(BINDINGS, worker, code=URBAN))["grid"]["staffing"]["bindings"]
    assert found == [{"kind": "UTILITY_FIRM", "contact": "Engineer Ma"}]
    assert (await town.ask(BINDINGS, await town.viewer(WORKER, GRIDS["rural"]), code=URBAN))["grid"]["staffing"]["bindings"] == []
    assert (await ask(town, "gridUnbind", None, bound["id"], reason="sold"))["gridBinding"]["endReason"] == "sold"
    assert await refused(town, "gridUnbind", None, bound["id"]) == ["BINDING_ENDED"]
    assert (await town.ask(BINDINGS, worker, code=URBAN))["grid"]["staffing"]["bindings"] == []


async def test_the_sponsor_of_a_grid_is_told_of_an_event_that_is_overdue_at_the_district(town: Town) -> None:
    leader = f"community.auditor@{DISTRICT}"
    tied = f"Account:{(await town.login(leader)).account_id}"
    await ask(town, "gridBind", gridId=f"Grid:{town.grids[URBAN]}", kind="SPONSOR_LEADER", accountId=tied)
    event, _ = await give_work(town)
    now, addressed = town.deployment.clock(), t.task_addressee
    told = sa.select(sa.func.count()).select_from(addressed).where(addressed.c.post_id == town.posts[leader])

    async def told_after(days: int, stage: str) -> int:
        async with town.deployment.write() as work:
            await work.run(sa.update(t.event).where(t.event.c.id == event).values(stage=stage))
        town.deployment.clock = lambda: now + timedelta(days=days)
        await run_timers(town)
        async with town.deployment.read() as work:
            return await work.value(told)

    assert await told_after(1, "reported") == 0, "a first loop that is late is for its own superiors"
    assert await told_after(60, "at_district") == 1
