"""Keys: the public keys of an issuer, fetched when they are needed, kept, and fetched anew when the issuer changes them.

A fetch has a limit of time and size and follows no redirect. Only tokens that need its result wait for it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from wangge_server.sign_in.errors import SignInError, SignInUnavailableError, invalid
from wangge_server.sign_in.issuers import Issuer, is_loopback, is_safe

FRESH_SECONDS = 600.0
"""After so long the keys are fetched anew, while the old ones go on being used."""
KEPT_SECONDS = 24 * 3600.0
"""So long are keys used though no newer ones can be fetched."""
PAUSE_SECONDS = 30.0
"""Between two fetches; an unknown key is asked for no more often."""
MOST_SECONDS, MOST_BYTES, MOST_KEYS, LEAST_RSA_BITS = 5.0, 256 * 1024, 100, 2048
log = logging.getLogger("wangge.sign_in")


class FetchError(Exception):
    """The keys cannot be fetched; the message says why, for the log."""


class IssuerKeys:
    """The keys of one issuer by their ids. `clock` gives seconds."""

    def __init__(self, issuer: Issuer, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: Mapping[str, Key] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str | None, algorithm: str) -> Key:
        """The key that checks a token. Raises SignInError."""
        if self._age() > KEPT_SECONDS:
            await self._fetch()
            if self._age() > KEPT_SECONDS:
                raise SignInUnavailableError(int(PAUSE_SECONDS))
        elif self._age() > FRESH_SECONDS:
            self._begin()
        found = self._known(kid, algorithm)
        if found is None:
            await self._fetch()
            found = self._known(kid, algorithm)
        if found is None:
            raise SignInError("TOKEN_KEY_UNKNOWN", "the issuer has no key for this token.", hint="Sign in again.", guessed=True)
        return found

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    def _known(self, kid: str | None, algorithm: str) -> Key | None:
        """The key of this id; for a token that names none, the only one that fits. Raises SignInError where the key is of another sort."""
        if kid is None:
            fitting = [key for key in self._keys.values() if fits(key, algorithm)]
            return fitting[0] if len(fitting) == 1 else None
        key = self._keys.get(kid)
        if key is not None and not fits(key, algorithm):
            raise invalid("its algorithm is not that of its key")
        return key

    async def _fetch(self) -> None:
        """Wait for a fetch, unless the last one was begun a moment ago and is over."""
        if (task := self._begin()) is not None:
            await asyncio.shield(task)

    def _begin(self) -> asyncio.Task[None] | None:
        if self._fetching is None and (self._tried_at is None or self._clock() - self._tried_at >= PAUSE_SECONDS):
            self._tried_at = self._clock()
            self._fetching = asyncio.create_task(self._renew())
        return self._fetching

    async def _renew(self) -> None:
        try:
            self._keys = await fetch_keys(self._issuer)
            self._fetched_at = self._clock()
        except FetchError as error:
            log.warning("The keys of the issuer %s cannot be fetched: %s.", self._issuer.issuer, error)
        finally:
            self._fetching = None


async def fetch_keys(issuer: Issuer) -> Mapping[str, Key]:
    """An issuer's keys by their ids. Raises FetchError."""
    local = is_loopback(urlsplit(issuer.jwks_uri or issuer.issuer).hostname or "")
    try:
        async with asyncio.timeout(MOST_SECONDS), httpx.AsyncClient(timeout=MOST_SECONDS, trust_env=not local) as client:
            uri = issuer.jwks_uri or await _discover(client, issuer)
            found = read_keys(await _get(client, uri))
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchError(type(error).__name__) from None
    if not found:
        raise FetchError("there is no public key among them that can be used")
    return found


async def _discover(client: httpx.AsyncClient, issuer: Issuer) -> str:
    found = await _get(client, issuer.discovery_uri)
    if found.get("issuer") != issuer.issuer:
        raise FetchError("its openid-configuration is that of another issuer")
    uri = found.get("jwks_uri")
    if not isinstance(uri, str) or not is_safe(uri) or urlsplit(uri).scheme != urlsplit(issuer.issuer).scheme:
        raise FetchError("the jwks_uri of its openid-configuration is no https:// address")
    return uri


async def _get(client: httpx.AsyncClient, uri: str) -> dict[str, Any]:
    """The JSON object at an address, read no further than the limit. It is asked for uncompressed, so that the limit holds."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    async with client.stream("GET", uri, headers=headers, follow_redirects=False) as answer:
        if answer.status_code != 200:
            raise FetchError(f"the answer has the status {answer.status_code}")
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                raise FetchError(f"the answer is larger than {MOST_BYTES} bytes")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise FetchError("the answer is not JSON") from None
    if not isinstance(found, dict):
        raise FetchError("the answer is no JSON object")
    return cast("dict[str, Any]", found)


def read_keys(found: Mapping[str, Any]) -> dict[str, Key]:
    """The keys of a key set that can check signatures; any others in it are passed over."""
    given = found.get("keys")
    keys: dict[str, Key] = {}
    for one in cast("list[Any]", given)[:MOST_KEYS] if isinstance(given, list) else []:
        if (key := _read_key(one)) is not None:
            key.ensure_kid()
            keys.setdefault(str(key.kid), key)
    return keys


def _read_key(one: Any) -> Key | None:
    """A public key; None for what is none, for keys that encrypt, for shared secrets and for RSA keys that are too short."""
    given = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
    modulus = given.get("n", "")
    if given.get("use", "sig") != "sig" or given.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    if given["kty"] == "RSA" and not (isinstance(modulus, str) and len(modulus) * 6 >= LEAST_RSA_BITS):
        return None
    try:
        key = JWKRegistry.import_key(given)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if not isinstance(key, RSAKey) or key.public_key.key_size >= LEAST_RSA_BITS else None


CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "Ed25519": "Ed25519"}


def fits(key: Key, algorithm: str) -> bool:
    """Whether a key may check signatures of this algorithm: of its sort, on its curve, and the one that it names if it names any."""
    if key.alg is not None and key.alg != algorithm and not (key.alg == "EdDSA" and algorithm == "Ed25519"):
        return False
    if isinstance(key, RSAKey):
        return algorithm[:2] in ("RS", "PS")
    return isinstance(key, ECKey | OKPKey) and key.curve_name == CURVES.get(algorithm)
