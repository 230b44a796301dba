"""Reads beside the peers: six questions, the same tables, equal answers, then load. `--quick` for a short run; see `--help`.

Needs PostgreSQL's binaries (or `--server`), wrk, and npm for PostGraphile. Writes its part of docs/benchmarks.md.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from profiles.filling import fill
from profiles.sizes import PROFILES
from profiles.town import Town
from read import statements
from read.choosing import choose
from read.cluster import FOLDER, make_database, server
from read.in_process import Spent, spend
from read.queries import QUERIES
from read.reporting import machine, number, resources, throughput, write_part
from read.running import Measured, Plan, run
from read.servers import POOL_SIZE, Bare, Ours, PostGraphile, Server, Unlogged, Usual
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sqlalchemy.engine import URL

from wangge_core.db.engines import database_url
from wangge_server.sign_in import make_tokens

VIEWER = "district"
NAMES = ("ours", "unlogged", "postgraphile", "bare", "usual")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round of a second each; nothing is written")
    parser.add_argument("--profile", choices=PROFILES, default="M")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--questions", nargs="+", choices=[query.name for query in QUERIES], help="only these")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES), help="only these servers; nothing is written")
    parser.add_argument("--server", metavar="URL", help="a PostgreSQL server where databases can be made")
    parser.add_argument("--database", help="its database; bench_m for profile M by itself")
    parser.add_argument("--sqlite", type=Path, metavar="FILE", help="the file of SQLite; one in the temporary folder by itself")
    parser.add_argument("--skip", nargs="+", choices=("postgresql", "sqlite", "in-process"), default=[])
    return parser.parse_args()


def main() -> None:
    given = arguments()
    chosen = tuple(query for query in QUERIES if not given.questions or query.name in given.questions)
    plan = Plan(
        connections=tuple(given.connections),
        rounds=1 if given.quick else given.rounds,
        seconds=1 if given.quick else given.seconds,
        queries=chosen,
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wangge-benchmarks-")))
        urls: dict[str, URL] = {}
        if "postgresql" not in given.skip:
            root = stack.enter_context(server(given.server))
            urls["postgresql"] = make_database(root, given.database or f"bench_{given.profile.lower()}")
        if "sqlite" not in given.skip:
            FOLDER.mkdir(exist_ok=True)
            urls["sqlite"] = database_url(f"sqlite:///{given.sqlite or FOLDER / f'bench_{given.profile.lower()}.db'}")
        for engine, url in urls.items():
            part = on(engine, url, given, plan, folder)
            print(part)
            if given.quick or given.questions or set(given.only) != set(NAMES):
                print("\nA part of the whole: docs/benchmarks.md is left as it is.")
            else:
                write_part(f"read on {engine}", f"{introduction(engine, given)}\n\n{part}")


def on(engine: str, url: URL, given: argparse.Namespace, plan: Plan, folder: Path) -> str:
    """Measure on a database; the text of its part."""
    place = url.render_as_string(hide_password=False)
    town = asyncio.run(fill(place, PROFILES[given.profile]))
    choices = asyncio.run(choose(place, town, VIEWER))
    count = engine == "postgresql" and asyncio.run(statements.prepare(url))
    with ExitStack() as stack:
        servers = [stack.enter_context(one) for one in peers(engine, url, town, folder) if one.name in given.only]
        columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        bars = stack.enter_context(Progress(*columns, TimeRemainingColumn()))
        measured = run(servers, choices, plan, folder, url if count else None, bars)
    spent = None if "in-process" in given.skip else asyncio.run(spend(place, town.viewers()[VIEWER]))
    return described(measured, plan, servers, spent)


def peers(engine: str, url: URL, town: Town, folder: Path) -> list[Server]:
    """On SQLite the usual way alone stands beside ours, with the log of reads and without."""
    tokens = make_tokens(folder, town.viewers())
    ours, usual = Ours(url, folder, tokens[VIEWER]), Usual(url)
    unlogged = Unlogged(url, folder, tokens[VIEWER])
    return [ours, unlogged, PostGraphile(url), Bare(url), usual] if engine == "postgresql" else [ours, unlogged, usual]


def described(measured: Measured, plan: Plan, servers: Sequence[Server], spent: Mapping[str, Spent] | None) -> str:
    text = (
        f"Requests a second (p50 / p99 in milliseconds), medians of {plan.rounds} rounds of {plan.seconds:g} s.\n\n"
        f"{throughput(measured, plan, servers)}\n\n{resources(measured, plan, servers)}"
    )
    if spent:
        text += "\n\nCPU for 1,000 rows of five fields through `Api.answer`, in the event loop's thread and in the process:\n"
        text += "".join(f"\n- {rows}: {number(one.loop)} and {number(one.process)} ms" for rows, one in spent.items())
    return text


def introduction(engine: str, given: argparse.Namespace) -> str:
    profile = PROFILES[given.profile]
    size = (
        f"{profile.grids:,} grids under {profile.districts} districts, {profile.buildings:,} buildings, {profile.persons:,} persons, "
        f"{profile.events:,} events with about four entries of history each"
    )
    title = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[engine]
    return f"""## Reads beside the peers, on {title}

`make bench-read`. Six questions to five servers over the same tables of a generated town (profile {profile.name}: {size}). Before
anything is timed, their answers are brought to one shape and compared; they must be equal. The variables of every request differ.

- **Wangge**: `wangge serve`, one process, access rules on, for a district's administrator who is signed in and sees a quarter of the town.
- **without the log of reads**: the same with `read_log = false`, as no real service may run. Names of persons stand in the question of
  buildings alone; each of its answers waits until what it tells is logged. The others read nothing private.
- **PostGraphile** 5.1.5 on Node.js 24, settings for production, no rights; a function counts what no foreign key tells.
- **bare SQL**: a Starlette route with hand-written SQL whose JSON PostgreSQL makes, no GraphQL, no rights: the floor.
- **usual way**: Strawberry, SQLAlchemy's ORM and DataLoaders, no rights; documents are parsed and validated once.

Each is one process with {POOL_SIZE} database connections; ours, bare and usual are served by granian. Load comes from wrk, the servers in
turns. Bold ratios are those that we aim for: 1.5 × PostGraphile, 0.7 × bare, 10 × usual, 0.9 × without the log.

{machine("PostgreSQL beside it")}"""


if __name__ == "__main__":
    main()
