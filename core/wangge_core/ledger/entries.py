"""What the entries of the ledger have in common: their kinds and outcomes, why one does not count, the checks of their times, and which
duties there are to be named."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import auto

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.labels import Choice

LATEST_DAYS = 31
"""For how many days what was done is still taken in."""
AHEAD = timedelta(minutes=5)
"""How far the clock of a device may be ahead."""
LONGEST = timedelta(hours=24)
MOST_KEY = 80


class WorkKind(Choice):
    """What was done, other than a patrol."""

    VISIT = auto(), "走访"
    TALK = auto(), "谈心谈话"
    INSPECTION = auto(), "检查"
    CHECK = auto(), "核查"
    MEETING = auto(), "会议"
    ROLL_CALL = auto(), "清点"
    DRILL = auto(), "演练"
    WATCH = auto(), "值守"


class VisitOutcome(Choice):
    """What became of it. DECLINED fulfils the duty and has no consequence; nothing else is kept of it."""

    MET = auto(), "见面"
    BY_PHONE = auto(), "电话联系"
    NOT_AT_HOME = auto(), "无人在家"
    DECLINED = auto(), "谢绝"
    MOVED_AWAY = auto(), "已迁出"
    DONE = auto(), "已完成"


class PatrolKind(Choice):
    """What sort of patrol it was."""

    PATROL = auto(), "巡查"
    JOINT_PATROL = auto(), "联合巡查"
    VIDEO_PATROL = auto(), "视频巡查"


class NotCounted(Choice):
    """Why an entry does not count for whoever made it. It is kept all the same, and what it opened goes its way."""

    OUTSIDE_GRID = auto(), "不在岗位所辖网格内"
    DEVICE_NOT_BOUND = auto(), "设备未绑定该岗位"
    NO_TRACK = auto(), "没有轨迹"
    COUNTED_ALREADY = auto(), "与已计的巡查时间重叠"


class CheckpointBy(Choice):
    """How it is known that a checkpoint was passed."""

    SCAN = auto(), "扫码"
    POSITION = auto(), "定位"
    SEEN = auto(), "视频查看"


class Part(Choice):
    """As what somebody took part."""

    LEADER = auto(), "带队"
    MEMBER = auto(), "参加"


class OpenedBecause(Choice):
    """What of an entry opened an event."""

    FACILITY = auto(), "设施故障"
    HAZARD = auto(), "隐患"
    DISPUTE = auto(), "需要调解"
    NEWCOMER = auto(), "新入住"
    FINDING = auto(), "巡查发现"


OF_PEOPLE = frozenset({WorkKind.VISIT, WorkKind.TALK})
"""What is done with people and has one of their outcomes; all else is done."""


async def known_duties(work: Work, ids: Sequence[str | None]) -> set[str]:
    """Which of these duties there are."""
    return set(await work.by_ids((), t.duty.c.id, {id for id in ids if id is not None}))


def check_times(work: Work, started_at: datetime, ended_at: datetime | None) -> Iterator[Refusal]:
    """Neither ahead nor long ago, and at most a day long."""
    for at, field in ((started_at, "startedAt"), (ended_at, "endedAt")):
        if at is not None:
            yield from check_moment(work, at, field)
    if ended_at is None:
        return
    if ended_at < started_at:
        yield refusal("TERM_INVALID", "endedAt")
    elif ended_at - started_at > LONGEST:
        yield refusal("WORK_TOO_LONG", "endedAt", hours=int(LONGEST / timedelta(hours=1)))


def check_moment(work: Work, at: datetime, field: str) -> Iterator[Refusal]:
    """A moment of which a device tells: its clock may be a little ahead."""
    if at > work.now + AHEAD:
        yield refusal("IN_THE_FUTURE", field)
    elif at < work.now - timedelta(days=LATEST_DAYS):
        yield refusal("WORK_TOO_OLD", field, days=LATEST_DAYS)
