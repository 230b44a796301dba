"""Events as all their rows tell them: read at once, to be judged without the rules that wrote them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from plain_clocks import PlainCalendar, UnknownYear, due, plain_calendar
from walks import Facts
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.plugin.definitions import StageDefinition, WorkflowDefinition
from wangge_core.plugin.registry import Registry
from wangge_core.rights.viewers import Viewer

Rows = Sequence[Mapping[str, Any]]
OF_EVENT = {
    "entries": (t.event_history, "sequence"),
    "assignments": (t.event_assignment, "id"),
    "clocks": (t.event_clock, "id"),
    "pauses": (t.event_pause, "id"),
    "requests": (t.event_request, "id"),
    "chases": (t.event_chase, "id"),
    "tasks": (t.task, "id"),
    "steps": (t.project_step, "id"),
    "involved": (t.involvement, "id"),
    "projects": (t.project, "id"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is true around all events: posts' offices and which have ended, whose person an account is, households, and working time."""

    registry: Registry
    office_of: Mapping[int, int | None]
    role_of: Mapping[int, str]
    ended: set[int]
    person_of: Mapping[int, int | None]
    household_of: Mapping[int, int | None]
    calendar: PlainCalendar | None


async def around(work: Work) -> Around:
    """Read it."""
    default = await work.first(sa.select(t.calendar).where(t.calendar.c.name == "default"))
    days = await work.rows(sa.select(t.calendar_day).where(t.calendar_day.c.calendar_id == default.id)) if default else ()
    return Around(
        registry=work.rules.registry,
        office_of={row[0]: row[1] for row in await work.rows(sa.select(t.post.c.id, t.post.c.office_id))},
        role_of={row[0]: row[1] for row in await work.rows(sa.select(t.post.c.id, t.post.c.role_id))},
        ended={row[0] for row in await work.rows(sa.select(t.post.c.id).where(t.post.c.ends_at <= work.now))},
        person_of={row[0]: row[1] for row in await work.rows(sa.select(t.account.c.id, t.account.c.person_id))},
        household_of={row[0]: row[1] for row in await work.rows(sa.select(t.person.c.id, t.person.c.household_id))},
        calendar=plain_calendar(work.rules.zone, default, days) if default else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An event with all that belongs to it. `addressed` are the keys of its tasks that somebody has."""

    id: int
    row: Mapping[str, Any]
    path: str
    definition: WorkflowDefinition
    around: Around
    entries: Rows
    assignments: Rows
    clocks: Rows
    pauses: Rows
    requests: Rows
    chases: Rows
    tasks: Rows
    steps: Rows
    involved: Rows
    projects: Rows
    addressed: frozenset[int]
    open_parts: int
    joined_here: int

    @property
    def stage(self) -> StageDefinition:
        return self.definition.stage(self.row["stage"])

    @property
    def closed(self) -> bool:
        return bool(self.row["closed"])

    @property
    def joined(self) -> bool:
        return self.row["joined_to_id"] is not None

    @property
    def deferred(self) -> bool:
        return self.row["deferred_until"] is not None

    @property
    def runs(self) -> bool:
        return not (self.closed or self.joined)

    @property
    def given(self) -> Rows:
        """Who has it now, the lead first."""
        return sorted((one for one in self.assignments if one["active"]), key=lambda one: not one["lead"])

    @property
    def open_tasks(self) -> Rows:
        return [one for one in self.tasks if one["open"]]

    def waiting(self, kind: str) -> Mapping[str, Any] | None:
        """The request of a kind that waits for its decision."""
        return next((one for one in self.requests if one["kind"] == kind and one["state"] == "WAITING"), None)

    def facts(self, by: Viewer) -> Facts:
        """What decides about a viewer's moves."""
        persons = {one["person_id"] for one in self.involved} - {None}
        own = {by.person_id, *by.ward_ids} - {None}
        reporter = self.around.person_of.get(self.row["reporter_id"] or 0)
        homes = {self.around.household_of.get(one) for one in (persons | {reporter}) - {None}} - {None}
        known = by.person_id is not None
        related = known and (by.person_id in persons | {reporter} or self.around.household_of.get(by.person_id or 0) in homes)
        return Facts(
            definition=self.definition,
            registry=self.around.registry,
            stage=self.row["stage"],
            path=self.path,
            reporter_id=self.row["reporter_id"],
            entries=self.entries,
            given=self.given,
            office_of=self.around.office_of,
            works_until=partial(_works_until, self.around.calendar),
            deferred=self.deferred,
            joined=self.joined,
            open_parts=self.open_parts,
            party=bool(persons & own),
            related=related,
        )


def _works_until(calendar: PlainCalendar | None, kind: str, amount: int, since: datetime) -> datetime | None:
    try:
        return due(calendar, kind, amount, since)
    except UnknownYear:
        return None


async def seen(work: Work, ids: Sequence[int], around: Around) -> dict[int, Seen]:
    """Events by key."""
    event, grid, version = t.event, t.grid, t.workflow_version
    parts = {one: {id: [] for id in ids} for one in OF_EVENT}
    for name, (table, order) in OF_EVENT.items():
        rows = await work.rows(sa.select(table).where(table.c.event_id.in_(ids)).order_by(table.c[order]))
        for row in rows:
            parts[name][row.event_id].append(dict(row._mapping))
    to = t.task_addressee
    of_events = sa.select(t.task.c.id).where(t.task.c.event_id.in_(ids))
    addressed = {row.task_id for row in await work.rows(sa.select(to.c.task_id).where(to.c.open, to.c.task_id.in_(of_events)))}
    rows = await work.rows(
        sa.select(event, grid.c.path, version.c.workflow_id)
        .join(grid, grid.c.id == event.c.grid_id)
        .join(version, version.c.id == event.c.workflow_version_id)
        .where(sa.or_(event.c.id.in_(ids), event.c.part_of_id.in_(ids), event.c.joined_to_id.in_(ids)))
    )
    return {
        row.id: Seen(
            id=row.id,
            row=dict(row._mapping),
            path=row.path,
            definition=around.registry.workflows[row.workflow_id],
            around=around,
            addressed=frozenset(addressed),
            open_parts=sum(one.part_of_id == row.id and not one.closed for one in rows),
            joined_here=sum(one.joined_to_id == row.id for one in rows),
            **{name: parts[name][row.id] for name in OF_EVENT},
        )
        for row in rows
        if row.id in ids
    }
