"""Kinds of needs: each rests on something and ends; what touches health or children is off by itself; some do not exist at all.

Faults in what the project ships, warnings in the plugins of others, as with the red lines, which hold for needs as well.
"""

import re
from collections.abc import Iterator

from wangge_core.plugin.checks.red_lines import SHIPPED, crosses_red_line
from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.declarations.kinds import NeedKind
from wangge_core.plugin.faults import Fault

MOST_MONTHS = 120
MOST_MONTHS_OF_CHILDREN = 12
CROSSING = re.compile(
    r"(?i)(^|[_\W])(crime\w*|offend\w*|offence\w*|offense\w*|police_record\w*|prison\w*|jail\w*|inmate\w*|parole\w*|probation\w*|narcotic\w*|"
    r"complain\w*|appellant\w*|protest\w*|dissent\w*|extremis\w*|cult\w*|stability_control\w*|under_control|supervised_person\w*|suspect\w*|"
    r"surveil\w*)($|[_\W])|违法|犯案|案底|涉案|嫌疑|监狱|缓刑|假释|社戒|社康|毒品|邪教|访民|缠访|闹访|维稳|稳控|管控|监控对象|帮教|风险人员|异见|抗议"
)
"""Words that no kind of needs has; those of the red lines come first."""
HEALTH = re.compile(
    r"(?i)(^|[_\W])(disab\w*|ill|illness\w*|sick\w*|disease\w*|patient\w*|hospital\w*|health\w*|medical\w*|mental\w*|psych\w*|dementia|depress\w*|"
    r"pregnan\w*|hiv|aids|cancer|diabet\w*|chronic\w*|bedridden|blind|deaf|autis\w*|vaccin\w*)($|[_\W])|"
    r"残|病|患者|住院|医疗|健康|精神|抑郁|痴呆|失智|失能|孕|产妇|艾滋|癌|卧床|失明|失聪|自闭|疫苗"
)
CHILDREN = re.compile(
    r"(?i)(^|[_\W])(child\w*|minor|minors|infant\w*|bab(y|ies)|orphan\w*|pupil\w*|toddler\w*)($|[_\W])|儿童|未成年|孤儿|婴|幼儿|小学生"
)


def check_needs(collection: Collection) -> Iterator[Fault]:
    for item, kind in collection.of("need_kinds", NeedKind):
        called = (kind.name, kind.zh, kind.en)
        if found := _crossing(*called, kind.basis, kind.visits):
            yield _fault(item, "NEED_CROSSES_LINE", f"{found!r} is nothing that anybody is looked after for.", "Drop it.")
        if any(map(CHILDREN.search, called)) and not kind.children:
            yield _fault(
                item, "NEED_NOT_SENSITIVE", "is of children and does not say so.", "Give it sensitive=True and children=True."
            )
        elif (kind.children or any(map(HEALTH.search, called))) and not kind.sensitive:
            yield _fault(item, "NEED_NOT_SENSITIVE", "touches health or children and is on by itself.", "Give it sensitive=True.")
        if not kind.basis.strip():
            yield _fault(item, "NEED_WITHOUT_BASIS", "does not say what it rests on.", "Say it in `basis`.")
        most = MOST_MONTHS_OF_CHILDREN if kind.children else MOST_MONTHS
        if kind.months is not None and not 1 <= kind.months <= most:
            yield _fault(item, "NEED_TERM_INVALID", f"holds for {kind.months} months.", f"Let it end within 1 to {most} months.")


def _crossing(*texts: str) -> str | None:
    """The word by which a kind crosses a line, or None; the name's words are told by the check of red lines."""
    for text in texts[2:]:
        if word := crosses_red_line(text.replace(" ", "_")):
            return word
    found = next((found for found in map(CROSSING.search, texts) if found), None)
    return found.group().strip("_ ") if found else None


def _fault(item: Item, code: str, message: str, hint: str) -> Fault:
    return Fault(plugin=item.plugin, thing=item.id, code=code, message=message, hint=hint, warning=item.plugin not in SHIPPED)
