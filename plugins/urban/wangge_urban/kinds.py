"""The urban kinds of events."""

from wangge_core.plugin import ASSET, ORGANIZATION, PERSON, EventKind, Involves, Priority, community

from wangge_urban import details
from wangge_urban.workflows import CLOSED_LOOP

EVENT_KINDS = (
    EventKind("exposed_garbage", zh="暴露垃圾", workflow=CLOSED_LOOP, details=details.ExposedGarbage),
    EventKind(
        "overflowing_bin",
        zh="垃圾满溢",
        workflow=CLOSED_LOOP,
        details=details.OverflowingBin,
        involves=(Involves("bin", ASSET, zh="垃圾箱", optional=True),),
    ),
    EventKind(
        "shopfront_duty",
        zh="门前三包",
        en="Shop-front duty",
        workflow=CLOSED_LOOP,
        details=details.ShopfrontDuty,
        involves=(Involves("shop", ORGANIZATION, zh="责任商户"),),
    ),
    EventKind(
        "street_vending",
        zh="占道经营",
        en="Trading on the road",
        workflow=CLOSED_LOOP,
        details=details.StreetVending,
        involves=(Involves("shop", ORGANIZATION, zh="店外经营商户", optional=True),),
    ),
    EventKind("parking", zh="车辆乱停放", en="Badly parked vehicles", workflow=CLOSED_LOOP, details=details.Parking),
    EventKind(
        "road_damage",
        zh="道路破损",
        workflow=CLOSED_LOOP,
        priority=Priority.HIGH,
        details=details.RoadDamage,
    ),
    EventKind(
        "manhole_cover",
        zh="井盖问题",
        workflow=CLOSED_LOOP,
        priority=Priority.URGENT,
        details=details.ManholeCover,
        involves=(Involves("cover", ASSET, zh="井盖", optional=True),),
    ),
    EventKind(
        "street_lamp",
        zh="路灯故障",
        workflow=CLOSED_LOOP,
        details=details.StreetLamp,
        involves=(Involves("lamp", ASSET, zh="路灯", optional=True, many=True),),
    ),
    EventKind(
        "construction_dust",
        zh="工地扬尘",
        en="Dust from a building site",
        workflow=CLOSED_LOOP,
        priority=Priority.HIGH,
        details=details.ConstructionDust,
        involves=(Involves("builder", ORGANIZATION, zh="施工单位", optional=True),),
    ),
    EventKind(
        "open_burning",
        zh="露天焚烧",
        workflow=CLOSED_LOOP,
        priority=Priority.URGENT,
        details=details.OpenBurning,
    ),
    EventKind(
        "noise",
        zh="噪声扰民",
        workflow=CLOSED_LOOP,
        details=details.Noise,
        involves=(Involves("source_firm", ORGANIZATION, zh="涉及单位", optional=True),),
    ),
    EventKind(
        "illegal_construction",
        zh="违法搭建",
        en="Illegal building",
        workflow=community.THREE_LOOPS,
        details=details.IllegalConstruction,
        involves=(Involves("party", (PERSON, ORGANIZATION), zh="当事人", optional=True),),
    ),
    EventKind(
        "fire_lane",
        zh="占用消防通道",
        en="Fire lane blocked",
        workflow=CLOSED_LOOP,
        priority=Priority.URGENT,
        details=details.FireLane,
    ),
    EventKind(
        "ebike_charging",
        zh="电动车违规充电",
        en="Unsafe charging of e-bikes",
        workflow=CLOSED_LOOP,
        priority=Priority.URGENT,
        details=details.EbikeCharging,
    ),
    EventKind(
        "pipe_burst",
        zh="管道破裂",
        en="Burst pipe",
        workflow=CLOSED_LOOP,
        priority=Priority.URGENT,
        details=details.PipeBurst,
        involves=(Involves("utility", ORGANIZATION, zh="权属单位", optional=True),),
    ),
)
