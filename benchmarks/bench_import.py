"""Import generated events into a town of its own: rows per second and memory. `--rows 100000 --db URL`."""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import csv
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.imports.events import check_events, import_events
from wangge_core.imports.mappings import EventMapping
from wangge_core.rights.viewers import operator
from wangge_server.opening import rules_of
from wangge_server.settings import read_settings

COMMUNITIES = 200
MAPPING = msgspec.convert(
    {
        "name": "bench",
        "times": {"zone": "Asia/Shanghai", "formats": ["%Y-%m-%d %H:%M:%S"]},
        "event": {
            "key": "{no}",
            "description": "{type}：{sub}",
            "reported_at": "opened",
            "closed_at": "closed",
            "timeliness": {"column": "status", "values": {"in time": "ON_TIME", "late": "OVERDUE"}},
        },
        "kind": {"catalogue": "bench", "levels": [{"key": "type_id", "name": "type"}, {"key": "sub_id", "name": "sub"}]},
        "grid": {"path": ["{street}", "{community}"]},
        "position": {"longitude": "x", "latitude": "y", "system": "gcj02"},
    },
    EventMapping,
)
COLUMNS = ("no", "opened", "closed", "status", "street", "community", "type_id", "type", "sub_id", "sub", "x", "y")


def write_events(path: Path, rows: int) -> None:
    """Events of two years with a fixed seed."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for number in range(rows):
            place, sort = chance.randrange(COMMUNITIES), chance.randrange(300)
            day = f"202{4 + number * 2 // rows}-{chance.randint(1, 6):02d}-{chance.randint(1, 28):02d}"
            late = chance.random() < 0.1
            values = (number, f"{day} 09:{chance.randrange(60):02d}:00", f"{day} 17:30:00", "late" if late else "in time")
            where = (f"street {place // 10}", f"community {place}", sort // 20, f"type {sort // 20}", sort, f"sort {sort}")
            lines.writerow((*values, *where, f"{114 + chance.random():.6f}", f"{22 + chance.random():.6f}"))


async def make_town(deployment: Deployment) -> None:
    await deployment.start(migrate=True)
    new = [NewGrid(code="990101", name="bench", type_id="community.division")]
    for street in range(COMMUNITIES // 10):
        code = f"990101{street + 1:03d}"
        new.append(NewGrid(code=code, name=f"street {street}", type_id="community.division", parent_code="990101"))
        new.extend(
            NewGrid(
                code=f"{code}{place + 1:03d}",
                name=f"community {street * 10 + place}",
                type_id="community.division",
                parent_code=code,
            )
            for place in range(10)
        )
    async with deployment.write() as work:
        await create_grids(work, operator(), new)


async def bench(path: Path, url: str) -> dict[str, float]:
    deployment = Deployment(database_url(url), rules_of(read_settings(environment={})))
    try:
        await make_town(deployment)
        started = time.perf_counter()
        check_events(path, MAPPING)
        checked = time.perf_counter()
        result = await import_events(deployment, operator(), path, MAPPING)
        imported = time.perf_counter()
        again = await import_events(deployment, operator(), path, MAPPING)
        finished = time.perf_counter()
    finally:
        await deployment.close()
    assert (result.imported, again.already_there) == (result.rows, result.rows), (result, again)
    return {
        "rows": result.rows,
        "checked_per_second": round(result.rows / (checked - started)),
        "imported_per_second": round(result.rows / (imported - checked)),
        "seen_again_per_second": round(result.rows / (finished - imported)),
        "peak_megabytes": round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (20 if sys.platform == "darwin" else 10))
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--db", help="a database of its own; a temporary one of SQLite by default")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder:
        path = Path(folder) / "events.csv"
        write_events(path, given.rows)
        print(f"{given.rows:,} events on {COMMUNITIES} communities, {path.stat().st_size >> 10:,} KB of CSV.")
        figures = asyncio.run(bench(path, given.db or f"sqlite:///{folder}/town.db"))
    for name, figure in figures.items():
        print(f"{name.replace('_', ' ')}: {figure:,}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
