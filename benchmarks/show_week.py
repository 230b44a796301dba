"""One week of a large city: events with their whole history stand in the tables, and the service computes the rates that were published.

The counts are those of the report; every event behind them is a row with its moves, and nothing of the rates is written anywhere.
"""

# ruff: noqa: T201 - it is there to print

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from profiles.filling import COLUMNS, fill
from profiles.loading import Row, loader
from profiles.sizes import Profile
from profiles.town import Town as Ground
from showing import Town, empty_town

from wangge_core.db.engines import database_url
from wangge_core.db.tables.search import SEARCHED, search
from wangge_core.events.workflows import current_versions
from wangge_core.indicators.counting import count_changes
from wangge_core.search.grams import folded_apart, grams_of

CITY = Profile(name="week", districts=4, subdistricts=10, communities=12, grids=4_359, buildings=1, persons=3, events=0)
MONDAY = datetime(2026, 3, 1, 16, tzinfo=UTC)
"""Midnight in Shanghai, the beginning of Monday the 2nd."""
WEEK = timedelta(days=7)
PUBLISHED = {
    "accepted": 51_571,
    "filed": 51_229,
    "dispatched": 49_151,
    "due": 52_434,
    "closed": 43_523,
    "on_time": 40_394,
    "rework": 276,
    "extended": 104,
}
CARRIED, CARRIED_CLOSED, LATER = 6_283, 2_000, 3_000
"""Of those due: open and overdue since before the week, and how many of them were closed in it. Of those dispatched: due later."""
RATES = ("filing_rate", "dispatch_rate", "closing_rate", "on_time_rate", "rework_rate", "extension_rate")
LOOP = "urban.closed_loop"
KINDS = ("urban.road_damage", "urban.street_lamp", "urban.manhole_cover", "urban.exposed_garbage", "urban.parking")
FIGURES = """
query ($ids: [ID!]!, $grid: ID!, $from: Date!, $until: Date!, $level: GridLevel, $by: IndicatorGrouping, $compare: IndicatorComparison) {
  indicators(ids: $ids, gridId: $grid, from: $from, until: $until, level: $level, by: $by, compare: $compare) {
    countedAt
    figures { indicatorId label gridName numerator denominator value change before { numerator denominator value } }
  }
}
"""
BEHIND = """
query ($grid: ID!, $from: Date!, $until: Date!) {
  indicatorEvents(id: "community.rework_rate", side: NUMERATOR, gridId: $grid, from: $from, until: $until, first: 3) { ids }
}
"""
Step = tuple[str, str, str, datetime]


def main() -> None:
    with empty_town('plugins = ["urban"]\n') as town:
        print(f"A generated city of {CITY.grids:,} grids; into its tables go the events of a week and of the weeks around it.")
        events = asyncio.run(made(town))
        print(f"{events:,} events stand in the service with all their moves. Their indicators are counted.")
        asyncio.run(count(town))
        sys.exit(show(town))


async def made(town: Town) -> int:
    url = str(town.settings().database_url)
    ground = await fill(url, CITY)
    deployment = town.open()
    try:
        async with deployment.read() as work:
            version = (await current_versions(work, [LOOP]))[LOOP].id
    finally:
        await deployment.close()
    events = list(Week(ground, version).events())
    async with loader(database_url(url)) as database:
        for table in ("event", "event_history"):
            rows = [row for event in events for row in event[table]]
            names = COLUMNS[table].split()
            if table not in SEARCHED:
                await database.load(table, names, rows)
                continue
            at = names.index(SEARCHED[table])
            await database.load(table, [*names, "folded"], [(*row, folded_apart(row[at])) for row in rows])
            await database.load(search[table].name, ("id", "grams"), [(row[0], grams_of(row[at])) for row in rows])
        await database.finish(("event", "event_history"))
    return len(events)


class Week:
    """Makes the events. Each is a row with a history; how many of which sort there are follows from what was published."""

    def __init__(self, ground: Ground, version: int) -> None:
        self.ground, self.version = ground, version
        self.dice = Random("a week of a large city")
        self.id = self.entry = 0

    def events(self) -> Iterator[dict[str, list[Row]]]:
        of = PUBLISHED
        filed_only, refused = of["filed"] - of["dispatched"], of["accepted"] - of["filed"]
        due = of["due"] - CARRIED
        late = of["closed"] - of["on_time"] - CARRIED_CLOSED
        yield from (self._made(*self._until(["forward"]), None) for _ in range(refused))
        yield from (self._made(*self._until(["forward", "file"]), None) for _ in range(filed_only))
        yield from (self._running() for _ in range(LATER))
        rework, extended = set(range(of["rework"])), set(range(of["rework"], of["rework"] + of["extended"]))
        for number in range(due):
            closed = number < of["on_time"] + late
            yield self._due(on_time=number < of["on_time"], closed=closed, rework=number in rework, extended=number in extended)
        yield from (self._carried(closed=number < CARRIED_CLOSED) for number in range(CARRIED))
        yield from (self._around(-1) for _ in range(4_000))
        yield from (self._around(1) for _ in range(2_000))

    def _within(self, first: float, last: float) -> datetime:
        """Some moment between two days of the week, counted from its beginning."""
        return (MONDAY + timedelta(days=first + self.dice.random() * (last - first))).replace(microsecond=0)

    def _until(self, moves: Iterable[str], at: datetime | None = None) -> tuple[datetime, list[Step]]:
        """An event that was reported in the week, and its first moves, some minutes apart."""
        reported = at or self._within(0, 3)
        return reported, [step(name, reported + timedelta(minutes=7 * n)) for n, name in enumerate(moves, 1)]

    def _running(self) -> dict[str, list[Row]]:
        reported, steps = self._until(["forward", "file", "dispatch"], self._within(5, 6.9))
        return self._made(reported, steps, self._within(7.1, 12))

    def _due(self, *, on_time: bool, closed: bool, rework: bool, extended: bool) -> dict[str, list[Row]]:
        reported, steps = self._until(["forward", "file", "dispatch"])
        due = self._within(4.5, 5.5)
        ended = self._within(3.5, 4.4) if on_time else self._within(5.6, 6.9)
        return self._made(reported, steps + (closing(ended, rework=rework) if closed else []), due, extended=extended)

    def _carried(self, *, closed: bool) -> dict[str, list[Row]]:
        reported, steps = self._until(["forward", "file", "dispatch"], self._within(-9, -5))
        return self._made(reported, steps + (closing(self._within(1, 6)) if closed else []), self._within(-4, -0.1))

    def _around(self, weeks: int) -> dict[str, list[Row]]:
        """An event that was reported, due and closed within another week."""
        reported, steps = self._until(["forward", "file", "dispatch"], self._within(0, 2) + weeks * WEEK)
        return self._made(reported, steps + closing(self._within(3, 5) + weeks * WEEK), self._within(5, 6) + weeks * WEEK)

    def _made(self, reported: datetime, steps: list[Step], due: datetime | None, *, extended: bool = False) -> dict[str, list[Row]]:
        self.id += 1
        grid = self.ground.leaves[int(self.dice.random() * len(self.ground.leaves))]
        stage, at = (steps[-1][2], steps[-1][3]) if steps else ("accepting", reported)
        closed = stage == "closed"
        rows: list[Row] = [self._entry(1, "REPORTED", None, None, "accepting", reported)]
        done: list[tuple[str, str | None, str, str, datetime, str]] = [
            ("MOVED", name, source, to, when, "{}") for name, source, to, when in steps
        ]
        if extended:
            decided = steps[2][3] + timedelta(hours=1)
            done.insert(3, ("EXTENSION_DECIDED", None, "handling", "handling", decided, '{"granted": true}'))
        rows += [
            self._entry(n, entry, move, source, to, when, said) for n, (entry, move, source, to, when, said) in enumerate(done, 2)
        ]
        kind = KINDS[self.id % len(KINDS)]
        ended = at if closed else None
        event = (
            self.id, f"W-{self.id:06d}", kind, grid.id, self.version, stage, closed, "NORMAL", "PATROL", f"路面问题 {self.id}", None, None,
            None, None, None, None, reported, at, None, due, ended, 1 + len(done),
        )  # fmt: skip
        return {"event": [event], "event_history": rows}

    def _entry(
        self, sequence: int, entry: str, move: str | None, source: str | None, to: str, at: datetime, said: str = "{}"
    ) -> Row:
        self.entry += 1
        return (self.entry, self.id, sequence, entry, move, source, to, at, 1, 1, said)


MOVES = {
    "forward": ("accepting", "filing"),
    "file": ("filing", "dispatching"),
    "dispatch": ("dispatching", "handling"),
    "done": ("handling", "feedback"),
    "ask_final_check": ("feedback", "verify_fixed"),
    "rework": ("verify_fixed", "handling"),
    "verified": ("verify_fixed", "evaluation"),
    "close": ("evaluation", "closed"),
}


def step(name: str, at: datetime) -> Step:
    return (name, *MOVES[name], at)


def closing(at: datetime, *, rework: bool = False) -> list[Step]:
    """The moves that end in closing at a moment, some minutes apart."""
    names = ["done", "ask_final_check", *(["rework", "done", "ask_final_check"] if rework else []), "verified", "close"]
    return [step(name, at - timedelta(minutes=5 * (len(names) - 1 - n))) for n, name in enumerate(names)]


async def count(town: Town) -> None:
    deployment = town.open()
    try:
        more = True
        while more:
            async with deployment.write(operation="indicators count") as work:
                more = await count_changes(work)
    finally:
        await deployment.close()


def show(town: Town) -> int:
    day = (MONDAY + timedelta(hours=8)).date()
    asked = {
        "ids": [f"community.{name}" for name in RATES],
        "grid": "Grid:1",
        "from": str(day),
        "until": str(day + timedelta(days=6)),
    }
    figures = town.ask(FIGURES, **asked, compare="PREVIOUS_PERIOD")["indicators"]["figures"]
    for one in figures:
        print(f"  {one['label']}: {one['numerator']:,} / {one['denominator']:,} = {one['value']} %")
    print(f"By subdistrict, {figures[2]['label']}:")
    for one in town.ask(FIGURES, **asked | {"ids": asked["ids"][2:3]}, by="GRID", level="SUBDISTRICT")["indicators"]["figures"][:3]:
        print(f"  {one['gridName']}: {one['numerator']:,} / {one['denominator']:,} = {one['value']} %")
    behind = town.ask(BEHIND, **{name: asked[name] for name in ("grid", "from", "until")})["indicatorEvents"]["ids"]
    print(f"Three of the {PUBLISHED['rework']} that were reworked: {', '.join(behind)}")
    counts = [(one["numerator"], one["denominator"]) for one in figures]
    of = PUBLISHED
    expected = [
        (of["filed"], of["accepted"]),
        (of["dispatched"], of["filed"]),
        *((of[name], of["due"]) for name in ("closed", "on_time", "rework", "extended")),
    ]
    print(
        json.dumps(
            {name: one["value"] for name, one in zip(RATES, figures, strict=True)} | {"counts_as_published": counts == expected}
        )
    )
    return 0 if counts == expected else 1


if __name__ == "__main__":
    main()
