"""Opening hours in few words: days one after the other that are alike stand together."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from wangge_core.places.opening_hours import WEEKDAYS
from wangge_core.plugin.declarations.labels import Label

SHORT = tuple(Label(zh, en) for zh, en in zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
ALWAYS = [{"opens": "00:00", "closes": "24:00", "nextDay": False}]
CLOSED = Label("休息", "closed")


def weekly(hours: Mapping[str, Any]) -> Iterator[tuple[Label, Label]]:
    """The days of a week with their times, such as 周一至周五 and 08:30–12:00; days without any are left out."""
    days = [[span for span in hours["weekly"] if span["weekday"] == day.value] for day in WEEKDAYS]
    for text, group in groupby(range(len(days)), key=lambda day: times(days[day])):
        numbers = list(group)
        if days[numbers[0]]:
            yield _days(numbers[0], numbers[-1]), text


def exceptions(hours: Mapping[str, Any], today: str) -> Iterator[tuple[str, Label, str]]:
    """Dates from today on that differ, with their times and why."""
    for one in hours["exceptions"]:
        if one["on"] >= today:
            yield one["on"], times(one["spans"]), one["note"] or ""


def times(spans: Sequence[Mapping[str, Any]]) -> Label:
    """The times of a day."""
    if not spans:
        return CLOSED
    if [{name: span[name] for name in ALWAYS[0]} for span in spans] == ALWAYS:
        return Label("24 小时", "24 hours")
    zh = ", ".join(f"{one['opens']}–{'次日 ' if one['nextDay'] else ''}{one['closes']}" for one in spans)
    en = ", ".join(f"{one['opens']}–{one['closes']}{' (next day)' if one['nextDay'] else ''}" for one in spans)
    return Label(zh, en)


def _days(first: int, last: int) -> Label:
    if first == last:
        return Label(f"周{SHORT[first].zh}", SHORT[first].en)
    return Label(f"周{SHORT[first].zh}至周{SHORT[last].zh}", f"{SHORT[first].en}–{SHORT[last].en}")
