"""Profiles: the figures of a grid and all below it, as a map shows them on a click. Each is counted when it is asked for, by an index."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.lists import Checked
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.places.organizations import OrganizationState
from wangge_core.places.units import UnitOccupancy, UnitUse
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.grid_types import Each
from wangge_core.rights.bound import Way
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.posts_held import in_term, is_held
from wangge_core.rights.visibility import event_rule, is_living
from wangge_core.staffing.figures import Beyond
from wangge_core.staffing.lines import chosen
from wangge_schema.reading.declare import expression, planned
from wangge_schema.reading.sources import Asking, Expression, Row
from wangge_schema.scalars import DateTime
from wangge_schema.types.nodes import AtOrBelow

COUNT_COSTS = 10
"""As much as `totalCount`."""
GROUND, GRIDS = AtOrBelow(), AtOrBelow("id")
PUBLISHED = "without READ_PEOPLE over all of it the published count, null where none is"
PEOPLE, PLACES, EVENTS = Capability.READ_PEOPLE, Capability.READ_PLACES, Capability.READ_EVENTS
WORK = Capability.READ_WORK
POSTS = (EVENTS, Capability.MANAGE_POSTS)
Where = Callable[[Row, Asking], sa.ColumnElement[bool]]


def has_profile(row: Row, profile: Row, asking: Asking) -> sa.ColumnElement[bool]:
    """Joins a grid with its profile: one of the base layer, or an overlay's that is made of base grids."""
    for known in (asking.wide_rows, asking.base_rows):
        if row in known:
            known.add(profile)  # it is the same grid
    same = profile.c.id == row.c.id
    return same if row in asking.base_rows else sa.and_(same, sa.or_(profile.c.layer_id == BASE_LAYER, _has_parts(profile)))


def _has_parts(row: Row) -> sa.ColumnElement[bool]:
    part = t.grid_part.alias()
    return sa.exists(sa.select(1).where(part.c.overlay_grid_id == row.c.id).correlate(row))


def _over(row: Row, asking: Asking, *capabilities: Capability) -> sa.ColumnElement[bool]:
    """True where the viewer has one of the capabilities over the whole ground of the grid."""
    scopes = [asking.viewer.scope(one) for one in capabilities]
    if any(scope.everywhere for scope in scopes):
        return sa.true()
    held = [scope.holds for scope in scopes if not scope.nowhere]
    if not held:
        return sa.false()
    within = sa.or_(*(holds(row.c.path) for holds in held))
    if row in asking.base_rows:
        return within
    part, base = t.grid_part.alias(), t.grid.alias()
    elsewhere = sa.not_(sa.or_(*(holds(base.c.path) for holds in held)))
    parts = sa.select(1).select_from(part.join(base, base.c.id == part.c.base_grid_id)).where(part.c.overlay_grid_id == row.c.id)
    return sa.or_(within, sa.and_(_has_parts(row), sa.not_(sa.exists(parts.where(elsewhere).correlate(row)))))


def _number(row: Row, asking: Asking, table: sa.Table, where: Where) -> sa.ColumnElement[int]:
    """How many rows of a table on the grid's ground."""
    target = table.alias()
    bound = GROUND.ground(row, asking).bound(target, Way.SIFTED)
    return sa.select(sa.func.count()).select_from(target).where(bound, where(target, asking)).correlate(row).scalar_subquery()


def _units(row: Row, asking: Asking, *conditions: Callable[[Row], sa.ColumnElement[bool]]) -> sa.ColumnElement[int]:
    building, unit = t.building.alias(), t.unit.alias()
    bound = GROUND.ground(row, asking).bound(building, Way.SIFTED)
    source = sa.join(building, unit, unit.c.building_id == building.c.id)
    counted = sa.select(sa.func.count()).select_from(source).where(bound, *(one(unit) for one in conditions))
    return counted.correlate(row).scalar_subquery()


def _published(row: Row, name: str) -> sa.ColumnElement[Any]:
    statistic = t.grid_statistic.alias()
    return sa.select(statistic.c[name]).where(statistic.c.grid_id == row.c.id).correlate(row).scalar_subquery()


def _counted(make: Expression, description: str, *needed: Capability, published: str = "", form: str = "number") -> Any:
    """A field with a figure for whom one of the capabilities holds over the whole ground; others get the published one, or null."""

    def make_both(row: Row, asking: Asking) -> sa.ColumnElement[Any]:
        held = _over(row, asking, *needed)
        otherwise = _published(row, published) if published else sa.null()
        return otherwise if isinstance(held, sa.False_) else sa.case((held, make(row, asking)), else_=otherwise)

    return expression(make_both, description, form=form, weight=COUNT_COSTS)


def _all(row: Row, asking: Asking) -> sa.ColumnElement[bool]:
    del row, asking
    return sa.true()


def _rows(table: sa.Table, where: Where = _all) -> Expression:
    return lambda row, asking: _number(row, asking, table, where)


def _lives_here(person: Row, _: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(is_living(person), person.c.residence.is_not(None))


def _open(event: Row, asking: Asking) -> sa.ColumnElement[bool]:
    """Not ended, and not kept from the viewer."""
    assert event_rule.there is not None
    return sa.and_(sa.not_(event.c.closed), event_rule.there(event, asking.viewer))


def _overdue(event: Row, asking: Asking) -> sa.ColumnElement[bool]:
    now = asking.viewer.now
    return sa.and_(_open(event, asking), sa.or_(event.c.whole_due_at <= now, event.c.stage_due_at <= now))


def _held(post: Row, asking: Asking) -> sa.ColumnElement[bool]:
    return in_term(post, asking.viewer.now)


def _vacant(row: Row, asking: Asking) -> sa.ColumnElement[Any]:
    """Of the lines that grids' templates have for each grid itself, what is missing. `vacancies` tells the others too."""
    grid, line, post = t.grid.alias(), t.staffing_position.alias(), t.post.alias()
    there = sa.and_(post.c.grid_id == grid.c.id, post.c.role_id == line.c.role_id, is_held(post, asking.viewer.now))
    held = sa.select(sa.func.count()).select_from(post).where(there).correlate_except(post).scalar_subquery()
    on = GRIDS.ground(row, asking).bound(grid, Way.SIFTED)
    lines = sa.join(grid, line, chosen(grid, line))
    missing = sa.select(sa.func.coalesce(sa.func.sum(Beyond(line.c.least, held)), 0)).select_from(lines)
    each = sa.and_(line.c.each == Each.GRID.value, line.c.least > 0)
    return missing.where(on, each).correlate(row).scalar_subquery()


def _last(table: sa.Table, moment: str) -> Expression:
    """The latest of the latest of each grid, each by an index."""

    def last(row: Row, asking: Asking) -> sa.ColumnElement[Any]:
        grid, of = t.grid.alias(), table.alias()
        latest = sa.select(sa.func.max(of.c[moment])).where(of.c.grid_id == grid.c.id).correlate(grid).scalar_subquery()
        on = GRIDS.ground(row, asking).bound(grid, Way.SIFTED)
        return sa.select(sa.func.max(latest)).select_from(grid).where(on).correlate(row).scalar_subquery()

    return last


def _published_at(row: Row, asking: Asking) -> sa.ColumnElement[Any]:
    held = _over(row, asking, PEOPLE)
    return sa.case((held, sa.null()), else_=_published(row, "counted_at"))


def _used_as(use: UnitUse) -> Expression:
    return lambda row, asking: _units(row, asking, lambda unit: unit.c.use == use.value)


def _is_vacant(unit: Row) -> sa.ColumnElement[bool]:
    return unit.c.occupancy == UnitOccupancy.VACANT.value


def _is_other(unit: Row) -> sa.ColumnElement[bool]:
    return sa.and_(*(unit.c.use != use.value for use in (UnitUse.HOME, UnitUse.SHOP)))


@planned(table=t.grid, data_class=DataClass.STAFF)
class GridProfile:
    """The figures of a grid and all below it, counted now; of an overlay's grid those of the base grids that it is made of. A figure that
    asks for a right is null for who does not have it over all of this ground, but people and homes are told as they were last published."""

    persons: int | None = _counted(
        _rows(t.person, _lives_here), f"Persons who live there; {PUBLISHED}.", PEOPLE, published="persons"
    )
    households: int | None = _counted(_rows(t.household), f"Households; {PUBLISHED}.", PEOPLE, published="households")
    published_at: DateTime | None = expression(
        _published_at,
        "When persons and households were counted, where they are those that were published; null where they are counted now.",
        form="moment",
    )
    buildings: int | None = _counted(_rows(t.building), "Buildings. For READ_PLACES.", PLACES)
    units: int | None = _counted(
        _units, "Homes, shops and other units; without READ_PLACES the published count.", PLACES, published="units"
    )
    vacant_units: int | None = _counted(
        lambda row, asking: _units(row, asking, _is_vacant),
        "Those of them that are vacant; without READ_PLACES the published count.",
        PLACES,
        published="vacant_units",
    )
    homes: int | None = _counted(_used_as(UnitUse.HOME), "Units that are homes. For READ_PLACES.", PLACES)
    shops: int | None = _counted(_used_as(UnitUse.SHOP), "Units that are shops. For READ_PLACES.", PLACES)
    other_units: int | None = _counted(
        lambda row, asking: _units(row, asking, _is_other), "Units that are neither. For READ_PLACES.", PLACES
    )
    organizations: int | None = _counted(
        _rows(t.organization, lambda one, _: Checked(one.c.state) == OrganizationState.OPEN.value),
        "Organisations that are open. For READ_PLACES.",
        PLACES,
    )
    assets: int | None = _counted(_rows(t.asset), "Assets. For READ_PLACES.", PLACES)
    places: int = expression(_rows(t.place), "Places. For everybody.", form="number", weight=COUNT_COSTS)
    open_events: int | None = _counted(
        _rows(t.event, _open), "Events that have not ended, those kept from the viewer left out. For READ_EVENTS.", EVENTS
    )
    overdue_events: int | None = _counted(
        _rows(t.event, _overdue), "Those of them whose stage, or whole, is past its due moment. For READ_EVENTS.", EVENTS
    )
    held_posts: int | None = _counted(_rows(t.post, _held), "Posts that are held now. For READ_EVENTS or MANAGE_POSTS.", *POSTS)
    vacant_posts: int | None = _counted(
        _vacant,
        "Posts that are missing to what the staffing templates ask of each grid itself at least; `vacancies` has the others too. For "
        "READ_EVENTS or MANAGE_POSTS.",
        *POSTS,
    )
    last_visit_at: DateTime | None = _counted(
        _last(t.visit, "started_at"), "When the last visit, talk or check of the ledger began. For READ_WORK.", WORK, form="moment"
    )
    last_confirmed_at: DateTime | None = _counted(
        _last(t.person, "confirmed_at"),
        "When somebody last found the record of a person there still true. For READ_PEOPLE.",
        PEOPLE,
        form="moment",
    )
