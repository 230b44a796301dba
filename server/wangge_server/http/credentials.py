"""Credentials: what the headers of a request show of who sends it."""

from collections.abc import Mapping

from wangge_server.http.negotiation import language
from wangge_server.viewers import Credentials

DEVICE = b"wangge-device"
"""The header in which an enrolled device shows what it was given when it was enrolled."""


def credentials_of(headers: Mapping[bytes, bytes], address: str) -> Credentials:
    """The credentials in the headers of a request that comes from this address."""
    return Credentials(
        headers.get(b"authorization", b""),
        language(headers.get(b"accept-language", b"")),
        headers.get(DEVICE, b""),
        address,
    )
