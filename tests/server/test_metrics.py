"""Metrics: they count what happened, their labels are bounded, and several processes add theirs up."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from towns import Town
from wangge_core.db.watching import PoolUse
from wangge_schema.answers import Answer, Operation
from wangge_server.app import create_app
from wangge_server.metrics import Metrics
from wangge_server.observing import Observer
from wangge_server.settings import Settings

pytestmark = pytest.mark.anyio

Figures = dict[tuple[str, ...], float]
"""By the name of the sample and the values of its labels, in the order of the labels' names."""


@pytest.fixture
async def client(town: Town, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(tmp_path), database=url, metrics=True, log_level="error"))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://town") as client:
            yield client


def figures(text: str) -> Figures:
    found: Figures = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, *(value for _, value in sorted(sample.labels.items()))] = sample.value
    return found


async def scrape(client: httpx.AsyncClient) -> Figures:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return figures(answer.text)


async def test_requests_errors_and_statements_are_counted(client: httpx.AsyncClient) -> None:
    before = await scrape(client)
    for _ in range(3):
        await client.post("/graphql", json={"query": "query Mine { grids(first: 1) { nodes { id } } }"})
    await client.post("/graphql", json={"query": "{ nothing }"})
    await client.post("/graphql", json={"query": "{ viewer { language } }"}, headers={"Authorization": "Bearer no"})
    after = await scrape(client)

    def grown(*key: str) -> float:
        return after.get(key, 0) - before.get(key, 0)

    assert grown("wangge_requests_total", "query", "", "200", "http") >= 3
    assert grown("wangge_requests_total", "", "", "401", "http") == 1
    assert grown("wangge_request_seconds_count", "query", "") >= 3
    assert grown("wangge_request_seconds_sum", "query", "") > 0
    assert grown("wangge_errors_total", "GRAPHQL_VALIDATION_FAILED") == 1
    assert grown("wangge_errors_total", "UNAUTHENTICATED") == 1
    assert grown("wangge_statement_seconds_count", "ok") >= 3
    assert grown("wangge_cost_total", "query") > 0
    assert grown("wangge_response_bytes_total", "query") > 3 * len('{"data":{"grids":{"nodes":[]}}}')
    assert not any("Mine" in part for key in after for part in key)


async def test_pools_are_shown(client: httpx.AsyncClient) -> None:
    found = await scrape(client)
    sizes = {key[1]: value for key, value in found.items() if key[0] == "wangge_pool_connections" and key[2] == "size"}
    used = {key[1]: value for key, value in found.items() if key[0] == "wangge_pool_connections" and key[2] == "used"}
    assert {"read", "write"} <= sizes.keys() == used.keys()
    assert all(sizes[name] >= 1 and 0 <= used[name] <= sizes[name] for name in sizes)


async def test_without_the_setting_there_are_no_metrics(town: Town, tmp_path: Path) -> None:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(tmp_path), database=url, log_level="error"))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town") as client,
    ):
        assert (await client.get("/metrics")).status_code == 404


def told(metrics: Metrics) -> Figures:
    return figures(metrics.render()[0].decode())


def answered(observer: Observer, name: str, *, trusted: bool = False, kind: str = "query") -> None:
    with observer.watch() as watched:
        watched.status, watched.trusted = 200, trusted
        watched.answer = Answer(body=b"{}", executed=True, operation=Operation(kind=kind, name=name), cost=7)


def test_only_trusted_documents_give_their_names() -> None:
    observer = Observer(Settings(metrics=True, log_level="error"))
    assert observer.metrics is not None
    for number in range(50):
        answered(observer, f"Anything{number}")
    answered(observer, "DutyRoom", trusted=True)
    found = told(observer.metrics)
    requests = {key: value for key, value in found.items() if key[0] == "wangge_requests_total"}
    assert requests == {
        ("wangge_requests_total", "query", "", "200", "http"): 50,
        ("wangge_requests_total", "query", "DutyRoom", "200", "http"): 1,
    }


def test_how_long_a_subscription_lasts_is_not_how_long_a_request_takes() -> None:
    observer = Observer(Settings(metrics=True, log_level="error"))
    assert observer.metrics is not None
    answered(observer, "", kind="subscription")
    found = told(observer.metrics)
    assert found["wangge_requests_total", "subscription", "", "200", "http"] == 1
    assert found.get(("wangge_request_seconds_count", "subscription", ""), 0) == 0


def test_figures_of_other_parts_are_read_when_they_are_asked_for() -> None:
    observer = Observer(Settings(metrics=True, log_level="error"))
    hits, open_now, used = 3, 2, 1
    observer.count("plan_cache_hits", lambda: hits)
    observer.gauge("subscribers", lambda: open_now)
    assert observer.metrics is not None
    observer.metrics.pool("read", lambda: PoolUse(8, used))
    assert told(observer.metrics)["wangge_plan_cache_hits_total",] == 3
    hits, open_now, used = 5, 1, 4
    found = told(observer.metrics)
    assert found["wangge_plan_cache_hits_total",] == 5
    assert found["wangge_subscribers",] == 1
    assert found["wangge_pool_connections", "read", "used"] == 4


WORKER = """
from wangge_schema.answers import Answer, Operation
from wangge_server.observing import Observer
from wangge_server.settings import Settings

observer = Observer(Settings(metrics=True, log_level="error"))
observer.gauge("subscribers", lambda: 2)
observer.count("plan_cache_hits", lambda: 5)
with observer.watch() as watched:
    watched.status = 200
    watched.answer = Answer(body=b"{}", executed=True, operation=Operation(kind="query"))
observer.metrics.sample()
"""
SCRAPED = WORKER + "\nprint(observer.metrics.render()[0].decode())"


def test_processes_add_up_their_figures_and_forget_the_gauges_of_the_dead(tmp_path: Path) -> None:
    def run(code: str) -> str:
        environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        return subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True).stdout

    run(WORKER)
    run(WORKER)
    found = figures(run(SCRAPED))
    assert found["wangge_requests_total", "query", "", "200", "http"] == 3
    assert found["wangge_plan_cache_hits_total",] == 15
    assert found["wangge_subscribers",] == 2


def test_what_is_switched_off_is_not_imported() -> None:
    code = "import sys, wangge_server.app; print({name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "wangge_server" in loaded
    assert "prometheus_client" not in loaded
    assert "opentelemetry" not in loaded
