"""Development sign-in: tokens that `wangge demo` makes and the service accepts where `development_sign_in` is on.

They are JWTs signed with a random key that stays in the data folder. Who signs in to a real service is told by its own issuer.
"""

import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import OctKey

from wangge_core.errors import WanggeError

ISSUER = "wangge-development"
ALGORITHM = "HS256"
LIFETIME_SECONDS = 30 * 24 * 3600
KEY_FILE = "development.key"
TOKENS_FILE = "tokens.json"
KEY_BYTES = 32


class SignInError(WanggeError):
    """A token is not accepted. `reason` says why: TOKEN_EXPIRED, TOKEN_NOT_YET_VALID, TOKEN_OF_OTHER_ISSUER or TOKEN_INVALID."""

    code = "UNAUTHENTICATED"

    def __init__(self, reason: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


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


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom a token was made for, and until when (seconds since 1970) it is good."""

    login: str
    until: float


def verify(token: str, key: bytes, *, now: int | None = None) -> SignedIn:
    """Whom a token was made for. Raises SignInError."""
    wanted = jwt.JWTClaimsRegistry(
        now=now, iss={"essential": True, "value": ISSUER}, sub={"essential": True}, exp={"essential": True}
    )
    try:
        claims = jwt.decode(token, OctKey.import_key(key), algorithms=[ALGORITHM]).claims
        wanted.validate(claims)
    except ExpiredTokenError:
        raise SignInError("TOKEN_EXPIRED", "this token has expired.", hint="Run `wangge demo` again for new ones.") from None
    except InvalidClaimError as error:
        raise _wrong_claim(error.claim) from None
    except (JoseError, ValueError) as error:
        raise SignInError("TOKEN_INVALID", f"this token is not accepted: {_named(error)}.") from None
    return SignedIn(str(claims["sub"]), float(claims["exp"]))


def _named(error: Exception) -> str:
    """What is wrong, without a word of the token itself."""
    return error.error.replace("_", " ") if isinstance(error, JoseError) else "it is no JWT"


def _wrong_claim(claim: str) -> SignInError:
    if claim in ("nbf", "iat"):
        return SignInError("TOKEN_NOT_YET_VALID", "this token is not valid yet.", hint="Compare the clocks of both machines.")
    if claim == "iss":
        return SignInError("TOKEN_OF_OTHER_ISSUER", "this token comes from another issuer.", hint=f"Only {ISSUER} is accepted.")
    return SignInError("TOKEN_INVALID", f"the token's claim {claim!r} is wrong.")
