"""What an event is reported with, by workers, desks, other systems and imported years of records alike."""

from dataclasses import dataclass
from datetime import datetime
from enum import auto
from typing import Any

from wangge_core.events.involvements import Involved
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.declarations.labels import Choice

MOST_DESCRIPTION = 4000


class EventSource(Choice):
    """How the service came to know of an event."""

    WORKER = auto(), "网格员上报"
    PATROL = auto(), "巡查发现"
    VISIT = auto(), "走访发现"
    CAMPAIGN = auto(), "专项任务"
    RESIDENT = auto(), "居民上报"
    VISITOR = auto(), "游客上报"
    HOTLINE = auto(), "热线"
    VIDEO_PATROL = auto(), "视频巡查"
    SENSOR = auto(), "物联感知"
    OTHER_SYSTEM = auto(), "外部系统"
    SUPERIOR = auto(), "上级交办"


class Timeliness(Choice):
    """Whether an event was settled in time, as its own records say."""

    ON_TIME = auto(), "按期"
    OVERDUE = auto(), "逾期"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What an imported record says of its own past: when it was closed, when it was due, whether that was in time, and the office that
    handled it. All may be unknown."""

    closed: bool = False
    closed_at: datetime | None = None
    due_at: datetime | None = None
    timeliness: Timeliness | None = None
    office_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The event that another one comes of: by a move of it that opened another, or as a part of it.

    What comes of an event, or of what was registered, is as far as it is known there: its details and who is involved need not be
    complete. It is nobody's report, so that no right to report is asked for; who may do what it comes of was checked.
    """

    opened_by_event_id: int | None = None
    part_of_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """An event to report. The grid may be left out where a building, a place, or a position within boundaries is named.
    `details` is plain data for the kind's dataclass.

    `unit_id` is a unit of the building, for rooms that know which. `photos` are attachments that were taken in before. `source_name` and
    `source_key` are the other system and its own number; the same pair is taken once. What a machine claims becomes an
    alert (`alerts.py`) unless it says that it was `person_reported` there.
    """

    kind_id: str
    description: str
    grid_id: int | None = None
    building_id: int | None = None
    unit_id: int | None = None
    place_id: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    occurred_at: datetime | None = None
    reported_at: datetime | None = None
    source: EventSource = EventSource.WORKER
    priority: Priority | None = None
    details: Any = None
    involved: tuple[Involved, ...] = ()
    source_name: str | None = None
    source_key: str | None = None
    recorded: Recorded | None = None
    photos: tuple[int, ...] = ()
    origin: Origin | None = None
    person_reported: bool = False
