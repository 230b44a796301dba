"""Persons as rows tell them, before grids, homes and households are found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from wangge_core.checking import check_text
from wangge_core.errors import Refusal, refusal
from wangge_core.imports.cells import Cleaner, meaning
from wangge_core.imports.drafts import MOST_KEY, read_key
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.finding import Wanted, WantedGrids
from wangge_core.imports.mappings import templates
from wangge_core.imports.registers.days import DayReader
from wangge_core.imports.registers.homes import WantedHome, WantedHomes
from wangge_core.imports.registers.mappings import HouseholdOf, PersonField, PersonMapping
from wangge_core.imports.templates import Template, fill_first
from wangge_core.people.genders import Gender
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.households import Relation
from wangge_core.people.identity import birth_date, check_identity, check_phone
from wangge_core.sealing.sealer import normalised


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedHousehold:
    """Which household a row names; `name` is what it is called where it is made."""

    key: str
    name: str = ""
    relation: Relation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDraft:
    """A person of a row. Only values are in it, so that one that waits for a decision can be sealed as JSON."""

    line: int
    key: str
    name: str
    grid: Wanted
    home: WantedHome
    gender: Gender | None = None
    born_on: date | None = None
    identity_number: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    residence: ResidenceKind = ResidenceKind.PERMANENT
    moved_in_on: date | None = None
    guardian_key: str | None = None
    guardian_agreed_on: date | None = None
    household: WantedHousehold | None = None

    @property
    def birth(self) -> date | None:
        """The day of birth that the row gives, or its identity number."""
        if self.born_on is not None or self.identity_number is None:
            return self.born_on
        return birth_date(normalised(self.identity_number))


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlan:
    """What a mapping says of all its rows: kept with a row that waits, so that deciding it does what the import would have done."""

    source: str
    household_source: str = ""
    make_homes: bool = False
    make_households: bool = False
    leave_out: bool = False
    update: tuple[PersonField, ...] = ()


def plan_of(mapping: PersonMapping) -> PersonPlan:
    """What the mapping says of all its rows."""
    household = mapping.household
    return PersonPlan(
        source=mapping.name,
        household_source=(household.source if household else "") or mapping.name,
        make_homes=mapping.home.make_homes,
        make_households=household is not None and household.make,
        leave_out=mapping.person.without_agreement == "leave_out",
        update=mapping.update,
    )


class PersonTranslator:
    """Makes drafts of persons from rows, by the mapping alone. `today` is the day after which nobody was born."""

    def __init__(self, mapping: PersonMapping, today: date) -> None:
        self._person = mapping.person
        self._today = today
        self._cleaner = Cleaner(mapping)
        self._grids = WantedGrids(mapping.grid)
        self._homes = WantedHomes(mapping.home)
        self._days = DayReader(mapping.dates)
        self._key = Template(mapping.person.key)
        self._name = templates(mapping.person.name)
        self._guardian = Template(mapping.person.guardian)
        self._household = _HouseholdReader(mapping.household) if mapping.household else None

    def translate(self, row: Row) -> PersonDraft | Unusable:
        if row.refusals:
            return Unusable(row.refusals)
        found: list[Refusal] = []
        values, person = self._cleaner.clean(row.values), self._person
        draft = PersonDraft(
            line=row.line,
            key=read_key(self._key, values, found),
            name=(fill_first(self._name, values) or "").strip(),
            grid=self._grids.of(values, found),
            home=self._homes.of(values, found),
            gender=meaning(person.gender, values, found) if person.gender else None,
            born_on=self._day(person.born_on, values, "bornOn", found),
            identity_number=values[person.identity_number] or None if person.identity_number else None,
            phone=values[person.phone] or None if person.phone else None,
            residence=self._residence(values, found),
            moved_in_on=self._day(person.moved_in_on, values, "movedInOn", found),
            guardian_key=(self._guardian.fill(values) or None) if person.guardian else None,
            guardian_agreed_on=self._day(person.guardian_agreed_on, values, "guardianAgreedOn", found),
            household=self._household.of(values, found) if self._household else None,
        )
        found.extend(self._check(draft))
        return Unusable(tuple(found)) if found else draft

    def _day(self, column: str, values: Mapping[str, str], field: str, found: list[Refusal]) -> date | None:
        return self._days.read(values[column], field, found) if column else None

    def _residence(self, values: Mapping[str, str], found: list[Refusal]) -> ResidenceKind:
        residence = self._person.residence
        return residence if isinstance(residence, ResidenceKind) else meaning(residence, values, found) or ResidenceKind.PERMANENT

    def _check(self, draft: PersonDraft) -> list[Refusal]:
        """What is wrong whatever is on the register."""
        found = list(check_text(draft.name, "name", most=80))
        if draft.identity_number is not None:
            found.extend(check_identity(draft.identity_number, self._today))
        if draft.phone is not None:
            found.extend(check_phone(draft.phone))
        if draft.born_on is not None and draft.born_on > self._today:
            found.append(refusal("IN_THE_FUTURE", "bornOn"))
        return found


class _HouseholdReader:
    """Reads which household a row names."""

    def __init__(self, household: HouseholdOf) -> None:
        self._key = Template(household.key)
        self._name = templates(household.name)
        self._relation = household.relation

    def of(self, values: Mapping[str, str], found: list[Refusal]) -> WantedHousehold | None:
        """None for a row without the household's number."""
        key = self._key.fill(values)
        if not key:
            return None
        if len(key) > MOST_KEY:
            found.append(refusal("TOO_LONG", "household", most=MOST_KEY))
        name = fill_first(self._name, values) or ""
        relation = meaning(self._relation, values, found) if self._relation else None
        return WantedHousehold(key=key, name=name, relation=relation)
