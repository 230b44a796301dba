"""Links: how a file is reached for a while without signing in. A link names the file, until when it holds, and a signature of both.

Signatures are HMAC-SHA-256 under a key of the deployment, the same in all of its processes. Who has a link has the file until it ends.
"""

import base64
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256

STEP_SECONDS = 300
"""Links of one file end at whole steps, so that those given within a step are the same and a browser keeps what it has."""
ORIGINAL, THUMBNAIL = "original", "thumbnail"


class Links:
    """Makes and checks links. `keys` are asked each time; the first one signs, all are accepted."""

    def __init__(self, keys: Callable[[], Sequence[bytes]], *, most_seconds: int) -> None:
        self._keys = keys
        self.most_seconds = most_seconds

    def path(self, id: int, now: datetime, *, seconds: int | None = None, size: str = ORIGINAL) -> str:
        """The path and query of a link that holds for at least so many seconds, and at most `most_seconds`, to the next whole step."""
        wanted = self.most_seconds if seconds is None else min(max(seconds, 1), self.most_seconds)
        ends = int(now.timestamp()) + wanted
        ends += -ends % STEP_SECONDS
        sized = "" if size == ORIGINAL else f"size={size}&"
        return f"/files/{id}?{sized}expires={ends}&signature={_signature(self._keys()[0], id, size, ends)}"

    def public_path(self, id: int, *, size: str = ORIGINAL) -> str:
        """The path of a file that everybody may see."""
        return f"/files/{id}" + ("" if size == ORIGINAL else f"?size={size}")

    def is_signed(self, id: int, size: str, expires: int, signature: str) -> bool:
        """Whether this service signed such a link, be it over or not."""
        given = signature.encode("ascii", "replace")
        return any(hmac.compare_digest(_signature(key, id, size, expires).encode(), given) for key in self._keys())


def _signature(key: bytes, id: int, size: str, expires: int) -> str:
    made = hmac.digest(key, f"{id}.{size}.{expires}".encode(), sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
