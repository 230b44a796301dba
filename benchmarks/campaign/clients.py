"""Clients that check in over HTTP, a thread each. Some requests are sent twice, and some answers are lost: the connection is cut after
sending, and the same is sent again."""

import queue
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Any

import orjson

CHECK_IN = """mutation CheckIn($id: ID!, $input: [CampaignCheckInInput!]!) { campaignCheckIn(id: $id, input: $input) {
  results { result targetId problems { code } } userErrors { code } } }"""
SENT_TWICE, CUT, DECLINED = 0.05, 0.05, 0.02
"""Shares of the requests, and of the targets."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target, and the grid and worker that have it."""

    id: int
    code: str
    worker: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request: by whom, and its check-ins, each with a key of its own."""

    worker: str
    items: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class Taken:
    """What a phase came to: how long it took, what was answered to how many, and when how many had been answered."""

    seconds: float = 0
    each: list[float] = field(default_factory=list[float])
    results: Counter[str] = field(default_factory=Counter[str])
    counted: Counter[str] = field(default_factory=Counter[str])
    """How often each target was answered with COUNTED, which must never be twice."""
    answered: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    """When, and how many were newly answered then."""
    cut: int = 0


def list_calls(targets: Sequence[Target], size: int) -> list[Call]:
    """Each worker's part by list, so many in a call."""
    by_worker: dict[str, list[Target]] = {}
    for one in targets:
        by_worker.setdefault(one.worker, []).append(one)
    calls = [
        Call(worker, tuple(_item(one, {"targetId": f"CampaignTarget:{one.id}"}) for one in own[start : start + size]))
        for worker, own in by_worker.items()
        for start in range(0, len(own), size)
    ]
    Random(1).shuffle(calls)
    return calls


def scan_calls(targets: Sequence[Target], workers: Sequence[str]) -> list[Call]:
    """Each target by its code, by whoever stands at the station where it is shown."""
    dice = Random(2)
    calls = [Call(dice.choice(workers), (_item(one, {"code": one.code}),)) for one in targets]
    dice.shuffle(calls)
    return calls


def _item(one: Target, named: dict[str, str]) -> dict[str, Any]:
    declined = {"outcome": "EXCEPTION", "reason": "DECLINED"} if Random(one.id).random() < DECLINED else {}
    return named | declined | {"key": f"key-{one.id}"}


def with_repeats(calls: Sequence[Call], seed: int) -> list[Call]:
    """The calls, some of them a second time somewhere after the first or before it."""
    dice = Random(seed)
    repeated = [*calls, *(one for one in calls if dice.random() < SENT_TWICE)]
    dice.shuffle(repeated)
    return repeated


def send_all(port: int, campaign: str, tokens: dict[str, str], calls: Sequence[Call], clients: int) -> Taken:
    """Have so many clients send all calls, each as fast as it is answered."""
    waiting: queue.SimpleQueue[Call] = queue.SimpleQueue()
    for one in calls:
        waiting.put(one)
    taken = Taken()
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        for one in pool.map(lambda number: _Client(port, campaign, tokens, number).send(waiting), range(clients)):
            taken.each += one.each
            taken.results += one.results
            taken.counted += one.counted
            taken.answered += one.answered
            taken.cut += one.cut
    taken.seconds = time.perf_counter() - started
    return taken


class _Client:
    def __init__(self, port: int, campaign: str, tokens: dict[str, str], number: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._campaign, self._tokens, self._dice = campaign, tokens, Random(number)
        self.taken = Taken()

    def send(self, waiting: "queue.SimpleQueue[Call]") -> Taken:
        while True:
            try:
                call = waiting.get_nowait()
            except queue.Empty:
                self._connection.close()
                return self.taken
            if self._dice.random() < CUT:
                self._send(call)
                self._connection.close()  # the answer is lost, whatever it is
                self.taken.cut += 1
            self._note(call, self._asked(call))

    def _asked(self, call: Call) -> Any:
        """The answer; what got none is sent again."""
        while True:
            started = time.perf_counter()
            try:
                self._send(call)
                answer = orjson.loads(self._connection.getresponse().read())
            except (HTTPException, OSError):
                self._connection.close()
                continue
            self.taken.each.append(time.perf_counter() - started)
            return answer

    def _send(self, call: Call) -> None:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._tokens[call.worker]}"}
        variables = {"id": self._campaign, "input": list(call.items)}
        self._connection.request("POST", "/graphql", orjson.dumps({"query": CHECK_IN, "variables": variables}), headers)

    def _note(self, call: Call, answer: Any) -> None:
        found = (answer.get("data") or {}).get("campaignCheckIn") or {}
        if answer.get("errors") or found.get("userErrors"):
            raise SystemExit(f"a call of {len(call.items)} was refused: {orjson.dumps(answer).decode()[:500]}")
        results = [one["result"] for one in found["results"]]
        self.taken.results.update(results)
        self.taken.counted.update(one["targetId"] for one in found["results"] if one["result"] == "COUNTED")
        self.taken.answered.append((time.monotonic(), results.count("COUNTED")))
