"""Import a real city's year of service requests with their recorded due times, and hold on time and overdue, as the schema computes them
at a moment, against what the city recorded for that moment."""

# ruff: noqa: T201 - it is there to print

import asyncio
import csv
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from showing import ROOT, Town, empty_town, real_data

from wangge_core.rights.viewers import operator
from wangge_schema.api import Api

AS_OF = datetime(2016, 1, 13, tzinfo=ZoneInfo("America/New_York"))
SETTINGS = 'codes = "free"\ntime_zone = "America/New_York"\n'
WARDS = 22
STATUSES = {"ONTIME": "ON_TIME", "OVERDUE": "OVERDUE", "": None}
EVENTS = """
query ($after: String) {
  events(first: 1000, after: $after, orderBy: {field: ID, direction: ASC}) {
    nodes { sourceKey timeliness recordedTimeliness }
    pageInfo { endCursor hasNextPage }
  }
}
"""


def main() -> None:
    file = real_data("boston311", "boston311_2015.csv.gz")
    with empty_town(SETTINGS) as town:
        divisions = town.folder / "wards.csv"
        write_wards(divisions)
        town.wangge("import", "divisions", divisions, "--map", ROOT / "examples" / "imports" / "boston_wards.toml")
        started = time.perf_counter()
        town.wangge("import", "events", file, "--map", ROOT / "examples" / "imports" / "boston.toml")
        print(f"Imported in {time.perf_counter() - started:.0f} s. Now each event's timeliness as of {AS_OF:%Y-%m-%d %H:%M} there.")
        sys.exit(show(town, file))


def write_wards(path: Path) -> None:
    """The city and its wards, as a file of divisions."""
    rows = [("code", "name", "parent", "level"), ("boston", "Boston", "", "3")]
    rows += [(f"boston.{ward:02}", f"Ward {ward}", "boston", "5") for ward in range(1, WARDS + 1)]
    with path.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows(rows)


def show(town: Town, file: Path) -> int:
    computed = {event["sourceKey"]: event for event in asyncio.run(read(town))}
    figures: Counter[str] = Counter()
    for row in recorded(file):
        event = computed.get(row["case_enquiry_id"])
        figures["rows"] += event is not None
        said = STATUSES[row["ontime_status"]]
        found = event["timeliness"] if event else None
        figures["on_time"] += found == "ON_TIME"
        figures["overdue"] += found == "OVERDUE"
        figures["blank"] += said is None
        figures["differ"] += said is not None and found != said
    print(json.dumps({name: figures[name] for name in ("rows", "on_time", "overdue", "blank", "differ")}))
    return 1 if figures["differ"] else 0


async def read(town: Town) -> list[dict[str, Any]]:
    """Every event, read at the moment of the record."""
    deployment = town.open()
    deployment.clock = lambda: AS_OF
    api, viewer, after = Api(deployment), operator("en"), None
    found: list[dict[str, Any]] = []
    try:
        while True:
            answer = await api.execute(EVENTS, {"after": after}, viewer=viewer)
            if answer.get("errors"):
                raise SystemExit(f"the schema refused: {answer['errors']}")
            page = answer["data"]["events"]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]
    finally:
        await deployment.close()


def recorded(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


if __name__ == "__main__":
    main()
