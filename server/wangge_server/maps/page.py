"""The page of the map at `/map`, with `map_page.js` and `map_page.css`. It needs the bundle that `make web` leaves in `web/`, and names no
other host; without the bundle it says how to make it.
"""

import json
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from wangge_core.rights.viewers import Language
from wangge_server.http.replies import PAGE
from wangge_server.maps.replies import language_of

BUNDLED = ("map.js", "map.css", "map_worker.js")
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
"""MapLibre sets styles of elements and draws images of its own."""
TITLES: dict[Language, str] = {"zh": "网格地图", "en": "Map of the grids"}
LOADING: dict[Language, str] = {
    "zh": "地图需要 JavaScript 和 WebGL，正在载入……",
    "en": "The map needs JavaScript and WebGL and is loading …",
}
MISSING: dict[Language, str] = {
    "zh": "地图页面尚未打包。在源代码目录执行 <code>make web</code>，然后重启服务。",
    "en": "The page of the map is not bundled here. Run <code>make web</code> in the source folder and start the service again.",
}


class MapPage:
    """The page, in the language that a browser asks for. `bundled`: whether what it loads is served at `/map/assets`."""

    def __init__(self, *, bundled: bool) -> None:
        self._bundled = bundled

    async def show(self, request: Request) -> Response:
        """The answer to `GET /map`."""
        page = map_page(language_of(request), bundled=self._bundled)
        headers = {name.decode(): value.decode() for name, value in PAGE} | {"Vary": "Accept-Language"}
        return Response(page, 200 if self._bundled else 503, headers=headers)


def map_page(language: Language, *, bundled: bool) -> str:
    """The HTML of the page."""
    title, data = escape(TITLES[language]), json.dumps({"language": language})
    said = LOADING[language] if bundled else MISSING[language]
    head = '<link rel="stylesheet" href="/map/assets/map.css">' if bundled else ""
    script = '<script src="/map/assets/map.js"></script>' if bundled else ""
    return f"""<!doctype html>
<html lang="{"zh-CN" if language == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<title>{title}</title>
<link rel="icon" href="data:,">
{head}
</head>
<body>
<div id="page"><p role="status">{said}</p></div>
<script type="application/json" id="map-data">{data}</script>
{script}
</body>
</html>
"""
