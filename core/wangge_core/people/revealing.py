"""Revealing: the one way by which a sealed value leaves, and the search for a person by one.

Both need a purpose and are counted for each account. The caller logs what was told, before it tells it: see `reads_of`.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.logs.entries import Read
from wangge_core.logs.purposes import MOST_TEXT, Stated
from wangge_core.people.identity import check_identity, check_phone
from wangge_core.people.sealed import IDENTITY_NUMBER, PHONE, indexes_of, open_column
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.sealing.sealer import SEALED, SealingError

MOST_FOUND = 20
"""How many persons a search tells of at most; several may share a telephone."""
WINDOW = timedelta(hours=1)


class SealedField(Choice):
    """A sealed value of a person."""

    IDENTITY_NUMBER = auto(), "身份证号"
    PHONE = auto(), "电话"

    @property
    def column(self) -> str:
        return self.value.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """Which sealed values of a person to reveal, and what for."""

    person_id: int
    fields: tuple[SealedField, ...]
    stated: Stated | None = None


@dataclass(frozen=True, slots=True)
class Revealed(Outcome):
    """The values by column, and what of them the log of reads must say. They are not shown when the outcome is."""

    values: Mapping[str, str | None] = dataclasses.field(default_factory=dict[str, str | None], repr=False)
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A sealed value by which a person is looked for: exactly one of both. It is not shown when the search is."""

    identity_number: str | None = dataclasses.field(default=None, repr=False)
    phone: str | None = dataclasses.field(default=None, repr=False)
    stated: Stated | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The persons with the value, of those that the searcher may reveal; and what the log of reads must say."""

    ids: tuple[int, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    reads: tuple[Read, ...] = ()


async def reveal_person(work: Work, viewer: Viewer, requests: Sequence[Reveal]) -> list[Revealed]:
    """Reveal sealed values. For REVEAL_SEALED over the person's grid, for the person, and for the guardian of a child."""
    return [await _reveal(work, viewer, request) for request in requests]


async def _reveal(work: Work, viewer: Viewer, request: Reveal) -> Revealed:
    person, own = await _person(work, request.person_id), request.person_id in viewer.own_person_ids
    if person is None or not (own or _knows(viewer, person.path)):
        return Revealed(refusals=(refusal("NOT_FOUND", "id", what="Person", id=request.person_id),))
    found = list(check_stated(request.stated))
    if not (own or viewer.may(Capability.REVEAL_SEALED, person.path)):
        found.append(refusal("NOT_ALLOWED", "id"))
    if not request.fields:
        found.append(refusal("REQUIRED", "fields"))
    if not found:
        found.extend(await spend(work, viewer))
    if found:
        return Revealed(refusals=only_right(found))
    wanted = tuple(dict.fromkeys(request.fields))
    try:
        values = {
            one.column: open_column(work.sealer, request.person_id, one.column, person._mapping[one.column]) for one in wanted
        }
    except SealingError as error:
        return Revealed(refusals=(refusal(error.code, "fields"),))
    reads = Read((request.person_id,), "Person", tuple(_in_schema(one.column) for one in wanted))
    return Revealed(id=request.person_id, values=values, reads=(reads,))


async def find_persons(work: Work, viewer: Viewer, requests: Sequence[Search]) -> list[Found]:
    """Look for persons by a whole sealed value, through its blind index, among those whose values the viewer may reveal.

    Somebody elsewhere is found as little as somebody who is not registered, and by the same statement.
    """
    return [await _find(work, viewer, request) for request in requests]


async def _find(work: Work, viewer: Viewer, request: Search) -> Found:
    found = list(check_stated(request.stated))
    if not viewer.scope(Capability.REVEAL_SEALED).paths:
        found.append(refusal("NOT_ALLOWED"))
    column, value = (PHONE, request.phone) if request.phone is not None else (IDENTITY_NUMBER, request.identity_number)
    if value is None or (request.phone is not None and request.identity_number is not None):
        found.append(refusal("ONE_OF", names="identityNumber, phone"))
    else:
        found.extend(check_phone(value) if column == PHONE else check_identity(value, work.today))
    if not found and work.sealer is None:
        found.append(refusal("SEALING_KEY_MISSING"))
    if not found:
        found.extend(await spend(work, viewer))
    if found or value is None:
        return Found(refusals=only_right(found))
    return await _found(work, viewer, column, value)


async def _found(work: Work, viewer: Viewer, column: str, value: str) -> Found:
    person, index = t.person, t.person.c[SEALED["person", column]]
    covered = BoundViewer(viewer, moment=work.now).scope(Capability.REVEAL_SEALED).covers(person.c.grid_id)
    equal = index.in_(indexes_of(work.sealer, column, value))
    living = person.c.removed_at.is_(None)
    rows = await work.rows(sa.select(person.c.id).where(equal, living, covered).order_by(person.c.id).limit(MOST_FOUND))
    if not rows and await _has_other_keys(work, index):
        return Found(refusals=(refusal("SEALING_KEY_UNKNOWN"),))
    ids = tuple(row.id for row in rows)
    return Found(ids=ids, reads=(Read(ids, "Person", (_in_schema(column),)),) if ids else ())


async def _has_other_keys(work: Work, index: sa.ColumnElement[Any]) -> bool:
    """Whether values were indexed under keys that are not here, as in a restored database: the gaps between the known keys."""
    names = sorted(work.sealer.keys.by_name if work.sealer else ())
    starts, ends = (f"{name}:" for name in names), (f"{name};" for name in names)  # `;` follows `:`
    gaps = zip([None, *ends], [*starts, None], strict=True)
    for after, before in gaps:
        here = [index.is_not(None)]
        here += [index >= after] if after else []
        here += [index < before] if before else []
        if await work.first(sa.select(1).select_from(t.person).where(*here).limit(1)):
            return True
    return False


def check_stated(stated: Stated | None) -> Iterator[Refusal]:
    """A purpose is stated, and its words are not too long."""
    if stated is None:
        yield refusal("PURPOSE_REQUIRED", "purpose")
    elif stated.text:
        yield from check_text(stated.text, "purposeText", most=MOST_TEXT)


async def spend(work: Work, viewer: Viewer) -> list[Refusal]:
    """Count one more for the account, or refuse it when its hour is used up. The operator at the machine is not counted."""
    left = await _left(work, viewer)
    if left == 0:
        return [refusal("REVEALS_EXHAUSTED", most=work.rules.reveals_per_hour)]
    if left is not None:
        await work.insert(t.reveal, [{"account_id": viewer.account_id, "at": work.now}])
    return []


async def count_guesses(work: Work, viewer: Viewer, given: Sequence[tuple[bool, list[Refusal]]]) -> list[list[Refusal]]:
    """The refusals of requests, of which some give an identity number, counting what they tell of others as reveals.

    That a number is taken says that somebody is registered, maybe where the viewer sees nobody; so does that it is not. Each number that
    is taken counts, and when the hour is used up no number is looked at.
    """
    asked = any(number and (not found or _is_taken(found)) for number, found in given)
    left = await _left(work, viewer) if asked else None
    told: list[list[Refusal]] = []
    for number, found in given:
        guess = left is not None and number and (not found or _is_taken(found))
        told.append([refusal("REVEALS_EXHAUSTED", most=work.rules.reveals_per_hour)] if guess and left == 0 else found)
        if guess and left and _is_taken(found):
            left -= 1
            await work.insert(t.reveal, [{"account_id": viewer.account_id, "at": work.now}])
    return told


def _is_taken(found: Sequence[Refusal]) -> bool:
    return any(one.code == "IDENTITY_TAKEN" for one in found)


async def _left(work: Work, viewer: Viewer) -> int | None:
    """How many the account has left of its hour; None where they are not counted."""
    if viewer.account_id is None:
        return None
    if not work.on_sqlite:  # requests of one account wait for each other
        await work.rows(sa.select(t.account.c.id).where(t.account.c.id == viewer.account_id).with_for_update(key_share=True))
    mine, start = t.reveal.c.account_id == viewer.account_id, work.now - WINDOW
    await work.run(sa.delete(t.reveal).where(mine, t.reveal.c.at <= start))
    used = await work.value(sa.select(sa.func.count()).select_from(t.reveal).where(mine))
    return max(0, work.rules.reveals_per_hour - used)


async def _person(work: Work, id: int) -> sa.Row[Any] | None:
    person = t.person
    path = sa.select(t.grid.c.path).where(t.grid.c.id == person.c.grid_id).scalar_subquery().label("path")
    columns = (person.c.identity_number, person.c.phone, path)
    return (await work.by_ids(columns, person.c.id, [id], person.c.removed_at.is_(None))).get(id)


def _knows(viewer: Viewer, path: str) -> bool:
    """Whether the viewer may know that there is somebody."""
    return any(viewer.may(one, path) for one in (Capability.READ_PEOPLE, Capability.REVEAL_SEALED))


def _in_schema(column: str) -> str:
    first, *rest = column.split("_")
    return first + "".join(map(str.capitalize, rest))
