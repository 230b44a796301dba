"""Logs: a line for every request, and in no line anything that somebody entered."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from graphql import GraphQLError

from towns import GRIDS, Town
from wangge_core.errors import DatabaseError
from wangge_schema.answers import Answer
from wangge_server.app import create_app
from wangge_server.logs import RecordHandler, facts_of, set_up_logging
from wangge_server.observing import Observer
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio

MARKER = "Marker7Of9Secrets"
"""What somebody entered; it is in documents, variables, headers and errors, and must be in no line."""
ENDPOINT = "/graphql"
WORKER = f"community.grid_worker@{GRIDS['urban']}"
REPORT = """mutation Report($input: EventReportInput!, $key: String) {
  eventReport(input: $input, idempotencyKey: $key) { event { id description } userErrors { code message } }
}"""
Serve = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def logging_kept() -> Iterator[None]:
    """The standard library's loggers are after the test what they were before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
async def client(
    town: Town, tmp_path: Path, capfd: pytest.CaptureFixture[str], logging_kept: None
) -> AsyncIterator[httpx.AsyncClient]:
    """The service with JSON logs on the captured standard error, for a grid worker."""
    url = town.deployment.url.render_as_string(hide_password=False)
    settings = Settings(data_folder=str(tmp_path), database=url, development_sign_in=True, log_format="json")
    set_up_logging(settings)
    app = create_app(settings)
    headers = {"Authorization": f"Bearer {make_token(WORKER, read_key(tmp_path))}", "Accept-Language": "en"}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://town", headers=headers) as client:
            yield client


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines since the last look, none of which has the marker."""
    captured = capfd.readouterr()
    assert MARKER not in captured.out + captured.err
    return [json.loads(line) for line in captured.err.splitlines()]


async def test_a_request_leaves_a_line_that_tells_what_was_asked_and_what_came_of_it(
    client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = await client.post(ENDPOINT, json={"query": "query Grids { grids(first: 1) { nodes { id } } }"})
    (line,) = lines(capfd)
    assert line.pop("at").endswith("Z")
    assert line.pop("ms") > 0
    assert len(line.pop("document")) == 16
    assert line.pop("cost") > 0
    assert line == {
        "level": "info",
        "event": "request",
        "transport": "http",
        "kind": "query",
        "operation": "Grids",
        "status": 200,
        "bytes": len(answer.content),
        "signed_in": True,
    }


async def test_no_line_holds_what_somebody_entered(client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]) -> None:
    events = "events(first: 1, filter: {number: {eq: %s}}) { nodes { id } }"
    asked: list[dict[str, Any]] = [
        {"query": "{ %s }" % (events % f'"{MARKER}"')},
        {"query": "query ($n: String) { %s }" % (events % "$n"), "variables": {"n": MARKER}},
        {"query": f"{{ {MARKER}: viewer {{ language }} }}"},
        {"query": f"# {MARKER}\n{{ viewer {{ language }} }}"},
        {"query": f"{{ viewer {{ {MARKER} }} }}"},
        {"query": f'{{ "{MARKER}'},
        {"query": "query ($n: Int) { grids(first: $n) { totalCount } }", "variables": {"n": MARKER}},
        {"query": f'{{ node(id: "{MARKER}") {{ id }} }}'},
        {"query": f'{{ grids(after: "{MARKER}") {{ totalCount }} }}'},
        {"query": "query A { viewer { language } } query B { viewer { language } }", "operationName": MARKER},
        {"query": REPORT, "variables": {"input": report(MARKER), "key": MARKER}},
        {"query": REPORT, "variables": {"input": report("again"), "key": MARKER}},
        {"query": REPORT, "variables": {"input": report(MARKER) | {"kindId": MARKER}}},
        {"query": REPORT, "variables": {"input": report(MARKER) | {MARKER: MARKER}}},
        {"query": MARKER, "variables": MARKER},
    ]
    for one in asked:
        await client.post(ENDPOINT, json=one)
    await client.post(ENDPOINT, content=f'{{"query": "{MARKER}'.encode(), headers={"Content-Type": "application/json"})
    await client.get(ENDPOINT, params={"query": f"{{ viewer {{ language }} {MARKER} }}", MARKER: MARKER})
    await client.post(ENDPOINT, json={"query": "{ viewer { language } }"}, headers={"Authorization": f"Bearer {MARKER}"})
    await client.post(ENDPOINT, json={"query": "{ viewer { language } }"}, headers={"Authorization": f"{MARKER} {MARKER}"})
    requests = [line for line in lines(capfd) if line["event"] == "request"]
    assert len(requests) == len(asked) + 4
    assert {line["status"] for line in requests} >= {200, 400, 401}
    assert {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "UNAUTHENTICATED"} <= {
        code for line in requests for code in line.get("codes", [])
    }
    assert [line["kind"] for line in requests if line["operation"] == "Report"] == ["mutation"] * 4


def report(description: str) -> dict[str, Any]:
    details = {"communityHazard": {"hazard": "STRUCTURE", "immediateDanger": False}}
    return {"kindId": "community.hazard", "gridId": "Grid:1", "description": description, "details": details}


async def test_an_error_of_the_database_is_told_without_its_values(
    client: httpx.AsyncClient, town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    async with town.deployment.write() as work:
        await work.connection.execute(sa.text("ALTER TABLE event RENAME TO nowhere"))
    asked = f'{{ events(filter: {{number: {{eq: "{MARKER}"}}}}) {{ nodes {{ id }} }} }}'
    answer = await client.post(ENDPOINT, json={"query": asked})
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    told, request = (one for one in lines(capfd) if one.get("logger") != "wangge.jobs")  # a job may meet the same
    assert (request["level"], request["codes"]) == ("error", ["INTERNAL_ERROR"])
    assert "Error" in told["error"]
    assert any(one.startswith("wangge_") for one in told["raised"]), told


async def test_an_error_in_the_code_is_told_by_its_class_and_place(
    client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> Answer:
        raise ValueError(MARKER)

    monkeypatch.setattr("wangge_schema.api.Api.answer", fail)
    await client.post(ENDPOINT, json={"query": "{ viewer { language } }"})
    told, request = lines(capfd)
    assert told["error"] == "ValueError"
    assert told["raised"][-1].startswith("test_logs:")
    assert request["level"] == "error"


async def test_from_warning_on_only_what_went_wrong_has_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    observer = Observer(Settings(log_level="warning", log_format="json"))
    for status, codes in ((200, ()), (400, ("GRAPHQL_PARSE_FAILED",)), (500, ()), (200, ("INTERNAL_ERROR",))):
        with observer.watch() as watched:
            watched.status, watched.codes = status, codes
    assert [(line["status"], line["level"]) for line in lines(capfd)] == [(500, "error"), (200, "error")]


async def test_a_request_that_raises_has_a_line_and_goes_on_raising(capfd: pytest.CaptureFixture[str]) -> None:
    observer = Observer(Settings(log_format="json"))
    with pytest.raises(ValueError, match=MARKER), observer.watch(transport="ws"):
        raise ValueError(MARKER)
    assert [(line["status"], line["transport"]) for line in lines(capfd)] == [(500, "ws")]


async def test_a_person_at_a_terminal_gets_words_and_no_json(capfd: pytest.CaptureFixture[str]) -> None:
    observer = Observer(Settings(log_format="console"))
    with observer.watch() as watched:
        watched.answer = Answer(body=b"{}", executed=True)
        watched.status = 200
    told = capfd.readouterr().err
    assert "request" in told
    assert not told.startswith("{")


@pytest.fixture
def handler(capfd: pytest.CaptureFixture[str]) -> RecordHandler:
    return RecordHandler("info", json=True)


def record(name: str, message: Any, *values: Any, error: BaseException | None = None) -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "", 0, message, values, (type(error), error, None) if error else None)


async def test_of_libraries_the_text_is_told_and_not_what_was_put_into_it(
    handler: RecordHandler, capfd: pytest.CaptureFixture[str]
) -> None:
    handler.emit(record("sqlalchemy.pool", "Exception closing %s", MARKER))
    handler.emit(record("asyncio", f"Task exception was never retrieved\nfuture: {MARKER}"))
    handler.emit(record("strawberry.execution", GraphQLError(MARKER), error=ValueError(MARKER)))
    handler.emit(record("_granian", "Started worker-%s", 1))
    told = [(line["event"], line["logger"], line.get("error")) for line in lines(capfd)]
    assert told == [
        ("Exception closing %s", "sqlalchemy.pool", None),
        ("Task exception was never retrieved", "asyncio", None),
        ("GraphQLError", "strawberry.execution", "ValueError"),
        ("Started worker-1", "_granian", None),
    ]


async def test_of_an_exception_its_causes_codes_and_places_are_told() -> None:
    class RefusedError(Exception):
        sqlstate = "23505"

    def refuse() -> None:
        raise RefusedError(MARKER)

    try:
        try:
            refuse()
        except RefusedError as cause:
            raise DatabaseError(MARKER) from cause
    except DatabaseError as error:
        facts = facts_of(error)
    assert facts["error"].startswith("wangge_core.errors.DatabaseError < ")
    assert (facts["code"], facts["sqlstate"]) == ("DATABASE_UNUSABLE", "23505")
    assert MARKER not in str(facts)
