"""Things: the homes, buildings, organisations, assets, places and grids that a duty concerns."""

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.lists import looked_up
from wangge_core.duties import placed
from wangge_core.duties.asking import Ask
from wangge_core.duties.doing import fulfils, tally_of
from wangge_core.duties.found import Condition, Found, Row, ground_of
from wangge_core.duties.given import Question, of_ask
from wangge_core.places.units import UnitUse
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.duties import PATROLS
from wangge_core.rights.visibility import building_rule, everybody, unit_rule, within_grid


def homes(ask: Ask, question: Question) -> Found:
    row, building, near = t.unit.alias(), t.building.alias(), t.building.alias()
    is_home = row.c.use == UnitUse.HOME.value

    def of_household(entry: Row) -> Condition:
        household = t.household.alias()
        living = sa.select(household.c.id).where(household.c.unit_id == row.c.id).correlate_except(household)
        return entry.c.household_id.in_(living)

    return Found(
        id=row.c.id,
        grid_id=building.c.grid_id,
        source=building.join(row, row.c.building_id == building.c.id),
        where=(looked_up(row.c.building_id, sa.select(near.c.id).where(looked_up(near.c.grid_id, ground_of(ask)))), is_home),
        since=building.c.created_at,
        seen=unit_rule(row, question.viewer),
        tally=tally_of(ask, lambda entry: entry.c.unit_id == row.c.id, of_household),
        position=lambda: (building.c.longitude, building.c.latitude),
    )


def things(name: str) -> Callable[[Ask, Question], Found]:
    """Buildings, organisations, assets and places: each lies in a grid, and entries of the ledger name it."""
    table = t.metadata.tables[name]
    rules = {"building": building_rule, "place": everybody}
    rule = rules.get(name, within_grid(Capability.READ_PLACES))
    there: Mapping[str, Callable[[Row], Condition]] = {
        "organization": lambda row: row.c.state == "OPEN",
        "asset": lambda row: row.c.state != "REMOVED",
    }

    def find(ask: Ask, question: Question) -> Found:
        row = table.alias()
        where = [looked_up(row.c.grid_id, ground_of(ask)), *(there[name](row) for name in (name,) if name in there)]
        if ask.target.kinds:
            where.append(row.c.kind_id.in_(ask.target.kinds))
        tie = "route_id" if ask.duty.does in PATROLS else f"{name}_id"
        return Found(
            id=row.c.id,
            grid_id=row.c.grid_id,
            source=row,
            where=tuple(where),
            since=row.c.created_at,
            seen=rule(row, question.viewer),
            tally=tally_of(ask, lambda entry: entry.c[tie] == row.c.id),
            position=lambda: placed.of_thing(row),
        )

    return find


def grids(ask: Ask, question: Question) -> Found:
    row = t.grid.alias()
    window = ask.window
    assert window is not None
    different = window.kind == "DIFFERENT"
    tally = _households_visited(row, ask) if different else tally_of(ask, lambda entry: entry.c.grid_id == row.c.id)
    return Found(
        id=row.c.id,
        grid_id=row.c.id,
        source=row,
        where=(looked_up(row.c.id, ground_of(ask)), row.c.level == ask.target.level.value),
        since=row.c.created_at,
        seen=everybody(row, question.viewer),
        tally=tally,
        position=lambda: placed.of_grid(row),
    )


def _households_visited(grid: Row, ask: Ask) -> sa.ColumnElement[int]:
    """How many different households of a grid were visited in the window, themselves or one of their members, whichever duty it was for."""
    visit, person = t.visit.alias(), t.person.alias()
    household = sa.func.coalesce(visit.c.household_id, person.c.household_id)
    query = (
        sa.select(sa.cast(sa.func.count(sa.distinct(household)), sa.BigInteger))
        .select_from(visit.outerjoin(person, person.c.id == visit.c.person_id))
        .where(visit.c.grid_id == grid.c.id, *fulfils(visit, ask.duty.does))
        .where(visit.c.started_at >= of_ask(ask, "begin"), visit.c.started_at < of_ask(ask, "end"))
    )
    return query.correlate(grid).scalar_subquery()
