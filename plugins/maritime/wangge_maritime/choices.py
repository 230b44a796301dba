"""The options that the details of the maritime kinds choose from."""

from enum import auto

from wangge_core.plugin import Choice


class DistressNature(Choice):
    """What happened to a vessel."""

    SINKING = auto(), "进水下沉"
    FIRE = auto(), "火灾"
    ENGINE = auto(), "主机故障"
    COLLISION = auto(), "碰撞"
    AGROUND = auto(), "搁浅"
    MAN_OVERBOARD = auto(), "人员落水"
    CAPSIZED = auto(), "倾覆"
    OTHER = auto(), "其他"


class MedicalHelp(Choice):
    """What medical help is wanted."""

    ADVICE = auto(), "医疗指导"
    EVACUATION = auto(), "后送"


class VesselHazard(Choice):
    """What is out of order on a vessel."""

    LIFEJACKETS = auto(), "救生衣"
    LIFERAFT = auto(), "救生筏"
    FIRE_GEAR = auto(), "消防器材"
    RADIO = auto(), "通信设备"
    AIS = auto(), "船载定位", "AIS"
    LIGHTS = auto(), "号灯"
    ENGINE = auto(), "主机"
    HULL = auto(), "船体"
    SHIP_PAPERS = auto(), "船舶证书"
    CREW_PAPERS = auto(), "船员证书"


class RaftHazard(Choice):
    """What is out of order on a fish raft."""

    MOORING = auto(), "锚泊"
    PLANKS = auto(), "板面"
    ELECTRICITY = auto(), "用电"
    GAS = auto(), "燃气"
    LIFEJACKETS = auto(), "救生衣"
    PEOPLE_OVERNIGHT = auto(), "夜间住人"


class HarbourHazard(Choice):
    """What is out of order in a harbour."""

    FIRE_GEAR = auto(), "消防器材"
    FUEL = auto(), "油料"
    BERTH = auto(), "泊位"
    LIGHTING = auto(), "照明"
    CROWDING = auto(), "拥挤"


class AnchorageObstacle(Choice):
    """What blocks a fairway or an anchorage."""

    VESSEL = auto(), "船舶"
    RAFT = auto(), "渔排"
    GEAR = auto(), "渔具"
    WRECK = auto(), "沉船"


class SeaPollutant(Choice):
    """What pollutes the sea."""

    OIL = auto(), "油污"
    SEWAGE = auto(), "污水"
    RUBBISH = auto(), "垃圾"
    FEED = auto(), "饵料"
    FOAM = auto(), "泡沫"
    DEAD_FISH = auto(), "死鱼"


class ClosedSeasonMatter(Choice):
    """What comes up in the closed season."""

    FISHING_IN_CLOSED_SEASON = auto(), "休渔期捕捞"
    BANNED_GEAR = auto(), "禁用渔具"
    QUESTION = auto(), "咨询"
    HARDSHIP = auto(), "生活困难"


class LivelihoodHelp(Choice):
    """What help a fishing family gets."""

    BENEFIT = auto(), "救助"
    INSURANCE = auto(), "保险"
    FUEL_SUBSIDY = auto(), "油补"
    RETRAINING = auto(), "转产培训"
    HOUSING = auto(), "住房"
    MEDICAL = auto(), "就医"
    OTHER = auto(), "其他"


class SchoolStage(Choice):
    """Where a child is at school."""

    KINDERGARTEN = auto(), "幼儿园"
    PRIMARY = auto(), "小学"
    JUNIOR = auto(), "初中"
    SENIOR = auto(), "高中"


class SchoolObstacle(Choice):
    """What stands between a child and school."""

    PLACE = auto(), "学位"
    PAPERS = auto(), "材料"
    TRANSPORT = auto(), "交通"
    BOARDING = auto(), "寄宿"
    FEES = auto(), "费用"
