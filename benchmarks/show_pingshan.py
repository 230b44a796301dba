"""Import a real district's events by a mapping, and hold what the schema reads against a plain count over the file."""

# ruff: noqa: T201 - it is there to print

import csv
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from on_time_shares import compared
from showing import ROOT, Town, empty_town, real_data

from wangge_core.plugin.checks.red_lines import crosses_red_line

DISTRICT = "440310"
LEVELS = ("type", "main_type", "sub_type")
STATUSES = {"intime": "ON_TIME", "overtime": "OVERDUE"}
COMMUNITIES = """
query ($after: String, $district: String!) {
  grids(first: 1000, after: $after, filter: {subtree: $district, level: {eq: COMMUNITY}}) {
    nodes { name path { name } events { totalCount } }
    pageInfo { endCursor hasNextPage }
  }
}
"""
EVENTS = """
query ($after: String, $district: String!) {
  events(first: 1000, after: $after, filter: {subtree: $district}) {
    nodes { number closed recordedTimeliness kind { id label } grid { path { name } } }
    pageInfo { endCursor hasNextPage }
  }
}
"""
COUNTS = """
query ($district: String!) {
  onTime: events(filter: {subtree: $district, recordedTimeliness: {eq: ON_TIME}}) { totalCount }
  overdue: events(filter: {subtree: $district, recordedTimeliness: {eq: OVERDUE}}) { totalCount }
  open: events(filter: {subtree: $district, closed: {eq: false}}) { totalCount }
  all: events { totalCount }
}
"""
RETIRED = """
query ($after: String) {
  eventKinds(first: 1000, after: $after, filter: {catalogue: {eq: "pingshan"}}) {
    nodes { id label retiredBecause }
    pageInfo { endCursor hasNextPage }
  }
}
"""

Key = tuple[str, str, str]


def main() -> None:
    divisions = real_data("china_divisions", "divisions_2021_5level.csv")
    file = real_data("pingshan_events", "events_dev_to_2018-10.csv.gz")
    with empty_town() as town:
        print(f"An empty town. First the official divisions of {DISTRICT}, then a year's events of it by a mapping.")
        town.wangge("import", "divisions", divisions, "--root", DISTRICT)
        town.wangge("import", "events", file, "--map", ROOT / "examples" / "imports" / "pingshan.toml")
        town.wangge("indicators", "count")
        sys.exit(show(town, file))


def show(town: Town, file: Path) -> int:
    events = list(town.ask_all(EVENTS, "events", district=DISTRICT))
    print("Read back through the schema; three of the events:")
    for event in events[:3]:
        path = " → ".join(step["name"] for step in event["grid"]["path"])
        print(f"  {event['number']} {path}: {event['kind']['label']}, {event['recordedTimeliness']}")
    for kind in town.ask_all(RETIRED, "eventKinds"):
        if kind["retiredBecause"]:
            print(f"  retired: {kind['id']} {kind['label']} ({kind['retiredBecause']})")
    rows, plain = plain_count(file)
    read = Counter(map(key_of_event, events))
    counts = {name: found["totalCount"] for name, found in town.ask(COUNTS, district=DISTRICT).items()}
    by_community = {
        grid["name"]: grid["events"]["totalCount"]
        for grid in town.ask_all(COMMUNITIES, "grids", district=DISTRICT)
        if grid["events"]["totalCount"]
    }
    same = tell_differences(plain, read) and consistent(plain, counts, by_community)
    shares = compared(town, DISTRICT, placed_rows(file), kind_of_row)
    figures = {
        **shares,
        "rows": rows,
        "imported": counts["all"],
        "refused": rows - counts["all"],
        "on_time": counts["onTime"],
        "overdue": counts["overdue"],
        "by_community": by_community,
    }
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if same and not shares["differ"] else 1


def plain_count(file: Path) -> tuple[int, Counter[Key]]:
    """How many rows there are, and those with a place by community, kind and status. A kind across a red line counts as its wider
    one, as the mapping has it."""
    counts: Counter[Key] = Counter()
    rows = 0
    with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            rows += 1
            if row["community_id"] != "-":
                place = f"{row['street_name']} {row['community_name']}"
                counts[place, kind_of_row(row), STATUSES[row["achieve_status"]]] += 1
    return rows, counts


def placed_rows(file: Path) -> Iterator[dict[str, str]]:
    """The rows with a place; one community's name is misspelt."""
    with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            if row["community_id"] != "-":
                yield row | {"community_name": row["community_name"].replace("碧玲", "碧岭")}


def kind_of_row(row: dict[str, str]) -> str:
    keys: list[str] = []
    for level in LEVELS:
        if crosses_red_line(row[f"{level}_name"]):
            break
        keys.append(row[f"{level}_id"])
    return ".".join(("local.pingshan", *keys))


def key_of_event(event: dict[str, Any]) -> Key:
    _, street, community = (step["name"] for step in event["grid"]["path"])
    return f"{street} {community.removesuffix('居委会')}", event["kind"]["id"], event["recordedTimeliness"]


def tell_differences(plain: Counter[Key], read: Counter[Key]) -> bool:
    """Whether the file and the schema agree on every community, kind and status."""
    different = sorted(key for key in plain.keys() | read.keys() if plain[key] != read[key])
    for key in different:
        print(f"  differs: {' / '.join(key)}: {plain[key]} rows in the file, {read[key]} events")
    print(f"{len(plain)} combinations of community, kind and status; {len(different)} differ from a plain count over the file.")
    return not different


def consistent(plain: Counter[Key], counts: dict[str, int], by_community: dict[str, int]) -> bool:
    """Whether the counts that the schema makes itself are those of the file."""
    status = total(plain, 2)
    same = (counts["onTime"], counts["overdue"], counts["open"]) == (status["ON_TIME"], status["OVERDUE"], 0)
    communities = {place.split()[1] + "居委会": count for place, count in total(plain, 0).items()}
    if not same or communities != by_community:
        print(f"  differs: the schema counts {counts} and {by_community}")
        return False
    return True


def total(counts: Counter[Key], place: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, count in counts.items():
        found[key[place]] += count
    return found


if __name__ == "__main__":
    main()
