"""Metrics: figures for Prometheus. Labels are bounded: an operation's name is one only where its document is trusted.

Several processes share their figures through files in a folder that the parent makes (`observing.prepare_processes`), so that
whichever of them is asked answers for all.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import (
    MultiProcessCollector,
    mark_process_dead,  # pyright: ignore[reportUnknownVariableType] - its arguments have no types
)

from wangge_core.db.watching import PoolUse
from wangge_server.observing import SHARED_FOLDER, Watched

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SAMPLED_SECONDS = 5
"""How old a gauge of another process may be."""
SUBSCRIPTION = "subscription"
COUNTS: Mapping[str, str] = {
    "plan_cache_hits": "Reads whose plan was there already.",
    "plan_cache_misses": "Reads whose plan had to be made.",
    "job_failures": "Attempts at jobs that failed.",
    "live_reads": "Messages that were read for subscribers, each for a whole group of equal ones.",
}
GAUGES: Mapping[str, str] = {
    "live_connections": "Clients that are connected for live operations.",
    "subscribers": "Subscriptions that are open.",
    "jobs_due": "Jobs whose time has come and that no process has taken yet.",
    "jobs_late_seconds": "By how many seconds the first of them is late.",
    "jobs_given_up": "Jobs that failed too often; `wangge jobs list --given-up` shows them.",
}
OF_DATABASE = {"jobs_due", "jobs_late_seconds", "jobs_given_up"}
"""Gauges of what stands in the database: the same in every process, so that they are not added up."""


class Metrics:
    """The figures of a process. `shared`: they are added up with those of the other processes."""

    def __init__(self) -> None:
        self.shared = SHARED_FOLDER in os.environ
        self._registry = CollectorRegistry()
        self._make()
        self._of_request: dict[tuple[str, str, str, int], tuple[Any, Any]] = {}
        self._of_code: dict[str, Any] = {}
        self._of_kind: dict[str, tuple[Any, Any]] = {}
        self._samples: list[Callable[[], None]] = []
        if self.shared:
            _forget_dead(Path(os.environ[SHARED_FOLDER]))
        else:
            ProcessCollector(registry=self._registry)

    def _make(self) -> None:
        shown: Any = {"registry": self._registry}
        self._requests = Counter("wangge_requests", "Requests that ended.", ["transport", "kind", "operation", "status"], **shown)
        self._seconds = Histogram(
            "wangge_request_seconds", "How long queries and mutations took.", ["kind", "operation"], buckets=SECONDS, **shown
        )
        self._codes = Counter("wangge_errors", "Top-level errors by code.", ["code"], **shown)
        self._cost = Counter("wangge_cost", "What operations were charged.", ["kind"], **shown)
        self._bytes = Counter("wangge_response_bytes", "Bytes of answers.", ["kind"], **shown)
        statements = Histogram("wangge_statement_seconds", "How long statements took.", ["outcome"], buckets=SECONDS, **shown)
        self._statements = {failed: statements.labels("failed" if failed else "ok") for failed in (False, True)}
        modes: Any = {"multiprocess_mode": "livesum"}
        self._pools = Gauge(
            "wangge_pool_connections", "Connections by pool: its size, and used now.", ["pool", "what"], **shown, **modes
        )

    def request(self, request: Watched) -> None:
        """Count a request that has ended."""
        operation = request.operation
        key = (request.transport, operation.kind, operation.name if request.trusted else "", request.status)
        if (found := self._of_request.get(key)) is None:
            transport, kind, name, status = key
            found = (self._requests.labels(transport, kind, name, status), self._seconds.labels(kind, name))
            self._of_request[key] = found
        found[0].inc()
        if operation.kind != SUBSCRIPTION:
            found[1].observe(request.seconds)
        self._sums(operation.kind, request.cost, request.size)
        for code in request.codes:
            self._code(code).inc()

    def _sums(self, kind: str, cost: int, bytes: int) -> None:
        if (found := self._of_kind.get(kind)) is None:
            found = self._of_kind[kind] = (self._cost.labels(kind), self._bytes.labels(kind))
        found[0].inc(cost)
        found[1].inc(bytes)

    def _code(self, code: str) -> Any:
        if (found := self._of_code.get(code)) is None:
            found = self._of_code[code] = self._codes.labels(code)
        return found

    def statement(self, _text: str, seconds: float, failed: bool) -> None:
        """Count a statement."""
        self._statements[failed].observe(seconds)

    def pool(self, name: str, read: Callable[[], PoolUse]) -> None:
        """Show how full a pool is."""
        size, used = self._pools.labels(name, "size"), self._pools.labels(name, "used")

        def sample() -> None:
            use = read()
            size.set(use.size)
            used.set(use.used)

        self._samples.append(sample)

    def count(self, name: str, read: Callable[[], int]) -> None:
        """Show a number that another part keeps and that only grows; `name` is one of COUNTS."""
        counter, last = Counter(f"wangge_{name}", COUNTS[name], registry=self._registry), 0

        def sample() -> None:
            nonlocal last
            now = read()
            counter.inc(max(now - last, 0))
            last = now

        self._samples.append(sample)

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """Show a number as it is now; `name` is one of GAUGES."""
        mode: Literal["livemax", "livesum"] = "livemax" if name in OF_DATABASE else "livesum"
        gauge = Gauge(f"wangge_{name}", GAUGES[name], registry=self._registry, multiprocess_mode=mode)
        self._samples.append(lambda: gauge.set(read()))

    def sample(self) -> None:
        """Bring up to date what other parts keep."""
        for sample in self._samples:
            sample()

    async def keep_sampling(self) -> None:
        """Sample every few seconds, for scrapes that another process answers."""
        while True:
            self.sample()
            await asyncio.sleep(SAMPLED_SECONDS)

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The figures and their media type, for what Prometheus says it accepts."""
        self.sample()
        registry = self._registry
        if self.shared:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
        encode, media_type = choose_encoder(accept)
        return encode(registry), media_type


def _forget_dead(folder: Path) -> None:
    """Drop the gauges of processes that are no more: where one died and another took its place."""
    for path in folder.glob("gauge_live*_*.db"):
        process = int(path.stem.rpartition("_")[2])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            mark_process_dead(process, str(folder))
        except PermissionError:
            continue
