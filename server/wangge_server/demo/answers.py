"""Answers to what a move asks: every form of answer that the core knows, in words that fit a fictional town."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from wangge_core.events.situations import Situation, returned_by
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition
from wangge_server.demo.ground import around
from wangge_server.demo.offices import offices_for
from wangge_server.demo.photographs import TAKEN, shots_of
from wangge_server.demo.town import Ground, Holder, Town

TEXTS: dict[str, tuple[str, ...]] = {
    "approval": ("经区值班领导同意", "经联席会议同意"),
    "boats_sent": ("镜渔救一号、镜渔救二号", "巡护艇一艘"),
    "contractor": ("镜月区营造工程队",),
    "boats_asked": ("镜渔20020、镜渔20021",),
    "decision": ("依现场调查结论作出决定",),
    "finding": ("坡体有新裂缝，暂无整体滑动迹象", "水位回落，堤身完好"),
    "handed_to": ("海上搜救中心",),
    "minutes": ("村民代表会议记录已存档",),
    "note": ("已到现场处置，情况稳定。", "已联系当事人，双方同意。", "已清理完毕，恢复原状。", "超出网格能力，请上级协调。"),
    "notice": ("因客流较大，请游客错峰游览。", "因天气原因临时闭园，请听从引导有序离开。"),
    "place": ("村口至晒场",),
    "plan": ("清挖排水沟，设简易监测桩", "更换主管三十米，加装阀门井"),
    "position_as_given": ("归墟港东南约六海里",),
    "reason": ("现场情况与上报不一致。", "需要其他部门配合。", "处置不到位，请重新处理。", "属地更便于办理。"),
    "referral": ("可到便民服务中心办理。", "可拨打服务热线咨询。"),
    "resolution": ("同意修整，由村集体出资",),
    "routes": ("流霞栈道、浮玉峰环线",),
    "shelters": ("归墟港、望潮锚地",),
    "text": ("谨防冒充客服退款，转账前先问社区。",),
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
STEPS = ("备料", "施工", "验收")
STEP_DAYS = (10, 20)
NOT_INVOLVED = "NOT_INVOLVED"
BECOMES = "community.hazard"
"""What an alert turns out to be."""
STARS = (5, 5, 5, 4, 4, 3, 2)
DUE = timedelta(days=3)
FINISH = timedelta(days=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """All that an answer may depend on: the event's kind and ground, who stands over it and reported it, and the move that asks."""

    town: Town
    dice: Random
    at: datetime
    kind_id: str
    grid: Ground
    around: list[Holder]
    situation: Situation
    move: MoveDefinition
    reporter: str


def answer(asked: Asked) -> dict[str, Any] | None:
    """An answer to each ask; None when nobody can be named to whom the move may give the event."""
    found: dict[str, Any] = {}
    for ask in asked.move.asks:
        if not _is_given(asked, ask):
            continue
        found[ask.name] = _one(asked, ask)
        if found[ask.name] == []:
            return None
    return found


def _is_given(asked: Asked, ask: AskDefinition) -> bool:
    """Whether an ask is answered: always where it must be, or says who does the work or which limit holds; else now and then."""
    if ask.type is AnswerType.LIMIT:
        return bool(asked.town.registry.event_kinds[asked.kind_id].limits)
    return ask.required or ask.nearest_on_duty or asked.dice.random() < 0.5


def _one(asked: Asked, ask: AskDefinition) -> Any:
    dice = asked.dice
    match ask.type:
        case AnswerType.TEXT:
            return dice.choice(TEXTS.get(ask.name, (f"{ask.label.zh}：已核实",)))
        case AnswerType.INTEGER:
            return _number(dice, ask.name)
        case AnswerType.FLAG:
            return ask.must_be_yes or dice.random() < 0.9
        case AnswerType.DATE:
            return (asked.at + FINISH).date()
        case AnswerType.DATE_TIME:
            return asked.at + DUE if "due" in ask.name else asked.at
        case AnswerType.POSITION:
            longitude, latitude = around(dice, asked.grid.longitude, asked.grid.latitude)
            return {"longitude": longitude, "latitude": latitude}
        case AnswerType.PHOTOS:
            return [{TAKEN: dice.choice(shots_of(ask.name))} for _ in range(ask.at_least)]
        case AnswerType.EVENT_KIND:
            return BECOMES if asked.move.opens else asked.kind_id
        case AnswerType.CHOICE:
            return dice.choice(ask.options).name
        case AnswerType.MONEY:
            return dice.randint(*MONEY)
        case AnswerType.LIMIT:
            return dice.choice(asked.town.registry.event_kinds[asked.kind_id].limits).name
        case _:
            return NAMED[ask.type](asked, ask.at_least)


def _steps(asked: Asked, least: int) -> list[dict[str, Any]]:
    """The steps of a project, each some days after the one before, however many are asked for."""
    del least
    steps: list[dict[str, Any]] = []
    planned_on = asked.at.date()
    for name in STEPS:
        planned_on += timedelta(days=asked.dice.randint(*STEP_DAYS))
        steps.append({"name": name, "planned_on": planned_on})
    return steps


def _grids(asked: Asked, least: int) -> list[dict[str, int]]:
    """The matter's own grid, however many are asked for."""
    del least
    return [{"grid": asked.grid.id}]


def _assets(asked: Asked, least: int) -> list[dict[str, int]]:
    """Things of the grid that fit the role in which the move involves them, or any."""
    here = asked.town.assets.get(asked.grid.id, [])
    role = asked.move.opens.role if asked.move.opens else ""
    fitting = [asset for asset in here if role and role in asset.kind_id.partition(".")[2].split("_")] or here
    return [{"asset": asset.id} for asset in asked.dice.sample(fitting, min(least, len(fitting)))]


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
    if any(guard.kind == NOT_INVOLVED for guard in asked.move.guards):
        barred = barred | {holder.post_id for holder in asked.around if holder.login == asked.reporter}
    roles = asked.town.registry.roles
    fitting = (holder for holder in asked.around if roles[holder.role_id].acts_as & set(target.by))
    able = [holder.post_id for holder in fitting if holder.post_id not in barred and holder.office_id not in barred_offices]
    return [{"post": id} for id in asked.dice.sample(able, min(least, len(able)))]


NAMED: Mapping[AnswerType, Callable[[Asked, int], list[Any]]] = {
    AnswerType.STEPS: _steps,
    AnswerType.GRIDS: _grids,
    AnswerType.ASSETS: _assets,
    AnswerType.OFFICES: _offices,
    AnswerType.POSTS: _posts,
    AnswerType.ASSIGNEES: _assignees,
}
"""What answers with a list, and with at least how many."""
