"""The scalars beside GraphQL's own: moments, days and free JSON."""

from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

from wangge_core.db.columns import instant_text


def _parse_moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise GraphQLError(f"DateTime cannot represent {text!r}; write 2026-01-31T08:00:00+08:00.") from None
    if moment.tzinfo is None:
        raise GraphQLError(f"DateTime {text!r} has no time zone; write 2026-01-31T08:00:00+08:00.")
    return moment.astimezone(UTC)


def _parse_date(text: Any) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise GraphQLError(f"Date cannot represent {text!r}; write 2026-01-31.") from None


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
