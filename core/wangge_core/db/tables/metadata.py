"""The one MetaData, and the columns that many tables share."""

from typing import Any

import sqlalchemy as sa

from wangge_core.db.columns import Column, Id, Instant, Json, binary_text

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key() -> sa.Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def declared_key() -> sa.Column[str]:
    """The key of a declared thing: its full id, such as `scenic.rescue`."""
    return Column("id", binary_text(160), primary_key=True)


def to(table: str, *, name: str = "", nullable: bool = False, index: bool = False) -> sa.Column[Any]:
    """A reference to a row of another table: `to("grid")` is the column `grid_id`."""
    return Column(name or f"{table}_id", Id, sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def to_declared(table: str, *, name: str = "", nullable: bool = False, index: bool = False) -> sa.Column[Any]:
    """A reference to a declared thing by its full id."""
    return Column(name or f"{table}_id", binary_text(160), sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return Column(name, Instant, nullable=nullable)


def label() -> sa.Column[Any]:
    """Labels by language: `{"zh": …, "en": …}`."""
    return Column("label", Json, nullable=False)


def folded() -> sa.Column[Any]:
    """The searched text of a row as it is compared (`search/grams.py`); NULL where that is the text itself."""
    return Column("folded", sa.Text)


def position() -> tuple[sa.Column[Any], sa.Column[Any]]:
    """WGS 84 degrees; both or neither."""
    return Column("longitude", sa.Float(53)), Column("latitude", sa.Float(53))


def from_outside() -> tuple[sa.Column[Any], sa.Column[Any]]:
    """Where an imported row came from and its key there; together they keep a second run from importing it twice."""
    return Column("source_name", sa.String(80)), Column("source_key", sa.String(200))


def confirmation() -> tuple[sa.Column[Any], sa.Column[Any], sa.Column[Any]]:
    """Who found the facts of a row still true and when, and by which day somebody must look again."""
    return (
        moment("confirmed_at", nullable=True),
        Column("confirmed_by_id", Id, sa.ForeignKey("account.id", use_alter=True)),
        Column("confirm_by", sa.Date),
    )


def version() -> sa.Column[Any]:
    """Counts the changes of a row, from 1."""
    return Column("version", sa.Integer, nullable=False, server_default="1")


def sealed(name: str) -> tuple[sa.Column[Any], sa.Column[Any], sa.Column[Any]]:
    """A sealed value, its blind index (`<name>_index`) and what is shown in its place (`<name>_mask`); see `sealing/sealer.py`."""
    return (
        Column(name, binary_text(240)),
        Column(f"{name}_index", binary_text(64), index=True),
        Column(f"{name}_mask", sa.String(40)),
    )


def table(name: str, *items: Any) -> sa.Table:
    """A table whose keys are never used twice, not even after the last row was removed."""
    return sa.Table(name, metadata, *items, sqlite_autoincrement=True)
