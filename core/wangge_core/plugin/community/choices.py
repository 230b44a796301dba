"""The options that the details of the general kinds choose from."""

from enum import auto

from wangge_core.plugin.declarations.labels import Choice


class DisputeCause(Choice):
    """What a dispute is about."""

    NEIGHBOURS = auto(), "邻里"
    WATER_LEAK = auto(), "漏水"
    NOISE = auto(), "噪声"
    PETS = auto(), "宠物"
    FAMILY = auto(), "家庭"
    PROPERTY_MANAGEMENT = auto(), "物业"
    HOUSING = auto(), "住房"
    WAGES = auto(), "工资"
    CONTRACT = auto(), "合同"
    CONSUMER = auto(), "消费"
    TRAFFIC = auto(), "交通"
    LAND = auto(), "土地"
    OTHER = auto(), "其他"


class HazardType(Choice):
    """What could do harm."""

    FIRE = auto(), "火灾"
    GAS = auto(), "燃气"
    ELECTRICITY = auto(), "用电"
    STRUCTURE = auto(), "建筑结构"
    FALLING_OBJECT = auto(), "高空坠物"
    CHEMICAL = auto(), "危险化学品"
    WATER = auto(), "涉水"
    ROAD = auto(), "道路"
    OTHER = auto(), "其他"


class RequestTopic(Choice):
    """What a resident asks for."""

    WATER = auto(), "供水"
    POWER = auto(), "供电"
    GAS = auto(), "燃气"
    ROADS = auto(), "道路"
    LIGHTING = auto(), "照明"
    HOUSING = auto(), "住房"
    BENEFITS = auto(), "社会保障"
    SCHOOLING = auto(), "就学"
    HEALTH = auto(), "卫生健康"
    NOISE = auto(), "噪声"
    TRANSPORT = auto(), "交通出行"
    OTHER = auto(), "其他"


class OpinionTopic(Choice):
    """What an opinion or proposal is about."""

    SERVICE = auto(), "服务"
    ENVIRONMENT = auto(), "环境"
    SAFETY = auto(), "安全"
    FACILITIES = auto(), "设施"
    CULTURE = auto(), "文体"
    RULES = auto(), "规章"
    OTHER = auto(), "其他"


class PracticalHelpGiven(Choice):
    """How somebody was helped."""

    REPAIR = auto(), "维修"
    GOODS = auto(), "送物"
    ESCORT = auto(), "陪同"
    TRANSPORT = auto(), "接送"
    MEAL = auto(), "送餐"
    FORM_OR_PHONE = auto(), "填表用机"
    SEEING_HOME = auto(), "护送回家"
    OTHER = auto(), "其他"


class NewcomerWant(Choice):
    """A service that a newcomer wants."""

    SCHOOLING = auto(), "就学"
    HEALTH = auto(), "卫生健康"
    SHOP_PAPERS = auto(), "开店证照"
    RESIDENCE_PAPERS = auto(), "居住证件"
    JOB = auto(), "就业"
    OTHER = auto(), "其他"


class FraudScheme(Choice):
    """How people are being cheated."""

    ILLEGAL_FUNDRAISING = auto(), "非法集资"
    PHONE_FRAUD = auto(), "电信诈骗"
    PYRAMID_SELLING = auto(), "传销"
    FAKE_INVESTMENT = auto(), "虚假投资"
    HEALTH_PRODUCTS = auto(), "保健品骗局"
    OTHER = auto(), "其他"


class FraudChannel(Choice):
    """How the fraud reaches people."""

    PHONE = auto(), "电话"
    LEAFLET = auto(), "传单"
    MEETING = auto(), "聚会讲座"
    SHOP = auto(), "店铺"
    ONLINE = auto(), "网络"
    OTHER = auto(), "其他"


class PublicOrderMatter(Choice):
    """What disturbs public order."""

    QUARREL = auto(), "争吵"
    THEFT = auto(), "盗窃"
    DRUNKENNESS = auto(), "醉酒滋事"
    BRAWL = auto(), "斗殴"
    NOISE_AT_NIGHT = auto(), "夜间噪声"
    DAMAGE = auto(), "损坏财物"
    OTHER = auto(), "其他"


class SanitationMatter(Choice):
    """What is unclean."""

    LITTER = auto(), "垃圾"
    BIN = auto(), "垃圾箱"
    DRAIN = auto(), "下水道"
    STAGNANT_WATER = auto(), "积水"
    PESTS = auto(), "虫鼠"
    DEAD_ANIMAL = auto(), "动物尸体"
    TOILET = auto(), "厕所"
    OTHER = auto(), "其他"


class AirPollutionSource(Choice):
    """What pollutes the air."""

    OPEN_BURNING = auto(), "露天焚烧"
    DUST = auto(), "扬尘"
    COAL_STOVE = auto(), "燃煤炉灶"
    RESTAURANT_FUMES = auto(), "餐饮油烟"
    FACTORY = auto(), "工厂"
    VEHICLE = auto(), "车辆"
    OTHER = auto(), "其他"


class ServiceComplaintMatter(Choice):
    """What was wrong with the service."""

    LATE = auto(), "拖延"
    RUDE = auto(), "态度差"
    NO_ANSWER = auto(), "不答复"
    PRIVACY = auto(), "泄露隐私"
    UNFAIR = auto(), "不公"
    MONEY = auto(), "违规收费"
    OTHER = auto(), "其他"


class CorrectionAsked(Choice):
    """What the person asks to be done with the data."""

    CORRECT = auto(), "更正"
    DELETE = auto(), "删除"
    EXPLAIN = auto(), "说明"
    COPY = auto(), "查阅复制"
