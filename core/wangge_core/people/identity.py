"""Identity numbers and telephone numbers: whether they have the right form, and what is shown of them in place of the value.

A resident identity number (公民身份号码, GB 11643) has 17 digits and a check character by ISO 7064 MOD 11-2: six for the place of first
registration, eight for the date of birth, three in sequence of which the last is odd for a man. The six are never read out, kept or shown.
"""

import re
from collections.abc import Iterator
from datetime import date

from wangge_core.errors import Refusal, refusal
from wangge_core.people.genders import Gender
from wangge_core.sealing.sealer import normalised

IDENTITY_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]")
CHECK_CHARACTERS = "10X98765432"
WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
FIRST_YEAR = 1850
"""The number names four digits of the year; nobody alive was born before."""
MOBILE = re.compile(r"1[3-9][0-9]{9}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SEPARATORS = re.compile(r"[\s()-]")
HOME = "+86"


def check_identity(value: str, today: date, field: str = "identityNumber") -> Iterator[Refusal]:
    """IDENTITY_INVALID unless it has 18 characters, the right check character and a past date of birth. Never shows the value."""
    number = normalised(value)
    born = birth_date(number) if IDENTITY_FORM.fullmatch(number) and check_character(number) == number[-1] else None
    if born is None or born > today:
        yield refusal("IDENTITY_INVALID", field)


def check_character(number: str) -> str:
    """The check character that belongs to the first 17 digits: ISO 7064 MOD 11-2."""
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False)) % 11]


def birth_date(number: str) -> date | None:
    """The date of birth that a number names; None where there is no such day."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if born.year >= FIRST_YEAR else None


def gender_of(number: str) -> Gender:
    """The gender that a number names."""
    return Gender.MALE if int(number[16]) % 2 else Gender.FEMALE


def mask_identity(number: str) -> str:
    """`**************2349`: the last four characters alone, since the first six would tell a place of origin and the next a birthday."""
    return "*" * 14 + normalised(number)[-4:]


def check_phone(value: str, field: str = "phone") -> Iterator[Refusal]:
    """PHONE_INVALID unless it is a mobile number of the mainland (11 digits) or an international one (E.164, with `+`)."""
    if not E164.fullmatch(plain_phone(value)):
        yield refusal("PHONE_INVALID", field)


def plain_phone(value: str) -> str:
    """The number in E.164: `138 0013 8000` → `+8613800138000`. What has another form is only freed of spaces and hyphens."""
    plain = SEPARATORS.sub("", normalised(value))
    if MOBILE.fullmatch(plain):
        return HOME + plain
    return plain if not plain.startswith(HOME + "1") or MOBILE.fullmatch(plain.removeprefix(HOME)) else ""


def mask_phone(value: str) -> str:
    """`138****8000`: three digits and the last four; of an international number its last four."""
    number = plain_phone(value)
    mobile = number.removeprefix(HOME)
    return f"{mobile[:3]}****{mobile[-4:]}" if MOBILE.fullmatch(mobile) else "*" * (len(number) - 4) + number[-4:]
