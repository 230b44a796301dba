"""A campaign of 200,000 generated persons over 372 grids: eight clients check all of them in, by list and by scanning, while requests are
sent twice and connections are cut after sending.

`--targets 5000 --scans 2500 --db URL`. The last line is JSON. Ends with 1 where anybody was missed or counted twice, or progress was told
later than a second.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import json
import sys
import tempfile
from pathlib import Path

from campaign.measuring import BATCH, measure

from wangge_core.db.engines import database_url

WHOLE, SIX_HOURS = 200_000, 6 * 3600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", type=int, default=WHOLE)
    parser.add_argument("--scans", type=int, help="how many of them are checked in one by one; a quarter unless given")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--db", help="an empty database of its own; a temporary one of SQLite by default")
    given = parser.parse_args()
    scans = given.targets // 4 if given.scans is None else given.scans
    with tempfile.TemporaryDirectory(prefix="wangge-show-") as folder:
        url = database_url(given.db or f"sqlite:///{folder}/town.db")
        found = measure(url, Path(folder), targets=given.targets, scans=scans, clients=given.clients)
    repeated = found.lists.results["ALREADY_DONE"] + found.scans.results["ALREADY_DONE"]
    print(f"The list of {found.targets:,} was frozen in {found.frozen_seconds:.1f} s.")
    lists, scanned = found.lists, found.scans
    print(
        f"By lists of up to {BATCH}: {found.targets - scans:,} in {lists.seconds:.1f} s; by scanning: {scans:,} in {scanned.seconds:.1f} s."
    )
    print(
        f"{lists.cut + scanned.cut:,} answers were lost and asked for again; {repeated:,} check-ins were answered as done before."
    )
    needed, line = WHOLE / SIX_HOURS, found.line()
    print(
        f"{WHOLE:,} in six hours are {needed:.1f} a second; scanning alone goes {line['scans_per_second'] / needed:.1f} times as fast."
    )
    print(json.dumps(line))
    in_time = line["progress_lag_p99_ms"] is not None and line["progress_lag_p99_ms"] <= 1000
    sys.exit(0 if not (found.twice or found.missed) and found.once == found.targets and in_time else 1)


if __name__ == "__main__":
    main()
