"""The keys that links to files are signed with: derived from those that seal, or in a file of their own that only its owner may read."""

import hmac
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from wangge_core.errors import SettingError
from wangge_core.sealing.sealer import Keys

KEY_BYTES = 32
PURPOSE = b"wangge: links to files, 1"


def link_keys_of(keys: Keys) -> Sequence[bytes]:
    """A key for each that seals, the current one's first, so that links outlive the change of keys."""
    names = sorted(keys.by_name, key=lambda name: name != keys.current)
    return [hmac.digest(keys.by_name[name].seal, PURPOSE, sha256) for name in names]


def read_link_key(path: Path) -> bytes:
    """The key of a file, which is made where there is none: by one process, however many start at once. Raises SettingError."""
    try:
        if not path.exists():
            _make(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise SettingError(f"the key of links {path} can be read by others.", hint=f"chmod 600 {path}")
        secret = path.read_bytes()
    except OSError as error:
        raise SettingError(
            f"the key of links {path} cannot be read: {error.strerror}.", hint="Name another file as link_key_file in [files]."
        ) from None
    if len(secret) < KEY_BYTES:
        raise SettingError(
            f"the key of links {path} is too short.", hint="Remove it, and a new one is made; links given so far end."
        )
    return hmac.digest(secret, PURPOSE, sha256)


def _make(path: Path) -> None:
    """Write a new key beside and move it there in one step, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as writing:
        writing.write(os.urandom(KEY_BYTES))
        writing.flush()
        os.fsync(writing.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
