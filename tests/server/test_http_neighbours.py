"""What stands around the endpoint: pages of other origins, proxies, other methods, probes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from towns import Town
from wangge_core.errors import SettingError
from wangge_server.app import create_app
from wangge_server.settings import Settings, read_settings

pytestmark = pytest.mark.anyio

DUTY = "https://duty.example.com"
QUERY = {"query": "{ __typename }"}


@asynccontextmanager
async def client_of(town: Town, folder: Path, *, client: str = "127.0.0.1", **given: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service with these settings; `client` is the address that it comes from."""
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(folder), database=url, **given))

    async def address(request: Request) -> Response:
        assert request.client is not None
        return PlainTextResponse(f"{request.url.scheme} {request.client.host}")

    app.routes.append(Route("/address", address))
    transport = httpx.ASGITransport(app, client=(client, 1))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://town") as asking:
        yield asking


async def test_pages_of_other_origins_are_let_in_only_where_the_settings_say_so(town: Town, tmp_path: Path) -> None:
    asking = {"Origin": DUTY, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with client_of(town, tmp_path, allowed_origins=(DUTY,)) as client:
        preflight = await client.options("/graphql", headers=asking)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == DUTY
        assert "POST" in preflight.headers["access-control-allow-methods"]
        assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
        assert "access-control-allow-credentials" not in preflight.headers
        answer = await client.post("/graphql", json=QUERY, headers={"Origin": DUTY})
        assert answer.headers["access-control-allow-origin"] == DUTY
        for stranger in ("https://elsewhere.example", f"{DUTY}.elsewhere.example", "http://duty.example.com"):
            answer = await client.post("/graphql", json=QUERY, headers={"Origin": stranger})
            assert "access-control-allow-origin" not in answer.headers
    async with client_of(town, tmp_path) as client:
        preflight = await client.options("/graphql", headers=asking)
        assert not any(name.startswith("access-control") for name in preflight.headers)


async def test_the_address_that_a_proxy_tells_is_believed_of_trusted_ones_alone(town: Town, tmp_path: Path) -> None:
    told = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4", "X-Forwarded-Proto": "https"}
    trusted = {"trusted_proxies": ("10.0.0.0/24", "::1")}
    for client, given, seen in (
        ("10.0.0.7", trusted, "https 198.51.100.4"),  # the first one could be made up by the client
        ("::1", trusted, "https 198.51.100.4"),
        ("10.0.1.7", trusted, "http 10.0.1.7"),
        ("10.0.0.7", {}, "http 10.0.0.7"),
    ):
        async with client_of(town, tmp_path, client=client, **given) as asking:
            assert (await asking.get("/address", headers=told)).text == seen


async def test_other_methods_are_told_which_there_are(town: Town, tmp_path: Path) -> None:
    async with client_of(town, tmp_path) as client:
        assert (await client.options("/graphql")).headers["allow"] == "GET, HEAD, POST, OPTIONS"
        for method in ("PUT", "DELETE", "PATCH"):
            answer = await client.request(method, "/graphql", json=QUERY)
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
            assert answer.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


async def test_every_answer_forbids_browsers_to_guess_its_type(town: Town, tmp_path: Path) -> None:
    async with client_of(town, tmp_path) as client:
        for answer in (
            await client.post("/graphql", json=QUERY),
            await client.get("/graphql"),
            await client.get("/health"),
            await client.get("/nowhere"),
        ):
            assert answer.headers.get_list("x-content-type-options") == ["nosniff"]


@pytest.mark.parametrize(
    "given", [{"allowed_origins": ["duty.example.com"]}, {"allowed_origins": [f"{DUTY}/"]}, {"trusted_proxies": ["10.0.0.7/24"]}]
)
async def test_a_wrong_origin_or_proxy_is_told_at_the_start(given: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        read_settings(environment={}, **given)


async def test_origins_and_proxies_may_stand_in_the_environment() -> None:
    environment = {"WANGGE_ALLOWED_ORIGINS": f"{DUTY}, http://localhost:3000", "WANGGE_TRUSTED_PROXIES": "10.0.0.0/24,::1"}
    settings = read_settings(environment=environment)
    assert settings.allowed_origins == (DUTY, "http://localhost:3000")
    assert settings.trusted_proxies == ("10.0.0.0/24", "::1")


async def test_a_service_is_ready_when_its_database_is(town: Town, tmp_path: Path) -> None:
    async with client_of(town, tmp_path) as client:
        ready = await client.get("/ready")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
        async with town.deployment.write() as work:
            await work.run(sa.text("UPDATE alembic_version SET version_num = 'older'"))
        unready = await client.get("/ready")
        assert (unready.status_code, unready.json()) == (503, {"status": "unready", "because": "revision"})


async def test_a_service_whose_database_is_away_is_up_but_not_ready(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"
    app = create_app(Settings(data_folder=str(tmp_path), database=url))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town") as client:
        assert (await client.get("/health")).json() == {"status": "ok"}
        unready = await client.get("/ready")
        assert (unready.status_code, unready.json()) == (503, {"status": "unready", "because": "database"})
