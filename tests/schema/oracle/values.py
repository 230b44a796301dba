"""Values: what a declared scalar looks like in JSON, and what a selection shows of a plain Python value."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson
from graphql import GraphQLEnumType, GraphQLField, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLScalarType
from strawberry.schema.schema_converter import GraphQLCoreConverter

from oracle.documents import Asked, Request
from wangge_schema.reading.project import Typed
from wangge_schema.reading.sources import READS, SOURCE, Reads, Source

OWN_ROOTS = frozenset(
    {
        "gridLoads",
        "indicators",
        "indicatorEvents",
        "publicReport",
        "publicReports",
        "openMattersNearby",
        "gridAt",
        "noticeBoard",
        "coverage",
        "dueForecast",
        "dueItems",
        "dueSummary",
        "divisionSimulation",
        "vacancies",
        "campaignCount",
        "pull",
    }
)
"""Root fields that operations of the core answer, not the planner: they have tests of their own (`test_intake_*.py`)."""


def declaration(field: GraphQLField) -> Any:
    """Strawberry's definition of a field."""
    return field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]


def reads(field: GraphQLField) -> Reads:
    """What a planned field says that it reads."""
    return declaration(field).metadata[READS]


def source_of(type: Any) -> Source:
    """What a planned type says that it reads."""
    return getattr(type.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].origin, SOURCE)


def to_json(value: Any, form: str) -> Any:
    """A value of the database as JSON data."""
    if value is None:
        return None
    match form:
        case "text":
            return value.isoformat() if isinstance(value, date) else str(value)
        case "number":
            return float(value) if isinstance(value, Decimal) else value
        case "boolean":
            return bool(value)
        case "moment":
            return moment(value)
        case "ready":
            return orjson.loads(value)
        case "json":
            return orjson.loads(value) if isinstance(value, str) else value
        case _:
            raise AssertionError(f"the oracle does not know the form {form}")


def moment(value: datetime | str) -> str:
    """`2026-01-31T08:00:00.000Z`."""
    if isinstance(value, str):
        return value
    utc = value.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}Z"


def shown(value: Any, type: Any, asked: Asked, request: Request) -> Any:
    """What a selection shows of a plain value."""
    if isinstance(type, GraphQLNonNull):
        assert value is not None, f"{asked.key} may not be null"
        return shown(value, type.of_type, asked, request)
    if value is None:
        return None
    if isinstance(type, GraphQLList):
        return [shown(one, type.of_type, asked, request) for one in value]
    if isinstance(type, GraphQLEnumType):
        return (value if isinstance(value, str) else value.name) if not isinstance(value, Enum) else str(value.value)
    if isinstance(type, GraphQLScalarType):
        return moment(value) if isinstance(value, datetime) else value.isoformat() if isinstance(value, date) else value
    return _object(value, request, asked)


def _object(value: Any, request: Request, asked: Asked) -> dict[str, Any]:
    name = value.type if isinstance(value, Typed) else value.__strawberry_definition__.name
    type = request.schema.type_map[name]
    assert isinstance(type, GraphQLObjectType)
    get: Callable[[Asked], Any] = lambda one: _member(value, one)  # noqa: E731
    return {
        one.key: name if one.name == "__typename" else shown(get(one), one.field.type if one.field else None, one, request)
        for one in request.below(asked, type)
    }


def _member(value: Any, asked: Asked) -> Any:
    if isinstance(value, Typed):
        return value.member(asked.name)
    assert asked.field is not None
    return getattr(value, declaration(asked.field).python_name)
