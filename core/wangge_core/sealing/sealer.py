"""Sealing: how identity numbers and private phones are kept, so that a copy of the database tells neither.

A value is sealed with AES-256-GCM (NIST SP 800-38D) under a named key; beside it stands a blind index, HMAC-SHA-256 under a second key of
the same name, by which equal values are found without being opened. The keys themselves are in `key_files.py`.
"""

import base64
import hmac
import os
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wangge_core.errors import WanggeError

KEY_BYTES = 32
NONCE_BYTES = 12
"""96 random bits for each value: the length for which GCM is specified."""
MOST_KEY_NAME = 16


SEALED: Mapping[tuple[str, str], str] = {
    ("person", "identity_number"): "identity_number_index",
    ("person", "phone"): "phone_index",
    ("import_review", "draft"): "draft_index",
    ("public_report", "phone"): "phone_index",
    ("webhook", "secret"): "secret_index",
    ("webhook", "earlier_secret"): "earlier_secret_index",
}
"""Every sealed column as (table, column), with the column of its blind index. What is shown in its place stands in `<column>_mask`."""


class SealingError(WanggeError):
    """A value cannot be sealed or opened."""

    code = "SEALING_FAILED"


class SealingKeyMissingError(SealingError):
    """The deployment has no key to seal with."""

    code = "SEALING_KEY_MISSING"


class SealingKeyUnknownError(SealingError):
    """The key that a value was sealed with is not in the key file."""

    code = "SEALING_KEY_UNKNOWN"


class SealedValueBrokenError(SealingError):
    """A sealed value was changed, or stands in another row or column than the one that it was sealed for."""

    code = "SEALED_VALUE_BROKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One named key: 32 bytes that seal and 32 others that index. Neither is shown when the key is."""

    name: str
    seal: bytes = field(repr=False)
    index: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The keys of a deployment by name, oldest first. All of them open; `current` names the one that seals."""

    by_name: Mapping[str, Key]
    current: str

    @cached_property
    def newest(self) -> Key:
        """The key that seals."""
        return self.by_name[self.current]

    @cached_property
    def ciphers(self) -> Mapping[str, AESGCM]:
        return {name: AESGCM(key.seal) for name, key in self.by_name.items()}


def make_key(name: str) -> Key:
    """A key of random bytes."""
    return Key(name=name, seal=os.urandom(KEY_BYTES), index=os.urandom(KEY_BYTES))


class Sealer:
    """Seals, opens and indexes the values of sealed columns.

    `field` is `table.column`, such as `person.identity_number`, and `row` the key of the row: both are part of what is sealed, so that a
    value that was copied to another row or column does not open. The keys are asked for with each use, so that a new one needs no restart.
    """

    def __init__(self, keys: Keys | Callable[[], Keys]) -> None:
        self._keys: Callable[[], Keys] = (lambda: keys) if isinstance(keys, Keys) else keys

    @property
    def keys(self) -> Keys:
        return self._keys()

    def seal(self, value: str, field: str, row: int) -> str:
        """The value under the current key: `<name of the key>:<base64 of nonce, ciphertext and tag>`."""
        keys, nonce = self.keys, os.urandom(NONCE_BYTES)
        sealed = keys.ciphers[keys.current].encrypt(nonce, value.encode(), _bound_to(field, row))
        return f"{keys.current}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, field: str, row: int) -> str:
        """The value. Raises SealingKeyUnknownError or SealedValueBrokenError, which never show it."""
        name = key_name(sealed)
        cipher = self.keys.ciphers.get(name)
        if cipher is None:
            raise unknown_key(sealed)
        try:
            whole = base64.b64decode(sealed[len(name) + 1 :], validate=True)
            return cipher.decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], _bound_to(field, row)).decode()
        except (InvalidTag, ValueError):
            raise SealedValueBrokenError(
                f"the sealed value of {field} in row {row} does not open.",
                hint="It was changed, or stands in a row or column that it was not sealed for. Restore it from a backup.",
            ) from None

    def index(self, value: str, field: str) -> str:
        """The blind index of the value under the current key: `<name of the key>:<base64>`."""
        return _index(self.keys.newest, value, field)

    def indexes(self, value: str, field: str) -> tuple[str, ...]:
        """The blind indexes of the value under every key, for searches: rows may still stand under an older one."""
        return tuple(_index(key, value, field) for key in self.keys.by_name.values())


def unknown_key(sealed: str) -> SealingKeyUnknownError:
    """The error for a value whose key is not here."""
    return SealingKeyUnknownError(
        f"this value was sealed with a key {key_name(sealed)!r} that is not in the key file.",
        hint="Restore the key file that belongs to this database; see docs/operators.md.",
    )


def key_name(sealed: str) -> str:
    """The name of the key that a sealed value or a blind index was made with."""
    return sealed.partition(":")[0]


def normalised(value: str) -> str:
    """What of a value its blind index goes by: letters in capitals, full-width forms as plain ones, no white space."""
    plain = value if value.isascii() else unicodedata.normalize("NFKC", value)
    return "".join(plain.split()).upper()


def _index(key: Key, value: str, field: str) -> str:
    digest = hmac.digest(key.index, f"{field}\0{normalised(value)}".encode(), "sha256")
    return f"{key.name}:{base64.b64encode(digest).decode()}"


def _bound_to(field: str, row: int) -> bytes:
    return f"{field}\0{row}".encode()
