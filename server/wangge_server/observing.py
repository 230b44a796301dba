"""Observing: the one place to which requests and statements are told, and from which logs, metrics and traces hear of them.

Whatever carries a request wraps it in `Observer.watch`. Prometheus and OpenTelemetry are imported only where they are switched on.
"""

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from wangge_core.deployment import Deployment
from wangge_schema.answers import Answer, Operation
from wangge_server.logs import log_request, open_logger
from wangge_server.settings import Settings

if TYPE_CHECKING:
    from wangge_server.metrics import Metrics
    from wangge_server.tracing import OpenSpan, Tracing

Transport = Literal["http", "ws", "sse"]
NOTHING = Operation()
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that tells prometheus-client to share figures between processes; it is read when that is imported."""
CLIENT_GONE = 499
"""The status of a request whose client did not wait for the answer; nobody is sent it."""


class Watched:
    """A request while it is answered, and what may be told of it: never a variable, a document, a header or a token.

    Whoever answers fills it in. `answer` gives operation, cost and codes; `codes` is for what failed before there was one. `trusted`:
    the document is on the operator's list, so that its name may be the name of a metric. `size` is that of the body in bytes.
    """

    __slots__ = (
        "_headers",
        "_observer",
        "answer",
        "codes",
        "cost",
        "operation",
        "seconds",
        "signed_in",
        "size",
        "span",
        "started",
        "status",
        "transport",
        "trusted",
    )

    def __init__(self, observer: "Observer", headers: Mapping[bytes, bytes] | None, transport: Transport) -> None:
        self._observer = observer
        self.transport = transport
        self.answer: Answer | None = None
        self.operation = NOTHING
        self.codes: tuple[str, ...] = ()
        self.status = self.cost = self.size = 0
        self.signed_in = self.trusted = False
        self.seconds = 0.0
        self.started = 0.0
        self.span: OpenSpan | None = None
        self._headers = headers

    def __enter__(self) -> "Watched":
        if self._observer.tracing is not None:
            self.span = self._observer.tracing.begin(self._headers or {})
        self.started = perf_counter()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.seconds = perf_counter() - self.started
        if error is not None and not self.status:
            self.status = CLIENT_GONE if isinstance(error, asyncio.CancelledError | GeneratorExit) else 500
        if (answer := self.answer) is not None:
            self.operation, self.cost, self.codes = answer.operation, answer.cost, self.codes or answer.codes
            self.size = self.size or len(answer.body)
        self._observer.tell(self)


class Observer:
    """What a process tells of itself. Make one for each app."""

    def __init__(self, settings: Settings) -> None:
        self.metrics = _open_metrics() if settings.metrics else None
        self.tracing = _open_tracing() if settings.tracing else None
        self._tells: list[Callable[[Watched], None]] = [partial(log_request, open_logger(settings))]
        if self.metrics is not None:
            self._tells.append(self.metrics.request)
        if self.tracing is not None:
            self._tells.append(self.tracing.end)

    def attach(self, deployment: Deployment) -> None:
        """Hear of the deployment's statements and pools."""
        if self.metrics is not None:
            deployment.watch(self.metrics.statement)
            for name in deployment.pools():
                self.metrics.pool(name, lambda name=name: deployment.pools()[name])
        if self.tracing is not None:
            deployment.watch(partial(self.tracing.statement, deployment.url.get_backend_name()))

    def watch(self, headers: Mapping[bytes, bytes] | None = None, *, transport: Transport = "http") -> Watched:
        """Watch a request; its end is told when the block ends, however it ends. `headers` may name the trace that it belongs to."""
        return Watched(self, headers, transport)

    def tell(self, request: Watched) -> None:
        """Tell of a request that has ended."""
        for tell in self._tells:
            tell(request)

    def count(self, name: str, read: Callable[[], int]) -> None:
        """Show a number that only grows; `name` is one of `metrics.COUNTS`."""
        if self.metrics is not None:
            self.metrics.count(name, read)

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """Show a number as it is now; `name` is one of `metrics.GAUGES`."""
        if self.metrics is not None:
            self.metrics.gauge(name, read)

    def routes(self) -> list[BaseRoute]:
        """The route of the metrics, where they are switched on."""
        metrics = self.metrics
        if metrics is None:
            return []

        async def show(request: Request) -> Response:
            body, media_type = metrics.render(request.headers.get("accept", ""))
            return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})

        return [Route("/metrics", show)]

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """While the app runs: with several processes each keeps its gauges fresh; at the end spans are sent."""
        sampling = asyncio.create_task(self.metrics.keep_sampling()) if self.metrics is not None and self.metrics.shared else None
        try:
            yield
        finally:
            if sampling is not None:
                sampling.cancel()
            if self.tracing is not None:
                await asyncio.to_thread(self.tracing.close)


def _open_metrics() -> "Metrics":
    from wangge_server.metrics import Metrics  # noqa: PLC0415 - it takes time, and reads the environment

    return Metrics()


def _open_tracing() -> "Tracing":
    from wangge_server.tracing import Tracing  # noqa: PLC0415 - an extra

    return Tracing()


def prepare_processes(settings: Settings) -> None:
    """Before several processes are started: the folder through which they share their metrics, removed at the end."""
    if settings.metrics and settings.workers > 1 and SHARED_FOLDER not in os.environ:
        folder = tempfile.mkdtemp(prefix="wangge-metrics-")
        os.environ[SHARED_FOLDER] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
