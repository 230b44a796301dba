"""A whole run on one database: equal answers first, then load after load, one server after the other so that all have the same weather."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median

from rich.progress import Progress
from sqlalchemy.engine import URL

from read.checking import check
from read.loading import Load, load, write_bodies
from read.queries import QUERIES, Choices, Query
from read.servers import FailedError, Server
from read.statements import per_request

WARM_UP_SECONDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long a run is."""

    connections: tuple[int, ...]
    rounds: int
    seconds: float
    queries: tuple[Query, ...] = QUERIES


@dataclass(slots=True)
class Measured:
    """What came out, by (query, connections, server), and by (query, server) or server where connections do not matter. A server that
    fails with many connections may have answered with few."""

    loads: dict[tuple[str, int, str], list[Load]] = field(default_factory=dict[tuple[str, int, str], list[Load]])
    statements: dict[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    sizes: dict[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    failed: dict[tuple[str, int, str], str] = field(default_factory=dict[tuple[str, int, str], str])
    megabytes: dict[str, float] = field(default_factory=dict[str, float])

    def middle(self, query: str, connections: int, server: str) -> Load | None:
        """The medians of the rounds; None where the server fails at the question."""
        loads = self.loads.get((query, connections, server))
        if loads is None:
            return None
        return Load(
            per_second=median(one.per_second for one in loads),
            p50=median(one.p50 for one in loads),
            p99=median(one.p99 for one in loads),
        )


def run(servers: Sequence[Server], choices: Choices, plan: Plan, folder: Path, counted: URL | None, bars: Progress) -> Measured:
    """Check and time. `counted` is the database whose statements can be counted."""
    measured, bodies = Measured(), dict[tuple[str, str], Path]()
    task = bars.add_task("equal answers", total=len(plan.queries))
    for query in plan.queries:
        checked = check(servers, query, choices)
        failed = itertools.product(plan.connections, checked.failed.items())
        measured.failed |= {(query.name, connections, name): why for connections, (name, why) in failed}
        for server in servers:
            if server.name in checked.failed:
                continue
            measured.sizes[query.name, server.name] = checked.sizes[server.name]
            bodies[query.name, server.name] = write_bodies(server, query, choices, folder)
            if counted is not None:
                measured.statements[query.name, server.name] = asyncio.run(per_request(counted, server, query, choices))
        bars.advance(task)
    loads = [one for one in _order(servers, plan) if (one[1].name, one[3].name) in bodies]
    task = bars.add_task("load", total=len(loads))
    for number, (turn, query, connections, server) in enumerate(loads):
        key = query.name, connections, server.name
        if key not in measured.failed:
            try:
                found = load(
                    server,
                    query,
                    bodies[query.name, server.name],
                    connections=connections,
                    seconds=plan.seconds if turn else WARM_UP_SECONDS,
                    start=number * 37,
                    size=measured.sizes[query.name, server.name],
                )
            except FailedError as error:
                server.restart()  # it may be busy for minutes with what nobody waits for any more
                if turn:
                    measured.failed[key] = str(error)
            else:
                if turn:
                    measured.loads.setdefault(key, []).append(found)
        bars.advance(task)
    measured.megabytes = {server.name: server.megabytes() for server in servers}
    return measured


def _order(servers: Sequence[Server], plan: Plan) -> Iterator[tuple[int, Query, int, Server]]:
    """Round 0 warms up. In every round the servers take turns in another order, question by question."""
    dice = Random(1)
    for turn in range(plan.rounds + 1):
        for query in plan.queries:
            for connections in plan.connections if turn else (max(plan.connections),):
                for server in dice.sample(servers, len(servers)):
                    yield turn, query, connections, server
