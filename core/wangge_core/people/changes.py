"""Correcting what is kept of persons: name, gender, birth, guardian, identity number and phone. A move is no correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import KEEP, Change, Checking, Kept, check_not_cleared, given, is_given, rows_to_change, write_change
from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.people.children import check_agreement
from wangge_core.people.genders import Gender
from wangge_core.people.guardians import Guardians, check_guardian, guardians_of
from wangge_core.people.homes import Past, past_homes
from wangge_core.people.identity import birth_date
from wangge_core.people.persons import check_birth, identities_taken
from wangge_core.people.revealing import count_guesses
from wangge_core.people.sealed import IDENTITY_NUMBER, PHONE, check_sealed, indexes_of, open_column, sealed_columns
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import person_rule
from wangge_core.sealing.sealer import SealingError, normalised

PLAIN = ("name", "gender", "born_on", "guardian_id", "guardian_agreed_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange(Change):
    """New values for the person `id`; None clears one. `born_on` is taken from a new identity number where none is known."""

    name: str | Kept | None = KEEP
    gender: Gender | Kept | None = KEEP
    born_on: date | Kept | None = KEEP
    identity_number: str | Kept | None = field(default=KEEP, repr=False)
    phone: str | Kept | None = field(default=KEEP, repr=False)
    guardian_id: int | Kept | None = KEEP
    guardian_agreed_on: date | Kept | None = KEEP


async def change_persons(work: Work, viewer: Viewer, requests: Sequence[PersonChange]) -> list[Outcome]:
    """Correct what is kept of persons. For REGISTER_PEOPLE over their grids."""
    rows = await rows_to_change(work, viewer, t.person, [one.id for one in requests], person_rule)
    changing = _Changing(
        work=work,
        guardians=await guardians_of(work, viewer, [one.guardian_id for one in requests]),
        identities=await identities_taken(work, [one.identity_number for one in requests if isinstance(one.identity_number, str)]),
        pasts=await past_homes(work, list(rows)),
    )
    checking = Checking.of(viewer, "Person", rows, Capability.REGISTER_PEOPLE)
    outcomes: list[Outcome] = []
    for request in requests:
        found = checking.refusals(request)
        if not found:
            after = _After(request, rows[request.id])
            found = changing.check(request, after) or changing.check_taken(request, after)
            (found,) = await count_guesses(work, viewer, [(after.new_number is not None, found)])
            if not found:
                await write_change(work, t.person, after.row, changing.values(request, after))
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes


@dataclass(frozen=True, slots=True)
class _After:
    """A person as a change would leave it."""

    request: PersonChange
    row: sa.Row[Any]

    def value(self, name: str) -> Any:
        new = getattr(self.request, name)
        return new if is_given(new) else getattr(self.row, name)

    @property
    def new_number(self) -> str | None:
        number = self.request.identity_number
        return number if isinstance(number, str) else None

    @property
    def new_phone(self) -> str | None:
        phone = self.request.phone
        return phone if isinstance(phone, str) else None

    @property
    def born_on(self) -> date | None:
        known: date | None = self.value("born_on")
        return known if known is not None or self.new_number is None else birth_date(normalised(self.new_number))

    @property
    def touches_private(self) -> bool:
        """Whether the change gives private data, or changes who agreed to what is there."""
        agreed = any(is_given(getattr(self.request, name)) for name in ("born_on", "guardian_id", "guardian_agreed_on"))
        return self.new_number is not None or self.new_phone is not None or agreed


@dataclass(slots=True, kw_only=True)
class _Changing:
    """What the changes of a list are checked against."""

    work: Work
    guardians: Guardians
    identities: dict[str, int]
    pasts: Mapping[int, Past]

    def check(self, request: PersonChange, after: _After) -> list[Refusal]:
        today, guardian = self.work.today, request.guardian_id
        agreed_on: date | None = after.value("guardian_agreed_on")
        private = bool(after.value(IDENTITY_NUMBER) or after.value(PHONE))
        found = [
            *check_not_cleared(request, "name"),
            *(check_text(request.name, "name", most=80) if isinstance(request.name, str) else ()),
            *check_sealed(self.work.sealer, after.new_number, after.new_phone, today),
            *self._check_birth(request, after),
            *check_guardian(self.guardians, guardian if isinstance(guardian, int) else None, agreed_on, today, of=request.id),
        ]
        if after.touches_private:
            found.extend(check_agreement(after.born_on, after.value("guardian_id"), agreed_on, today, is_private=private))
        return found

    def _check_birth(self, request: PersonChange, after: _After) -> list[Refusal]:
        """The birth is that of the identity number, of the new one or else of the one that is kept, and comes before the first home."""
        if not isinstance(request.born_on, date) and after.new_number is None:
            return []
        number = after.new_number
        if number is None and not is_given(request.identity_number) and after.row.identity_number is not None:
            try:
                number = open_column(self.work.sealer, request.id, IDENTITY_NUMBER, after.row.identity_number)
            except SealingError as error:
                return [refusal(error.code, "bornOn")]
        found = check_birth(after.born_on, number, self.work.today)
        first = self.pasts.get(request.id, Past()).first_on
        if after.born_on is not None and first is not None and first < after.born_on:
            found.append(refusal("BEFORE_BIRTH", "bornOn"))
        return found

    def check_taken(self, request: PersonChange, after: _After) -> list[Refusal]:
        if after.new_number is None:
            return []
        indexes = indexes_of(self.work.sealer, IDENTITY_NUMBER, after.new_number)
        taken = any(self.identities.setdefault(index, request.id) != request.id for index in indexes)
        return [refusal("IDENTITY_TAKEN", "identityNumber")] if taken else []

    def values(self, request: PersonChange, after: _After) -> dict[str, Any]:
        """The columns as they are to be. A sealed value that is the same is not sealed anew."""
        values = given(request, *PLAIN)
        if after.born_on != after.row.born_on:
            values["born_on"] = after.born_on
        sealed = sealed_columns(self.work.sealer, request.id, after.new_number, after.new_phone)
        for name in (IDENTITY_NUMBER, PHONE):
            of_name = {column: value for column, value in sealed.items() if column.startswith(name)}
            if is_given(getattr(request, name)) and of_name[f"{name}_index"] != getattr(after.row, f"{name}_index"):
                values |= of_name
        return values
