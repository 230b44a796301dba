"""Tokens: JWTs that issuers sign. What is checked: form, issuer, algorithm, key, signature, audience, times, and who it was made for."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import orjson
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from wangge_server.sign_in.errors import SignInError, expired, invalid, no_sign_in, not_yet_valid, other_issuer
from wangge_server.sign_in.issuers import Issuer
from wangge_server.sign_in.keys import IssuerKeys

MOST_TOKEN_BYTES = 8_192
TYPES = {"", "jwt", "at+jwt", "application/at+jwt"}
"""What the header may call an access or ID token (RFC 9068); a logout token, say, is no token to sign in with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Whom a token or key was made for. Times are seconds since 1970: until when it is good, and when it was issued.

    `issuer` is the settings of who made the token, None for the demo's own and for keys; `name` what that one calls the person.
    """

    login: str
    until: float
    issued_at: float | None = None
    issuer: Issuer | None = None
    name: str = ""
    key_id: int | None = None


class Checking(Protocol):
    """Checks the tokens of one issuer."""

    async def check(self, token: str, now: float) -> SignedIn:
        """Whom the token was made for. Raises SignInError."""
        ...


class Tokens:
    """Checks tokens, each by the one that knows its issuer."""

    def __init__(self, known: Mapping[str, Checking]) -> None:
        self._known = known

    @property
    def issuers(self) -> int:
        """How many issuers there are."""
        return len(self._known)

    async def check(self, token: str, now: float) -> SignedIn:
        """Whom a token was made for. Raises SignInError."""
        if not self._known:
            raise no_sign_in()
        if len(token) > MOST_TOKEN_BYTES:
            raise invalid("it is too large")
        issuer = _part(token, 1).get("iss")
        if not isinstance(issuer, str):
            raise invalid("it names no issuer")
        if (checking := self._known.get(issuer)) is None:
            raise other_issuer()
        return await checking.check(token, now)


def _part(token: str, number: int) -> dict[str, Any]:
    """A part of a token before anything of it is believed. Raises SignInError."""
    parts = token.split(".")
    try:
        found = orjson.loads(urlsafe_b64decode(parts[number].encode("ascii"))) if len(parts) == 3 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise invalid("it is no JWT")
    return cast("dict[str, Any]", found)


class _Headers(JWSRegistry):
    """Headers may name more than joserfc knows, such as a chain of certificates, which nobody looks at."""

    max_header_length = 4_096

    def __init__(self, algorithms: Iterable[str]) -> None:
        super().__init__(algorithms=list(algorithms), strict_check_header=False)


class RemoteTokens:
    """Checks the tokens of an issuer by its public keys."""

    def __init__(self, issuer: Issuer, keys: IssuerKeys) -> None:
        self._issuer = issuer
        self._keys = keys

    async def check(self, token: str, now: float) -> SignedIn:
        header = _part(token, 0)
        algorithm, kid, type = header.get("alg"), header.get("kid"), header.get("typ", "")
        if algorithm not in self._issuer.algorithms:
            raise invalid("its algorithm is not one that its issuer may use")
        if not isinstance(kid, str | None) or not isinstance(type, str) or type.lower() not in TYPES:
            raise invalid("it is no token to sign in with")
        return self._signed_in(self._claims(token, await self._keys.find(kid, str(algorithm)), now))

    def _claims(self, token: str, key: Key, now: float) -> Mapping[str, Any]:
        """The claims of a token whose signature and times hold. Raises SignInError."""
        issuer = self._issuer
        wanted = jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=issuer.leeway_seconds,
            iss={"essential": True, "value": issuer.issuer},
            aud={"essential": True, "value": issuer.audience},
            exp={"essential": True},
            iat={"essential": True},
        )
        return checked_claims(token, key, issuer.algorithms, wanted)

    def _signed_in(self, claims: Mapping[str, Any]) -> SignedIn:
        issuer, login, name = self._issuer, claims.get(self._issuer.login_claim), claims.get(self._issuer.name_claim)
        until, issued_at = _seconds(claims, "exp"), _seconds(claims, "iat")
        if not isinstance(login, str) or not login:
            raise invalid(f"it lacks the claim {issuer.login_claim}")
        if until - issued_at > issuer.most_lifetime_seconds:
            raise SignInError("TOKEN_TOO_LONG", f"this token is good for longer than {issuer.most_lifetime_seconds} seconds.")
        return SignedIn(
            login=issuer.login_prefix + login,
            until=until + issuer.leeway_seconds,
            issued_at=issued_at,
            issuer=issuer,
            name=name if isinstance(name, str) else "",
        )


def checked_claims(token: str, key: Key, algorithms: Iterable[str], wanted: jwt.JWTClaimsRegistry) -> Mapping[str, Any]:
    """The claims of a token, once its signature and they are found good. Raises SignInError."""
    try:
        claims = jwt.decode(token, key, registry=_Headers(algorithms)).claims
        wanted.validate(claims)
    except ExpiredTokenError:
        raise expired() from None
    except MissingClaimError as error:
        raise invalid(f"it lacks a claim ({error.claim})") from None
    except InvalidClaimError as error:
        raise _wrong_claim(error.claim) from None
    except JoseError as error:
        raise invalid(error.error.replace("_", " ")) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise invalid("it is no JWT") from None
    return claims


def _seconds(claims: Mapping[str, Any], claim: str) -> float:
    try:
        return float(claims[claim])
    except OverflowError:
        raise invalid(f"its claim {claim} is wrong") from None


def _wrong_claim(claim: str) -> SignInError:
    match claim:
        case "nbf" | "iat":
            return not_yet_valid()
        case "iss":
            return other_issuer()
        case "aud":
            return SignInError("TOKEN_FOR_OTHERS", "this token was made for another service.", guessed=True)
        case _:
            return invalid(f"its claim {claim} is wrong")


def open_tokens(issuers: Iterable[Issuer], *, clock: Callable[[], float] = time.monotonic) -> Tokens:
    """What checks the tokens of these issuers."""
    return Tokens({one.issuer: RemoteTokens(one, IssuerKeys(one, clock=clock)) for one in issuers})
