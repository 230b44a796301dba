import logging
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.errors import Outcome
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.grants import (
    AccessGrantClose,
    AccessGrantReview,
    NewAccessGrant,
    close_access_grants,
    open_access_grants,
    review_access_grants,
)
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.viewers import Viewer, narrowed, operator

pytestmark = pytest.mark.anyio

DUTY = f"community.duty_officer@{SUBDISTRICT}"
AUDITOR = f"community.auditor@{DISTRICT}"
REASON = "gas alarm, the building is being evacuated"


async def opened(town: Town, by: Viewer, **more: Any) -> Outcome:
    request = NewAccessGrant(**({"grid_id": town.grids[GRIDS["urban"]], "reason": REASON} | more))
    async with town.deployment.write() as work:
        return (await open_access_grants(work, by, [request]))[0]


def codes(outcome: Outcome) -> list[str]:
    return [one.code for one in outcome.refusals]


async def path_of(town: Town, code: str) -> str:
    async with town.deployment.read() as work:
        return await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == town.grids[code]))


async def data_officer(town: Town) -> Viewer:
    async with town.deployment.write() as work:
        (account,) = ids(await create_accounts(work, operator(), [NewAccount(login="data", name="Data")]))
        post = NewPost(account_id=account, role_id="community.data_officer", grid_id=town.grids[DISTRICT])
        ids(await assign_posts(work, operator(), [post]))
    return await town.login("data")


async def test_a_grant_opens_rights_over_one_grid_for_its_time_and_no_longer(town: Town) -> None:
    path, elsewhere = await path_of(town, GRIDS["urban"]), await path_of(town, GRIDS["rural"])
    assert (await opened(town, await town.login(DUTY), minutes=30)).accepted
    now = town.deployment.clock()
    for at, held in ((now, True), (now + timedelta(minutes=29), True), (now + timedelta(minutes=30), False)):
        town.deployment.clock = lambda at=at: at
        viewer = await town.login(DUTY)
        assert viewer.may(Capability.READ_PRIVATE, path) is held
        assert not viewer.may(Capability.READ_PRIVATE, elsewhere)
        assert len(viewer.grants) == held


async def test_sealed_values_are_opened_only_where_they_are_asked_for(town: Town) -> None:
    path = await path_of(town, GRIDS["urban"])
    ids([await opened(town, await town.login(DUTY))])
    assert not (await town.login(DUTY)).may(Capability.REVEAL_SEALED, path)
    ids([await opened(town, await town.login(DUTY), capabilities=(Capability.REVEAL_SEALED,))])
    assert (await town.login(DUTY)).may(Capability.REVEAL_SEALED, path)


async def test_only_rights_to_read_are_opened(town: Town) -> None:
    for capability in (Capability.MANAGE_POSTS, Capability.BREAK_GLASS, Capability.READ_ACCESS_LOG, Capability.REGISTER_PEOPLE):
        outcome = await opened(town, await town.login(DUTY), capabilities=(capability,))
        assert codes(outcome) == ["CAPABILITY_NOT_OPENED"]


async def test_a_grant_needs_a_reason_a_short_time_and_a_base_grid(town: Town) -> None:
    duty = await town.login(DUTY)
    assert codes(await opened(town, duty, reason="urgent")) == ["REASON_TOO_SHORT"]
    assert codes(await opened(town, duty, reason=" " * 20)) == ["BLANK"]
    assert codes(await opened(town, duty, minutes=241)) == ["OUT_OF_RANGE"]
    assert codes(await opened(town, duty, minutes=0)) == ["OUT_OF_RANGE"]
    assert codes(await opened(town, duty, grid_id=10**6)) == ["NOT_FOUND"]


async def test_who_has_not_the_right_and_machines_open_nothing(town: Town) -> None:
    duty = await town.login(DUTY)
    machine = narrowed(duty, Capability)
    for viewer in (
        await town.login(f"community.community_head@{COMMUNITY}"),
        operator(),
        narrowed(duty, {Capability.READ_EVENTS}),
    ):
        assert codes(await opened(town, viewer)) == ["NOT_ALLOWED"]
    assert machine.scopes == duty.scopes


async def test_the_alarm_goes_off_at_once_and_does_not_tell_the_reason(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "wangge.rights"):
        grant = await opened(town, await town.login(DUTY))
    (record,) = [one for one in caplog.records if one.name == "wangge.rights"]
    assert f"grant {grant.id}" in record.getMessage()
    assert REASON not in record.getMessage()
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.outbox).where(t.outbox.c.topic == "access_grant.opened"))
    assert [row.thing_id for row in rows] == [grant.id]
    assert REASON not in str(rows)


async def test_a_refused_grant_raises_no_alarm(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    assert not (await opened(town, await town.login(DUTY), reason="no")).accepted
    assert not [one for one in caplog.records if one.name == "wangge.rights"]


async def test_a_grant_ends_when_it_is_closed_or_when_its_post_ends(town: Town) -> None:
    duty = await town.login(DUTY)
    first, second = [await opened(town, duty) for _ in range(2)]
    assert first.id and second.id
    async with town.deployment.write() as work:
        stranger = await town.login(f"community.grid_worker@{GRIDS['urban']}")
        assert codes((await close_access_grants(work, stranger, [AccessGrantClose(grant_id=first.id)]))[0]) == ["NOT_FOUND"]
        assert (await close_access_grants(work, duty, [AccessGrantClose(grant_id=first.id)]))[0].accepted
        assert codes((await close_access_grants(work, duty, [AccessGrantClose(grant_id=first.id)]))[0]) == ["GRANT_ENDED"]
    assert [grant.id for grant in (await town.login(DUTY)).grants] == [second.id]
    async with town.deployment.write() as work:
        assert (await end_posts(work, operator(), [PostEnd(post_id=town.posts[DUTY])]))[0].accepted
    after = await town.login(DUTY)
    assert (after.grants, after.scopes) == ((), {})


async def test_a_grant_is_reviewed_by_somebody_else_once_it_has_ended(town: Town) -> None:
    duty, officer = await town.login(DUTY), await data_officer(town)
    grant = await opened(town, duty, minutes=10)
    assert grant.id
    review = [AccessGrantReview(grant_id=grant.id, finding="three names were looked up for the evacuation")]
    async with town.deployment.write() as work:
        assert codes((await review_access_grants(work, officer, review))[0]) == ["GRANT_RUNNING"]
    ended = town.deployment.clock() + timedelta(minutes=10)
    town.deployment.clock = lambda: ended
    async with town.deployment.write() as work:
        assert codes((await review_access_grants(work, duty, review))[0]) == ["NOT_ALLOWED"]
        assert (await review_access_grants(work, officer, review))[0].accepted
        assert codes((await review_access_grants(work, await town.login(AUDITOR), review))[0]) == ["GRANT_REVIEWED"]
        row = await work.first(sa.select(t.access_grant).where(t.access_grant.c.id == grant.id))
    assert row is not None
    assert (row.reviewed, row.reviewed_by_id, row.finding) == (True, officer.account_id, review[0].finding)
