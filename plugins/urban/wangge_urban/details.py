"""What the urban kinds and assets need to know."""

from typing import Annotated

from wangge_core.plugin import PUBLIC, STAFF, Zh, details, refuse_negative
from wangge_urban.choices import (
    Burnt,
    ChargingPlace,
    ConstructionDustFault,
    ConstructionState,
    FireLaneObstacle,
    ManholeFault,
    NoiseSource,
    ParkedVehicle,
    ParkingBlocks,
    Pipe,
    RoadDamageType,
    ShopfrontNeglect,
    StreetLampFault,
    VendingPlace,
    Waste,
)

# Waste and street order


@details(data_class=STAFF)
class ExposedGarbage:
    """What kind of waste lies there, and how much."""

    waste: Annotated[Waste, Zh("垃圾类别")]
    volume_m3: Annotated[float | None, Zh("体积（立方米）", "Volume (m³)")] = None

    def __post_init__(self) -> None:
        refuse_negative(volume_m3=self.volume_m3)


@details(data_class=STAFF)
class OverflowingBin:
    """How many bins overflow."""

    bins: Annotated[int, Zh("数量")]

    def __post_init__(self) -> None:
        refuse_negative(bins=self.bins)


@details(data_class=STAFF)
class ShopfrontDuty:
    """Which duties a shop neglects on its front."""

    missing: Annotated[tuple[ShopfrontNeglect, ...], Zh("未落实内容")]

    def __post_init__(self) -> None:
        if not self.missing:
            raise ValueError("missing must name at least one duty")


@details(data_class=STAFF)
class StreetVending:
    """Where somebody trades, and whom it hinders."""

    where: Annotated[VendingPlace, Zh("位置")]
    blocks_blind_path: Annotated[bool, Zh("是否占压盲道")]
    stalls: Annotated[int | None, Zh("摊位数")] = None

    def __post_init__(self) -> None:
        refuse_negative(stalls=self.stalls)


@details(data_class=STAFF)
class Parking:
    """What is parked badly and what it blocks; never a number plate."""

    vehicles: Annotated[ParkedVehicle, Zh("车辆类别")]
    count: Annotated[int, Zh("数量")]
    blocks: Annotated[ParkingBlocks, Zh("影响")]

    def __post_init__(self) -> None:
        refuse_negative(count=self.count)


@details(data_class=STAFF)
class OpenBurning:
    """What is burnt in the open."""

    what: Annotated[Burnt, Zh("焚烧物")]


@details(data_class=STAFF)
class Noise:
    """What makes the noise, when and how loud."""

    source: Annotated[NoiseSource, Zh("噪声源")]
    at_night: Annotated[bool, Zh("是否夜间")]
    decibel: Annotated[float | None, Zh("分贝")] = None

    def __post_init__(self) -> None:
        refuse_negative(decibel=self.decibel)


# Roads, lamps and pipes


@details(data_class=STAFF)
class RoadDamage:
    """How a road is damaged, how wide and how deep."""

    damage: Annotated[RoadDamageType, Zh("破损类型")]
    area_m2: Annotated[float | None, Zh("面积（平方米）", "Area (m²)")] = None
    depth_mm: Annotated[int | None, Zh("深度（毫米）", "Depth (mm)")] = None

    def __post_init__(self) -> None:
        refuse_negative(area_m2=self.area_m2, depth_mm=self.depth_mm)


@details(data_class=STAFF)
class ManholeCover:
    """What is wrong with a manhole cover, and whether people are kept off it."""

    fault: Annotated[ManholeFault, Zh("问题")]
    fenced_off: Annotated[bool, Zh("是否已围挡")]


@details(data_class=STAFF)
class StreetLamp:
    """What is wrong with how many street lamps."""

    fault: Annotated[StreetLampFault, Zh("问题")]
    lamps: Annotated[int, Zh("盏数")]

    def __post_init__(self) -> None:
        refuse_negative(lamps=self.lamps)


@details(data_class=STAFF)
class PipeBurst:
    """Which pipe burst, and what follows from it."""

    pipe: Annotated[Pipe, Zh("管道类别")]
    road_sunk: Annotated[bool, Zh("是否路面塌陷")]
    supply_cut: Annotated[bool, Zh("是否停供")]


# Building and fire


@details(data_class=STAFF)
class ConstructionDust:
    """Why a building site makes dust."""

    fault: Annotated[ConstructionDustFault, Zh("问题")]


@details(data_class=STAFF)
class IllegalConstruction:
    """How far an illegal building has come, and how large it is."""

    state: Annotated[ConstructionState, Zh("状态")]
    area_m2: Annotated[float | None, Zh("面积（平方米）", "Area (m²)")] = None
    floors: Annotated[int | None, Zh("层数")] = None

    def __post_init__(self) -> None:
        refuse_negative(area_m2=self.area_m2, floors=self.floors)


@details(data_class=STAFF)
class FireLane:
    """What stands in a fire lane."""

    blocked_by: Annotated[FireLaneObstacle, Zh("占用物")]


@details(data_class=STAFF)
class EbikeCharging:
    """Where e-bikes are charged unsafely, and how many."""

    where: Annotated[ChargingPlace, Zh("位置")]
    vehicles: Annotated[int, Zh("数量")]

    def __post_init__(self) -> None:
        refuse_negative(vehicles=self.vehicles)


# Assets


@details(data_class=PUBLIC)
class Camera:
    """Whose camera it is, what for, and the notice that tells people of it; neither picture nor feed."""

    owner: Annotated[str, Zh("管理单位")]
    purpose: Annotated[str, Zh("用途")]
    notice: Annotated[str, Zh("告知标识", "Notice that it films")]
