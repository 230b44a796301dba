"""Visits, talks, inspections, checks, meetings, roll calls, drills and watches."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.ledger.entries import NotCounted, VisitOutcome, WorkKind
from wangge_core.people.households import Relation
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import visit_private_rule, visit_rule
from wangge_schema.reading.declare import column, expression, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Expression, Filter, Row
from wangge_schema.reading.statement import JsonMember, PlainText, literal
from wangge_schema.scalars import JSON, DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.patrols import NOT_FOR_VIEWER, OpenedEvent, Participation
from wangge_schema.types.people import Household, Person
from wangge_schema.types.places import Asset, Building, Organization, Place, Unit
from wangge_schema.types.rights import Account, Post
from wangge_schema.types.sign_in import Device

if TYPE_CHECKING:
    from wangge_schema.types.duties import Duty
    from wangge_schema.types.events import Event

for choice in (WorkKind, VisitOutcome):
    enum_type(choice)


def _said(name: str) -> Expression:
    """A member of the checklist as text."""
    return lambda row, _: JsonMember(row.c.checklist, name)


def _yes(name: str) -> Expression:
    """A member of the checklist that says yes or no: SQLite has 1 and 0, PostgreSQL true and false."""

    def make(row: Row, _: Asking) -> sa.ColumnElement[Any]:
        said = PlainText(JsonMember(row.c.checklist, name))
        yes = sa.or_(said == literal("1"), said == literal("true"))
        return sa.case((yes, sa.true()), (said.is_not(None), sa.false()), else_=sa.null())

    return make


def _count(name: str) -> Expression:
    return lambda row, _: sa.cast(JsonMember(row.c.checklist, name), sa.Integer)


def _resident(row: Row) -> sa.ColumnElement[Any]:
    """Whom the private values of a visit are about: the person, or the head of the household."""
    member = t.household_member.alias()
    first = sa.case((member.c.relation == Relation.HEAD.value, 0), else_=1)
    query = sa.select(member.c.person_id).where(member.c.household_id == row.c.household_id, member.c.left_on.is_(None))
    return sa.func.coalesce(row.c.person_id, query.order_by(first, member.c.id).limit(1).correlate(row).scalar_subquery())


@planned(
    table=t.visit,
    rule=visit_rule,
    prefix="Visit",
    orders=("started_at", "id"),
    filters={
        "what": Filter("enum", lambda row: row.c.what, "By what was done.", WorkKind),
        "started_at": Filter("moment", lambda row: row.c.started_at, "When it began."),
        "counted": Filter("boolean", lambda row: row.c.counted, "Whether it counts."),
        "duty_id": Filter("text", lambda row: row.c.duty_id, "By the duty that it was for."),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
    },
    data_class=DataClass.STAFF,
    private=visit_private_rule,
    subject=_resident,
)
class Visit(Node):
    """Something that was done at a moment: a visit, a talk, an inspection, a check, a meeting, a roll call, a drill or a watch.

    For READ_WORK over its grid, for who did it, and for the resident who was visited. Time and place are claims. What was visited is one of
    the targets; where all are null it was the grid itself,
    or what the viewer may not see. No text is kept of a person.
    """

    id: strawberry.ID = node_id("Visit")
    what: WorkKind = column("what", "What was done.")
    outcome: VisitOutcome = column("outcome", "What became of it.")
    grid: Grid = to_one("grid_id", "Where it was done: the grid that the target belonged to on that day.")
    account: Account | None = to_one("account_id", f"Who did it; {NOT_FOR_VIEWER}.")
    post: Post | None = to_one("post_id", f"Under which post; {NOT_FOR_VIEWER}.")
    duty: "Duty | None" = to_one("duty_id", "The duty that it was for; null where none was named.")
    started_at: DateTime = column("started_at", "From when.", form="moment")
    ended_at: DateTime | None = column("ended_at", "Until when; null where it was not said.", form="moment")
    received_at: DateTime = column("received_at", "When it came here.", form="moment")
    longitude: float | None = column(
        "longitude", "WGS 84 longitude of where it was done; a claim.", form="number", data_class=DataClass.PRIVATE
    )
    latitude: float | None = column(
        "latitude", "WGS 84 latitude of where it was done; a claim.", form="number", data_class=DataClass.PRIVATE
    )
    counted: bool = column("counted", "Whether it counts for who did it.", form="boolean")
    not_counted_because: NotCounted | None = column("not_counted_because", "Why it does not.")
    device: Device | None = to_one("device_id", f"The enrolled device that it came from; {NOT_FOR_VIEWER}.")
    household: Household | None = to_one("household_id", f"The household; {NOT_FOR_VIEWER}.")
    person: Person | None = to_one("person_id", f"The person; {NOT_FOR_VIEWER}.")
    unit: Unit | None = to_one("unit_id", f"The home or room; {NOT_FOR_VIEWER}.")
    building: Building | None = to_one("building_id", f"The building; {NOT_FOR_VIEWER}.")
    organization: Organization | None = to_one("organization_id", f"The organisation; {NOT_FOR_VIEWER}.")
    asset: Asset | None = to_one("asset_id", f"The asset; {NOT_FOR_VIEWER}.")
    place: Place | None = to_one("place_id", "The place.")
    event: "Event | None" = to_one("event_id", f"The event that it was done for; {NOT_FOR_VIEWER}.")
    facts_confirmed: bool | None = expression(
        _yes("factsConfirmed"),
        "Whether all that is kept of who lives there, or of the thing, was found true; null where it was not asked.",
        form="boolean",
        data_class=DataClass.PRIVATE,
    )
    contact_right: bool | None = expression(
        _yes("contactRight"),
        "Whether the telephone is still right; null where it was not asked.",
        form="boolean",
        data_class=DataClass.PRIVATE,
    )
    moved_in: int | None = expression(
        _count("movedIn"), "How many were found to have moved in.", form="number", data_class=DataClass.PRIVATE
    )
    moved_out: int | None = expression(
        _count("movedOut"), "How many were found to have moved out.", form="number", data_class=DataClass.PRIVATE
    )
    facilities: JSON | None = expression(
        _said("facilities"), "Which facilities were looked at, and whether each works: `{WATER: true}`.", form="json"
    )
    hazards: JSON | None = expression(_said("hazards"), "Which hazards were seen: `[FIRE]`.", form="json")
    dispute_help: bool | None = expression(
        _yes("disputeHelp"),
        "True where a resident agreed that a mediator comes; nothing is kept otherwise.",
        form="boolean",
        data_class=DataClass.PRIVATE,
    )
    minutes: str | None = column("minutes_text", "The minutes of a meeting, an inspection, a drill or a roll call.")
    participants: list[Participation] = to_many(
        "visit_id", "Who took part, whoever recorded it first; empty where nobody else did.", most=201
    )
    opened: list[OpenedEvent] = to_many("visit_id", "The events that came of it.", most=50)
