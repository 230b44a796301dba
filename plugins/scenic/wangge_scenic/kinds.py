"""The scenic kinds of events: emergencies, and the six elements of a visit."""

from wangge_core.plugin import ASSET, ORGANIZATION, PERSON, EventKind, Involves, Priority
from wangge_scenic import details
from wangge_scenic.workflows import CLOSURE, CROWD, LOST_VISITOR, ON_SITE, RESCUE, VISITOR_COMPLAINT

EMERGENCIES = (
    EventKind(
        "rescue",
        zh="应急救援",
        workflow=RESCUE,
        priority=Priority.URGENT,
        details=details.Rescue,
        involves=(Involves("casualty", PERSON, zh="受困伤者", optional=True, many=True),),
        open_to_public=True,
    ),
    EventKind(
        "wildfire",
        zh="山林火情",
        en="Forest or trail fire",
        workflow=RESCUE,
        priority=Priority.URGENT,
        details=details.Wildfire,
        open_to_public=True,
        shown_to_public=True,
    ),
    EventKind(
        "lost_visitor",
        zh="游客走失",
        workflow=LOST_VISITOR,
        priority=Priority.URGENT,
        details=details.LostVisitor,
        open_to_public=True,
    ),
    EventKind(
        "stranded_ride",
        zh="索道滞留",
        en="Stranded on a ride",
        workflow=RESCUE,
        priority=Priority.URGENT,
        details=details.StrandedRide,
        involves=(
            Involves("car", ASSET, zh="车厢设施", optional=True),
            Involves("operator", ORGANIZATION, zh="运营单位", optional=True),
        ),
        open_to_public=True,
    ),
)

GROUND = (
    EventKind(
        "crowding",
        zh="客流拥挤",
        workflow=CROWD,
        priority=Priority.HIGH,
        details=details.Crowding,
        open_to_public=True,
        shown_to_public=True,
    ),
    EventKind(
        "weather_closure",
        zh="恶劣天气闭园",
        en="Closure for weather",
        workflow=CLOSURE,
        priority=Priority.HIGH,
        details=details.WeatherClosure,
        shown_to_public=True,
    ),
    EventKind(
        "trail_hazard",
        zh="游道隐患",
        workflow=ON_SITE,
        priority=Priority.HIGH,
        details=details.TrailHazard,
        involves=(Involves("object", ASSET, zh="设施", optional=True),),
        open_to_public=True,
        shown_to_public=True,
    ),
    EventKind(
        "heritage_damage",
        zh="文物古迹受损",
        en="Damage to heritage",
        workflow=ON_SITE,
        details=details.HeritageDamage,
        open_to_public=True,
        shown_to_public=True,
    ),
)

TRADE = (
    EventKind(
        "food_safety",
        zh="餐饮食品安全",
        workflow=ON_SITE,
        priority=Priority.HIGH,
        details=details.FoodSafety,
        involves=(Involves("business", ORGANIZATION, zh="商户", optional=True),),
        open_to_public=True,
    ),
    EventKind(
        "lodging",
        zh="住宿安全与服务",
        workflow=ON_SITE,
        details=details.Lodging,
        involves=(Involves("business", ORGANIZATION, zh="住宿单位", optional=True),),
        open_to_public=True,
    ),
    EventKind(
        "transport",
        zh="交通服务",
        workflow=ON_SITE,
        details=details.Transport,
        involves=(Involves("operator", ORGANIZATION, zh="运营单位", optional=True),),
        open_to_public=True,
        shown_to_public=True,
    ),
    EventKind(
        "overcharging",
        zh="欺客宰客",
        workflow=VISITOR_COMPLAINT,
        details=details.Overcharging,
        involves=(Involves("business", ORGANIZATION, zh="商户", optional=True),),
        open_to_public=True,
    ),
    EventKind(
        "touting",
        zh="揽客拉客",
        workflow=ON_SITE,
        details=details.Touting,
        open_to_public=True,
        shown_to_public=True,
    ),
    EventKind(
        "venue_safety",
        zh="演艺娱乐场所安全",
        workflow=ON_SITE,
        priority=Priority.HIGH,
        details=details.VenueSafety,
        involves=(Involves("business", ORGANIZATION, zh="场所", en="Venue", optional=True),),
        open_to_public=True,
    ),
    EventKind(
        "visitor_complaint",
        zh="游客投诉",
        en="Visitor's complaint",
        workflow=VISITOR_COMPLAINT,
        details=details.VisitorComplaint,
        involves=(Involves("business", ORGANIZATION, zh="被投诉单位", optional=True),),
        open_to_public=True,
    ),
)

EVENT_KINDS = (*EMERGENCIES, *GROUND, *TRADE)
