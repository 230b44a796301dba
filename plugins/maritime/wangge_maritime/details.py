"""What the maritime kinds and assets need to know."""

from datetime import datetime
from typing import Annotated

from wangge_core.plugin import STAFF, Zh, details, refuse_negative
from wangge_maritime.choices import (
    AnchorageObstacle,
    ClosedSeasonMatter,
    DistressNature,
    HarbourHazard,
    LivelihoodHelp,
    MedicalHelp,
    RaftHazard,
    SchoolObstacle,
    SchoolStage,
    SeaPollutant,
    VesselHazard,
)

# Emergencies


@details(data_class=STAFF)
class Distress:
    """What happened to a vessel, with how many people on board."""

    nature: Annotated[DistressNature, Zh("险情")]
    people_on_board: Annotated[int, Zh("船上人数")]
    sea_state: Annotated[int | None, Zh("海况等级")] = None

    def __post_init__(self) -> None:
        refuse_negative(people_on_board=self.people_on_board)
        if self.sea_state is not None and not 0 <= self.sea_state <= 9:
            raise ValueError("sea_state must be between 0 and 9")


@details(data_class=STAFF)
class MedicalAtSea:
    """How many people are ill or hurt, and what medical help is wanted."""

    people: Annotated[int, Zh("人数")]
    medical_help: Annotated[MedicalHelp, Zh("需要")]

    def __post_init__(self) -> None:
        refuse_negative(people=self.people)


@details(data_class=STAFF)
class VesselOverdue:
    """When a vessel was last heard of and when it was expected."""

    last_heard_at: Annotated[datetime, Zh("最后联系时间")]
    expected_at: Annotated[datetime | None, Zh("预计归港时间")] = None


@details(data_class=STAFF)
class StormRecall:
    """Which storm comes, and until when vessels must be in port."""

    storm: Annotated[str, Zh("台风名称")]
    deadline_at: Annotated[datetime, Zh("归港期限")]


# Hazards


@details(data_class=STAFF)
class VesselSafety:
    """What is out of order on a vessel, and whether it may sail before that is put right."""

    items: Annotated[tuple[VesselHazard, ...], Zh("隐患项目")]
    may_sail: Annotated[bool, Zh("整改期间可否出海")]

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("items must name at least one hazard")


@details(data_class=STAFF)
class RaftSafety:
    """What is out of order on a fish raft."""

    items: Annotated[tuple[RaftHazard, ...], Zh("隐患项目")]

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("items must name at least one hazard")


@details(data_class=STAFF)
class HarbourSafety:
    """What is out of order in a harbour."""

    items: Annotated[tuple[HarbourHazard, ...], Zh("隐患项目")]

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("items must name at least one hazard")


# Order and livelihood


@details(data_class=STAFF)
class AnchorageBlocked:
    """What blocks a fairway or an anchorage."""

    blocked_by: Annotated[AnchorageObstacle, Zh("占用物")]


@details(data_class=STAFF)
class GearDispute:
    """How much was lost, where it is known."""

    loss_fen: Annotated[int | None, Zh("损失金额（分）", "Loss (fen)")] = None

    def __post_init__(self) -> None:
        refuse_negative(loss_fen=self.loss_fen)


@details(data_class=STAFF)
class CrewWages:
    """How much is owed to how many of the crew."""

    amount_fen: Annotated[int, Zh("金额（分）", "Amount (fen)")]
    crew: Annotated[int, Zh("船员人数")]

    def __post_init__(self) -> None:
        refuse_negative(amount_fen=self.amount_fen, crew=self.crew)


@details(data_class=STAFF)
class SeaPollution:
    """What pollutes the sea, and how widely."""

    what: Annotated[SeaPollutant, Zh("污染物")]
    extent: Annotated[str, Zh("范围")]


@details(data_class=STAFF)
class ClosedSeason:
    """What comes up in the closed season; the fishery office handles it, and no case is kept on a person."""

    what: Annotated[ClosedSeasonMatter, Zh("情况")]


@details(data_class=STAFF)
class Livelihood:
    """What help a fishing family gets."""

    help: Annotated[LivelihoodHelp, Zh("帮扶内容")]


@details(data_class=STAFF)
class Schooling:
    """How many children need a school, at which stage, and what stands in the way."""

    children: Annotated[int, Zh("子女数")]
    stage: Annotated[SchoolStage, Zh("学段")]
    obstacle: Annotated[SchoolObstacle, Zh("困难")]

    def __post_init__(self) -> None:
        refuse_negative(children=self.children)


# Assets


@details(data_class=STAFF)
class Vessel:
    """A fishing vessel: how to name, call and recognise it, and how many it may carry."""

    name: Annotated[str, Zh("船名")]
    number: Annotated[str, Zh("船号")]
    length_m: Annotated[float, Zh("船长（米）", "Length (m)")]
    power_kw: Annotated[float, Zh("主机功率（千瓦）", "Power (kW)")]
    crew_most: Annotated[int, Zh("核定船员数", "Crew at most")]
    home_port: Annotated[str, Zh("船籍港")]
    gear: Annotated[str | None, Zh("作业方式", "Fishing gear")] = None
    radio: Annotated[str | None, Zh("电台呼号", "Radio call sign")] = None
    ais_number: Annotated[str | None, Zh("船载定位识别码", "AIS number")] = None

    def __post_init__(self) -> None:
        refuse_negative(length_m=self.length_m, power_kw=self.power_kw, crew_most=self.crew_most)


@details(data_class=STAFF)
class Raft:
    """A fish raft: how large it is, and how many people sleep on it."""

    cages: Annotated[int, Zh("网箱数")]
    area_m2: Annotated[float, Zh("面积（平方米）", "Area (m²)")]
    people_overnight: Annotated[int, Zh("夜间住人数")]

    def __post_init__(self) -> None:
        refuse_negative(cages=self.cages, area_m2=self.area_m2, people_overnight=self.people_overnight)
