"""Development sign-in: which tokens are accepted, and why others are not."""

import base64
import json
import stat
import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from wangge_server.sign_in import (
    ISSUER,
    KEY_FILE,
    LIFETIME_SECONDS,
    TOKENS_FILE,
    SignInError,
    make_token,
    make_tokens,
    read_key,
    verify,
)

KEY = bytes(range(32))


def reason_for(token: str, *, key: bytes = KEY, now: int | None = None) -> str:
    with pytest.raises(SignInError) as caught:
        verify(token, key, now=now)
    assert caught.value.code == "UNAUTHENTICATED"
    assert token not in caught.value.message
    return caught.value.reason


def signed(**claims: object) -> str:
    at = int(time.time())
    given = {"iss": ISSUER, "sub": "grid_worker.001", "iat": at, "exp": at + 60} | claims
    return jwt.encode({"alg": "HS256"}, {name: value for name, value in given.items() if value is not None}, OctKey.import_key(KEY))


def test_a_token_says_who_is_signed_in() -> None:
    assert verify(make_token("grid_worker.001", KEY), KEY).login == "grid_worker.001"


def test_a_token_is_good_for_thirty_days() -> None:
    token = make_token("grid_worker.001", KEY, now=1_800_000_000)
    signed_in = verify(token, KEY, now=1_800_000_000 + LIFETIME_SECONDS - 1)
    assert (signed_in.login, signed_in.until) == ("grid_worker.001", 1_800_000_000 + LIFETIME_SECONDS)
    assert reason_for(token, now=1_800_000_000 + LIFETIME_SECONDS) == "TOKEN_EXPIRED"


def test_a_token_that_is_not_yet_valid_is_refused() -> None:
    assert reason_for(make_token("a", KEY, now=1_800_000_000), now=1_700_000_000) == "TOKEN_NOT_YET_VALID"
    assert reason_for(signed(nbf=int(time.time()) + 600)) == "TOKEN_NOT_YET_VALID"


def test_a_token_of_another_issuer_is_refused() -> None:
    assert reason_for(signed(iss="https://elsewhere.example")) == "TOKEN_OF_OTHER_ISSUER"


@pytest.mark.parametrize("claim", ["iss", "sub", "exp"])
def test_a_token_without_a_claim_that_it_needs_is_refused(claim: str) -> None:
    assert reason_for(signed(**{claim: None})) == "TOKEN_INVALID"


def test_a_token_of_another_key_is_refused() -> None:
    assert reason_for(make_token("a", bytes(32))) == "TOKEN_INVALID"


def test_an_unsigned_token_is_refused() -> None:
    parts = ({"alg": "none", "typ": "JWT"}, {"iss": ISSUER, "sub": "district_administrator.001", "exp": 4_000_000_000})
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    assert reason_for(f"{head}.{body}.") == "TOKEN_INVALID"


def test_another_algorithm_is_refused() -> None:
    token = jwt.encode(
        {"alg": "HS384"}, {"iss": ISSUER, "sub": "a", "exp": 4_000_000_000}, OctKey.import_key(KEY), algorithms=["HS384"]
    )
    assert reason_for(token) == "TOKEN_INVALID"


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "令牌", "a.b.c.d.e"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(SignInError):
        verify(text, KEY)


def test_a_folder_keeps_one_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    key = read_key(tmp_path)
    assert len(key) == 32
    assert read_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_tokens_are_kept_by_role_in_a_file(tmp_path: Path) -> None:
    tokens = make_tokens(tmp_path, {"district": "district_administrator.001"})
    kept = tmp_path / TOKENS_FILE
    assert json.loads(kept.read_text()) == tokens
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert verify(tokens["district"], read_key(tmp_path)).login == "district_administrator.001"
