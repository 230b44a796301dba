"""Deriving: what is counted of an event, from its row, its history and its clocks alone. The same event gives the same facts.

Parts of a split event are counted with the whole, and what was joined to another event counts as a report alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.reports import Timeliness
from wangge_core.indicators.facts import CARRIED, NOBODY, Doer, Fact
from wangge_core.indicators.plans import Step, WorkflowPlan
from wangge_core.plugin.declarations.indicators import (
    Chases,
    Closings,
    CountedFor,
    DueToClose,
    Extensions,
    Overruns,
    Ratings,
    Reports,
    Responses,
    Results,
    Settlements,
    StepsMade,
)
from wangge_core.plugin.measuring import MeasureDefinition

MOVED = HistoryEntryKind.MOVED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of an event's history. `by_person` is whether an account made it."""

    entry: str
    to_stage: str
    at: datetime
    move: str | None = None
    from_stage: str | None = None
    by: Doer = NOBODY
    by_person: bool = False
    granted: bool = False
    rating: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deadline of an event: when its clock stopped, None while it runs, and whether a delay is not held against anybody."""

    at: datetime
    stopped_at: datetime | None = None
    exempted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What facts are derived from. `dues` are the deadlines that the plan asks for, in order, each with the moment since which it
    held, None where it always did; there is a None where there was none from a moment on."""

    reported_at: datetime
    closed: bool
    closed_at: datetime | None
    entries: Sequence[Entry]
    handler: Doer = NOBODY
    dues: Sequence[tuple[datetime | None, Due | None]] = ()
    recorded_timeliness: str | None = None
    is_part: bool = False
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class _Closing:
    """That an event was closed that had been open since then. One that was opened again has `again_at`."""

    since: datetime
    at: datetime
    by: Doer
    again_at: datetime | None = None


def facts_of(event: EventFacts, plan: WorkflowPlan, zone: ZoneInfo) -> tuple[Fact, ...]:
    """All that is counted of an event."""
    if event.is_part:
        return ()
    deriving = _Deriving(event, plan, zone)
    return tuple(deriving.reports() if event.is_joined else deriving.everything())


class _Deriving:
    def __init__(self, event: EventFacts, plan: WorkflowPlan, zone: ZoneInfo) -> None:
        self.event, self.plan, self.zone = event, plan, zone
        self.moves = [one for one in event.entries if one.entry == MOVED]
        self.closings = list(self._closings())

    def everything(self) -> Iterator[Fact]:
        yield from self.reports()
        yield from self._responses()
        yield from self._steps()
        yield from self._settlements()
        yield from self._due()
        yield from self._overruns()
        yield from self._results()
        yield from self._chases()
        yield from self._extensions()
        yield from self._ratings()

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _fact(self, measure: MeasureDefinition, at: datetime, doer: Doer, minutes: int | None = None) -> Fact:
        by = doer if measure.counted_for is CountedFor.DOER else self.event.handler
        return Fact(measure.id, self._day(at), by, minutes=minutes)

    def _closings(self) -> Iterator[_Closing]:
        """Each time it came into the stages that close it, and the end that a record gives."""
        stages, since, closed = self.plan.closing, self.event.reported_at, None
        for one in self.moves:
            if one.to_stage in stages and closed is None:
                closed = _Closing(since, one.at, one.by)
            elif one.to_stage not in stages and closed is not None:
                yield replace(closed, again_at=one.at)
                closed, since = None, one.at
        if closed is not None:
            yield closed
        elif not self.moves and self.event.closed and self.event.closed_at is not None:
            yield _Closing(since, self.event.closed_at, self.event.handler)

    @property
    def _last(self) -> _Closing | None:
        """The closing after which it is closed now."""
        return self.closings[-1] if self.closings and self.closings[-1].again_at is None else None

    def reports(self) -> Iterator[Fact]:
        first = self.event.entries[0].by if self.event.entries else NOBODY
        for measure in self.plan.of(Reports):
            yield self._fact(measure, self.event.reported_at, first)

    def _responses(self) -> Iterator[Fact]:
        first = next((one for one in self.moves if one.by_person), None)
        if first is None:
            return
        minutes = int((first.at - self.event.reported_at).total_seconds() // 60)
        for measure in self.plan.of(Responses):
            if minutes >= 0:
                yield self._fact(measure, first.at, first.by, minutes)

    def _steps(self) -> Iterator[Fact]:
        for measure in self.plan.of(StepsMade):
            step, way = self.plan.steps.get(measure.id), measure.way
            assert isinstance(way, StepsMade)
            if step is None:
                continue
            made = [one for one in self.moves if _is_step(one, step)]
            for one in made if way.each else made[:1]:
                late = (one.at - self.event.reported_at).total_seconds() > way.within_minutes * 60
                if not (way.within_minutes and late):
                    yield self._fact(measure, self.event.reported_at if way.by_report else one.at, one.by)

    def _settlements(self) -> Iterator[Fact]:
        for measure in self.plan.of(Settlements):
            for one in self.closings[:1]:
                yield self._fact(measure, one.at, one.by)

    def _due(self) -> Iterator[Fact]:
        """What was due to close, what of it was closed, and from when to when it was carried over."""
        for one in self.closings:
            if (due := self._due_at(one.at)) is not None:
                yield from self._closed(one, due)
        if (due := self._open_due) is not None:
            day = max(self._day(due.at), self._day(self._open_since))
            for measure in self.plan.of(DueToClose):
                yield Fact(measure.id, day, self.event.handler)
                yield Fact(measure.id + CARRIED, day, self.event.handler)

    def _due_at(self, moment: datetime) -> Due | None:
        """The deadline that held then."""
        return next((due for since, due in reversed(self.event.dues) if since is None or since <= moment), None)

    @property
    def _open_due(self) -> Due | None:
        """The deadline of what is open now; None where it has none, is closed, or ended otherwise."""
        return self.event.dues[-1][1] if self.event.dues and self._last is None and not self.event.closed else None

    @property
    def _open_since(self) -> datetime:
        """Since when it is open: its report, or when it was last opened again."""
        again = [one.again_at for one in self.closings if one.again_at is not None]
        return again[-1] if again else self.event.reported_at

    def _closed(self, closing: _Closing, due: Due) -> Iterator[Fact]:
        day, by = self._day(closing.at), self.event.handler
        due_day = max(self._day(due.at), self._day(closing.since))
        for measure in self.plan.of(DueToClose):
            yield Fact(measure.id, min(day, due_day), by)
            if day > due_day:
                yield Fact(measure.id + CARRIED, due_day, by)
                yield Fact(measure.id + CARRIED, day, by, -1)
        for measure in self.plan.of(Closings):
            assert isinstance(measure.way, Closings)
            if _is_met(due, closing.at) or not measure.way.in_time:
                yield Fact(measure.id, day, by)

    def _overruns(self) -> Iterator[Fact]:
        """That a deadline was missed: by what is closed, by a clock that stopped late, or as the history tells of what is open."""
        missed = [due for one in self.closings if (due := self._due_at(one.at)) is not None and not _is_met(due, one.at)]
        due = self._open_due
        if due is not None and not due.exempted and self._ran_out(due):
            missed.append(due)
        for measure in self.plan.of(Overruns):
            yield from (self._fact(measure, one.at, self.event.handler) for one in missed)

    def _ran_out(self, due: Due) -> bool:
        """Whether the deadline of what is open has passed, as its clock or its history tells; the time of day tells nothing here."""
        if due.stopped_at is not None:
            return due.stopped_at > due.at
        return any(one.entry == HistoryEntryKind.OVERDUE.value and one.at >= due.at for one in self.event.entries)

    def _results(self) -> Iterator[Fact]:
        on_time = self._result()
        for measure in self.plan.of(Results) if on_time is not None else ():
            assert isinstance(measure.way, Results)
            if on_time or not measure.way.in_time:
                yield self._fact(measure, self.event.reported_at, self.event.handler)

    def _result(self) -> bool | None:
        """Whether it was settled in time; None where nobody knows."""
        if self.event.recorded_timeliness is not None:
            return self.event.recorded_timeliness == Timeliness.ON_TIME.value
        due = None if self._last is None else self._due_at(self._last.at)
        return None if due is None or self._last is None else _is_met(due, self._last.at)

    def _extensions(self) -> Iterator[Fact]:
        decided = HistoryEntryKind.EXTENSION_DECIDED.value
        for one in self.event.entries:
            if one.entry == decided and one.granted:
                for measure in self.plan.of(Extensions):
                    yield self._fact(measure, one.at, one.by)

    def _chases(self) -> Iterator[Fact]:
        for measure in self.plan.of(Chases):
            for one in self.event.entries:
                if one.entry == HistoryEntryKind.CHASED.value:
                    yield self._fact(measure, one.at, one.by)

    def _ratings(self) -> Iterator[Fact]:
        rated = next((one for one in reversed(self.event.entries) if one.rating is not None), None)
        if rated is None or rated.rating is None:
            return
        for measure in self.plan.of(Ratings):
            assert isinstance(measure.way, Ratings)
            if rated.rating >= measure.way.least:
                yield self._fact(measure, rated.at, rated.by)


def _is_met(due: Due, at: datetime) -> bool:
    """Whether a deadline was met: by when its clock stopped, or by then where it does not say."""
    return due.exempted or (due.stopped_at or at) <= due.at


def _is_step(entry: Entry, step: Step) -> bool:
    return entry.move in step.moves or (entry.to_stage in step.stages and entry.from_stage != entry.to_stage)
