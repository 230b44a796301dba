"""Tracing: spans of operations and statements, in the caller's trace, with nothing that somebody entered."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from towns import Town
from wangge_server.app import create_app
from wangge_server.observing import Observer
from wangge_server.settings import Settings

pytestmark = pytest.mark.anyio

MARKER = "Marker7Of9Secrets"
TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
SETTINGS = Settings(tracing=True, log_level="error")


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Where the spans go that would be sent."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr("wangge_server.tracing._sending", lambda: provider)
    return kept


@pytest.fixture
async def client(town: Town, tmp_path: Path, spans: InMemorySpanExporter) -> AsyncIterator[httpx.AsyncClient]:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(tmp_path), database=url, tracing=True, log_level="error"))
    async with app.router.lifespan_context(app):
        spans.clear()
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://town") as client:
            yield client


def is_operation(span: ReadableSpan) -> bool:
    return "graphql.operation.type" in (span.attributes or {})


async def test_an_operation_and_its_statements_are_one_trace(client: httpx.AsyncClient, spans: InMemorySpanExporter) -> None:
    asked = f'query Grids {{ {MARKER}: grids(filter: {{code: {{eq: "{MARKER}"}}}}) {{ nodes {{ id }} }} }}'
    headers = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
    answer = await client.post("/graphql", json={"query": asked}, headers=headers)
    assert answer.status_code == 200
    found = spans.get_finished_spans()
    (operation,) = filter(is_operation, found)
    statements = [span for span in found if span is not operation]
    assert operation.name == "query Grids"
    assert operation.attributes is not None
    assert operation.attributes["http.response.status_code"] == 200
    assert operation.parent is not None
    assert operation.context is not None
    assert (f"{operation.context.trace_id:032x}", f"{operation.parent.span_id:016x}") == (TRACE, CALLER)
    assert statements
    for span in statements:
        assert span.name == "SELECT"
        assert span.parent is not None
        assert span.parent.span_id == operation.context.span_id
        assert operation.start_time <= span.start_time <= span.end_time <= operation.end_time  # type: ignore[operator]
    assert MARKER not in "".join(span.to_json() for span in found)


async def test_what_the_service_reads_for_itself_is_no_trace(town: Town, spans: InMemorySpanExporter) -> None:
    observer = Observer(SETTINGS)
    observer.attach(town.deployment)
    async with town.deployment.read() as work:
        await work.value(sa.text("SELECT 1"))
        assert spans.get_finished_spans() == ()
        with observer.watch():
            await work.value(sa.text("SELECT 1"))
    assert len(spans.get_finished_spans()) == 2


async def test_a_request_without_a_trace_begins_one_and_faults_are_marked(spans: InMemorySpanExporter) -> None:
    observer = Observer(SETTINGS)
    with pytest.raises(ValueError, match=MARKER), observer.watch():
        raise ValueError(MARKER)
    with observer.watch({b"traceparent": b"nonsense"}) as watched:
        watched.status = 200
    failed, good = spans.get_finished_spans()
    assert (failed.name, failed.parent, failed.status.status_code) == ("graphql", None, StatusCode.ERROR)
    assert (good.parent, good.status.status_code) == (None, StatusCode.UNSET)
    assert MARKER not in failed.to_json()


def test_spans_are_not_sent_without_the_extra_and_that_is_told() -> None:
    code = """
import sys
sys.modules["opentelemetry"] = None
from wangge_core.errors import SettingError
from wangge_server.observing import Observer
from wangge_server.settings import Settings
try:
    Observer(Settings(tracing=True))
except SettingError as error:
    print(error.hint)
"""
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "pip install 'wangge[tracing]'" in said
