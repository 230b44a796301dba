"""Asking: what each duty asks for now, of which things on which ground, and how much of it. Pure; the statement is made of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from wangge_core.deadlines.working_time import UncoveredYearError
from wangge_core.duties.periods import IsWorked, Window, occasional_window, regular_window
from wangge_core.duties.settings import Part
from wangge_core.plugin.definitions import DutyDefinition, FrequencyDefinition, TargetDefinition

OCCASIONAL = frozenset({"PROMPTLY", "BEFORE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A duty, of the things of one sort, on a part of a ground.

    `number` is its place among all that is asked for there. `window` is None where each thing has its own time, of `seconds`.
    """

    number: int
    duty: DutyDefinition
    target: TargetDefinition
    path: str
    without: tuple[str, ...]
    since: datetime
    window: Window | None
    frequency: FrequencyDefinition | None = None
    """That of the calendar which opened the window; None where it is asked for once."""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Asks:
    """All that is asked for; `unknown` are duties of working days in a year that the calendar does not cover."""

    asks: tuple[Ask, ...]
    unknown: tuple[str, ...]


def asks_of(
    parts: Sequence[Part], now: datetime, zone: ZoneInfo, is_worked: IsWorked, *, roles: Collection[str] | None = None
) -> Asks:
    """What the duties ask for now; with `roles`, those duties alone that somebody in one of these roles may do."""
    found: list[Ask] = []
    unknown: dict[str, None] = {}
    for part in parts:
        if roles is not None and not set(part.who) & set(roles):
            continue
        try:
            windows = list(_windows(part, now, zone, is_worked))
        except UncoveredYearError:
            unknown[part.duty.id] = None
            continue
        for target in part.duty.targets:
            found.extend(_asks(part, target, windows, len(found)))
    return Asks(tuple(found), tuple(unknown))


def _windows(part: Part, now: datetime, zone: ZoneInfo, is_worked: IsWorked) -> Iterator[tuple[FrequencyDefinition, Window | None]]:
    """The windows that are open now. Of the frequencies of the calendar only one counts: the last whose occasion holds, else the one
    without."""
    regular: FrequencyDefinition | None = None
    for one in part.frequencies:
        if one.kind in OCCASIONAL and one.occasion:
            for term in part.terms:
                if term.occasion == one.occasion and (window := occasional_window(one, term.starts_at, now)) is not None:
                    yield one, window
        elif one.kind == "PROMPTLY":
            yield one, None
        elif one.kind != "AS_IT_COMES" and (
            not one.occasion or any(term.occasion == one.occasion and term.holds(now) for term in part.terms)
        ):
            regular = one if one.occasion or regular is None else regular
    if regular is not None and (window := regular_window(regular, now, zone, is_worked)) is not None:
        yield regular, window


def _asks(
    part: Part, target: TargetDefinition, windows: Sequence[tuple[FrequencyDefinition, Window | None]], first: int
) -> list[Ask]:
    found: list[Ask] = []
    for one, window in windows:
        if fits(one, target):
            ask = Ask(
                number=first + len(found),
                duty=part.duty,
                target=target,
                path=part.path,
                without=part.without,
                since=part.since,
                window=window,
                frequency=None if one.kind in OCCASIONAL else one,
                seconds=one.amount if window is None else 0,
            )
            found.append(ask)
    return found


def fits(one: FrequencyDefinition, target: TargetDefinition) -> bool:
    """Whether a frequency of a duty is meant for what it concerns; `plugin/checks/duties.py` proves that each is meant for something."""
    if target.sort == "TASK":
        return one.kind == "PROMPTLY" and not one.occasion
    if target.sort == "EVENT":
        return one.kind in OCCASIONAL
    if one.kind == "PROMPTLY" and not one.occasion:
        return target.sort == "PERSON"
    if one.kind == "DIFFERENT":
        return target.sort == "GRID"
    return one.kind != "SHARE" or target.sort != "GRID"
