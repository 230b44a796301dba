"""The options that the details of the urban kinds choose from."""

from enum import auto

from wangge_core.plugin import Choice


class Waste(Choice):
    """What kind of waste lies there."""

    HOUSEHOLD = auto(), "生活垃圾"
    BUILDING = auto(), "建筑垃圾"
    BULKY = auto(), "大件垃圾"
    KITCHEN = auto(), "餐厨垃圾"
    OTHER = auto(), "其他"


class ShopfrontNeglect(Choice):
    """A duty that a shop neglects on its front."""

    CLEANLINESS = auto(), "卫生"
    ORDER = auto(), "秩序"
    GREENERY = auto(), "绿化"


class VendingPlace(Choice):
    """Where somebody trades."""

    ROAD = auto(), "车行道"
    PAVEMENT = auto(), "人行道"
    BRIDGE = auto(), "桥梁"
    SQUARE = auto(), "广场"


class ParkedVehicle(Choice):
    """What is parked badly."""

    CAR = auto(), "汽车"
    BICYCLE = auto(), "自行车"
    SHARED_BICYCLE = auto(), "共享单车"
    E_BIKE = auto(), "电动车", "E-bike"
    TRUCK = auto(), "货车"


class ParkingBlocks(Choice):
    """What the parked vehicles block."""

    NOTHING = auto(), "无"
    PAVEMENT = auto(), "人行道"
    BLIND_PATH = auto(), "盲道"
    ENTRANCE = auto(), "出入口"
    ROAD = auto(), "车行道"


class RoadDamageType(Choice):
    """How a road is damaged."""

    HOLE = auto(), "坑洞"
    CRACK = auto(), "裂缝"
    STEP = auto(), "错台"
    SUBSIDENCE = auto(), "沉陷"


class ManholeFault(Choice):
    """What is wrong with a manhole cover."""

    MISSING = auto(), "缺失"
    MOVED = auto(), "移位"
    BROKEN = auto(), "破损"
    RATTLING = auto(), "异响"
    SUNK_SURROUND = auto(), "周边沉降"


class StreetLampFault(Choice):
    """What is wrong with a street lamp."""

    DARK = auto(), "不亮"
    NONE_INSTALLED = auto(), "未安装"
    LEANING = auto(), "倾斜"
    BARE_WIRE = auto(), "电线裸露"
    WRONG_HOURS = auto(), "启闭时间不当"


class ConstructionDustFault(Choice):
    """Why a building site makes dust."""

    UNCOVERED_SOIL = auto(), "裸土未覆盖"
    NO_SPRINKLING = auto(), "未洒水"
    MUDDY_WHEELS = auto(), "车轮带泥"
    NO_FENCE = auto(), "无围挡"


class Burnt(Choice):
    """What is burnt in the open."""

    RUBBISH = auto(), "垃圾"
    LEAVES = auto(), "树叶"
    BARBECUE = auto(), "烧烤"
    PAPER_OFFERINGS = auto(), "祭祀焚烧"
    OTHER = auto(), "其他"


class NoiseSource(Choice):
    """What makes the noise."""

    SHOP = auto(), "店铺"
    BUILDING_SITE = auto(), "工地"
    SQUARE_DANCING = auto(), "广场舞"
    TRAFFIC = auto(), "交通"
    FACTORY = auto(), "工厂"
    OTHER = auto(), "其他"


class ConstructionState(Choice):
    """How far an illegal building has come."""

    BEING_BUILT = auto(), "在建"
    FINISHED = auto(), "已建成"


class FireLaneObstacle(Choice):
    """What stands in a fire lane."""

    VEHICLE = auto(), "车辆"
    GOODS = auto(), "物品"
    FENCE = auto(), "围栏"
    STALL = auto(), "摊位"
    OTHER = auto(), "其他"


class ChargingPlace(Choice):
    """Where an e-bike is charged unsafely."""

    STAIRWELL = auto(), "楼梯间"
    CORRIDOR = auto(), "走廊"
    HOME = auto(), "室内"
    WIRE_FROM_WINDOW = auto(), "飞线"


class Pipe(Choice):
    """What a pipe carries."""

    WATER = auto(), "供水"
    GAS = auto(), "燃气"
    SEWAGE = auto(), "污水"
    HEATING = auto(), "热力"
