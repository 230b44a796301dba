"""The map over HTTP: tiles and grids with their rights, tags and limits, and the page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from policies import policy_of

from mapped import decoded, drawn_town, standing_things, tile_of
from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_server.app import create_app
from wangge_server.maps.page import map_page
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio
ALL = "grids,buildings,assets,places,events"
WORKER = f"community.grid_worker@{GRIDS['urban']}"


@asynccontextmanager
async def opened(town: Town, folder: Path, **given: Any) -> AsyncIterator[httpx.AsyncClient]:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(folder), database=url, development_sign_in=True, **given))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://town") as client:
        yield client


@pytest.fixture
async def client(town: Town, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    await drawn_town(town)
    await standing_things(town)
    async with opened(town, tmp_path) as client:
        yield client


def path_of(zoom: int = 14, column: float = 4, row: float = 4) -> str:
    tile = tile_of(zoom, column, row)
    return f"/map/tiles/{tile.zoom}/{tile.column}/{tile.row}.mvt"


def bearer(folder: Path, login: str = WORKER) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(login, read_key(folder))}"}


async def test_a_visitor_s_tile_may_be_kept_by_everybody_and_is_not_sent_twice(client: httpx.AsyncClient) -> None:
    first = await client.get(path_of(), params={"layers": ALL})
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert first.headers["cache-control"] == "public, no-cache"
    assert set(decoded(first.content)) == {"grids", "places"}
    again = await client.get(path_of(), params={"layers": ALL}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_an_account_s_tile_is_kept_by_its_own_browser_alone(client: httpx.AsyncClient, tmp_path: Path) -> None:
    answer = await client.get(path_of(12), params={"layers": ALL}, headers=bearer(tmp_path))
    assert set(decoded(answer.content)) == {"grids", "buildings", "assets", "places", "events"}
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in answer.headers["vary"]


async def test_a_setting_lets_visitors_tiles_be_kept_for_a_while(town: Town, tmp_path: Path) -> None:
    async with opened(town, tmp_path, max_age_seconds=60) as client:
        assert (await client.get(path_of())).headers["cache-control"] == "public, max-age=60"
        mine = await client.get(path_of(), headers=bearer(tmp_path))
        assert mine.headers["cache-control"] == "private, no-cache"


async def test_a_tile_changes_its_tag_with_what_it_shows(client: httpx.AsyncClient, town: Town) -> None:
    tags = [(await client.get(path_of(12), headers={"Accept-Encoding": "identity"})).headers["etag"]]
    query = 'mutation($id: ID!) { gridUpdate(id: $id, input: {name: "Renamed"}) { userErrors { code } } }'
    assert (await town.ask(query, id=f"Grid:{town.grids[GRIDS['urban']]}"))["gridUpdate"]["userErrors"] == []
    tags.append((await client.get(path_of(12), headers={"Accept-Encoding": "identity"})).headers["etag"])
    assert len(set(tags)) == 2


async def test_a_large_answer_is_packed_for_who_unpacks_it(client: httpx.AsyncClient, town: Town) -> None:
    path = f"/map/grids.geojson?parent=Grid:{town.grids[COMMUNITY]}"
    plain, packed = [await client.get(path, headers={"Accept-Encoding": one}) for one in ("identity", "gzip, br")]
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert packed.headers["etag"] != plain.headers["etag"]
    small = await client.get("/map/grids.geojson", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/map/tiles/21/0/0.mvt", 400, "TILE_INVALID"),
        ("/map/tiles/3/8/0.mvt", 400, "TILE_INVALID"),
        ("/map/tiles/3/0/-1.mvt", 400, "TILE_INVALID"),
        ("/map/tiles/x/0/0.mvt", 400, "TILE_INVALID"),
        ("/map/tiles/99999999999999999999/0/0.mvt", 400, "TILE_INVALID"),
        ("/map/tiles/0/0/0.mvt?layers=grids,persons", 400, "TILE_LAYERS_INVALID"),
        ("/map/tiles/0/0/0.mvt?layers=", 400, "TILE_LAYERS_INVALID"),
        ("/map/tiles/0/0/0.mvt?layer=nowhere", 400, "LAYER_UNKNOWN"),
        ("/map/tiles/0/0/0.mvt?layer=%00", 400, "LAYER_UNKNOWN"),
        ("/map/grids.geojson?parent=Person:1", 400, "ID_INVALID"),
        ("/map/grids.geojson?parent=Grid:999999", 404, "NOT_FOUND"),
        ("/map/grids.geojson?zoom=21", 400, "ZOOM_INVALID"),
        ("/map/grids.geojson?zoom=-1", 400, "ZOOM_INVALID"),
        ("/map/grids.geojson?layer=nowhere", 400, "LAYER_UNKNOWN"),
    ],
)
async def test_what_is_no_tile_is_said_with_its_code(client: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, [one["code"] for one in answer.json()["errors"]]) == (status, [code])
    assert answer.headers["cache-control"] == "no-store"


async def test_a_token_that_is_no_good_opens_no_map(client: httpx.AsyncClient) -> None:
    for path in (path_of(), "/map/grids.geojson"):
        answer = await client.get(path, headers={"Authorization": "Bearer nonsense"})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "UNAUTHENTICATED")


async def test_what_is_counted_by_cells_is_said_in_a_header(client: httpx.AsyncClient, tmp_path: Path) -> None:
    far = await client.get(path_of(10), params={"layers": ALL}, headers=bearer(tmp_path))
    assert far.headers["wangge-counted"] == "buildings, assets, places, events"
    near = await client.get(path_of(16), params={"layers": ALL}, headers=bearer(tmp_path))
    assert "wangge-counted" not in near.headers


async def test_the_parts_of_a_grid_come_as_geojson(client: httpx.AsyncClient, town: Town) -> None:
    answer = await client.get("/map/grids.geojson", params={"parent": f"Grid:{town.grids[COMMUNITY]}"})
    assert answer.headers["content-type"] == "application/geo+json"
    assert {one["properties"]["code"] for one in answer.json()["features"]} == set(GRIDS.values())
    top = (await client.get("/map/grids.geojson")).json()
    assert [one["properties"]["code"] for one in top["features"]] == [DISTRICT]


async def test_the_map_can_be_switched_off(town: Town, tmp_path: Path) -> None:
    async with opened(town, tmp_path, map=False) as client:
        for path in ("/map", "/map/grids.geojson", path_of()):
            assert (await client.get(path)).status_code == 404


async def test_a_service_without_the_bundle_has_no_page_and_says_why(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wangge_server.maps.routes.BUNDLED", ("no_such_file.js",))
    async with opened(town, tmp_path) as client:
        answer = await client.get("/map", headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.headers["x-frame-options"]) == (503, "DENY")
        assert "make web" in answer.text
        assert (await client.get("/map/assets/map.js")).status_code == 404
        assert (await client.get("/map/grids.geojson")).status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_names_no_other_host_and_may_reach_none(language: Any) -> None:
    page = map_page(language, bundled=True)
    assert "://" not in page
    assert "//" not in policy_of(page)
    assert "default-src 'none'; script-src 'self'" in policy_of(page)


def test_without_the_bundle_the_page_says_which_command_mends_it() -> None:
    assert "make web" in map_page("en", bundled=False)
    assert "<script src" not in map_page("en", bundled=False)
