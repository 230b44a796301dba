"""Operations over WebSocket and as events leave a line and are counted, as those over HTTP, and nothing that somebody entered is told."""

import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from live_clients import event_source, socket
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from towns import COMMUNITY, Town
from wangge_server.app import create_app
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio

MARKER = "Marker7Of9Secrets"
HEAD = f"community.community_head@{COMMUNITY}"
QUERY = "query Numbered($n: String) { events(first: 1, filter: {number: {eq: $n}}) { nodes { id } } }"
MUTATION = """mutation Report($input: EventReportInput!, $key: String) {
  eventReport(input: $input, idempotencyKey: $key) { event { id } userErrors { code } }
}"""
FOLLOW = "subscription Follow($after: String, $kinds: [ID!]) { eventChanged(after: $after, kinds: $kinds) { change cursor } }"
REFUSED = {"kindId": MARKER, "gridId": "Grid:1", "description": MARKER}
WRONG = REFUSED | {MARKER: MARKER}


@pytest.fixture
async def app(town: Town, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> AsyncIterator[Starlette]:
    url = town.deployment.url.render_as_string(hide_password=False)
    settings = Settings(
        data_folder=str(tmp_path), database=url, development_sign_in=True, log_format="json", metrics=True, live_operations=2
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        capfd.readouterr()
        yield app


@pytest.fixture
def head(tmp_path: Path) -> str:
    return f"Bearer {make_token(HEAD, read_key(tmp_path))}"


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines of requests since the last look; no line has the marker."""
    captured = capfd.readouterr()
    assert MARKER not in captured.out + captured.err
    told = [json.loads(line) for line in captured.err.splitlines()]
    return [line for line in told if line["event"] == "request"]


async def counts(app: Starlette) -> dict[tuple[str, str, str], float]:
    """How many requests there were, by transport, kind and status."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town") as client:
        text = (await client.get("/metrics")).text
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    wanted = [one for one in samples if one.name == "wangge_requests_total"]
    return {(one.labels["transport"], one.labels["kind"], one.labels["status"]): one.value for one in wanted}


def facts(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line.get(name) for name in ("transport", "kind", "operation", "status", "codes"))


def hash_of(document: str) -> str:
    return sha256(document.encode()).hexdigest()[:16]


async def test_operations_of_a_websocket_have_a_line_each_without_what_was_entered(
    app: Starlette, head: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with socket(app) as client:
        await client.sign_in(authorization=head)
        await client.follow("q", QUERY, n=MARKER)
        answer = await client.hear()
        assert (await client.hear())["type"] == "complete"
        await client.follow("m", MUTATION, input=WRONG, key=MARKER)
        (error,) = (await client.hear())["payload"]
        assert "$input" in error["message"]  # the document is right
        query, mutation = lines(capfd)
        await client.follow("s", FOLLOW, kinds=[MARKER])
        assert (await client.changed("s"))["change"] == "STARTED"
        assert not lines(capfd)
        await client.say("complete", "s")
        await client.say("ping")
        await client.hear()
        (subscription,) = lines(capfd)
    assert facts(query) == ("ws", "query", "Numbered", 200, None)
    assert facts(mutation) == ("ws", "mutation", "Report", 400, ["GRAPHQL_VALIDATION_FAILED"])
    assert facts(subscription) == ("ws", "subscription", "Follow", 200, None)
    assert [line["document"] for line in (query, mutation, subscription)] == [hash_of(one) for one in (QUERY, MUTATION, FOLLOW)]
    assert all(line["signed_in"] and line["ms"] > 0 and line["bytes"] > 0 for line in (query, mutation, subscription))
    assert query["cost"] == answer["payload"]["extensions"]["cost"]["requested"]
    found = await counts(app)
    assert found["ws", "query", "200"] == found["ws", "mutation", "400"] == found["ws", "subscription", "200"] == 1


async def test_what_a_websocket_refuses_is_told_by_its_code(app: Starlette, head: str, capfd: pytest.CaptureFixture[str]) -> None:
    async with socket(app) as client:
        await client.sign_in()
        await client.follow("x", FOLLOW)
        await client.hear()
        await client.follow("x", f"{{ {MARKER} }}")
        await client.hear()
    visitors = lines(capfd)
    assert [facts(line) for line in visitors] == [
        ("ws", "subscription", "Follow", 401, ["UNAUTHENTICATED"]),
        ("ws", "query", "", 400, ["GRAPHQL_VALIDATION_FAILED"]),
    ]
    assert not any(line["signed_in"] for line in visitors)
    async with socket(app) as client:
        await client.sign_in(authorization=head)
        for id in "ab":
            await client.follow(id, FOLLOW)
            await client.changed(id)
        await client.follow("c", FOLLOW)
        await client.hear()
        (line,) = lines(capfd)
    assert facts(line)[3:] == (400, ["TOO_MANY_OPERATIONS"])
    assert line["signed_in"]


async def test_event_streams_have_a_line_each_without_what_was_entered(
    app: Starlette, head: str, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = ({"query": QUERY, "variables": {"n": MARKER}}, {"query": MUTATION, "variables": {"input": REFUSED}})
    for body in asked:
        async with event_source(app, body, authorization=head) as source:
            assert (await source.hear())["event"] == "next"
            assert (await source.hear())["event"] == "complete"
    async with event_source(app, {"query": FOLLOW}, authorization=head) as source:
        await source.changed()
    async with event_source(app, {"query": FOLLOW}, authorization=f"Bearer {MARKER}") as source:
        assert source.start["status"] == 401
    told = lines(capfd)
    assert [facts(line) for line in told] == [
        ("sse", "query", "Numbered", 200, None),
        ("sse", "mutation", "Report", 200, None),
        ("sse", "subscription", "Follow", 200, None),
        ("sse", "", "", 401, ["UNAUTHENTICATED"]),
    ]
    assert [line["signed_in"] for line in told] == [True, True, True, False]
    found = await counts(app)
    assert found["sse", "query", "200"] == found["sse", "subscription", "200"] == found["sse", "", "401"] == 1


async def test_what_is_read_for_all_subscribers_is_in_the_trace_of_none(
    town: Town, tmp_path: Path, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr("wangge_server.tracing._sending", lambda: provider)
    url = town.deployment.url.render_as_string(hide_password=False)
    settings = Settings(data_folder=str(tmp_path), database=url, development_sign_in=True, tracing=True, log_level="error")
    app = create_app(settings)
    async with app.router.lifespan_context(app), socket(app) as client:
        await client.sign_in(authorization=head)
        await client.follow("a", FOLLOW)
        start = await client.changed("a")
        kept.clear()
        await client.follow("b", FOLLOW, after=start["cursor"])  # it waits for the tail to look again
        await client.follow("c", FOLLOW)
        await client.changed("c")
        await client.say("complete", "a")
        await client.say("ping")
        await client.hear()
        spans = kept.get_finished_spans()
    (first,) = [span for span in spans if span.name == "subscription Follow"]
    assert first.context is not None
    assert [span.name for span in spans if span.parent is not None and span.parent.span_id == first.context.span_id] == []
