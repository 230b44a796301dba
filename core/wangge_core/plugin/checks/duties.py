"""Duties: somebody does them, to what that work can be done to, as often as makes sense, and none is a duty to watch people.

What watches people is a fault in what the project ships and a warning in the plugins of others, as with the red lines; all else is a
fault of anybody.
"""

from collections.abc import Iterator

from wangge_core.plugin.checks.needs import CROSSING
from wangge_core.plugin.checks.red_lines import SHIPPED
from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.declarations.duties import (
    PATROLS,
    AsItComes,
    Before,
    Different,
    During,
    Duty,
    DutyWork,
    EachAsked,
    EachEvent,
    EachHome,
    EachHousehold,
    EachPerson,
    EachPlace,
    EveryHours,
    Frequency,
    Minutes,
    Period,
    Promptly,
    Share,
    Target,
    Times,
    WholeGrid,
)
from wangge_core.plugin.faults import Fault

MINUTES_OF_A_DAY = 1440
MOST_TIMES = 50
MOST_SECONDS = 366 * 86_400
OF_PEOPLE = (EachHousehold, EachPerson, EachHome)
SERVICES = frozenset({DutyWork.VISIT, DutyWork.TALK, DutyWork.CHECK})
"""What is done to people: they are visited and told, and the facts on record are confirmed with them."""
OF_EVENTS = (EachEvent, EachAsked)
HINT = "Events ask for Promptly(…), minutes are patrolled, shares and different ones are of many."


def check_duties(collection: Collection) -> Iterator[Fault]:
    for item, duty in collection.of("duties", Duty):
        yield from _check_words(item, duty)
        if not duty.who:
            yield _fault(item, "DUTY_OF_NOBODY", "is nobody's.", "Name at least one role in `who`.")
        if not duty.targets:
            yield _fault(item, "DUTY_TARGET_MISSING", "concerns nobody and nothing.", "Say in `of` whom or where.")
        if not 1 <= duty.minutes <= MINUTES_OF_A_DAY:
            yield _fault(item, "DUTY_MINUTES_INVALID", f"takes {duty.minutes} minutes.", "Let it take 1 to 1440.")
        for target in duty.targets:
            yield from _check_target(item, duty, target)
        yield from _check_frequencies(item, duty)


def _check_words(item: Item, duty: Duty) -> Iterator[Fault]:
    """The words of the red lines are told by their own check; these are those that no kind of needs has either."""
    if found := next((found for found in map(CROSSING.search, (duty.name, duty.zh, duty.en)) if found), None):
        message = f"{found.group().strip('_ ')!r} is nothing that anybody is visited for."
        yield _fault(item, "DUTY_CROSSES_LINE", message, "Drop it.", line=True)


def _check_target(item: Item, duty: Duty, target: Target) -> Iterator[Fault]:
    if isinstance(target, OF_PEOPLE) and duty.does not in SERVICES:
        message = f"would make a {duty.does.value} of people or their homes."
        yield _fault(item, "DUTY_WATCHES_PEOPLE", message, "People are visited, told and asked; things are inspected.", line=True)
    elif duty.does in PATROLS and not isinstance(target, WholeGrid | EachPlace):
        yield _fault(item, "DUTY_TARGET_UNFIT", "is a patrol of no place.", "Patrol a WholeGrid() or an EachPlace(…).")
    elif isinstance(target, EachPerson) and not target.need:
        yield _fault(item, "DUTY_WATCHES_PEOPLE", "concerns people for no need.", "Name the kinds of needs.", line=True)
    elif isinstance(target, EachEvent) and target.one_in < 1:
        yield _fault(item, "DUTY_AMOUNT_INVALID", f"takes one event in {target.one_in}.", "Let it be 1 or more.")
    elif isinstance(target, EachAsked) and not target.tasks:
        yield _fault(item, "DUTY_TARGET_MISSING", "follows tasks of no kind.", "Name the kinds of tasks.")


def _check_frequencies(item: Item, duty: Duty) -> Iterator[Fault]:
    if not duty.frequencies:
        yield _fault(item, "DUTY_FREQUENCY_MISSING", "does not say how often.", "Say it in `every`.")
    if sum(not isinstance(one, During | Promptly | Before | AsItComes) for one in duty.frequencies) > 1:
        message = "has two frequencies of the calendar."
        yield _fault(item, "DUTY_FREQUENCY_UNFIT", message, "Keep one; put the other into During(…).")
    for one in duty.frequencies:
        found = problem_of(one)
        if found:
            yield _fault(item, "DUTY_AMOUNT_INVALID", f"{found}.", "Ask for what can be done.")
        elif not any(fits(one, duty.does, target) for target in duty.targets):
            message = f"{type(one).__name__} does not fit what it does, or to what."
            yield _fault(item, "DUTY_FREQUENCY_UNFIT", message, HINT)
    for target in duty.targets:
        if duty.frequencies and not any(fits(one, duty.does, target) for one in duty.frequencies):
            message = f"does not say how often for {type(target).__name__}."
            yield _fault(item, "DUTY_FREQUENCY_UNFIT", message, HINT)


def problem_of(one: Frequency) -> str | None:
    """Why an amount cannot be meant; None where it can."""
    match one:
        case During():
            return problem_of(one.regular)
        case Times():
            if one.on is not None and (one.per is not Period.WEEK or one.times != 1):
                return "a weekday is of one time a week"
            return None if 1 <= one.times <= MOST_TIMES else f"{one.times} times in a period"
        case Minutes():
            most = MINUTES_OF_A_DAY * {Period.DAY: 1, Period.WORKING_DAY: 1, Period.WEEK: 7}.get(one.per, 28)
            return None if 1 <= one.minutes <= most else f"{one.minutes} minutes in a {one.per.value}"
        case Share():
            return None if 1 <= one.percent <= 100 else f"{one.percent} percent"
        case Different():
            return None if 1 <= one.count <= 10_000 else f"{one.count} different ones"
        case EveryHours():
            return None if one.hours in (1, 2, 3, 4, 6, 8, 12) else f"every {one.hours} hours, which do not make a day"
        case Promptly():
            return None if 60 <= one.seconds <= MOST_SECONDS else f"within {one.seconds} seconds"
        case AsItComes():
            return None
        case Before():
            return None if 1 <= one.days <= 366 else f"{one.days} days before"


def fits(one: Frequency, does: DutyWork, target: Target) -> bool:
    """Whether something of this sort can be asked for in this way."""
    if isinstance(one, During):
        return fits(one.regular, does, target)
    if isinstance(target, EachAsked):
        return isinstance(one, Promptly) and one.of is None
    if isinstance(target, EachEvent):
        return isinstance(one, Promptly | Before)
    if isinstance(one, Promptly):
        return one.of is not None or isinstance(target, EachPerson)
    if isinstance(one, Minutes):
        return does in PATROLS
    if isinstance(one, Share):
        return not isinstance(target, WholeGrid) and does not in PATROLS
    if isinstance(one, Different):
        return isinstance(target, WholeGrid) and does is DutyWork.VISIT
    return True


def _fault(item: Item, code: str, message: str, hint: str, *, line: bool = False) -> Fault:
    warning = line and item.plugin not in SHIPPED
    return Fault(plugin=item.plugin, thing=item.id, code=code, message=message, hint=hint, warning=warning)
