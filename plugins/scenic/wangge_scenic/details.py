"""What the scenic kinds and assets need to know."""

from datetime import datetime
from typing import Annotated

from wangge_core.plugin import PRIVATE, PUBLIC, STAFF, Zh, details, refuse_negative
from wangge_scenic.choices import (
    AgeGroup,
    CountedBy,
    FireSigns,
    FoodFault,
    HeritageDamageType,
    LodgingFault,
    RescueNature,
    Ride,
    TourismElement,
    ToutedFor,
    TrailHazardType,
    TransportFault,
    VenueFault,
    Weather,
)

# Emergencies


@details(data_class=STAFF)
class Rescue:
    """What a rescue needs to know."""

    nature: Annotated[RescueNature, Zh("险情")]
    people: Annotated[int, Zh("人数")]
    injured: Annotated[int, Zh("受伤人数")]
    trail: Annotated[str | None, Zh("路线")] = None

    def __post_init__(self) -> None:
        refuse_negative(people=self.people, injured=self.injured)
        if self.injured > self.people:
            raise ValueError("injured must not be more than people")


@details(data_class=STAFF)
class Wildfire:
    """What is seen of a fire in woodland or on a trail, and whom it threatens."""

    signs: Annotated[FireSigns, Zh("火情")]
    wind: Annotated[int | None, Zh("风力", "Wind (Beaufort)")] = None
    people_near: Annotated[int | None, Zh("附近人数")] = None

    def __post_init__(self) -> None:
        refuse_negative(wind=self.wind, people_near=self.people_near)


@details(data_class=STAFF)
class LostVisitor:
    """Whom to look for and where to begin."""

    age_group: Annotated[AgeGroup, Zh("年龄段")]
    description: Annotated[str, Zh("衣着特征", "Clothing"), PRIVATE]
    last_seen_at: Annotated[datetime, Zh("最后见到时间")]
    last_seen_where: Annotated[str, Zh("最后见到地点")]


@details(data_class=STAFF)
class StrandedRide:
    """Which ride stands still, with how many people on it."""

    ride: Annotated[Ride, Zh("设施")]
    people: Annotated[int, Zh("滞留人数")]

    def __post_init__(self) -> None:
        refuse_negative(people=self.people)


# Crowds, weather and the ground


@details(data_class=STAFF)
class Crowding:
    """How many people are there against how many the place holds."""

    count: Annotated[int, Zh("现场人数")]
    capacity: Annotated[int, Zh("承载量")]
    counted_by: Annotated[CountedBy, Zh("统计方式")]

    def __post_init__(self) -> None:
        refuse_negative(count=self.count)
        if self.capacity < 1:
            raise ValueError("capacity must be at least 1")


@details(data_class=STAFF)
class WeatherClosure:
    """The weather, and the routes that it closes."""

    weather: Annotated[Weather, Zh("天气")]
    routes: Annotated[tuple[str, ...], Zh("涉及线路")]


@details(data_class=STAFF)
class TrailHazard:
    """What is dangerous on a trail, and whether the trail is closed there."""

    hazard: Annotated[TrailHazardType, Zh("隐患")]
    closed_off: Annotated[bool, Zh("是否已封闭")]


@details(data_class=STAFF)
class HeritageDamage:
    """Which piece of heritage was damaged, and how."""

    object: Annotated[str, Zh("文物名称")]
    damage: Annotated[HeritageDamageType, Zh("损坏")]


# Trade and service


@details(data_class=STAFF)
class FoodSafety:
    """What is wrong with food, and how many people are unwell."""

    fault: Annotated[FoodFault, Zh("问题")]
    people_ill: Annotated[int, Zh("不适人数")]

    def __post_init__(self) -> None:
        refuse_negative(people_ill=self.people_ill)


@details(data_class=STAFF)
class Lodging:
    """What is wrong with a lodging."""

    fault: Annotated[LodgingFault, Zh("问题")]


@details(data_class=STAFF)
class Transport:
    """What is wrong with getting about."""

    fault: Annotated[TransportFault, Zh("问题")]


@details(data_class=STAFF)
class Overcharging:
    """What was overcharged, and how much."""

    goods: Annotated[str, Zh("商品服务", "Goods or service")]
    amount_fen: Annotated[int | None, Zh("金额（分）", "Amount (fen)")] = None

    def __post_init__(self) -> None:
        refuse_negative(amount_fen=self.amount_fen)


@details(data_class=STAFF)
class Touting:
    """What touts offer, and how many they are."""

    for_what: Annotated[ToutedFor, Zh("揽客内容")]
    touts: Annotated[int, Zh("人数")]

    def __post_init__(self) -> None:
        refuse_negative(touts=self.touts)


@details(data_class=STAFF)
class VenueSafety:
    """What is unsafe at a venue."""

    fault: Annotated[VenueFault, Zh("问题")]


@details(data_class=STAFF)
class VisitorComplaint:
    """Which element of a visit the complaint is about, and in which language to answer."""

    element: Annotated[TourismElement, Zh("要素")]
    answer_language: Annotated[str | None, Zh("答复语言")] = None


# Assets


@details(data_class=PUBLIC)
class RescuePost:
    """The number that a caller reads out, so that help knows where to go."""

    number: Annotated[str, Zh("编号")]
