"""Changes that a phone has queued, and what is answered to each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import auto
from typing import Any

from wangge_core.errors import Refusal
from wangge_core.plugin.declarations.labels import Choice

MOST_CHANGES = 10_000
"""How many changes one call takes."""
MOST_ID = 80


class SyncStatus(Choice):
    """What became of a change."""

    DONE = auto(), "已完成"
    ALREADY_DONE = auto(), "此前已完成"
    CONFLICT = auto(), "与现状冲突"
    REFUSED = auto(), "未接受"


class SyncMend(Choice):
    """What mends a change that was not taken; it is sent again under the same client id."""

    CHANGE_INPUT = auto(), "修改所指内容后重发"
    SEND_LATER = auto(), "稍后原样重发"
    LOOK_AGAIN = auto(), "查看现状后决定"
    ASK_FOR_RIGHT = auto(), "向管理员申请权限后重发"


class SyncClock(Choice):
    """What was made of the time at which the phone says that a change was captured."""

    AS_SENT = auto(), "按所报时间"
    CORRECTED = auto(), "按时钟偏差校正"
    NOT_BELIEVED = auto(), "时钟不可信，按收到时间"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as it was queued. `kind` is a name of `kinds.KINDS`, `request` what its operation takes, times in the phone's clock.

    `about` is the client id of the change that made what this one is about; `after` are client ids of others that must be done first.
    `refusal` is set where the input could not be read; there is no request then.
    """

    client_id: str
    kind: str
    captured_at: datetime
    request: Any = None
    about: str | None = None
    after: tuple[str, ...] = ()
    refusal: Refusal | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The client ids of all that must be done before it."""
        return self.after if self.about is None else (*self.after, self.about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What a phone sends in one call. `phone_now` is what its clock shows when it sends."""

    phone_now: datetime
    changes: tuple[Change, ...]
    read: Callable[[Change], Change] = lambda change: change
    """Makes of a change one that is whole, when its turn comes; until then only its id, its time and what it needs must be there."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a change made or changed: its type as global ids have it, its key, and its present version where such things have one."""

    type: str
    id: int
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one change. `captured_at` is the time that was taken for it; None where it was not looked at."""

    client_id: str
    status: SyncStatus
    thing: Thing | None = None
    refusals: tuple[Refusal, ...] = ()
    mend: SyncMend | None = None
    captured_at: datetime | None = None
    clock: SyncClock | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The time that is taken for a change, by how much its other times are shifted, and why."""

    at: datetime
    clock: SyncClock
    shift: timedelta
