"""Column types that mean the same on SQLite and PostgreSQL, and read as the same JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.elements import ColumnClause, ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class CopiedColumn(ColumnClause[Any]):
    """A column of an alias or a subquery."""

    inherit_cache = True
    nullable: bool | None

    def _make_proxy(self, selectable: Any, **given: Any) -> tuple[str, ColumnClause[Any]]:
        return _copied(self, selectable, **given)


class Column(sa.Column[Any]):
    """A column of a table, whose copies in aliases and subqueries have its name, its type and whether it may be NULL.

    SQLAlchemy's own copies have the keys too, which no statement needs, and which take seven times as long to make as all else.
    """

    inherit_cache = True

    # SQLAlchemy gives all but the first by name
    def _make_proxy(self, selectable: Any, **given: Any) -> tuple[str, ColumnClause[Any]]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return _copied(self, selectable, **given)


def _copied(
    column: Column | CopiedColumn,
    selectable: Any,
    *,
    name: str | None = None,
    key: str | None = None,
    name_is_truncatable: bool = False,
    compound_select_cols: Sequence[ColumnElement[Any]] | None = None,
    **_: Any,
) -> tuple[str, ColumnClause[Any]]:
    """The column as a selectable has it, and its key there; as `_make_proxy` of SQLAlchemy's columns."""
    called = name or column.name
    copied = CopiedColumn(
        coercions.expect(roles.TruncatedLabelRole, called) if name_is_truncatable else called, column.type, _selectable=selectable
    )
    copied.key, copied.nullable = key or name or column.key, column.nullable
    copied._proxies = list(compound_select_cols) if compound_select_cols else [column]
    copied._propagate_attrs = selectable._propagate_attrs
    if selectable._is_clone_of is not None:
        copied._is_clone_of = selectable._is_clone_of.columns.get(copied.key)
    return copied.key, copied


class Instant(TypeDecorator[datetime]):
    """A moment in UTC to the millisecond: `timestamptz(3)` on PostgreSQL, sortable ISO text ending in `Z` on SQLite."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import TIMESTAMP  # noqa: PLC0415 - the dialect in use only

            return dialect.type_descriptor(TIMESTAMP(timezone=True, precision=3))
        return dialect.type_descriptor(sa.String(24))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        value = to_milliseconds(value)
        return value if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        return datetime.fromisoformat(value)


def to_milliseconds(moment: datetime) -> datetime:
    """The moment in UTC, cut to the millisecond."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def instant_text(moment: datetime) -> str:
    """`2026-01-31T08:00:00.000Z`, as SQLite stores it and as every answer shows it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


class Json(TypeDecorator[Any]):
    """JSON that keeps the order of its keys: `json` on PostgreSQL (never `jsonb`), text on SQLite."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSON  # noqa: PLC0415 - the dialect in use only

            return dialect.type_descriptor(JSON(none_as_null=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return orjson.loads(value) if isinstance(value, str | bytes) else value


def binary_text(length: int | None = None) -> TypeEngine[str]:
    """Text that is compared byte by byte, so that a prefix is a range (PostgreSQL's `C` collation, SQLite's default)."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A primary key or a reference to one; an integer primary key of SQLite is its rowid only when the type is INTEGER."""
