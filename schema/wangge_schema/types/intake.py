"""What residents, visitors and other systems see: reports followed without an account, open matters, webhooks; and reporters as staff see
them.

Reports and matters are read by operations of the core and have no edges: nothing else can be reached from them.
"""

from collections.abc import Sequence
from typing import Annotated, Any, cast

import sqlalchemy as sa
import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.info import Info

from wangge_core.db import tables as t
from wangge_core.intake.deliveries import DeliveryState
from wangge_core.intake.matters import Matter, Nearby, check_nearby, matters_nearby
from wangge_core.intake.progress import Progress, Question, read_own, read_progress
from wangge_core.intake.showing import Shown, count_wrong, look_up, may_try
from wangge_core.intake.steps import ReporterStep
from wangge_core.intake.visible import reporter_private_rule
from wangge_core.intake.webhooks import webhook_rule
from wangge_core.refusals import message
from wangge_core.rights.data_classes import DataClass
from wangge_schema.errors import NearbyError, TriesExhaustedError
from wangge_schema.ids import key_in
from wangge_schema.limits.budgets import payer_of
from wangge_schema.reading.declare import column, expression, planned, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.sources import Asking, Row
from wangge_schema.scalars import Date, DateTime
from wangge_schema.session import Session
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.rights import Account

enum_type(ReporterStep)


@strawberry.type(description="What whoever reported something was asked or told about it.")
class PublicQuestion:
    id: strawberry.ID = strawberry.field(description="Its id, to answer it with `publicReportAnswer`.")
    text: str = strawberry.field(description="What was asked or told, word by word.")
    wants_answer: bool = strawberry.field(description="Whether it is a question.")
    at: DateTime = strawberry.field(description="When.")
    answer: str | None = strawberry.field(description="What the reporter answered; null while nothing.")
    answered_at: DateTime | None = strawberry.field(description="When it was answered.")


@strawberry.type(
    description="A report as whoever made it follows it, with its number and secret and without an account: in plain words, in the "
    "viewer's language. Who answers is an office or a level, never a person. Nothing else can be reached from it."
)
class PublicReport:
    number: str = strawberry.field(description="The number of the report; the event behind it has another.")
    kind: str = strawberry.field(description="What sort of matter it is.")
    description: str = strawberry.field(description="What was reported.")
    reported_at: DateTime = strawberry.field(description="When.")
    stage: str = strawberry.field(description="Where the matter stands.")
    closed: bool = strawberry.field(description="Whether it has ended.")
    joined: bool = strawberry.field(description="Whether it is handled together with the same matter that others reported.")
    times_reported: int = strawberry.field(description="How often the matter was reported.")
    answered_by: str | None = strawberry.field(description="Which office or level answers for it now; null once it has ended.")
    next: str = strawberry.field(description="What happens next and until when, or what may be done now, in a sentence or two.")
    until: DateTime | None = strawberry.field(
        description="Until when the present step should be finished; null where that is not set."
    )
    steps: list[ReporterStep] = strawberry.field(description="What the reporter may do now.")
    rating: int | None = strawberry.field(description="How the reporter rated it, 1 to 5.")
    questions: list[PublicQuestion] = strawberry.field(
        description="What the reporter was asked and told, oldest first, at most 100."
    )
    referred_to: str | None = strawberry.field(
        description="Where the reporter was pointed to instead, where the matter was not taken."
    )


@strawberry.type(
    description="What is public of an event that is open, so that nobody has to report it once more: never a person, a text, a unit or "
    "a photograph. Only events of kinds that are `shownToPublic`. Nothing else can be reached from it."
)
class PublicMatter:
    id: strawberry.ID = strawberry.field(description="Its id, to report the same matter with `sameAs`.")
    kind_id: strawberry.ID = strawberry.field(description="The kind's name.")
    kind: str = strawberry.field(description="What sort of matter it is, in the viewer's language.")
    stage: str = strawberry.field(description="Where it stands, in the viewer's language.")
    building: str | None = strawberry.field(description="The building that it is about.")
    place: str | None = strawberry.field(description="The place that it is about.")
    longitude: float | None = strawberry.field(description="Longitude, to 0.0005 degrees (about 50 m), WGS 84.")
    latitude: float | None = strawberry.field(description="Latitude, to 0.0005 degrees (about 55 m), WGS 84.")
    reported_on: Date = strawberry.field(description="The day of the first report.")
    times_reported: int = strawberry.field(description="How often it was reported.")


def session_of(info: Info) -> tuple[Session, GraphQLResolveInfo[Any]]:
    """The session of a request, and the field that is being resolved."""
    raw = cast("GraphQLResolveInfo[Any]", info._raw_info)  # pyright: ignore[reportUnknownMemberType]
    return raw.context, raw


def payer(session: Session) -> str:
    """Whose reports and tries are counted."""
    return payer_of(session.viewer, session.address)


def told_report(found: Progress) -> Typed:
    """A report as the schema has it."""
    members = {
        "number": found.number,
        "kind": found.kind,
        "description": found.description,
        "reportedAt": found.reported_at,
        "stage": found.stage,
        "closed": found.closed,
        "joined": found.joined,
        "timesReported": found.times_reported,
        "answeredBy": found.answers,
        "next": found.next,
        "until": found.until,
        "steps": [step.value for step in found.steps],
        "rating": found.rating,
        "questions": list(map(_told_question, found.questions)),
        "referredTo": found.referred_to,
    }
    return Typed("PublicReport", members)


def _told_question(one: Question) -> Typed:
    members = {"id": str(one.id), "text": one.text, "wantsAnswer": one.wants_answer, "at": one.at}
    return Typed("PublicQuestion", members | {"answer": one.answer, "answeredAt": one.answered_at})


def _told_matter(one: Matter, language: str) -> Typed:
    members = {
        "id": f"Matter:{one.id}",
        "kindId": one.kind_id,
        "kind": one.kind[language],
        "stage": one.stage.label.in_language(language),
        "building": one.building,
        "place": one.place,
        "longitude": one.longitude,
        "latitude": one.latitude,
        "reportedOn": one.reported_on,
        "timesReported": one.times_reported,
    }
    return Typed("PublicMatter", members)


async def _public_report(
    info: Info,
    number: Annotated[str, strawberry.argument(description="The report's number, however it is written.")],
    secret: Annotated[str, strawberry.argument(description="The secret that was told with it.")],
) -> PublicReport | None:
    session, raw = session_of(info)
    shown, language = Shown(number=number, secret=secret, payer=payer(session)), session.viewer.language
    async with session.deployment.read() as work:
        may = await may_try(work, shown.payer)
        report = await look_up(work, shown) if may else None
        found = await read_progress(work, report, language) if report is not None else None
    if not may:
        raise TriesExhaustedError(session.deployment.rules.intake.wrong_secrets_per_hour)
    if found is None:
        async with session.deployment.write() as work:
            await count_wrong(work, shown.payer)
        return cast("Any", Completed(None))
    return cast("Any", Completed(project(told_report(found), session.chosen(raw))))


async def _public_reports(info: Info) -> list[PublicReport]:
    session, raw = session_of(info)
    found: Sequence[Progress] = ()
    if session.viewer.account_id is not None:
        async with session.deployment.read() as work:
            found = await read_own(work, session.viewer)
    return cast("Any", Completed(project(list(map(told_report, found)), session.chosen(raw))))


async def _open_matters_nearby(
    info: Info,
    longitude: Annotated[float | None, strawberry.argument(description="Longitude in WGS 84; with the latitude.")] = None,
    latitude: Annotated[float | None, strawberry.argument(description="Latitude in WGS 84; with the longitude.")] = None,
    building_id: Annotated[strawberry.ID | None, strawberry.argument(description="Instead: the global id of a building.")] = None,
    place_id: Annotated[strawberry.ID | None, strawberry.argument(description="Instead: the global id of a place.")] = None,
    kind_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only of this kind.")] = None,
    radius: Annotated[float, strawberry.argument(description="Metres around the position, 10 to 500.")] = 100,
) -> list[PublicMatter]:
    session, raw = session_of(info)
    nearby = Nearby(
        longitude=longitude,
        latitude=latitude,
        radius=radius,
        building_id=_key(building_id, "Building"),
        place_id=_key(place_id, "Place"),
        kind_id=kind_id,
    )
    if wrong := next(iter(check_nearby(nearby)), None):
        raise NearbyError(message(wrong, session.viewer.language))
    async with session.deployment.read() as work:
        found = await matters_nearby(work, nearby)
    told = [_told_matter(one, session.viewer.language) for one in found]
    return cast("Any", Completed(project(told, session.chosen(raw))))


def _key(id: str | None, prefix: str) -> int | None:
    """The key in a global id. Raises NearbyError."""
    if id is None:
        return None
    key = key_in(id, prefix)
    if key is None:
        raise NearbyError(f"{id[:80]!r} is no global id of a {prefix}.")
    return key


public_report: Any = strawberry.field(
    resolver=_public_report,
    description="A report by its number and secret, for everybody who shows both; null where they belong to none, whichever of the two "
    "is wrong. So many wrong ones an hour from one address as the deployment allows. Error: REPORT_TRIES_EXHAUSTED.",
)
public_reports: Any = strawberry.field(
    resolver=_public_reports,
    description="The reports that the viewer sent with `publicReportSubmit` while signed in, the newest first, at most 20.",
)
open_matters_nearby: Any = strawberry.field(
    resolver=_open_matters_nearby,
    description="The open matters of kinds that are shown to the public, around a position, at a building or at a place: the nearest or "
    "newest first, at most 20. For everybody. Error: NEARBY_INVALID.",
)


def _kept(row: Row, column: str) -> sa.ColumnElement[Any]:
    return sa.case((row.c.unnamed, sa.null()), else_=row.c[column])


def _masked_phone(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return _kept(row, "phone_mask")


def _name(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return _kept(row, "name")


def _has_contact(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    known = sa.or_(row.c.name.is_not(None), row.c.phone.is_not(None), row.c.account_id.is_not(None))
    return sa.case((known, sa.true()), else_=sa.false())


def _resident(row: Row) -> sa.ColumnElement[Any]:
    """The resident who reported while signed in."""
    return sa.select(t.account.c.person_id).where(t.account.c.id == row.c.account_id).correlate(row).scalar_subquery()


@planned(table=t.public_report, private=reporter_private_rule, subject=_resident, data_class=DataClass.STAFF)
class EventReporter:
    """Somebody who reported an event without being staff. Of who wants to be unnamed, handlers learn only whether there is a contact."""

    number: str = column("number", "The number that the reporter follows by.")
    reported_at: DateTime = column("reported_at", "When.", form="moment")
    joined: bool = column("joined", "Whether the matter had been reported before.", form="boolean")
    description: str = column("description", "What was said.")
    unnamed: bool = column("unnamed", "Whether the reporter wants to be unnamed to the handlers.", form="boolean")
    has_contact: bool = expression(_has_contact, "Whether the service knows how to reach them.", form="boolean")
    name: str | None = expression(
        _name, "How they call themselves; null where they are unnamed, or not for this viewer.", data_class=DataClass.PRIVATE
    )
    phone: str | None = expression(
        _masked_phone,
        "Their telephone, masked; null where they are unnamed. In full by `eventReporterReveal` alone.",
        data_class=DataClass.SEALED,
    )
    rating: int | None = column("rating", "How they rated it, 1 to 5.", form="number")


def _count(row: Row, *states: DeliveryState) -> sa.ColumnElement[Any]:
    one = t.webhook_delivery.alias()
    of_webhook = sa.and_(one.c.webhook_id == row.c.id, sa.or_(*(one.c.state == state.value for state in states)))
    return sa.select(sa.func.count()).select_from(one).where(of_webhook).correlate(row).scalar_subquery()


def _waiting(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return _count(row, DeliveryState.WAITING, DeliveryState.SENDING)


def _given_up(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return _count(row, DeliveryState.GIVEN_UP)


@planned(table=t.webhook, rule=webhook_rule, prefix="Webhook", data_class=DataClass.STAFF)
class Webhook(Node):
    """Where a machine's account is told of the events that it reported. Seen by that account, and by who manages posts anywhere. Its
    secret is in no field."""

    id: strawberry.ID = node_id("Webhook")
    account: Account | None = to_one("account_id", "Whose reports it follows.")
    url: str = column("url", "Where it is sent.")
    created_at: DateTime = column("created_at", "When it was made.", form="moment")
    created_by: Account | None = to_one("created_by_id", "Who made it; null where the viewer may not see the account.")
    earlier_until: DateTime | None = column("earlier_until", "Until when the secret before this one signs too.", form="moment")
    ended_at: DateTime | None = column("ended_at", "When it was ended; null while it is not.", form="moment")
    end_reason: str | None = column("end_reason", "Why it was ended.")
    delivered_at: DateTime | None = column("delivered_at", "When it last took something.", form="moment")
    failed_at: DateTime | None = column("failed_at", "When it last did not.", form="moment")
    trouble: str | None = column("trouble", "Why it did not, in a word; null once it took something again.")
    waiting: int = expression(_waiting, "How many deliveries wait for it.", form="number")
    given_up: int = expression(
        _given_up, "How many deliveries it did not take within a day; as long as they are kept.", form="number"
    )
