"""The scalars beside GraphQL's own: moments, days and free JSON."""

from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

from wangge_core.db.columns import instant_text

YEARS = range(1800, 2201)
"""The years that are taken; others are slips, and not every database can keep them."""


def _parse_moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        utc = moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise GraphQLError(f"DateTime cannot represent {_shown(text)}; write 2026-01-31T08:00:00+08:00.") from None
    if moment.tzinfo is None:
        raise GraphQLError(f"DateTime {_shown(text)} has no time zone; write 2026-01-31T08:00:00+08:00.")
    _check_year(utc.year, text)
    return utc


def _parse_date(text: Any) -> date:
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError):
        raise GraphQLError(f"Date cannot represent {_shown(text)}; write 2026-01-31.") from None
    _check_year(day.year, text)
    return day


def _check_year(year: int, text: Any) -> None:
    if year not in YEARS:
        raise GraphQLError(f"{_shown(text)} lies outside of the years {YEARS.start} to {YEARS.stop - 1}.")


def _shown(text: Any) -> str:
    return repr(text)[:60]


DateTime = NewType("DateTime", datetime)
Date = NewType("Date", date)
JSON = NewType("JSON", object)

SCALARS: dict[object, Any] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC to the millisecond, `2026-01-31T08:00:00.000Z`. Input may have any offset, but must have one.",
        serialize=lambda value: value if isinstance(value, str) else instant_text(value),
        parse_value=_parse_moment,
    ),
    Date: strawberry.scalar(
        name="Date",
        description="A calendar day, `2026-01-31`.",
        serialize=lambda value: value if isinstance(value, str) else value.isoformat(),
        parse_value=_parse_date,
    ),
    JSON: strawberry.scalar(
        name="JSON", description="Any JSON value.", serialize=lambda value: value, parse_value=lambda value: value
    ),
}
