"""What the rural kinds need to know."""

from typing import Annotated

from wangge_core.plugin import STAFF, Zh, details, refuse_negative
from wangge_rural.choices import (
    Affected,
    Care,
    DisputedLand,
    FloodWater,
    GroundSign,
    HouseGrade,
    OpenFireUse,
    Outage,
    RoadOrBridgeDamage,
    VillageSanitationMatter,
    VillageTopic,
    WaterBody,
    WaterShortageCause,
    Works,
)

# Village matters and works


@details(data_class=STAFF)
class VillageMatter:
    """What a village matter is about, and how many households it touches."""

    topic: Annotated[VillageTopic, Zh("事项")]
    households: Annotated[int | None, Zh("涉及户数")] = None

    def __post_init__(self) -> None:
        refuse_negative(households=self.households)


@details(data_class=STAFF)
class SmallWorks:
    """What is to be built or mended, and whom it serves."""

    works: Annotated[Works, Zh("工程类别")]
    households: Annotated[int, Zh("受益户数")]
    people: Annotated[int | None, Zh("受益人数")] = None
    length_m: Annotated[float | None, Zh("长度（米）", "Length (m)")] = None

    def __post_init__(self) -> None:
        refuse_negative(households=self.households, people=self.people, length_m=self.length_m)


@details(data_class=STAFF)
class DrinkingWater:
    """Why people have no good drinking water, how many they are and how far they carry it."""

    cause: Annotated[WaterShortageCause, Zh("原因")]
    households: Annotated[int, Zh("户数")]
    people: Annotated[int, Zh("人数")]
    metres_carried: Annotated[int | None, Zh("取水距离（米）")] = None

    def __post_init__(self) -> None:
        refuse_negative(households=self.households, people=self.people, metres_carried=self.metres_carried)


@details(data_class=STAFF)
class RoadOrBridge:
    """How a village road or bridge is damaged, and whether one can still pass."""

    damage: Annotated[RoadOrBridgeDamage, Zh("损坏")]
    passable: Annotated[bool, Zh("是否可通行")]


@details(data_class=STAFF)
class PowerOrSignal:
    """What has failed, for how many households."""

    what: Annotated[Outage, Zh("故障")]
    households: Annotated[int, Zh("影响户数")]

    def __post_init__(self) -> None:
        refuse_negative(households=self.households)


@details(data_class=STAFF)
class VillageSanitation:
    """What is unclean in the village."""

    what: Annotated[VillageSanitationMatter, Zh("情况")]


# Hazards


@details(data_class=STAFF)
class Flood:
    """Where a flood comes from, how deep it is and how many people it threatens."""

    water: Annotated[FloodWater, Zh("水情")]
    people_in_danger: Annotated[int, Zh("受威胁人数")]
    level_cm: Annotated[int | None, Zh("水深（厘米）", "Depth (cm)")] = None

    def __post_init__(self) -> None:
        refuse_negative(people_in_danger=self.people_in_danger, level_cm=self.level_cm)


@details(data_class=STAFF)
class GeologicalHazard:
    """A sign that the ground moves, and how many households live below."""

    sign: Annotated[GroundSign, Zh("征兆")]
    households_below: Annotated[int, Zh("受威胁户数")]

    def __post_init__(self) -> None:
        refuse_negative(households_below=self.households_below)


@details(data_class=STAFF)
class UnsafeHouse:
    """Whether somebody lives in an unsafe house, and its grade where it was appraised."""

    lived_in: Annotated[bool, Zh("是否有人居住")]
    grade: Annotated[HouseGrade | None, Zh("鉴定等级")] = None


@details(data_class=STAFF)
class OpenFire:
    """Why somebody made a fire in the open, and whether woodland is near."""

    what: Annotated[OpenFireUse, Zh("用火类型")]
    near_forest: Annotated[bool, Zh("是否临近林地")]


@details(data_class=STAFF)
class Waters:
    """What water is dangerous, and what protects people from it."""

    water: Annotated[WaterBody, Zh("水域")]
    warning_sign: Annotated[bool, Zh("有无警示牌")]
    fence: Annotated[bool, Zh("有无护栏")]
    lifebuoy: Annotated[bool, Zh("有无救生设备")]


# People, land, animals and crops


@details(data_class=STAFF)
class LandDispute:
    """What land is disputed, how much of it, and whether there are papers."""

    land: Annotated[DisputedLand, Zh("争议标的")]
    papers_exist: Annotated[bool, Zh("有无凭证")]
    area_m2: Annotated[float | None, Zh("面积（平方米）", "Area (m²)")] = None

    def __post_init__(self) -> None:
        refuse_negative(area_m2=self.area_m2)


@details(data_class=STAFF)
class LeftBehindCare:
    """What was done for somebody left behind."""

    help: Annotated[Care, Zh("关爱内容")]


@details(data_class=STAFF)
class PlantOrAnimalDisease:
    """What animals or plants are ill, how widely, and how many died."""

    affected: Annotated[Affected, Zh("对象")]
    extent: Annotated[str, Zh("规模")]
    dead: Annotated[int | None, Zh("死亡数")] = None

    def __post_init__(self) -> None:
        refuse_negative(dead=self.dead)
