"""Viewers are kept for at most five seconds and tokens until they expire."""

import asyncio
from pathlib import Path

import pytest

from statements import counted
from towns import GRIDS, Town
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import operator
from wangge_server.sign_in import ISSUER, LIFETIME_SECONDS, SignInError, make_token, read_key
from wangge_server.sign_in.development import DevelopmentTokens
from wangge_server.sign_in.tokens import Tokens
from wangge_server.viewers import RIGHTS_KEPT_SECONDS, Recent, Viewers

pytestmark = pytest.mark.anyio

LOGIN = f"community.grid_worker@{GRIDS['urban']}"


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def key(tmp_path: Path) -> bytes:
    return read_key(tmp_path)


@pytest.fixture
def viewers(town: Town, key: bytes, clock: Clock) -> Viewers:
    return Viewers(town.deployment, Tokens({ISSUER: DevelopmentTokens(key)}), clock=clock)


@pytest.fixture
def token(key: bytes, clock: Clock) -> str:
    return make_token(LOGIN, key, now=int(clock.now))


async def end_the_post(town: Town) -> None:
    async with town.deployment.write() as work:
        (outcome,) = await end_posts(work, operator(), [PostEnd(post_id=town.posts[LOGIN])])
    assert not outcome.refusals


async def test_a_change_of_rights_holds_after_five_seconds(town: Town, viewers: Viewers, token: str, clock: Clock) -> None:
    assert (await viewers.of_token(token, "zh")).posts
    await end_the_post(town)
    clock.now += RIGHTS_KEPT_SECONDS - 0.001
    assert (await viewers.of_token(token, "zh")).posts  # kept, or this test would show nothing
    clock.now += 0.001
    assert not (await viewers.of_token(token, "zh")).posts


async def test_a_clock_that_is_set_back_does_not_lengthen_rights(town: Town, viewers: Viewers, token: str, clock: Clock) -> None:
    assert (await viewers.of_token(token, "zh")).posts
    await end_the_post(town)
    clock.now -= 3600
    assert not (await viewers.of_token(token, "zh")).posts


async def test_each_language_has_its_viewer(viewers: Viewers, token: str) -> None:
    assert (await viewers.of_token(token, "zh")).language == "zh"
    assert (await viewers.of_token(token, "en")).language == "en"


async def test_a_token_that_was_good_is_refused_when_it_expires(viewers: Viewers, token: str, clock: Clock) -> None:
    await viewers.of_token(token, "zh")
    clock.now += LIFETIME_SECONDS - 1
    await viewers.of_token(token, "zh")
    clock.now += 1
    with pytest.raises(SignInError) as refused:
        await viewers.of_token(token, "zh")
    assert refused.value.reason == "TOKEN_EXPIRED"


async def test_an_account_that_is_not_there_is_asked_for_again(viewers: Viewers, key: bytes, clock: Clock) -> None:
    stranger = make_token("nobody", key, now=int(clock.now))
    for _ in range(2):
        with pytest.raises(SignInError) as refused:
            await viewers.of_token(stranger, "zh")
        assert refused.value.reason == "ACCOUNT_UNKNOWN"


async def test_who_ask_at_once_for_one_viewer_wait_for_one_load(town: Town, viewers: Viewers, token: str, clock: Clock) -> None:
    with counted(town.deployment) as alone:
        await viewers.of_token(token, "zh")
    clock.now += RIGHTS_KEPT_SECONDS
    with counted(town.deployment) as together:
        found = await asyncio.gather(*(viewers.of_token(token, "zh") for _ in range(50)))
    assert together == alone != []
    assert all(one is found[0] for one in found)


async def test_who_gives_up_waiting_does_not_end_the_load_for_the_others(town: Town, viewers: Viewers, token: str) -> None:
    with counted(town.deployment) as statements:
        waiting = [asyncio.create_task(viewers.of_token(token, "zh")) for _ in range(3)]
        await asyncio.sleep(0)  # they have begun
        waiting[0].cancel()
        others = await asyncio.gather(*waiting[1:])
        assert waiting[0].cancelled()
        assert others[0] is others[1] is await viewers.of_token(token, "zh")
    assert statements.count(statements[0]) == 1


async def test_a_load_that_fails_fails_for_all_who_wait_and_is_begun_anew(
    town: Town, viewers: Viewers, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(town.deployment, "read", lambda: 1 / 0)
        found = await asyncio.gather(*(viewers.of_token(token, "zh") for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [ZeroDivisionError] * 3
    assert (await viewers.of_token(token, "zh")).posts


async def test_a_load_that_takes_longer_than_rights_are_kept_is_joined_no_more(
    town: Town, viewers: Viewers, token: str, clock: Clock
) -> None:
    early = asyncio.create_task(viewers.of_token(token, "zh"))
    await asyncio.sleep(0)
    clock.now += RIGHTS_KEPT_SECONDS
    late = await viewers.of_token(token, "zh")
    assert late is not await early


async def test_without_sign_in_no_token_is_accepted(town: Town, token: str, clock: Clock) -> None:
    viewers = Viewers(town.deployment, clock=clock)
    for header in (f"Bearer {token}", "Basic dXNlcjpwYXNz"):
        with pytest.raises(SignInError):
            await viewers.of_header(header.encode(), "zh")
    assert (await viewers.of_header(b"", "en")).language == "en"


def test_what_was_not_asked_for_longest_makes_room() -> None:
    recent = Recent[str, int](2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c"), len(recent)) == (1, None, 3, 2)
