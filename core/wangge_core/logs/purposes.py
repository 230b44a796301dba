"""Purposes: what somebody says that personal data is read for. The log of reads keeps it, and the resident sees it."""

from dataclasses import dataclass
from enum import auto
from typing import ClassVar
from urllib.parse import unquote

from wangge_core.errors import WanggeError
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.storable import is_storable

MOST_TEXT = 200
HEADER = "Wangge-Purpose"


class Purpose(Choice):
    """What personal data is read for."""

    VISIT = auto(), "走访"
    EVENT = auto(), "处置事件"
    SERVICE = auto(), "便民服务"
    CONFIRMATION = auto(), "核实信息"
    STATISTICS = auto(), "统计"
    DATA_REQUEST = auto(), "答复本人申请"
    INSPECTION = auto(), "检查"
    EMERGENCY = auto(), "应急"


@dataclass(frozen=True, slots=True)
class Stated:
    """A purpose, and in the reader's own words what is meant; empty where nothing was said."""

    purpose: Purpose
    text: str = ""


class PurposeInvalidError(WanggeError):
    """The purpose that a request states is none of those that there are, or its text cannot be read."""

    code: ClassVar[str] = "PURPOSE_INVALID"


class PurposeRequiredError(WanggeError):
    """What is asked for is only given for a stated purpose."""

    code: ClassVar[str] = "PURPOSE_REQUIRED"


def read_purpose(text: str) -> Stated | None:
    """The purpose in `VISIT` or `VISIT;percent-encoded%20text`; None where it is empty. Raises PurposeInvalidError."""
    code, _, said = text.strip().partition(";")
    if not code.strip():
        return None
    try:
        purpose = Purpose(code.strip())
        words = unquote(said.strip(), errors="strict")
    except ValueError:  # of which UnicodeDecodeError is one
        raise _invalid() from None
    if len(words) > MOST_TEXT or not is_storable(words):
        raise _invalid()
    return Stated(purpose, words)


def check_purpose(stated: Stated | None, *, sealed: bool, required: bool) -> None:
    """Sealed values are given for a stated purpose only, private ones where the deployment asks for it. Raises PurposeRequiredError."""
    if stated is None and (sealed or required):
        raise PurposeRequiredError("say what this is read for.", hint=_HINT)


def _invalid() -> PurposeInvalidError:
    return PurposeInvalidError("this is no purpose.", hint=_HINT)


_HINT = f"Send {HEADER}: one of {', '.join(Purpose)}; then, if you like, `;` and at most {MOST_TEXT} percent-encoded characters."
