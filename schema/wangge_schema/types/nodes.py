"""What all types share: global ids, and connections with their edges."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
import strawberry

from wangge_core.rights.bound import Way
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import expression, reads
from wangge_schema.reading.grounds import Ground, end_of
from wangge_schema.reading.sources import Asking, Row, Scalar
from wangge_schema.reading.statement import JsonMember, PlainText, joined

T = TypeVar("T")


@strawberry.interface(description="A thing with a global id.")
class Node:
    id: strawberry.ID = strawberry.field(description="The global id: the type's name, a colon and the key, such as `Grid:12`.")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are rows after the page.")
    has_previous_page: bool = strawberry.field(description="Whether there are rows before the page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row of the page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last row of the page.")


@strawberry.type(description="A row of a list with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Names this row in this order; give it as `after` or `before`.")
    node: T = strawberry.field(description="The row.")


@strawberry.type(
    description="A list by pages (Relay). Without `first` and `last` the page has 50 rows; it never has more than 1,000. "
    "Errors: PAGE_INVALID, CURSOR_INVALID, FILTER_INVALID."
)
class Connection(Generic[T]):
    nodes: list[T] = strawberry.field(description="The rows of the page.")
    edges: list[Edge[T]] = strawberry.field(description="The rows of the page with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")
    total_count: int = strawberry.field(description="How many rows the whole list has; counted only when asked.")


def node_id(prefix: str) -> Any:
    """The field `id` of a node, made in SQL."""
    written = Scalar(lambda row, _: joined([f'"{prefix}:', PlainText(row.c.id), '"']), "ready", data_class=DataClass.PUBLIC)
    return reads(written, "The global id.")


def label_field() -> Any:
    """The field `label`, in the viewer's language."""
    return expression(label_of, "What to show for it, in the viewer's language.")


def label_of(row: Row, asking: Asking) -> sa.ColumnElement[Any]:
    return JsonMember(row.c.label, asking.viewer.language)


@dataclass(frozen=True, slots=True)
class AtOrBelow:
    """Joins a grid with the rows that are bound, by the column `key`, to it or any grid below it; an overlay's by its base grids."""

    key: str = "grid_id"

    def __call__(self, row: Row, target: Row, asking: Asking) -> sa.ColumnElement[bool]:
        return self.ground(row, asking).bound(target, Way.WALKED)

    def ground(self, row: Row, asking: Asking) -> Ground:
        """The grid and all below it."""
        overlay_id = None if row in asking.base_rows else row.c.id
        return Ground(
            lambda target: target.c[self.key], row.c.path, end_of(row.c.path), wide=row in asking.wide_rows, overlay_id=overlay_id
        )


def below(row: Row, target: Row, asking: Asking) -> sa.ColumnElement[bool]:
    """Joins a grid with all that stand below it in its layer."""
    ground = Ground(lambda target: target.c.id, row.c.path, end_of(row.c.path), wide=row in asking.wide_rows)
    return sa.and_(ground.bound(target, Way.WALKED), target.c.id != row.c.id)
