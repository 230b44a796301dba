"""Registering the persons of rows: homes and households are found or made, guardians found by their own number in the source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.imports.registers.homes import Homes, Place
from wangge_core.imports.registers.person_drafts import PersonDraft, PersonPlan, WantedHousehold
from wangge_core.people.children import is_child
from wangge_core.people.homes import Home, home_of
from wangge_core.people.households import NewHousehold, register_households
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import is_living

Found = tuple[int, PersonDraft]
"""A draft with the id of its grid."""
Households = Mapping[str, sa.Row[Any]]


@dataclass(slots=True, kw_only=True)
class PersonRegistering:
    """Registers drafts of one source. `left_out` counts the children whose identity numbers and telephones were left out."""

    viewer: Viewer
    plan: PersonPlan
    left_out: int = 0
    homes: Homes = field(init=False)

    def __post_init__(self) -> None:
        self.homes = Homes(viewer=self.viewer, source=self.plan.source, make=self.plan.make_homes)

    async def register(self, work: Work, found: Sequence[Found]) -> list[Outcome]:
        """Register persons; the homes of these drafts must have been loaded."""
        if not found:
            return []
        homes = await self.homes.find_or_make(work, [place_of(one) for one in found])
        households = await self._households(work, found, homes)
        guardians = await self.guardians(work, [draft for _, draft in found])
        outcomes: list[Outcome | NewPerson] = []
        for (grid, draft), home in zip(found, homes, strict=True):
            made = home if isinstance(home, Refusal) else self._request(work, grid, draft, home, households, guardians)
            outcomes.append(Outcome(refusals=(made,)) if isinstance(made, Refusal) else made)
        registered = iter(await register_persons(work, self.viewer, [one for one in outcomes if isinstance(one, NewPerson)]))
        return [next(registered) if isinstance(one, NewPerson) else one for one in outcomes]

    def _request(
        self, work: Work, grid: int, draft: PersonDraft, home: Home, households: Households, guardians: Mapping[str, int]
    ) -> NewPerson | Refusal:
        household = households.get(draft.household.key) if draft.household else None
        if draft.household and household is None:
            return refusal("HOUSEHOLD_NOT_FOUND", "household", key=draft.household.key)
        guardian = guardians.get(draft.guardian_key) if draft.guardian_key else None
        if draft.guardian_key and guardian is None:
            return refusal("GUARDIAN_UNKNOWN", "guardianId")
        unagreed = is_child(draft.birth, work.today) and (guardian is None or draft.guardian_agreed_on is None)
        bare = self.plan.leave_out and unagreed
        self.left_out += bare and (draft.identity_number or draft.phone) is not None
        lives = home if home.is_named or household is None else home_of(household)
        return NewPerson(
            grid_id=grid,
            name=draft.name,
            gender=draft.gender,
            born_on=draft.birth,
            residence=draft.residence,
            household_id=None if household is None else household.id,
            relation=draft.household.relation if draft.household else None,
            unit_id=lives.unit_id,
            address=lives.address,
            moved_in_on=draft.moved_in_on,
            identity_number=None if bare else draft.identity_number,
            phone=None if bare else draft.phone,
            guardian_id=guardian,
            guardian_agreed_on=draft.guardian_agreed_on,
            source_name=self.plan.source,
            source_key=draft.key,
        )

    async def guardians(self, work: Work, drafts: Sequence[PersonDraft]) -> dict[str, int]:
        """The living persons of this source by their own numbers there."""
        keys = [draft.guardian_key for draft in drafts if draft.guardian_key]
        person = t.person
        of_source = person.c.source_name == self.plan.source
        return {
            key: row.id
            for key, row in (await work.by_ids((person.c.id,), person.c.source_key, keys, of_source, is_living(person))).items()
        }

    async def _households(self, work: Work, found: Sequence[Found], homes: Sequence[Home | Refusal]) -> Households:
        """The households that the drafts name, those made included that were missing."""
        wanted: dict[str, tuple[WantedHousehold, int, Home]] = {}
        for (grid, draft), home in zip(found, homes, strict=True):
            if draft.household and not isinstance(home, Refusal):
                wanted.setdefault(draft.household.key, (draft.household, grid, home))
        there = await households_of(work, self.plan.household_source, wanted)
        missing = [one for key, one in wanted.items() if key not in there]
        if not (missing and self.plan.make_households):
            return there
        requests = [
            NewHousehold(
                grid_id=grid,
                name=household.name,
                unit_id=home.unit_id,
                address=home.address,
                source_name=self.plan.household_source,
                source_key=household.key,
            )
            for household, grid, home in missing
        ]
        await register_households(work, self.viewer, requests)
        return await households_of(work, self.plan.household_source, wanted)


def place_of(one: Found) -> Place:
    grid, draft = one
    return grid, draft.home


async def households_of(work: Work, source: str, keys: Mapping[str, Any] | Sequence[str]) -> dict[str, sa.Row[Any]]:
    """The households of a source by their own numbers there."""
    household = t.household
    columns = (household.c.id, household.c.grid_id, household.c.unit_id, household.c.address)
    return await work.by_ids(columns, household.c.source_key, keys, household.c.source_name == source)
