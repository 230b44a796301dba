"""Viewers: who is behind a request. What is known of a token or an account is kept for a while, in this process alone.

What was found good is kept until it ends, and a viewer for at most five seconds, so that a change of rights, a revoked key or device and a
sign-out hold everywhere after five. What was found bad is not kept: there is no end of it, and it would push out what is good; `Attempts`
limits how much of it is looked at.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from wangge_core.accounts.api_keys import narrowed_to_key, note_use
from wangge_core.deployment import Deployment
from wangge_core.rights.viewers import Language, Viewer, anonymous, load_viewer
from wangge_server.sign_in.accounts import Accounts, SignInAccount, check_valid_from, unknown
from wangge_server.sign_in.attempts import Attempts, from_address
from wangge_server.sign_in.errors import no_sign_in
from wangge_server.sign_in.machines import (
    check_api_key,
    check_device,
    check_enrolled,
    is_api_key,
    key_revoked,
    read_api_key,
    read_device,
)
from wangge_server.sign_in.tokens import SignedIn, Tokens

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")

RIGHTS_KEPT_SECONDS = 5.0
MOST_KEPT = 10_000
VISITORS: dict[Language, Viewer] = {"zh": anonymous("zh"), "en": anonymous("en")}
NO_TOKENS = Tokens({})
log = logging.getLogger("wangge.sign_in")


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


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client shows of itself: the headers `Authorization` and `Wangge-Device`, the language it likes, and where it comes from."""

    authorization: bytes
    language: Language
    device: bytes = b""
    address: str = ""

    @property
    def bearer(self) -> str:
        """The token or key; empty for a visitor. Raises SignInError for another way to sign in."""
        scheme, _, token = self.authorization.decode("latin-1").partition(" ")
        if scheme and scheme.lower() != "bearer":
            raise no_sign_in()
        return token.strip()


@dataclass(frozen=True, slots=True)
class Seen:
    """A viewer, and how it signed in; None for a visitor."""

    viewer: Viewer
    signed_in: SignedIn | None = None


class Who(NamedTuple):
    """Whose viewer is kept: an account by one issuer or key, maybe at a device."""

    login: str
    issuer: str
    key_id: int | None
    device_id: int | None
    language: Language


class Known(NamedTuple):
    """A viewer with its account, as they were at some time."""

    at: float
    account: SignInAccount
    viewer: Viewer


class Viewers:
    """Finds the viewer of a request. `tokens` says which are accepted. `clock` gives seconds since 1970."""

    def __init__(
        self,
        deployment: Deployment,
        tokens: Tokens = NO_TOKENS,
        *,
        attempts: Attempts | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._deployment = deployment
        self._tokens = tokens
        self._attempts = attempts or Attempts(0)
        self._clock = clock
        self._accounts = Accounts(deployment, tokens.issuers)
        self._signed_in = Recent[bytes, SignedIn]()
        self._devices = Recent[bytes, int]()
        self._viewers = Recent[Who, Known]()
        self._loading = dict[Who, tuple[float, asyncio.Task[Known]]]()
        self._noted = Recent[int, date]()

    async def of_header(self, authorization: bytes, language: Language) -> Viewer:
        """The viewer of an `Authorization` header; a visitor where there is none. Raises SignInError."""
        return (await self.see(Credentials(authorization, language))).viewer

    async def of_token(self, token: str, language: Language) -> Viewer:
        """The viewer of a bearer token or key. Raises SignInError."""
        return await self.of_header(b"Bearer " + token.encode("latin-1", "replace"), language)

    async def see(self, shown: Credentials) -> Seen:
        """Who shows this; those who ask at once for the same viewer wait for the same load. Raises SignInError."""
        bearer, now = shown.bearer, self._clock()
        if not bearer:
            return Seen(VISITORS[shown.language])
        signed_in = await self._verified(bearer, now, shown.address)
        device = await self._device(shown) if shown.device else None
        issuer = signed_in.issuer.issuer if signed_in.issuer is not None else ""
        who = Who(signed_in.login, issuer, signed_in.key_id, device, shown.language)
        found = self._viewers.get(who)
        if found is None or not _holds(found.at, now):
            with self._attempts.counted(f"account:{sha256(who.login.encode()).hexdigest()[:16]}"):
                found = await self._loaded(who, signed_in, now)
        check_valid_from(found.account, signed_in)
        return Seen(found.viewer, signed_in)

    async def _verified(self, bearer: str, now: float, address: str) -> SignedIn:
        digest = sha256(bearer.encode("latin-1", "replace")).digest()
        found = self._signed_in.get(digest)
        if found is None or found.until <= now:
            self._signed_in.drop(digest)
            found = await self._check(bearer, now, address)
            self._signed_in.put(digest, found)
        return found

    async def _check(self, bearer: str, now: float, address: str) -> SignedIn:
        address = from_address(address)
        with self._attempts.counted(address):
            if not is_api_key(bearer):
                return await self._tokens.check(bearer, now)
            shown = read_api_key(bearer)
        with self._attempts.counted(address, f"{shown.prefix}_{shown.id}"):
            async with self._deployment.read() as work:
                return await check_api_key(work, shown)

    async def _device(self, shown: Credentials) -> int:
        """The device that a request comes from. Raises SignInError."""
        digest = sha256(shown.device).digest()
        found = self._devices.get(digest)
        if found is None:
            with self._attempts.counted(from_address(shown.address)):
                credential = read_device(shown.device.decode("latin-1"))
                async with self._deployment.read() as work:
                    found = await check_device(work, credential)
            self._devices.put(digest, found)
        return found

    async def _loaded(self, who: Who, signed_in: SignedIn, now: float) -> Known:
        loading = self._loading.get(who)
        if loading is None or not _holds(loading[0], now):
            loading = self._loading[who] = now, asyncio.create_task(self._load(who, signed_in, now))
        return await asyncio.shield(loading[1])  # who waits no longer does not end it for the others

    async def _load(self, who: Who, signed_in: SignedIn, now: float) -> Known:
        try:
            account = await self._accounts.open(signed_in)
            found = Known(now, account, await self._viewer(who))
        finally:
            self._loading.pop(who, None)
        if who.key_id is not None:
            await self._note_use(who.key_id)
        self._viewers.put(who, found)
        return found

    async def _viewer(self, who: Who) -> Viewer:
        """The viewer as the database has it now. Raises SignInError."""
        async with self._deployment.read() as work:
            viewer = await load_viewer(work, self._deployment.rules.registry, who.login, who.language)
            if viewer is None:
                raise unknown()
            if who.device_id is not None:
                await check_enrolled(work, who.device_id, viewer.post_ids)
            if who.key_id is not None and (viewer := await narrowed_to_key(work, viewer, who.key_id)) is None:
                raise key_revoked()
        return replace(viewer, device_id=who.device_id)

    async def _note_use(self, key_id: int) -> None:
        """Note once a day that a key was used; that it cannot be noted now keeps nobody out."""
        today = self._deployment.clock().astimezone(self._deployment.rules.zone).date()
        if self._noted.get(key_id) == today:
            return
        try:
            async with self._deployment.write() as work:
                await note_use(work, key_id)
            self._noted.put(key_id, today)
        except (SQLAlchemyError, OSError) as error:
            log.warning("It cannot be noted now that a key was used (%s).", type(error).__name__)


def _holds(since: float, now: float) -> bool:
    return 0 <= now - since < RIGHTS_KEPT_SECONDS  # less than 0: the clock was set back
