"""The ASGI app: its routes, and what starts and stops with it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from wangge_schema.api import Api
from wangge_server.explorer import bundle_folder
from wangge_server.http import GraphQLEndpoint
from wangge_server.settings import Settings, open_deployment


def create_app(settings: Settings) -> Starlette:
    """The service that the settings describe. Raises PluginError; the database is checked when it starts."""
    deployment = open_deployment(settings)
    endpoint = GraphQLEndpoint(Api(deployment), settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        try:
            await deployment.start()
            yield
        finally:
            await deployment.close()

    async def graphql(request: Request) -> Response:
        return await endpoint(request)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    routes: list[BaseRoute] = [Route("/graphql", graphql, methods=["GET", "POST"]), Route("/health", health)]
    if settings.explorer and (folder := bundle_folder()):
        routes.insert(0, Mount("/graphql/assets", StaticFiles(directory=folder)))
    return Starlette(routes=routes, lifespan=lifespan)
