"""A year's dashboard of indicators: how long each question takes, how long the counting took, and how many rows it keeps, on towns of
growing size. The largest is a city of 4,359 grids with a thousand events a day, over two years."""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from profiles.filling import fill
from profiles.sizes import Profile

from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.indicators.counting import count_changes
from wangge_core.rights.viewers import operator
from wangge_schema.api import Api
from wangge_server.opening import rules_of
from wangge_server.settings import read_settings

DAYS = 730
TIMES = 5
SIZES = (
    Profile(name="district", districts=1, subdistricts=2, communities=3, grids=68, buildings=68, persons=204, events=10 * DAYS),
    Profile(
        name="tenth of a city",
        districts=2,
        subdistricts=4,
        communities=6,
        grids=436,
        buildings=436,
        persons=1_308,
        events=100 * DAYS,
    ),
    Profile(
        name="city", districts=4, subdistricts=10, communities=12, grids=4_359, buildings=4_359, persons=13_077, events=1_000 * DAYS
    ),
)
RATES = (
    "filing_rate",
    "dispatch_rate",
    "closing_rate",
    "on_time_rate",
    "completion_rate",
    "rework_rate",
    "extension_rate",
    "self_settled_share",
)
ASK = """
query ($ids: [ID!]!, $grid: ID!, $from: Date!, $until: Date!, $by: IndicatorGrouping, $level: GridLevel, $every: IndicatorPeriod,
    $compare: IndicatorComparison) {
  indicators(ids: $ids, gridId: $grid, from: $from, until: $until, by: $by, level: $level, every: $every, compare: $compare) {
    figures { indicatorId gridCode of from until numerator denominator value change before { numerator denominator value } }
  }
}
"""
YEAR = {"from": "2025-11-01", "until": "2026-10-31"}
WEEK = {"from": "2026-05-04", "until": "2026-05-10"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what it asks for."""

    name: str
    asked: dict[str, Any]
    ids: tuple[str, ...] = RATES
    low: bool = False


QUESTIONS = (
    Question("a year by month, against the year before", {**YEAR, "every": "MONTH", "compare": "YEAR_BEFORE"}),
    Question("a year by subdistrict", {**YEAR, "by": "GRID", "level": "SUBDISTRICT"}),
    Question("a year by community", {**YEAR, "by": "GRID", "level": "COMMUNITY"}),
    Question("a year of every grid, one indicator", {**YEAR, "by": "GRID", "level": "GRID"}, ids=("closing_rate",)),
    Question("a year by kind", {**YEAR, "by": "KIND"}),
    Question("a year by source", {**YEAR, "by": "SOURCE"}),
    Question("a year by office", {**YEAR, "by": "OFFICE"}),
    Question("a year, median of the response", YEAR, ids=("response_time",)),
    Question("a year by day", {**YEAR, "every": "DAY"}, ids=("closing_rate", "events_reported")),
    Question("a week by kind, from the facts", {**WEEK, "by": "KIND"}),
    Question("a community's year by kind, from the facts", {**YEAR, "by": "KIND"}, low=True),
    Question("a community's year by post, from the facts", {**YEAR, "by": "POST"}, low=True),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the whole city")
    parser.add_argument("--db", help="an empty database in place of a file for each size; then only the largest size is measured")
    options = parser.parse_args()
    sizes = SIZES[:-1] if options.quick else SIZES
    with tempfile.TemporaryDirectory(prefix="wangge-indicators-") as folder:
        if options.db:
            found = [asyncio.run(measured(options.db, sizes[-1]))]
        else:
            found = [asyncio.run(measured(f"sqlite:///{Path(folder) / size.name}.db", size)) for size in sizes]
    slowest = max(found[-1]["milliseconds"].values())
    print(json.dumps({"sizes": found, "slowest_milliseconds_of_the_largest": slowest}, ensure_ascii=False))
    sys.exit(0)


async def measured(url: str, size: Profile) -> dict[str, Any]:
    print(f"{size.name}: {size.grids:,} grids, {size.events:,} events in two years.", flush=True)
    await fill(url, size)
    deployment = Deployment(database_url(url), rules_of(read_settings(environment={})))
    try:
        started, more = perf_counter(), True
        while more:
            async with deployment.write(operation="indicators count") as work:
                more = await count_changes(work)
        seconds = perf_counter() - started
        async with deployment.read() as work:
            rows = {
                table.name: await work.value(sa.select(sa.func.count()).select_from(table))
                for table in (t.event, t.counted, t.tally)
            }
        print(f"  counted in {seconds:.1f} s ({size.events / seconds:,.0f} events a second); rows: {rows}", flush=True)
        api = Api(deployment)
        low = await _community(deployment)
        times = {question.name: await _asked(api, question, low) for question in QUESTIONS}
    finally:
        await deployment.close()
    for name, time in times.items():
        print(f"  {time:8.1f} ms  {name}", flush=True)
    return {"name": size.name, "grids": size.grids, "rows": rows, "counting_seconds": round(seconds, 1), "milliseconds": times}


async def _community(deployment: Deployment) -> int:
    async with deployment.read() as work:
        return await work.value(sa.select(sa.func.min(t.grid.c.id)).where(t.grid.c.level == "COMMUNITY"))


async def _asked(api: Api, question: Question, low: int) -> float:
    """The median time of some askings, in milliseconds."""
    variables = {"ids": [f"community.{id}" for id in question.ids], "grid": f"Grid:{low if question.low else 1}", **question.asked}
    times: list[float] = []
    for _ in range(TIMES):
        started = perf_counter()
        answer = await api.execute(ASK, dict(variables), viewer=operator("zh"))
        times.append(perf_counter() - started)
        if answer.get("errors") or not answer["data"]["indicators"]["figures"]:
            raise SystemExit(f"{question.name}: {answer}")
    return round(sorted(times)[len(times) // 2] * 1000, 1)


if __name__ == "__main__":
    main()
