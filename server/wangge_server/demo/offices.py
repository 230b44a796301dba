"""The handling departments, utilities and firms of the town, and the kinds of events that each of them is given."""

from collections.abc import Iterator
from dataclasses import dataclass

from wangge_core.places.offices import NewOffice, create_offices
from wangge_server.demo.town import Town


@dataclass(frozen=True, slots=True)
class Office:
    """An office by its code and name. `handles` are kinds; `plugin` is the one without which the town has no such office."""

    code: str
    name: str
    handles: tuple[str, ...] = ()
    plugin: str = ""


OFFICES = (
    Office(
        "city_management",
        "城市管理局",
        (
            "community.sanitation",
            "urban.exposed_garbage",
            "urban.overflowing_bin",
            "urban.shopfront_duty",
            "urban.street_vending",
            "urban.parking",
            "urban.manhole_cover",
            "urban.street_lamp",
        ),
    ),
    Office("housing", "住房和建设局", ("rural.unsafe_house", "urban.construction_dust", "urban.road_damage", "community.hazard")),
    Office("planning", "规划局", ("urban.illegal_construction", "community.project")),
    Office("market_supervision", "市场监督管理局", ("community.fraud_warning", "scenic.food_safety", "scenic.overcharging")),
    Office("tax", "税务局"),
    Office("health", "卫生健康局", ("scenic.rescue", "scenic.food_safety", "maritime.medical_at_sea")),
    Office("education", "教育局", ("maritime.schooling", "community.newcomer")),
    Office(
        "civil_affairs", "民政局", ("community.practical_help", "rural.left_behind_care", "maritime.livelihood", "community.errand")
    ),
    Office("labour", "人力资源和社会保障局", ("maritime.crew_wages", "community.request")),
    Office("justice", "司法局", ("community.dispute", "rural.land_dispute", "maritime.gear_dispute")),
    Office("police", "公安分局", ("community.public_order", "community.fraud_warning", "urban.noise", "scenic.lost_visitor")),
    Office(
        "fire",
        "消防救援大队",
        ("urban.fire_lane", "urban.ebike_charging", "scenic.wildfire", "rural.open_fire", "community.hazard"),
    ),
    Office("environment", "生态环境分局", ("community.air_pollution", "urban.open_burning", "maritime.sea_pollution")),
    Office("water_works", "水务局", ("rural.drinking_water", "rural.flood", "rural.waters", "urban.pipe_burst")),
    Office("water_company", "自来水公司", ("urban.pipe_burst", "rural.drinking_water")),
    Office("gas_company", "燃气公司", ("urban.pipe_burst",)),
    Office("power_company", "供电公司", ("rural.power_or_signal",)),
    Office("property_firm", "物业公司", ("community.request", "community.opinion"), "urban"),
    Office("transport", "交通运输局", ("scenic.transport", "rural.road_or_bridge", "scenic.stranded_ride")),
    Office("natural_resources", "自然资源局", ("rural.geological_hazard", "rural.land_dispute")),
    Office(
        "agriculture", "农业农村局", ("rural.small_works", "rural.plant_or_animal_disease", "rural.village_sanitation"), "rural"
    ),
    Office(
        "scenic_enforcement",
        "景区综合执法大队",
        ("scenic.overcharging", "scenic.touting", "scenic.lodging", "scenic.visitor_complaint", "scenic.venue_safety"),
        "scenic",
    ),
    Office(
        "fishery",
        "渔业局",
        (
            "maritime.vessel_safety",
            "maritime.raft_safety",
            "maritime.harbour_safety",
            "maritime.anchorage_blocked",
            "maritime.closed_season",
        ),
        "maritime",
    ),
    Office(
        "maritime_rescue",
        "海上搜救中心",
        ("maritime.distress", "maritime.medical_at_sea", "maritime.vessel_overdue", "maritime.storm_recall"),
        "maritime",
    ),
)
ANY = ("civil_affairs", "city_management", "housing")
"""Who is given what nobody handles in particular."""


async def make_offices(town: Town) -> None:
    """Create the offices that this town has."""
    requests = [NewOffice(code=office.code, name=office.name) for office in _present(town)]
    ids = await town.write("offices", create_offices, requests)
    town.offices = {request.code: id for request, id in zip(requests, ids, strict=True)}


def _present(town: Town) -> Iterator[Office]:
    return (office for office in OFFICES if not office.plugin or office.plugin in town.sizes.by_type)


def offices_for(town: Town, kind_id: str) -> list[int]:
    """The ids of the offices that handle a kind."""
    found = [town.offices[office.code] for office in _present(town) if kind_id in office.handles]
    return found or [town.offices[code] for code in ANY]
