"""Whatever ends a right holds after five seconds in a process that has the viewer kept."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from layered import POLICE, TYPES, add_layers
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.grids.overlays import NewOverlay, NewParts, create_overlays, set_parts
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.delegations import DelegationEnd, NewDelegation, delegate_posts, end_delegations
from wangge_core.rights.grants import AccessGrantClose, NewAccessGrant, close_access_grants, open_access_grants
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.viewers import operator
from wangge_server.sign_in import ISSUER, SignInError, make_token, read_key
from wangge_server.sign_in.development import DevelopmentTokens
from wangge_server.sign_in.tokens import Tokens
from wangge_server.viewers import RIGHTS_KEPT_SECONDS, Viewers

pytestmark = pytest.mark.anyio

DUTY = f"community.duty_officer@{SUBDISTRICT}"
HEAD = f"community.community_head@{COMMUNITY}"
Change = Callable[[], Awaitable[None]]


@pytest.fixture
async def elsewhere(town: Town) -> AsyncIterator[Deployment]:
    """The same database as another process has it open."""
    deployment = Deployment(town.deployment.url, town.deployment.rules)
    yield deployment
    await deployment.close()


async def post_ends(town: Town) -> Change:
    async def end() -> None:
        async with town.deployment.write() as work:
            ids(await end_posts(work, operator(), [PostEnd(post_id=town.posts[DUTY])]))

    return end


async def delegation_ends(town: Town) -> Change:
    duty, now = await town.login(DUTY), town.deployment.clock()
    assert duty.account_id is not None
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).where(t.post.c.id == town.posts[DUTY]).values(ends_at=work.now))
        new = NewDelegation(
            post_id=town.posts[HEAD], account_id=duty.account_id, ends_at=now + timedelta(days=1), reason="at a training"
        )
        (id,) = ids(await delegate_posts(work, operator(), [new]))

    async def end() -> None:
        async with town.deployment.write() as work:
            ids(await end_delegations(work, await town.login(HEAD), [DelegationEnd(delegation_id=id)]))

    return end


async def grant_is_closed(town: Town) -> Change:
    duty = await town.login(DUTY)
    async with town.deployment.write() as work:
        new = NewAccessGrant(grid_id=town.grids[GRIDS["urban"]], reason="the house is on fire")
        (id,) = ids(await open_access_grants(work, duty, [new]))

    async def close() -> None:
        async with town.deployment.write() as work:
            ids(await close_access_grants(work, duty, [AccessGrantClose(grant_id=id)]))

    return close


async def ground_is_taken(town: Town) -> Change:
    """From an overlay's grid, in which the officer holds the only post."""
    duty, urban = await town.login(DUTY), town.grids[GRIDS["urban"]]
    assert duty.account_id is not None
    await add_layers(town, POLICE)
    beat = NewOverlay(layer_id=POLICE, code="B1", name="Beat", type_id=TYPES[POLICE], base_grid_ids=(urban,))
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).where(t.post.c.id == town.posts[DUTY]).values(ends_at=work.now))
        (id,) = ids(await create_overlays(work, operator(), [beat]))
        post = NewPost(account_id=duty.account_id, role_id="community.community_police_officer", grid_id=id)
        ids(await assign_posts(work, operator(), [post]))

    async def take() -> None:
        async with town.deployment.write() as work:
            ids(await set_parts(work, operator(), [NewParts(grid_id=id, base_grid_ids=())]))

    return take


@pytest.mark.parametrize(
    ("prepare", "capability"),
    [
        pytest.param(post_ends, Capability.READ_EVENTS, id="post"),
        pytest.param(delegation_ends, Capability.READ_PEOPLE, id="delegation"),
        pytest.param(grant_is_closed, Capability.READ_PRIVATE, id="grant"),
        pytest.param(ground_is_taken, Capability.READ_EVENTS, id="parts of an overlay"),
    ],
)
async def test_an_ended_right_is_gone_from_another_process_after_five_seconds(
    town: Town, elsewhere: Deployment, tmp_path: Path, prepare: Callable[[Town], Awaitable[Change]], capability: Capability
) -> None:
    change, key, seconds = await prepare(town), read_key(tmp_path), [1_800_000_000.0]
    viewers = Viewers(elsewhere, Tokens({ISSUER: DevelopmentTokens(key)}), clock=lambda: seconds[0])
    token = make_token(DUTY, key, now=int(seconds[0]))
    assert (await viewers.of_token(token, "zh")).scope(capability).paths
    await change()
    seconds[0] += RIGHTS_KEPT_SECONDS
    assert not (await viewers.of_token(token, "zh")).scope(capability).paths


async def test_a_disabled_account_is_refused_by_another_process_after_five_seconds(
    town: Town, elsewhere: Deployment, tmp_path: Path
) -> None:
    key, seconds = read_key(tmp_path), [1_800_000_000.0]
    viewers = Viewers(elsewhere, Tokens({ISSUER: DevelopmentTokens(key)}), clock=lambda: seconds[0])
    token = make_token(DUTY, key, now=int(seconds[0]))
    assert (await viewers.of_token(token, "zh")).posts
    async with town.deployment.write() as work:
        await work.run(sa.update(t.account).where(t.account.c.login == DUTY).values(active=False))
    seconds[0] += RIGHTS_KEPT_SECONDS
    with pytest.raises(SignInError):
        await viewers.of_token(token, "zh")
