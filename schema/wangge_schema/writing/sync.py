"""The mutation `sync`: what a phone queued without a network, in one call. Each change is what a mutation of its own would take, by that
mutation's name, and is answered by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, cast

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.info import Info

from wangge_core.errors import Refusal, refusal
from wangge_core.refusals import message
from wangge_core.sync.changes import MOST_CHANGES, Answer, Queue, SyncClock, SyncMend, SyncStatus, Thing
from wangge_core.sync.kinds import KINDS, OLDEST
from wangge_core.sync.patience import Patience
from wangge_core.sync.syncing import sync
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.making import MAKE, make_class
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.select import Chosen
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.scalars import DateTime
from wangge_schema.session import Session
from wangge_schema.unread import Unread, unread
from wangge_schema.writing.campaigns import CampaignCheckInInput, check_ins_of
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import optional, required
from wangge_schema.writing.payloads import RefusedError, answered, payload
from wangge_schema.writing.queued import Reading, Sent, Work, in_turns, python_name

for one in (SyncStatus, SyncMend, SyncClock):
    enum_type(one)

SENT_ALONE = {"campaignCheckIn"}
"""Kinds of changes whose mutation takes a list; here each is a change of its own."""


@strawberry.input(description="A check-in of one target of a campaign.")
class SyncCheckInInput:
    campaign_id: strawberry.ID = required("The campaign.")
    check_in: CampaignCheckInInput = required("The check-in; its `at` and `key` are those of the change.")


@strawberry.type(description="What was wrong with a change. Nothing of it was written.")
class SyncProblem:
    field: str | None = strawberry.field(description="The path of the input at fault; null for the whole.")
    message: str = strawberry.field(description="What to show, in the viewer's language.")
    code: str = strawberry.field(description="A stable code: of the mutation of this kind, or one that begins with SYNC.")


@strawberry.type(description="What became of one change.")
class SyncAnswer:
    client_id: str = strawberry.field(description="The id that the phone made.")
    status: SyncStatus = strawberry.field(
        description="DONE and ALREADY_DONE need not be sent again; CONFLICT where things stand otherwise than the phone knew."
    )
    thing_id: strawberry.ID | None = strawberry.field(
        description="The global id of what it made or changed; of a CONFLICT what stands in its way, where that is one thing."
    )
    version: int | None = strawberry.field(description="The present version of that thing, where such things have one.")
    mend: SyncMend | None = strawberry.field(
        description="What mends it, where it was not done: it is sent again under the same `clientId`, mended or as it was."
    )
    captured_at: DateTime | None = strawberry.field(description="The time that was taken for it.")
    clock: SyncClock | None = strawberry.field(description="What was made of the phone's time.")
    problems: list[SyncProblem] = strawberry.field(description="Why it was not done; empty where it was.")


def _works(mutations: Sequence[Mutation]) -> dict[str, Work]:
    """The kinds of changes, by the names of their mutations."""
    by_name = {one.name: one for one in mutations}
    found = {name: _work(by_name[name]) for name in KINDS if name in by_name}
    return found | {"campaignCheckIn": Work(SyncCheckInInput, _check_in, _field_of_check_in)}


def _work(mutation: Mutation) -> Work:
    if not mutation.on:
        return Work(mutation.input, lambda given, input: (mutation.request("", given, input), None), mutation.rename)
    return Work(
        _on_thing(mutation),
        partial(_about, mutation),
        lambda field, input: field if field in ("id", "about") else f"input.{mutation.rename(field, input.input)}",
    )


def _on_thing(mutation: Mutation) -> Any:
    """The input of a change of a thing that is there, or that another change makes."""
    name = f"Sync{mutation.name[:1].upper()}{mutation.name[1:]}Input"
    thing = mutation.on.lower()
    fields: dict[str, tuple[Any, Any]] = {
        "id": (strawberry.ID | None, optional(f"The global id of the {thing}; or else `about`.")),
        "about": (str | None, optional(f"The client id of the change that made the {thing}, in this call or an earlier one.")),
        "input": (mutation.input, required("What to do it with.")),
    }
    return MAKE.input(make_class(name, fields), name=name, description=f"As `{mutation.name}`.")


def _about(mutation: Mutation, given: Given, input: Any) -> tuple[Any, str | None]:
    id, about = given.get("id"), given.get("about")
    if (id is None) == (about is None):
        raise RefusedError(refusal("ONE_OF", "id", names="id, about"))
    return mutation.request(id or f"{mutation.on}:0", given["input"], input.input), about


def _check_in(given: Given, _: Any) -> tuple[Any, str | None]:
    return check_ins_of(given["campaign_id"], given["check_in"]), None


def _field_of_check_in(field: str, _: Any) -> str:
    own = {"id": "campaignId", "campaignId": "campaignId", "at": "capturedAt", "key": "clientId"}
    return own.get(field, f"checkIn.{field}")


def _inputs(works: Mapping[str, Work]) -> Any:
    """The input of the mutation."""
    members = {
        python_name(name): (strawberry.Maybe[work.input], MAKE.field(description=f"As `{name}`.")) for name, work in works.items()
    }
    what = MAKE.input(
        make_class("SyncWorkInput", members), name="SyncWorkInput", one_of=True, description="What was done: exactly one of these."
    )
    change: dict[str, tuple[Any, Any]] = {
        "client_id": (
            str,
            required("Made by the phone for this change, at most 80 characters; the same each time that it is sent."),
        ),
        "captured_at": (DateTime, required("When it was done, by the phone's clock.")),
        "after": (list[str] | None, optional("Client ids of changes that must be done before it.")),
        "work": (what, required("What was done.")),
    }
    changes = MAKE.input(make_class("SyncChangeInput", change), name="SyncChangeInput", description="A change that was queued.")
    whole: dict[str, tuple[Any, Any]] = {
        "now": (DateTime, required("What the phone's clock shows now, when it sends.")),
        "changes": (list[changes], required(f"What was queued, in any order, at most {MOST_CHANGES:,}.")),
    }
    return MAKE.input(make_class("SyncInput", whole), name="SyncInput", description="What a phone has queued.")


class _Sync:
    """Reads what is sent, and tells what became of it."""

    def __init__(self, works: Mapping[str, Work]) -> None:
        self._works = works

    async def __call__(self, info: Info, input: Any) -> Any:
        raw = cast("GraphQLResolveInfo[Any]", info._raw_info)  # pyright: ignore[reportUnknownMemberType]
        session: Session = raw.context
        reading = Reading(self._works, info)
        sent = [reading.written_out(one) for one in input.changes]
        async for some in in_turns(session.queue or ()):
            sent += map(reading.outlined, some)
        changes = tuple(one.outline for one in sent if one.outline is not None)
        writes = partial(session.deployment.write, session.viewer, "sync")
        queue = Queue(phone_now=input.now, changes=changes, read=reading.read)
        found = await sync(writes, session.viewer, queue, Patience(until=session.until))
        if isinstance(found, Refusal):
            return await answered(session, raw, (found,), str, _nothing)
        told = _told(sent, found, reading, session.viewer.language)

        async def thing(_: str, chosen: Chosen) -> Any:
            projected: list[Any] = []
            async for some in in_turns(told):
                projected += project(some, chosen)
            return projected

        return await answered(session, raw, (), str, thing)


def _told(sent: Sequence[Sent], answers: Sequence[Answer], reading: Reading, language: str) -> Iterator[Typed]:
    """What is told of each change, in the order in which they were sent."""
    each = iter(answers)
    for one in sent:
        yield _unread(unread(reading.schema, one.change), language) if one.outline is None else _answer(one, next(each), language)


def _answer(sent: Sent, answer: Answer, language: str) -> Typed:
    thing = answer.thing
    members = {
        "clientId": answer.client_id,
        "status": answer.status.value,
        "thingId": thing and _global_id(thing),
        "version": thing and thing.version,
        "mend": answer.mend and answer.mend.value,
        "capturedAt": answer.captured_at,
        "clock": answer.clock and answer.clock.value,
        "problems": [_problem(one, _field(sent, one), language) for one in answer.refusals],
    }
    return Typed("SyncAnswer", members)


def _problem(found: Refusal, field: str | None, language: str) -> Typed:
    return Typed("SyncProblem", {"field": field, "message": message(found, language), "code": found.code})


SYNC_COSTS = 500
"""As many rows as a queue of some hours writes."""
OF_CHANGE = frozenset({"clientId", "capturedAt", "after"})


def _field(sent: Sent, found: Refusal) -> str | None:
    """The path of the input at fault."""
    if sent.work is None or found.field in OF_CHANGE:
        return found.field or None
    inner = sent.work.rename(found.field, sent.input) if found.field else ""
    return inner if inner in OF_CHANGE else f"work.{sent.name}.{inner}" if inner else None


def _unread(one: Unread, language: str) -> Typed:
    """What is told of what is no change at all."""
    found = refusal("SYNC_UNREADABLE", one.field, said=one.said)
    members = {
        "clientId": one.client_id,
        "status": SyncStatus.REFUSED.value,
        "mend": SyncMend.CHANGE_INPUT.value,
        "problems": [_problem(found, one.field or None, language)],
    }
    return Typed("SyncAnswer", members)


def _global_id(thing: Thing) -> str:
    return f"{thing.type}:{thing.id}"


async def _nothing(_: str, __: Chosen) -> Any:
    return None


def sync_fields(mutations: Sequence[Mutation]) -> dict[str, Any]:
    """The field of the mutation, by Python name. `mutations` are all that there are."""
    works = _works(mutations)
    syncing = _Sync(works)

    async def resolve(info: Info, input: Any) -> Any:
        return await syncing(info, input)

    answer = payload("Sync", "answers", list[SyncAnswer], ("TOO_MANY",))
    given = Annotated[_inputs(works), strawberry.argument(description="What was queued.")]
    resolve.__annotations__ = {"info": Info, "input": given, "return": answer}
    return {
        "sync": strawberry.field(
            resolver=resolve,
            metadata={WEIGHT: SYNC_COSTS},
            description="Take in what a phone queued without a network: each change by itself, with the rights that one had when it was "
            f"captured, at most {OLDEST.days} days ago, and once, however often and in whatever order it is sent. A change that was "
            "refused is mended and sent again under its `clientId`. Codes of changes: those of the mutations, SYNC_WAITS, SYNC_ID_REUSED, "
            "SYNC_TOO_OLD, SYNC_ABOUT_OTHER, SYNC_DIFFERS, SYNC_UNREADABLE, SYNC_FAILED, SYNC_LATER.",
        )
    }
