"""Answers to what a move asks: checked against the asks and brought into the form in which history keeps them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from wangge_core.checking import check_position
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition
from wangge_core.storable import is_storable

MOST_TEXT = 4000
MOST_ITEMS = 20
MOST_REFERENCE = 400

Answers = Mapping[str, Any]
"""By the ask's name: text, whole number, flag, date, datetime, `{longitude, latitude}`, a list of photo references, a list of
`{"post": id}` and `{"office": id}`, or an event kind's id."""


def check_answers(move: MoveDefinition, answers: Answers, language: str) -> Iterator[Refusal]:
    """What is missing, too much, or of the wrong form."""
    asked = {ask.name for ask in move.asks}
    for name in answers:
        if name not in asked:
            yield refusal("ANSWER_UNEXPECTED", f"answers.{name}", name=name)
    for ask in move.asks:
        yield from _check(ask, answers.get(ask.name), ask.label.in_language(language))


def _check(ask: AskDefinition, answer: Any, label: str) -> Iterator[Refusal]:
    field = f"answers.{ask.name}"
    if answer is None or answer in ("", []):
        if ask.required:
            yield refusal("ANSWER_REQUIRED", field, label=label)
        return
    if not _has_form(ask.type, answer):
        yield refusal("ANSWER_TYPE", field, label=label, type=ask.type.value)
    elif not is_storable(answer):
        yield refusal("TEXT_UNSTORABLE", field)
    elif isinstance(answer, str):
        if not answer.strip():
            yield refusal("BLANK", field)
        elif len(answer) > MOST_TEXT:
            yield refusal("TOO_LONG", field, most=MOST_TEXT)
    elif isinstance(answer, list):
        if len(answer) < ask.at_least:  # pyright: ignore[reportUnknownArgumentType] - its items were checked by _has_form
            yield refusal("ANSWER_TOO_FEW", field, label=label, least=ask.at_least)
    elif ask.type is AnswerType.POSITION:
        yield from check_position(answer.get("longitude"), answer.get("latitude"), field)
    elif ask.name == "rating" and not 1 <= answer <= 5:
        yield refusal("OUT_OF_RANGE", field, least=1, most=5)
    elif ask.name == "score" and not 0 <= answer <= 100:
        yield refusal("OUT_OF_RANGE", field, least=0, most=100)


def _has_form(type: AnswerType, answer: Any) -> bool:
    match type:
        case AnswerType.TEXT | AnswerType.EVENT_KIND:
            return isinstance(answer, str)
        case AnswerType.INTEGER:
            return isinstance(answer, int) and not isinstance(answer, bool) and answer >= 0
        case AnswerType.FLAG:
            return isinstance(answer, bool)
        case AnswerType.DATE:
            return isinstance(answer, date) and not isinstance(answer, datetime)
        case AnswerType.DATE_TIME:
            return isinstance(answer, datetime) and answer.tzinfo is not None
        case AnswerType.POSITION:
            return isinstance(answer, dict) and all(_is_number(answer.get(one)) for one in ("longitude", "latitude"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        case AnswerType.PHOTOS:
            return _list_of(answer, _is_reference)
        case AnswerType.POSTS:
            return _list_of(answer, lambda one: _points_at(one, "post"))
        case AnswerType.OFFICES:
            return _list_of(answer, lambda one: _points_at(one, "office"))
        case AnswerType.ASSIGNEES:
            return _list_of(answer, lambda one: _points_at(one, "post") or _points_at(one, "office"))


def _list_of(answer: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(answer, list) and len(answer) <= MOST_ITEMS and all(map(fits, answer))  # pyright: ignore[reportUnknownArgumentType]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _points_at(one: Any, sort: str) -> bool:
    return isinstance(one, dict) and list(one) == [sort] and isinstance(one[sort], int)  # pyright: ignore[reportUnknownArgumentType]


def _is_reference(photo: Any) -> bool:
    return isinstance(photo, str) and 0 < len(photo) <= MOST_REFERENCE


def stored(answers: Answers) -> dict[str, Any]:
    """The answers as JSON keeps them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in answers.items() if value is not None}
