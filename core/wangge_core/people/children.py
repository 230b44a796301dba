"""Children: what is kept of somebody under fourteen beyond name and home needs a guardian who agreed to it.

Source: Personal Information Protection Law of the PRC, article 31.
"""

from collections.abc import Iterator
from datetime import date

from wangge_core.errors import Refusal, refusal

GUARDED_BELOW = 14
OF_AGE = 18
"""In years. A guardian is of age (Civil Code of the PRC, articles 17 and 27)."""


def age(born_on: date, today: date) -> int:
    """In completed years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def is_child(born_on: date | None, today: date) -> bool:
    """Whether somebody is known to be under fourteen."""
    return born_on is not None and age(born_on, today) < GUARDED_BELOW


def check_agreement(
    born_on: date | None, guardian_id: int | None, agreed_on: date | None, today: date, *, is_private: bool
) -> Iterator[Refusal]:
    """CHILD_NEEDS_GUARDIAN where private data stands with a child whose guardian is not named, or has not agreed."""
    if is_private and is_child(born_on, today) and (guardian_id is None or agreed_on is None):
        yield refusal("CHILD_NEEDS_GUARDIAN", "guardianId" if guardian_id is None else "guardianAgreedOn")
