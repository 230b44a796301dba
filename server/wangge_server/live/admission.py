"""Admission: who is behind a live connection, until when, and how many connections one viewer and this process may have."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from wangge_core.rights.viewers import Language, Viewer
from wangge_server.settings import Settings
from wangge_server.viewers import Viewers


class TooManyError(Exception):
    """No more connections for this viewer, or for anybody."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client showed when it connected; it is looked at again for every operation."""

    authorization: bytes
    language: Language


@dataclass(frozen=True, slots=True)
class Guest:
    """A viewer, and when its token ends (seconds since 1970; None for a visitor)."""

    viewer: Viewer
    until: float | None

    @property
    def signed_in(self) -> bool:
        """Whether there is an account."""
        return self.viewer.account_id is not None


class Admission:
    """Lets clients in."""

    def __init__(self, viewers: Viewers, settings: Settings) -> None:
        self._viewers = viewers
        self._most = settings.live_connections
        self._most_of_viewer = settings.live_connections_per_viewer
        self._connections = Counter[str]()

    @property
    def connections(self) -> int:
        """How many there are now."""
        return self._connections.total()

    async def guest(self, credentials: Credentials) -> Guest:
        """Who shows these. Raises SignInError."""
        viewer = await self._viewers.of_header(credentials.authorization, credentials.language)
        _, _, token = credentials.authorization.decode("latin-1").partition(" ")
        return Guest(viewer, self._viewers.until(token.strip()) if token else None)

    @contextmanager
    def connection(self, guest: Guest, address: str) -> Generator[None]:
        """Count a connection while the block runs. Visitors are told apart by their address. Raises TooManyError."""
        name = guest.viewer.login or f"visitor {address}"
        if self.connections >= self._most:
            raise TooManyError("This process has no room for more live connections.")
        if self._connections[name] >= self._most_of_viewer:
            raise TooManyError(f"At most {self._most_of_viewer} live connections at once.")
        self._connections[name] += 1
        try:
            yield
        finally:
            self._connections[name] -= 1
            if not self._connections[name]:
                del self._connections[name]
