"""Visibility: for each sort of thing, which rows a viewer may read, as a condition for a WHERE.

Grids, places and everything declared are public. Buildings, units, organisations and assets ask for READ_PLACES over their grid,
people and households for READ_PEOPLE, the homes that somebody has had for READ_PRIVATE; residents see their own record, household and
home, and those of the children in their care. An event is visible to READ_EVENTS over its grid, to whom it was given (as a post or
through an office), to its reporter, and to residents involved in it; complaints about who serves a grid or community are kept from it.
A post is visible within one's grids, to its holder and to who stands in; so are accounts, and shifts with their post. A task is seen by
who sees its event, and by whom it was addressed to. Photographs and files are seen by who sees an
event that they are on, and by who sent them. Visits and patrols ask for READ_WORK over their grid and are seen by who did them, visits of
a resident by that one too; the track of a patrol asks for READ_TRACKS or is one's own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.lists import looked_up
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer, Way

Row = sa.FromClause
Condition = Callable[[Row, BoundViewer], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows a viewer sees. `there` is asked of all of them, whatever the reason for which they are seen.

    It leaves out the tombstones of who was merged or erased, and complaints that are kept from the viewer.
    """

    condition: Condition
    there: Condition | None = field(default=None, kw_only=True)

    def __call__(self, row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
        seen = self.condition(row, viewer)
        there = sa.true() if self.there is None else self.there(row, viewer)
        return seen if isinstance(there, sa.True_) or isinstance(seen, sa.False_) else sa.and_(there, seen)


@dataclass(frozen=True, slots=True)
class GroundRule(Rule):
    """Rows whose grid lies where the viewer has a capability, and what is seen `beside` them for another reason."""

    over: Capability
    beside: Condition | None = None


def within_grid(capability: Capability, *, beside: Condition | None = None, there: Condition | None = None) -> GroundRule:
    """Rows whose grid lies where the viewer has the capability, and those beside them."""

    def condition(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
        scope = viewer.scope(capability)
        seen = scope.covers(row.c.grid_id)
        if beside is None or scope.has_whole_ground or isinstance(own := beside(row, viewer), sa.False_):
            return seen
        return own if isinstance(seen, sa.False_) else sa.or_(seen, own)

    return GroundRule(condition, capability, beside, there=there)


def is_living(person: Row) -> sa.ColumnElement[bool]:
    """True for persons that were neither merged into another nor erased."""
    return person.c.removed_at.is_(None)


def _everybody(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    del row, viewer
    return sa.true()


def _living(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    del viewer
    return is_living(row)


def _own_person(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    return viewer.is_own_person(row.c.id)


def _own_household(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    person = t.person.alias()
    own = viewer.is_own_person(person.c.id)
    if _constant(own):
        return own
    return looked_up(row.c.id, sa.select(person.c.household_id).where(own, person.c.household_id.isnot(None)))


def _own_units(viewer: BoundViewer) -> sa.CompoundSelect[Any] | None:
    """The homes of the viewer and of the children in the viewer's care; None where the viewer is no resident."""
    person, household, residence = t.person.alias(), t.household.alias(), t.residence.alias()
    if _constant(viewer.is_own_person(person.c.id)):
        return None
    lived_in = sa.select(residence.c.unit_id).where(
        viewer.is_own_person(residence.c.person_id), residence.c.moved_out_on.is_(None), residence.c.unit_id.isnot(None)
    )
    of_household = (
        sa.select(household.c.unit_id)
        .join(person, person.c.household_id == household.c.id)
        .where(viewer.is_own_person(person.c.id), household.c.unit_id.isnot(None))
    )
    return sa.union(lived_in, of_household)


def _own_building(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    units = _own_units(viewer)
    if units is None:
        return sa.false()
    unit = t.unit.alias()
    return looked_up(row.c.id, sa.select(unit.c.building_id).where(unit.c.id.in_(units)))


def _unit(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    building, units = t.building.alias(), _own_units(viewer)
    scope = viewer.scope(Capability.READ_PLACES).covers(building.c.grid_id)
    if isinstance(scope, sa.True_):
        return scope
    within = sa.exists(sa.select(1).where(building.c.id == row.c.building_id, scope).correlate(row))
    within = scope if isinstance(scope, sa.False_) else within
    return within if units is None else sa.or_(looked_up(row.c.id, units), within)


def of_person(capability: Capability) -> Rule:
    """Rows about a person (`person_id`) whose present grid lies where the viewer has the capability, or who is the viewer's own."""

    def condition(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
        person = t.person.alias()
        scope = viewer.scope(capability).covers(person.c.grid_id)
        own = viewer.is_own_person(row.c.person_id)
        if isinstance(scope, sa.False_):
            return own
        seen = sa.exists(sa.select(1).where(person.c.id == row.c.person_id, is_living(person), scope).correlate(row))
        return seen if _constant(own) else sa.or_(own, seen)

    return Rule(condition)


def _own_event(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Reported by the viewer, given to one of the viewer's posts or offices, or with the viewer or a child in care involved."""
    if viewer.viewer.reporting_event_id is not None:
        return row.c.id == viewer.viewer.reporting_event_id
    if not viewer.signed_in or not viewer.reads_own:
        return sa.false()
    narrow = viewer.scope(Capability.READ_EVENTS).is_narrow
    # each part goes by an index of its own then
    by_index = viewer.way in (Way.COUNTED, Way.SIFTED) or (viewer.way is Way.WALKED and narrow)
    parts: list[sa.ColumnElement[bool]] = [row.c.reporter_id == viewer.account_id]
    given, tie = t.event_assignment.alias(), t.involvement.alias()
    if to_me := _ties(given, viewer):
        parts.append(_referred(row, given, to_me, by_index=by_index))
    if not _constant(involved := viewer.is_own_person(tie.c.person_id)):
        parts.append(_referred(row, tie, [involved], by_index=by_index))
    return parts[0] if len(parts) == 1 else sa.or_(*parts)


def _ties(given: Row, viewer: BoundViewer) -> list[sa.ColumnElement[bool]]:
    """How an assignment can be to the viewer."""
    ties = (viewer.holds_post(given.c.post_id), viewer.is_of_office(given.c.office_id))
    return [tie for tie in ties if not _constant(tie)]


def _referred(event: Row, other: Row, ties: list[sa.ColumnElement[bool]], *, by_index: bool) -> sa.ColumnElement[bool]:
    """True for events to which a row of another table refers that has one of these ties."""
    if by_index:
        found = [sa.select(other.c.event_id).where(one) for one in ties]
        return looked_up(event.c.id, found[0] if len(found) == 1 else sa.union(*found))
    return sa.exists(sa.select(1).where(other.c.event_id == event.c.id, sa.or_(*ties)).correlate(event))


def _not_withheld(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Of a kind that is kept from nobody; or else seen from above, reported, or given to the viewer by another community."""
    if viewer.viewer.withheld is None:
        return sa.true()
    checked, given = viewer.coming(Way.REFERRED), t.event_assignment.alias()
    seen = [checked.from_above.covers(row.c.grid_id), row.c.reporter_id == checked.account_id]
    if to_me := _ties(given, checked):
        elsewhere = sa.not_(checked.communities.covers(row.c.grid_id))
        seen.append(sa.and_(elsewhere, _referred(row, given, to_me, by_index=False)))
    return sa.or_(sa.not_(checked.is_withheld(row.c.kind_id)), *seen)


def _post(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    scopes = {viewer.scope(capability) for capability in (Capability.READ_EVENTS, Capability.MANAGE_POSTS)}
    if any(scope.everywhere for scope in scopes):
        return sa.true()
    by_scope = sa.or_(*(scope.covers(row.c.grid_id, of_base=False) for scope in scopes))
    if viewer.stands_in:
        by_scope = sa.or_(by_scope, viewer.holds_post(row.c.id))
    return sa.or_(by_scope, row.c.account_id == viewer.account_id) if viewer.signed_in else by_scope


def _post_papers(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Why a post ended is for its holder and for who manages posts there."""
    managed = viewer.scope(Capability.MANAGE_POSTS).covers(row.c.grid_id, of_base=False)
    return sa.or_(managed, row.c.account_id == viewer.account_id) if viewer.signed_in else managed


def _delegation(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Who stands in, and why, is for that one, for the post's holder and for who manages posts there."""
    post = t.post.alias()
    papers = _post_papers(post, viewer.coming(Way.REFERRED))
    if _constant(papers):
        return papers
    seen = sa.exists(sa.select(1).where(post.c.id == row.c.post_id, papers).correlate(row))
    return sa.or_(row.c.account_id == viewer.account_id, seen) if viewer.signed_in else seen


def _own_grant(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    return row.c.account_id == viewer.account_id if viewer.signed_in else sa.false()


def _account(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Oneself, and whoever holds a post that one can see; an account without a post is seen by who manages posts anywhere."""
    if not viewer.scope(Capability.MANAGE_POSTS).nowhere:
        return sa.true()
    if not viewer.signed_in:
        return sa.false()
    post, scope = t.post.alias(), viewer.scope(Capability.READ_EVENTS)
    if scope.is_narrow and viewer.way is not Way.REFERRED:
        oneself = sa.select(t.account.c.id).where(t.account.c.id == viewer.account_id)
        seen = scope.covers(post.c.grid_id, of_base=False)
        seen = sa.or_(seen, viewer.holds_post(post.c.id)) if viewer.stands_in else seen
        holders = sa.select(post.c.account_id).where(seen)
        return looked_up(row.c.id, sa.union(oneself, holders))
    held = sa.exists(sa.select(1).where(post.c.account_id == row.c.id, _post(post, viewer.coming(Way.REFERRED))).correlate(row))
    return sa.or_(row.c.id == viewer.account_id, held)


def _of_event(row: Row, viewer: BoundViewer, rule: Rule) -> sa.ColumnElement[bool]:
    """True for attachments on an event that `rule` lets the viewer see."""
    event, on = t.event.alias(), t.event_attachment.alias()
    seen = rule(event, viewer.coming(Way.REFERRED))
    if isinstance(seen, sa.False_):
        return seen
    return sa.exists(
        sa.select(1)
        .select_from(on.join(event, event.c.id == on.c.event_id))
        .where(on.c.attachment_id == row.c.id, seen)
        .correlate(row)
    )


def _on_event(capability: Capability | None) -> Condition:
    def condition(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
        seen = _of_event(row, viewer, event_rule if capability is None else within_grid(capability, there=_not_withheld))
        own = row.c.uploader_id == viewer.account_id if viewer.signed_in else sa.false()
        return own if isinstance(seen, sa.False_) else sa.or_(own, seen)

    return condition


def _addressed(to: Row, viewer: BoundViewer) -> list[sa.ColumnElement[bool]]:
    """How a task can be addressed to the viewer: as a post, as an office, as a role over the grid in which a post may act."""
    ties = (
        viewer.holds_post(to.c.post_id),
        viewer.is_of_office(to.c.office_id),
        viewer.takes_part_in(to.c.role_id, to.c.grid_id),
    )
    return [tie for tie in ties if viewer.reads_own and not _constant(tie)]


def is_addressed(task: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """True for tasks that are addressed to the viewer now. They are looked up, by the posts, offices, and grids of the viewer."""
    to, acting = t.task_addressee.alias(), viewer.acting()
    ties = (viewer.holds_post(to.c.post_id), viewer.is_of_office(to.c.office_id))
    found = [sa.select(to.c.task_id).where(to.c.open, tie) for tie in ties if not _constant(tie)]
    if viewer.acts:
        by_role = sa.and_(to.c.grid_id == acting.c.grid_id, to.c.role_id == acting.c.role_id)
        found.append(sa.select(to.c.task_id).select_from(sa.join(acting, to, by_role)).where(to.c.open))
    if not found or not viewer.reads_own:
        return sa.false()
    return looked_up(task.c.id, found[0] if len(found) == 1 else sa.union(*found))


def _task(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Of an event that one sees, and what is or was addressed to oneself."""
    checked, event, to = viewer.coming(Way.REFERRED), t.event.alias(), t.task_addressee.alias()
    parts: list[sa.ColumnElement[bool]] = []
    if ties := _addressed(to, checked):
        parts.append(sa.exists(sa.select(1).where(to.c.task_id == row.c.id, sa.or_(*ties)).correlate(row)))
    if not isinstance(seen := event_rule(event, checked), sa.False_):
        parts.append(sa.exists(sa.select(1).where(event.c.id == row.c.event_id, seen).correlate(row)))
    return sa.or_(sa.false(), *parts)


def _task_there(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Not of an event that is kept from the viewer."""
    event = t.event.alias()
    there = _not_withheld(event, viewer.coming(Way.REFERRED))
    return there if _constant(there) else sa.exists(sa.select(1).where(event.c.id == row.c.event_id, there).correlate(row))


def _shift(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """As its post is seen."""
    post = t.post.alias()
    seen = _post(post, viewer.coming(Way.REFERRED))
    return seen if _constant(seen) else sa.exists(sa.select(1).where(post.c.id == row.c.post_id, seen).correlate(row))


def _own_account(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """What the viewer did; not for a machine that was not given that."""
    return row.c.account_id == viewer.account_id if viewer.signed_in and viewer.reads_own else sa.false()


def _visited(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    return viewer.is_own_person(row.c.person_id)


def _own_visit(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Made by the viewer, or of the viewer or a child in the viewer's care."""
    parts = [one for one in (_own_account(row, viewer), _visited(row, viewer)) if not _constant(one)]
    return sa.or_(sa.false(), *parts)


def _own_patrol(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Recorded by the viewer, or with the viewer taking part: whoever records one takes part in it."""
    part = t.participation.alias()
    own = _own_account(part, viewer)
    if _constant(own):
        return own
    return looked_up(row.c.id, sa.select(part.c.patrol_id).where(own, part.c.patrol_id.isnot(None)))


def _track(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """One's own, and where the patrol's grid is covered."""
    patrol, own = t.patrol.alias(), _own_account(row, viewer)
    scope = viewer.coming(Way.REFERRED).scope(Capability.READ_TRACKS).covers(patrol.c.grid_id)
    if isinstance(scope, sa.False_):
        return own
    seen = sa.exists(sa.select(1).where(patrol.c.id == row.c.patrol_id, scope).correlate(row))
    return seen if _constant(own) else sa.or_(own, seen)


def _calendar_change(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """With the right to set calendars, which hold for everybody."""
    del row
    return sa.true() if viewer.scope(Capability.MANAGE_CALENDARS).has_whole_ground else sa.false()


def _constant(condition: sa.ColumnElement[bool]) -> bool:
    return isinstance(condition, sa.True_ | sa.False_)


everybody = Rule(_everybody)
person_rule = within_grid(Capability.READ_PEOPLE, beside=_own_person, there=_living)
household_rule = within_grid(Capability.READ_PEOPLE, beside=_own_household)
person_private_rule = within_grid(Capability.READ_PRIVATE, beside=_own_person)
household_private_rule = within_grid(Capability.READ_PRIVATE, beside=_own_household)
residence_rule = of_person(Capability.READ_PRIVATE)
building_rule = within_grid(Capability.READ_PLACES, beside=_own_building)
unit_rule = Rule(_unit)
event_rule = within_grid(Capability.READ_EVENTS, beside=_own_event, there=_not_withheld)
post_rule = Rule(_post)
delegation_rule = Rule(_delegation)
access_grant_rule = within_grid(Capability.READ_ACCESS_LOG, beside=_own_grant)
post_papers_rule = Rule(_post_papers)
account_rule = Rule(_account)
attachment_rule = Rule(_on_event(None))
attachment_private_rule = Rule(_on_event(Capability.READ_PRIVATE))
task_rule = Rule(_task, there=_task_there)
shift_rule = Rule(_shift)
calendar_change_rule = Rule(_calendar_change)
visit_rule = within_grid(Capability.READ_WORK, beside=_own_visit)
visit_private_rule = within_grid(Capability.READ_PRIVATE, beside=_visited)
patrol_rule = within_grid(Capability.READ_WORK, beside=_own_patrol)
track_rule = Rule(_track)
