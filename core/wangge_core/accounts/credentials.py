"""Credentials: secrets that are made here, shown once and kept as a hash. API keys (`wgk_…`) and devices (`wgd_…`) have the same form.

`wgk_<number>_<secret><checksum>`: the number finds the row, the secret has 256 random bits in 43 characters of base 62, and the checksum
(CRC-32 of all before it, six characters) tells a mistyped or made-up one without a look at the database. Scanners of source code find
them by `wg[kd]_[0-9]{1,18}_[0-9A-Za-z]{49}`.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from zlib import crc32

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
API_KEY, DEVICE = "wgk", "wgd"
SECRET_BITS, SECRET_LENGTH, CHECKSUM_LENGTH = 256, 43, 6
FORM = re.compile(r"(wg[kd])_([1-9][0-9]{0,17})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})")
NO_HASH = hashlib.sha256(b"").hexdigest()
"""What is compared with where there is no row, so that it takes as long."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as it was shown: which row it names, and the secret that proves it."""

    prefix: str
    id: int
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """What is handed over."""
        named = f"{self.prefix}_{self.id}_{self.secret}"
        return named + _checksum(named)

    @property
    def hash(self) -> str:
        """What is kept. A secret of 256 random bits cannot be guessed, so it needs no slow hash."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def proves(self, kept: str | None) -> bool:
        """Whether the secret is the one whose hash is kept; takes as long where none is."""
        return hmac.compare_digest(self.hash, kept or NO_HASH)


def make_credential(prefix: str, id: int) -> Credential:
    """A new credential for the row of this id."""
    return Credential(prefix, id, _base62(secrets.randbits(SECRET_BITS), SECRET_LENGTH))


def read_credential(text: str, prefix: str) -> Credential | None:
    """The credential in a text; None where it is none with this prefix, or its checksum is wrong."""
    found = FORM.fullmatch(text)
    if found is None or found[1] != prefix or not hmac.compare_digest(_checksum(text[:-CHECKSUM_LENGTH]), found[4]):
        return None
    return Credential(prefix, int(found[2]), found[3])


def _checksum(text: str) -> str:
    return _base62(crc32(text.encode()), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    found = ""
    for _ in range(length):
        number, digit = divmod(number, len(DIGITS))
        found = DIGITS[digit] + found
    return found
