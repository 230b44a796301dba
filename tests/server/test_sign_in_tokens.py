"""Tokens of an issuer: which are accepted, why others are not, and how its keys are come by."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from issuing import AUDIENCE, TestIssuer, issuing, unsigned
from joserfc.jwk import ECKey, OKPKey, RSAKey

from wangge_server.sign_in import SignInError
from wangge_server.sign_in.errors import SignInUnavailableError
from wangge_server.sign_in.keys import FRESH_SECONDS, KEPT_SECONDS, MOST_BYTES, PAUSE_SECONDS, FetchError, IssuerKeys, fetch_keys
from wangge_server.sign_in.tokens import RemoteTokens, SignedIn, Tokens, open_tokens

pytestmark = pytest.mark.anyio


class Clock:
    """A clock of seconds that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[TestIssuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(issuer: TestIssuer, clock: Clock) -> Tokens:
    return open_tokens([issuer.settings()], clock=clock)


async def check(tokens: Tokens, token: str) -> SignedIn:
    return await tokens.check(token, time.time())


async def reason(tokens: Tokens, token: str) -> str:
    with pytest.raises(SignInError) as caught:
        await check(tokens, token)
    for part in filter(None, token.split(".")):
        assert part not in caught.value.message + caught.value.hint
    return caught.value.reason


async def test_a_token_says_who_is_signed_in_and_until_when(issuer: TestIssuer, tokens: Tokens) -> None:
    at = int(time.time())
    found = await check(tokens, issuer.token("li", at=at, name="Li Heron"))
    assert (found.login, found.name, found.until, found.issued_at) == ("li", "Li Heron", at + 300, at)


async def test_the_audience_may_be_one_of_several(issuer: TestIssuer, tokens: Tokens) -> None:
    assert (await check(tokens, issuer.token(aud=["other", AUDIENCE]))).login == "li"


async def test_the_login_is_another_claim_with_a_prefix(issuer: TestIssuer, clock: Clock) -> None:
    tokens = open_tokens([issuer.settings(login_claim="preferred_username", login_prefix="water.")], clock=clock)
    assert (await check(tokens, issuer.token("248289761001", preferred_username="li"))).login == "water.li"
    assert await reason(tokens, issuer.token("248289761001")) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    ("alg", "key"),
    [("RS256", RSAKey.generate_key(2048)), ("PS256", RSAKey.generate_key(2048)), ("Ed25519", OKPKey.generate_key("Ed25519"))],
    ids=["RS256", "PS256", "Ed25519"],
)
async def test_other_signatures_are_checked_too(issuer: TestIssuer, tokens: Tokens, alg: str, key: Any) -> None:
    key.ensure_kid()
    issuer.rotate(key)
    assert (await check(tokens, issuer.token(alg=alg))).login == "li"


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [
        ({"exp": int(time.time()) - 1, "iat": int(time.time()) - 60}, "TOKEN_EXPIRED"),
        ({"nbf": int(time.time()) + 86_400}, "TOKEN_NOT_YET_VALID"),
        ({"iat": int(time.time()) + 86_400}, "TOKEN_NOT_YET_VALID"),
        ({"iss": "https://elsewhere.example"}, "TOKEN_OF_OTHER_ISSUER"),
        ({"aud": "another-service"}, "TOKEN_FOR_OTHERS"),
        ({"exp": int(time.time()) + 30 * 24 * 3600}, "TOKEN_TOO_LONG"),
        ({"exp": None}, "TOKEN_INVALID"),
        ({"exp": "soon"}, "TOKEN_INVALID"),
        ({"exp": 10**400}, "TOKEN_INVALID"),
        ({"iat": None}, "TOKEN_INVALID"),
        ({"aud": None}, "TOKEN_INVALID"),
        ({"iss": None}, "TOKEN_INVALID"),
        ({"sub": None}, "TOKEN_INVALID"),
        ({"sub": 7}, "TOKEN_INVALID"),
        ({"typ": "logout+jwt"}, "TOKEN_INVALID"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(f"{name}_{type(one).__name__}" for name, one in value.items()),
)
async def test_a_token_with_wrong_claims_is_refused(
    issuer: TestIssuer, tokens: Tokens, claims: dict[str, Any], wanted: str
) -> None:
    assert await reason(tokens, issuer.token(**claims)) == wanted


async def test_a_difference_of_clocks_is_borne_within_the_leeway(issuer: TestIssuer, clock: Clock) -> None:
    tokens, now = open_tokens([issuer.settings(leeway_seconds=60)], clock=clock), time.time()
    token = issuer.token(at=now + 50, exp=now + 100)
    assert (await tokens.check(token, now)).until == pytest.approx(now + 160)
    with pytest.raises(SignInError):
        await tokens.check(token, now + 170)


async def test_an_unsigned_token_is_refused(issuer: TestIssuer, tokens: Tokens) -> None:
    now = int(time.time())
    token = unsigned({"iss": issuer.url, "aud": AUDIENCE, "sub": "li", "iat": now, "exp": now + 60})
    assert await reason(tokens, token) == "TOKEN_INVALID"
    assert issuer.asked == 0


async def test_a_public_key_is_no_shared_secret(issuer: TestIssuer, tokens: Tokens) -> None:
    issuer.rotate(RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True))
    assert await reason(tokens, issuer.confused()) == "TOKEN_INVALID"
    assert issuer.asked == 0


async def test_a_tampered_token_is_refused(issuer: TestIssuer, tokens: Tokens) -> None:
    head, _, signature = issuer.token("li").split(".")
    _, body, _ = issuer.token("district_administrator").split(".")
    assert await reason(tokens, f"{head}.{body}.{signature}") == "TOKEN_INVALID"


async def test_a_token_of_a_key_that_the_issuer_never_had_is_refused(issuer: TestIssuer, tokens: Tokens) -> None:
    strange = ECKey.generate_key("P-256", auto_kid=True)
    assert await reason(tokens, issuer.token(key=strange)) == "TOKEN_KEY_UNKNOWN"
    assert await reason(tokens, issuer.token(key=strange, kid=issuer.keys[0].kid)) == "TOKEN_INVALID"
    assert await reason(tokens, issuer.token(key=strange, kid=None)) == "TOKEN_INVALID"


async def test_an_algorithm_that_is_not_that_of_the_key_is_refused(issuer: TestIssuer, tokens: Tokens) -> None:
    other = RSAKey.generate_key(2048, auto_kid=True)
    assert await reason(tokens, issuer.token(key=other, alg="RS256", kid=issuer.keys[0].kid)) == "TOKEN_INVALID"


async def test_an_algorithm_that_the_settings_leave_out_is_refused(issuer: TestIssuer, clock: Clock) -> None:
    tokens = open_tokens([issuer.settings(algorithms=("RS256",))], clock=clock)
    assert await reason(tokens, issuer.token()) == "TOKEN_INVALID"


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "令牌", "a.b.c.d.e", ".." + "[" * 5_000, "x" * 9_000], ids=range(7))
async def test_what_is_no_token_is_refused(tokens: Tokens, text: str) -> None:
    with pytest.raises(SignInError) as caught:
        await check(tokens, text)
    assert caught.value.reason == "TOKEN_INVALID"


async def test_keys_are_fetched_once_for_all_who_wait(issuer: TestIssuer, tokens: Tokens) -> None:
    found = await asyncio.gather(*(check(tokens, issuer.token(f"worker{number}")) for number in range(20)))
    assert len({one.login for one in found}) == 20
    assert issuer.asked == 1


async def test_a_new_key_of_the_issuer_is_fetched_when_a_token_names_it(issuer: TestIssuer, tokens: Tokens, clock: Clock) -> None:
    old = issuer.token()
    await check(tokens, old)
    issuer.rotate()
    clock.now += PAUSE_SECONDS
    assert (await check(tokens, issuer.token("zhao"))).login == "zhao"
    assert await reason(tokens, old) == "TOKEN_KEY_UNKNOWN"


async def test_unknown_keys_are_not_asked_for_more_often_than_every_half_minute(
    issuer: TestIssuer, tokens: Tokens, clock: Clock
) -> None:
    await check(tokens, issuer.token())
    clock.now += PAUSE_SECONDS
    for _ in range(10):
        assert await reason(tokens, issuer.token(key=ECKey.generate_key("P-256", auto_kid=True))) == "TOKEN_KEY_UNKNOWN"
    assert issuer.asked == 2


async def test_old_keys_are_good_for_a_day_when_no_newer_ones_can_be_had(issuer: TestIssuer, tokens: Tokens, clock: Clock) -> None:
    await check(tokens, issuer.token())
    issuer.fails = True
    clock.now += KEPT_SECONDS - 1
    assert (await check(tokens, issuer.token())).login == "li"
    clock.now += 1 + PAUSE_SECONDS
    with pytest.raises(SignInUnavailableError):
        await check(tokens, issuer.token())
    issuer.fails = False
    clock.now += PAUSE_SECONDS
    assert (await check(tokens, issuer.token())).login == "li"


async def test_keys_that_grow_old_are_fetched_anew_and_nobody_waits(issuer: TestIssuer, clock: Clock) -> None:
    keys = IssuerKeys(issuer.settings(), clock=clock)
    kid = str(issuer.keys[0].kid)
    await keys.find(kid, "ES256")
    clock.now += FRESH_SECONDS + 1
    found = asyncio.create_task(keys.find(kid, "ES256"))
    await asyncio.sleep(0)
    assert found.done()
    assert keys._fetching is not None
    await keys._fetching
    assert issuer.asked == 2


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"keys": 7}', b'{"keys": []}', b'{"keys": [7, {}, {"kty": "oct", "k": "c2VjcmV0"}]}', b" " * (MOST_BYTES + 1)],
    ids=["empty", "list", "number", "none", "useless", "large"],
)
async def test_what_are_no_keys_is_told(issuer: TestIssuer, body: bytes) -> None:
    issuer.body = body
    with pytest.raises(FetchError):
        await fetch_keys(issuer.settings())


async def test_a_short_key_of_rsa_is_not_used(issuer: TestIssuer) -> None:
    with pytest.warns():
        issuer.rotate(RSAKey.generate_key(1024, auto_kid=True))
    with pytest.raises(FetchError):
        await fetch_keys(issuer.settings())


async def test_an_issuer_that_cannot_be_reached_is_told_and_tried_again(clock: Clock, issuer: TestIssuer) -> None:
    token, gone = issuer.token(), issuer.settings(jwks_uri="http://127.0.0.1:1/keys")
    tokens = Tokens({issuer.url: RemoteTokens(gone, IssuerKeys(gone, clock=clock))})
    with pytest.raises(SignInUnavailableError) as caught:
        await check(tokens, token)
    assert caught.value.retry_after_seconds == PAUSE_SECONDS


async def test_a_configuration_of_another_issuer_is_not_believed(issuer: TestIssuer) -> None:
    with pytest.raises(FetchError, match="another issuer"):
        await fetch_keys(issuer.settings(issuer=f"{issuer.url}/"))
