"""The staffing of a grid: what its template or desks ask for, who is there, what is missing; teams, bindings, and hand-overs of posts."""

from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.grid_types import Each
from wangge_core.plugin.declarations.staff import BindingKind
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.posts_held import in_term, is_held, stands_in
from wangge_core.rights.visibility import everybody, post_rule
from wangge_core.staffing import figures
from wangge_core.staffing.handing_over import HandedSort
from wangge_core.staffing.lines import LINES
from wangge_core.staffing.sight import binding_rule, course_rule, hand_over_rule, staff_rule, training_rule
from wangge_schema.reading.declare import column, computed, expression, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Expression, Filter, Reader, Row
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.declared import Role, Staffing, StaffingTeam
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.places import Office, Organization
from wangge_schema.types.rights import Account, Delegation, Post

MOST_POSITIONS, MOST_HOLDERS, MOST_BINDINGS = 100, 200, 100
COUNT_COSTS = 1
"""Each figure is a few look-ups by an index."""
for choice in (BindingKind, HandedSort):
    enum_type(choice)


def _running(row: Row, delegation: Row, asking: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(delegation.c.post_id == row.c.id, stands_in(delegation, asking.viewer.now))


@planned(table=t.post, rule=post_rule, data_class=DataClass.STAFF)
class StaffingHolder:
    """A post that counts for a position: its holder is at work, or somebody stands in. Seen as the post is."""

    post: Post = to_one(lambda row, post, _: post.c.id == row.c.id, "The post.")
    account: Account | None = to_one("account_id", "Who holds it.")
    substitutes: list[Delegation] = to_many(
        _running, "Who stands in now; seen by them, by the holder and by who manages posts there.", most=5
    )
    grids: int = expression(
        lambda row, asking: figures.grids_held(row, asking.viewer.now),
        "In how many grids the holder has posts of this role now.",
        form="number",
        weight=COUNT_COSTS,
    )


def _figure(make: Any) -> Expression:
    return lambda row, asking: make(row, asking.viewer.now)


def _number(make: Any, description: str) -> Any:
    return expression(_figure(make), description, form="number", weight=COUNT_COSTS)


def _held(row: Row, post: Row, asking: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(figures.posts_of(post, row), is_held(post, asking.viewer.now))


@planned(table=LINES, rule=staff_rule, data_class=DataClass.STAFF)
class GridPosition:
    """What is asked for in a grid of one role, and who is there. For READ_EVENTS or MANAGE_POSTS over the grid.

    Where the figures are for each of something, `required` and `most` are for all that there are of it on the ground."""

    role: Role = to_one("role_id", "The role.")
    template: Staffing = to_one("staffing_id", "The template or desk that asks for it.")
    held_in: Grid = to_one(
        "held_grid_id", "Where its posts are held: the grid itself, or the ground above it that all its grids share."
    )
    per: str = column("per", "Of what the template gives its figures: grid, building, shift …")
    each: Each = column("each", "The same, as far as it can be counted.")
    counted: bool = expression(
        lambda row, _: row.c.each != Each.UNCOUNTED.value,
        "False where nobody knows for how many: `required` is then for all of them together, and nothing is too much.",
        form="boolean",
    )
    things: int = expression(
        lambda row, _: figures.things(row),
        "For how many: buildings, vessels, offices and so on; 1 for the ground itself, for shifts, and for what is not counted.",
        form="number",
        weight=COUNT_COSTS,
    )
    required: int = expression(
        lambda row, _: figures.required(row), "How many posts there should be at least.", form="number", weight=COUNT_COSTS
    )
    most: int | None = expression(
        lambda row, _: figures.allowed(row),
        "How many there may be at most; null without a limit.",
        form="number",
        weight=COUNT_COSTS,
    )
    filled: int = _number(figures.filled, "How many are held, by whoever holds them or stands in.")
    missing: int = _number(figures.missing, "How many are missing; of a line for each office, in each office for itself.")
    doubled: int = _number(figures.doubled, "How many there are too many.")
    expired: bool = expression(
        _figure(figures.expired),
        "Whether somebody is missing because the last post is over and nobody came after.",
        form="boolean",
        weight=COUNT_COSTS,
    )
    last_ended_at: DateTime | None = expression(
        _figure(figures.last_ended_at), "When the last post ended that is over.", form="moment", weight=COUNT_COSTS
    )
    next_starts_at: DateTime | None = expression(
        _figure(figures.next_starts_at), "When the next post begins that was given for later.", form="moment", weight=COUNT_COSTS
    )
    grids_each: int | None = column("grids_each", "In how many grids one person may hold it; null without a limit.", form="number")
    overextended: int = _number(
        figures.overextended, "How many of the posts belong to somebody who holds it in more grids than that."
    )
    on_duty: int = _number(figures.on_duty, "How many of the posts have a shift that runs now.")
    holders: list[StaffingHolder] = to_many(_held, "The posts that count.", most=MOST_HOLDERS)


def _of_team(row: Row, post: Row, asking: Asking) -> sa.ColumnElement[bool]:
    role = t.staffing_team_role.alias()
    roles = sa.select(role.c.role_id).where(role.c.team_id == row.c.team_id).correlate_except(role)
    return sa.and_(post.c.grid_id == row.c.grid_id, post.c.role_id.in_(roles), is_held(post, asking.viewer.now))


def _teams() -> sa.Subquery:
    grid, team = t.grid.alias("team_grid"), t.staffing_team
    joined = grid.join(team, sa.and_(team.c.staffing_id == grid.c.staffing_id, team.c.available))
    id = sa.cast(grid.c.id * 1000 + team.c.ordinal, grid.c.id.type).label("id")
    columns = (id, grid.c.id.label("grid_id"), team.c.id.label("team_id"), team.c.ordinal)
    return sa.select(*columns).select_from(joined).where(grid.c.ended_at.is_(None)).subquery("grid_team")


@planned(table=_teams(), rule=staff_rule, data_class=DataClass.STAFF)
class GridTeam:
    """A team of a grid's template, and who is in it there. For READ_EVENTS or MANAGE_POSTS over the grid."""

    team: StaffingTeam = to_one("team_id", "The team.")
    holders: list[StaffingHolder] = to_many(_of_team, "The posts in this grid that make it up.", most=MOST_HOLDERS)


@planned(table=t.grid_binding, rule=binding_rule, prefix="GridBinding", data_class=DataClass.STAFF)
class GridBinding(Node):
    """What ties a leader, an office or a firm to a grid without a post in its team. For READ_EVENTS or MANAGE_POSTS over the grid, and for
    the leader."""

    id: strawberry.ID = node_id("GridBinding")
    grid: Grid = to_one("grid_id", "The grid.")
    kind: BindingKind = column("kind", "What the tie is.")
    account: Account | None = to_one("account_id", "The leader; null for others, and where the viewer may not see the account.")
    office: Office | None = to_one("office_id", "The office.")
    organization: Organization | None = to_one("organization_id", "The firm; null for others, and where the viewer may not see it.")
    contact: str | None = column("contact", "Whom to ask for there, by the name at work.")
    official_phone: str | None = column("official_phone", "The official telephone of that one.")
    starts_at: DateTime = column("starts_at", "Since when, or from when.", form="moment")
    ends_at: DateTime | None = column("ends_at", "Until when; null while no end is set.", form="moment")
    end_reason: str | None = column("end_reason", "Why it was ended.")


def _runs(row: Row, binding: Row, asking: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(binding.c.grid_id == row.c.id, in_term(binding, asking.viewer.now))


@planned(table=t.grid, rule=everybody, data_class=DataClass.STAFF)
class GridStaffing:
    """How a grid is staffed: by the template that it chose, or by the desks that answer at its level. What a template asks for is public,
    who is there and what is missing is for READ_EVENTS or MANAGE_POSTS over the grid."""

    template: Staffing | None = to_one("staffing_id", "The staffing template that it has chosen; null above the smallest grids.")
    positions: list[GridPosition] = to_many(
        "grid_id", "Line after line, what is asked for and who is there.", order="number", most=MOST_POSITIONS
    )
    teams: list[GridTeam] = to_many("grid_id", "The teams of its template.", order="ordinal", most=20)
    bindings: list[GridBinding] = to_many(
        _runs, "Who is tied to it now without a post in its team: leaders, offices, firms.", most=MOST_BINDINGS
    )


def _requires(row: Row, role: Row, _: Asking) -> sa.ColumnElement[bool]:
    tie = t.course_role.alias()
    return role.c.id.in_(sa.select(tie.c.role_id).where(tie.c.course_id == row.c.id).correlate_except(tie))


@planned(
    table=t.course,
    rule=course_rule,
    prefix="Course",
    orders=("code", "id"),
    filters={"code": Filter("text", lambda row: row.c.code, "By code.")},
    data_class=DataClass.STAFF,
)
class Course(Node):
    """A course that staff take, and the roles that require it before a post is taken up. For everybody who is signed in."""

    id: strawberry.ID = node_id("Course")
    code: str = column("code", "Its code.")
    name: str = column("name", "Its name.")
    months: int | None = column("months", "For how many months it holds; null for good.", form="number")
    active: bool = column("active", "Whether roles still require it.", form="boolean")
    roles: list[Role] = to_many(_requires, "The roles that require it.", order="ordinal")


@planned(table=t.training, rule=training_rule, prefix="Training", data_class=DataClass.STAFF)
class Training(Node):
    """That somebody took a course. Seen by that one, and by who manages posts anywhere."""

    id: strawberry.ID = node_id("Training")
    account: Account | None = to_one("account_id", "Who took it.")
    course: Course = to_one("course_id", "The course.")
    taken_on: Date = column("taken_on", "On which day.")
    holds_until: Date | None = column("holds_until", "The last day on which it holds; null for good.")
    withdrawn_at: DateTime | None = column("withdrawn_at", "When the record was withdrawn as wrong.", form="moment")
    withdrawn_because: str | None = column("withdrawn_because", "Why.")


@strawberry.type(description="What went with a post, of one sort.")
class HandedOver:
    what: HandedSort = strawberry.field(description="Of which sort.")
    count: int = strawberry.field(description="How many there were.")
    ids: list[strawberry.ID] = strawberry.field(description="Their global ids, at most 1,000.")


_PREFIXES = {
    HandedSort.TASK: "Task",
    HandedSort.EVENT: "Event",
    HandedSort.SHIFT: "Shift",
    HandedSort.EVENT_LEFT: "Event",
    HandedSort.PATROL_UNDER_WAY: "Patrol",
}


def _handed(needs: dict[str, Any], _: Reader) -> list[HandedOver]:
    found: dict[str, list[int]] = needs["handed"] or {}
    return [
        HandedOver(what=what, count=len(ids), ids=[strawberry.ID(f"{_PREFIXES[what]}:{id}") for id in ids[:1000]])
        for what in HandedSort
        if (ids := found.get(what.value)) is not None
    ]


@planned(table=t.hand_over, rule=hand_over_rule, prefix="HandOver", data_class=DataClass.STAFF)
class HandOver(Node):
    """The protocol of a hand-over. For both sides, and for who manages posts over the grid."""

    id: strawberry.ID = node_id("HandOver")
    from_post: Post | None = to_one("from_post_id", "The post that ends; null where the viewer may not see it.")
    to_post: Post | None = to_one("to_post_id", "The post that goes on with its work; null where the viewer may not see it.")
    at: DateTime = column("at", "The moment of the hand-over.", form="moment")
    reason: str | None = column("reason", "Why.")
    done_at: DateTime | None = column("done_at", "When the work was moved; null while its moment has not come.", form="moment")
    trouble: str | None = column("trouble", "The code of what kept it from being done at its moment.")
    handed: list[HandedOver] = computed("What went from one to the other.", _handed, handed=need("handed", "json"))
    open_points: str | None = column("open_points", "What is still to be done, in the words of the one who leaves.")
    made_by: Account | None = to_one("made_by_id", "Who ordered it; null where the viewer may not see the account.")
    acknowledged_at: DateTime | None = column("acknowledged_at", "When the one who takes over said to have it all.", form="moment")
    remark: str | None = column("remark", "What the one who takes over adds.")
