"""Global ids: the name of a type, a colon and the key."""

LONGEST = 18
"""Digits that fit 63 bits, whatever they are."""


def key_in(id: str, type: str) -> int | None:
    """The key in a global id of a type, such as `Grid:12`; None where it is no such id."""
    found, _, key = id.partition(":")
    return int(key) if found == type and key.isascii() and key.isdigit() and len(key) <= LONGEST else None
