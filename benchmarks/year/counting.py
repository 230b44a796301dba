"""Counting: the shipped indicators by plain Python over exported rows, each definition taken from the documents and applied to a month as
it stands there. Nothing of the service's own counting is used; what plugins declare of workflows, formulas, templates and duties is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from wangge_core.plugin.declarations import indicators as ways
from wangge_core.plugin.measuring import IndicatorDefinition, MeasureDefinition
from wangge_core.plugin.registry import Registry
from year.duties import PATROLLING, VISITING, Duties
from year.exporting import Row
from year.staffing import Staffing

LOW = ("GRID", "COMMUNITY")
TWO_HOURS = 120
POSTS = ("posts_required", "posts_filled")
DUTIES = {"visits": VISITING, "patrols": PATROLLING}
YEAR = timedelta(days=365)
CONFIRMED = ("person", "building", "place", "organization", "asset")


@dataclass(frozen=True, slots=True)
class Month:
    """From a day to another; both belong to it."""

    first: date
    last: date

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(slots=True)
class Closing:
    """That an event came to a stage that closes it, since when it had been open, and when it left that again."""

    since: datetime
    at: datetime
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline since it held, when its clock stopped, and whether being late is excused."""

    since: datetime | None
    at: datetime | None
    stopped: datetime | None
    excused: bool

    def is_met(self, closed: datetime) -> bool:
        return self.at is not None and (self.excused or (self.stopped or closed) <= self.at)


@dataclass(slots=True)
class Event:
    """An event with its moves, its closings and its deadlines."""

    row: Row
    workflow: str
    entries: Sequence[Row]
    closings: list[Closing]
    deadlines: Sequence[Deadline]

    @property
    def closed_now(self) -> Closing | None:
        return self.closings[-1] if self.closings and self.closings[-1].again is None else None

    def deadline(self, moment: datetime | None = None) -> Deadline | None:
        """The deadline that held then, or holds now; None where there was none."""
        held = [one for one in self.deadlines if moment is None or one.since is None or one.since <= moment]
        return held[-1] if held and held[-1].at is not None else None

    @property
    def open_since(self) -> datetime:
        again = [one.again for one in self.closings if one.again is not None]
        return again[-1] if again else self.row["reported_at"]

    @property
    def open_deadline(self) -> Deadline | None:
        """The deadline of what is open; of what ended otherwise there is none."""
        return None if self.closed_now or self.row["closed"] else self.deadline()


@dataclass(slots=True)
class Counted:
    """Counts by measure; minutes where they are asked for."""

    numbers: dict[str, int] = field(default_factory=dict[str, int])
    minutes: dict[str, list[int]] = field(default_factory=dict[str, list[int]])


class Recount:
    """Counts of any grid in any month."""

    def __init__(self, registry: Registry, tables: Mapping[str, Sequence[Row]], zone: ZoneInfo) -> None:
        self.registry, self.tables, self.zone = registry, tables, zone
        self.paths = {row["id"]: row["path"] for row in tables["grid"]}
        self.levels = {row["id"]: row["level"] for row in tables["grid"]}
        self.hidden = {row["id"] for row in tables["event_kind"] if row["hidden_from_grid"]}
        self.events = list(self._events())
        self.staffing, self.duties = Staffing(registry, tables), Duties(registry, tables, zone)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def end(self, month: Month) -> datetime:
        """The last moment of a month."""
        return datetime.combine(month.last + timedelta(days=1), time.min, self.zone) - timedelta(milliseconds=1)

    def count(self, grid_id: int, month: Month, measures: Sequence[MeasureDefinition]) -> Counted:
        """All of these measures, of a grid with what lies below, in a month."""
        inside = {id for id, path in self.paths.items() if path.startswith(self.paths[grid_id])}
        low, counted = self.levels[grid_id] in LOW, Counted()
        events = [one for one in self.events if one.row["grid_id"] in inside and not (low and one.row["kind_id"] in self.hidden)]
        for measure in measures:
            if isinstance(measure.way, ways.Responses):
                counted.minutes[measure.id] = [
                    minutes for one in events if self._is_of(one, measure) for minutes in self._response(one, month)
                ]
            elif measure.way == ways.Supplied("official_population"):
                counted.numbers[measure.id] = self._official(grid_id, month)
            elif isinstance(measure.way, ways.Supplied) and measure.way.name in POSTS:
                counted.numbers[measure.id] = self.staffing.count(grid_id, self.end(month))[POSTS.index(measure.way.name)]
            elif isinstance(measure.way, ways.Supplied | ways.Visits | ways.Patrols):
                counted.numbers[measure.id] = self._rows(measure, inside, month)
            else:
                count = COUNTS[type(measure.way)]
                counted.numbers[measure.id] = sum(count(self, one, measure, month) for one in events if self._is_of(one, measure))
        return counted

    def _is_of(self, event: Event, measure: MeasureDefinition) -> bool:
        joined = event.row["joined_to_id"] is not None and not isinstance(measure.way, ways.Reports)
        return not joined and (not measure.workflows or event.workflow in measure.workflows)

    def _events(self) -> Iterator[Event]:
        """Parts are counted with their whole."""
        workflows = {row["id"]: row["workflow_id"] for row in self.tables["workflow_version"]}
        entries, clocks = _grouped(self.tables["event_history"], "sequence"), _grouped(self.tables["event_clock"], "id")
        for row in self.tables["event"]:
            if row["part_of_id"] is None:
                workflow, own = workflows[row["workflow_version_id"]], entries.get(row["id"], [])
                yield Event(
                    row,
                    workflow,
                    own,
                    self._closings(workflow, row, own),
                    self._deadlines(workflow, row, clocks.get(row["id"], [])),
                )

    def _closings(self, workflow: str, row: Row, entries: Sequence[Row]) -> list[Closing]:
        milestones = self.registry.milestones.get(workflow)
        stages = milestones.closing if milestones else frozenset[str]()
        found, since, is_open = list[Closing](), row["reported_at"], True
        moves = [one for one in entries if one["entry"] == "MOVED"]
        for one in moves:
            if is_open and one["to_stage"] in stages:
                found.append(Closing(since, one["at"]))
                is_open = False
            elif not is_open and one["to_stage"] not in stages:
                found[-1].again, since, is_open = one["at"], one["at"], True
        if not moves and row["closed"] and row["closed_at"]:
            found.append(Closing(since, row["closed_at"]))
        return found

    def _deadlines(self, workflow: str, row: Row, clocks: Sequence[Row]) -> list[Deadline]:
        """Those of the stage that the milestones name, each time that it stood there; else those of the whole."""
        milestones, definition = self.registry.milestones.get(workflow), self.registry.workflows.get(workflow)
        stage = milestones.due_stage if milestones else None
        own = [one for one in clocks if stage is not None and one["stage"] == stage]
        if own or (stage is not None and definition is not None and definition.whole is not None):
            return [_deadline(one, one["due_at"]) for one in own]
        whole = [one for one in clocks if one["scope"] == "WHOLE"]
        if not whole:
            due = row["whole_due_at"]
            return [Deadline(since=None, at=due, stopped=None, excused=False)] if due else []
        return [*(_deadline(one, one["due_at"]) for one in whole[:-1]), _deadline(whole[-1], row["whole_due_at"])]

    # What each way of counting counts of one event

    def reports(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        return month.has(self.day(event.row["reported_at"]))

    def steps(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        milestones, way = self.registry.milestones.get(event.workflow), measure.way
        assert isinstance(way, ways.StepsMade)
        if milestones is None:
            return 0
        moves, stages = milestones.moves.get(measure.id, ()), milestones.stages.get(measure.id, ())
        made = [
            one
            for one in event.entries
            if one["entry"] == "MOVED"
            and (one["move"] in moves or (one["to_stage"] in stages and one["to_stage"] != one["from_stage"]))
        ]
        reported = event.row["reported_at"]
        if way.within_minutes:
            limit = timedelta(minutes=way.within_minutes)
            made = [one for one in made[: None if way.each else 1] if one["at"] - reported <= limit]
        days = [self.day(reported if way.by_report else one["at"]) for one in made]
        return sum(month.has(day) for day in (days if way.each else days[:1]))

    def due_to_close(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        """Due in it; closed in it before that; or due before it and open when it began."""
        found = 0
        for closing in event.closings:
            if (due := event.deadline(closing.at)) is not None and due.at is not None:
                day, closed = max(self.day(due.at), self.day(closing.since)), self.day(closing.at)
                found += month.has(closed) if closed <= day else (day <= month.last and closed >= month.first)
        due = event.open_deadline
        if due is not None and due.at is not None:
            found += max(self.day(due.at), self.day(event.open_since)) <= month.last
        return found

    def closings(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        way, found = measure.way, 0
        assert isinstance(way, ways.Closings)
        for one in event.closings:
            due = event.deadline(one.at)
            found += due is not None and (due.is_met(one.at) or not way.in_time) and month.has(self.day(one.at))
        return found

    def overruns(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        """Missed by what was closed; of what is open by when its clock stopped, or as its history says."""
        held = [(event.deadline(one.at), one.at) for one in event.closings]
        missed = [due for due, at in held if due is not None and not due.is_met(at)]
        due = event.open_deadline
        if due is not None and due.at is not None and not due.excused:
            said = any(one["entry"] == "OVERDUE" and one["at"] >= due.at for one in event.entries)
            if due.stopped > due.at if due.stopped else said:
                missed.append(due)
        return sum(one.at is not None and month.has(self.day(one.at)) for one in missed)

    def chases(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        return sum(one["entry"] == "CHASED" and month.has(self.day(one["at"])) for one in event.entries)

    def settlements(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        return sum(month.has(self.day(one.at)) for one in event.closings[:1])

    def results(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        way, recorded, last = measure.way, event.row["recorded_timeliness"], event.closed_now
        assert isinstance(way, ways.Results)
        if recorded is not None:
            in_time = recorded == "ON_TIME"
        elif last is not None and (due := event.deadline(last.at)) is not None:
            in_time = due.is_met(last.at)
        else:
            return 0
        return (in_time or not way.in_time) and month.has(self.day(event.row["reported_at"]))

    def extensions(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        granted = [one for one in event.entries if one["entry"] == "EXTENSION_DECIDED" and one["answers"].get("granted")]
        return sum(month.has(self.day(one["at"])) for one in granted)

    def ratings(self, event: Event, measure: MeasureDefinition, month: Month) -> int:
        """The last rating of whoever reported it: of several who reported the same, that of the first."""
        way = measure.way
        assert isinstance(way, ways.Ratings)
        rated = [
            one
            for one in event.entries
            if one["answers"].get("rating") is not None and (one["entry"] == "MOVED" or one["answers"].get("own"))
        ]
        return sum(one["answers"]["rating"] >= way.least and month.has(self.day(one["at"])) for one in rated[-1:])

    def _response(self, event: Event, month: Month) -> Iterator[int]:
        first = next((one for one in event.entries if one["entry"] == "MOVED" and one["account_id"] is not None), None)
        if first is not None and month.has(self.day(first["at"])):
            minutes = int((first["at"] - event.row["reported_at"]).total_seconds() // 60)
            if minutes >= 0:
                yield minutes

    # What is counted of other rows

    def _rows(self, measure: MeasureDefinition, inside: set[int], month: Month) -> int:
        way = measure.way
        if isinstance(way, ways.Visits):
            rows = [one for one in self.tables["visit"] if one["counted"] and one["grid_id"] in inside]
            rows = [one for one in rows if not way.what or one["what"] in way.what]
            rows = [one for one in rows if not way.outcomes or one["outcome"] in way.outcomes]
            return sum(month.has(self.day(one["started_at"])) for one in rows)
        if isinstance(way, ways.Patrols):
            rows = [one for one in self.tables["patrol"] if one["counted"] and one["ended_at"] and one["grid_id"] in inside]
            return sum(month.has(self.day(one["started_at"])) for one in rows)
        assert isinstance(way, ways.Supplied)
        if way.name == "persons_registered":
            return self._persons(inside, month)
        work, _, side = way.name.partition("_")
        if work in DUTIES:
            return self.duties.count(inside, self.end(month), DUTIES[work])[side == "made"]
        return self._facts(way.name, inside, month) if way.name.startswith("facts") else self._targets(measure, inside, month)

    def _persons(self, inside: set[int], month: Month) -> int:
        rows = [one for one in self.tables["person"] if one["grid_id"] in inside and one["residence"] and not one["removed_at"]]
        return sum(self.day(one["created_at"]) <= month.last for one in rows)

    def _official(self, grid_id: int, month: Month) -> int:
        """Its own newest figure, else those of all right below it, else nothing to divide by."""
        newest: dict[int, int] = {}
        for row in sorted(self.tables["official_population"], key=lambda one: one["as_of"]):
            if date.fromisoformat(row["as_of"]) <= month.last:
                newest[row["grid_id"]] = row["number"]
        living = {row["id"]: row["parent_id"] for row in self.tables["grid"] if row["ended_at"] is None}
        below = [id for id, parent in living.items() if parent == grid_id]
        if grid_id in living and grid_id in newest:
            return newest[grid_id]
        return sum(newest[id] for id in below) if newest.keys() >= set(below) else 0

    def _facts(self, name: str, inside: set[int], month: Month) -> int:
        rows = [one for table in CONFIRMED for one in self.tables[table] if one["grid_id"] in inside and not one.get("removed_at")]
        if name == "facts":
            return len(rows)
        return sum(one["confirmed_at"] is not None and one["confirmed_at"] > self.end(month) - YEAR for one in rows)

    def _targets(self, measure: MeasureDefinition, inside: set[int], month: Month) -> int:
        assert isinstance(measure.way, ways.Supplied)
        of_event = {one.row["id"]: one.workflow for one in self.events}
        own = {
            one["id"]
            for one in self.tables["campaign"]
            if month.has(self.day(one["started_at"])) and of_event.get(one["event_id"]) in measure.workflows
        }
        targets = [one for one in self.tables["campaign_target"] if one["campaign_id"] in own and one["grid_id"] in inside]
        if measure.way.name == "campaign_targets":
            return len(targets)
        return sum(one["state"] != "OPEN" and one["reason"] != "NOT_FOUND" for one in targets)


COUNTS: Mapping[type[ways.Way], Callable[[Recount, Event, MeasureDefinition, Month], int]] = {
    ways.Reports: Recount.reports,
    ways.StepsMade: Recount.steps,
    ways.DueToClose: Recount.due_to_close,
    ways.Closings: Recount.closings,
    ways.Settlements: Recount.settlements,
    ways.Results: Recount.results,
    ways.Overruns: Recount.overruns,
    ways.Chases: Recount.chases,
    ways.Extensions: Recount.extensions,
    ways.Ratings: Recount.ratings,
}


def figure(indicator: IndicatorDefinition, counted: Counted, *, tallied: bool) -> tuple[int, int | None, float | None]:
    """Numerator, denominator and value, as the indicator's formula has them; `tallied` where minutes are kept to two figures."""
    if indicator.unit is ways.Unit.MINUTES:
        (measure,) = indicator.numerator.plus
        found = [_two_figures(one) if tallied else one for one in counted.minutes[measure]]
        return len(found), None, float(median(found)) if found else None
    above = _sum(indicator.numerator.plus, counted) - _sum(indicator.numerator.minus, counted)
    if indicator.denominator is None:
        return above, None, float(above)
    below = _sum(indicator.denominator.plus, counted) - _sum(indicator.denominator.minus, counted)
    if not below:
        return above, below, None
    percent = indicator.unit is ways.Unit.PERCENT
    return above, below, round(100 * above / below, 2) if percent else round(above / below, 4)


def _two_figures(minutes: int) -> int:
    """Below two hours to the minute, above to two figures, halves up."""
    step = 10 ** max(len(str(minutes)) - 2, 0)
    return minutes if minutes < TWO_HOURS else (minutes + step // 2) // step * step


def _sum(measures: Sequence[str], counted: Counted) -> int:
    return sum(counted.numbers[one] for one in measures)


def _deadline(clock: Row, at: datetime | None) -> Deadline:
    return Deadline(clock["started_at"], at, clock["stopped_at"], clock["exempted_at"] is not None)


def _grouped(rows: Sequence[Row], order: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda one: one[order]):
        found.setdefault(row["event_id"], []).append(row)
    return found
