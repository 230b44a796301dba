"""Points: thanks for settled reports, for who wants them and nobody else; and what offices put on grids."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from clockwork import at, set_time
from operating import done, row_of, tried
from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.appraisals.crediting import credit_points
from wangge_core.appraisals.loads import find_loads
from wangge_core.appraisals.point_rules import NewPointsRule, PointsRuleEnd, end_point_rules, set_point_rules
from wangge_core.appraisals.points import PointsJoining, Reward, give_rewards, join_points
from wangge_core.data_care.resident_accounts import close_accounts, forget_reporters
from wangge_core.db import tables as t

pytestmark = pytest.mark.anyio
URBAN = GRIDS["urban"]
OURS = "{ pointsAccounts { totalCount nodes { balance entries { points reward } } } }"


async def settled(
    town: Town, account_id: int | None, stage: str = "closed", kind: str = "community.sanitation", **values: Any
) -> int:
    """An event that an account reported and that ended in a stage."""
    async with town.deployment.write() as work:
        version = work.rules.registry.event_kinds[kind].workflow
        of = t.workflow_version
        (id,) = await work.reserve_ids(t.event, 1)
        row: dict[str, Any] = {"id": id, "number": f"P{id:06}", "kind_id": kind, "grid_id": town.grids[URBAN], "closed": True}
        row |= {"workflow_version_id": await work.value(sa.select(sa.func.max(of.c.id)).where(of.c.workflow_id == version))}
        row |= {"stage": stage, "priority": "NORMAL", "source": "PUBLIC", "description": "Litter", "reporter_id": account_id}
        row |= {"reported_at": work.now, "entered_stage_at": work.now, "closed_at": work.now, "version": 1}
        await work.insert(t.event, [row | values])
    return id


async def credited(town: Town) -> int:
    async with town.deployment.write() as work:
        return await credit_points(work)


async def test_points_come_once_for_what_was_settled_and_go_for_rewards(town: Town) -> None:
    await set_time(town, "2026-03-02 10:00")
    (account,) = await done(town, create_accounts, NewAccount(login="zhou", name="Zhou"))
    resident, head = await town.login("zhou"), await town.viewer("community.community_head", COMMUNITY)
    wrong = [NewPointsRule(grid_id=town.grids[DISTRICT], points=3), NewPointsRule(grid_id=town.grids[COMMUNITY], points=0)]
    assert await tried(town, set_point_rules, *wrong, by=head) == ["gridId: NOT_ALLOWED", "points: OUT_OF_RANGE"]
    rules = [NewPointsRule(grid_id=town.grids[COMMUNITY], points=3), NewPointsRule(grid_id=town.grids[URBAN], points=5)]
    _, of_grid = await done(town, set_point_rules, *rules, by=head)
    await settled(town, account)  # before joining
    await set_time(town, "2026-03-02 11:00")
    (points,) = await done(town, join_points, PointsJoining(joins=True, grid_id=town.grids[COMMUNITY]), by=resident)
    await set_time(town, "2026-03-02 12:00")
    for stage in ("closed", "closed", "not_accepted"):
        await settled(town, account, stage)
    await settled(town, None)
    assert [await credited(town), await credited(town)] == [2, 0]
    assert (await row_of(town, t.points_account, points)).balance == 10
    await done(town, end_point_rules, PointsRuleEnd(rule_id=of_grid), by=head)
    await settled(town, account)
    assert await credited(town) == 1

    too_much = Reward(points_account_id=points, points=14, reward="A bag")
    assert await tried(town, give_rewards, too_much, by=head) == ["points: POINTS_TOO_FEW"]
    fitting = Reward(points_account_id=points, points=13, reward="A bag")
    assert await tried(town, give_rewards, fitting, by=await town.viewer("community.grid_worker", URBAN)) == ["id: NOT_FOUND"]
    await done(town, give_rewards, fitting, by=head)
    shown = {"totalCount": 1, "nodes": [{"balance": 0, "entries": [*({"points": one, "reward": None} for one in (5, 5, 3))]}]}
    shown["nodes"][0]["entries"].append({"points": -13, "reward": "A bag"})  # type: ignore[index]
    assert (await town.ask(OURS, resident))["pointsAccounts"] == shown
    assert (await town.ask(OURS, head))["pointsAccounts"] == shown
    worker = await town.viewer("community.grid_worker", URBAN)
    assert (await town.ask(OURS, worker))["pointsAccounts"]["totalCount"] == 0
    await done(town, join_points, PointsJoining(joins=False), by=resident)
    await settled(town, account)
    assert await credited(town) == 0


async def test_when_an_event_forgets_who_reported_it_so_do_points_and_an_erased_resident_has_none(town: Town) -> None:
    await set_time(town, "2026-03-02 10:00")
    (account,) = await done(town, create_accounts, NewAccount(login="zhou", name="Zhou"))
    resident, head = await town.login("zhou"), await town.viewer("community.community_head", COMMUNITY)
    await done(town, set_point_rules, NewPointsRule(grid_id=town.grids[COMMUNITY], points=3), by=head)
    await done(town, join_points, PointsJoining(joins=True, grid_id=town.grids[COMMUNITY]), by=resident)
    event = await settled(town, account)
    assert await credited(town) == 1
    async with town.deployment.write() as work:
        await forget_reporters(work, t.event.c.id == event, t.event_history.c.event_id == event)
    assert await credited(town) == 0
    async with town.deployment.read() as work:
        assert [row.event_id for row in await work.rows(sa.select(t.points_entry.c.event_id))] == [None]
    async with town.deployment.write() as work:
        await close_accounts(work, [(account, True)])
        assert await work.rows(sa.select(t.points_account)) == []


async def test_points_are_for_residents_and_volunteers(town: Town) -> None:
    await set_time(town, "2026-03-02 10:00")
    joining = PointsJoining(joins=True, grid_id=town.grids[COMMUNITY])
    assert await tried(town, join_points, joining, by=await town.viewer("community.grid_worker", URBAN)) == [": POINTS_FOR_HELPERS"]
    volunteer = await town.viewer("community.volunteer", URBAN)
    assert await tried(town, join_points, PointsJoining(joins=False), joining, by=volunteer) == [": POINTS_NOT_JOINED", ""]


async def test_what_an_office_puts_on_a_grid_is_counted_by_month(town: Town) -> None:
    await set_time(town, "2026-03-02 10:00")
    event, asker = await settled(town, None), town.posts["community.department_specialist@housing"]
    row = {
        "event_id": event,
        "grid_id": town.grids[URBAN],
        "kind": "HANDLE",
        "note": "",
        "rule": "",
        "open": True,
        "times_escalated": 0,
    }
    row |= {"asked_by_id": asker, "to_acknowledge": False, "due_by": at("2026-04-01 00:00")}
    given = [("2026-03-01 00:00", asker), ("2026-03-31 23:59", asker), ("2026-04-01 00:00", asker), ("2026-03-05 00:00", None)]
    async with town.deployment.write() as work:
        await work.insert(t.task, [row | {"given_at": at(when), "asked_by_id": by} for when, by in given])
    viewer = await town.viewer("community.community_head", COMMUNITY)
    async with town.deployment.read() as work:
        found = await find_loads(work, viewer, COMMUNITY, date(2026, 3, 15))
        assert await find_loads(work, await town.viewer("community.volunteer", URBAN), COMMUNITY, date(2026, 3, 15)) is None
    assert [(one.grid_id, one.office_id, one.role_id, one.tasks) for one in found or []] == [
        (town.grids[URBAN], None, None, 1),
        (town.grids[URBAN], town.offices["housing"], None, 2),
    ]
    loads = f'{{ gridLoads(grid: "{COMMUNITY}", month: "2026-03-15") {{ gridId officeId tasks dutyEntries }} }}'
    assert (await town.ask(loads, viewer))["gridLoads"][1] == {
        "gridId": f"Grid:{town.grids[URBAN]}",
        "officeId": f"Office:{town.offices['housing']}",
        "tasks": 2,
        "dutyEntries": 0,
    }
