"""Check-ins of a campaign over HTTP, by list and by scanning, by one and by eight clients, on SQLite and on PostgreSQL. `--quick` for a
short run; see `--help`. Writes its part of docs/benchmarks.md.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
from campaign.clients import CUT, SENT_TWICE, Taken
from campaign.measuring import BATCH, Measured, measure
from read.cluster import server, text
from read.reporting import machine, number, table, write_part
from sqlalchemy.engine import URL

from wangge_core.db.engines import database_url

DATABASE = "bench_campaign"
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1,000 targets; nothing is written to the documents")
    parser.add_argument("--targets", type=int, default=40_000)
    parser.add_argument("--scans", type=int, default=4_000, help="how many of them are checked in one by one")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--server", metavar="URL", help="a PostgreSQL server where databases can be made")
    parser.add_argument("--skip", nargs="+", choices=tuple(TITLES), default=[])
    given = parser.parse_args()
    if given.quick:
        given.targets, given.scans = 1_000, 200
    rows: list[list[str]] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wangge-benchmarks-")))
        for engine, clients, url in databases(given, folder, stack):
            home = folder / f"{engine}-{clients}"
            home.mkdir()
            found = measure(url, home, targets=given.targets, scans=given.scans, clients=clients)
            rows += described(TITLES[engine], clients, found)
            print(found.line(), flush=True)
    told = report(rows, given)
    print(told)
    if given.quick or given.skip:
        print("\nA part of the whole: docs/benchmarks.md is left as it is.")
    else:
        write_part("campaign", told)


def databases(given: argparse.Namespace, folder: Path, stack: ExitStack) -> Iterator[tuple[str, int, URL]]:
    """Each engine with each number of clients, and a new database for it."""
    if "sqlite" not in given.skip:
        for clients in given.clients:
            yield "sqlite", clients, database_url(f"sqlite:///{folder}/{clients}.db")
    if "postgresql" not in given.skip:
        root = stack.enter_context(server(given.server, durable=True))
        for clients in given.clients:
            asyncio.run(make_anew(root))
            yield "postgresql", clients, root.set(database=DATABASE)
        asyncio.run(drop(root))


async def make_anew(root: URL) -> None:
    await drop(root)
    connection = await asyncpg.connect(text(root, "postgresql"))
    await connection.execute(f'CREATE DATABASE "{DATABASE}" TEMPLATE template0')
    await connection.close()


async def drop(root: URL) -> None:
    connection = await asyncpg.connect(text(root, "postgresql"))
    await connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    await connection.close()


def described(engine: str, clients: int, found: Measured) -> list[list[str]]:
    late = number(found.line()["progress_lag_p99_ms"])
    return [
        row(engine, f"lists of up to {BATCH}", clients, found.lists, late),
        row(engine, "single scans", clients, found.scans, late),
    ]


def row(engine: str, what: str, clients: int, taken: Taken, late: str) -> list[str]:
    each = sorted(taken.each)
    p50, p99 = (number(each[min(len(each) - 1, int(len(each) * share))] * 1000) for share in (0.5, 0.99))
    counted = number(taken.results["COUNTED"] / taken.seconds)
    return [engine, what, str(clients), counted, number(len(each) / taken.seconds), p50, p99, late]


def report(rows: list[list[str]], given: argparse.Namespace) -> str:
    head = ["", "", "clients", "counted a second", "calls a second", "p50, ms", "p99, ms", "progress told later, p99, ms"]
    twice, lost = f"{SENT_TWICE:.0%}", f"{CUT:.0%}"
    return f"""## Check-ins of a campaign

`make bench-campaign`. {given.targets:,} persons of a generated town over 372 grids are checked in over HTTP to `wangge serve`, one process:
{given.scans:,} by scanning, a call each, by whichever of 372 workers stands there; the others by list, each worker's own. {twice} of the
calls are sent twice, and of {lost} the answer is lost and they are sent again; every target counted once. Meanwhile somebody follows
`campaignProgress`: told later is how long after its answer a check-in was in a message. 200,000 in six hours are 9.3 a second.

{table(head, rows)}

{machine("PostgreSQL beside it")}"""


if __name__ == "__main__":
    main()
