"""The key file: the keys that seal, as JSON that only its owner may read. It is kept apart from the database and its backups."""

import base64
import binascii
import logging
import os
import re
from pathlib import Path
from typing import Annotated

import msgspec

from wangge_core.errors import SettingError
from wangge_core.sealing.sealer import KEY_BYTES, MOST_KEY_NAME, Key, Keys, make_key

KEY_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{MOST_KEY_NAME}}}")
log = logging.getLogger(__name__)

Base64 = Annotated[str, msgspec.Meta(max_length=100)]


class _WrittenKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seal: Base64
    index: Base64


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current: str
    keys: dict[str, _WrittenKey]


class KeyFile:
    """The keys of a file, read again when it has changed. What was read last stays good while the file cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp = _stamp(path)
        self._keys = read_keys(path)

    def __call__(self) -> Keys:
        try:
            stamp = _stamp(self.path)
            if stamp != self._stamp:
                self._stamp, self._keys = stamp, read_keys(self.path)
        except (OSError, SettingError):
            if self._stamp:
                log.warning("The key file cannot be read any more; the keys that were read before are used.")
            self._stamp = ()
        return self._keys


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def read_keys(path: Path) -> Keys:
    """The keys of a file. Raises SettingError where it is missing, readable by others, or no key file; never shows what stands in it."""
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise SettingError(f"the key file {path} can be read by others.", hint=f"chmod 600 {path}")
        written = msgspec.json.decode(path.read_bytes(), type=_Written)
    except OSError as error:
        raise SettingError(
            f"the key file {path} cannot be read: {error.strerror}.", hint="Make one with `wangge keys new`, or restore it."
        ) from None
    except msgspec.DecodeError:
        raise SettingError(f"{path} is no key file.", hint="Restore it from a copy; `wangge keys new` makes a new one.") from None
    if written.current not in written.keys:
        raise SettingError(f"the key file {path} names a current key that is not in it.", hint="Restore it from a copy.")
    return Keys(by_name={name: _read_key(path, name, key) for name, key in written.keys.items()}, current=written.current)


def _read_key(path: Path, name: str, written: _WrittenKey) -> Key:
    try:
        seal, index = (base64.b64decode(text, validate=True) for text in (written.seal, written.index))
    except (binascii.Error, ValueError):
        seal = index = b""
    if not KEY_NAME.fullmatch(name) or not len(seal) == len(index) == KEY_BYTES:
        raise SettingError(f"a key in {path} is not as it was made.", hint="Restore the file from a copy.")
    return Key(name=name, seal=seal, index=index)


def write_keys(path: Path, keys: Keys) -> None:
    """Write the file anew in one step, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = _Written(keys.current, {name: _WrittenKey(_text(key.seal), _text(key.index)) for name, key in keys.by_name.items()})
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as writing:
        writing.write(msgspec.json.format(msgspec.json.encode(written), indent=2) + b"\n")
        writing.flush()
        os.fsync(writing.fileno())
    beside.replace(path)


def ensure_keys(path: Path, name: str = "") -> Keys:
    """The keys of the file, which is made with a first key where there is none."""
    if not path.exists():
        write_keys(path, add_key(Keys(by_name={}, current=""), name))
    return read_keys(path)


def add_key(keys: Keys, name: str = "") -> Keys:
    """The keys with one more, which seals at once only where it is the first. Raises SettingError for a name that is taken or wrong."""
    name = name or f"key{os.urandom(4).hex()}"  # never that of a key that was dropped: backups still name it
    if not KEY_NAME.fullmatch(name) or name in keys.by_name:
        raise SettingError(
            f"a new key cannot be called {name!r}.", hint=f"Use up to {MOST_KEY_NAME} letters and digits that no other key has."
        )
    return Keys(by_name={**keys.by_name, name: make_key(name)}, current=keys.current or name)


def _text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()
