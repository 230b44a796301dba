"""Tracing: OpenTelemetry spans of operations and of statements, never of fields, which would cost more than they tell.

Where spans go is said by OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT` …). A span holds no variable, no document and
no text of a statement.
"""

import time
from collections.abc import Mapping
from typing import Any

from wangge_core.errors import SettingError
from wangge_schema.errors import INTERNAL
from wangge_server.observing import Watched

try:
    from opentelemetry import context, trace
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import Span, SpanKind, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as missing:
    raise SettingError(
        "tracing is switched on and OpenTelemetry is not installed.", hint="pip install 'wangge[tracing]', or set tracing = false."
    ) from missing

PROPAGATOR = TraceContextTextMapPropagator()
OpenSpan = tuple[Span, Any]
"""A span that is the current one, with what makes the one before it current again."""


class Tracing:
    """Begins and ends the spans of a process."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider or _sending()
        self._tracer = self._provider.get_tracer("wangge")

    def begin(self, headers: Mapping[bytes, bytes]) -> OpenSpan:
        """A span that is the current one until `end`; it belongs to the trace that the headers name, if any."""
        carrier = {name: headers[key].decode("latin-1") for name in PROPAGATOR.fields if (key := name.encode()) in headers}
        span = self._tracer.start_span("graphql", PROPAGATOR.extract(carrier), SpanKind.SERVER)
        return span, context.attach(trace.set_span_in_context(span))

    def end(self, request: Watched) -> None:
        """End the span of a request, named by its operation."""
        if request.span is None:
            return
        span, token = request.span
        context.detach(token)
        operation = request.operation
        span.update_name(" ".join(part for part in (operation.kind, operation.name) if part) or "graphql")
        span.set_attributes(
            {
                "graphql.operation.type": operation.kind,
                "graphql.operation.name": operation.name,
                "wangge.document": operation.document_hash,
                "wangge.cost": request.cost,
                "wangge.codes": request.codes,
                "http.response.status_code": request.status,
            }
        )
        if request.status >= 500 or INTERNAL in request.codes:
            span.set_status(StatusCode.ERROR)
        span.end()

    def statement(self, system: str, text: str, seconds: float, failed: bool) -> None:
        """A span of a statement of an operation that has just ended; of its text only the first word."""
        if not trace.get_current_span().is_recording():  # nobody asked for it, or the trace is not sampled
            return
        word = text.lstrip(" (\n").partition(" ")[0].upper()[:20]
        now = time.time_ns()
        attributes = {"db.system.name": system, "db.operation.name": word}
        span = self._tracer.start_span(word, kind=SpanKind.CLIENT, attributes=attributes, start_time=now - round(seconds * 1e9))
        if failed:
            span.set_status(StatusCode.ERROR)
        span.end(now)

    def close(self) -> None:
        """Send what has not been sent. Blocks for seconds where nobody receives it."""
        self._provider.shutdown()


def _sending() -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - tests need none
    except ImportError as missing:
        raise SettingError(
            "tracing is switched on and its exporter is not installed.", hint="pip install 'wangge[tracing]'."
        ) from missing
    provider = TracerProvider(resource=Resource.create({"service.name": "wangge"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
