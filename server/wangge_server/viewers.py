"""Viewers: who is behind a request. What is known of a token or an account is kept for a while, in this process alone.

A verified token is kept until it expires, and a viewer for at most five seconds, so that a change of rights holds everywhere after five.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from wangge_core.deployment import Deployment
from wangge_core.rights.viewers import Language, Viewer, anonymous, load_viewer
from wangge_server.sign_in import SignedIn, SignInError, verify

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")

RIGHTS_KEPT_SECONDS = 5.0
MOST_KEPT = 10_000
Who = tuple[str, Language]
VISITORS: dict[Language, Viewer] = {"zh": anonymous("zh"), "en": anonymous("en")}


class Recent(Generic[_K, _V]):
    """At most `most` values by key; the one that was not asked for longest makes room."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._values: OrderedDict[_K, _V] = OrderedDict()

    def get(self, key: _K) -> _V | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: _K, value: _V) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def drop(self, key: _K) -> None:
        self._values.pop(key, None)

    def __len__(self) -> int:
        return len(self._values)


class Viewers:
    """Finds the viewer of a request. `key` signs the tokens that are accepted; None accepts none. `clock` gives seconds since 1970."""

    def __init__(self, deployment: Deployment, key: bytes | None, *, clock: Callable[[], float] = time.time) -> None:
        self._deployment = deployment
        self._key = key
        self._clock = clock
        self._signed_in = Recent[str, SignedIn]()
        self._viewers = Recent[Who, tuple[float, Viewer]]()
        self._loading = dict[Who, tuple[float, asyncio.Task[Viewer]]]()

    async def of_header(self, authorization: bytes, language: Language) -> Viewer:
        """The viewer of an `Authorization` header; a visitor where there is none. Raises SignInError."""
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        if not token:
            return VISITORS[language]
        if scheme.lower() != "bearer":
            raise SignInError("TOKEN_INVALID", "this service does not accept such a sign-in.")
        return await self.of_token(token.strip(), language)

    async def of_token(self, token: str, language: Language) -> Viewer:
        """The viewer of a bearer token; those who ask at once wait for the same load. Raises SignInError."""
        now = self._clock()
        who = self._login(token, now), language
        found = self._viewers.get(who)
        if found is not None and _holds(found[0], now):
            return found[1]
        loading = self._loading.get(who)
        if loading is None or not _holds(loading[0], now):
            loading = self._loading[who] = now, asyncio.create_task(self._load(who, now))
        return await asyncio.shield(loading[1])  # who waits no longer does not end it for the others

    def until(self, token: str) -> float:
        """When a bearer token ends, in seconds since 1970. Raises SignInError."""
        return self._verified(token, self._clock()).until

    def _login(self, token: str, now: float) -> str:
        return self._verified(token, now).login

    def _verified(self, token: str, now: float) -> SignedIn:
        signed_in = self._signed_in.get(token)
        if signed_in is None or signed_in.until <= now:
            self._signed_in.drop(token)
            if self._key is None:
                raise SignInError("TOKEN_INVALID", "this service does not accept such a sign-in.")
            signed_in = verify(token, self._key, now=int(now))
            self._signed_in.put(token, signed_in)
        return signed_in

    async def _load(self, who: Who, now: float) -> Viewer:
        try:
            async with self._deployment.read() as work:
                viewer = await load_viewer(work, self._deployment.rules.registry, *who)
        finally:
            self._loading.pop(who, None)
        if viewer is None:
            raise SignInError("ACCOUNT_UNKNOWN", "this account is not there or may not sign in.")
        self._viewers.put(who, (now, viewer))
        return viewer


def _holds(since: float, now: float) -> bool:
    return 0 <= now - since < RIGHTS_KEPT_SECONDS  # less than 0: the clock was set back
