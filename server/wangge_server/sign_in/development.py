"""Development sign-in: tokens that `wangge demo` makes and the service accepts where `development_sign_in` is on.

They are JWTs signed with a random key that stays in the data folder. It is for the demo's town alone: `checks.py` refuses all else.
"""

import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path

import orjson
from joserfc import jwt
from joserfc.jwk import OctKey

from wangge_server.sign_in.tokens import SignedIn, checked_claims

ISSUER = "wangge-development"
ALGORITHM = "HS256"
LIFETIME_SECONDS = 30 * 24 * 3600
KEY_FILE = "development.key"
TOKENS_FILE = "tokens.json"
KEY_BYTES = 32


def read_key(folder: Path) -> bytes:
    """The key of this data folder; made when there is none, readable by its owner only."""
    path = folder / KEY_FILE
    folder.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(file, "wb") as writing:
        writing.write(secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()


def make_token(login: str, key: bytes, *, now: int | None = None) -> str:
    """A token with which `login` is signed in for thirty days."""
    at = int(time.time()) if now is None else now
    claims = {"iss": ISSUER, "sub": login, "iat": at, "exp": at + LIFETIME_SECONDS}
    return jwt.encode({"alg": ALGORITHM}, claims, OctKey.import_key(key))


def make_tokens(folder: Path, logins: Mapping[str, str]) -> dict[str, str]:
    """A token for each login, by the same names, also written to `tokens.json`."""
    key = read_key(folder)
    tokens = {name: make_token(login, key) for name, login in logins.items()}
    path = folder / TOKENS_FILE
    path.touch(mode=0o600)
    path.write_bytes(orjson.dumps(tokens, option=orjson.OPT_INDENT_2))
    return tokens


class DevelopmentTokens:
    """Checks the demo's tokens."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    async def check(self, token: str, now: float) -> SignedIn:
        return verify(token, self._key, now=int(now))


def verify(token: str, key: bytes, *, now: int | None = None) -> SignedIn:
    """Whom a token was made for. Raises SignInError."""
    wanted = jwt.JWTClaimsRegistry(
        now=now, iss={"essential": True, "value": ISSUER}, sub={"essential": True}, exp={"essential": True}, iat={"essential": True}
    )
    claims = checked_claims(token, OctKey.import_key(key), [ALGORITHM], wanted)
    return SignedIn(login=str(claims["sub"]), until=float(claims["exp"]), issued_at=float(claims["iat"]))
