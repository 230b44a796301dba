"""Answers to what a move asks: checked against the asks and brought into the form in which history keeps them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any, cast

from wangge_core.checking import check_position
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition
from wangge_core.storable import is_storable

MOST_TEXT = 4000
MOST_OF_NAME: Mapping[str, int] = {"contractor": 400}
"""Of answers that are kept in a column of their own, see `steering/projects.py`."""
MOST_ITEMS = 20
MOST_STEPS = 50
MOST_STEP_NAME = 200
MOST_FEN = 10**15

Answers = Mapping[str, Any]
"""By the ask's name: text, whole number (an amount in fen), flag, date, datetime, `{longitude, latitude}`, a list of
`{"attachment": id}`, `{"post": id}` and `{"office": id}`, `{"grid": id}` or `{"asset": id}`, a list of `{"name", "planned_on"}`, the
name of an option or limit, or an event kind's id."""
POINTS_AT: Mapping[AnswerType, tuple[str, ...]] = {
    AnswerType.POSTS: ("post",),
    AnswerType.OFFICES: ("office",),
    AnswerType.ASSIGNEES: ("post", "office"),
    AnswerType.GRIDS: ("grid",),
    AnswerType.ASSETS: ("asset",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What dates in answers are held against: when the event happened, as far as that is known, and when it was reported."""

    occurred_at: datetime | None = None
    reported_at: datetime | None = None
    zone: tzinfo = UTC

    def begins_after(self, answer: date | datetime) -> bool:
        """Whether a moment lies before the event happened, or a day before the day on which it happened or was reported."""
        if isinstance(answer, datetime):
            return self.occurred_at is not None and answer < self.occurred_at
        since = self.occurred_at or self.reported_at
        return since is not None and answer < since.astimezone(self.zone).date()


EVER = Span()


def check_answers(move: MoveDefinition, answers: Answers, language: str, span: Span = EVER) -> Iterator[Refusal]:
    """What is missing, too much, of the wrong form, or cannot be."""
    asked = {ask.name for ask in move.asks}
    for name in answers:
        if name not in asked:
            yield refusal("ANSWER_UNEXPECTED", f"answers.{name}", name=name)
    for ask in move.asks:
        yield from _check(ask, answers.get(ask.name), ask.label.in_language(language), span)


def _check(ask: AskDefinition, answer: Any, label: str, span: Span) -> Iterator[Refusal]:
    field = f"answers.{ask.name}"
    if answer is None or answer in ("", []):
        if ask.required:
            yield refusal("ANSWER_REQUIRED", field, label=label)
    elif not _has_form(ask.type, answer):
        yield refusal("ANSWER_TYPE", field, label=label, type=ask.type.value)
    elif not is_storable(answer):
        yield refusal("TEXT_UNSTORABLE", field)
    elif isinstance(answer, str):
        yield from _check_words(ask, answer, label, field)
    elif isinstance(answer, date):
        if span.begins_after(answer) and not ask.may_precede:
            yield refusal("BEFORE_THE_EVENT", field, label=label)
    elif ask.type is AnswerType.FLAG:
        if ask.must_be_yes and not answer:
            yield refusal("ANSWER_MUST_BE_YES", field, label=label)
    elif ask.type is AnswerType.POSITION:
        yield from check_position(answer.get("longitude"), answer.get("latitude"), field)
    else:
        yield from _check_amount(ask, answer, label, field, span)


def _check_words(ask: AskDefinition, answer: str, label: str, field: str) -> Iterator[Refusal]:
    names, most = [option.name for option in ask.options], MOST_OF_NAME.get(ask.name, MOST_TEXT)
    if ask.type is AnswerType.CHOICE:
        if answer not in names:
            yield refusal("ANSWER_CHOICE", field, label=label, options=", ".join(names))
    elif not answer.strip():
        yield refusal("BLANK", field)
    elif len(answer) > most:
        yield refusal("TOO_LONG", field, most=most)


def _check_amount(ask: AskDefinition, answer: Any, label: str, field: str, span: Span) -> Iterator[Refusal]:
    if isinstance(answer, list):
        if len(answer) < ask.at_least:  # pyright: ignore[reportUnknownArgumentType] - its items were checked by _has_form
            yield refusal("ANSWER_TOO_FEW", field, label=label, least=ask.at_least)
        if ask.type is AnswerType.STEPS:
            yield from _check_steps(cast("list[Mapping[str, Any]]", answer), field, label, span)
        return
    least, most = {"rating": (1, 5), "score": (0, 100)}.get(ask.name, (0, MOST_FEN))
    if ask.type in (AnswerType.INTEGER, AnswerType.MONEY) and not least <= answer <= most:
        yield refusal("OUT_OF_RANGE", field, least=least, most=most)


def _check_steps(steps: list[Mapping[str, Any]], field: str, label: str, span: Span) -> Iterator[Refusal]:
    for index, step in enumerate(steps):
        name, planned_on = step["name"], step.get("planned_on")
        if not name.strip():
            yield refusal("BLANK", f"{field}.{index}.name")
        elif len(name) > MOST_STEP_NAME:
            yield refusal("TOO_LONG", f"{field}.{index}.name", most=MOST_STEP_NAME)
        if planned_on is None:
            yield refusal("STEP_WITHOUT_DATE", f"{field}.{index}.plannedOn", name=name)
        elif span.begins_after(planned_on):
            yield refusal("BEFORE_THE_EVENT", f"{field}.{index}.plannedOn", label=label)


def _has_form(type: AnswerType, answer: Any) -> bool:
    match type:
        case AnswerType.TEXT | AnswerType.EVENT_KIND | AnswerType.CHOICE | AnswerType.LIMIT:
            return isinstance(answer, str)
        case AnswerType.INTEGER:
            return _is_whole(answer) and answer >= 0
        case AnswerType.MONEY:
            return _is_whole(answer)
        case AnswerType.FLAG:
            return isinstance(answer, bool)
        case AnswerType.DATE:
            return _is_day(answer)
        case AnswerType.DATE_TIME:
            return isinstance(answer, datetime) and answer.tzinfo is not None
        case AnswerType.POSITION:
            return isinstance(answer, dict) and all(_is_number(answer.get(one)) for one in ("longitude", "latitude"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        case AnswerType.PHOTOS:
            return _list_of(answer, lambda one: _points_at(one, "attachment"))
        case AnswerType.STEPS:
            return _list_of(answer, _is_step, most=MOST_STEPS)
        case _:
            return _list_of(answer, lambda one: any(_points_at(one, sort) for sort in POINTS_AT[type]))


def _list_of(answer: Any, fits: Callable[[Any], bool], most: int = MOST_ITEMS) -> bool:
    return isinstance(answer, list) and len(answer) <= most and all(map(fits, answer))  # pyright: ignore[reportUnknownArgumentType]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _points_at(one: Any, sort: str) -> bool:
    return isinstance(one, dict) and list(one) == [sort] and _is_whole(one[sort])  # pyright: ignore[reportUnknownArgumentType]


def _is_step(one: Any) -> bool:
    if not isinstance(one, dict) or not set(cast("dict[Any, Any]", one)) <= {"name", "planned_on"}:
        return False
    step = cast("dict[str, Any]", one)
    return isinstance(step.get("name"), str) and (step.get("planned_on") is None or _is_day(step["planned_on"]))


def pointed_at(answers: Answers, move: MoveDefinition, type: AnswerType, sort: str) -> list[tuple[str, list[int]]]:
    """The keys in the answers to asks of a type that are lists of `{sort: key}`, each once, with the name of the ask."""
    found: list[tuple[str, list[int]]] = []
    for ask in move.asks:
        given = answers.get(ask.name) if ask.type is type else None
        if isinstance(given, list):
            items = cast("list[dict[str, int]]", given)
            found.append((ask.name, list(dict.fromkeys(one[sort] for one in items if sort in one))))
    return found


def answer_to(answers: Answers, move: MoveDefinition, type: AnswerType) -> Any:
    """The answer to the first ask of a type; None where there is none."""
    return next((answers[ask.name] for ask in move.asks if ask.type is type and answers.get(ask.name) not in (None, "", [])), None)


def stored(answers: Answers) -> dict[str, Any]:
    """The answers as JSON keeps them."""
    return {name: _plain(value) for name, value in answers.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(one) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in cast("dict[str, Any]", value).items()}
    return value
