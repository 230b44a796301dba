"""Mutations of who reports without an account, and of desks that write down for them.

Whoever reports shows the number and the secret of the report. What they are answered with is a `PublicReport`, never an event.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import sqlalchemy as sa
import strawberry
from strawberry.types.info import Info

from wangge_core.db import tables as t
from wangge_core.errors import refusal
from wangge_core.intake.asking import ReporterAnswer, ReporterQuestion, answer_questions, ask_reporters
from wangge_core.intake.contacts import Contact
from wangge_core.intake.desks import NewReporter, add_reporters
from wangge_core.intake.progress import read_progress
from wangge_core.intake.reporting import NewPublicReport, submit_reports
from wangge_core.intake.revealing import ReporterReveal, RevealedReporter, reveal_reporters
from wangge_core.intake.showing import Shown
from wangge_core.intake.steps import ReporterAct, ReporterStep, act_as_reporters
from wangge_core.logs.entries import ReadKind, entry_of
from wangge_core.logs.purposes import Purpose, Stated
from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes, definitions, plain
from wangge_schema.reading.project import project
from wangge_schema.reading.select import Chosen
from wangge_schema.scalars import DateTime
from wangge_schema.session import Session
from wangge_schema.types.events import Event
from wangge_schema.types.intake import PublicReport, payer, session_of, told_report
from wangge_schema.writing.events import MOVE_CODES, REPORT_CODES
from wangge_schema.writing.fields import Given, Mutation, with_details
from wangge_schema.writing.inputs import TEXT, PositionInput, details_for, in_details, optional, position_of, required
from wangge_schema.writing.payloads import Operation, RefusedError, answered, key_of, optional_key, payload, perform

SHOWN_CODES = ("REPORT_UNKNOWN", "REPORT_TRIES_EXHAUSTED")
STEP_CODES = (*SHOWN_CODES, *MOVE_CODES, "REPORT_STEP_NOT_NOW", "EVENT_JOINED", "EVENT_DEFERRED")
CONTACT_CODES = ("PHONE_INVALID", "SEALING_KEY_MISSING")
SECRET = "What the report is followed with, beside its number. It is told this once and kept nowhere: write it down."
NUMBER, NUMBER_SECRET = "The report's number, however it is written.", "The secret that was told with it."


@strawberry.input
class PublicReportSubmitFields:
    """What a resident or visitor reports. Name a kind that is `openToPublic` and a place, or an open matter that it is the same as."""

    description: str = required("What was seen or asked for, at most 4,000 characters.")
    kind_id: strawberry.ID | None = optional("What sort of matter it is; needed unless `sameAs` is given.")
    same_as: strawberry.ID | None = optional("The open matter (`openMattersNearby`) that it is about: it is reported once more.")
    grid_code: str | None = optional("The code of the grid that it is in; of one that has ended, what came after it.")
    building_id: strawberry.ID | None = optional("The building that it is about.")
    place_id: strawberry.ID | None = optional("The place that it is about.")
    position: PositionInput | None = optional(
        "Where it is. Alone it is enough where the deployment has a grid for reports whose grid is not told."
    )
    occurred_at: DateTime | None = optional("When it happened, not in the future.")
    visiting: bool | None = optional("Whether the reporter is a visitor; a resident unless given.")
    name: str | None = optional("How the reporter wants to be called, at most 80 characters. Private.")
    phone: str | None = optional("The reporter's telephone. Sealed; the handlers see it masked.")
    unnamed: bool | None = optional(
        "Keep name and telephone from the handlers, who learn only that there are any; false unless given."
    )
    photos: list[strawberry.ID] | None = optional("Photographs and files that were sent to `POST /files` before: their global ids.")
    intake_token: str | None = optional("What came with them, where they were sent without an account.")


@strawberry.input(description="A report, as whoever made it shows it, and the answer to a question about it.")
class PublicReportAnswerInput:
    number: str = required(NUMBER)
    secret: str = required(NUMBER_SECRET)
    question_id: strawberry.ID = required("The question, from `publicReport { questions { id } }`.")
    text: str = required("The answer, at most 1,000 characters.")


@strawberry.input(description="A report, as whoever made it shows it, and how it was settled.")
class PublicReportRateInput:
    number: str = required(NUMBER)
    secret: str = required(NUMBER_SECRET)
    rating: int = required("1 (not settled) to 5 (very satisfied).")
    words: str | None = optional("What there is to say, at most 1,000 characters.")


@strawberry.input(description="A report, as whoever made it shows it, and why it is to be done again.")
class PublicReportReopenInput:
    number: str = required(NUMBER)
    secret: str = required(NUMBER_SECRET)
    words: str | None = optional("Why, at most 1,000 characters; needed where the workflow asks for a reason.")


@strawberry.input(description="A report, as whoever made it shows it, that is taken back.")
class PublicReportWithdrawInput:
    number: str = required(NUMBER)
    secret: str = required(NUMBER_SECRET)
    words: str | None = optional("Why, at most 1,000 characters, where the workflow asks for it.")


@strawberry.input(description="Somebody who reported an event to a desk.")
class EventReporterAddInput:
    name: str | None = optional("Their name, at most 80 characters. Private.")
    phone: str | None = optional("Their telephone. Sealed.")
    unnamed: bool | None = optional("Whether they want to be unnamed to the handlers; false unless given.")
    again: bool | None = optional("Whether the matter was reported before: it is counted once more. False unless given.")
    description: str | None = optional("What they said, at most 4,000 characters; needed with `again`.")


@strawberry.input(description="What those who reported an event are asked or told.")
class EventAskReporterInput:
    text: str = required("The question, at most 1,000 characters. The reporters read it word by word.")
    wants_answer: bool | None = optional("False to tell them something; true unless given.")


@strawberry.input(description="Whose telephone is wanted, and what for.")
class EventReporterRevealInput:
    number: str = required("The number of the report, from `event { reporters { number } }`.")
    purpose: Purpose | None = optional("What for; without one nothing is revealed.")
    purpose_text: str | None = optional("What is meant, in one's own words, at most 200 characters.")


def _contact(given: Given) -> Contact:
    return Contact(name=given.get("name") or None, phone=given.get("phone") or None, unnamed=bool(given.get("unnamed")))


def _shown(session: Session, given: Given) -> Shown:
    return Shown(number=given["number"], secret=given["secret"], payer=payer(session))


def _act(step: ReporterStep) -> "Callable[[Session, str, Given, Any], ReporterAct]":
    return lambda session, _, given, __: ReporterAct(
        shown=_shown(session, given), step=step, rating=given.get("rating"), words=given.get("words") or None
    )


def _question_key(id: str) -> int:
    return int(id) if id.isascii() and id.isdigit() and len(id) <= 18 else 0


def _answer(session: Session, _: str, given: Given, __: Any) -> ReporterAnswer:
    return ReporterAnswer(shown=_shown(session, given), question_id=_question_key(given["question_id"]), text=given["text"])


def _new_reporter(_: Session, id: str, given: Given, __: Any) -> NewReporter:
    return NewReporter(
        event_id=key_of(id, "Event", "id"),
        contact=_contact(given),
        description=given.get("description"),
        again=bool(given.get("again")),
    )


async def _tell(session: Session, id: int, chosen: Chosen) -> Any:
    """The report of this id, as its reporter sees it."""
    async with session.deployment.read() as work:
        row = await work.first(sa.select(t.public_report).where(t.public_report.c.id == id))
        found = await read_progress(work, row, session.viewer.language) if row is not None else None
    return None if found is None else project(told_report(found), chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """A mutation that answers with a report. `request` gets the session, the id, the input as plain data, and the input."""

    name: str
    description: str
    input: Any
    operation: Operation[Any]
    request: Callable[[Session, str, Given, Any], Any]
    codes: Sequence[str]
    secret: str = ""
    anonymous: bool = True
    keyed: bool = False
    on: str = ""
    rename: Callable[[str, Any], str] = lambda field, _: field


def _field(one: _Field, request_key: Callable[[Any, str | None], Any] | None = None) -> Any:
    answer = payload(one.name[:1].upper() + one.name[1:], "report", PublicReport, one.codes, one.secret)

    async def performed(info: Info, id: str, input: Any, key: str | None) -> Any:
        session, _ = session_of(info)

        def make() -> Any:
            made = one.request(session, id, plain(input), input)
            return request_key(made, key) if request_key else made

        kept = None if request_key else key
        rename: Callable[[str], str] = lambda field: one.rename(field, input)  # noqa: E731
        return await perform(info, one.operation, make, kept, rename, tell=_tell, anonymous=one.anonymous)

    async def with_id(info: Info, id: Any, input: Any, idempotency_key: Any = None) -> Any:
        return await performed(info, id, input, idempotency_key or None)

    async def with_key(info: Info, input: Any, idempotency_key: Any = None) -> Any:
        return await performed(info, "", input, idempotency_key or None)

    async def without(info: Info, input: Any) -> Any:
        return await performed(info, "", input, None)

    given = Annotated[one.input, strawberry.argument(description="What to do it with.")]
    key = Annotated[
        str | None,
        strawberry.argument(
            description="Made by the client for this request, at least 16 characters without an account. The same key and input within an "
            "hour give the same report, and a new secret in place of the first."
            if request_key
            else "Made by the client for this request. The same key and input again answer with the same thing and write nothing."
        ),
    ]
    id_type = Annotated[strawberry.ID, strawberry.argument(description="The global id of the event.")]
    resolve: Any = with_id if one.on else with_key if request_key else without
    named: dict[str, Any] = {"info": Info, "id": id_type, "input": given, "idempotency_key": key, "return": answer}
    names = ("info", *(("id",) if one.on else ()), "input", *(("idempotency_key",) if resolve is not without else ()), "return")
    resolve.__annotations__ = {name: named[name] for name in names}
    if resolve is not without:
        resolve.__defaults__ = (strawberry.UNSET,)
    return strawberry.field(resolver=resolve, description=one.description)


async def _reveal(info: Info, id: strawberry.ID, input: EventReporterRevealInput) -> Any:
    session, raw = session_of(info)
    stated = Stated(input.purpose, input.purpose_text or "") if input.purpose else None
    try:
        wanted = ReporterReveal(event_id=key_of(id, "Event", "id"), number=input.number, stated=stated)
    except RefusedError as error:
        revealed = RevealedReporter(refusals=(error.refusal,))
    else:
        revealed = await _revealed(session, raw.field_name, wanted)

    async def thing(_: str, __: Chosen) -> Any:
        return revealed.phone

    return await answered(session, raw, revealed.refusals, str, thing)


async def _revealed(session: Session, name: str, wanted: ReporterReveal) -> RevealedReporter:
    """The telephone, once the log of reads has said so."""
    viewer = session.viewer
    if viewer.account_id is None and not viewer.scopes:
        return RevealedReporter(refusals=(refusal("NOT_SIGNED_IN"),))
    async with session.deployment.write(viewer, name) as work:
        (revealed,) = await reveal_reporters(work, viewer, [wanted])
    if not revealed.refusals:
        entry = entry_of(viewer, session.prepared.operation, wanted.stated, revealed.reads, kind=ReadKind.REVEAL)
        await session.deployment.read_log.write(entry)
    return revealed


def _revealing() -> Any:
    answer = payload(
        "EventReporterReveal", "phone", str,
        (*TEXT, "PURPOSE_REQUIRED", "REVEALS_EXHAUSTED", "REPORTER_UNREACHABLE", "SEALING_KEY_MISSING", "SEALING_KEY_UNKNOWN",
         "SEALED_VALUE_BROKEN"),
    )  # fmt: skip
    id = Annotated[strawberry.ID, strawberry.argument(description="The global id of the event.")]
    input = Annotated[EventReporterRevealInput, strawberry.argument(description="What to do it with.")]
    _reveal.__annotations__ = {"info": Info, "id": id, "input": input, "return": answer}
    return strawberry.field(
        resolver=_reveal,
        description="Reveal the telephone of somebody who reported an event and is not unnamed: for REVEAL_SEALED over its grid. Logged "
        "with its purpose, and limited together with `personReveal`. Nothing is kept for a repeated request.",
    )


STEPS = (
    _Field(
        name="publicReportAnswer",
        description="Answer a question about a report, with its number and secret. Who has the matter is told. It is answered once.",
        input=PublicReportAnswerInput,
        operation=answer_questions,
        request=_answer,
        codes=(*TEXT, *SHOWN_CODES, "QUESTION_ANSWERED"),
    ),
    _Field(
        name="publicReportRate",
        description="Rate how a matter was settled, once, with the number and secret of the report. Where the workflow waits for it, that "
        "of who reported the matter first ends it.",
        input=PublicReportRateInput,
        operation=act_as_reporters,
        request=_act(ReporterStep.RATE),
        codes=(*STEP_CODES, "REPORT_RATED"),
    ),
    _Field(
        name="publicReportReopen",
        description="Ask for a matter to be done again, with the number and secret of the report, within the time that its workflow "
        "gives. For who reported it first.",
        input=PublicReportReopenInput,
        operation=act_as_reporters,
        request=_act(ReporterStep.REOPEN),
        codes=STEP_CODES,
    ),
    _Field(
        name="publicReportWithdraw",
        description="Take a report back, with its number and secret, where the workflow of its kind lets the reporter. For who "
        "reported the matter first.",
        input=PublicReportWithdrawInput,
        operation=act_as_reporters,
        request=_act(ReporterStep.WITHDRAW),
        codes=STEP_CODES,
    ),
)


def intake_fields(registry: Registry, details: DetailsTypes) -> dict[str, Any]:
    """The fields of those who report without an account, and of desks that do it for them, by Python name."""
    kinds = tuple(definitions(registry, "event"))
    submit = _Field(
        name="publicReportSubmit",
        description="Report a matter without an account, or with one. So many an hour from one address, and in all, as the deployment "
        "allows. The report's number and the secret are what to follow it with.",
        input=with_details(PublicReportSubmitFields, details.inputs.get("event"), "matter"),
        operation=submit_reports,
        request=lambda session, _, given, input: _submitted(session, kinds, given, input),
        codes=(*REPORT_CODES, *CONTACT_CODES, "REPORT_KIND_NOT_OPEN", "REPORT_NOT_LOCATED", "GRID_DIVIDED",
               "REPORTS_EXHAUSTED", "IDEMPOTENCY_KEY_TOO_SHORT", "TOO_MANY"),
        secret=SECRET,
        rename=lambda field, input: in_details(input.kind_id or "", field),
    )  # fmt: skip
    adding = _Field(
        name="eventReporterAdd",
        description="Keep who reported an event to a desk, by telephone or in person, with a number and a secret for them to follow it "
        "by. For REPORT_EVENTS over its grid, and for who reported it.",
        input=EventReporterAddInput,
        operation=add_reporters,
        request=_new_reporter,
        codes=(*TEXT, *CONTACT_CODES, "REQUIRED", "REPORT_STEP_NOT_NOW"),
        secret=f"{SECRET} Null where the same idempotency key came before.",
        anonymous=False,
        on="Event",
    )
    fields = {_python(one.name): _field(one) for one in (*STEPS, adding)}
    return fields | {_python(submit.name): _field(submit, _keyed), "event_reporter_reveal": _revealing()}


def _python(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _keyed(request: NewPublicReport, key: str | None) -> NewPublicReport:
    return replace(request, request_key=key)


def _submitted(session: Session, kinds: Sequence[str], given: Given, input: Any) -> NewPublicReport:
    kind_id = given.get("kind_id") or None
    return NewPublicReport(
        description=given["description"],
        kind_id=kind_id,
        same_as=optional_key(given.get("same_as"), "Matter", "sameAs"),
        grid_code=given.get("grid_code") or None,
        building_id=optional_key(given.get("building_id"), "Building", "buildingId"),
        place_id=optional_key(given.get("place_id"), "Place", "placeId"),
        **position_of(given),
        occurred_at=given.get("occurred_at"),
        visiting=bool(given.get("visiting")),
        details=details_for(input, kind_id or "", kinds),
        contact=_contact(given),
        photos=tuple(key_of(id, "Attachment", "photos") for id in given.get("photos") or ()),
        intake_token=given.get("intake_token"),
        payer=payer(session),
    )


MUTATIONS = [
    Mutation(
        name="eventAskReporter",
        description="Ask all who reported an event without being staff, or tell them something. They read it with number and secret. For "
        "COMMENT_EVENTS over its grid, and to whom it was given.",
        thing="event",
        type=Event,
        input=EventAskReporterInput,
        operation=ask_reporters,
        request=lambda id, given, _: ReporterQuestion(
            event_id=key_of(id, "Event", "id"), text=given["text"], wants_answer=given.get("wants_answer", True) is not False
        ),
        codes=(*TEXT, "REPORTER_UNREACHABLE", "TOO_MANY"),
        on="Event",
    ),
]
