"""Needs: why people get attention, and until when."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.needs_seen import need_rule
from wangge_schema.reading.declare import column, expression, planned, to_one
from wangge_schema.reading.sources import Asking, Filter, Row
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.kinds import NeedKind
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.rights import Post

if TYPE_CHECKING:
    from wangge_schema.types.people import Person


def _visits(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    kind = t.need_kind.alias()
    return sa.select(kind.c.visits).where(kind.c.id == row.c.kind_id).correlate(row).scalar_subquery()


@planned(
    table=t.need,
    rule=need_rule,
    prefix="Need",
    subject="person_id",
    orders=("ends_at", "id"),
    filters={
        "kind": Filter("text", lambda row: row.c.kind_id, "By kind."),
        "ends_at": Filter("moment", lambda row: row.c.ends_at, "By the moment from which it holds no more."),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
    },
)
class Need(Node):
    """Why a person gets attention. For READ_NEEDS over the grid of the home, sensitive kinds for the roles alone that the deployment names;
    for the person, and for the guardian of a child. It is gone when it ends."""

    id: strawberry.ID = node_id("Need")
    person: "Person | None" = to_one("person_id", "Whose need it is.")
    kind: NeedKind = to_one("kind_id", "What is needed.", data_class=DataClass.PRIVATE)
    visits: str = expression(
        _visits, "The rule of visits that follows from the kind; empty for none.", data_class=DataClass.PRIVATE
    )
    reason: str = column("reason", "Why it was set.", data_class=DataClass.PRIVATE)
    legal_basis: str = column("legal_basis", "By which law, statement or decision.", data_class=DataClass.PRIVATE)
    guardian_agreement: str | None = column(
        "guardian_agreement", "Where the agreement of a child's guardian is kept.", data_class=DataClass.PRIVATE
    )
    from_on: Date = column("from_on", "Its first day.", data_class=DataClass.PRIVATE)
    until_on: Date = column("until_on", "Its last day, unless it is set again.", data_class=DataClass.PRIVATE)
    ends_at: DateTime = column("ends_at", "The moment from which it holds no more.", form="moment", data_class=DataClass.PRIVATE)
    set_by: Post | None = to_one("set_by_id", "The post under which it was set.")
    grid: Grid = to_one("grid_id", "The grid of the home.")
    created_at: DateTime = column("created_at", "When it was set.", form="moment", data_class=DataClass.STAFF)
