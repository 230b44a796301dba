"""Names of people and places that no register would hold: surnames that nobody bears, places from old tales."""

from collections.abc import Iterator
from random import Random

SURNAMES = "霁岚汀砚翎槿榆沅漪黛琅璇珩苡芷蘅笙筠箴绮昀旻澄湄"
GIVEN = "秋禾远山晨露清竹素云知雪望舒听泉问渠映星若谷怀瑾南枝初阳鹿鸣未央月白青禾子衿采薇"
STEMS = (
    "揽月",
    "听松",
    "观涛",
    "栖云",
    "拂云",
    "枕溪",
    "漱石",
    "逐鹿",
    "飞霜",
    "流萤",
    "凝翠",
    "落梅",
    "浣花",
    "折柳",
    "采菱",
    "拾贝",
    "追风",
    "踏雪",
    "观星",
    "望潮",
    "听雨",
    "鸣鹤",
    "归雁",
    "浮舟",
    "停云",
    "引泉",
    "种玉",
    "纫兰",
    "倚竹",
    "问梅",
    "弄影",
    "挂帆",
    "烹茶",
    "煮雪",
    "捣衣",
    "投壶",
)
DISTRICT = "镜月区"
SUBDISTRICTS = {
    "urban": ("望舒街道", "青鸾街道", "羲和街道", "白榆街道"),
    "scenic": ("阆风景区管委会",),
    "rural": ("扶桑镇", "若木镇", "建木乡", "琅玕乡", "沃民乡"),
    "maritime": ("归墟镇",),
}
COMMUNITY_ENDINGS = {"urban": "社区", "rural": "村", "maritime": "渔村"}
SPOTS = ("镜心湖", "听涛谷", "揽月台", "千灯古城", "浮玉峰", "回音壁", "流霞栈道", "摘星阁", "落英溪", "照影桥")
VILLAGES = ("上湾", "下湾", "东坳", "西坪", "南冲", "北岭", "中垅", "里坞", "外洋", "老屋", "新屋", "塘边")
SEAS = ("东一", "东二", "南一", "南二", "西一", "西二", "北一", "北二")
ESTATES = ("云锦苑", "月桂里", "星河湾", "青梧园", "芦雪庭", "竹影居", "晴川里", "秋水台")
STREETS = ("银杏路", "海棠街", "萤火巷", "灯花弄", "纸鸢路", "木铎街")
TRADES: dict[str, dict[str, str]] = {
    "urban": {
        "餐饮": "餐馆",
        "零售": "便利店",
        "理发": "理发店",
        "药品": "药房",
        "维修": "维修部",
        "教育培训": "学堂",
        "物业": "物业公司",
        "建筑": "建筑公司",
        "物流": "物流公司",
        "设计": "工作室",
    },
    "scenic": {"住宿": "客栈", "餐饮": "食铺", "文创": "文创店", "观光运营": "观光公司", "演艺": "剧场", "租赁": "租赁行"},
    "rural": {"合作社": "合作社", "农资": "农资店", "零售": "小卖部", "养殖": "养殖场", "加工": "加工坊", "运输": "运输队"},
    "maritime": {"渔业": "渔业合作社", "船舶维修": "修船厂", "水产": "水产行"},
}
"""Trades by grid type, and how a firm of that trade is called."""


def person_name(dice: Random, surname: str | None = None) -> str:
    """A surname that nobody bears and a given name of one or two characters."""
    start = dice.randrange(0, len(GIVEN) - 1, 2)
    given = GIVEN[start : start + 2] if dice.random() < 0.85 else GIVEN[start]
    return (surname or dice.choice(SURNAMES)) + given


def place_stems(dice: Random) -> Iterator[str]:
    """Stems for communities and villages, each once; numbered when they run out."""
    stems = list(STEMS)
    dice.shuffle(stems)
    number = 1
    while True:
        yield from (stem if number == 1 else f"{stem}{number}" for stem in stems)
        number += 1


def organization_name(dice: Random, grid_name: str, ending: str) -> str:
    """`飞霜拂云餐馆`."""
    place = grid_name.removesuffix("网格").partition("第")[0]
    return f"{place}{dice.choice(STEMS)}{ending}"
