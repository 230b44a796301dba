"""Details for any kind: values that fit the fields which the kind's plugin declares, and that its own rules accept."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from wangge_core.checking import read_details
from wangge_core.plugin.definitions import DetailField, DetailsDefinition
from wangge_server.demo.town import DemoError

TRIES = 60
OPTIONAL = 0.7
NUMBERS: dict[str, tuple[float, float]] = {
    "adults": (1, 2),
    "ais_number": (1, 9),
    "amount_fen": (8_000, 600_000),
    "area_m2": (4, 90),
    "cages": (8, 60),
    "capacity": (1_500, 4_000),
    "children": (0, 2),
    "community.project.people": (20, 200),
    "confidence": (0.55, 0.98),
    "cost_estimate_fen": (2_000_000, 80_000_000),
    "count": (1, 9),
    "crew_most": (3, 9),
    "decibel": (52, 78),
    "depth_mm": (20, 180),
    "households": (6, 70),
    "households_below": (1, 14),
    "households_reached": (10, 160),
    "injured": (0, 2),
    "lamps": (1, 5),
    "length_m": (9, 34),
    "level_cm": (10, 80),
    "loss_fen": (50_000, 2_000_000),
    "metres_carried": (100, 1_500),
    "people": (1, 6),
    "people_ill": (0, 4),
    "power_kw": (40, 260),
    "reported_before": (0, 5),
    "rural.drinking_water.people": (20, 200),
    "rural.small_works.people": (20, 200),
    "scenic.crowding.count": (900, 4_200),
    "scenic.overcharging.amount_fen": (1_000, 60_000),
    "sea_state": (2, 6),
    "volume_m3": (0.2, 4),
    "wind": (1, 6),
}
"""From least to most, by the field's name, or by the kind's and the field's where one name means several things."""
TEXTS: dict[str, tuple[str, ...]] = {
    "answer_language": ("zh", "en"),
    "claim": ("井盖疑似移位", "烟感报警", "水位超过警戒线", "路面疑似积水"),
    "description": ("蓝色外套，黄色小背包", "红色雨衣", "灰色上衣，草帽"),
    "extent": ("约半个足球场", "三户", "岸边约五十米"),
    "field": ("出生日期", "住址"),
    "gear": ("刺网", "拖网", "钓具"),
    "goods": ("门票套餐", "鱼汤一份", "雨衣"),
    "home_port": ("归墟港",),
    "last_seen_where": ("千灯古城南门", "听涛谷入口"),
    "name": ("申请表", "身份证明复印件", "房屋证明"),
    "notice": ("本区域有公共视频，仅看设施与秩序",),
    "object": ("回音壁石栏", "古城门匾", "摘星阁彩绘"),
    "opening_hours": ("08:30-18:00", "09:00-20:00"),
    "owner": ("城市管理局",),
    "purpose": ("道路与井盖状况", "积水监测"),
    "radio": ("镜渔一呼", "镜渔二呼"),
    "routes": ("流霞栈道", "浮玉峰环线", "镜心湖游船"),
    "service": ("社保卡补办", "居住登记", "优待证申领"),
    "services": ("代办事项", "矛盾调解", "便民打印", "血压测量", "充电"),
    "storm": ("纸鸢", "木铎"),
    "system": ("井盖监测平台", "水位监测平台", "烟感平台"),
    "trail": ("流霞栈道二段", "浮玉峰北坡"),
}
AGO = ("last_heard_at", "last_seen_at", "seen_at", "received_on", "moved_in_on")


def make_details(dice: Random, kind_id: str, definition: DetailsDefinition | None, at: datetime, **given: Any) -> Any:
    """Details that the kind accepts, as plain data; None where it has none. What is given is kept. Raises DemoError."""
    if definition is None:
        return None
    for _ in range(TRIES):
        values = {
            field.name: field_value(dice, kind_id, field, at)
            for field in definition.fields
            if field.name not in given and (field.required or dice.random() < OPTIONAL)
        }
        if not read_details(kind_id, definition, values | given)[1]:
            return values | given
    raise DemoError(f"no details were found that {kind_id} accepts.", hint="Give its fields ranges in `demo/details.py`.")


def field_value(dice: Random, kind_id: str, field: DetailField, at: datetime) -> Any:
    """A value for a field: one, or one to three where it holds many."""
    if field.many and field.options:
        names = [name for name, _ in field.options]
        return dice.sample(names, min(len(names), dice.randint(1, 2)))
    if field.many:
        found = [_one(dice, kind_id, field, at) for _ in range(1 if field.fields else dice.randint(1, 3))]
        return [one for index, one in enumerate(found) if one not in found[:index]]
    return _one(dice, kind_id, field, at)


def _one(dice: Random, kind_id: str, field: DetailField, at: datetime) -> Any:
    if field.options:
        return dice.choice(field.options)[0]
    if field.fields:
        return {inner.name: field_value(dice, kind_id, inner, at) for inner in field.fields}
    least, most = NUMBERS.get(f"{kind_id}.{field.name}") or NUMBERS.get(field.name, (1, 8))
    match field.type:
        case "Int":
            return dice.randint(int(least), int(most))
        case "Float":
            return round(dice.uniform(least, most), 2)
        case "Boolean":
            return dice.random() < 0.5
        case "Date" | "DateTime":
            moment = moment_near(dice, field.name, at)
            return (moment.date() if field.type == "Date" else moment).isoformat()
        case _:
            return text(dice, field)


def moment_near(dice: Random, name: str, at: datetime) -> datetime:
    """Shortly before `at` for what was seen or heard, within two days after it for what is planned."""
    minutes = dice.randint(10, 300) if name in AGO else -dice.randint(180, 2_880)
    return (at - timedelta(minutes=minutes)).replace(second=0, microsecond=0)


def text(dice: Random, field: DetailField) -> str:
    if field.name in ("number", "external_id", "ais_number"):
        return f"{dice.randint(1, 9_999):04d}"
    return dice.choice(TEXTS.get(field.name, (f"{field.label.zh}待补充",)))
