"""Checking in: each target counts once, by whomever and however often it is sent, and what cannot be counted is refused by itself."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from campaigned import ADMINISTRATOR, BOATS, WORKER, a_campaign, boats, checked_in, counted, figures, people, said, targets
from clockwork import run_timers
from divided import WEST, applied, divided_ground, proposed, split, undone
from operating import NOBODY, announced, tried
from residents import done
from towns import GRIDS, SUBDISTRICT, Town
from wangge_core.campaigns.checking_in import MOST, CheckIn
from wangge_core.campaigns.correcting import Correction, correct_targets
from wangge_core.campaigns.ending import CampaignEnd, end_campaigns
from wangge_core.campaigns.extending import CampaignExtend, extend_campaigns
from wangge_core.campaigns.outcomes import ExceptionReason, TargetState
from wangge_core.data_care.erasure import Erasure, erase_persons
from wangge_core.db import tables as t
from wangge_core.people.merging import Merge, merge_persons

pytestmark = pytest.mark.anyio
DONE, EXCEPTION, OPEN = TargetState.DONE, TargetState.EXCEPTION, TargetState.OPEN
DECLINED, NOT_FOUND = ExceptionReason.DECLINED, ExceptionReason.NOT_FOUND


async def test_a_list_is_answered_one_by_one(town: Town) -> None:
    urban, (stranger,) = await people(town, "urban", 4), await people(town, "rural", 1)
    campaign = await a_campaign(town)
    worker = await town.viewer(WORKER, GRIDS["urban"])
    by_person = {row.person_id: row for row in await targets(town, campaign)}
    first, second, third, fourth = (by_person[one] for one in urban)
    now = town.deployment.clock()
    items = {
        "COUNTED DONE": CheckIn(target_id=first.id, key="a"),
        "ALREADY_DONE DONE": CheckIn(target_id=first.id, key="a"),
        "COUNTED EXCEPTION DECLINED": CheckIn(thing=("person_id", second.person_id), state=EXCEPTION, reason=DECLINED),
        "REFUSED NOT_ON_LIST": CheckIn(target_id=by_person[stranger].id),
        "COUNTED DONE ": CheckIn(code=f" {third.code.lower()} ", at=now - timedelta(minutes=1)),
        "REFUSED NOT_ON_LIST ": CheckIn(target_id=NOBODY),
        "REFUSED NOT_ON_LIST  ": CheckIn(code="' OR 1=1\x00"),
        "REFUSED ONE_OF": CheckIn(),
        "REFUSED ONE_OF ": CheckIn(target_id=fourth.id, code=fourth.code),
        "REFUSED REQUIRED": CheckIn(target_id=fourth.id, state=EXCEPTION),
        "REFUSED CHECK_IN_REASON": CheckIn(target_id=fourth.id, reason=DECLINED),
        "REFUSED CHECK_IN_OPEN": CheckIn(target_id=fourth.id, state=OPEN),
        "REFUSED IN_THE_FUTURE": CheckIn(target_id=fourth.id, at=now + timedelta(days=365)),
        "REFUSED CHECK_IN_TOO_EARLY": CheckIn(target_id=fourth.id, at=now - timedelta(days=365)),
        "REFUSED TOO_LONG": CheckIn(target_id=fourth.id, key="k" * 81),
    }
    assert said(await checked_in(town, campaign, list(items.values()), worker)) == [one.strip() for one in items]
    assert (await figures(town, campaign))[GRIDS["urban"]][1:] == (len(by_person) - 1 - 3, 2, 1)
    assert await figures(town, campaign) == await counted(town, campaign)
    assert len(await announced(town, "campaign.progress")) == 1
    again = await checked_in(town, campaign, list(items.values())[:3], worker)
    assert said(again) == ["ALREADY_DONE DONE", "ALREADY_DONE DONE", "ALREADY_DONE EXCEPTION DECLINED"]
    assert len(await announced(town, "campaign.progress")) == 1, "nothing changed"
    too_many = await checked_in(town, campaign, [CheckIn(code="A")] * (MOST + 1), worker)
    assert [one.code for one in too_many.refusals] == ["TOO_MANY"]


async def test_many_at_once_count_each_target_once(town: Town) -> None:
    """Eight send the same list in different orders, at the same time."""
    await people(town, "urban", 12)
    campaign = await a_campaign(town)
    listed = [row for row in await targets(town, campaign) if row.of_grid == GRIDS["urban"]]
    ways = [CheckIn(target_id=row.id) if row.id % 2 else CheckIn(code=row.code) for row in listed]
    turned = [[*ways[turn:], *ways[:turn]] for turn in range(8)]
    answers = await asyncio.gather(*(checked_in(town, campaign, one) for one in turned))
    results = [one for answer in answers for one in said(answer)]
    assert (results.count("COUNTED DONE"), results.count("ALREADY_DONE DONE")) == (len(listed), 7 * len(listed))
    assert (await figures(town, campaign))[GRIDS["urban"]] == (len(listed), 0, len(listed), 0)


async def test_at_a_station_a_code_is_enough_and_nothing_else_is(town: Town) -> None:
    await people(town, "urban", 2)
    campaign = await a_campaign(town)
    first, second, *_ = [row for row in await targets(town, campaign) if row.of_grid == GRIDS["urban"]]
    station = await town.viewer(WORKER, GRIDS["rural"])
    volunteer = await town.viewer("community.volunteer", GRIDS["urban"])
    tries = [CheckIn(target_id=first.id), CheckIn(thing=("person_id", first.person_id)), CheckIn(code=first.code)]
    refused = "REFUSED NOT_ON_LIST"
    assert said(await checked_in(town, campaign, tries, station)) == [refused, refused, "COUNTED DONE"]
    tries = [CheckIn(target_id=second.id), CheckIn(thing=("person_id", second.person_id)), CheckIn(code=second.code)]
    assert said(await checked_in(town, campaign, tries, volunteer)) == [refused, refused, "COUNTED DONE"]
    auditor = await town.viewer("community.auditor", "999901")
    assert [one.code for one in (await checked_in(town, campaign, tries, auditor)).refusals] == ["NOT_FOUND"]
    rows = {row.id: row for row in await targets(town, campaign)}
    assert rows[first.id].post_id == town.posts[f"{WORKER}@{GRIDS['rural']}"]
    assert (await figures(town, campaign))[GRIDS["urban"]][2] == 2, "it counts for the target's own grid"


async def test_why_somebody_is_an_exception_is_repeated_to_who_said_so_alone(town: Town) -> None:
    await people(town, "urban", 1)
    campaign = await a_campaign(town)
    first, *_ = [row for row in await targets(town, campaign) if row.of_grid == GRIDS["urban"]]
    own, other = await town.viewer(WORKER, GRIDS["urban"]), await town.viewer(WORKER, GRIDS["rural"])
    declined = CheckIn(code=first.code, state=EXCEPTION, reason=DECLINED, key="one")
    assert said(await checked_in(town, campaign, [declined], own)) == ["COUNTED EXCEPTION DECLINED"]
    assert said(await checked_in(town, campaign, [declined], own)) == ["ALREADY_DONE EXCEPTION DECLINED"]
    assert said(await checked_in(town, campaign, [declined], other)) == ["ALREADY_DONE EXCEPTION"]


async def test_what_was_wrong_is_corrected_and_what_it_was_is_kept(town: Town) -> None:
    await people(town, "urban", 1)
    campaign = await a_campaign(town)
    first, *_ = [row for row in await targets(town, campaign) if row.of_grid == GRIDS["urban"]]
    worker, other = await town.viewer(WORKER, GRIDS["urban"]), await town.viewer("community.grid_chief", GRIDS["urban"])
    missing = CheckIn(target_id=first.id, state=EXCEPTION, reason=NOT_FOUND, key="morning")
    came = CheckIn(target_id=first.id, key="evening")
    assert said(await checked_in(town, campaign, [missing], worker)) == ["COUNTED EXCEPTION NOT_FOUND"]
    assert said(await checked_in(town, campaign, [came], worker)) == ["CORRECTED DONE"]
    assert said(await checked_in(town, campaign, [missing, came], worker)) == ["ALREADY_DONE DONE"] * 2
    taken_back = Correction(id=first.id, state=OPEN)
    assert await tried(town, correct_targets, taken_back, by=other) == ["id: NOT_ALLOWED"]
    assert await tried(town, correct_targets, taken_back, by=worker) == [""]
    wrong = [Correction(id=first.id, state=EXCEPTION), Correction(id=first.id, state=DONE, expected_version=1)]
    assert await tried(town, correct_targets, *wrong) == ["reason: REQUIRED", "expectedVersion: VERSION_OUTDATED"]
    administrator = await town.viewer(ADMINISTRATOR, SUBDISTRICT)
    moved = Correction(id=first.id, state=EXCEPTION, reason=ExceptionReason.MOVED_AWAY)
    assert await tried(town, correct_targets, moved, by=administrator) == [""]
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.campaign_earlier).order_by(t.campaign_earlier.c.id))
    assert [(row.state, row.reason, row.client_key) for row in rows] == [
        ("EXCEPTION", "NOT_FOUND", "morning"),
        ("DONE", None, "evening"),
        ("OPEN", None, None),
    ]
    assert await figures(town, campaign) == await counted(town, campaign)


async def test_all_boats_are_recalled_before_a_storm(town: Town) -> None:
    """Boats and rafts alike; an ended recall takes nothing more, and what became of boats stays."""
    fleet = [*await boats(town, 2), *await boats(town, 1, "maritime.raft")]
    campaign = await a_campaign(town, chosen=BOATS, name="Recall", role_ids=("maritime.fleet_leader",), keep_days=1)
    leader = await town.viewer("maritime.fleet_leader", GRIDS["maritime"])
    items = [CheckIn(thing=("asset_id", boat)) for boat in fleet[:2]]
    assert said(await checked_in(town, campaign, items, leader)) == ["COUNTED DONE"] * 2
    assert await figures(town, campaign) == {GRIDS["maritime"]: (3, 1, 2, 0)}
    assert await tried(town, end_campaigns, CampaignEnd(id=campaign), by=leader) == ["id: NOT_FOUND"]
    await done(town, end_campaigns, [CampaignEnd(id=campaign)])
    assert await tried(town, end_campaigns, CampaignEnd(id=campaign)) == ["id: CAMPAIGN_ENDED"]
    assert [one.code for one in (await checked_in(town, campaign, items, leader)).refusals] == ["CAMPAIGN_ENDED"]
    assert await tried(town, correct_targets, Correction(id=(await targets(town, campaign))[0].id, state=OPEN)) == [
        "id: CAMPAIGN_ENDED"
    ]
    later(town, days=40)
    await run_timers(town)
    assert len(await targets(town, campaign)) == 3


def later(town: Town, days: int) -> None:
    moment = town.deployment.clock() + timedelta(days=days)
    town.deployment.clock = lambda: moment


async def test_a_campaign_ends_by_itself_and_its_results_by_person_go(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wangge_core.campaigns.ending.AT_ONCE", 2)
    await people(town, "urban", 5)
    campaign = await a_campaign(town, keep_days=10)
    first, *_ = await targets(town, campaign)
    await checked_in(town, campaign, [CheckIn(target_id=first.id, state=EXCEPTION, reason=NOT_FOUND)])
    await checked_in(town, campaign, [CheckIn(target_id=first.id)])
    before = await figures(town, campaign)
    later(town, days=2)
    assert [one.code for one in (await checked_in(town, campaign, [CheckIn(target_id=first.id)])).refusals] == ["CAMPAIGN_ENDED"]
    await run_timers(town)
    assert await campaign_row(town, campaign) == ("ENDED", True, False)
    assert len(await targets(town, campaign)) >= 5
    later(town, days=11)
    while await targets(town, campaign):
        assert await run_timers(town)
    assert await campaign_row(town, campaign) == ("ENDED", True, True)
    assert await figures(town, campaign) == before
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.campaign_earlier)) == 0


async def test_a_campaign_is_extended_with_a_reason_and_ends_at_its_new_end(town: Town) -> None:
    await people(town, "urban", 1)
    campaign = await a_campaign(town)
    (row,) = [one for one in await rows_of(town, t.campaign) if one.id == campaign]
    administrator, worker = await town.viewer(ADMINISTRATOR, SUBDISTRICT), await town.viewer(WORKER, GRIDS["urban"])
    until = row.ends_at + timedelta(days=1)
    extended = CampaignExtend(id=campaign, ends_at=until, reason="rain", expected_version=1)
    wrong = [
        replace(extended, ends_at=row.ends_at),
        replace(extended, ends_at=until + timedelta(days=366)),
        replace(extended, reason=" "),
    ]
    assert await tried(town, extend_campaigns, *wrong) == ["endsAt: CAMPAIGN_NOT_LATER", "endsAt: CAMPAIGN_TERM", "reason: BLANK"]
    assert await tried(town, extend_campaigns, extended, by=worker) == ["id: NOT_FOUND"]
    assert await tried(town, extend_campaigns, extended, extended, by=administrator) == ["", "expectedVersion: VERSION_OUTDATED"]
    (said,) = await rows_of(town, t.campaign_extension)
    assert (said.ended_before, said.ends_at, said.reason, said.account_id) == (row.ends_at, until, "rain", administrator.account_id)
    states: list[str] = []
    for moment in (row.ends_at + timedelta(hours=1), until):
        town.deployment.clock = lambda moment=moment: moment
        await run_timers(town)
        states.append((await campaign_row(town, campaign))[0])
    assert states == ["RUNNING", "ENDED"]
    assert await tried(town, extend_campaigns, replace(extended, expected_version=None)) == ["id: CAMPAIGN_ENDED"]


async def rows_of(town: Town, table: sa.Table) -> list[Any]:
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(table).order_by(table.c.id)))


async def campaign_row(town: Town, id: int) -> tuple[str, bool, bool]:
    async with town.deployment.read() as work:
        row: Any = await work.first(sa.select(t.campaign).where(t.campaign.c.id == id))
    return row.state, row.ended_at is not None, row.forgotten_at is not None


async def test_targets_go_with_the_ground_of_their_grid_and_come_back(town: Town) -> None:
    await divided_ground(town)
    campaign = await a_campaign(town)
    before = await counted(town, campaign)
    division = await proposed(town, split(town))
    assert await applied(town, division) == []
    assert GRIDS["urban"] not in await figures(town, campaign)
    assert WEST in await figures(town, campaign)
    assert await figures(town, campaign) == await counted(town, campaign)
    assert await undone(town, division) == []
    assert await figures(town, campaign) == await counted(town, campaign) == before


async def test_who_is_merged_stands_once_on_the_list_and_who_is_erased_as_nobody(town: Town) -> None:
    kept, doubled, erased = await people(town, "urban", 3)
    campaign = await a_campaign(town)
    await done(town, merge_persons, [Merge(id=kept, doubled_id=doubled, reason="registered twice")])
    await done(town, erase_persons, [Erasure(id=erased, reason="asked", legal_basis="a law")])
    named = [row.person_id for row in await targets(town, campaign)]
    assert (named.count(kept), named.count(doubled), named.count(erased), named.count(None)) == (1, 0, 0, 2)
    assert await figures(town, campaign) == await counted(town, campaign)
