"""Duties: who must do what, to whom or where, and how often. A plugin's duties hold on its own grid types, those of `community` on all.

Days, weeks, months, quarters and years are those of the calendar in the time zone of the place; a week begins on Monday.
"""

from dataclasses import KW_ONLY, dataclass
from enum import auto

from wangge_core.plugin.declarations.kinds import AssetKind, EventKind, NeedKind, PlaceKind
from wangge_core.plugin.declarations.labels import Choice, Declared
from wangge_core.plugin.declarations.roles import Level, Role
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.plugin.declarations.weekdays import Weekday


class DutyWork(Choice):
    """What is done for a duty, as the ledger calls it."""

    VISIT = auto(), "走访"
    TALK = auto(), "宣传告知"
    INSPECTION = auto(), "检查"
    CHECK = auto(), "核实"
    MEETING = auto(), "会议"
    PATROL = auto(), "巡查"
    JOINT_PATROL = auto(), "联合巡查"
    VIDEO_PATROL = auto(), "视频巡查"
    ROLL_CALL = auto(), "点名"
    DRILL = auto(), "演练"
    WATCH = auto(), "值守"


PATROLS = frozenset({DutyWork.PATROL, DutyWork.JOINT_PATROL, DutyWork.VIDEO_PATROL})
"""Work that the ledger keeps as patrols, with its minutes."""


class Period(Choice):
    """A stretch of the calendar in which something is done so and so often."""

    DAY = auto(), "日"
    WORKING_DAY = auto(), "工作日"
    WEEK = auto(), "周"
    MONTH = auto(), "月"
    QUARTER = auto(), "季度"
    YEAR = auto(), "年"


class TargetSort(Choice):
    """Of what sort the things are that a duty concerns."""

    HOUSEHOLD = auto(), "户"
    PERSON = auto(), "人"
    UNIT = auto(), "房屋"
    BUILDING = auto(), "楼栋"
    ORGANIZATION = auto(), "单位"
    ASSET = auto(), "部件"
    PLACE = auto(), "站点"
    GRID = auto(), "网格"
    EVENT = auto(), "事件"
    TASK = auto(), "任务"


class FrequencyKind(Choice):
    """In what way a duty says how often."""

    TIMES = auto(), "每期次数"
    MINUTES = auto(), "每期分钟"
    SHARE = auto(), "每期比例"
    DIFFERENT = auto(), "每期不同户数"
    EVERY_HOURS = auto(), "每隔小时"
    PROMPTLY = auto(), "限时"
    BEFORE = auto(), "事前"
    AS_IT_COMES = auto(), "随时"


@dataclass(frozen=True, slots=True, eq=False)
class Occasion(Declared):
    """What holds over some ground for a time, as the deployment says: a storm warning, the wet season, a peak day."""


# Whom or where


@dataclass(frozen=True, slots=True, kw_only=True)
class EachHousehold:
    """Households: all; those without any need, sensitive ones aside; those in which somebody lives for a time; or those with a member who
    has such a need."""

    without_need: bool = False
    with_temporary: bool = False
    need: tuple[NeedKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EachPerson:
    """Residents who have a need of one of these kinds now; with `also`, only those who have one of these besides."""

    need: tuple[NeedKind, ...]
    also: tuple[NeedKind, ...] = ()
    not_also: tuple[NeedKind, ...] = ()


@dataclass(frozen=True, slots=True)
class EachHome:
    """Units that people live in."""


@dataclass(frozen=True, slots=True)
class EachBuilding:
    """Buildings, with their stairwells and yards."""


@dataclass(frozen=True, slots=True)
class EachOrganization:
    """Shops, firms and other organisations that are open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EachAsset:
    """Assets of these kinds; without any, all."""

    kinds: tuple[AssetKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EachPlace:
    """Places of these kinds; without any, all."""

    kinds: tuple[PlaceKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeGrid:
    """The grid itself; at another level, its community or subdistrict."""

    level: Level = Level.GRID


@dataclass(frozen=True, slots=True, kw_only=True)
class EachEvent:
    """Events of these kinds, or urgent ones of any; each asks for something once, `Promptly` after its report.

    Where the frequency names an occasion, they are those that are open. Events of kinds that are hidden from the grid ask nobody for
    anything. `closed` counts from closing, `unrated` takes those that their
    reporter did not rate, and `one_in=10` every tenth, by the event's number in the register.
    """

    kinds: tuple[EventKind, ...] = ()
    urgent: bool = False
    closed: bool = False
    unrated: bool = False
    one_in: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EachAsked:
    """Events of which a task of these kinds was given; done when the task has ended."""

    tasks: tuple[TaskKind, ...]


Target = (
    EachHousehold
    | EachPerson
    | EachHome
    | EachBuilding
    | EachOrganization
    | EachAsset
    | EachPlace
    | WholeGrid
    | EachEvent
    | EachAsked
)


# How often


@dataclass(frozen=True, slots=True)
class Times:
    """So many times in each period; `on` is the weekday on which it is due, of a week."""

    times: int
    _: KW_ONLY
    per: Period
    on: Weekday | None = None


@dataclass(frozen=True, slots=True)
class Minutes:
    """So many minutes in each period, by the patrols that count."""

    minutes: int
    _: KW_ONLY
    per: Period


@dataclass(frozen=True, slots=True)
class Share:
    """So many percent of them in each period, rounded up, each once; due of the grid as a whole."""

    percent: int
    _: KW_ONLY
    per: Period


@dataclass(frozen=True, slots=True)
class Different:
    """So many different ones in each period, whichever; due of the grid as a whole."""

    count: int
    _: KW_ONLY
    per: Period


@dataclass(frozen=True, slots=True)
class EveryHours:
    """Once in every so many hours from midnight on; a divisor of 24."""

    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promptly:
    """Once within a time: of the beginning of an occasion; without one of the event, or of the moment at which a person's need was set."""

    days: int = 0
    hours: int = 0
    minutes: int = 0
    of: Occasion | None = None

    @property
    def seconds(self) -> int:
        return (self.days * 24 + self.hours) * 3600 + self.minutes * 60


@dataclass(frozen=True, slots=True)
class Before:
    """Once in the days before an occasion begins, as far as that is known."""

    of: Occasion
    _: KW_ONLY
    days: int


@dataclass(frozen=True, slots=True)
class AsItComes:
    """Each time it comes up, which no list can know; it is done and recorded then."""


Regular = Times | Minutes | Share | Different | EveryHours


@dataclass(frozen=True, slots=True)
class During:
    """While an occasion holds, this in place of what else is asked; of several, the last one named."""

    occasion: Occasion
    regular: Regular


Frequency = Regular | Promptly | Before | During | AsItComes


@dataclass(frozen=True, slots=True, eq=False)
class Duty(Declared):
    """What somebody must do again and again, or each time something happens.

    `who` may do it, each of them; a role that may act as one of these may too. `minutes` is how long one of it takes, for forecasts of
    load. `every` may name several frequencies: one of the calendar, and others that events and occasions ask for; each holds for those
    of `of` that it fits.
    """

    _: KW_ONLY
    who: tuple[Role, ...]
    does: DutyWork
    of: Target | tuple[Target, ...]
    every: Frequency | tuple[Frequency, ...]
    minutes: int = 20

    @property
    def targets(self) -> tuple[Target, ...]:
        return self.of if isinstance(self.of, tuple) else (self.of,)

    @property
    def frequencies(self) -> tuple[Frequency, ...]:
        return self.every if isinstance(self.every, tuple) else (self.every,)
