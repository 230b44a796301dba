"""The options that the details of the scenic kinds choose from."""

from enum import auto

from wangge_core.plugin import Choice


class RescueNature(Choice):
    """What happened to the people to be rescued."""

    FALL = auto(), "跌落"
    ILLNESS = auto(), "疾病"
    TRAPPED = auto(), "被困"
    WATER = auto(), "溺水"
    ANIMAL = auto(), "动物伤人"
    OTHER = auto(), "其他"


class FireSigns(Choice):
    """What is seen of a fire."""

    SMOKE = auto(), "烟"
    FLAME = auto(), "明火"


class AgeGroup(Choice):
    """Roughly how old somebody is."""

    CHILD = auto(), "儿童"
    ADULT = auto(), "成人"
    ELDER = auto(), "老人"


class Ride(Choice):
    """What people are stranded on."""

    CABLEWAY = auto(), "索道"
    LIFT = auto(), "电梯"
    BUS = auto(), "观光车"
    BOAT = auto(), "船"


class CountedBy(Choice):
    """How a crowd was counted."""

    GATE = auto(), "闸机"
    PERSON = auto(), "人工"
    CAMERA_COUNT = auto(), "摄像计数（仅计人数）", "Camera, counting heads only"


class Weather(Choice):
    """The weather that closes a place."""

    STORM = auto(), "暴风雨"
    SNOW = auto(), "雪"
    ICE = auto(), "结冰"
    FOG = auto(), "雾"
    FLOOD = auto(), "洪水"
    HEAT = auto(), "高温"


class TrailHazardType(Choice):
    """What is dangerous on a trail."""

    RAILING = auto(), "护栏"
    STEP = auto(), "台阶"
    ROCKFALL = auto(), "落石"
    ICE = auto(), "结冰"
    TREE = auto(), "树木"
    SIGN = auto(), "标识"
    LIGHT = auto(), "照明灯"
    ANIMAL = auto(), "动物"


class HeritageDamageType(Choice):
    """How heritage was damaged."""

    CARVING = auto(), "刻画"
    BREAKAGE = auto(), "破损"
    WATER = auto(), "水损"
    FIRE = auto(), "火损"
    BUILDING_WORK = auto(), "违规施工"


class FoodFault(Choice):
    """What is wrong with food or where it is served."""

    HYGIENE = auto(), "卫生"
    SPOILED = auto(), "变质"
    NO_LICENCE = auto(), "无证"
    PRICE = auto(), "价格"


class LodgingFault(Choice):
    """What is wrong with a lodging."""

    FIRE_SAFETY = auto(), "消防"
    HYGIENE = auto(), "卫生"
    NO_LICENCE = auto(), "无证"
    PRICE = auto(), "价格"
    BOOKING = auto(), "预订"


class TransportFault(Choice):
    """What is wrong with getting about."""

    JAM = auto(), "拥堵"
    PARKING = auto(), "停车"
    UNLICENSED_RIDE = auto(), "非法营运"
    REFUSAL = auto(), "拒载"
    TIMETABLE = auto(), "班次"
    BLOCKED_ROAD = auto(), "道路受阻"


class ToutedFor(Choice):
    """What touts offer."""

    LODGING = auto(), "住宿"
    RIDE = auto(), "乘车"
    GUIDE = auto(), "导游"
    SHOP = auto(), "购物"
    OTHER = auto(), "其他"


class VenueFault(Choice):
    """What is unsafe at a venue."""

    EXITS = auto(), "疏散通道"
    CROWD = auto(), "人员拥挤"
    ELECTRICITY = auto(), "用电"
    STAGE = auto(), "舞台"
    NO_LICENCE = auto(), "无证"


class TourismElement(Choice):
    """The six elements of a visit."""

    FOOD = auto(), "食"
    LODGING = auto(), "住"
    TRANSPORT = auto(), "行"
    SIGHTS = auto(), "游"
    SHOPPING = auto(), "购"
    ENTERTAINMENT = auto(), "娱"
