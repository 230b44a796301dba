"""Campus grids: dormitories, laboratories and canteens, with repairs that students report and see done."""

from collections.abc import Sequence
from datetime import date
from enum import auto
from typing import Annotated

from wangge_core.plugin import (
    ASSET,
    HANDLING,
    PRIVATE,
    PUBLIC,
    STAFF,
    AssetKind,
    Assignees,
    CalendarDays,
    Choice,
    Continuous,
    Counts,
    Duty,
    DutyWork,
    EachAsset,
    EachPlace,
    EventKind,
    GridType,
    Indicator,
    Involves,
    Level,
    Measure,
    Milestones,
    Move,
    Note,
    NotWhoDid,
    Period,
    Photo,
    PlaceKind,
    Plugin,
    Position,
    Priority,
    Reason,
    Role,
    Size,
    Staffing,
    Stage,
    Statistic,
    StepsMade,
    Times,
    Workflow,
    WorkingDays,
    Zh,
    community,
    details,
)

# Who does the work

KEEPER = Role(
    "keeper",
    zh="宿舍管理员",
    en="Dormitory keeper",
    level=Level.GRID,
    duty="Keeps a dormitory: takes reports, hands repairs out and looks whether they are done.",
    may=HANDLING,
    acts_as=(community.GRID_WORKER, community.INFORMATION_OFFICER),
)
REPAIRER = Role("repairer", zh="后勤维修员", level=Level.GRID, duty="Repairs what is broken, in rooms and outside.", may=HANDLING)
LOGISTICS_HEAD = Role(
    "logistics_head",
    zh="后勤处负责人",
    en="Head of logistics",
    level=Level.COMMUNITY,
    duty="Answers for repairs on the whole campus and settles quarrels; stands where a community's head stands elsewhere.",
    may=HANDLING,
    acts_as=(community.COMMUNITY_HEAD, community.COMMUNITY_OFFICER, community.MEDIATOR),
)

ONE_TWO_N = Staffing(
    "one_two_n",
    (
        Position(KEEPER, per="dormitory"),
        Position(REPAIRER, most=None),
        Position(community.PUBLIC_ORDER_OFFICER),
        Position(community.VOLUNTEER, least=0, most=None, per="grid, as many students as come forward"),
    ),
    zh="校园 1+2+N",
    en="Campus 1+2+N",
)
LOGISTICS = Staffing(
    "logistics", (Position(LOGISTICS_HEAD, per="campus"),), zh="后勤处", en="Logistics office", level=Level.COMMUNITY
)

# What happens

REPAIR = Workflow(
    "repair",
    zh="报修流程",
    whole=CalendarDays(7, until=("closed",)),
    stages=(
        Stage("reported", zh="已报修", by=(KEEPER,), clock=Continuous(hours=4), level=Level.GRID),
        Stage("in_repair", zh="维修中", by=(REPAIRER,), clock=WorkingDays(2), level=Level.GRID),
        Stage("check", zh="待验收", en="To be checked", by=(KEEPER, LOGISTICS_HEAD), clock=WorkingDays(1)),
        Stage("closed", zh="已办结", final=True),
        Stage("declined", zh="不予受理", final=True),
    ),
    moves=(
        Move("hand_out", "reported", "in_repair", zh="派修", asks=(Assignees(),)),
        Move("decline", "reported", "declined", zh="不予受理", by=(LOGISTICS_HEAD,), asks=(Reason(),)),
        Move("done", "in_repair", "check", zh="修好", asks=(Note(), Photo(optional=True))),
        Move("verified", "check", "closed", zh="验收通过", en="Found in order", guards=(NotWhoDid("done"),)),
        Move("rework", "check", "in_repair", zh="返修", asks=(Reason(),)),
    ),
)


class RepairMatter(Choice):
    """What is broken."""

    WATER = auto(), "水"
    POWER = auto(), "电"
    HEATING = auto(), "暖气"
    FURNITURE = auto(), "家具"
    NETWORK = auto(), "网络"
    OTHER = auto(), "其他"


@details(data_class=STAFF)
class DormitoryRepair:
    """What is broken, in which room, and for how many."""

    matter: Annotated[RepairMatter, Zh("报修类别")]
    room: Annotated[str, Zh("房间"), PRIVATE]
    rooms_affected: Annotated[int, Zh("影响房间数")] = 1
    broken_since: Annotated[date | None, Zh("损坏日期")] = None

    def __post_init__(self) -> None:
        if self.rooms_affected < 1:
            raise ValueError("rooms_affected must be at least 1")


@details(data_class=STAFF)
class LaboratoryHazard:
    """What could do harm in a laboratory."""

    laboratory: Annotated[str, Zh("实验室")]
    work_stopped: Annotated[bool, Zh("是否已停止实验")]


@details(data_class=PUBLIC)
class Canteen:
    """What a guest wants to know of a canteen."""

    opening_hours: Annotated[str, Zh("开放时间")]
    seats: Annotated[int | None, Zh("座位数")] = None


# What must be done again and again, and what is counted

FUME_HOOD = AssetKind("fume_hood", zh="通风橱")
DORMITORY = PlaceKind("dormitory", zh="宿舍楼")

DUTIES = (
    Duty(
        "dormitory_round",
        zh="宿舍楼巡查",
        who=(KEEPER,),
        does=DutyWork.INSPECTION,
        of=EachPlace(kinds=(DORMITORY,)),
        every=Times(1, per=Period.WEEK),
        minutes=20,
    ),
    Duty(
        "fume_hood_check",
        zh="通风橱检查",
        who=(REPAIRER,),
        does=DutyWork.INSPECTION,
        of=EachAsset(kinds=(FUME_HOOD,)),
        every=Times(1, per=Period.QUARTER),
    ),
)

REPAIRED = Measure("repaired", zh="维修完成数", way=StepsMade())

STATISTICS = (
    REPAIRED,
    Indicator(
        "repaired_share", zh="维修完成率", numerator=REPAIRED, denominator=community.ACCEPTED, formula="repaired / handed out"
    ),
    Milestones(
        "repair",
        zh="报修",
        workflow=REPAIR,
        closing=("closed",),
        counts=(
            Counts(community.ACCEPTED, moves=("hand_out",)),
            Counts(community.NOT_ACCEPTED, stages=("declined",)),
            Counts(community.REWORKED, moves=("rework",)),
            Counts(REPAIRED, moves=("verified",)),
        ),
    ),
)

# What it all adds up to


class Campus(Plugin):
    """A university or a school with dormitories."""

    def grid_types(self) -> Sequence[GridType]:
        return (
            GridType(
                "campus",
                zh="校园网格",
                en="Campus grid",
                staffing=(ONE_TWO_N,),
                desks=(LOGISTICS, community.SECOND_LOOP, community.THIRD_LOOP),
                size=Size(grids_are="dormitory areas"),
            ),
        )

    def roles(self) -> Sequence[Role]:
        return (KEEPER, REPAIRER, LOGISTICS_HEAD)

    def workflows(self) -> Sequence[Workflow]:
        return (REPAIR,)

    def event_kinds(self) -> Sequence[EventKind]:
        return (
            EventKind("dormitory_repair", zh="宿舍报修", workflow=REPAIR, details=DormitoryRepair),
            EventKind(
                "laboratory_hazard",
                zh="实验室隐患",
                workflow=community.THREE_LOOPS,
                priority=Priority.HIGH,
                details=LaboratoryHazard,
                involves=(Involves("equipment", ASSET, zh="设备", optional=True),),
            ),
        )

    def asset_kinds(self) -> Sequence[AssetKind]:
        return (FUME_HOOD, AssetKind("washing_machine", zh="洗衣机"))

    def place_kinds(self) -> Sequence[PlaceKind]:
        return (DORMITORY, PlaceKind("canteen", zh="食堂", details=Canteen))

    def duties(self) -> Sequence[Duty]:
        return DUTIES

    def indicators(self) -> Sequence[Statistic]:
        return STATISTICS


plugin = Campus()
