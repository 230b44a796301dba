"""A thousand subscribers on one process while events change: delays, memory, and that nothing is missed through reconnects.

Needs PostgreSQL's binaries (or `--server`), or `--sqlite`. Writes its part of docs/benchmarks.md unless `--quick`.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import sqlalchemy as sa
from live.following import Followed, Subscriber, connect, reconnect
from read.cluster import connect as cluster_connect
from read.cluster import free_port, make_database, server
from read.reporting import machine, number, table, write_part
from sqlalchemy.engine import URL

from wangge_core.db import tables as t
from wangge_server.commands.demo import demo_settings, prepare
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

DATABASE = "bench_live"
SCALE = 0.2
AWAY = 0.2
"""The part of the subscribers that reconnects while events change."""
SECONDS_UNTIL_SETTLED = 10
AT_ONCE = 50
"""Connections that are opened at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who follows what. `logins` take turns; `by_grid` has each follow one grid of the town, else everything that it may see."""

    title: str
    logins: Sequence[str]
    by_grid: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """What one scene came to."""

    changes: float
    deliveries: float
    delays: Sequence[float]
    kilobytes: float
    cpu: float
    missed: int
    repeated: int
    reconnects: int
    slow: int


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100 subscribers for 5 seconds; nothing is written")
    parser.add_argument("--subscribers", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=50, help="changes a second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--server", metavar="URL", help="a PostgreSQL server where databases can be made")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead")
    parser.add_argument("--scenes", nargs="+", type=int, help="only these, counted from 1; nothing is written")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    if given.quick:
        given.subscribers, given.seconds = 100, 5
    with tempfile.TemporaryDirectory(prefix="wangge-live-") as folder, database(given) as url:
        settings = demo_settings(Settings(data_folder=folder, database=url))
        print("Filling a town …")
        logins = list(asyncio.run(prepare(settings, seed=1, fresh=True, scale=SCALE)).logins.values())
        scenes = [
            Scene(title="each follows one grid", logins=logins[:1], by_grid=True),
            Scene(title="every account follows what it may see", logins=asyncio.run(accounts(settings)), by_grid=False),
            Scene(title="all follow everything", logins=logins[:1], by_grid=False),
        ]
        chosen = [scene for place, scene in enumerate(scenes, 1) if not given.scenes or place in given.scenes]
        measured = [(scene, run(scene, settings, given, logins[0])) for scene in chosen]
    text = report(measured, given)
    print("\n" + text)
    if not given.quick and not given.scenes:
        write_part("live", text)
    return 0 if all(not found.missed and not found.repeated for _, found in measured) else 1


@contextmanager
def database(given: argparse.Namespace) -> Iterator[str]:
    """The URL of an empty database; empty text for SQLite in the data folder."""
    if given.sqlite:
        yield ""
        return
    with server(given.server) as url:
        asyncio.run(drop(url))
        yield make_database(url, DATABASE).render_as_string(hide_password=False)
        asyncio.run(drop(url))


async def drop(url: URL) -> None:
    connection = await cluster_connect(url)
    await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await connection.close()


async def accounts(settings: Settings) -> list[str]:
    """The logins of all accounts of the town."""
    deployment = open_deployment(settings)
    async with deployment.read() as work:
        found = [
            row.login for row in await work.rows(sa.select(t.account.c.login).where(t.account.c.active).order_by(t.account.c.id))
        ]
    await deployment.close()
    return found


async def grids(settings: Settings) -> list[tuple[str, str]]:
    """Codes and paths of the grids in which events are."""
    deployment = open_deployment(settings)
    async with deployment.read() as work:
        found = await work.rows(sa.select(t.grid.c.code, t.grid.c.path).where(t.grid.c.id.in_(sa.select(t.event.c.grid_id))))
    await deployment.close()
    return [(row.code, row.path) for row in found]


def run(scene: Scene, settings: Settings, given: argparse.Namespace, writer: str) -> Measured:
    print(f"{scene.title} …")
    with served(settings) as (process, port):
        return asyncio.run(measure(scene, settings, given, writer, process, port))


@contextmanager
def served(settings: Settings) -> Iterator[tuple[psutil.Process, int]]:
    port = free_port()
    environment = {
        "WANGGE_DATA_FOLDER": settings.data_folder,
        "WANGGE_DATABASE": settings.database_url,
        "WANGGE_DEVELOPMENT_SIGN_IN": "true",
        "WANGGE_LOG_LEVEL": "warning",
        "WANGGE_LIVE_CONNECTIONS_PER_VIEWER": "100000",
    }
    command = [str(Path(sys.executable).with_name("wangge")), "serve", "--port", str(port)]
    started = subprocess.Popen(command, env=os.environ | environment, cwd=settings.data_folder)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        (worker,) = [one for one in psutil.Process(started.pid).children() if one.name() != "resource_tracker"][-1:]
        yield worker, port
    finally:
        started.terminate()
        started.wait()


async def measure(
    scene: Scene, settings: Settings, given: argparse.Namespace, writer: str, process: psutil.Process, port: int
) -> Measured:
    key = read_key(Path(settings.data_folder))
    tokens = [make_token(login, key) for login in scene.logins]
    places = await grids(settings) if scene.by_grid else [(None, "")]
    asked = [(tokens[place % len(tokens)], *places[place % len(places)]) for place in range(given.subscribers)]
    one = await connect(port, tokens[0], None, Followed(""))  # so that what the first one costs is not counted
    before = process.memory_info().rss
    followed = [Followed(path) for _, _, path in asked]
    subscribers = await all_connected(port, asked, followed)
    kilobytes = (process.memory_info().rss - before) / 1024 / given.subscribers
    spent = sum(process.cpu_times()[:2])
    made, seconds = await changes(settings, given, writer, subscribers, asked, followed, port)
    cpu = (sum(process.cpu_times()[:2]) - spent) / seconds
    last = await settled(followed)
    missed = repeated = 0
    for (token, _, path), told in zip(asked, followed, strict=True):
        wanted = {moment for moment, where in made if where.startswith(path)} if scene.by_grid or len(scene.logins) == 1 else None
        if wanted is None:
            wanted = seen_by_any(followed, asked, token)
        missed += len(wanted - set(told.moments))
        repeated += (
            len(told.moments) - len(set(told.moments)) + sum(a >= b for a, b in zip(told.moments, told.moments[1:], strict=False))
        )
    if closed := sum(subscriber.lost.done() for subscriber in subscribers):
        print(f"{closed} connections were closed by the service.")
    for subscriber in [one, *subscribers]:
        subscriber.transport.abort()
    delays = sorted(delay for told in followed for delay in told.delays)
    deliveries = sum(len(told.moments) for told in followed) / (last - made[0][0])
    reconnects, slow = sum(told.reconnects for told in followed), sum(told.slow for told in followed)
    return Measured(len(made) / seconds, deliveries, delays, kilobytes, cpu, missed, repeated, reconnects, slow)


def seen_by_any(followed: Sequence[Followed], asked: Sequence[tuple[str, str | None, str]], token: str) -> set[float]:
    """What any subscriber of the same account was told: all of them must have been."""
    return {moment for told, (other, _, _) in zip(followed, asked, strict=True) if other == token for moment in told.moments}


async def all_connected(port: int, asked: Sequence[tuple[str, str | None, str]], followed: Sequence[Followed]) -> list[Subscriber]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(token: str, grid: str | None, told: Followed) -> Subscriber:
        async with turns:
            return await connect(port, token, grid, told)

    return list(await asyncio.gather(*(one(token, grid, told) for (token, grid, _), told in zip(asked, followed, strict=True))))


async def changes(
    settings: Settings,
    given: argparse.Namespace,
    writer: str,
    subscribers: list[Subscriber],
    asked: Sequence[tuple[str, str | None, str]],
    followed: Sequence[Followed],
    port: int,
) -> tuple[list[tuple[float, str]], float]:
    """Let events change, and a part of the subscribers go and come back meanwhile."""
    command = ["-m", "live.writing", "--database", settings.database_url, "--login", writer]
    command += ["--rate", str(given.rate), "--seconds", str(given.seconds)]
    folder = Path(__file__).parent
    writing = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=folder, stdout=asyncio.subprocess.PIPE)
    away = random.Random(1).sample(range(len(subscribers)), int(len(subscribers) * AWAY))

    async def leave(place: int, after: float) -> None:
        await asyncio.sleep(after)
        token, grid, _ = asked[place]
        subscribers[place] = await reconnect(port, token, grid, subscribers[place], followed[place])

    spread = given.seconds * 0.5 / max(1, len(away))
    leaving = [leave(place, given.seconds * 0.25 + turn * spread) for turn, place in enumerate(away)]
    (said, _), *_ = await asyncio.gather(writing.communicate(), *leaving)
    told = json.loads(said)
    return [(moment, path) for moment, path in told["made"]], told["seconds"]


async def settled(followed: Sequence[Followed]) -> float:
    """Wait until nothing more comes for a while; gives the moment when the last message came, in seconds since 1970."""
    before, since = -1, time.time()
    while time.time() - since < SECONDS_UNTIL_SETTLED:
        if before != (now := sum(len(told.moments) for told in followed)):
            before, since = now, time.time()
        await asyncio.sleep(0.5)
    return since


HEAD = ["scene", "accounts", "changes/s", "deliveries/s", "p50, ms", "p99, ms", "memory each, KB", "CPU"]
COUNTED = ["missed", "twice", "reconnects", "too slow"]
TEXT = """## Live

`make bench-live`: {subscribers:,} subscribers over WebSocket on one process of `wangge serve`, while events change at {rate:g} a
second for {seconds:g} seconds, written by another process on {kind}. A delay is from the beginning of the transaction that changes an
event until the subscriber has the message. A fifth of the subscribers goes away for a second and resumes by its cursor; what they
catch up on is not in the delays. *Missed* and *twice* are over all subscribers; *too slow* counts how often one was told so, and
resumed. {machine}

{table}
"""


def report(measured: Sequence[tuple[Scene, Measured]], given: argparse.Namespace) -> str:
    rows = [
        [
            scene.title,
            str(min(len(scene.logins), given.subscribers)),
            number(found.changes),
            number(found.deliveries),
            *(number(found.delays[int(len(found.delays) * part)] * 1000) for part in (0.5, 0.99)),
            number(found.kilobytes),
            f"{found.cpu:.0%}",
            *map(str, (found.missed, found.repeated, found.reconnects, found.slow)),
        ]
        for scene, found in measured
    ]
    return TEXT.format(
        subscribers=given.subscribers,
        rate=given.rate,
        seconds=given.seconds,
        kind="SQLite" if given.sqlite else "PostgreSQL",
        machine=machine(),
        table=table([*HEAD, *COUNTED], rows),
    )


if __name__ == "__main__":
    sys.exit(main())
