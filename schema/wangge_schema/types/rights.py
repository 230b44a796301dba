"""Accounts, posts, and the viewer."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.db.lists import looked_up
from wangge_core.rights.visibility import account_rule, post_papers_rule, post_rule
from wangge_schema.reading.declare import Asking, Filter, Mask, Row, column, connection, expression, planned, to_many, to_one
from wangge_schema.scalars import DateTime
from wangge_schema.types.declared import Role
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Connection, Node, node_id
from wangge_schema.types.places import Office

if TYPE_CHECKING:
    from wangge_schema.types.events import Event


@planned(
    table=t.account,
    rule=account_rule,
    prefix="Account",
    orders=("login", "id"),
    filters={
        "login": Filter("text", lambda row: row.c.login, "By login."),
        "name": Filter("name", lambda row: row.c.name, "By name."),
    },
)
class Account(Node):
    """Somebody who can sign in. Seen by its holder, by who sees one of its posts, and by who manages posts."""

    id: strawberry.ID = node_id("Account")
    login: str = column("login", "What the issuer of tokens calls the person.")
    name: str = column("name", "The person's name at work.")
    active: bool = column("active", "Whether it may sign in.", form="boolean")
    posts: "list[Post]" = to_many("account_id", "The posts that it holds or held.")


@planned(
    table=t.post,
    rule=post_rule,
    prefix="Post",
    orders=("id",),
    filters={
        "role": Filter("text", lambda row: row.c.role_id, "By role."),
        "office": Filter("text", lambda office: office.c.code, "By the office's code.", through="office_id", of=t.office),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
    },
)
class Post(Node):
    """Role × grid × term, held by an account. Seen by its holder and by staff of its ground."""

    id: strawberry.ID = node_id("Post")
    account: Account | None = to_one("account_id", "Who holds it.")
    role: Role = to_one("role_id", "What it is for.")
    grid: Grid = to_one("grid_id", "Where.")
    office: Office | None = to_one("office_id", "The office that its holder belongs to.")
    starts_at: DateTime = column("starts_at", "From when.", form="moment")
    ends_at: DateTime | None = column("ends_at", "Until when; null while no end is set.", form="moment")
    end_reason: str | None = column(
        "end_reason", "Why it ended; null but for its holder and for who manages posts there.", mask=Mask(post_papers_rule)
    )


_viewer = sa.select(sa.literal(1).label("id")).subquery("viewer")


def _held(_: Row, post: Row, asking: Asking) -> sa.ColumnElement[bool]:
    return asking.viewer.holds_post(post.c.id)


def _their_grids(_: Row, grid: Row, asking: Asking) -> sa.ColumnElement[bool]:
    return looked_up(grid.c.id, sa.select(t.post.c.grid_id).where(asking.viewer.holds_post(t.post.c.id)))


def _assigned(_: Row, event: Row, asking: Asking) -> sa.ColumnElement[bool]:
    given = t.event_assignment.alias()
    mine = sa.or_(asking.viewer.holds_post(given.c.post_id), asking.viewer.is_of_office(given.c.office_id))
    return looked_up(event.c.id, sa.select(given.c.event_id).where(given.c.active, mine))


@planned(table=_viewer)
class Viewer:
    """Who is asking."""

    language: str = expression(
        lambda _, asking: sa.literal(asking.viewer.language), "The language of labels and messages: zh or en."
    )
    signed_in: bool = expression(
        lambda _, asking: sa.literal(asking.viewer.signed_in), "False for an anonymous visitor.", form="boolean"
    )
    account: Account | None = to_one(
        lambda _, account, asking: account.c.id == asking.viewer.account_id, "The account; null for an anonymous visitor."
    )
    posts: list[Post] = to_many(_held, "The posts whose term includes now.")
    grids: Connection[Grid] = connection("Grid", _their_grids, "The grids of these posts.")
    assigned: "Connection[Event]" = connection("Event", _assigned, "Events that are now with one of these posts or their offices.")
