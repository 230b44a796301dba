"""Attacks on sign-in: tokens, keys and devices that are not good. All are refused alike; nothing of them is echoed or logged."""

import base64
import hmac
import itertools
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from issuing import AUDIENCE, TestIssuer, encoded, issuing, unsigned
from joserfc.jwk import ECKey, OKPKey, RSAKey
from live_clients import Closed, socket
from starlette.applications import Starlette

from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts, disable_accounts
from wangge_core.accounts.api_keys import NewApiKey, create_api_keys
from wangge_core.accounts.credentials import make_credential
from wangge_core.accounts.devices import NewDevice, enroll_devices
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import operator
from wangge_server import viewers
from wangge_server.app import create_app
from wangge_server.settings import Settings

pytestmark = pytest.mark.anyio

WORKER, GONE = f"community.grid_worker@{GRIDS['urban']}", f"community.grid_chief@{GRIDS['urban']}"
WHO = "{ viewer { signedIn account { login } } persons { totalCount } }"
LEAST = 90


@pytest.fixture
def issuer() -> Iterator[TestIssuer]:
    with issuing() as issuer:
        issuer.rotate(RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True))
        yield issuer


@pytest.fixture
async def app(town: Town, tmp_path: Path, issuer: TestIssuer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Starlette]:
    monkeypatch.setattr(viewers, "RIGHTS_KEPT_SECONDS", 0.0)
    url = town.deployment.url.render_as_string(hide_password=False)
    algorithms = {"algorithms": ("RS256", "ES256")}
    settings = Settings(
        data_folder=str(tmp_path), database=url, issuers=(issuer.settings(**algorithms),), failed_sign_ins_per_minute=10**6
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


async def ask(app: Starlette, authorization: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town") as client:
        shown = {"Authorization": authorization.encode("latin-1", "replace")} | {  # type: ignore[dict-item]
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return await client.post("/graphql", json={"query": WHO}, headers=shown)


def signed(key: Any, header: dict[str, Any], claims: dict[str, Any], sign: Any = None) -> str:
    """A token with any header at all, which no library would make; `sign` makes the signature of the text."""
    text = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{text}.{encoded(sign(text.encode()) if sign else rs256(key, text.encode()))}"


def rs256(key: RSAKey, text: bytes) -> bytes:
    return key.private_key.sign(text, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr]


def tokens(issuer: TestIssuer) -> Iterator[tuple[str, str]]:
    """Tokens that are not good, each with what is wrong with it."""
    now, right = int(time.time()), issuer.keys[0]
    claims = {"iss": issuer.url, "sub": WORKER, "aud": AUDIENCE, "iat": now, "exp": now + 300}
    mine = RSAKey.generate_key(2048, {"use": "sig", "kid": right.kid})
    public = right.as_dict(private=False)
    good = issuer.token(WORKER, alg="RS256")
    head, body, signature = good.split(".")
    yield "alg none", unsigned(claims)
    for spelt in ("None", "NONE", "nOnE", "", "hs256", "RS256 ", "ES256K", "PS256", "dir", "RSA1_5", None, 5, ["RS256"]):
        for end in ("", signature):
            yield f"alg {spelt}", f"{encoded(json.dumps({'alg': spelt, 'typ': 'JWT', 'kid': right.kid}).encode())}.{body}.{end}"
    for secret in (right.as_pem(private=False), json.dumps(public).encode(), public["n"].encode(), b"", b"secret"):
        for alg, digest in (("HS256", "sha256"), ("HS512", "sha512")):
            header = {"alg": alg, "typ": "JWT", "kid": right.kid}
            yield (
                f"{alg} with what is public",
                signed(None, header, claims, lambda text, s=secret, d=digest: hmac.digest(s, text, d)),
            )
    other = {"jwk": mine.as_dict(private=False), "jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/x5u"}
    for name, value in other.items():
        yield f"{name} of the attacker", signed(mine, {"alg": "RS256", "typ": "JWT", name: value}, claims)
        yield f"{name} and the right kid", signed(mine, {"alg": "RS256", "typ": "JWT", "kid": right.kid, name: value}, claims)
    yield (
        "x5c of the attacker",
        signed(mine, {"alg": "RS256", "x5c": [base64.b64encode(b"0" * 90).decode()], "kid": right.kid}, claims),
    )
    for kid in ("../../../dev/null", "' OR 1=1 --", "0", "", "\x00", "k" * 3000, 1, None, {"a": 1}, f"{right.kid} "):
        yield f"kid {kid!r:.20}", signed(mine, {"alg": "RS256", "typ": "JWT", "kid": kid}, claims)
    yield (
        "crit that is not known",
        signed(right, {"alg": "RS256", "typ": "JWT", "kid": right.kid, "crit": ["town"], "town": 1}, claims),
    )
    yield "b64 false", signed(right, {"alg": "RS256", "kid": right.kid, "crit": ["b64"], "b64": False}, claims)
    for typ in ("logout+jwt", "JWE", "dpop+jwt", "secevent+jwt", 1):
        yield f"typ {typ}", signed(right, {"alg": "RS256", "typ": typ, "kid": right.kid}, claims)
    wrong: dict[str, dict[str, Any]] = {
        "of another issuer": {"iss": "https://elsewhere.example"}, "issuer with a slash": {"iss": f"{issuer.url}/"},
        "issuer in a list": {"iss": [issuer.url]}, "of no issuer": {"iss": None}, "other audience": {"aud": "other"},
        "no audience": {"aud": None}, "audience that begins so": {"aud": f"{AUDIENCE}x"}, "audience in an object": {"aud": {"wangge": 1}},
        "expired": {"iat": now - 900, "exp": now - 600}, "without an end": {"exp": None}, "end in words": {"exp": "never"},
        "end in a list": {"exp": [now + 300]}, "endless": {"exp": 10**18}, "infinite": {"exp": 1e308}, "too long": {"exp": now + 10**7},
        "not yet valid": {"nbf": now + 600}, "issued later": {"iat": now + 600, "exp": now + 900}, "without a beginning": {"iat": None},
        "begun before time": {"iat": -(10**12)}, "of nobody": {"sub": None}, "of an empty name": {"sub": ""}, "of a number": {"sub": 1},
        "of a list": {"sub": [WORKER]}, "of a stranger": {"sub": "stranger"}, "of a removed account": {"sub": GONE},
        "of a machine": {"sub": "sensors"}, "with NUL": {"sub": f"{WORKER}\0"}, "in other letters": {"sub": WORKER.upper()},
        "with a space": {"sub": f"{WORKER} "}, "with a quote": {"sub": "' OR '1'='1"}, "operator": {"sub": "operator"},
    }  # fmt: skip
    for what, more in wrong.items():
        given = {name: value for name, value in (claims | more).items() if value is not None}
        yield what, signed(right, {"alg": "RS256", "typ": "JWT", "kid": right.kid}, given)
    for what, key in (("EC", ECKey.generate_key("P-256")), ("Ed25519", OKPKey.generate_key("Ed25519"))):
        yield f"{what} key of the attacker", f"{head}.{body}.{encoded(repr(key.as_dict()).encode())[:86]}"
    for at in (0, 5, -1):
        yield (
            f"signature changed at {at}",
            f"{head}.{body}.{signature[:at]}{'A' if signature[at] != 'A' else 'B'}{signature[at + 1 :] if at >= 0 else ''}",
        )
    changed = encoded(json.dumps(claims | {"sub": "community.auditor@999901"}).encode())
    yield "another body", f"{head}.{changed}.{signature}"
    yield "no signature", f"{head}.{body}."
    yield "two parts", f"{head}.{body}"
    yield "five parts", f"{good}.{body}.{signature}"
    yield "in JSON", json.dumps({"payload": body, "signatures": [{"protected": head, "signature": signature}]})
    yield "padded", f"{head}=.{body}==.{signature}="
    yield "twice", f"{good},{good}"
    yield "oversized", f"{head}.{encoded(json.dumps(claims | {'x': 'y' * 9000}).encode())}.{signature}"
    yield "body that is a list", f"{head}.{encoded(b'[1]')}.{signature}"
    yield "body of deep lists", f"{head}.{encoded(b'[' * 3000)}.{signature}"
    yield "no letters", "\x7f\x01..."


async def machines(town: Town) -> dict[str, str]:
    """Keys that are not good: run out, of a closed account, with other scopes in them, and made up."""
    async with town.deployment.write() as work:
        (account, closed) = ids(
            await create_accounts(work, operator(), [NewAccount(login=one, name="M", machine=True) for one in ("sensors", "old")])
        )
        posts = [
            NewPost(account_id=one, role_id="community.community_officer", grid_id=town.grids[COMMUNITY])
            for one in (account, closed)
        ]
        ids(await assign_posts(work, operator(), posts))
        until = work.now + timedelta(days=1)
        new = [
            NewApiKey(account_id=one, name="gate", scopes=(Capability.READ_EVENTS,), expires_at=until)
            for one in (account, closed, account)
        ]
        good, of_closed, run_out = await create_api_keys(work, operator(), new)
        await work.run(sa.update(t.api_key).where(t.api_key.c.id == run_out.id).values(expires_at=work.now - timedelta(days=1)))
        await disable_accounts(work, operator(), [closed, (await town.login(GONE)).account_id or 0])
        (device,) = await enroll_devices(work, operator(), [NewDevice(post_id=town.posts[GONE], name="telephone")])
    secret = good.secret or ""
    return {
        "good": secret, "of closed": of_closed.secret or "", "run out": run_out.secret or "",
        "guess": make_credential("wgk", good.id or 0).text,
        "of another row": secret.replace(f"_{good.id}_", f"_{of_closed.id}_"), "device as key": device.secret or "",
        "lower": secret.lower(),
        "cut": secret[:-1], "long": secret + "A", "zero": secret.replace(f"_{good.id}_", f"_0{good.id}_"), "device": device.secret or "",
        "huge": secret.replace(f"_{good.id}_", f"_{'9' * 40}_"), "full width": secret.replace(f"_{good.id}_", "_１_"),
    }  # fmt: skip


async def test_no_sign_in_that_is_not_good_is_taken(
    app: Starlette, town: Town, issuer: TestIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    keys = await machines(town)
    bad = dict(tokens(issuer)) | {f"key {name}": key for name, key in keys.items() if name not in ("good", "device")}
    assert len(bad) >= LEAST
    caplog.set_level(logging.DEBUG, "wangge")
    for what, token in bad.items():
        answer = await ask(app, f"Bearer {token}")
        assert answer.status_code == 401, (what, answer.status_code, answer.text)
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED", what
        for part in (one for one in token.split(".") if len(one) > 12):
            assert part not in answer.text + caplog.text, what
    print(f"tokens and keys: {len(bad)} attacks")
    assert GONE not in caplog.text
    good = await ask(app, f"Bearer {issuer.token(WORKER, alg='RS256')}")
    assert good.json()["data"]["viewer"]["account"] == {"login": WORKER}


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "bearer bearer", "Token", ""])
async def test_other_schemes_are_no_way_round(app: Starlette, issuer: TestIssuer, scheme: str) -> None:
    token = issuer.token(WORKER, alg="RS256")
    answer = await ask(app, f"{scheme} {token}".strip())
    assert answer.status_code == 401
    assert token not in answer.text


async def test_a_device_of_another_is_refused(app: Starlette, town: Town, issuer: TestIssuer) -> None:
    secret = (await machines(town))["device"]
    answer = await ask(app, f"Bearer {issuer.token(WORKER, alg='RS256')}", Wangge_Device=secret)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["reason"] == "DEVICE_INVALID"
    assert secret not in answer.text


async def test_a_key_has_its_scopes_and_none_that_a_request_claims(app: Starlette, town: Town) -> None:
    key = (await machines(town))["good"]
    for name, value in (
        ("X-Scopes", "READ_PEOPLE"),
        ("Wangge-Scopes", "READ_PEOPLE"),
        ("Wangge-Purpose", "VISIT"),
        ("X-User", "operator"),
    ):
        answer = await ask(app, f"Bearer {key}", **{name.replace("-", "_"): value})
        assert answer.json()["data"]["persons"]["totalCount"] == 0


async def test_no_live_connection_begins_with_a_bad_token(app: Starlette, issuer: TestIssuer) -> None:
    names = (
        "alg none",
        "expired",
        "not yet valid",
        "HS256 with what is public",
        "of a stranger",
        "other audience",
        "another body",
        "crit that is not known",
    )
    bad = dict(tokens(issuer))
    for name in names:
        async with socket(app) as client:
            await client.say("connection_init", payload={"authorization": f"Bearer {bad[name]}"})
            with pytest.raises(Closed) as caught:
                while True:
                    assert (await client.hear())["type"] != "connection_ack", name
            assert caught.value.code == 4403, name
            assert not any(part in caught.value.reason for part in itertools.islice(bad[name].split("."), 3) if part)
