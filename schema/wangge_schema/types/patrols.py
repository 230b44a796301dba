"""Patrols, their tracks and checkpoints, and who took part in them and in meetings."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.ledger.entries import CheckpointBy, NotCounted, OpenedBecause, Part, PatrolKind
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import patrol_rule, track_rule
from wangge_schema.reading.declare import column, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Filter, Row
from wangge_schema.scalars import DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.places import Asset, Office, Organization, Place
from wangge_schema.types.rights import Account, Post
from wangge_schema.types.sign_in import Device

if TYPE_CHECKING:
    from wangge_schema.types.duties import Duty
    from wangge_schema.types.events import Event

for choice in (PatrolKind, NotCounted, CheckpointBy, Part, OpenedBecause):
    enum_type(choice)
MOST_POINTS = 3_000
MOST_CHECKPOINTS = 500
NOT_FOR_VIEWER = "null where the viewer may not see it"


@planned(table=t.participation, data_class=DataClass.STAFF)
class Participation:
    """That somebody took part: a post, or an office or organisation that sent somebody."""

    account: Account | None = to_one("account_id", f"Who; null for offices and organisations, {NOT_FOR_VIEWER}.")
    post: Post | None = to_one("post_id", f"Under which post; {NOT_FOR_VIEWER}.")
    office: Office | None = to_one("office_id", "The office that sent somebody.")
    organization: Organization | None = to_one("organization_id", f"The organisation that sent somebody; {NOT_FOR_VIEWER}.")
    part: Part = column("part", "As what.")
    minutes_inside: int | None = column(
        "minutes_inside",
        "Of a patrol that has ended: whole minutes inside its grid, by the own track or else by the recorder's.",
        form="number",
    )
    minutes_counted: int | None = column(
        "minutes_counted", "Those of them that no other patrol of the same person has counted.", form="number"
    )
    counted: bool = column("counted", "Whether it counts for them.", form="boolean")
    not_counted_because: NotCounted | None = column("not_counted_because", "Why it does not.")


@planned(table=t.visit_event, data_class=DataClass.STAFF)
class OpenedEvent:
    """An event that a visit or a patrol opened."""

    because: OpenedBecause = column("because", "What opened it.")
    event: "Event | None" = to_one("event_id", f"The event; {NOT_FOR_VIEWER}.")


def _walker(row: Row) -> sa.ColumnElement[int]:
    """The resident that the account is; NULL for staff who are on no register."""
    account = t.account.alias()
    return sa.select(account.c.person_id).where(account.c.id == row.c.account_id).correlate(row).scalar_subquery()


@planned(table=t.patrol_point, rule=track_rule, subject=_walker)
class PatrolPoint:
    """Where somebody claims to have been on a patrol. For READ_TRACKS over its grid, and of the own track; forgotten after some weeks."""

    account: Account | None = to_one("account_id", f"Whose track; {NOT_FOR_VIEWER}.")
    at: DateTime = column("at", "When, by the clock of the device.", form="moment", data_class=DataClass.PRIVATE)
    longitude: float = column("longitude", "WGS 84 longitude.", form="number", data_class=DataClass.PRIVATE)
    latitude: float = column("latitude", "WGS 84 latitude.", form="number", data_class=DataClass.PRIVATE)
    accuracy_metres: float | None = column(
        "accuracy_metres", "Within how many metres, as the device says.", form="number", data_class=DataClass.PRIVATE
    )
    inside: bool | None = column(
        "inside",
        "Whether it lies in the ground of the patrol; null where that has no boundary.",
        form="boolean",
        data_class=DataClass.PRIVATE,
    )
    impossible: bool = column(
        "impossible",
        "Whether nobody can have come there in the time: the point counts for nothing.",
        form="boolean",
        data_class=DataClass.PRIVATE,
    )


@planned(table=t.patrol_checkpoint, data_class=DataClass.STAFF)
class PatrolCheckpoint:
    """A place or an asset that was passed, or a public camera that was looked through. Of what was seen nothing is kept."""

    place: Place | None = to_one("place_id", "The place.")
    asset: Asset | None = to_one("asset_id", f"The asset; {NOT_FOR_VIEWER}.")
    passed_at: DateTime = column("passed_at", "When, by the clock of the device.", form="moment")
    how: CheckpointBy = column("how", "How it is known.")
    account: Account | None = to_one("account_id", f"Who passed it; {NOT_FOR_VIEWER}.")


@planned(
    table=t.patrol,
    rule=patrol_rule,
    prefix="Patrol",
    orders=("started_at", "id"),
    filters={
        "what": Filter("enum", lambda row: row.c.what, "By sort of patrol.", PatrolKind),
        "started_at": Filter("moment", lambda row: row.c.started_at, "When it began."),
        "counted": Filter("boolean", lambda row: row.c.counted, "Whether it counts."),
        "duty_id": Filter("text", lambda row: row.c.duty_id, "By the duty that it was for."),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
    },
    data_class=DataClass.STAFF,
)
class Patrol(Node):
    """A round through a grid, alone or jointly, or by public cameras. For READ_WORK over its grid, and for who took part in it.

    Times are claims. Minutes are counted from the tracks when it has ended: the time between two points inside the grid, unless more than
    five minutes lie between them.
    """

    id: strawberry.ID = node_id("Patrol")
    what: PatrolKind = column("what", "What sort of patrol.")
    grid: Grid = to_one("grid_id", "Where.")
    account: Account | None = to_one("account_id", f"Who recorded it; {NOT_FOR_VIEWER}.")
    post: Post | None = to_one("post_id", f"Under which post; {NOT_FOR_VIEWER}.")
    led_by: Post | None = to_one("led_by_id", f"The post that led a joint patrol; {NOT_FOR_VIEWER}.")
    duty: "Duty | None" = to_one("duty_id", "The duty that it was for; null where none was named.")
    route: Place | None = to_one("route_id", "The route that was walked.")
    started_at: DateTime = column("started_at", "From when.", form="moment")
    ended_at: DateTime | None = column("ended_at", "Until when; null while it is under way.", form="moment")
    received_at: DateTime = column("received_at", "When it came here.", form="moment")
    minutes: int | None = column("minutes", "Whole minutes from start to end; null while it is under way.", form="number")
    minutes_inside: int | None = column(
        "minutes_inside", "Of these inside the grid by the recorder's track; null while it is under way.", form="number"
    )
    minutes_counted: int | None = column(
        "minutes_counted", "Of these the ones that no other patrol of the recorder has counted.", form="number"
    )
    impossible_points: int = column(
        "impossible_points", "How many points of its tracks nobody can have come to in the time.", form="number"
    )
    counted: bool = column("counted", "Whether it counts for the recorder.", form="boolean")
    not_counted_because: NotCounted | None = column("not_counted_because", "Why it does not.")
    device: Device | None = to_one("device_id", f"The enrolled device that it came from; {NOT_FOR_VIEWER}.")
    participants: list[Participation] = to_many("patrol_id", "Who took part, the recorder first.", most=201)
    checkpoints: list[PatrolCheckpoint] = to_many(
        "patrol_id", "What was passed, in order of time.", order="passed_at", most=MOST_CHECKPOINTS
    )
    points: list[PatrolPoint] = to_many(
        "patrol_id", "The tracks, in order of time, as far as the viewer may see them.", order="at", most=MOST_POINTS
    )
    opened: list[OpenedEvent] = to_many("patrol_id", "The events that came of it.", most=50)
