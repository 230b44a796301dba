"""Groups: changes of one transaction, in order. Those of one kind that follow each other go to their operation together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.rights.viewers import Viewer
from wangge_core.sync.changes import MOST_ID, Answer, Change, Taken, Thing
from wangge_core.sync.clocks import PhoneClock
from wangge_core.sync.held_then import HeldThen
from wangge_core.sync.kinds import KINDS, OLDEST, VERSIONED
from wangge_core.sync.known import Known, Made, digest_of, is_same, keep, known_changes
from wangge_core.sync.telling import REUSED, WAITS, done, refused


@dataclass(frozen=True, slots=True)
class _Ready:
    """A change that its operation may look at."""

    place: int
    change: Change
    taken: Taken
    request: Any


def _event_of(change: Change) -> int | None:
    """The event that a change names by its id; None where another change makes it."""
    if change.request is None or change.about is not None:
        return None
    kind = KINDS[change.kind]
    return kind.changes(change.request) if kind.thing == "Event" else None


class Group:
    """The changes of one transaction, as they are done."""

    def __init__(self, work: Work, viewer: Viewer, clock: PhoneClock, held: HeldThen) -> None:
        self.work, self.viewer, self.clock, self.held = work, viewer, clock, held
        self.known: dict[str, Known] = {}
        self.made: list[Made] = []
        self.answers: dict[int, Answer] = {}
        self.run: list[_Ready] = []
        """What waits to be handed to its operation: changes of one kind and of one viewer."""
        self.run_by = viewer
        self.there_since: dict[int, datetime] = {}
        """Since when the events are there that changes name."""

    async def do(self, changes: Sequence[Change]) -> list[Answer]:
        """The answers in order. Raises what operations raise; nothing of the group must be committed then."""
        self.known = await known_changes(self.work, self.viewer, {id for one in changes for id in (one.client_id, *one.needs)})
        self.there_since = await self._there_since(changes)
        for place, change in enumerate(changes):
            waiting = {one.change.client_id for one in self.run}
            if waiting & {change.client_id, *change.needs}:
                await self._flush()
            taken = self.clock.taken(change.captured_at)
            told = self._answer(change, taken)
            if told is not None:
                self.answers[place] = told
                continue
            by = await self.held.at(self.work, self._moment(change, taken))
            if self.run and (self.run[0].change.kind != change.kind or self.run_by is not by):
                await self._flush()
            self.run_by = by
            self.run.append(_Ready(place, change, taken, self._request(change, taken)))
        await self._flush()
        await keep(self.work, self.viewer, self.made)
        await self._tell_versions()
        return [self.answers[place] for place in range(len(changes))]

    async def _there_since(self, changes: Sequence[Change]) -> dict[int, datetime]:
        event = t.event
        named = {id for one in changes if (id := _event_of(one)) is not None}
        rows = await self.work.by_ids((event.c.reported_at,), event.c.id, named)
        return {id: row.reported_at for id, row in rows.items()}

    def _moment(self, change: Change, taken: Taken) -> datetime:
        """As of when rights count: nobody had any to an event before it was there, whatever the phone says."""
        return max(taken.at, self.there_since.get(_event_of(change) or 0, taken.at))

    def _answer(self, change: Change, taken: Taken) -> Answer | None:
        """The answer to a change that its operation need not look at."""
        known = self.known.get(change.client_id)
        if known is not None and (change.refusal is not None or not is_same(self.work, known, change)):
            return refused(change, refusal(REUSED, "clientId"), taken, known.thing)
        if known is not None:
            return done(change, known.thing, taken, again=True)
        found = list(self._wrong(change, taken))
        return refused(change, found, taken) if found else None

    def _wrong(self, change: Change, taken: Taken) -> Iterator[Refusal]:
        yield from check_text(change.client_id, "clientId", most=MOST_ID)
        if change.refusal is not None:
            yield change.refusal
        if taken.at < self.work.now - OLDEST:
            yield refusal("SYNC_TOO_OLD", "capturedAt", days=OLDEST.days)
        for id in change.needs:
            if id not in self.known:
                yield refusal(WAITS, "about" if id == change.about else "after", id=id[:MOST_ID])
        about = self.known.get(change.about or "")
        if about is not None and (about.thing is None or about.thing.type != KINDS[change.kind].thing):
            yield refusal("SYNC_ABOUT_OTHER", "about", id=(change.about or "")[:MOST_ID], what=KINDS[change.kind].thing)

    def _request(self, change: Change, taken: Taken) -> Any:
        kind, about = KINDS[change.kind], self.known.get(change.about or "")
        request = kind.timed(change.request, change, taken)
        return request if about is None or about.thing is None or kind.about is None else kind.about(request, about.thing.id)

    async def _flush(self) -> None:
        """Hand what waits to its operation."""
        run, self.run = self.run, []
        if not run:
            return
        kind = KINDS[run[0].change.kind]
        outcomes = await kind.do(self.work, self.run_by, [one.request for one in run])
        for one, outcome in zip(run, outcomes, strict=True):
            changed = kind.changes(one.request) or outcome.id
            if outcome.refusals:
                thing = None if changed is None else Thing(kind.thing, changed)
                self.answers[one.place] = refused(one.change, outcome.refusals, one.taken, thing)
                continue
            thing = None if outcome.id is None else Thing(kind.thing, outcome.id)
            self.answers[one.place] = done(one.change, thing, one.taken)
            self.made.append(Made(one.change, one.taken, thing))
            self.known[one.change.client_id] = Known(digest_of(one.change), thing)

    async def _tell_versions(self) -> None:
        """Put the present version to all things that have one."""
        for type, table in VERSIONED.items():
            things = {place: one.thing for place, one in self.answers.items() if one.thing is not None and one.thing.type == type}
            rows = await self.work.by_ids((table.c.version,), table.c.id, {one.id for one in things.values()})
            for place, thing in things.items():
                if thing.id in rows:
                    told = replace(thing, version=rows[thing.id].version)
                    self.answers[place] = replace(self.answers[place], thing=told)
