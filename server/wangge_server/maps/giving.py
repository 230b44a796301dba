"""Giving out: `GET /map/tiles/{z}/{x}/{y}.mvt` and `GET /map/grids.geojson`, each with what its viewer may see."""

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response

from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.deployment import Deployment
from wangge_core.errors import Refusal, refusal
from wangge_core.maps.children import children_of
from wangge_core.maps.mercator import ZOOMS, TileAddress
from wangge_core.maps.tiles import GRIDS, TILE_LAYERS, make_tile
from wangge_core.rights.viewers import Viewer
from wangge_schema.ids import key_in
from wangge_server.http.credentials import credentials_of
from wangge_server.maps.replies import language_of, not_signed_in, refused, sent
from wangge_server.sign_in.errors import SignInError
from wangge_server.viewers import Viewers

VECTOR_TILE, GEOJSON = "application/vnd.mapbox-vector-tile", "application/geo+json"
COUNTED, LEFT_OUT = "Wangge-Counted", "Wangge-Left-Out"
MOST_SHOWN = 40
"""How much of a wrong text is told back."""


class MapRefusedError(Exception):
    """What was asked of the map is not given."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.refusal: Refusal = refusal(code, **values)


class MapGiver:
    """Gives out tiles and grids."""

    def __init__(self, deployment: Deployment, viewers: Viewers, *, max_age_seconds: int = 0) -> None:
        self._deployment = deployment
        self._viewers = viewers
        self._max_age_seconds = max_age_seconds

    async def tile(self, request: Request) -> Response:
        """The answer to `GET /map/tiles/{z}/{x}/{y}.mvt`."""
        return await self._answered(request, self._tile)

    async def grids(self, request: Request) -> Response:
        """The answer to `GET /map/grids.geojson`."""
        return await self._answered(request, self._grids)

    async def _answered(self, request: Request, make: Callable[[Request, Viewer], Awaitable[Response]]) -> Response:
        address = request.client.host if request.client else ""
        try:
            viewer = (await self._viewers.see(credentials_of(dict(request.scope["headers"]), address))).viewer
            return await make(request, viewer)
        except SignInError as error:
            return not_signed_in(error)
        except MapRefusedError as error:
            return refused(error.refusal, language_of(request))

    async def _tile(self, request: Request, viewer: Viewer) -> Response:
        """Raises MapRefusedError."""
        numbers = [request.path_params[name] for name in ("zoom", "column", "row")]
        address = TileAddress.read(*numbers)
        if address is None:
            raise MapRefusedError("TILE_INVALID", tile="/".join(numbers)[:MOST_SHOWN], most=ZOOMS[-1])
        names, layer_id = _names(request), request.query_params.get("layer", BASE_LAYER)
        async with self._deployment.read() as work:
            tile = await make_tile(work, viewer, address, names, layer_id)
        if tile is None:
            raise MapRefusedError("LAYER_UNKNOWN", layer=layer_id[:MOST_SHOWN])
        told = {COUNTED: ", ".join(tile.counted)} if tile.counted else {}
        told |= {LEFT_OUT: f"grids={tile.left_out}"} if tile.left_out else {}
        return sent(request, tile.content, VECTOR_TILE, max_age_seconds=self._max_age_seconds, more=told)

    async def _grids(self, request: Request, viewer: Viewer) -> Response:
        """Grids are public; the viewer is found all the same, so that a token that is no good is told. Raises MapRefusedError."""
        parent, zoom = _parent(request), _zoom(request)
        layer_id = request.query_params.get("layer", BASE_LAYER)
        async with self._deployment.read() as work:
            found = await children_of(work, parent, layer_id=layer_id, zoom=zoom)
        if found is None and parent is None:
            raise MapRefusedError("LAYER_UNKNOWN", layer=layer_id[:MOST_SHOWN])
        if found is None:
            raise MapRefusedError("NOT_FOUND", what="Grid", id=parent)
        return sent(request, orjson.dumps(found), GEOJSON, max_age_seconds=self._max_age_seconds, more={})


def _names(request: Request) -> list[str]:
    """The layers of a tile that are asked for. Raises MapRefusedError."""
    names = [one.strip() for one in request.query_params.get("layers", GRIDS).split(",")]
    wrong = next((one for one in names if one not in TILE_LAYERS), None)
    if wrong is not None:
        raise MapRefusedError("TILE_LAYERS_INVALID", name=repr(wrong[:MOST_SHOWN]), known=", ".join(TILE_LAYERS))
    return names


def _parent(request: Request) -> int | None:
    """The key of the parent, of its global id. Raises MapRefusedError."""
    given = request.query_params.get("parent", "")
    if not given:
        return None
    key = key_in(given, "Grid")
    if key is None:
        raise MapRefusedError("ID_INVALID", id=repr(given[:MOST_SHOWN]), what="Grid")
    return key


def _zoom(request: Request) -> int | None:
    given = request.query_params.get("zoom", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= 2 and int(given) in ZOOMS):
        raise MapRefusedError("ZOOM_INVALID", most=ZOOMS[-1])
    return int(given)
