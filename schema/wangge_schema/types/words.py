"""Words for what was read or changed, so that a resident reads `date of birth` and not `bornOn`. Names that are not here are cut at their
capitals."""

import re
from collections.abc import Mapping

from wangge_core.rights.viewers import Language

WORDS: Mapping[str, tuple[str, str]] = {
    "Asset": ("部件", "asset"),
    "Building": ("楼栋", "building"),
    "Household": ("户", "household"),
    "HouseholdMember": ("户内成员", "member of a household"),
    "Need": ("服务需求", "need"),
    "Organization": ("单位", "organisation"),
    "Person": ("人员", "person"),
    "Place": ("站点", "place"),
    "Residence": ("居住记录", "residence"),
    "Unit": ("房屋", "unit"),
    "address": ("住址", "address"),
    "birthYear": ("出生年份", "year of birth"),
    "bornOn": ("出生日期", "date of birth"),
    "confirmBy": ("应核实日期", "day by which it is to be confirmed"),
    "confirmedAt": ("核实时间", "when it was confirmed"),
    "gender": ("性别", "gender"),
    "grid": ("网格", "grid"),
    "gridId": ("网格", "grid"),
    "guardian": ("监护人", "guardian"),
    "household": ("户", "household"),
    "identityNumber": ("身份证号", "identity number"),
    "legalBasis": ("依据", "legal basis"),
    "membership": ("户内关系", "place in a household"),
    "movedInOn": ("迁入日期", "day of moving in"),
    "movedOutOn": ("迁出日期", "day of moving out"),
    "name": ("姓名", "name"),
    "need": ("服务需求", "need"),
    "needs": ("服务需求", "needs"),
    "phone": ("电话", "phone"),
    "reason": ("原因", "reason"),
    "relation": ("与户主关系", "relation"),
    "removedAt": ("注销时间", "when it was removed"),
    "residence": ("居住方式", "how the person lives here"),
    "residences": ("居住记录", "residences"),
    "unit": ("房屋", "unit"),
}
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def word(name: str, language: Language) -> str:
    """What a type or field of the schema is called in a language."""
    if name in WORDS:
        return WORDS[name][language != "zh"]
    return _CAPITAL.sub(" ", name).lower()
