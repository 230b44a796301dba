"""Accounts, posts, and the viewer."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.db.lists import looked_up
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.staff import PostEndGround, StaffSource
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import (
    access_grant_rule,
    account_rule,
    delegation_rule,
    is_addressed,
    post_papers_rule,
    post_rule,
)
from wangge_schema.reading.declare import column, connection, expression, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Filter, Mask, Row
from wangge_schema.scalars import DateTime
from wangge_schema.types.declared import Role
from wangge_schema.types.grids import Grid
from wangge_schema.types.may import may_field, viewer_may
from wangge_schema.types.nodes import Connection, Node, node_id
from wangge_schema.types.places import Office
from wangge_schema.types.waiting_targets import waiting_for_post

if TYPE_CHECKING:
    from wangge_schema.types.appraisals import AppraisalResult
    from wangge_schema.types.campaigns import CampaignTarget
    from wangge_schema.types.events import Event
    from wangge_schema.types.intake import Webhook
    from wangge_schema.types.patrols import Patrol
    from wangge_schema.types.people import Person
    from wangge_schema.types.read_log import DataAccess
    from wangge_schema.types.sign_in import ApiKey, Device
    from wangge_schema.types.staffing import HandOver, Training
    from wangge_schema.types.tasks import Task
    from wangge_schema.types.visits import Visit


for choice in (PostEndGround, StaffSource):
    enum_type(choice)


def _unrevoked_key(account: Row, key: Row, _: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(key.c.account_id == account.c.id, key.c.revoked_at.is_(None))


def _failed(post: Row, result: Row, _: Asking) -> sa.ColumnElement[bool]:
    gone = t.appraisal_exit.alias()
    return result.c.id.in_(sa.select(gone.c.result_id).where(gone.c.post_id == post.c.id).correlate_except(gone))


def _unrevoked_device(post: Row, device: Row, _: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(device.c.post_id == post.c.id, device.c.revoked_at.is_(None))


@planned(
    table=t.account,
    rule=account_rule,
    prefix="Account",
    orders=("login", "id"),
    filters={
        "login": Filter("text", lambda row: row.c.login, "By login."),
        "name": Filter("name", lambda row: row.c.name, "By name."),
    },
    data_class=DataClass.STAFF,
)
class Account(Node):
    """Somebody who can sign in. Seen by its holder, by who sees one of its posts, and by who manages posts."""

    id: strawberry.ID = node_id("Account")
    login: str = column("login", "What the issuer of tokens calls the person.")
    name: str = column("name", "The person's name at work.")
    active: bool = column("active", "Whether it may sign in.", form="boolean")
    machine: bool = column("machine", "Whether it is a machine's, which signs in with API keys alone.", form="boolean")
    posts: "list[Post]" = to_many("account_id", "The posts that it holds or held.")
    training: "list[Training]" = to_many("account_id", "The courses that its holder took.")
    api_keys: "list[ApiKey]" = to_many(_unrevoked_key, "Its API keys that are not revoked.")
    webhooks: "list[Webhook]" = to_many("account_id", "Where it is told of the events that it reported.")
    person: "Person | None" = to_one(
        "person_id", "The resident that it is; null for staff, and where the viewer may not see the person."
    )


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
    data_class=DataClass.STAFF,
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
    end_ground: PostEndGround | None = column(
        "end_ground", "On what ground it ended; null but for the same.", mask=Mask(post_papers_rule)
    )
    failed_appraisals: "list[AppraisalResult]" = to_many(
        _failed, "The results of appraisals because of which it was ended, as far as the viewer may see them."
    )
    source: StaffSource | None = column("source", "Whence its holder came to it; null where nobody said.")
    untrained_reason: str | None = column(
        "untrained_reason",
        "Why it was given to somebody without a course that its role requires; null but for the same.",
        mask=Mask(post_papers_rule),
    )
    hand_overs: "list[HandOver]" = to_many(
        lambda row, over, _: sa.or_(over.c.from_post_id == row.c.id, over.c.to_post_id == row.c.id),
        "The protocols of how it was taken over and handed over.",
    )
    official_phone: str | None = column(
        "official_phone",
        "The official telephone of the post; the notice board shows it, or else its office's.",
        data_class=DataClass.PUBLIC,
    )
    name_shown: bool = column(
        "name_shown", "Whether the notice board tells the holder's name, where the role stands there.", form="boolean"
    )
    campaign_targets: "Connection[CampaignTarget]" = connection(
        "CampaignTarget", waiting_for_post, "Open targets on its ground, of campaigns that run and name its role."
    )
    visits: "Connection[Visit]" = connection("Visit", "post_id", "Visits and other work done under it.")
    patrols: "Connection[Patrol]" = connection("Patrol", "post_id", "Patrols that were recorded under it.")
    delegations: "list[Delegation]" = to_many("post_id", "Who stands in or stood in for its holder.")
    devices: "list[Device]" = to_many(_unrevoked_device, "The devices that are enrolled to it.")
    viewer_may: list[Capability] = viewer_may()


@planned(table=t.delegation, rule=delegation_rule, prefix="Delegation", data_class=DataClass.STAFF)
class Delegation(Node):
    """That somebody stands in for the holder of a post, with its rights. Seen by both, and by who manages posts there."""

    id: strawberry.ID = node_id("Delegation")
    post: Post | None = to_one("post_id", "The post.")
    account: Account | None = to_one("account_id", "Who stands in.")
    starts_at: DateTime = column("starts_at", "From when.", form="moment")
    ends_at: DateTime = column("ends_at", "Until when.", form="moment")
    reason: str = column("reason", "Why.")
    given_by: Account | None = to_one("given_by_id", "Who named the substitute; null where the viewer may not see the account.")
    end_reason: str | None = column("end_reason", "Why it was ended before its time.")
    created_at: DateTime = column("created_at", "When it was given.", form="moment")


@planned(
    table=t.access_grant,
    rule=access_grant_rule,
    prefix="AccessGrant",
    orders=("starts_at", "id"),
    filters={
        "reviewed": Filter("boolean", lambda row: row.c.reviewed, "Whether it was reviewed."),
        "starts_at": Filter("moment", lambda row: row.c.starts_at, "By when it was opened."),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "Over the grid of this code or one below it."),
    },
    data_class=DataClass.STAFF,
)
class AccessGrant(Node):
    """Rights that somebody opened in an emergency. Seen by that one, and with READ_ACCESS_LOG over the grid, where it is reviewed."""

    id: strawberry.ID = node_id("AccessGrant")
    account: Account | None = to_one("account_id", "Who opened it; null where the viewer may not see the account.")
    login: str | None = expression(
        lambda row, _: sa.select(t.account.c.login).where(t.account.c.id == row.c.account_id).correlate(row).scalar_subquery(),
        "What the issuer of tokens calls who opened it.",
    )
    post: Post | None = to_one("post_id", "Under which post.")
    grid: Grid = to_one("grid_id", "Over which ground.")
    capabilities: list[Capability] = column("capabilities", "What it gives there.", form="json")
    reason: str = column("reason", "Why.")
    starts_at: DateTime = column("starts_at", "From when.", form="moment")
    ends_at: DateTime = column("ends_at", "Until when.", form="moment")
    end_reason: str | None = column("end_reason", "Why it was ended before its time.")
    reviewed: bool = column("reviewed", "Whether it was reviewed, which every one must be.", form="boolean")
    reviewed_at: DateTime | None = column("reviewed_at", "When.", form="moment")
    reviewed_by: Account | None = to_one("reviewed_by_id", "By whom.")
    finding: str | None = column("finding", "What the review found.")


_viewer = sa.select(sa.literal(1).label("id")).subquery("viewer")


def _held(_: Row, post: Row, asking: Asking) -> sa.ColumnElement[bool]:
    return asking.viewer.holds_post(post.c.id)


def _running(_: Row, grant: Row, asking: Asking) -> sa.ColumnElement[bool]:
    return asking.viewer.holds_grant(grant.c.id)


def _their_grids(_: Row, grid: Row, asking: Asking) -> sa.ColumnElement[bool]:
    return looked_up(grid.c.id, sa.select(t.post.c.grid_id).where(asking.viewer.holds_post(t.post.c.id)))


def _assigned(_: Row, event: Row, asking: Asking) -> sa.ColumnElement[bool]:
    given = t.event_assignment.alias()
    mine = sa.or_(asking.viewer.holds_post(given.c.post_id), asking.viewer.is_of_office(given.c.office_id))
    return looked_up(event.c.id, sa.select(given.c.event_id).where(given.c.active, mine))


def _own_reads(_: Row, access: Row, asking: Asking) -> sa.ColumnElement[bool]:
    """Of the resident, and of doubles that were merged into the resident since."""
    doubled, own = t.person.alias(), asking.viewer.is_own_person
    if isinstance(own(access.c.person_id), sa.False_):
        return sa.false()
    merged = sa.select(doubled.c.id).where(own(doubled.c.merged_into_id))
    return sa.or_(own(access.c.person_id), access.c.person_id.in_(merged))


@planned(table=_viewer, data_class=DataClass.STAFF)
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
    person: "Person | None" = to_one(
        lambda _, person, asking: person.c.id == asking.viewer.person_id, "The resident that the account is; null for staff."
    )
    device: "Device | None" = to_one(
        lambda _, device, asking: device.c.id == asking.viewer.device_id, "The enrolled device that the request came from."
    )
    may: bool = may_field()
    grants: list[AccessGrant] = to_many(_running, "What the viewer has opened in an emergency and still has.")
    posts: list[Post] = to_many(_held, "The posts that the viewer holds or stands in for now.")
    grids: Connection[Grid] = connection("Grid", _their_grids, "The grids of these posts.")
    reads_of_my_data: "Connection[DataAccess]" = connection(
        "DataAccess",
        _own_reads,
        "Who was told private or sealed data of the resident that the viewer is, or of a child in the viewer's care.",
    )
    assigned: "Connection[Event]" = connection("Event", _assigned, "Events that are now with one of these posts or their offices.")
    tasks: "Connection[Task]" = connection(
        "Task",
        lambda _, task, asking: is_addressed(task, asking.viewer),
        "Open tasks that are addressed to these posts, to their offices, or to a role in which one of them acts over the grid.",
    )
