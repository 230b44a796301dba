"""A seeded year of the demo town, with duties, hand-overs, campaigns and appraisals: the figures that the service tells of each grid and
month are held against a count by plain Python over the exported tables.

`--months 12 --scale 0.02 --seed 1 --db URL --keep FOLDER`. The last line is JSON. Ends with 1 where any figure differs.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from year.comparing import Compared, compare, kinds_of, months_between
from year.counting import Recount
from year.exporting import Row, export, read

from wangge_schema.api import Api
from wangge_server.commands.demo import demo_settings, prepare
from wangge_server.demo.year.simulating import first_of_month
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings, read_settings

SHOWN = 12
Tables = Mapping[str, Sequence[Row]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--db", help="an empty database of its own; a temporary one of SQLite by default")
    parser.add_argument("--keep", type=Path, help="a folder for the town and its exported tables; one that is there is used again")
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wangge-show-") as folder:
        line = asyncio.run(show(given.keep or Path(folder), given))
    print(json.dumps(line))
    sys.exit(1 if line["differ"] else 0)


async def show(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Fill a town, export it, count it again and compare; the last line."""
    started = time.monotonic()
    settings = demo_settings(read_settings(environment={}, data_folder=str(folder), database=given.db))
    await prepare(settings, seed=given.seed, fresh=False, scale=given.scale, months=given.months)
    lived = time.monotonic() - started
    tables, compared = await _compare(settings, folder, given.months)
    _tell(compared)
    runs = tables["appraisal_run"]
    return {
        "figures": sum(compared.figures.values()),
        "differ": len(compared.different),
        "visits": len(tables["visit"]),
        "patrols": len(tables["patrol"]),
        "events": len(tables["event"]),
        "hand_overs": len(tables["hand_over"]),
        "check_ins": sum(one["state"] != "OPEN" for one in tables["campaign_target"]),
        "appraisals": len(runs),
        "lived_seconds": round(lived),
        "seconds": round(time.monotonic() - started),
    }


async def _compare(settings: Settings, folder: Path, months: int) -> tuple[Tables, Compared]:
    deployment = open_deployment(settings)
    try:
        files = folder / "tables"
        files.mkdir(exist_ok=True)
        await export(deployment, files)
        rules, tables = deployment.rules, read(files)
        recount = Recount(rules.registry, tables, rules.zone)
        known = list(rules.registry.indicators.values())
        print(f"All {len(known)} shipped indicators are counted again.")
        until = _until(tables)
        first = first_of_month(datetime.combine(until, datetime.min.time(), rules.zone), months).date()
        return tables, await compare(Api(deployment), recount, known, months_between(first, until))
    finally:
        await deployment.close()


def _until(tables: Tables) -> date:
    """The first day after the last month that was appraised."""
    last = max(date.fromisoformat(one["starts_on"]) for one in tables["appraisal_run"])
    return (last.replace(day=28) + timedelta(days=4)).replace(day=1)


def _tell(compared: Compared) -> None:
    differ = kinds_of(compared)
    for id, number in compared.figures.items():
        print(f"  {id:<36} {number:>5} figures, {compared.filled[id]:>5} of something, {differ[id]:>4} differ")
    for key, (service, rows) in list(compared.different.items())[:SHOWN]:
        print(f"  {key}: the service says {service}, the rows give {rows}")


if __name__ == "__main__":
    main()
