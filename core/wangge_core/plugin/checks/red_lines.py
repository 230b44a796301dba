"""Red lines: what no kind may ask about anybody. A fault in what the project ships, a warning in the plugins of others.

The service keeps no ethnicity, faith or political status, no origin, no biometrics, no number plates, no credit scores, no records of
crime, drugs, correction or petitions, and no kind whose subject is somebody's conduct or presence.
"""

import re
from collections.abc import Iterator

from wangge_core.plugin.checks.details import with_details
from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.declarations.kinds import EventKind
from wangge_core.plugin.declarations.workflows import Workflow
from wangge_core.plugin.describing import UndescribableError, describe
from wangge_core.plugin.faults import Fault

SHIPPED = frozenset({"community", "urban", "scenic", "rural", "maritime"})
ENGLISH = re.compile(
    r"(^|_)(ethnic\w*|race|nationality|religio\w*|faith|party_member\w*|political\w*|place_of_origin|native_place|hometown|appearance|"
    r"face|facial|gait|voice\w*|fingerprint|iris|biometric\w*|number_plate|license_plate|plate_number|credit_score|social_credit|"
    r"criminal\w*|convict\w*|drugs?|addict\w*|correction_term|released_prisoner|petition\w*|watch_?list|key_person\w*|risk_score|"
    r"special_group\w*|idle_\w+|family_planning)($|_)"
)
CHINESE = re.compile(
    r"民族|宗教|信仰|政治面貌|党员|籍贯|户籍地|相貌|人脸|步态|声纹|指纹|虹膜|车牌|信用分|征信|犯罪|前科|刑满|服刑|社区矫正|矫正人员|吸毒|涉毒|戒毒|"
    r"上访|信访|重点人员|特殊人群|关注人员|闲散人员|居住人员隐患|政策外|超生|计划生育|计生|可疑人员|盲流|精神障碍患者|肇事肇祸"
)


def crosses_red_line(*texts: str) -> str | None:
    """The word by which any of the names or labels crosses a red line, or None."""
    for text in texts:
        found = ENGLISH.search(text.lower()) or CHINESE.search(text)
        if found:
            return found.group().strip("_")
    return None


def _words(label: str) -> str:
    """An English label as names are written: `Number plate` → `Number_plate`."""
    return label.replace(" ", "_").replace("-", "_")


def check_red_lines(collection: Collection) -> Iterator[Fault]:
    for hook in ("event_kinds", "need_kinds", "asset_kinds", "place_kinds", "occasions", "duties"):
        for item in collection.items[hook]:
            if word := crosses_red_line(item.declaration.name, item.declaration.zh, _words(item.declaration.en)):
                yield _fault(item, item.id, word)
    for item, cls, name in with_details(collection):
        try:
            fields = describe(cls, plugin=item.plugin, graphql_name=name).fields
        except UndescribableError:
            continue  # told by the check of details
        for field in fields + tuple(inner for outer in fields for inner in outer.fields):
            options = (text for value, label in field.options for text in (value, label.zh, _words(label.en)))
            if word := crosses_red_line(field.name, field.label.zh, _words(field.label.en), *options):
                yield _fault(item, f"{item.id}/{field.name}", word)
    for item, name, zh in _asked(collection):
        if word := crosses_red_line(name, zh):
            yield _fault(item, f"{item.id}/{name}", word)


def _asked(collection: Collection) -> Iterator[tuple[Item, str, str]]:
    """What moves ask for, and the parts that somebody may have in an event."""
    for item, workflow in collection.of("workflows", Workflow):
        yield from ((item, ask.name, ask.zh) for move in workflow.moves for ask in move.asks)
    for item, kind in collection.of("event_kinds", EventKind):
        yield from ((item, part.role, part.zh) for part in kind.involves)


def _fault(item: Item, thing: str, word: str) -> Fault:
    return Fault(
        plugin=item.plugin,
        thing=thing,
        code="RED_LINE",
        message=f"{word!r} crosses a red line.",
        hint="The service keeps nothing about what people are, believe or have done; ask what help or repair is wanted instead.",
        warning=item.plugin not in SHIPPED,
    )
