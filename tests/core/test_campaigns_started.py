"""Starting campaigns: what stands on a list is frozen, each thing once, with its grid; and what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from campaigned import ADMINISTRATOR, BOATS, WORKER, a_campaign, a_start, boats, figures, people, targets
from operating import NOBODY, tried
from residents import done, homes_in
from towns import DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.campaigns.choosing import Assets, Homes, Organizations, Persons, Places, candidates
from wangge_core.campaigns.freezing import CODE_CHARACTERS
from wangge_core.campaigns.starting import count_candidates, start_campaigns
from wangge_core.db import tables as t
from wangge_core.months import after_months
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.needs import NewNeed, set_needs
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio


async def test_the_list_is_frozen_at_the_start_each_once_with_its_grid(town: Town) -> None:
    urban, rural = await people(town, "urban", 3), await people(town, "rural", 2)
    (gone,) = await people(town, "urban", 1, residence=None)
    administrator = await town.viewer(ADMINISTRATOR, SUBDISTRICT)
    campaign = await a_campaign(town, by=administrator)
    later = await people(town, "urban", 1)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.person).where(t.person.c.id == urban[0]).values(grid_id=town.grids[GRIDS["scenic"]]))
    listed = await targets(town, campaign)
    assert {(row.person_id, row.of_grid) for row in listed} >= {(one, GRIDS["urban"]) for one in urban}
    assert sorted(row.person_id for row in listed if row.person_id != town.person) == sorted([*urban, *rural])
    assert not {gone, *later} & {row.person_id for row in listed}
    assert {row.state for row in listed} == {"OPEN"}
    codes = {row.code for row in listed}
    assert len(codes) == len(listed)
    assert all(len(code) == CODE_CHARACTERS and code.isalnum() and code.isupper() | code.isdigit() for code in codes)
    assert await figures(town, campaign) == {
        code: (count, count, 0, 0) for code, count in ((GRIDS["urban"], len(listed) - 2), (GRIDS["rural"], 2))
    }


async def test_targets_are_chosen_by_what_is_given(town: Town) -> None:
    today = town.deployment.clock().date()
    eighty, child = after_months(today, -12 * 80), after_months(today, -12 * 10)
    old = await people(town, "urban", 1, born_on=eighty)
    younger = await people(town, "urban", 1, born_on=eighty + timedelta(days=2))
    guest = await people(town, "rural", 1, born_on=child, residence="TEMPORARY")
    await people(town, "rural", 1, born_on=None)
    need = NewNeed(person_id=old[0], kind_id="community.lives_alone", reason="r", legal_basis="l", until_on=date(2027, 1, 1))
    await done(town, set_needs, [need])
    vessels, rafts = await boats(town, 2), await boats(town, 1, "maritime.raft")
    await boats(town, 1, state="REMOVED")
    homes = await homes_in(town, "rural", 2)
    shop = NewOrganization(grid_id=town.grids[GRIDS["urban"]], name="Shop", trade="catering")
    shops = await done(town, register_organizations, [shop, shop])
    async with town.deployment.write() as work:
        await work.run(sa.update(t.organization).where(t.organization.c.id == shops[1]).values(state="CLOSED"))
    chosen: list[tuple[Any, list[int]]] = [
        (Persons(least_age=80), old),
        (Persons(least_age=79, most_age=79), younger),
        (Persons(most_age=10, residence=(ResidenceKind.TEMPORARY,)), guest),
        (Persons(need_kinds=("community.lives_alone",)), old),
        (BOATS, [*vessels, *rafts]),
        (Assets(kind_ids=("maritime.raft",)), rafts),
        (Organizations(trades=("catering",)), shops[:1]),
    ]
    async with town.deployment.read() as work:
        path = await work.value(sa.select(t.grid.c.path).where(t.grid.c.code == SUBDISTRICT))
        for one, expected in chosen:
            rows = await work.rows(candidates(work, operator(), one, path))
            assert sorted(row.id for row in rows) == sorted(expected), one
        rural = await work.value(sa.select(t.grid.c.path).where(t.grid.c.code == GRIDS["rural"]))
        assert sorted(row.id for row in await work.rows(candidates(work, operator(), Homes(), rural))) == homes


async def test_no_list_is_made_by_a_sensitive_kind_of_needs(town: Town) -> None:
    """Everybody who reads the work and the people there would know who has one."""
    start = a_start(town, chosen=Persons(need_kinds=("community.lives_alone", "community.disabled")))
    assert await tried(town, start_campaigns, start) == ["targets.persons.needKindIds.1: NEED_SENSITIVE"]
    async with town.deployment.read() as work:
        counted = await count_candidates(work, operator(), start.grid_id, start.chosen, start.role_ids)
    assert ([one.code for one in counted.refusals], counted.targets) == (["NEED_SENSITIVE"], 0)


async def test_a_count_says_beforehand_how_many_and_who_would_have_nobody(town: Town) -> None:
    await people(town, "urban", 3)
    await people(town, "rural", 2)
    await people(town, "rural", 1, born_on=None)
    worker = town.posts[f"{WORKER}@{GRIDS['rural']}"]
    await done(town, end_posts, [PostEnd(post_id=worker)])
    administrator = await town.viewer(ADMINISTRATOR, SUBDISTRICT)
    grid = town.grids[SUBDISTRICT]
    async with town.deployment.read() as work:
        found = await count_candidates(work, administrator, grid, Persons(least_age=18), [WORKER])
        above = await count_candidates(work, administrator, grid, Persons(), ["community.community_head"])
        nobody = await count_candidates(work, await town.viewer(WORKER, GRIDS["rural"]), grid, Persons(), [WORKER])
    assert (found.grids, found.unmanned) == (2, (town.grids[GRIDS["rural"]],))
    assert (found.targets, above.targets - found.targets, found.age_unknown) == (5, 2, 2)
    assert above.unmanned == ()
    assert [one.code for one in nobody.refusals] == ["NOT_ALLOWED"]
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.campaign)) == 0


async def test_bad_starts_are_refused_and_nothing_is_written(town: Town) -> None:
    await people(town, "urban", 1)
    now = town.deployment.clock()
    wrong = {
        "gridId: NOT_FOUND": {"grid_id": NOBODY},
        "name: BLANK": {"name": " "},
        "purpose: BLANK": {"purpose": ""},
        "legalBasis: TOO_LONG": {"legal_basis": "l" * 401},
        "endsAt: CAMPAIGN_TERM": {"ends_at": now - timedelta(seconds=1)},
        "keepDays: OUT_OF_RANGE": {"keep_days": 0},
        "roleIds: REQUIRED": {"role_ids": ()},
        "roleIds.0: ROLE_UNKNOWN": {"role_ids": ("community.nobody",)},
        "eventId: NOT_FOUND": {"event_id": NOBODY},
        "targets.persons.mostAge: OUT_OF_RANGE": {"chosen": Persons(least_age=9, most_age=8)},
        "targets.persons.needKindIds.0: KIND_UNKNOWN": {"chosen": Persons(need_kinds=("community.nothing",))},
        "targets.assets.kindIds: REQUIRED": {"chosen": Assets(kind_ids=())},
        "targets: CAMPAIGN_EMPTY": {"chosen": Places(kind_ids=("maritime.harbour",))},
    }
    assert await tried(town, start_campaigns, *(a_start(town, **given) for given in wrong.values())) == list(wrong)
    worker = await town.viewer(WORKER, GRIDS["urban"])
    assert await tried(town, start_campaigns, a_start(town, grid_id=town.grids[GRIDS["urban"]]), by=worker) == [
        "gridId: NOT_ALLOWED"
    ]
    elsewhere = a_start(town, grid_id=town.grids[DISTRICT])
    assert await tried(town, start_campaigns, elsewhere, by=await town.viewer(ADMINISTRATOR, SUBDISTRICT)) == [
        "gridId: NOT_ALLOWED"
    ]
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.campaign_target)) == 0
