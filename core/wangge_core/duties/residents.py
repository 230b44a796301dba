"""Residents: the households and people whom a duty concerns. Who may not see a need is not told whose it is, and of a sensitive one not
even that somebody has it.
"""

from collections.abc import Callable

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Instant
from wangge_core.db.lists import looked_up
from wangge_core.duties import placed
from wangge_core.duties.asking import Ask
from wangge_core.duties.doing import tally_of
from wangge_core.duties.found import Condition, Found, Row, ground_of, there_is
from wangge_core.duties.given import Question, of_ask
from wangge_core.duties.later import Later
from wangge_core.people.homes import ResidenceKind
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.needs_seen import need_rule
from wangge_core.rights.visibility import household_rule, person_rule


def households(ask: Ask, question: Question) -> Found:
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
        where.append(_is_told(question, target.kinds, seen))

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
    ever = there_is(sa.select(1).where(member.c.household_id == household.c.id).correlate_except(member))
    return sa.or_(_member(household, lambda person: person.c.removed_at.is_(None)), sa.not_(ever))


def _member(household: Row, condition: Callable[[Row], Condition]) -> Condition:
    person = t.person.alias()
    wanted = (person.c.household_id == household.c.id, condition(person))
    return there_is(sa.select(1).where(*wanted).correlate_except(person))


def _has_need(household: Row, question: Question, kinds: tuple[str, ...] = (), *, seen: bool = False) -> Condition:
    person, need = t.person.alias(), t.need.alias()
    wanted = [person.c.household_id == household.c.id, need.c.ends_at > question.moment]
    wanted.append(need.c.kind_id.in_(kinds) if kinds else _is_ordinary(need))
    if seen:
        wanted.append(need_rule(need, question.viewer))
    joined = person.join(need, need.c.person_id == person.c.id)
    return there_is(sa.select(1).select_from(joined).where(*wanted).correlate_except(person, need))


def _is_ordinary(need: Row) -> Condition:
    """Of a kind that is not sensitive. Without the others a list of those who have no need would tell who has one of them."""
    kind = t.need_kind.alias()
    return need.c.kind_id.not_in(sa.select(kind.c.id).where(kind.c.sensitive))


def _is_told(question: Question, kinds: tuple[str, ...], seen: Condition) -> Condition:
    """Where one of the kinds is sensitive only to who sees it: in a grid of few people the mere number of them tells who they are. The
    service itself counts them all for its figures."""
    if question.viewer.viewer.is_system:
        return sa.true()
    kind = t.need_kind.alias()
    sensitive = sa.select(1).where(kind.c.id.in_(kinds), kind.c.sensitive).correlate_except(kind)
    return sa.or_(sa.not_(there_is(sensitive)), seen)


def persons(ask: Ask, question: Question) -> Found:
    """One row for each person who has such a need, however many; where it counts from the setting of the need, the first of those."""
    row, need, target = t.person.alias(), t.need.alias(), ask.target
    of_kind = (need.c.kind_id.in_(target.kinds), need.c.ends_at > question.moment)
    having = sa.select(need.c.person_id).where(looked_up(need.c.grid_id, ground_of(ask)), *of_kind)
    if ask.window is None:
        having = having.where(need.c.created_at >= of_ask(ask, "oldest"), need.c.created_at < of_ask(ask, "end"))
    since = sa.select(sa.func.min(need.c.created_at, type_=Instant)).where(need.c.person_id == row.c.id, *of_kind)
    since_set = since.correlate_except(need).scalar_subquery()
    others = [_needs(row, question, (kind,)) for kind in target.also]
    others += [sa.not_(_needs(row, question, (kind,))) for kind in target.not_also]
    own = ask.window is None
    kinds_of_each = (target.kinds, *((kind,) for kind in target.also))
    seen = sa.and_(person_rule(row, question.viewer), *(_needs(row, question, kinds, seen=True) for kinds in kinds_of_each))
    told = _is_told(question, (*target.kinds, *target.also), seen)

    def of_household(entry: Row) -> Condition:
        return entry.c.household_id == row.c.household_id

    return Found(
        id=row.c.id,
        grid_id=row.c.grid_id,
        source=row,
        where=(looked_up(row.c.id, having), row.c.removed_at.is_(None), *others, told),
        since=since_set,
        seen=seen,
        tally=tally_of(ask, lambda entry: entry.c.person_id == row.c.id, of_household, begin=since_set if own else None),
        position=lambda: placed.of_person(row),
        due_by=Later(since_set, ask.seconds) if own else None,
    )


def _needs(person: Row, question: Question, kinds: tuple[str, ...], *, seen: bool = False) -> Condition:
    need = t.need.alias()
    wanted = [need.c.person_id == person.c.id, need.c.kind_id.in_(kinds), need.c.ends_at > question.moment]
    if seen:
        wanted.append(need_rule(need, question.viewer))
    return there_is(sa.select(1).where(*wanted).correlate_except(need))
