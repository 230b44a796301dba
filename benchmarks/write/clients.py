"""Clients that write over HTTP, a thread and a kept connection each, and how long each of their requests took."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import orjson

REPORT = """
mutation Report($input: EventReportInput!, $key: String!) {
  eventReport(input: $input, idempotencyKey: $key) { event { id number version stage { name } } userErrors { field message code } }
}
"""
MOVE = """
mutation Move($id: ID!, $input: EventMoveInput!, $key: String!) {
  eventMove(id: $id, input: $input, idempotencyKey: $key) { event { id number version stage { name } } userErrors { field message code } }
}
"""
KIND = "community.hazard"


@dataclass(frozen=True, slots=True)
class Taken:
    """How long a phase took in all, and each of its requests, in seconds."""

    whole: float
    each: tuple[float, ...]

    @property
    def per_second(self) -> float:
        return len(self.each) / self.whole

    def milliseconds(self, share: float) -> float:
        """The latency that this share of the requests stays under."""
        return sorted(self.each)[min(len(self.each) - 1, int(len(self.each) * share))] * 1000


class RefusedError(Exception):
    """The service did not take a write."""


class Client:
    """Somebody who holds a post over a grid and is signed in."""

    def __init__(self, port: int, token: str, grid_id: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self._grid_id = grid_id

    def report(self, key: str) -> str:
        """Report an event; its id."""
        details = {"hazard": "FIRE", "immediateDanger": False}
        input = {
            "kindId": KIND,
            "gridId": f"Grid:{self._grid_id}",
            "description": f"楼道堆放杂物 {key}",
            "details": {"communityHazard": details},
        }
        return self._written("eventReport", REPORT, {"input": input, "key": key})

    def move(self, id: str, key: str) -> str:
        """Accept an event into the grid."""
        input = {"move": "accept", "answers": [{"name": "kind", "text": KIND}]}
        return self._written("eventMove", MOVE, {"id": id, "input": input, "key": key})

    def _written(self, field: str, document: str, variables: dict[str, Any]) -> str:
        self._connection.request("POST", "/graphql", orjson.dumps({"query": document, "variables": variables}), self._headers)
        answer = orjson.loads(self._connection.getresponse().read())
        if answer.get("errors") or answer["data"][field]["userErrors"]:
            raise RefusedError(answer)
        return answer["data"][field]["event"]["id"]


def together(clients: Sequence[Client], share: int, write: Callable[[Client, int, int], str]) -> tuple[Taken, list[list[str]]]:
    """Let every client write `share` times, all at once; `write` gets the client, its number and the turn. The ids by client."""
    with ThreadPoolExecutor(len(clients)) as pool:
        started = time.perf_counter()
        runs = list(pool.map(lambda one: _run(one[1], one[0], share, write), enumerate(clients)))
        whole = time.perf_counter() - started
    return Taken(whole, tuple(took for run, _ in runs for took in run)), [ids for _, ids in runs]


def _run(client: Client, number: int, share: int, write: Callable[[Client, int, int], str]) -> tuple[list[float], list[str]]:
    each: list[float] = []
    ids: list[str] = []
    for turn in range(share):
        started = time.perf_counter()
        ids.append(write(client, number, turn))
        each.append(time.perf_counter() - started)
    return each, ids
