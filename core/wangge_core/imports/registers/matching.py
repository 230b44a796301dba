"""Matching rows with the persons of the register: by the source's own number, by identity number, by name with birth and home.

What is certain is taken for the same person. What may be, and what contradicts itself, is left to somebody who knows the people.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.imports.registers.person_drafts import PersonDraft
from wangge_core.people.homes import Home
from wangge_core.people.sealed import IDENTITY_NUMBER, PHONE, indexes_of
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.visibility import is_living


class Doubt(Choice):
    """Why a row may be somebody who is on the register already."""

    IDENTITY_OF_OTHER_NAME = auto(), "证件号相同，姓名不同"
    OTHER_IDENTITY_AT_HOME = auto(), "姓名、出生日期、住址相同，证件号不同"
    OTHER_HOME = auto(), "姓名、出生日期相同，住址不同"
    SAME_PHONE = auto(), "电话相同"


class Decision(Choice):
    """What somebody decided of a doubtful row."""

    SAME = auto(), "同一人"
    OTHER = auto(), "另一人"
    SKIP = auto(), "不导入"


@dataclass(frozen=True, slots=True)
class Same:
    """The row is this person."""

    person: sa.Row[Any]


@dataclass(frozen=True, slots=True)
class Maybe:
    """The row may be this person."""

    person: sa.Row[Any]
    why: Doubt


class Waiting:
    """The row waits for a decision already."""


class Dropped:
    """Somebody decided that the row is not to come in, or erased the person that it became."""


Match = Same | Maybe | Waiting | Dropped | None
"""None for somebody new."""


@dataclass(slots=True, kw_only=True)
class Matcher:
    """What a batch is compared with. It is loaded for each batch, by indexes alone."""

    source: str
    _by_key: dict[str, sa.Row[Any]] = field(default_factory=dict[str, sa.Row[Any]])
    _by_id: dict[int, sa.Row[Any]] = field(default_factory=dict[int, sa.Row[Any]])
    _by_identity: dict[str, sa.Row[Any]] = field(default_factory=dict[str, sa.Row[Any]])
    _by_birth: dict[tuple[str, Any], list[sa.Row[Any]]] = field(default_factory=dict[tuple[str, Any], list[sa.Row[Any]]])
    _by_phone: dict[str, list[sa.Row[Any]]] = field(default_factory=dict[str, list[sa.Row[Any]]])
    _reviews: dict[str, sa.Row[Any]] = field(default_factory=dict[str, sa.Row[Any]])

    async def load(self, work: Work, drafts: Sequence[PersonDraft]) -> None:
        """Read all that these drafts may be."""
        person, keys = t.person, {draft.key for draft in drafts}
        of_source = [row async for row in _persons(work, person.c.source_key, keys, person.c.source_name == self.source)]
        self._by_key = {row.source_key: row for row in of_source}
        self._reviews = await _reviews(work, self.source, keys - set(self._by_key))
        left = [draft for draft in drafts if draft.key not in self._by_key]
        known = {row.person_id for row in self._reviews.values()} | {row.merged_into_id for row in of_source if row.merged_into_id}
        self._by_id = {row.id: row async for row in _persons(work, person.c.id, known)}
        numbers = {index for draft in left for index in _identities(work, draft)}
        living = is_living(person)
        found = [row async for row in _persons(work, person.c.identity_number_index, numbers, living)]
        self._by_identity = {row.identity_number_index: row for row in found}
        phones = {index for draft in left if draft.phone for index in indexes_of(work.sealer, PHONE, draft.phone)}
        self._by_phone = {}
        async for row in _persons(work, person.c.phone_index, phones, living):
            self._by_phone.setdefault(row.phone_index, []).append(row)
        await self._load_births(work, left)

    async def _load_births(self, work: Work, drafts: Sequence[PersonDraft]) -> None:
        self._by_birth = {}
        wanted = {(draft.name, draft.birth) for draft in drafts if draft.birth is not None}
        days = {day for _, day in wanted}
        async for row in _persons(
            work, t.person.c.born_on, days, t.person.c.removed_at.is_(None), names={name for name, _ in wanted}
        ):
            if (row.name, row.born_on) in wanted:
                self._by_birth.setdefault((row.name, row.born_on), []).append(row)

    def match(self, work: Work, draft: PersonDraft, home: Home | None) -> Match:
        """Who the draft is. `home` is None where it is not there yet."""
        if (row := self._by_key.get(draft.key)) is not None:
            return self._now(row)
        review = self._reviews.get(draft.key)
        if review is not None and review.decision != Decision.OTHER:
            if review.decision is None:
                return Waiting()
            person = self._by_id.get(review.person_id)
            return Dropped() if review.decision == Decision.SKIP or person is None else self._now(person)
        if review is not None:
            return None
        return self._by_what_is_said(work, draft, home)

    def _by_what_is_said(self, work: Work, draft: PersonDraft, home: Home | None) -> Match:
        numbers = _identities(work, draft)
        for index in numbers:
            if (row := self._by_identity.get(index)) is not None:
                return Same(row) if row.name == draft.name else Maybe(row, Doubt.IDENTITY_OF_OTHER_NAME)
        namesakes = self._by_birth.get((draft.name, draft.birth), []) if draft.birth else []
        here = [row for row in namesakes if _lives_in(row, home)]
        if here:
            one = next((row for row in here if not _differ(row, numbers)), None)
            return Maybe(here[0], Doubt.OTHER_IDENTITY_AT_HOME) if one is None else Same(one)
        if elsewhere := [row for row in namesakes if not _differ(row, numbers)]:
            return Maybe(elsewhere[0], Doubt.OTHER_HOME)
        return self._by_telephone(work, draft, numbers)

    def _by_telephone(self, work: Work, draft: PersonDraft, numbers: Sequence[str]) -> Match:
        """Families share a telephone: who has another identity number, or another name and day of birth, is another person."""
        indexes = indexes_of(work.sealer, PHONE, draft.phone) if draft.phone else ()
        for row in (row for index in indexes for row in self._by_phone.get(index, ())):
            born = draft.birth is not None and row.born_on is not None and draft.birth != row.born_on
            if not _differ(row, numbers) and not (born and row.name != draft.name):
                return Maybe(row, Doubt.SAME_PHONE)
        return None

    def _now(self, row: sa.Row[Any]) -> Same | Dropped:
        """Who a person is now, after merging."""
        if row.removed_at is None:
            return Same(row)
        kept = self._by_id.get(row.merged_into_id or 0)
        return Dropped() if kept is None or kept.removed_at is not None else Same(kept)


def _identities(work: Work, draft: PersonDraft) -> tuple[str, ...]:
    return indexes_of(work.sealer, IDENTITY_NUMBER, draft.identity_number) if draft.identity_number else ()


def _differ(row: sa.Row[Any], numbers: Sequence[str]) -> bool:
    """Whether both have identity numbers, and these are two."""
    return bool(numbers) and row.identity_number_index is not None and row.identity_number_index not in numbers


def _lives_in(row: sa.Row[Any], home: Home | None) -> bool:
    if home is None or not home.is_named:
        return False
    return row.home_grid_id == home.grid_id and (row.home_unit_id, row.home_address) == (home.unit_id, home.address)


async def _persons(
    work: Work,
    key: sa.ColumnElement[Any],
    wanted: Iterable[Any],
    *conditions: sa.ColumnElement[bool],
    names: Iterable[str] | None = None,
) -> AsyncGenerator[sa.Row[Any]]:
    """Persons with their present homes, for these values of an indexed column."""
    person, home = t.person, t.residence
    source = person.outerjoin(home, sa.and_(home.c.person_id == person.c.id, home.c.moved_out_on.is_(None)))
    places = (home.c.grid_id.label("home_grid_id"), home.c.unit_id.label("home_unit_id"), home.c.address.label("home_address"))
    query = sa.select(person, *places).select_from(source).where(*conditions)
    if names is not None:
        query = query.where(person.c.name.in_(sorted(names)))
    values = sorted(wanted)
    for start in range(0, len(values), CHUNK):
        for row in await work.rows(query.where(key.in_(values[start : start + CHUNK])).order_by(person.c.id)):
            yield row


async def _reviews(work: Work, source: str, keys: Iterable[str]) -> dict[str, sa.Row[Any]]:
    review = t.import_review
    columns = (review.c.decision, review.c.person_id)
    return dict(await work.by_ids(columns, review.c.source_key, keys, review.c.source_name == source))


def fields_to_change(
    work: Work, draft: PersonDraft, row: sa.Row[Any], update: Iterable[str], guardian_id: int | None
) -> Mapping[str, Any]:
    """The values of a row that are to be taken over and differ. What the row lacks stays."""
    given: dict[str, Any] = {}
    for name in update:
        value: Any = guardian_id if name == "guardian" else getattr(draft, name)
        if value is None:
            continue
        if name in (IDENTITY_NUMBER, PHONE):
            if getattr(row, f"{name}_index") not in indexes_of(work.sealer, name, value):
                given[name] = value
        elif name == "guardian":
            given |= {} if row.guardian_id == value else {"guardian_id": value}
            if draft.guardian_agreed_on not in (None, row.guardian_agreed_on):
                given["guardian_agreed_on"] = draft.guardian_agreed_on
        elif getattr(row, name) != value:
            given[name] = value
    return given
