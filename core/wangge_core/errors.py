"""The errors of the core: one root, each with a stable code and a hint at the way to mend it.

What a caller got wrong in one item of a request is no exception but a `Refusal`, so that the other items go through.
"""

import dataclasses
import re
from dataclasses import dataclass
from typing import ClassVar


class WanggeError(Exception):
    """Something is wrong with what was asked or with how the service is set up."""

    code: ClassVar[str] = "WANGGE_ERROR"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingError(WanggeError):
    """A setting is unknown, missing or out of range."""

    code = "SETTING_INVALID"


class DatabaseError(WanggeError):
    """The database cannot be used as it is: too old, not migrated, or out of reach."""

    code = "DATABASE_UNUSABLE"


class IdempotencyKeyReusedError(WanggeError):
    """The same idempotency key came with another request; nothing was done."""

    code = "IDEMPOTENCY_KEY_REUSED"


MOST_SHOWN = 200
"""How much of what somebody sent a message shows of it."""
SEALED = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9])|\bwg[kd]_\w+|\beyJ[\w.-]+")
"""What could be an identity number, a mobile number, a key or a token in what somebody sent at a wrong place."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one item was not accepted.

    `code` is one of `wangge_core.refusals.MESSAGES`; `field` the path of the input at fault (`details.injured`), empty for the
    whole item; `values` fill the message in the viewer's language.
    """

    code: str
    field: str = ""
    values: dict[str, str] = dataclasses.field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item of an operation: the id of the thing, or why it was refused. Nothing of a refused item is written.

    `secret` is what the operation made and nobody can be shown again, such as an API key.
    """

    id: int | None = None
    refusals: tuple[Refusal, ...] = ()
    secret: str | None = dataclasses.field(default=None, repr=False)

    @property
    def accepted(self) -> bool:
        return not self.refusals


def refused(code: str, field: str = "", /, **values: object) -> Outcome:
    """The outcome of an item with a single refusal."""
    return Outcome(refusals=(refusal(code, field, **values),))


def refusal(code: str, field: str = "", /, **values: object) -> Refusal:
    """A refusal whose message values are given as keywords. What could be sealed is left out of texts: refusals are kept, and logged."""
    return Refusal(code, _unsealed(field), {name: _shown(value) for name, value in values.items()})


def _shown(value: object) -> str:
    return _unsealed(value)[:MOST_SHOWN] if isinstance(value, str) else str(value)[:MOST_SHOWN]


def _unsealed(text: str) -> str:
    return SEALED.sub("…", text)
