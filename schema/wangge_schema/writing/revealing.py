"""Revealing: the mutations that tell sealed values, or find a person by one. They take no idempotency key, because nothing of their answers
is kept; each time counts and is logged, before the answer leaves.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, cast

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.info import Info

from wangge_core.errors import Refusal, refusal
from wangge_core.logs.entries import Read, ReadKind, entry_of
from wangge_core.logs.purposes import Purpose, Stated
from wangge_core.people.revealing import Found, Reveal, Revealed, SealedField, Search, find_persons, reveal_person
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import project
from wangge_schema.reading.select import Chosen
from wangge_schema.session import Session
from wangge_schema.types.people import Person
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import RefusedError, answered, key_of, payload

enum_type(SealedField)

SEALED_CODES = ("PURPOSE_REQUIRED", "REVEALS_EXHAUSTED", "SEALING_KEY_UNKNOWN")


@strawberry.type(description="Sealed values of a person, of which none is kept anywhere but in this answer.")
class RevealedValues:
    identity_number: str | None = strawberry.field(
        description="The identity number; null where none is kept or it was not asked for."
    )
    phone: str | None = strawberry.field(description="The private phone; null where none is kept or it was not asked for.")


@strawberry.input(description="What to reveal, and what for.")
class PersonRevealInput:
    fields: list[SealedField] = required("Which values.")
    purpose: Purpose | None = optional("What for. The resident sees it; without one nothing is revealed.")
    purpose_text: str | None = optional("What is meant, in one's own words, at most 200 characters.")


@strawberry.input(description="Whom to find, by exactly one whole value, and what for.")
class PersonFindInput:
    identity_number: str | None = optional("The identity number, 18 characters.")
    phone: str | None = optional("The private phone: 11 digits, or with `+` and the country's code.")
    purpose: Purpose | None = optional("What for. The resident sees it; without one nobody is found.")
    purpose_text: str | None = optional("What is meant, in one's own words, at most 200 characters.")


async def person_reveal(info: Info, id: strawberry.ID, input: PersonRevealInput) -> Any:
    """The field `personReveal`."""
    session, raw = _asked(info)
    try:
        wanted = Reveal(person_id=key_of(id, "Person", "id"), fields=tuple(input.fields), stated=_stated(input))
    except RefusedError as error:
        return await _told(session, raw, (error.refusal,), _nothing)
    revealed = Revealed(refusals=_check(session))
    if not revealed.refusals:
        async with session.deployment.write(session.viewer, raw.field_name) as work:
            (revealed,) = await reveal_person(work, session.viewer, [wanted])
    if revealed.accepted:
        await _log(session, wanted.stated, revealed.reads, ReadKind.REVEAL)
    values = RevealedValues(identity_number=revealed.values.get("identity_number"), phone=revealed.values.get("phone"))

    async def thing(_: str, chosen: Chosen) -> Any:
        return project(values, chosen)

    return await _told(session, raw, revealed.refusals, thing)


async def person_find(info: Info, input: PersonFindInput) -> Any:
    """The field `personFind`."""
    session, raw = _asked(info)
    wanted = Search(identity_number=input.identity_number or None, phone=input.phone or None, stated=_stated(input))
    found = Found(refusals=_check(session))
    if not found.refusals:
        async with session.deployment.write(session.viewer, raw.field_name) as work:
            (found,) = await find_persons(work, session.viewer, [wanted])
    if not found.refusals:
        await _log(session, wanted.stated, found.reads, ReadKind.SEARCH)
        session.purpose = session.purpose or wanted.stated  # what is read of who was found is read for the same

    async def thing(key: str, chosen: Chosen) -> Any:
        persons = [Completed.json(await session.thing((key, chosen.key), chosen, id)).value for id in found.ids]
        return [one for one in persons if one is not None]

    return await _told(session, raw, found.refusals, thing)


def _asked(info: Info) -> tuple[Session, GraphQLResolveInfo[Any]]:
    raw = cast("GraphQLResolveInfo[Any]", info._raw_info)  # pyright: ignore[reportUnknownMemberType]
    return raw.context, raw


def _stated(input: PersonRevealInput | PersonFindInput) -> Stated | None:
    return Stated(input.purpose, input.purpose_text or "") if input.purpose else None


def _check(session: Session) -> tuple[Refusal, ...]:
    return () if session.viewer.account_id is not None or session.viewer.scopes else (refusal("NOT_SIGNED_IN"),)


async def _log(session: Session, stated: Stated | None, reads: Sequence[Read], kind: ReadKind) -> None:
    """Returns when the log of reads has the entry; nothing is told before."""
    await session.deployment.read_log.write(entry_of(session.viewer, session.prepared.operation, stated, reads, kind=kind))


async def _nothing(_: str, __: Chosen) -> Any:
    return None


async def _told(
    session: Session, raw: GraphQLResolveInfo[Any], refusals: Sequence[Refusal], thing: Callable[[str, Chosen], Awaitable[Any]]
) -> Completed:
    return await answered(session, raw, refusals, str, thing)


def revealing_fields() -> dict[str, Any]:
    """The fields of both mutations, by Python name."""
    reveal = payload("PersonReveal", "values", RevealedValues, (*TEXT, *SEALED_CODES, "REQUIRED", "SEALED_VALUE_BROKEN"))
    find = payload("PersonFind", "persons", list[Person], (*TEXT, *SEALED_CODES, *_FORMS, "ONE_OF", "SEALING_KEY_MISSING"))
    id = Annotated[strawberry.ID, strawberry.argument(description="The global id of the person.")]
    what = strawberry.argument(description="What to do it with.")
    person_reveal.__annotations__ = {"info": Info, "id": id, "input": Annotated[PersonRevealInput, what], "return": reveal}
    person_find.__annotations__ = {"info": Info, "input": Annotated[PersonFindInput, what], "return": find}
    return {
        "person_reveal": strawberry.field(
            resolver=person_reveal,
            description="Reveal sealed values of a person: for REVEAL_SEALED over the grid of the home, for the person, and for the "
            "guardian of a child. Logged with its purpose, and limited for each account. Nothing is kept for a repeated request.",
        ),
        "person_find": strawberry.field(
            resolver=person_find,
            description="Find a person by a whole sealed value, among those whose values one may reveal. Logged with its purpose, and "
            "limited together with `personReveal`. Whoever is registered elsewhere is found as little as whoever is not.",
        ),
    }


_FORMS = ("IDENTITY_INVALID", "PHONE_INVALID")
