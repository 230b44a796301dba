"""Pulling: the things that the viewer's posts need on a phone, all of them at first, then what has changed since.

Told are ids alone: what stands behind them is read as everything is, by the viewer's rights and logged. What is due for a duty is computed
and never stored, so a phone reads its due lists again when it is told that they may have changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from wangge_core.campaigns.outcomes import CampaignState, TargetState
from wangge_core.campaigns.seen import campaign_rule, target_rule
from wangge_core.db import tables as t
from wangge_core.db.outbox.pages import Change, present, read_page
from wangge_core.db.outbox.positions import Position, StaleCursorError, read_cursor
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import Row, Rule, event_rule, household_rule, is_addressed, person_rule, task_rule

MOST_THINGS = 20_000
"""Things of one type that a phone is told of at first; a post over more of them reads them by lists."""
MOST_CHANGES = 2_000
"""Changes that one pull looks at."""
CHANGES_OF_POSTS = frozenset({"post", "delegation", "access_grant"})
CHANGES_OF_DUE = frozenset({"visit", "patrol", "duty", "need", "person", "household", "place", "asset"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """Global ids of what is there anew or has changed, and of what is not there for the viewer any more. Where `whole` is set, the phone
    forgets what it has: `changed` is everything. `left_out` are the types of which there is too much."""

    cursor: str
    whole: bool
    more: bool = False
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    due_changed: bool = False
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sort:
    """A type of things on phones: its table, who sees one, and which of those one sees are needed on the ground of a post."""

    type: str
    table: sa.Table
    rule: Rule
    needed: Callable[[Row, sa.ColumnElement[bool], BoundViewer], sa.ColumnElement[bool]]


def _of_running(row: Row) -> sa.ColumnElement[bool]:
    campaign = t.campaign.alias()
    running = sa.select(campaign.c.id).where(campaign.c.state == CampaignState.RUNNING.value)
    return row.c.campaign_id.in_(running)


SORTS = (
    _Sort("Task", t.task, task_rule, lambda row, _, viewer: sa.and_(row.c.open, is_addressed(row, viewer))),
    _Sort("Event", t.event, event_rule, lambda row, there, _: sa.and_(sa.not_(row.c.closed), there)),
    _Sort("Household", t.household, household_rule, lambda _, there, __: there),
    _Sort("Person", t.person, person_rule, lambda _, there, __: there),
    _Sort("Campaign", t.campaign, campaign_rule, lambda row, _, __: row.c.state == CampaignState.RUNNING.value),
    _Sort(
        "CampaignTarget",
        t.campaign_target,
        target_rule,
        lambda row, there, _: sa.and_(row.c.state == TargetState.OPEN.value, there, _of_running(row)),
    ),
)
TYPES = {"task": "Task", "event": "Event", "household": "Household", "person": "Person", "campaign": "Campaign"}
"""The type of the thing that a topic of the outbox begins with."""
TOLD_GONE = frozenset({"Household", "Person"})
"""What a phone must forget when it is not the viewer's to read any more."""


async def pull(work: Work, viewer: Viewer, after: str | None) -> Pulled:
    """What the viewer's posts need, or what of it has changed after a cursor. Raises OutboxCursorError for what is no cursor.

    Where too much has happened since, or the posts themselves have changed, it is everything again.
    """
    if after is None:
        return await _whole(work, viewer)
    try:
        changes, next, more = await _changes(work, read_cursor(after, on_sqlite=work.on_sqlite))
    except StaleCursorError:
        return await _whole(work, viewer)
    seen = await _Seen.of(work, viewer, changes)
    if seen.begins_anew:
        return await _whole(work, viewer)
    changed, gone = await _parted(work, viewer, seen)
    return Pulled(cursor=next.cursor, whole=False, more=more, changed=changed, gone=gone, due_changed=seen.due_changed)


async def _whole(work: Work, viewer: Viewer) -> Pulled:
    """Everything. The position is that of before it is read, so that nothing is missed between."""
    position = await present(work)
    changed, left_out = list[str](), list[str]()
    bound = BoundViewer(viewer)
    for sort in SORTS:
        row = sort.table.alias()
        wanted = sa.and_(sort.rule(row, bound), sort.needed(row, _on_ground(row, viewer), bound))
        found = await work.rows(sa.select(row.c.id).where(wanted).order_by(row.c.id).limit(MOST_THINGS + 1))
        if len(found) > MOST_THINGS:
            left_out.append(sort.type)
        else:
            changed += (f"{sort.type}:{one.id}" for one in found)
    return Pulled(cursor=position.cursor, whole=True, changed=tuple(changed), due_changed=True, left_out=tuple(left_out))


def _on_ground(row: Row, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Whether a thing lies on the ground of one of the viewer's posts."""
    grid = t.grid.alias()
    below = [sa.and_(grid.c.path >= path, grid.c.path < path[:-1] + END) for path in _paths(viewer)]
    return row.c.grid_id.in_(sa.select(grid.c.id).where(sa.or_(sa.false(), *below)))


def _paths(viewer: Viewer) -> tuple[str, ...]:
    return tuple(sorted({path for post in viewer.posts for path in post.paths}))


async def _changes(work: Work, position: Position) -> tuple[list[Change], Position, bool]:
    found: list[Change] = []
    while True:
        page = await read_page(work, position)
        found, position = [*found, *page.changes], page.next
        if not page.more or len(found) >= MOST_CHANGES:
            return found, position, page.more


@dataclass(slots=True)
class _Seen:
    """What of a stretch of changes concerns a viewer: things by type, and what of them has left the ground or was merged away."""

    things: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    away: set[int] = field(default_factory=set[int])
    begins_anew: bool = False
    due_changed: bool = False

    @classmethod
    async def of(cls, work: Work, viewer: Viewer, changes: Sequence[Change]) -> "_Seen":
        named = {id for one in changes for id in (one.grid_id, one.content.get("left")) if id is not None}
        grids = await work.by_ids((t.grid.c.path,), t.grid.c.id, named)
        own, seen = _paths(viewer), cls()
        needs = set[int]()
        for one in changes:
            sort = one.topic.partition(".")[0]
            here = any(grids[id].path.startswith(own) for id in (one.grid_id, one.content.get("left")) if id in grids) and bool(own)
            if (sort in CHANGES_OF_POSTS and one.content.get("account") == viewer.account_id) or (sort == "grid" and here):
                seen.begins_anew = True
            if here or sort in ("task", "campaign"):
                seen._note(sort, one, needs)
            seen.due_changed |= here and sort in CHANGES_OF_DUE
        persons = await work.by_ids((t.need.c.person_id,), t.need.c.id, needs)
        seen.things.setdefault("Person", set()).update(row.person_id for row in persons.values())
        return seen

    def _note(self, sort: str, change: Change, needs: set[int]) -> None:
        if sort == "need":
            needs.add(change.thing_id)
        if sort in TYPES:
            self.things.setdefault(TYPES[sort], set()).add(change.thing_id)
        if change.topic == "person.merged":
            self.away.add(change.content["doubled"])


async def _parted(work: Work, viewer: Viewer, seen: _Seen) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the viewer sees of what has changed, and what of people is not the viewer's to see any more."""
    changed, bound, reads = list[str](), BoundViewer(viewer), bool(viewer.scope(Capability.READ_PEOPLE).paths)
    gone = [f"Person:{id}" for id in sorted(seen.away) if reads]
    for sort in SORTS:
        ids = seen.things.get(sort.type, set()) - (seen.away if sort.type == "Person" else set())
        row = sort.table.alias()
        there = await work.by_ids((), row.c.id, ids, sort.rule(row, bound))
        changed += (f"{sort.type}:{id}" for id in sorted(there))
        if reads and sort.type in TOLD_GONE:
            gone += (f"{sort.type}:{id}" for id in sorted(ids - there.keys()))
    return tuple(changed), tuple(gone)
