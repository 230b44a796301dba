from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.errors import Outcome
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.delegations import DelegationEnd, NewDelegation, delegate_posts, end_delegations
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio

HEAD = f"community.community_head@{COMMUNITY}"
WORKER = f"community.grid_worker@{GRIDS['rural']}"
OFFICER = f"community.community_officer@{COMMUNITY}"


async def account_of(town: Town, login: str) -> int:
    viewer = await town.login(login)
    assert viewer.account_id is not None
    return viewer.account_id


async def named(town: Town, by: Viewer, post: str, substitute: str, **more: Any) -> Outcome:
    """What becomes of naming a substitute for a week."""
    now = town.deployment.clock()
    account = await account_of(town, substitute)
    request = NewDelegation(
        **({"post_id": town.posts[post], "account_id": account, "ends_at": now + timedelta(days=7), "reason": "on leave"} | more)
    )
    async with town.deployment.write() as work:
        return (await delegate_posts(work, by, [request]))[0]


def codes(outcome: Outcome) -> list[str]:
    return [one.code for one in outcome.refusals]


async def test_a_substitute_has_the_posts_rights_while_the_delegation_runs(town: Town) -> None:
    head, before = await town.login(HEAD), await town.login(WORKER)
    community = head.posts[0].paths[0]
    assert not before.may(Capability.READ_PEOPLE, community)
    assert (await named(town, head, HEAD, WORKER)).accepted
    now = town.deployment.clock()
    for at, held in ((now, True), (now + timedelta(days=6), True), (now + timedelta(days=7), False)):
        town.deployment.clock = lambda at=at: at
        viewer = await town.login(WORKER)
        assert viewer.may(Capability.READ_PEOPLE, community) is held, at
        assert (town.posts[HEAD] in viewer.post_ids) is held
        assert viewer.stands_in is held


async def test_a_substitutes_post_says_for_whom_it_is_held(town: Town) -> None:
    given = await named(town, await town.login(HEAD), HEAD, WORKER)
    held = {post.id: post.delegation_id for post in (await town.login(WORKER)).posts}
    assert held == {town.posts[WORKER]: None, town.posts[HEAD]: given.id}


async def test_a_substitute_cannot_pass_the_post_on(town: Town) -> None:
    ids([await named(town, await town.login(HEAD), HEAD, WORKER)])
    assert codes(await named(town, await town.login(WORKER), HEAD, OFFICER)) == ["NOT_ALLOWED"]


async def test_rights_that_one_stands_in_for_name_no_substitutes(town: Town) -> None:
    administrator = f"community.subdistrict_administrator@{SUBDISTRICT}"
    assert (await named(town, await town.login(administrator), HEAD, WORKER)).accepted
    ids([await named(town, await town.login(administrator), administrator, OFFICER)])
    officer = await town.login(OFFICER)
    assert officer.may(Capability.MANAGE_POSTS, (await town.login(administrator)).posts[0].paths[0])
    assert codes(await named(town, officer, HEAD, WORKER)) == ["NOT_ALLOWED"]


async def test_neighbours_name_no_substitutes_for_each_other(town: Town) -> None:
    head, worker = await town.login(HEAD), await town.login(WORKER)
    assert codes(await named(town, head, WORKER, OFFICER)) == ["NOT_ALLOWED"]
    assert codes(await named(town, worker, f"community.grid_chief@{GRIDS['urban']}", WORKER)) == ["NOT_FOUND"]


async def test_what_makes_no_sense_is_refused(town: Town) -> None:
    head, now = await town.login(HEAD), town.deployment.clock()
    assert codes(await named(town, head, HEAD, HEAD)) == ["DELEGATION_TO_HOLDER"]
    assert codes(await named(town, head, HEAD, WORKER, ends_at=now)) == ["TERM_INVALID"]
    assert codes(await named(town, head, HEAD, WORKER, ends_at=now + timedelta(days=93))) == ["TERM_TOO_LONG"]
    assert codes(await named(town, head, HEAD, WORKER, reason=" ")) == ["BLANK"]
    assert codes(await named(town, head, HEAD, WORKER, account_id=10**6)) == ["NOT_FOUND"]


async def test_somebody_unseen_or_disabled_is_no_substitute(town: Town) -> None:
    worker = await town.login(WORKER)
    desk = f"community.shift_lead@{DISTRICT}"
    assert codes(await named(town, worker, WORKER, desk)) == ["NOT_FOUND"]
    officer = await account_of(town, OFFICER)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.account).where(t.account.c.id == officer).values(active=False))
    assert codes(await named(town, await town.login(HEAD), HEAD, WORKER, account_id=officer)) == ["NOT_FOUND"]


@pytest.mark.parametrize("ender", [HEAD, f"community.district_administrator@{DISTRICT}"])
async def test_holder_and_administrator_end_a_delegation_at_once(town: Town, ender: str) -> None:
    given = await named(town, await town.login(HEAD), HEAD, WORKER)
    assert given.id is not None
    async with town.deployment.write() as work:
        request = DelegationEnd(delegation_id=given.id)
        assert codes((await end_delegations(work, await town.login(OFFICER), [request]))[0]) == ["NOT_FOUND"]
        assert codes((await end_delegations(work, await town.login(WORKER), [request]))[0]) == ["NOT_ALLOWED"]
        assert (await end_delegations(work, await town.login(ender), [request]))[0].accepted
        assert codes((await end_delegations(work, await town.login(ender), [request]))[0]) == ["DELEGATION_ENDED"]
    assert not (await town.login(WORKER)).stands_in


async def test_a_delegation_that_has_not_begun_can_be_ended(town: Town) -> None:
    begins = town.deployment.clock() + timedelta(days=1)
    given = await named(town, await town.login(HEAD), HEAD, WORKER, starts_at=begins)
    assert given.id is not None
    async with town.deployment.write() as work:
        assert (await end_delegations(work, await town.login(HEAD), [DelegationEnd(delegation_id=given.id)]))[0].accepted
    town.deployment.clock = lambda: begins + timedelta(hours=1)
    assert not (await town.login(WORKER)).stands_in


async def test_a_substitute_loses_the_post_when_it_ends(town: Town) -> None:
    ids([await named(town, await town.login(HEAD), HEAD, WORKER)])
    async with town.deployment.write() as work:
        assert (await end_posts(work, operator(), [PostEnd(post_id=town.posts[HEAD])]))[0].accepted
    assert (await town.login(WORKER)).post_ids == (town.posts[WORKER],)
