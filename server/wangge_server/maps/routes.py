"""The routes of the map."""

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from wangge_core.deployment import Deployment
from wangge_server.explorer import HERE
from wangge_server.maps.giving import MapGiver
from wangge_server.maps.page import BUNDLED, MapPage
from wangge_server.settings import Settings
from wangge_server.viewers import Viewers


def map_routes(deployment: Deployment, viewers: Viewers, settings: Settings) -> list[BaseRoute]:
    """The routes of the map; none where it is switched off."""
    if not settings.map:
        return []
    giver = MapGiver(deployment, viewers, max_age_seconds=settings.max_age_seconds)
    folder = HERE / "web"
    bundled = all((folder / name).is_file() for name in BUNDLED)
    routes: list[BaseRoute] = [
        Route("/map", MapPage(bundled=bundled).show, methods=["GET"]),
        Route("/map/grids.geojson", giver.grids, methods=["GET"]),
        Route("/map/tiles/{zoom}/{column}/{row}.mvt", giver.tile, methods=["GET"]),
    ]
    return [*routes, Mount("/map/assets", StaticFiles(directory=folder))] if bundled else routes
