"""Campaigns, their targets, and how far they are."""

from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.campaigns.outcomes import CampaignAim, CampaignState, CheckInResult, ExceptionReason, TargetState
from wangge_core.campaigns.seen import campaign_rule, tally_rule, target_private_rule, target_rule
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import within_grid
from wangge_schema.reading.declare import column, connection, expression, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Expression, Filter, Mask, Row
from wangge_schema.reading.statement import PathIds
from wangge_schema.scalars import JSON, DateTime
from wangge_schema.types.declared import Role
from wangge_schema.types.events import Event
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Connection, Node, node_id
from wangge_schema.types.people import Person
from wangge_schema.types.places import Asset, Organization, Place, Unit
from wangge_schema.types.rights import Account, Post

for choice in (CampaignAim, CampaignState, TargetState, ExceptionReason, CheckInResult):
    enum_type(choice)
MOST_ROLES = 20
EXCEPTIONS = ("declined", "moved_away", "not_found", "excused")


def _posts(row: Row, post: Row, asking: Asking) -> sa.ColumnElement[bool]:
    """Posts that are held now, of the campaign's roles, at the target's grid or above it."""
    own, named, now = t.grid.alias(), t.campaign_role.alias(), asking.viewer.now
    path = sa.select(own.c.path).where(own.c.id == row.c.grid_id).correlate_except(own).scalar_subquery()
    roles = sa.select(named.c.role_id).where(named.c.campaign_id == row.c.campaign_id).correlate_except(named)
    held = sa.and_(post.c.starts_at <= now, sa.or_(post.c.ends_at.is_(None), post.c.ends_at > now))
    return sa.and_(PathIds(post.c.grid_id, path), post.c.role_id.in_(roles), held)


@planned(table=t.campaign_earlier, data_class=DataClass.STAFF)
class CampaignEarlierOutcome:
    """What the outcome of a target was before it was corrected."""

    state: TargetState = column("state", "How far it was.")
    checked_at: DateTime | None = column("checked_at", "When it came out so.", form="moment")
    received_at: DateTime | None = column("received_at", "When that was received.", form="moment")
    account: Account | None = to_one("account_id", "Who said so; null where the viewer may not see the account.")
    replaced_at: DateTime = column("replaced_at", "When it was corrected.", form="moment")


@planned(
    table=t.campaign_target,
    rule=target_rule,
    prefix="CampaignTarget",
    orders=("id", "state"),
    filters={
        "state": Filter("enum", lambda row: row.c.state, "By how far it is.", TargetState),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
    },
    data_class=DataClass.STAFF,
    private=target_private_rule,
    subject="person_id",
)
class CampaignTarget(Node):
    """One thing on the list of a campaign. For READ_WORK over its grid; what it is, for whom that is to be seen."""

    id: strawberry.ID = node_id("CampaignTarget")
    campaign: "Campaign" = to_one("campaign_id", "The campaign.")
    grid: Grid = to_one("grid_id", "The grid that it lay in when the list was frozen; with its ground it goes to another.")
    person: Person | None = to_one(
        "person_id", "The person; null for others, for who was erased, and where the viewer may not see it."
    )
    unit: Unit | None = to_one("unit_id", "The home; null for others, and where the viewer may not see it.")
    asset: Asset | None = to_one("asset_id", "The asset; null for others, and where the viewer may not see it.")
    place: Place | None = to_one("place_id", "The place; null for others.")
    organization: Organization | None = to_one(
        "organization_id", "The organisation; null for others, and where the viewer may not see it."
    )
    code: str | None = column(
        "code",
        "What a QR code of it holds, for a check-in by scanning: 24 capital letters and digits that nobody can guess. For RECORD_WORK "
        "over its grid.",
        mask=Mask(within_grid(Capability.RECORD_WORK)),
    )
    state: TargetState = column("state", "How far it is.")
    reason: ExceptionReason | None = column(
        "reason",
        "Why it is an exception. Of a person or home for READ_PRIVATE. Nothing follows from it for them.",
        data_class=DataClass.PRIVATE,
    )
    checked_at: DateTime | None = column("checked_at", "When it came out so, as whoever checked in says.", form="moment")
    received_at: DateTime | None = column("received_at", "When that was received.", form="moment")
    account: Account | None = to_one("account_id", "Who checked it in; null where the viewer may not see the account.")
    post: Post | None = to_one("post_id", "Under which post; null where the viewer may not see it.")
    posts: list[Post] = to_many(
        _posts, "Who has it: posts of the campaign's roles, at its grid or above it, that are held now.", most=20
    )
    earlier: list[CampaignEarlierOutcome] = to_many("target_id", "What was corrected, oldest first.")
    version: int = column("version", "Counts its outcomes, from 1.", form="number")


@planned(
    table=t.campaign_tally,
    rule=tally_rule,
    orders=("id",),
    filters={"subtree": Filter("subtree", lambda row: row.c.grid_id, "The grid of this code, or those below it.")},
    data_class=DataClass.STAFF,
)
class CampaignGrid:
    """How far a campaign is in one grid. For READ_WORK over it. It stays when results by person go."""

    grid: Grid = to_one("grid_id", "The grid.")
    targets: int = column("targets", "How many targets it has.", form="number")
    done: int = column("done", "How many are done.", form="number")
    declined: int = column("declined", "How many declined. Nothing follows from it.", form="number")
    moved_away: int = column("moved_away", "How many had moved away.", form="number")
    not_found: int = column("not_found", "How many were not found.", form="number")
    excused: int = column("excused", "How many were excused.", form="number")
    exceptions: int = expression(
        lambda row, _: sum((row.c[name] for name in EXCEPTIONS[1:]), row.c[EXCEPTIONS[0]]),
        "How many were accounted for without being done, those who declined among them.",
        form="number",
    )
    open: int = column("open", "How many nobody has accounted for yet.", form="number")


@planned(table=t.campaign_extension, data_class=DataClass.STAFF)
class CampaignExtension:
    """That a campaign was extended."""

    ended_before: DateTime = column("ended_before", "When it would have ended.", form="moment")
    ends_at: DateTime = column("ends_at", "When it ended from then on.", form="moment")
    reason: str = column("reason", "Why.")
    account: Account | None = to_one("account_id", "Who extended it; null where the viewer may not see the account.")
    at: DateTime = column("at", "When.", form="moment")


def _sum(*names: str) -> Expression:
    def summed(row: Row, _: Asking) -> sa.ColumnElement[Any]:
        tally = t.campaign_tally.alias()
        whole = sum((tally.c[name] for name in names[1:]), tally.c[names[0]])
        of_campaign = sa.select(sa.func.coalesce(sa.func.sum(whole), 0)).where(tally.c.campaign_id == row.c.id)
        return of_campaign.correlate(row).scalar_subquery()

    return summed


def _figure(description: str, *names: str) -> Any:
    return expression(_sum(*names), description, form="number")


@planned(table=t.campaign, data_class=DataClass.STAFF)
class CampaignProgress:
    """How far a campaign is: figures that are kept up with each check-in. `targets` = `done` + `exceptions` + `open`."""

    targets: int = _figure("How many targets it has.", "targets")
    done: int = _figure("How many are done.", "done")
    declined: int = _figure("How many declined. Nothing follows from it.", "declined")
    exceptions: int = _figure("How many were accounted for without being done, those who declined among them.", *EXCEPTIONS)
    open: int = _figure("How many nobody has accounted for yet.", "open")
    by_grid: Connection[CampaignGrid] = connection(
        "CampaignGrid", lambda row, tally, _: tally.c.campaign_id == row.c.id, "The same of each grid."
    )


def _roles(row: Row, role: Row, _: Asking) -> sa.ColumnElement[bool]:
    named = t.campaign_role.alias()
    return role.c.id.in_(sa.select(named.c.role_id).where(named.c.campaign_id == row.c.id).correlate_except(named))


@planned(
    table=t.campaign,
    rule=campaign_rule,
    prefix="Campaign",
    orders=("started_at", "id"),
    filters={
        "state": Filter("enum", lambda row: row.c.state, "By whether it runs.", CampaignState),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "Whose ground is the grid of this code or one below it."),
    },
    data_class=DataClass.STAFF,
)
class Campaign(Node):
    """What is done to a whole list that was frozen at its start, nobody missed and nobody twice. Seen by who reads, records or manages work
    over its ground, or over a grid that has targets of it."""

    id: strawberry.ID = node_id("Campaign")
    name: str = column("name", "Its name.")
    purpose: str = column("purpose", "What it is for.")
    legal_basis: str = column("legal_basis", "By which law it is done.")
    grid: Grid = to_one("grid_id", "Its ground.")
    aim: CampaignAim = column("aim", "What stands on its list.")
    chosen: JSON = column("chosen", "What its targets were chosen by.", form="json")
    roles: list[Role] = to_many(_roles, "Whose posts have the targets of their ground.", most=MOST_ROLES)
    event: Event | None = to_one(
        "event_id", "The event that it belongs to, such as a storm; null where the viewer may not see that."
    )
    state: CampaignState = column("state", "Whether it takes check-ins.")
    keep_days: int = column("keep_days", "For how many days after the end results by person and home are kept.", form="number")
    started_by: Account | None = to_one("started_by_id", "Who started it; null where the viewer may not see the account.")
    started_at: DateTime = column("started_at", "When it began and its list was frozen.", form="moment")
    ends_at: DateTime = column("ends_at", "When it ends by itself.", form="moment")
    extensions: list[CampaignExtension] = to_many("campaign_id", "How often it was extended and why, oldest first.")
    ended_by: Account | None = to_one("ended_by_id", "Who ended it before; null where it ended by itself.")
    ended_at: DateTime | None = column("ended_at", "When it ended.", form="moment")
    forgotten_at: DateTime | None = column(
        "forgotten_at", "When results by person and home were deleted; the figures stay.", form="moment"
    )
    progress: CampaignProgress = to_one(lambda row, progress, _: progress.c.id == row.c.id, "How far it is.")
    targets: Connection[CampaignTarget] = connection(
        "CampaignTarget",
        lambda row, target, _: target.c.campaign_id == row.c.id,
        "Its list. By STATE in descending order those that nobody has accounted for come first.",
    )
    version: int = column("version", "Counts its changes, from 1.", form="number")
