"""How the time of each question grows with the town: one connection, one request after the other, the median of many."""

import time
from collections.abc import Sequence
from statistics import median

from read.queries import QUERIES, Choices, Query
from read.reporting import number, table
from read.servers import FailedError, Server

Times = dict[tuple[str, str], float | str]
"""Milliseconds by question and server, or why there is no answer."""


def measure(servers: Sequence[Server], choices: Choices, requests: int) -> Times:
    """The medians of so many requests after a tenth as many that do not count; the servers take turns."""
    found: Times = {}
    for query in QUERIES:
        for server in servers:
            try:
                found[query.name, server.name] = _median(server, query, choices, requests)
            except FailedError as error:
                found[query.name, server.name] = str(error)
    return found


def _median(server: Server, query: Query, choices: Choices, requests: int) -> float:
    every = query.variables(choices)
    server.ask(query, every[-1])
    spent: list[float] = []
    for turn in range(requests + requests // 10):
        body = server.body(query, every[turn % len(every)])
        started = time.perf_counter()
        status, content = server.exchange(query, body)
        spent.append((time.perf_counter() - started) * 1000)
        if status != 200:
            raise FailedError(content[:300].decode())
    return median(spent[requests // 10 :])


def growth(found: dict[str, Times], servers: Sequence[str]) -> str:
    """A table: a row for each question and server, a column for each profile, and the last against the first."""
    rows: list[list[str]] = []
    for query in QUERIES:
        for server in servers:
            times = [one[query.name, server] for one in found.values()]
            cells = [f"fails: {one}" if isinstance(one, str) else number(one) for one in times]
            first, last = times[0], times[-1]
            grown = "—" if isinstance(first, str) or isinstance(last, str) else f"{last / first:.1f}"
            rows.append([query.title, server, *cells, grown])
    return table(["question", "server", *found, f"{list(found)[-1]} / {next(iter(found))}"], rows)
