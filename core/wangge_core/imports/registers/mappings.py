"""Mappings of registers: what the columns of persons, households, organisations and assets mean.

What a red line forbids has no key here: origin, ethnicity, faith and the like cannot be mapped, and columns of such names are refused.
"""

from collections.abc import Iterator
from typing import Literal

from wangge_core.imports.mappings import FileMapping, GridMapping, PositionMapping, Section, Templates, Values
from wangge_core.imports.templates import Template
from wangge_core.people.genders import Gender
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.households import Relation
from wangge_core.places.assets import AssetState
from wangge_core.places.premises import ResponsibleRole

MOST_NAME = 80


class Dates(Section, frozen=True, kw_only=True):
    """How days are written: formats of strptime. `2026-01-31` is always understood. A value that fits two of them with different
    meanings is refused."""

    formats: tuple[str, ...] = ()


class HomeColumns(Section, frozen=True, kw_only=True):
    """How the home of a row is found in its grid: `building` by name or address, `unit` by name; where the ground has no units,
    `address`. With `make_homes` buildings and units that are missing are made; `floor` is the column of a new unit's."""

    building: Templates = ()
    unit: Templates = ()
    address: Templates = ()
    floor: str = ""
    make_homes: bool = False


class HouseholdOf(Section, frozen=True, kw_only=True):
    """Which household a person belongs to, by its own number; `source` is the mapping that it came by, this one unless given.

    With `make`, it is made with its first member. `relation` is what the person is to the head.
    """

    key: str
    name: Templates = ()
    source: str = ""
    make: bool = False
    relation: Values[Relation] | None = None


class PersonColumns(Section, frozen=True, kw_only=True):
    """What a person takes from a row: `key`, `name` and `guardian` are templates, the others columns.

    `guardian` is the guardian's own number in this source. Children under 14 whose guardian is not named or has not agreed are
    refused, or come in without identity number and telephone with `without_agreement = "leave_out"`.
    """

    key: str
    name: Templates
    gender: Values[Gender] | None = None
    born_on: str = ""
    identity_number: str = ""
    phone: str = ""
    residence: ResidenceKind | Values[ResidenceKind] = ResidenceKind.PERMANENT
    moved_in_on: str = ""
    guardian: str = ""
    guardian_agreed_on: str = ""
    without_agreement: Literal["refuse", "leave_out"] = "refuse"


class HouseholdColumns(Section, frozen=True, kw_only=True):
    """What a household takes from a row: templates."""

    key: str
    name: Templates


class ResponsibleColumns(Section, frozen=True, kw_only=True):
    """Somebody who answers for an organisation: the columns of the name and of the telephone for business."""

    role: ResponsibleRole
    name: str
    phone: str = ""


class OrganizationColumns(Section, frozen=True, kw_only=True):
    """What an organisation takes from a row: `key`, `name` and `trade` are templates, `registration_code` a column."""

    key: str
    name: Templates
    trade: Templates = ()
    registration_code: str = ""
    responsible: tuple[ResponsibleColumns, ...] = ()


class AssetColumns(Section, frozen=True, kw_only=True):
    """What an asset takes from a row: `code`, its number, and `name` are templates; `kind` is the id of a kind that is there, or the
    ids that the values of a column mean; `details` names a column for each field of the kind's details."""

    code: str
    name: Templates
    kind: str | Values[str]
    state: AssetState | Values[AssetState] = AssetState.IN_ORDER
    accuracy_metres: str = ""
    details: dict[str, str] = {}  # noqa: RUF012 - msgspec copies it


class RegisterMapping(FileMapping, frozen=True, kw_only=True):
    """What the mappings of registers have in common; each says its own `key` and columns. `dates` is how days are written."""

    grid: GridMapping
    dates: Dates = Dates()

    @property
    def key(self) -> str:
        """The template of the row's own number."""
        raise NotImplementedError  # every register has its own

    def own_columns(self) -> Iterator[str]:
        """The columns that the mapping names, but for those of the grid."""
        raise NotImplementedError  # every register has its own

    def columns_by_field(self) -> dict[str, str]:
        """Where the fields of refusals stand in the file; templates as they are written."""
        return {"sourceKey": self.key, "gridId": self.grid.code or self.grid.name or " ".join(self.grid.path)}


PersonField = Literal["name", "gender", "born_on", "identity_number", "phone", "guardian"]
OrganizationField = Literal["name", "trade", "registration_code", "responsible"]
AssetField = Literal["name", "state", "position", "details"]


class PersonMapping(RegisterMapping, frozen=True, kw_only=True):
    """A file of persons. Of who is there already only the fields in `update` are changed, where the row has them and they differ."""

    person: PersonColumns
    home: HomeColumns = HomeColumns()
    household: HouseholdOf | None = None
    update: tuple[PersonField, ...] = ()

    @property
    def key(self) -> str:
        return self.person.key

    def own_columns(self) -> Iterator[str]:
        person, household = self.person, self.household
        yield from _of_templates(person.key, person.name, person.guardian)
        yield from _named(person.born_on, person.identity_number, person.phone, person.moved_in_on, person.guardian_agreed_on)
        yield from _named(person.gender, person.residence)
        yield from _of_home(self.home)
        if household is not None:
            yield from _of_templates(household.key, household.name)
            yield from _named(household.relation)

    def columns_by_field(self) -> dict[str, str]:
        person, household = self.person, self.household.key if self.household else ""
        fields = {
            "name": _written(person.name),
            "bornOn": person.born_on,
            "identityNumber": person.identity_number,
            "phone": person.phone,
            "movedInOn": person.moved_in_on,
            "guardianId": person.guardian,
            "guardianAgreedOn": person.guardian_agreed_on,
            "household": household,
            "householdId": household,
        }
        return super().columns_by_field() | fields | _home_fields(self.home)


class HouseholdMapping(RegisterMapping, frozen=True, kw_only=True):
    """A file of households."""

    household: HouseholdColumns
    home: HomeColumns

    @property
    def key(self) -> str:
        return self.household.key

    def own_columns(self) -> Iterator[str]:
        yield from _of_templates(self.household.key, self.household.name)
        yield from _of_home(self.home)

    def columns_by_field(self) -> dict[str, str]:
        return super().columns_by_field() | {"name": _written(self.household.name)} | _home_fields(self.home)


class OrganizationMapping(RegisterMapping, frozen=True, kw_only=True):
    """A file of organisations; `premises` is where one works, found as a home is."""

    organization: OrganizationColumns
    premises: HomeColumns = HomeColumns()
    update: tuple[OrganizationField, ...] = ()

    @property
    def key(self) -> str:
        return self.organization.key

    def own_columns(self) -> Iterator[str]:
        organization = self.organization
        yield from _of_templates(organization.key, organization.name, organization.trade)
        yield from _named(organization.registration_code)
        for one in organization.responsible:
            yield from _named(one.name, one.phone)
        yield from _of_home(self.premises)

    def columns_by_field(self) -> dict[str, str]:
        organization = self.organization
        fields = {
            "name": _written(organization.name),
            "trade": _written(organization.trade),
            "registrationCode": organization.registration_code,
        }
        for number, one in enumerate(organization.responsible):
            fields |= {f"responsible.{number}.name": one.name, f"responsible.{number}.phone": one.phone}
        return super().columns_by_field() | fields | _home_fields(self.premises)


class AssetMapping(RegisterMapping, frozen=True, kw_only=True):
    """A file of assets, or a map of them."""

    asset: AssetColumns
    position: PositionMapping | None = None
    update: tuple[AssetField, ...] = ()

    @property
    def key(self) -> str:
        return self.asset.code

    def own_columns(self) -> Iterator[str]:
        asset = self.asset
        yield from _of_templates(asset.code, asset.name, asset.kind if isinstance(asset.kind, str) else ())
        yield from _named(asset.kind if isinstance(asset.kind, Values) else "", asset.state, asset.accuracy_metres)
        yield from asset.details.values()
        if self.position:
            yield from (self.position.longitude, self.position.latitude)


def _written(given: Templates) -> str:
    return given if isinstance(given, str) else " ".join(given)


def _home_fields(home: HomeColumns) -> dict[str, str]:
    where = {"building": home.building, "unit": home.unit, "address": home.address}
    return {field: _written(one) for field, one in where.items()} | {"floor": home.floor}


def _of_home(home: HomeColumns) -> Iterator[str]:
    yield from _of_templates(home.building, home.unit, home.address)
    yield from _named(home.floor)


def _of_templates(*given: Templates) -> Iterator[str]:
    for one in given:
        for text in (one,) if isinstance(one, str) else one:
            yield from Template(text).columns


def _named(*given: object) -> Iterator[str]:
    for one in given:
        if isinstance(one, Values):
            yield one.column
        elif type(one) is str and one:
            yield one


def register_faults(mapping: RegisterMapping) -> Iterator[str]:
    """What contradicts itself in the mapping of a register, a sentence each."""
    for form in mapping.dates.formats:
        if "%" not in form:
            yield f"dates.formats: {form!r} is no format; write one such as %Y%m%d."
    match mapping:
        case PersonMapping():
            household = mapping.household
            yield from _home_faults(mapping.home, "home")
            if household is not None and not Template(household.key).columns:
                yield "household.key names no column, so that all rows would be of one household."
            if household is not None and household.make and not household.name:
                yield "household.make needs household.name."
            if household is not None and household.make and household.source:
                yield "household.make makes households of this source; leave out household.source."
        case HouseholdMapping():
            yield from _home_faults(mapping.home, "home")
        case OrganizationMapping():
            yield from _home_faults(mapping.premises, "premises")
        case _:
            pass


def _home_faults(home: HomeColumns, where: str) -> Iterator[str]:
    if home.unit and not home.building:
        yield f"{where}.unit needs {where}.building."
    if home.make_homes and not home.building:
        yield f"{where}.make_homes needs {where}.building."
