"""Choosing: which things stand on a campaign's list, as one select. Whoever chooses needs the right to read what it is chosen by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.campaigns.outcomes import CampaignAim
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.months import after_months
from wangge_core.people.homes import ResidenceKind
from wangge_core.places.assets import AssetState
from wangge_core.places.organizations import OrganizationState
from wangge_core.places.units import UnitOccupancy, UnitUse
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.needs_seen import need_rule
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Viewer

OLDEST = 150
MOST_CHOICES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Persons who live there; of an age in whole years on the day of the start, and with a need of one of these kinds, where given.

    Whoever has no day of birth on the register is chosen by no age.
    """

    least_age: int | None = None
    most_age: int | None = None
    residence: tuple[ResidenceKind, ...] = ()
    need_kinds: tuple[str, ...] = ()

    @property
    def by_age(self) -> bool:
        return self.least_age is not None or self.most_age is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Units that are homes; those that are occupied like this, where given."""

    occupancy: tuple[UnitOccupancy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """Assets of these kinds, but those that were removed."""

    kind_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places of these kinds."""

    kind_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Organizations:
    """Organisations that are open; those of these trades, where given."""

    trades: tuple[str, ...] = ()


Chosen = Persons | Homes | Assets | Places | Organizations
AIMS: dict[type[Any], CampaignAim] = {
    Persons: CampaignAim.PERSONS,
    Homes: CampaignAim.HOMES,
    Assets: CampaignAim.ASSETS,
    Places: CampaignAim.PLACES,
    Organizations: CampaignAim.ORGANIZATIONS,
}


def aim_of(chosen: Chosen) -> CampaignAim:
    return AIMS[type(chosen)]


async def check_chosen(work: Work, viewer: Viewer, chosen: Chosen, path: str) -> list[Refusal]:
    """Whether this may be chosen by this viewer over the grid with this path."""
    missing = [one for one in _needed(chosen) if not viewer.may(one, path)]
    if missing:
        return [refusal("NOT_ALLOWED", "targets")]
    found = list(_ages(chosen)) if isinstance(chosen, Persons) else []
    for table, ids, field in _kinds(chosen):
        found += await _unknown(work, table, ids, field)
    if isinstance(chosen, Persons) and not found:
        found += await _sensitive(work, chosen.need_kinds)
    return found


def _needed(chosen: Chosen) -> Iterator[Capability]:
    """The rights to read what it is chosen by."""
    if isinstance(chosen, Places):
        return
    yield Capability.READ_PEOPLE if isinstance(chosen, Persons) else Capability.READ_PLACES
    if isinstance(chosen, Persons) and chosen.by_age:
        yield Capability.READ_PRIVATE
    if isinstance(chosen, Persons) and chosen.need_kinds:
        yield Capability.READ_NEEDS


def _ages(chosen: Persons) -> Iterator[Refusal]:
    for age, field in ((chosen.least_age, "targets.persons.leastAge"), (chosen.most_age, "targets.persons.mostAge")):
        if age is not None and not 0 <= age <= OLDEST:
            yield refusal("OUT_OF_RANGE", field, least=0, most=OLDEST)
    if chosen.least_age is not None and chosen.most_age is not None and chosen.least_age > chosen.most_age:
        yield refusal("OUT_OF_RANGE", "targets.persons.mostAge", least=chosen.least_age, most=OLDEST)


def _kinds(chosen: Chosen) -> Iterator[tuple[sa.Table, Sequence[str], str]]:
    match chosen:
        case Persons(need_kinds=ids) if ids:
            yield t.need_kind, ids, "targets.persons.needKindIds"
        case Assets(kind_ids=ids):
            yield t.asset_kind, ids, "targets.assets.kindIds"
        case Places(kind_ids=ids):
            yield t.place_kind, ids, "targets.places.kindIds"
        case _:
            return


async def _unknown(work: Work, table: sa.Table, ids: Sequence[str], field: str) -> list[Refusal]:
    if not ids:
        return [refusal("REQUIRED", field)]
    if len(ids) > MOST_CHOICES:
        return [refusal("TOO_MANY", field, most=MOST_CHOICES)]
    known = await work.by_ids((), table.c.id, ids)
    return [refusal("KIND_UNKNOWN", f"{field}.{place}", id=id) for place, id in enumerate(ids) if id not in known]


async def _sensitive(work: Work, need_kinds: Sequence[str]) -> list[Refusal]:
    """Whoever sees the list would know who on it has such a need, and many see it who may not see the need itself."""
    kind = t.need_kind
    sensitive = await work.by_ids((), kind.c.id, need_kinds, kind.c.sensitive)
    field = "targets.persons.needKindIds"
    return [refusal("NEED_SENSITIVE", f"{field}.{place}", id=id) for place, id in enumerate(need_kinds) if id in sensitive]


def candidates(work: Work, viewer: Viewer, chosen: Chosen, path: str, *, age_unknown: bool = False) -> sa.Select[Any, Any]:
    """What stands on the list, each once: `id` and `grid_id`, in the grid with this path and below it.

    `age_unknown`: instead those whose age alone is not known.
    """
    grid = t.grid.alias()
    ground = (grid.c.layer_id == BASE_LAYER, grid.c.path >= path, grid.c.path < path[:-1] + END)
    table, conditions = _table(chosen), _conditions(work, viewer, chosen, age_unknown=age_unknown)
    if isinstance(chosen, Homes):
        lies = t.unit.join(t.building, t.building.c.id == t.unit.c.building_id).join(grid, grid.c.id == t.building.c.grid_id)
        return sa.select(t.unit.c.id, t.building.c.grid_id).select_from(lies).where(*ground, *conditions)
    own = table.join(grid, grid.c.id == table.c.grid_id)
    return sa.select(table.c.id, table.c.grid_id).select_from(own).where(*ground, *conditions)


def _table(chosen: Chosen) -> sa.Table:
    return t.metadata.tables[aim_of(chosen).column.removesuffix("_id")]


def _conditions(work: Work, viewer: Viewer, chosen: Chosen, *, age_unknown: bool) -> list[sa.ColumnElement[bool]]:
    match chosen:
        case Persons():
            return _of_persons(work, viewer, chosen, age_unknown=age_unknown)
        case Homes(occupancy=occupancy):
            home = [t.unit.c.use == UnitUse.HOME.value]
            return [*home, t.unit.c.occupancy.in_([one.value for one in occupancy])] if occupancy else home
        case Assets(kind_ids=ids):
            return [t.asset.c.kind_id.in_(ids), t.asset.c.state != AssetState.REMOVED.value]
        case Places(kind_ids=ids):
            return [t.place.c.kind_id.in_(ids)]
        case Organizations(trades=trades):
            is_open = [t.organization.c.state == OrganizationState.OPEN.value]
            return [*is_open, t.organization.c.trade.in_(trades)] if trades else is_open


def _of_persons(work: Work, viewer: Viewer, chosen: Persons, *, age_unknown: bool) -> list[sa.ColumnElement[bool]]:
    person = t.person
    found: list[sa.ColumnElement[bool]] = [person.c.removed_at.is_(None), person.c.residence.is_not(None)]
    if chosen.residence:
        found.append(person.c.residence.in_([one.value for one in chosen.residence]))
    if age_unknown:
        found.append(person.c.born_on.is_(None))
    elif chosen.by_age:
        found += _born(work.today, chosen)
    if chosen.need_kinds:
        need = t.need.alias()
        seen = need_rule(need, BoundViewer(viewer, moment=work.now))
        of_kinds = sa.select(1).where(need.c.person_id == person.c.id, need.c.kind_id.in_(chosen.need_kinds), seen)
        found.append(sa.exists(of_kinds.correlate(person)))
    return found


def _born(today: date, chosen: Persons) -> Iterator[sa.ColumnElement[bool]]:
    """Who was born on the 29th of February comes of age on the 28th where there is none."""
    if chosen.least_age is not None:
        yield t.person.c.born_on <= after_months(today, -12 * chosen.least_age)
    if chosen.most_age is not None:
        yield t.person.c.born_on > after_months(today, -12 * (chosen.most_age + 1))
