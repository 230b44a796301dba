"""The rural kinds of events."""

from wangge_core.plugin import ASSET, ORGANIZATION, PERSON, EventKind, Involves, Priority, community

from wangge_rural import details
from wangge_rural.workflows import SMALL_WORKS

EVENT_KINDS = (
    EventKind("village_matter", zh="村级事务", workflow=community.THREE_LOOPS, details=details.VillageMatter),
    EventKind(
        "small_works",
        zh="小型公益工程",
        workflow=SMALL_WORKS,
        details=details.SmallWorks,
        involves=(Involves("contractor", ORGANIZATION, zh="施工单位", optional=True),),
    ),
    EventKind(
        "drinking_water",
        zh="饮水困难",
        workflow=community.THREE_LOOPS,
        priority=Priority.HIGH,
        details=details.DrinkingWater,
        involves=(Involves("source", ASSET, zh="水源", optional=True),),
    ),
    EventKind(
        "road_or_bridge",
        zh="村道桥梁损坏",
        en="Village road or bridge",
        workflow=community.THREE_LOOPS,
        priority=Priority.HIGH,
        details=details.RoadOrBridge,
        involves=(Involves("object", ASSET, zh="桥路", optional=True),),
    ),
    EventKind(
        "flood",
        zh="汛情内涝",
        workflow=community.THREE_LOOPS,
        priority=Priority.URGENT,
        details=details.Flood,
    ),
    EventKind(
        "geological_hazard",
        zh="地质灾害隐患",
        workflow=community.THREE_LOOPS,
        priority=Priority.URGENT,
        details=details.GeologicalHazard,
    ),
    EventKind(
        "unsafe_house",
        zh="危旧房屋",
        workflow=community.THREE_LOOPS,
        priority=Priority.HIGH,
        details=details.UnsafeHouse,
        involves=(Involves("owner", PERSON, zh="户主", optional=True),),
    ),
    EventKind(
        "open_fire",
        zh="野外用火",
        en="Fire in the open",
        workflow=community.THREE_LOOPS,
        priority=Priority.URGENT,
        details=details.OpenFire,
    ),
    EventKind(
        "waters",
        zh="危险水域",
        en="Dangerous water",
        workflow=community.THREE_LOOPS,
        priority=Priority.HIGH,
        details=details.Waters,
    ),
    EventKind(
        "land_dispute",
        zh="山林土地纠纷",
        en="Dispute over land or woodland",
        workflow=community.THREE_LOOPS,
        details=details.LandDispute,
        involves=(Involves("party", (PERSON, ORGANIZATION), zh="当事人", many=True),),
    ),
    EventKind(
        "left_behind_care",
        zh="留守关爱",
        en="Care for those left behind",
        workflow=community.THREE_LOOPS,
        details=details.LeftBehindCare,
        involves=(Involves("beneficiary", PERSON, zh="关爱对象"),),
    ),
    EventKind(
        "village_sanitation",
        zh="人居环境",
        workflow=community.THREE_LOOPS,
        priority=Priority.LOW,
        details=details.VillageSanitation,
    ),
    EventKind(
        "plant_or_animal_disease",
        zh="动植物疫情",
        workflow=community.THREE_LOOPS,
        priority=Priority.URGENT,
        details=details.PlantOrAnimalDisease,
        involves=(Involves("keeper", (PERSON, ORGANIZATION), zh="养殖种植户", en="Keeper or grower", optional=True),),
    ),
    EventKind(
        "power_or_signal",
        zh="供电通信故障",
        en="Power or signal out",
        workflow=community.THREE_LOOPS,
        details=details.PowerOrSignal,
        involves=(Involves("utility", ORGANIZATION, zh="权属单位", optional=True),),
    ),
)
