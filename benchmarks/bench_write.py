"""Writes beside the limit: events reported and moved over HTTP by one and by eight clients, on SQLite and on PostgreSQL, and the plain
inserts of the rows that they wrote. `--quick` for a short run; see `--help`. Writes its part of docs/benchmarks.md.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
from profiles.filling import fill
from profiles.sizes import PROFILES
from profiles.town import Town, login_of
from read.cluster import server, text
from read.reporting import machine, number, table, write_part
from read.servers import Ours
from rich.progress import Progress
from sqlalchemy.engine import URL
from write.clients import Client, Taken, together
from write.limit import Row, Store, insert_plainly

from wangge_core.db.engines import database_url
from wangge_server.sign_in import make_tokens

ROLE = "community.grid_worker"
Measured = dict[tuple[str, int], tuple[Taken, Taken]]
"""By phase and number of clients: ours, and the limit."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="40 writes a phase; nothing is written to the documents")
    parser.add_argument("--profile", choices=PROFILES, default="S", help="the town that they are written into")
    parser.add_argument("--writes", type=int, default=1000, help="reports, and moves, of each phase")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--server", metavar="URL", help="a PostgreSQL server where databases can be made")
    parser.add_argument("--skip", nargs="+", choices=("postgresql", "sqlite"), default=[])
    return parser.parse_args()


def main() -> None:
    given = arguments()
    parts: list[str] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wangge-benchmarks-")))
        for engine, ours, limit in databases(given, folder, stack):
            town = asyncio.run(fill(ours.render_as_string(hide_password=False), PROFILES[given.profile]))
            asyncio.run(copy(ours, limit))
            with Progress() as bars:
                measured = measure(ours, limit, town, given, folder / engine, bars)
            parts.append(described(engine, measured))
            print(parts[-1])
    if given.quick or given.skip:
        print("\nA part of the whole: docs/benchmarks.md is left as it is.")
    else:
        write_part("write", "\n\n".join((introduction(given), *parts)))


def databases(given: argparse.Namespace, folder: Path, stack: ExitStack) -> Iterator[tuple[str, URL, URL]]:
    """Each engine with a database for ours and one for the limit, both new."""
    if "sqlite" not in given.skip:
        yield "sqlite", database_url(f"sqlite:///{folder}/ours.db"), database_url(f"sqlite:///{folder}/limit.db")
    if "postgresql" not in given.skip:
        root = stack.enter_context(server(given.server, durable=True))
        asyncio.run(make_anew(root, "bench_write"))
        yield "postgresql", root.set(database="bench_write"), root.set(database="bench_write_limit")


async def make_anew(root: URL, name: str, template: str = "template0") -> None:
    connection = await asyncpg.connect(text(root, "postgresql"))
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()


async def copy(ours: URL, limit: URL) -> None:
    """Make the limit's database from ours, as it is before anything is measured."""
    if ours.get_backend_name() == "sqlite":
        shutil.copy(str(ours.database), str(limit.database))
    else:
        await make_anew(ours.set(database="postgres"), str(limit.database), str(ours.database))


def measure(ours: URL, limit: URL, town: Town, given: argparse.Namespace, folder: Path, bars: Progress) -> Measured:
    """Every phase with every number of clients: first ours, then the rows that it wrote by plain inserts."""
    writes = 40 if given.quick else given.writes
    folder.mkdir()
    logins = [login_of(ROLE, leaf.code) for leaf in town.leaves[: max(given.clients)]]
    tokens = make_tokens(folder, {login: login for login in logins})
    store, plain = Store(ours), Store(limit)
    measured: Measured = {}
    task = bars.add_task(ours.get_backend_name(), total=len(given.clients))
    with Ours(ours, folder, "") as serving:
        for count in given.clients:
            chosen = list(zip(logins, town.leaves, strict=False))[:count]
            clients = [Client(serving.port, tokens[login], leaf.id) for login, leaf in chosen]
            last = asyncio.run(store.last_ids())
            taken, ids = together(clients, writes // count, _report)
            written = asyncio.run(store.written_since(last))
            measured["reports", count] = taken, asyncio.run(insert_plainly(plain, written, {}, count))
            last = asyncio.run(store.last_ids())
            taken, _ = together(clients, writes // count, partial(_move, ids))
            written, changed = asyncio.run(store.written_since(last)), asyncio.run(events(store, ids))
            measured["moves", count] = taken, asyncio.run(insert_plainly(plain, written, changed, count))
            bars.advance(task)
    return measured


def _report(client: Client, number: int, turn: int) -> str:
    del number, turn
    return client.report(str(uuid4()))


def _move(ids: Sequence[Sequence[str]], client: Client, number: int, turn: int) -> str:
    return client.move(ids[number][turn], str(uuid4()))


async def events(store: Store, ids: list[list[str]]) -> Mapping[int, Row]:
    keys = [int(id.partition(":")[2]) for of_client in ids for id in of_client]
    rows = await store.rows(f"SELECT * FROM event WHERE id >= {min(keys)} AND id <= {max(keys)}")
    return {row["id"]: row for row in rows}


def described(engine: str, measured: Measured) -> str:
    head = ["", "clients", "a second", "p50, ms", "p99, ms", "plain inserts a second", "p50, ms", "p99, ms", "share of the limit"]
    rows = [
        [
            phase,
            str(clients),
            *(
                figure
                for one in both
                for figure in (number(one.per_second), number(one.milliseconds(0.5)), number(one.milliseconds(0.99)))
            ),
            f"{both[0].per_second / both[1].per_second:.2f}",
        ]
        for (phase, clients), both in measured.items()
    ]
    title = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[engine]
    return f"**On {title}**\n\n{table(head, rows)}"


def introduction(given: argparse.Namespace) -> str:
    profile = PROFILES[given.profile]
    return f"""## Writes beside the limit

`make bench-write`. {given.writes:,} events are reported and each is moved once (`accept`), by one client and by eight at once, over HTTP
to `wangge serve`, one process, into a town of profile {profile.name} ({profile.events:,} events). Each request is a signed-in grid worker's
mutation with an idempotency key and reads the event back. The limit is what the database alone takes: the rows that were written (event,
history, tasks, clocks, assignments, outbox), put by plain inserts into a copy of the database, a transaction each, on as many connections,
with nothing looked up, checked or read back. Both wait for the disk as a real deployment does.

{machine("PostgreSQL beside it")}"""


if __name__ == "__main__":
    main()
