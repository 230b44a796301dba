"""Replay: the present state of events rebuilt from their history alone, and where it differs from what is stored.

Each entry tells its stage, its number, and in `changes` the new values of what else it changed. What an entry did not tell, as entries
from before changes were kept, is not compared.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text
from wangge_core.db.work import Work
from wangge_core.errors import WanggeError
from wangge_core.events.assignments import GIVEN, PARTS
from wangge_core.events.history import REPLAYED, HistoryEntryKind
from wangge_core.events.workflows import definition_of
from wangge_core.plugin.definitions import WorkflowDefinition

BATCH = 500
AT_WORK = "at_work"
UNTOLD: Mapping[str, Any] = {"closed_at": None, "filed_limit": None, "opened_by_event_id": None, "part_of_id": None} | {
    "joined_to_id": None,
    "deferred_until": None,
    "times_reported": 1,
    "times_chased": 0,
    "times_extended": 0,
    "assignee_id": None,
    "assignee_office_id": None,
}
"""What holds from the report on until an entry says otherwise, where the report tells its changes at all."""


@dataclass(slots=True)
class Replayed:
    """The state of an event after so many entries, by column; `at_work` lists [post id, office id, state of the part], the lead first."""

    definition: WorkflowDefinition
    state: dict[str, Any] = field(default_factory=dict[str, Any])


Effect = Callable[[Replayed, Mapping[str, Any]], None]
"""What an entry does to the state, beside what its `changes` say."""


def _reported(replayed: Replayed, entry: Mapping[str, Any]) -> None:
    final = replayed.definition.stage(entry["to_stage"]).final
    replayed.state |= {"entered_stage_at": entry["at"], "closed": final, AT_WORK: []}
    if entry["changes"] is not None:
        replayed.state |= UNTOLD


def _moved(replayed: Replayed, entry: Mapping[str, Any]) -> None:
    if entry["from_stage"] == entry["to_stage"]:
        return
    final = replayed.definition.stage(entry["to_stage"]).final
    replayed.state |= {"entered_stage_at": entry["at"], "closed": final}


EFFECTS: dict[str, Effect] = {HistoryEntryKind.REPORTED.value: _reported, HistoryEntryKind.MOVED.value: _moved}
"""By the kind of entry. All others change what their `changes` say, and nothing else."""


def replay(definition: WorkflowDefinition, entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The state that these entries, in order, come to; without what they do not tell."""
    replayed = Replayed(definition)
    for one in entries:
        if effect := EFFECTS.get(one["entry"]):
            effect(replayed, one)
        replayed.state |= {"stage": one["to_stage"], "version": one["sequence"]}
        changes: Mapping[str, Any] = one["changes"] or {}
        for name, value in changes.items():
            _change(replayed.state, name, value)
    return replayed.state


def _change(state: dict[str, Any], name: str, value: Any) -> None:
    if name == GIVEN:
        state[AT_WORK] = [list(one) for one in value]
    elif name == PARTS:
        parts = {(post, office): part for post, office, part in value}
        state[AT_WORK] = [[post, office, parts.get((post, office), part)] for post, office, part in state.get(AT_WORK, [])]
    elif name in REPLAYED:
        state[name] = value


class HistoryDiffersError(WanggeError):
    """Events stand otherwise than their history comes to: somebody has written beside the operations."""

    code = "HISTORY_DIFFERS"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the stored state of an event is not what its history comes to."""

    event_id: int
    name: str
    stored: Any
    replayed: Any

    def __str__(self) -> str:
        return f"event {self.event_id}: {self.name} is {self.stored!r}, its history comes to {self.replayed!r}"


async def check_replay(
    work: Work, *, most: int = 100, progress: Callable[[int], None] = lambda _: None
) -> tuple[int, list[Difference]]:
    """Replay all events in batches; how many there are, and the first differences. `progress` is told how many were replayed."""
    found: list[Difference] = []
    last, count = 0, 0
    while ids := await _batch(work, last):
        async for one in _differences(work, ids):
            found += one[: max(0, most - len(found))]
        last, count = ids[-1], count + len(ids)
        progress(len(ids))
    return count, found


async def count_events(work: Work) -> int:
    """How many events there are to replay."""
    return await work.value(sa.select(sa.func.count()).select_from(t.event))


async def _batch(work: Work, last: int) -> list[int]:
    event = t.event
    return [row.id for row in await work.rows(sa.select(event.c.id).where(event.c.id > last).order_by(event.c.id).limit(BATCH))]


async def _differences(work: Work, ids: Sequence[int]) -> AsyncIterator[list[Difference]]:
    event, version, done, given = t.event, t.workflow_version, t.event_history, t.event_assignment
    told = [event.c[name] for name in sorted(REPLAYED | {"stage", "version"})]
    rows = await work.rows(
        sa.select(event.c.id, event.c.workflow_version_id, version.c.hash, *told)
        .join(version, version.c.id == event.c.workflow_version_id)
        .where(event.c.id.in_(ids))
    )
    entries: dict[int, list[Mapping[str, Any]]] = {}
    query = sa.select(done.c.event_id, done.c.sequence, done.c.entry, done.c.from_stage, done.c.to_stage, done.c.at, done.c.changes)
    for row in await work.rows(query.where(done.c.event_id.in_(ids)).order_by(done.c.event_id, done.c.sequence)):
        entries.setdefault(row.event_id, []).append({str(name): value for name, value in row._mapping.items()})
    at_work: dict[int, list[Any]] = {}
    active = sa.select(given.c.event_id, given.c.post_id, given.c.office_id, given.c.part_state)
    for row in await work.rows(active.where(given.c.event_id.in_(ids), given.c.active).order_by(given.c.lead.desc(), given.c.id)):
        at_work.setdefault(row.event_id, []).append([row.post_id, row.office_id, row.part_state])
    for row in rows:
        definition = await definition_of(work, row.workflow_version_id, row.hash)
        stored = dict(row._mapping) | {AT_WORK: at_work.get(row.id, [])}
        yield list(_compared(row.id, stored, entries.get(row.id, []), replay(definition, entries.get(row.id, []))))


def _compared(
    id: int, stored: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], state: Mapping[str, Any]
) -> Iterator[Difference]:
    numbers = [one["sequence"] for one in entries]
    if numbers != list(range(1, len(entries) + 1)) or not entries:
        yield Difference(id, "history", len(entries), numbers[-1] if numbers else 0)
        return
    told_all = all(one["changes"] is not None for one in entries if one["entry"] == HistoryEntryKind.REPORTED.value)
    for name in sorted(set(state) if told_all else {"stage", "version", "closed"} & set(state)):
        if _plain(stored[name]) != _plain(state[name]):
            yield Difference(id, name, _plain(stored[name]), _plain(state[name]))


def _plain(value: Any) -> Any:
    return instant_text(value) if isinstance(value, datetime) else value
