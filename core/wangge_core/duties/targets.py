"""Targets: whom and what a duty concerns now, as a select of the present rows with what was done for each.

Each select goes by the grids of its ground to the few things in them, and from each thing by an index to its entries in the ledger, so
that it costs as much as the ground is large, and not the town.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Instant
from wangge_core.db.lists import looked_up
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.duties import placed
from wangge_core.duties.asking import Ask
from wangge_core.duties.doing import done_of, tally_of
from wangge_core.duties.given import Question, of_ask
from wangge_core.duties.later import Later
from wangge_core.people.homes import ResidenceKind
from wangge_core.places.units import UnitUse
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.duties import PATROLS
from wangge_core.plugin.declarations.roles import Level
from wangge_core.rights.needs_seen import need_rule
from wangge_core.rights.visibility import (
    building_rule,
    event_rule,
    everybody,
    household_rule,
    person_rule,
    unit_rule,
    within_grid,
)

Row = sa.FromClause
Condition = sa.ColumnElement[bool]
NOWHERE = sa.cast(sa.null(), sa.Float(53))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The parts of a select of things: their row, grid, and since when they are there; whether the viewer sees them; and what was done.

    `due_by` is set where each thing has its own time.
    """

    id: sa.ColumnElement[Any]
    grid_id: sa.ColumnElement[Any]
    source: sa.FromClause
    where: tuple[Condition, ...]
    since: sa.ColumnElement[Any]
    seen: Condition
    tally: sa.ColumnElement[int]
    position: Callable[[], placed.Position]
    due_by: sa.ColumnElement[Any] | None = None


def ground_of(ask: Ask) -> sa.Select[Any]:
    """The keys of the grids on which a duty asks for something."""
    grid = t.grid.alias()
    wanted: list[Condition] = [grid.c.layer_id == BASE_LAYER, grid.c.ended_at.is_(None)]
    if ask.path:
        wanted.append(_below(grid, ask, "path"))
    wanted += [sa.not_(_below(grid, ask, f"without_{at}")) for at in range(len(ask.without))]
    if ask.duty.grid_types is not None:
        wanted.append(_of_types(grid, ask))
    return sa.select(grid.c.id).where(*wanted).correlate_except(grid)


def _of_types(grid: Row, ask: Ask) -> Condition:
    """Of a type that the duty holds on; of the levels above, which have a type of their own, those right above such grids."""
    types, child = sorted(ask.duty.grid_types or ()), t.grid.alias()
    if ask.target.sort != "GRID" or ask.target.level is Level.GRID:
        return grid.c.grid_type_id.in_(types)
    held = (child.c.parent_id == grid.c.id, child.c.grid_type_id.in_(types), child.c.ended_at.is_(None))
    return _there_is(sa.select(1).where(*held).correlate_except(child))


def _there_is(query: sa.Select[Any]) -> Condition:
    """True where it finds a row. PostgreSQL would read a whole table first to answer an EXISTS of many rows; this it looks up for each."""
    return query.limit(sa.literal_column("1")).scalar_subquery().is_not(None)


def _below(grid: Row, ask: Ask, path: str) -> Condition:
    """Below a path of the ask, by its name."""
    start, end = (of_ask(ask, name, grid.c.path.type) for name in (path, f"end_of_{path}"))
    return sa.and_(grid.c.path >= start, grid.c.path < end)


def select_of(ask: Ask, question: Question) -> sa.Select[Any]:
    """The things of an ask: its number and sort, key and grid of each, its tally, what is needed, by when, since when it is there, whether
    the viewer sees it and where it is; and of the ask what is done; and where what was missed is made up, and the duty
    held all through the period before, when that period and the present one began."""
    found = FINDING[ask.target.sort](ask, question)
    window, shared = ask.window, ask.window is not None and ask.window.kind == "SHARE"
    longitude, latitude = found.position() if question.near is not None and not shared else (NOWHERE, NOWHERE)
    columns = {
        "id": found.id,
        "grid_id": found.grid_id,
        "tally": found.tally,
        "amount": sa.literal(1, sa.BigInteger) if window is None else of_ask(ask, "amount", sa.BigInteger),
        "due_by": of_ask(ask, "due_by") if found.due_by is None else found.due_by,
        "since": found.since,
        "seen": found.seen,
        "longitude": longitude,
        "latitude": latitude,
    }
    query = sa.select(*(column.label(name) for name, column in columns.items())).select_from(found.source).where(*found.where)
    rows = (_shared(query, ask) if shared else query).subquery()
    made_up = window is not None and window.before is not None and ask.since < window.before
    return sa.select(
        sa.literal(ask.number, sa.Integer).label("ask"),
        sa.literal("GRID" if shared else ask.target.sort, sa.Text).label("sort"),
        *rows.c,
        sa.literal(ask.duty.does.value, sa.Text).label("does"),
        sa.cast(of_ask(ask, "before") if made_up else sa.null(), Instant).label("earlier"),
        sa.cast(of_ask(ask, "begin") if made_up else sa.null(), Instant).label("begin"),
    )


def _shared(query: sa.Select[Any], ask: Ask) -> sa.Select[Any]:
    """A share of the things of each grid, as one thing to do: how many of them make it up, and of how many it was done."""
    assert ask.window is not None
    each = query.subquery()
    needed = (sa.func.count() * of_ask(ask, "amount", sa.BigInteger) + 99) // 100
    done = sa.func.sum(sa.case((done_of(each.c.tally) > 0, 1), else_=0))
    columns: list[sa.ColumnElement[Any]] = [
        each.c.grid_id.label("id"),
        each.c.grid_id,
        sa.cast(done, sa.BigInteger).label("tally"),
        sa.cast(needed, sa.BigInteger).label("amount"),
        sa.func.max(each.c.due_by, type_=Instant).label("due_by"),
        sa.func.min(each.c.since, type_=Instant).label("since"),
        sa.true().label("seen"),
        NOWHERE.label("longitude"),
        NOWHERE.label("latitude"),
    ]
    return sa.select(*columns).group_by(each.c.grid_id)


# Households and people


def _household(ask: Ask, question: Question) -> Found:
    row, target = t.household.alias(), ask.target
    where = [looked_up(row.c.grid_id, ground_of(ask)), _is_lived_in(row)]
    needs = question.viewer.scope(Capability.READ_NEEDS).covers(row.c.grid_id)
    seen = household_rule(row, question.viewer)
    if target.without_need:
        where.append(sa.not_(_has_need(row, question)))
        seen = sa.and_(seen, needs)
    if target.with_temporary:
        where.append(_member(row, lambda person: person.c.residence == ResidenceKind.TEMPORARY.value))
    if target.kinds:
        where.append(_has_need(row, question, target.kinds))
        seen = sa.and_(seen, _has_need(row, question, target.kinds, seen=True))

    def of_member(entry: Row) -> Condition:
        person = t.person.alias()
        members = sa.select(person.c.id).where(person.c.household_id == row.c.id).correlate_except(person)
        return entry.c.person_id.in_(members)

    return Found(
        id=row.c.id,
        grid_id=row.c.grid_id,
        source=row,
        where=tuple(where),
        since=row.c.created_at,
        seen=seen,
        tally=tally_of(ask, lambda entry: entry.c.household_id == row.c.id, of_member),
        position=lambda: placed.of_household(row),
    )


def _is_lived_in(household: Row) -> Condition:
    """Somebody belongs to it now, or nobody ever did: it was registered without its members."""
    member = t.household_member.alias()
    ever = _there_is(sa.select(1).where(member.c.household_id == household.c.id).correlate_except(member))
    return sa.or_(_member(household, lambda person: person.c.removed_at.is_(None)), sa.not_(ever))


def _member(household: Row, condition: Callable[[Row], Condition]) -> Condition:
    person = t.person.alias()
    wanted = (person.c.household_id == household.c.id, condition(person))
    return _there_is(sa.select(1).where(*wanted).correlate_except(person))


def _has_need(household: Row, question: Question, kinds: tuple[str, ...] = (), *, seen: bool = False) -> Condition:
    person, need = t.person.alias(), t.need.alias()
    wanted = [person.c.household_id == household.c.id, need.c.ends_at > question.moment]
    wanted.append(need.c.kind_id.in_(kinds) if kinds else _is_ordinary(need))
    if seen:
        wanted.append(need_rule(need, question.viewer))
    joined = person.join(need, need.c.person_id == person.c.id)
    return _there_is(sa.select(1).select_from(joined).where(*wanted).correlate_except(person, need))


def _is_ordinary(need: Row) -> Condition:
    """Of a kind that is not sensitive. Without the others a list of those who have no need would tell who has one of them."""
    kind = t.need_kind.alias()
    return need.c.kind_id.not_in(sa.select(kind.c.id).where(kind.c.sensitive))


def _person(ask: Ask, question: Question) -> Found:
    """One row for each person who has such a need, however many; where it counts from the setting of the need, the first of those."""
    row, need, target = t.person.alias(), t.need.alias(), ask.target
    of_kind = (need.c.kind_id.in_(target.kinds), need.c.ends_at > question.moment)
    having = sa.select(need.c.person_id).where(looked_up(need.c.grid_id, ground_of(ask)), *of_kind)
    if ask.window is None:
        having = having.where(need.c.created_at >= of_ask(ask, "oldest"))
    since = sa.select(sa.func.min(need.c.created_at, type_=Instant)).where(need.c.person_id == row.c.id, *of_kind)
    since_set = since.correlate_except(need).scalar_subquery()
    others = [_needs(row, question, (kind,)) for kind in target.also] + [
        sa.not_(_needs(row, question, (kind,))) for kind in target.not_also
    ]
    own = ask.window is None

    def of_household(entry: Row) -> Condition:
        return entry.c.household_id == row.c.household_id

    return Found(
        id=row.c.id,
        grid_id=row.c.grid_id,
        source=row,
        where=(looked_up(row.c.id, having), row.c.removed_at.is_(None), *others),
        since=since_set,
        seen=sa.and_(
            person_rule(row, question.viewer),
            *(_needs(row, question, kinds, seen=True) for kinds in (target.kinds, *((kind,) for kind in target.also))),
        ),
        tally=tally_of(ask, lambda entry: entry.c.person_id == row.c.id, of_household, begin=since_set if own else None),
        position=lambda: placed.of_person(row),
        due_by=Later(since_set, ask.seconds) if own else None,
    )


def _needs(person: Row, question: Question, kinds: tuple[str, ...], *, seen: bool = False) -> Condition:
    need = t.need.alias()
    wanted = [need.c.person_id == person.c.id, need.c.kind_id.in_(kinds), need.c.ends_at > question.moment]
    if seen:
        wanted.append(need_rule(need, question.viewer))
    return _there_is(sa.select(1).where(*wanted).correlate_except(need))


# Things and places


def _unit(ask: Ask, question: Question) -> Found:
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


def _thing(name: str) -> Callable[[Ask, Question], Found]:
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


def _grid(ask: Ask, question: Question) -> Found:
    row = t.grid.alias()
    window = ask.window
    assert window is not None
    different = window.kind == "DIFFERENT"
    tally = placed.households_visited(row, ask) if different else tally_of(ask, lambda entry: entry.c.grid_id == row.c.id)
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


# Events


def _event(ask: Ask, question: Question) -> Found:
    row, target, window = t.event.alias(), ask.target, ask.window
    from_closing = target.closed
    since = row.c.closed_at if from_closing else row.c.reported_at
    where = [looked_up(row.c.grid_id, ground_of(ask)), _is_for_everybody(row)]
    if window is None:
        where.append(since >= of_ask(ask, "oldest"))
    else:
        where.append(sa.not_(row.c.closed))
    if target.kinds:
        where.append(row.c.kind_id.in_(target.kinds))
    if target.urgent:
        where.append(row.c.priority == "URGENT")
    if from_closing:
        where.append(row.c.closed)
    if target.unrated:
        report = t.public_report.alias()
        rated = sa.select(1).where(report.c.event_id == row.c.id, report.c.rating.is_not(None)).correlate_except(report)
        where.append(sa.not_(_there_is(rated)))
    if target.one_in > 1:
        where.append(row.c.id % target.one_in == 0)
    return Found(
        id=row.c.id,
        grid_id=row.c.grid_id,
        source=row,
        where=tuple(where),
        since=since,
        seen=event_rule(row, question.viewer),
        tally=tally_of(ask, lambda entry: entry.c.event_id == row.c.id, begin=since if window is None else None),
        position=lambda: placed.of_event(row),
        due_by=Later(since, ask.seconds) if window is None else None,
    )


def _is_for_everybody(event: Row) -> Condition:
    """Of a kind that is not kept from who serves the grid."""
    kind = t.event_kind.alias()
    return event.c.kind_id.not_in(sa.select(kind.c.id).where(kind.c.hidden_from_grid))


def _asked(ask: Ask, question: Question) -> Found:
    """Tasks of events: done when they have ended, whatever the ledger says."""
    row, event = t.task.alias(), t.event.alias()
    return Found(
        id=event.c.id,
        grid_id=row.c.grid_id,
        source=row.join(event, event.c.id == row.c.event_id),
        where=(
            looked_up(row.c.grid_id, ground_of(ask)),
            row.c.kind.in_(ask.target.kinds),
            row.c.given_at >= of_ask(ask, "oldest"),
            sa.or_(row.c.open, row.c.done),
            _is_for_everybody(event),
        ),
        since=row.c.given_at,
        seen=event_rule(event, question.viewer),
        tally=sa.cast(sa.case((row.c.open, 0), else_=1), sa.BigInteger),
        position=lambda: placed.of_event(event),
        due_by=Later(row.c.given_at, ask.seconds),
    )


FINDING: Mapping[str, Callable[[Ask, Question], Found]] = {
    "HOUSEHOLD": _household,
    "PERSON": _person,
    "UNIT": _unit,
    "BUILDING": _thing("building"),
    "ORGANIZATION": _thing("organization"),
    "ASSET": _thing("asset"),
    "PLACE": _thing("place"),
    "GRID": _grid,
    "EVENT": _event,
    "TASK": _asked,
}
