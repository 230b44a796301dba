"""The options that the details of the rural kinds choose from."""

from enum import auto

from wangge_core.plugin import Choice


class VillageTopic(Choice):
    """What a village matter is about."""

    LAND = auto(), "土地"
    WATER = auto(), "用水"
    ROAD = auto(), "道路"
    BENEFITS = auto(), "社会保障"
    SCHOOL = auto(), "学校"
    HEALTH = auto(), "卫生健康"
    PUBLIC_MONEY = auto(), "集体资金"
    OTHER = auto(), "其他"


class Works(Choice):
    """What is to be built or mended."""

    LAMP = auto(), "路灯"
    ROAD = auto(), "道路"
    BRIDGE = auto(), "桥梁"
    DITCH = auto(), "沟渠"
    POND = auto(), "水塘"
    WATER_PIPE = auto(), "供水管"
    TOILET = auto(), "厕所"
    SQUARE = auto(), "广场"
    OTHER = auto(), "其他"


class WaterShortageCause(Choice):
    """Why people have no good drinking water."""

    DROUGHT = auto(), "干旱"
    BROKEN_PIPE = auto(), "管道损坏"
    FROZEN = auto(), "冻结"
    DIRTY = auto(), "水质差"
    NO_SUPPLY = auto(), "无供水"


class RoadOrBridgeDamage(Choice):
    """How a village road or bridge is damaged."""

    WASHED_OUT = auto(), "冲毁"
    LANDSLIDE = auto(), "塌方"
    HOLE = auto(), "坑洞"
    BRIDGE = auto(), "桥梁"
    GUARD_RAIL = auto(), "护栏"


class FloodWater(Choice):
    """Where the flood comes from."""

    STREAM = auto(), "溪河"
    RESERVOIR = auto(), "水库"
    DITCH = auto(), "沟渠"
    RAIN = auto(), "降雨"


class GroundSign(Choice):
    """A sign that the ground moves."""

    GROUND_CRACK = auto(), "地裂"
    SLIP = auto(), "滑坡"
    ROCKFALL = auto(), "落石"
    SINKHOLE = auto(), "塌陷"


class HouseGrade(Choice):
    """The grade that an appraisal gave a house, from sound (A) to dangerous (D)."""

    A = auto(), "A级", "Grade A"
    B = auto(), "B级", "Grade B"
    C = auto(), "C级", "Grade C"
    D = auto(), "D级", "Grade D"


class OpenFireUse(Choice):
    """Why somebody made a fire in the open."""

    STRAW = auto(), "秸秆"
    GRAVE_OFFERINGS = auto(), "祭扫用火"
    CLEARING = auto(), "烧荒"
    PICNIC = auto(), "野炊"


class WaterBody(Choice):
    """What water is dangerous."""

    POND = auto(), "水塘"
    RIVER = auto(), "河流"
    WELL = auto(), "水井"
    RESERVOIR = auto(), "水库"


class DisputedLand(Choice):
    """What land is disputed."""

    HOMESTEAD = auto(), "宅基地"
    FIELD = auto(), "耕地"
    WOODLAND = auto(), "林地"
    WATER = auto(), "水面"
    BOUNDARY = auto(), "地界"


class Care(Choice):
    """What was done for somebody left behind."""

    VISIT = auto(), "探望"
    DOCTOR = auto(), "就医"
    SCHOOL = auto(), "上学"
    CALL_HOME = auto(), "亲情通话"
    REPAIR = auto(), "维修"
    MONEY = auto(), "资助"
    GUARDIAN = auto(), "监护"


class VillageSanitationMatter(Choice):
    """What is unclean in the village."""

    LITTER = auto(), "垃圾"
    SEWAGE = auto(), "污水"
    TOILET = auto(), "厕所"
    DUNG = auto(), "畜禽粪污"
    RUIN = auto(), "残垣断壁"
    DITCH = auto(), "沟渠"


class Affected(Choice):
    """What animals or plants are ill."""

    POULTRY = auto(), "禽"
    PIGS = auto(), "猪"
    CATTLE = auto(), "牛羊"
    CROP = auto(), "农作物"
    FOREST = auto(), "林木"


class Outage(Choice):
    """What has failed."""

    POWER = auto(), "供电"
    PHONE = auto(), "电话"
    BROADCAST = auto(), "广播"
    INTERNET = auto(), "网络"
