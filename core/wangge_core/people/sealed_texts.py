"""Sealed values in free text, which nobody can seal there: identity numbers with their check character, and mobile numbers."""

import re

from wangge_core.people.identity import IDENTITY_FORM, MOBILE, check_character
from wangge_core.sealing.sealer import normalised

_WORDS = re.compile(r"[0-9][0-9 -]*[0-9][Xx]?")


def holds_sealed(text: str) -> bool:
    """Whether a text holds an identity number or a mobile number, with spaces or hyphens in it or without."""
    runs = (re.sub(r"[ -]", "", one) for one in _WORDS.findall(normalised(text)))
    return any(_is_identity(run.upper()) or MOBILE.fullmatch(run.removeprefix("86")) for run in runs)


def _is_identity(run: str) -> bool:
    return bool(IDENTITY_FORM.fullmatch(run)) and check_character(run) == run[-1]
