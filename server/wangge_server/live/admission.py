"""Admission: who is behind a live connection, until when, and how many connections one viewer and this process may have."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from wangge_core.accounts.standing import Shown
from wangge_core.rights.viewers import Viewer
from wangge_server.live.revocations import End, Revocations
from wangge_server.settings import Settings
from wangge_server.viewers import Credentials, Seen, Viewers


class TooManyError(Exception):
    """No more connections for this viewer, or for anybody."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A viewer, when its token or key ends (seconds since 1970; None for a visitor), and what else its sign-in stands on."""

    viewer: Viewer
    until: float | None = None
    shown: Shown | None = None

    @property
    def signed_in(self) -> bool:
        """Whether there is an account."""
        return self.viewer.account_id is not None

    @property
    def expired(self) -> str:
        """The reason when the time of what was shown is over."""
        return "TOKEN_EXPIRED" if self.viewer.key_id is None else "KEY_EXPIRED"


class Admission:
    """Lets clients in, and has them put out when their sign-in is revoked."""

    def __init__(self, viewers: Viewers, settings: Settings, revocations: Revocations) -> None:
        self._viewers = viewers
        self._revocations = revocations
        self._most = settings.live_connections
        self._most_of_viewer = settings.live_connections_per_viewer
        self._connections = Counter[str]()

    @property
    def connections(self) -> int:
        """How many there are now."""
        return self._connections.total()

    async def guest(self, credentials: Credentials) -> Guest:
        """Who shows these. Raises SignInError."""
        return _guest(await self._viewers.see(credentials))

    async def look_again(self) -> None:
        """End the connections whose sign-in is revoked, now."""
        await self._revocations.look()

    @contextmanager
    def connection(self, guest: Guest, address: str, end: End) -> Generator[None]:
        """Count a connection while the block runs, and `end` it when its sign-in is revoked. Visitors are told apart by their address.

        Raises TooManyError.
        """
        name = guest.viewer.login or f"visitor {address}"
        if self.connections >= self._most:
            raise TooManyError("This process has no room for more live connections.")
        if self._connections[name] >= self._most_of_viewer:
            raise TooManyError(f"At most {self._most_of_viewer} live connections at once.")
        self._connections[name] += 1
        try:
            with self._revocations.watched(guest.shown, end):
                yield
        finally:
            self._connections[name] -= 1
            if not self._connections[name]:
                del self._connections[name]


def _guest(seen: Seen) -> Guest:
    viewer, signed_in = seen.viewer, seen.signed_in
    if signed_in is None or viewer.account_id is None:
        return Guest(viewer)
    issued_at = None if signed_in.issued_at is None else datetime.fromtimestamp(signed_in.issued_at, UTC)
    shown = Shown(account_id=viewer.account_id, issued_at=issued_at, key_id=viewer.key_id, device_id=viewer.device_id)
    return Guest(viewer, signed_in.until, shown)
