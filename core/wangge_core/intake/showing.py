"""Showing a report: the number and the secret by which whoever reported something follows it without an account.

The secret is made here, told once and kept as a hash. A wrong number and a wrong secret are answered alike, and limited for each address.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.intake.counting import count_try, counted_name, tries
from wangge_core.rights.viewers import Language, Viewer
from wangge_core.storable import is_storable

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What numbers are made of: nothing that is read as something else."""
HALF = 5
SECRET_BYTES = 32
NO_HASH = hashlib.sha256(b"").hexdigest()
"""What is compared with where there is no report, so that it takes as long."""
WRONG = "wrong_secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What somebody shows of a report. `payer` is whose tries are counted: an address, or an account."""

    number: str
    secret: str = field(repr=False)
    payer: str = ""


def new_number() -> str:
    """`7K4QX-2M9DA`: ten letters by chance, 49 bits, so that a number tells neither day nor how many there are."""
    letters = [secrets.choice(LETTERS) for _ in range(2 * HALF)]
    return "".join(letters[:HALF]) + "-" + "".join(letters[HALF:])


def new_secret() -> str:
    """43 letters for 32 random bytes, which need no slow hash."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


async def shown_report(work: Work, shown: Shown) -> sa.Row[Any] | Refusal:
    """The report whose number and secret are shown, or why it is not told. What was wrong is counted, where the work can write."""
    name = counted_name(work, WRONG, shown.payer)
    if await tries(work, name) >= work.rules.intake.wrong_secrets_per_hour:
        return refusal("REPORT_TRIES_EXHAUSTED")
    report = await look_up(work, shown)
    if report is not None:
        return report
    await count_try(work, name)
    return refusal("REPORT_UNKNOWN", "number")


async def may_try(work: Work, payer: str) -> bool:
    """Whether somebody may still show numbers and secrets in this hour."""
    return await tries(work, counted_name(work, WRONG, payer)) < work.rules.intake.wrong_secrets_per_hour


async def count_wrong(work: Work, payer: str) -> None:
    """Count a wrong number or secret."""
    await count_try(work, counted_name(work, WRONG, payer))


async def look_up(work: Work, shown: Shown) -> sa.Row[Any] | None:
    """The report of this number and secret; None for any other, without a word which of both is wrong."""
    number = written(shown.number)
    report = await work.first(sa.select(t.public_report).where(t.public_report.c.number == number)) if number else None
    good = hmac.compare_digest(hash_of(shown.secret), report.hash if report is not None else NO_HASH)
    return report if good else None


def written(number: str) -> str:
    """A number as it is kept, from how somebody wrote it: small letters, spaces and hyphens do not matter. Empty for what is none."""
    plain = "".join(one for one in number.upper() if one not in " -")
    fits = is_storable(plain) and len(plain) == 2 * HALF and set(plain) <= set(LETTERS)
    return f"{plain[:HALF]}-{plain[HALF:]}" if fits else ""


async def followed_event(work: Work, event_id: int) -> int:
    """The event that a report follows: its own, or the one that this was joined to."""
    event = t.event
    for _ in range(10):
        joined = await work.value(sa.select(event.c.joined_to_id).where(event.c.id == event_id))
        if joined is None:
            return event_id
        event_id = joined
    return event_id


def reporter_of(event_id: int, language: Language) -> Viewer:
    """The viewer that acts for whoever reported an event: sees that one alone, and makes the moves of its reporter."""
    return Viewer(language=language, reporting_event_id=event_id)
