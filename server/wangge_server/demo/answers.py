"""Answers to what a move asks: every form of answer that the core knows, in words that fit a fictional town."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from wangge_core.events.situations import Situation, returned_by
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition
from wangge_server.demo.ground import around
from wangge_server.demo.offices import offices_for
from wangge_server.demo.town import Ground, Holder, Town

TEXTS: dict[str, tuple[str, ...]] = {
    "approval": ("经区值班领导同意", "经联席会议同意"),
    "boats_sent": ("镜渔救一号、镜渔救二号", "巡护艇一艘"),
    "contractor": ("镜月区营造工程队",),
    "decision": ("搜救中心决定转入常态搜寻",),
    "filing_condition": ("符合立案条件",),
    "handed_to": ("海上搜救中心",),
    "minutes": ("村民代表会议记录已存档",),
    "nature": ("主机故障，随波漂流", "船舱进水"),
    "note": ("已到现场处置，情况稳定。", "已联系当事人，双方同意。", "已清理完毕，恢复原状。", "超出网格能力，请上级协调。"),
    "outcome": ("人员已安全，家属已到场。",),
    "place": ("村口至晒场",),
    "position_as_given": ("归墟港东南约六海里",),
    "reason": ("现场情况与上报不一致。", "需要其他部门配合。", "处置不到位，请重新处理。", "属地更便于办理。"),
    "referral": ("可到便民服务中心办理。", "可拨打服务热线咨询。"),
    "steps": ("一月备料，二月施工，三月验收",),
    "vessel": ("镜渔10010",),
}
NUMBERS: dict[str, tuple[int, int]] = {
    "hurt": (0, 1),
    "people_found": (2, 6),
    "people_landed": (2, 6),
    "people_on_board": (2, 6),
    "present": (40, 60),
    "score": (72, 100),
    "votes_against": (0, 6),
    "votes_for": (32, 40),
}
MONEY = (300_000, 20_000_000)
STARS = (5, 5, 5, 4, 4, 3, 2)
DUE = timedelta(days=3)
FINISH = timedelta(days=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """All that an answer may depend on: the event's kind and ground, who stands over it, and the move that asks."""

    town: Town
    dice: Random
    at: datetime
    kind_id: str
    grid: Ground
    around: list[Holder]
    situation: Situation
    move: MoveDefinition


def answer(asked: Asked) -> dict[str, Any] | None:
    """An answer to each ask; None when nobody can be named to whom the move may give the event."""
    found: dict[str, Any] = {}
    for ask in asked.move.asks:
        if not ask.required and asked.dice.random() < 0.5:
            continue
        found[ask.name] = _one(asked, ask)
        if found[ask.name] == []:
            return None
    return found


def _one(asked: Asked, ask: AskDefinition) -> Any:
    dice = asked.dice
    match ask.type:
        case AnswerType.TEXT:
            return dice.choice(TEXTS.get(ask.name, (f"{ask.label.zh}：已核实",)))
        case AnswerType.INTEGER:
            return _number(dice, ask.name)
        case AnswerType.FLAG:
            return dice.random() < 0.9
        case AnswerType.DATE:
            return (asked.at + FINISH).date()
        case AnswerType.DATE_TIME:
            return asked.at + DUE if "due" in ask.name else asked.at
        case AnswerType.POSITION:
            longitude, latitude = around(dice, asked.grid.longitude, asked.grid.latitude)
            return {"longitude": longitude, "latitude": latitude}
        case AnswerType.PHOTOS:
            return [f"demo/{dice.getrandbits(32):08x}.jpg" for _ in range(ask.at_least)]
        case AnswerType.EVENT_KIND:
            return asked.kind_id
        case AnswerType.OFFICES:
            return _offices(asked, ask.at_least)
        case AnswerType.POSTS:
            return _posts(asked, ask.at_least)
        case AnswerType.ASSIGNEES:
            return _assignees(asked, ask.at_least)


def _number(dice: Random, name: str) -> int:
    if name == "rating":
        return dice.choice(STARS)
    least, most = NUMBERS.get(name) or (MONEY if name.endswith("_fen") else (1, 40))
    return dice.randint(least, most)


def _assignees(asked: Asked, least: int) -> list[dict[str, int]]:
    """Offices where the next stage is a department's, posts over the grid otherwise."""
    target = asked.situation.definition.stage(asked.situation.target(asked.move))
    return _offices(asked, least) if "community.department_specialist" in target.by else _posts(asked, least)


def _offices(asked: Asked, least: int) -> list[dict[str, int]]:
    """Offices that handle the kind, but none that just returned it; now and then a second one takes part."""
    barred = returned_by(asked.situation, asked.move)[1]
    able = [id for id in offices_for(asked.town, asked.kind_id) if id not in barred]
    able = able or [id for id in asked.town.offices.values() if id not in barred]
    number = max(least, 2 if asked.dice.random() < 0.15 else 1)
    return [{"office": id} for id in asked.dice.sample(able, min(number, len(able)))]


def _posts(asked: Asked, least: int) -> list[dict[str, int]]:
    """Posts over the grid whose holders may take a part in the next stage."""
    target = asked.situation.definition.stage(asked.situation.target(asked.move))
    barred, barred_offices = returned_by(asked.situation, asked.move)
    roles = asked.town.registry.roles
    fitting = (holder for holder in asked.around if roles[holder.role_id].acts_as & set(target.by))
    able = [holder.post_id for holder in fitting if holder.post_id not in barred and holder.office_id not in barred_offices]
    return [{"post": id} for id in asked.dice.sample(able, min(least, len(able)))]
