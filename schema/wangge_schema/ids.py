"""Global ids: the name of a type, a colon and the key."""

from wangge_schema.errors import IdError

LONGEST = 18
"""Digits that fit 63 bits, whatever they are."""


def key_in(id: str, type: str) -> int | None:
    """The key in a global id of a type, such as `Grid:12`; None where it is no such id."""
    found, _, key = id.partition(":")
    return int(key) if found == type and key.isascii() and key.isdigit() and len(key) <= LONGEST else None


def given_key(id: str, type: str) -> int:
    """The key in a global id that an argument gives. Raises IdError where it is no such id."""
    key = key_in(id, type)
    if key is None:
        raise IdError(f"{id[:80]!r} is no global id of a {type}.")
    return key
