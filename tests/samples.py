"""Valid samples made from definitions: details as plain data, and answers to what a move asks."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from towns import PHOTOGRAPH
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import AskDefinition, DetailField, DetailsDefinition, MoveDefinition

WORDS = st.text("abc 网格员。", min_size=1, max_size=12)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "String": WORDS,
    "Int": st.integers(0, 40),
    "Float": st.floats(0, 1, width=16),
    "Boolean": st.booleans(),
    "Date": st.dates(date(2020, 1, 1), date(2026, 1, 1)).map(date.isoformat),
    "DateTime": st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)).map(lambda at: at.replace(tzinfo=UTC).isoformat()),  # noqa: DTZ001
}


def details(definition: DetailsDefinition) -> st.SearchStrategy[dict[str, Any]]:
    """Plain data for a details dataclass; rules across its fields may still refuse it."""
    return _members(definition.fields)


def _members(fields: tuple[DetailField, ...]) -> st.SearchStrategy[dict[str, Any]]:
    required = {field.name: _value(field) for field in fields if field.required}
    optional = {field.name: _value(field) for field in fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional)


def _value(field: DetailField) -> st.SearchStrategy[Any]:
    if field.options:
        one: st.SearchStrategy[Any] = st.sampled_from([value for value, _ in field.options])
    else:
        one = _members(field.fields) if field.fields else SCALARS[field.type]
    return st.lists(one, min_size=1, max_size=3) if field.many else one


SAMPLES: dict[AnswerType, Any] = {
    AnswerType.TEXT: "as agreed",
    AnswerType.INTEGER: 3,
    AnswerType.FLAG: True,
    AnswerType.DATE: date(2026, 11, 21),
    AnswerType.DATE_TIME: datetime(2026, 11, 21, 8, tzinfo=UTC),
    AnswerType.POSITION: {"longitude": 114.3, "latitude": 30.6},
    AnswerType.PHOTOS: [{"attachment": PHOTOGRAPH}],
    AnswerType.MONEY: 120_000,
    AnswerType.STEPS: [{"name": "Lay the pipe", "planned_on": date(2030, 5, 1)}],
    AnswerType.GRIDS: [{"grid": 1}],
    AnswerType.ASSETS: [{"asset": 1}],
    AnswerType.LIMIT: "usual",
}


def answer(ask: AskDefinition, *, given_to: dict[str, int], kind_id: str) -> Any:
    """A good answer to one ask; `given_to` is the post or office that takes over."""
    if ask.type is AnswerType.EVENT_KIND:
        return kind_id
    if ask.type is AnswerType.CHOICE:
        return ask.options[0].name
    return SAMPLES.get(ask.type, [given_to])


def answers(move: MoveDefinition, *, given_to: dict[str, int], kind_id: str) -> dict[str, Any]:
    """Good answers to all that a move asks for."""
    asked = (ask for ask in move.asks if ask.required or ask.type is not AnswerType.LIMIT)
    return {ask.name: answer(ask, given_to=given_to, kind_id=kind_id) for ask in asked}


def first(definition: DetailsDefinition) -> dict[str, Any]:
    """The simplest required data, the same each time."""
    return {field.name: _first(field) for field in definition.fields if field.required}


FIRST: dict[str, Any] = {
    "String": "as seen",
    "Int": 1,
    "Float": 0.5,
    "Boolean": True,
    "Date": "2026-01-01",
    "DateTime": "2026-01-01T08:00:00+08:00",
}


def _first(field: DetailField) -> Any:
    if field.options:
        one: Any = field.options[0][0]
    else:
        one = {inner.name: _first(inner) for inner in field.fields if inner.required} if field.fields else FIRST[field.type]
    return [one] if field.many else one
