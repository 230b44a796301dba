"""The columns of the tables, and their copies in aliases and subqueries."""

import pytest
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Column, CopiedColumn

COLUMNS = [column for table in t.metadata.tables.values() for column in table.c]


def test_no_column_has_copies_that_take_long() -> None:
    assert [str(one) for one in COLUMNS if not isinstance(one, Column)] == []


@pytest.mark.parametrize(
    "copied",
    [t.event.alias(), t.event.alias().select().subquery(), sa.union_all(t.event.select()).subquery()],
    ids=["alias", "subquery", "union"],
)
def test_a_copy_has_the_name_and_type_of_its_column_and_says_whether_it_may_be_null(copied: sa.FromClause) -> None:
    for column in t.event.c:
        found = copied.c[column.key]
        assert isinstance(found, CopiedColumn)
        assert (found.name, found.type, found.nullable, found.table) == (column.name, column.type, column.nullable, copied)
        assert copied.corresponding_column(column) is found


def test_a_copy_with_another_name_has_that_name() -> None:
    named = sa.select(t.grid.alias().c.name.label("called")).subquery()
    assert named.c.keys() == ["called"]
    assert isinstance(named.c.called.type, sa.String)
