"""Retention: what has been kept long enough goes, class by class, and nothing else does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from residents import a_household, a_person, days, done, of_person, row, today
from towns import GRIDS, Town
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.data_care import retention
from wangge_core.data_care.periods import Periods
from wangge_core.data_care.retention import Kept, retain
from wangge_core.db import tables as t
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.months import after_months
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.needs import NewNeed, set_needs
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.rights.residents import AccountLink, link_accounts

pytestmark = pytest.mark.anyio
ALONE, CHILDREN = "community.lives_alone", "community.left_behind_child"
NEVER = Periods(
    ended_needs_months=0,
    ended_needs_of_children_months=0,
    moved_out_months=0,
    temporary_gone_months=0,
    former_homes_months=0,
    closed_events_months=0,
    idempotency_days=0,
)


async def run(town: Town, periods: Periods = Periods(), *, dry: bool = False) -> dict[str, Kept]:  # noqa: B008
    found = await retain(town.deployment.read, town.deployment.write, periods, dry=dry, progress=lambda name, done, whole: None)
    return {one.name: one for one in found}


async def a_need(town: Town, person: int, kind: str = ALONE) -> int:
    async with town.deployment.write() as work:
        given = {"person_id": person, "grid_id": town.grids[GRIDS["urban"]], "kind_id": kind, "reason": "r", "legal_basis": "l"}
        (id,) = await work.reserve_ids(t.need, 1)
        ends = {"from_on": work.today, "until_on": work.today, "ends_at": work.now, "created_at": work.now}
        await work.insert(t.need, [{"id": id} | given | ends])
    return id


async def left(town: Town, person: int, months_ago: int) -> None:
    """Have a person move out, so many months and a day ago."""
    async with town.deployment.write() as work:
        day = after_months(work.today, -months_ago) - timedelta(days=1)
        await work.run(sa.update(t.residence).where(t.residence.c.person_id == person).values(moved_out_on=day))
        await work.run(sa.update(t.person).where(t.person.c.id == person).values(residence=None))


def later(town: Town, months: int) -> None:
    """Set the clock so many months on, and a day."""
    now = town.deployment.clock().astimezone(town.deployment.rules.zone)
    day = after_months(now.date(), months) + timedelta(days=1)
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    town.deployment.clock = lambda: moment


async def an_event(town: Town, person: int) -> int:
    tie = (Involved(role="beneficiary", sort=Involvable.PERSON, id=person),)
    details = {"service": "pension", "mandate_given": True}
    grid = town.grids[GRIDS["urban"]]
    report = EventReport(kind_id="community.errand", description="asked for", grid_id=grid, details=details, involved=tie)
    (id,) = await done(town, report_events, [report])
    return id


async def close(town: Town, event: int, **values: Any) -> None:
    async with town.deployment.write() as work:
        closed = {"closed": True, "closed_at": work.now} | values
        await work.run(sa.update(t.event).where(t.event.c.id == event).values(closed))


async def test_an_ended_need_goes_after_the_months_of_its_kind(town: Town) -> None:
    person = await a_person(town)
    await a_need(town, person)
    later(town, 11)
    assert (await run(town))["ended_needs"].due == 0
    later(town, 1)
    assert (await run(town))["ended_needs"].done == 1
    assert await of_person(town, t.need, person) == []


async def test_a_kind_with_months_of_its_own_goes_by_them(town: Town) -> None:
    person = await a_person(town)
    await a_need(town, person)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.need_kind).where(t.need_kind.c.id == ALONE).values(keep_months=2))
    later(town, 2)
    assert (await run(town))["ended_needs"].done == 1


async def test_needs_of_children_are_kept_shortest(town: Town) -> None:
    born = await today(town) - days(3000)
    child, grown = await a_person(town, born_on=born), await a_person(town)
    for person, kind in ((child, ALONE), (grown, ALONE), (grown, CHILDREN)):
        await a_need(town, person, kind)
    later(town, 3)
    assert (await run(town))["ended_needs"].done == 2
    assert [one.kind_id for one in await of_person(town, t.need, grown)] == [ALONE]


async def test_a_need_that_holds_is_kept(town: Town) -> None:
    person = await a_person(town)
    until = after_months(await today(town), 5)
    await done(town, set_needs, [NewNeed(person_id=person, kind_id=ALONE, reason="r", legal_basis="l", until_on=until)])
    later(town, 4)
    assert (await run(town, Periods(ended_needs_months=1)))["ended_needs"].due == 0


async def test_who_moved_out_long_ago_is_erased_and_temporary_residents_sooner(town: Town) -> None:
    stays, recent, gone = [await a_person(town, name=name) for name in ("Stays", "Recent", "Gone")]
    short = await a_person(town, name="Short", residence=ResidenceKind.TEMPORARY)
    for person, months in ((recent, 30), (gone, 60), (short, 24)):
        await left(town, person, months)
    found = await run(town)
    assert (found["moved_out"].done, found["temporary_gone"].done) == (1, 1)
    names = {id: (await row(town, t.person, id)).name for id in (stays, recent, gone, short)}
    assert names == {stays: "Stays", recent: "Recent", gone: "", short: ""}
    assert (await row(town, t.person, gone)).removed_basis is not None


async def test_who_moved_out_and_came_back_stays(town: Town) -> None:
    person = await a_person(town)
    await left(town, person, 70)
    async with town.deployment.write() as work:
        home = {"person_id": person, "grid_id": town.grids[GRIDS["urban"]], "kind": "PERMANENT"}
        await work.insert(t.residence, [home])
        await work.run(sa.update(t.person).where(t.person.c.id == person).values(residence="PERMANENT"))
    found = await run(town)
    assert (found["moved_out"].due, found["former_homes"].done) == (0, 1)
    assert [one.moved_out_on for one in await of_person(town, t.residence, person)] == [None]


async def test_who_is_in_an_open_event_is_held_back_until_it_is_closed(town: Town) -> None:
    person = await a_person(town, name="Waits")
    event = await an_event(town, person)
    await left(town, person, 60)
    found = (await run(town))["moved_out"]
    assert (found.due, found.done, found.held_back) == (1, 0, 1)
    await close(town, event)
    assert (await run(town))["moved_out"].done == 1


async def test_the_guardian_of_a_child_is_held_back(town: Town) -> None:
    guardian = await a_person(town)
    await a_person(town, born_on=await today(town) - days(3000), guardian_id=guardian, guardian_agreed_on=await today(town))
    await left(town, guardian, 60)
    assert (await run(town))["moved_out"].held_back == 1


async def test_former_households_go(town: Town) -> None:
    person = await a_person(town, household_id=await a_household(town))
    async with town.deployment.write() as work:
        day = after_months(work.today, -60)
        member = t.household_member
        await work.run(sa.update(member).where(member.c.person_id == person).values(left_on=day))
    assert (await run(town))["former_households"].due == 0
    later(town, 0)
    assert (await run(town))["former_households"].done == 1


async def test_closed_events_name_no_resident_after_their_time_and_workers_still(town: Town) -> None:
    resident = await a_person(town)
    (account,) = await done(town, create_accounts, [NewAccount(login="resident", name="Resident")])
    await done(town, link_accounts, [AccountLink(account_id=account, person_id=resident)])
    worker = (await town.viewer("community.grid_worker", GRIDS["urban"])).account_id
    mine, theirs = await an_event(town, resident), await an_event(town, resident)
    await close(town, mine, reporter_id=account)
    await close(town, theirs, reporter_id=worker)
    later(town, 35)
    assert (await run(town))["closed_events"].due == 0
    later(town, 1)
    assert (await run(town))["closed_events"].done == 2
    assert [(await row(town, t.event, one)).reporter_id for one in (mine, theirs)] == [None, worker]
    assert await of_person(town, t.involvement, resident) == []
    async with town.deployment.read() as work:
        logged = await work.rows(sa.select(t.change_log.c.thing_id).where(t.change_log.c.thing == "Event"))
    assert sorted(one.thing_id for one in logged) == sorted([mine, theirs])
    assert (await run(town))["closed_events"].due == 0


async def test_answers_to_repeated_requests_and_counted_reveals_go(town: Town) -> None:
    account = (await town.viewer("community.grid_worker", GRIDS["urban"])).account_id
    async with town.deployment.write() as work:
        key = {"account_id": account, "key": "k", "operation": "o", "request_hash": "h", "thing_id": 1, "created_at": work.now}
        await work.insert(t.idempotency_key, [key])
        await work.insert(t.reveal, [{"account_id": account, "at": work.now}])
    found = await run(town)
    assert (found["idempotency_keys"].due, found["reveals"].due) == (0, 0)
    later(town, 1)
    later(town, 0)
    found = await run(town)
    assert (found["idempotency_keys"].done, found["reveals"].done) == (1, 1)


async def test_a_dry_run_counts_and_writes_nothing(town: Town) -> None:
    person = await a_person(town, name="Gone")
    await left(town, person, 60)
    found = (await run(town, dry=True))["moved_out"]
    assert (found.due, found.done) == (1, 0)
    assert (await row(town, t.person, person)).name == "Gone"


async def test_periods_without_an_end_let_nothing_go_and_are_named(town: Town) -> None:
    person = await a_person(town)
    await a_need(town, person)
    await left(town, person, 600)
    later(town, 100)
    found = await run(town, NEVER)
    assert {name: one.due for name, one in found.items()} == dict.fromkeys(found, 0)
    assert len(NEVER.unlimited) == 7
    assert Periods().unlimited == ()


async def test_a_run_that_breaks_off_has_done_whole_transactions_and_goes_on(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    persons = [await a_person(town) for _ in range(5)]
    for person in persons:
        await a_need(town, person)
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    later(town, 12)

    def break_off(name: str, done: int, whole: int) -> None:
        if name == "ended_needs" and done == 4:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await retain(town.deployment.read, town.deployment.write, Periods(), dry=False, progress=break_off)
    assert (await run(town))["ended_needs"] == Kept(name="ended_needs", due=1, done=1, held_back=0)


async def test_the_log_of_changes_says_whose_needs_went(town: Town) -> None:
    person = await a_person(town)
    await a_need(town, person)
    later(town, 12)
    await run(town, replace(NEVER, ended_needs_months=12))
    async with town.deployment.read() as work:
        last = await work.first(sa.select(t.change_log).order_by(t.change_log.c.id.desc()).limit(1))
    assert last is not None
    assert (last.thing, last.thing_id, last.fields) == ("Person", person, [["need"]])
