"""Sign-in over HTTP and WebSocket: what is refused and how, accounts of issuers, keys, devices, sign-out, and limits on failures."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from issuing import TestIssuer, issuing
from live_clients import Closed, event_source, socket
from starlette.applications import Starlette

from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts, disable_accounts, sign_out_accounts
from wangge_core.accounts.api_keys import ApiKeyRevocation, NewApiKey, create_api_keys, revoke_api_keys
from wangge_core.accounts.credentials import make_credential
from wangge_core.accounts.devices import DeviceRevocation, NewDevice, enroll_devices, revoke_devices
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import operator
from wangge_server import viewers
from wangge_server.app import create_app
from wangge_server.live import revocations
from wangge_server.settings import Settings

pytestmark = pytest.mark.anyio

WORKER = f"community.grid_worker@{GRIDS['urban']}"
WHO = "{ viewer { signedIn account { login name } posts { role { id } } device { name } } }"
FOLLOW = "subscription { eventChanged { change } }"


@pytest.fixture
def issuer() -> Iterator[TestIssuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are looked up for each request, and revocations in each moment."""
    monkeypatch.setattr(viewers, "RIGHTS_KEPT_SECONDS", 0.0)
    monkeypatch.setattr(revocations, "SECONDS_BETWEEN_LOOKS", 0.01)


def settings_of(town: Town, folder: Path, *issuers: Any, **more: Any) -> Settings:
    url = town.deployment.url.render_as_string(hide_password=False)
    return Settings(data_folder=str(folder), database=url, issuers=issuers, **more)


@pytest.fixture
async def app(town: Town, tmp_path: Path, issuer: TestIssuer) -> AsyncIterator[Starlette]:
    app = create_app(settings_of(town, tmp_path, issuer.settings(), failed_sign_ins_per_minute=5))
    async with app.router.lifespan_context(app):
        yield app


async def ask(app: Starlette, authorization: str, address: str = "192.0.2.1", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://town") as client:
        shown = {"Authorization": authorization} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.post("/graphql", json={"query": WHO}, headers=shown)


async def viewer_of(app: Starlette, authorization: str, **headers: str) -> dict[str, Any]:
    answer = await ask(app, authorization, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["viewer"]


async def reason(app: Starlette, authorization: str, **headers: str) -> str:
    """Why a sign-in is refused; every refusal looks the same but for its reason."""
    answer = await ask(app, authorization, **headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    return error["extensions"]["reason"]


async def make_key(town: Town, login: str = "sensors") -> tuple[int, int, str]:
    """A machine's account, its key's id, and the header that shows the key."""
    async with town.deployment.write() as work:
        (account,) = ids(await create_accounts(work, operator(), [NewAccount(login=login, name="Sensors", machine=True)]))
        post = NewPost(account_id=account, role_id="community.community_officer", grid_id=town.grids[COMMUNITY])
        ids(await assign_posts(work, operator(), [post]))
        until = work.now + timedelta(days=1)
        new = NewApiKey(account_id=account, name="gate", scopes=(Capability.READ_EVENTS,), expires_at=until)
        (made,) = await create_api_keys(work, operator(), [new])
    return account, made.id or 0, f"Bearer {made.secret}"


async def enroll(town: Town) -> tuple[int, str]:
    async with town.deployment.write() as work:
        (made,) = await enroll_devices(work, operator(), [NewDevice(post_id=town.posts[WORKER], name="telephone 7")])
    return made.id or 0, made.secret or ""


async def test_a_token_of_the_issuer_signs_its_account_in(app: Starlette, issuer: TestIssuer) -> None:
    found = await viewer_of(app, f"Bearer {issuer.token(WORKER)}")
    assert found["account"]["login"] == WORKER
    assert found["posts"] == [{"role": {"id": "community.grid_worker"}}]


async def test_every_wrong_sign_in_is_401_and_is_logged_without_its_value(
    app: Starlette, town: Town, issuer: TestIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    now = int(time.time())
    _, key, shown = await make_key(town)
    wrong = {
        issuer.token(WORKER, iss="https://elsewhere.example"): "TOKEN_OF_OTHER_ISSUER",
        issuer.token(WORKER, iat=now - 60, exp=now - 30): "TOKEN_EXPIRED",
        issuer.token("nobody"): "ACCOUNT_UNKNOWN",
        issuer.token("sensors"): "ACCOUNT_UNKNOWN",
        issuer.token("no\x00body"): "ACCOUNT_UNKNOWN",
        make_credential("wgk", key).text: "KEY_INVALID",
        make_credential("wgk", 99_999).text: "KEY_INVALID",
        shown.removeprefix("Bearer ")[:-1]: "KEY_INVALID",
        "nonsense": "TOKEN_INVALID",
    }
    with caplog.at_level(logging.INFO):
        for number, (token, wanted) in enumerate(wrong.items()):
            assert await reason(app, f"Bearer {token}", address=f"192.0.2.{number}") == wanted
    assert await reason(app, "Basic dXNlcjpwYXNz", address="192.0.2.99") == "TOKEN_INVALID"
    for token, wanted in wrong.items():
        assert wanted in caplog.text
        assert not any(part in caplog.text for part in token.split(".") if len(part) > 7)


async def test_an_account_is_bound_to_its_issuer(town: Town, tmp_path: Path, issuer: TestIssuer) -> None:
    app = create_app(settings_of(town, tmp_path, issuer.settings()))
    async with app.router.lifespan_context(app):
        await viewer_of(app, f"Bearer {issuer.token(WORKER)}")
    with issuing() as other:
        app = create_app(settings_of(town, tmp_path, issuer.settings(), other.settings(create_accounts=True)))
        async with app.router.lifespan_context(app):
            await viewer_of(app, f"Bearer {issuer.token(WORKER)}")
            assert await reason(app, f"Bearer {other.token(WORKER)}") == "ACCOUNT_OF_OTHER_ISSUER"
            unbound = f"community.grid_worker@{GRIDS['rural']}"
            for one in (issuer, other):
                assert await reason(app, f"Bearer {one.token(unbound)}") == "ACCOUNT_OF_OTHER_ISSUER"


async def test_an_issuer_that_may_make_accounts_makes_them_without_any_post(town: Town, tmp_path: Path, issuer: TestIssuer) -> None:
    app = create_app(settings_of(town, tmp_path, issuer.settings(create_accounts=True)))
    async with app.router.lifespan_context(app):
        tokens = [f"Bearer {issuer.token('li', name='Li Heron', jti=str(number))}" for number in range(5)]
        found = await asyncio.gather(*(viewer_of(app, token) for token in tokens))
        assert await reason(app, f"Bearer {issuer.token('no login!')}") == "ACCOUNT_UNKNOWN"
    assert all(one["account"] == {"login": "li", "name": "Li Heron"} and not one["posts"] for one in found)


async def test_a_sign_out_ends_every_token_that_was_made_before(
    app: Starlette, town: Town, issuer: TestIssuer, at_once: None
) -> None:
    del at_once
    worker = await town.login(WORKER)
    before = issuer.token(WORKER, at=time.time() - 10)
    await viewer_of(app, f"Bearer {before}")
    async with town.deployment.write() as work:
        (done,) = await sign_out_accounts(work, worker, [worker.account_id or 0])
        assert done.accepted
        valid_from = work.now
    assert await reason(app, f"Bearer {before}") == "TOKEN_REVOKED"
    async with town.deployment.write() as work:  # as if a second had passed, so that a new token is newer
        earlier = valid_from - timedelta(seconds=2)
        await work.run(sa.update(t.account).where(t.account.c.id == worker.account_id).values(valid_from=earlier))
    await viewer_of(app, f"Bearer {issuer.token(WORKER)}")


async def test_a_key_signs_a_machine_in_until_it_is_revoked(app: Starlette, town: Town, at_once: None) -> None:
    del at_once
    _, key, shown = await make_key(town)
    assert (await viewer_of(app, shown))["account"]["login"] == "sensors"
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.api_key.c.last_used_on).where(t.api_key.c.id == key)) is not None
    async with town.deployment.write() as work:
        await revoke_api_keys(work, operator(), [ApiKeyRevocation(key_id=key)])
    assert await reason(app, shown) == "KEY_REVOKED"


async def test_a_key_that_has_run_out_is_refused(app: Starlette, town: Town) -> None:
    _, key, shown = await make_key(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.api_key).where(t.api_key.c.id == key).values(expires_at=work.now - timedelta(seconds=1)))
    assert await reason(app, shown) == "KEY_EXPIRED"


async def test_a_key_of_a_closed_account_is_refused(app: Starlette, town: Town, at_once: None) -> None:
    del at_once
    account, _, shown = await make_key(town)
    await viewer_of(app, shown)
    async with town.deployment.write() as work:
        await disable_accounts(work, operator(), [account])
    assert await reason(app, shown) == "ACCOUNT_UNKNOWN"


async def test_a_device_is_told_and_refused_when_it_is_revoked(
    app: Starlette, town: Town, issuer: TestIssuer, at_once: None
) -> None:
    del at_once
    device, secret = await enroll(town)
    token = f"Bearer {issuer.token(WORKER)}"
    assert (await viewer_of(app, token, Wangge_Device=secret))["device"] == {"name": "telephone 7"}
    assert (await viewer_of(app, token))["device"] is None
    assert await reason(app, token, Wangge_Device=make_credential("wgd", device).text) == "DEVICE_INVALID"
    assert await reason(app, token, Wangge_Device="telephone") == "DEVICE_INVALID"
    async with town.deployment.write() as work:
        await revoke_devices(work, operator(), [DeviceRevocation(device_id=device)])
    assert await reason(app, token, Wangge_Device=secret) == "DEVICE_REVOKED"
    assert (await viewer_of(app, token))["device"] is None


async def test_after_many_failures_an_address_waits_and_the_others_do_not(app: Starlette, issuer: TestIssuer) -> None:
    good = f"Bearer {issuer.token(WORKER)}"
    await viewer_of(app, good)
    for number in range(5):
        await reason(app, f"Bearer guess{number}")
    answer = await ask(app, "Bearer guess")
    assert answer.status_code == 429
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_ATTEMPTS"
    assert int(answer.headers["retry-after"]) == 12
    assert (await ask(app, f"Bearer {issuer.token('other')}")).status_code == 429
    await viewer_of(app, good)  # what was found good before is not looked at again
    assert await reason(app, "Bearer guess", address="198.51.100.7") == "TOKEN_INVALID"


async def test_after_many_failures_a_key_waits_from_wherever_it_is_tried(app: Starlette, town: Town) -> None:
    _, key, shown = await make_key(town)
    await viewer_of(app, shown, address="203.0.113.1")
    for number in range(5):
        assert await reason(app, f"Bearer {make_credential('wgk', key).text}", address=f"198.51.100.{number}") == "KEY_INVALID"
    assert (await ask(app, f"Bearer {make_credential('wgk', key).text}", address="198.51.100.99")).status_code == 429
    await viewer_of(app, shown, address="203.0.113.1")


async def test_an_expired_token_is_no_guess(app: Starlette, issuer: TestIssuer) -> None:
    now = int(time.time())
    for number in range(10):
        assert await reason(app, f"Bearer {issuer.token(WORKER, iat=now - 60, exp=now - 30, jti=str(number))}") == "TOKEN_EXPIRED"


async def test_an_issuer_out_of_reach_is_503(town: Town, tmp_path: Path, issuer: TestIssuer) -> None:
    app = create_app(settings_of(town, tmp_path, issuer.settings(jwks_uri="http://127.0.0.1:1/keys")))
    async with app.router.lifespan_context(app):
        answer = await ask(app, f"Bearer {issuer.token(WORKER)}")
        assert answer.status_code == 503
        assert answer.json()["errors"][0]["extensions"]["code"] == "SIGN_IN_UNAVAILABLE"
        assert answer.headers["retry-after"] == "30"


async def closed(client: Any) -> tuple[int, str]:
    with pytest.raises(Closed) as caught:
        while True:
            await client.hear()
    return caught.value.code, caught.value.reason


@pytest.mark.parametrize("what", ["key", "device", "sign_out"])
async def test_a_live_connection_ends_when_its_sign_in_is_revoked(
    app: Starlette, town: Town, issuer: TestIssuer, at_once: None, what: str
) -> None:
    del at_once
    device, secret = await enroll(town)
    _, key, shown = await make_key(town)
    token = f"Bearer {issuer.token(WORKER, at=time.time() - 10)}"
    signs_in = {"authorization": shown} if what == "key" else {"authorization": token, "device": secret}
    wanted = {"key": "KEY_REVOKED", "device": "DEVICE_REVOKED", "sign_out": "TOKEN_REVOKED"}[what]
    headers = {"authorization": signs_in["authorization"]} | ({} if what == "key" else {"wangge_device": secret})
    async with socket(app) as client, event_source(app, {"query": FOLLOW}, **headers) as source:
        await client.sign_in(**signs_in)
        await client.follow("a", FOLLOW)
        assert (await client.changed("a"))["change"] == "STARTED"
        assert (await source.changed())["change"] == "STARTED"
        async with town.deployment.write() as work:
            if what == "key":
                await revoke_api_keys(work, operator(), [ApiKeyRevocation(key_id=key)])
            elif what == "device":
                await revoke_devices(work, operator(), [DeviceRevocation(device_id=device)])
            else:
                await sign_out_accounts(work, operator(), [(await town.login(WORKER)).account_id or 0])
        assert await closed(client) == (4403, wanted)
        assert '"UNAUTHENTICATED"' in (await source.hear())["data"]


async def test_a_live_connection_with_a_key_sees_what_the_key_allows(app: Starlette, town: Town) -> None:
    _, _, shown = await make_key(town)
    async with socket(app) as client:
        await client.sign_in(authorization=shown)
        await client.follow("a", "{ buildings { nodes { name } } events { totalCount } }")
        heard = await client.hear()
        assert heard["payload"]["data"]["buildings"]["nodes"] == []
