"""The ASGI app: its routes, and what starts and stops with it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

from granian.utils.proxies import wrap_asgi_with_proxy_headers  # pyright: ignore[reportUnknownVariableType]
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from wangge_core.deployment import Deployment
from wangge_schema.api import Api
from wangge_schema.limits import Budgets, Limits
from wangge_schema.trusted import TrustedDocuments, read_trusted
from wangge_server.boards.routes import board_routes
from wangge_server.explorer import bundle_folder
from wangge_server.exports.routes import export_routes
from wangge_server.files.routes import file_routes
from wangge_server.http.endpoint import GraphQLEndpoint
from wangge_server.http.replies import METHODS, safe
from wangge_server.live.service import LiveService
from wangge_server.maps.routes import map_routes
from wangge_server.observing import Observer
from wangge_server.opening import open_deployment, open_worker
from wangge_server.probes import health, readiness
from wangge_server.reports.routes import report_routes
from wangge_server.settings import Settings
from wangge_server.sign_in.attempts import Attempts
from wangge_server.sign_in.checks import check_sign_in
from wangge_server.sign_in.development import ISSUER, DevelopmentTokens, read_key
from wangge_server.sign_in.tokens import Tokens, open_tokens
from wangge_server.viewers import Viewers

GRAPHQL = "/graphql"
READABLE_HEADERS = ("ETag", "Retry-After")
"""What a page of another origin may read of an answer's headers, beside those that it always may."""


class Service(Starlette):
    """Starlette with a short way to /graphql: past its middleware, routing and request objects."""

    def __init__(self, graphql: ASGIApp, live: ASGIApp, settings: Settings, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._graphql = graphql
        self._live = live
        self._others = safe(super().__call__)
        self._entry = _wrapped(self._dispatch, settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._entry(scope, receive, send)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == GRAPHQL:
            await self._graphql(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"] == GRAPHQL:
            await self._live(scope, receive, send)
        else:
            await self._others(scope, receive, send)


def _wrapped(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The app behind what the settings ask for and nothing more."""
    if settings.allowed_origins:
        app = CORSMiddleware(
            app,
            allow_origins=settings.allowed_origins,
            allow_methods=METHODS.decode().split(", "),
            allow_headers=["Authorization", "Content-Type", "Wangge-Device", "Wangge-Intake-Token", "Wangge-Purpose"],
            expose_headers=READABLE_HEADERS,
        )
    if settings.trusted_proxies:
        return cast("ASGIApp", wrap_asgi_with_proxy_headers(app, list(settings.trusted_proxies)))
    return app


def open_api(deployment: Deployment, settings: Settings) -> Api:
    """The schema at work, within the limits that the settings name. Raises SettingError for a file of trusted documents that is wrong."""
    only, budget = settings.only_trusted_documents, settings.cost_per_minute
    return Api(
        deployment,
        limits=Limits(cost=settings.most_cost, seconds=settings.most_seconds),
        trusted=read_trusted(settings.trusted_documents, only=only) if settings.trusted_documents else TrustedDocuments(only=only),
        budgets=Budgets(budget, budget / 60) if budget else None,
        introspection=settings.introspection,
    )


def open_viewers(deployment: Deployment, settings: Settings) -> Viewers:
    """What finds out who is behind a request."""
    tokens = open_tokens(settings.issuers)
    if settings.development_sign_in:
        tokens = Tokens({ISSUER: DevelopmentTokens(read_key(settings.folder))})
    return Viewers(deployment, tokens, attempts=Attempts(settings.failed_sign_ins_per_minute))


def create_app(settings: Settings) -> Starlette:
    """The service that the settings describe. Raises PluginError and SettingError; the database is checked when it starts."""
    check_sign_in(settings)
    deployment = open_deployment(settings)
    viewers = open_viewers(deployment, settings)
    observer = Observer(settings)
    api = open_api(deployment, settings)
    live = LiveService(api, viewers, settings, observer)
    worker = open_worker(settings, deployment)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        try:
            await deployment.start()
            observer.attach(deployment)
            async with observer.running(), live.running(), worker.running(only_look=not settings.jobs.run):
                yield
        finally:
            await deployment.close()

    routes: list[BaseRoute] = [Route("/health", health), Route("/ready", readiness(deployment)), *observer.routes()]
    routes += file_routes(deployment, viewers, settings.files)
    routes += board_routes(api, settings)
    routes += map_routes(deployment, viewers, settings)
    routes += export_routes(api, viewers, settings)
    routes += report_routes(deployment, viewers)
    if settings.explorer and (folder := bundle_folder()):
        routes.insert(0, Mount(f"{GRAPHQL}/assets", StaticFiles(directory=folder)))
    observer.count("plan_cache_hits", lambda: api.shared.plans.hits)
    observer.count("plan_cache_misses", lambda: api.shared.plans.misses)
    observer.count("live_reads", lambda: live.live.reads)
    observer.gauge("live_connections", lambda: live.connections)
    observer.gauge("subscribers", lambda: live.live.streams)
    observer.count("job_failures", lambda: worker.failures)
    observer.gauge("jobs_due", lambda: worker.figures.due)
    observer.gauge("jobs_late_seconds", lambda: worker.figures.late_seconds)
    observer.gauge("jobs_given_up", lambda: worker.figures.given_up)
    endpoint = GraphQLEndpoint(api, viewers, settings, observer, live.events)
    return Service(endpoint, live.websocket, settings, routes=routes, lifespan=lifespan)
