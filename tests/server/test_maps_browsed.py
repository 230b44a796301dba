"""The page of the map in a real Chromium: it draws, a click goes down, its figures are the API's, and it asks no other host."""

import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import Browsed, browsing, needs_browser, served
from PIL import Image

from mapped import at, drawn_town, standing_things
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_server.sign_in import make_token, read_key

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("copies", ["sqlite"], indirect=True)]
PROFILE = """query($id: ID!) { node(id: $id) { ... on Grid { name profile { persons households buildings homes shops otherUnits vacantUnits
  organizations assets places openEvents overdueEvents heldPosts vacantPosts } } } }"""


async def told(origin: str, id: str, token: str = "") -> dict[str, str]:
    """The figures of a grid as the API has them, as the page writes them."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=origin, headers=headers) as client:
        answer = (await client.post("/graphql", json={"query": PROFILE, "variables": {"id": id}})).json()
    return {name: "—" if value is None else str(value) for name, value in answer["data"]["node"]["profile"].items()}


async def colors(browsed: Browsed) -> int:
    """How many colours a picture of the map has."""
    picture = Image.open(io.BytesIO(await browsed.page.locator("#map canvas").screenshot()))
    return len(picture.convert("RGB").getcolors(1 << 24) or ())


async def test_a_visitor_walks_down_the_map_by_clicks(town: Town, tmp_path: Path) -> None:
    needs_browser()
    await drawn_town(town)
    await standing_things(town)
    ids = {code: f"Grid:{town.grids[code]}" for code in (DISTRICT, SUBDISTRICT, COMMUNITY, *GRIDS.values())}
    async with served(town, tmp_path) as origin, browsing(origin) as browsed:
        await browsed.chosen(ids[DISTRICT])  # the only one at the top is chosen from the start
        for code in (SUBDISTRICT, COMMUNITY, GRIDS["urban"]):
            await browsed.click_at(*at(4, 4).values())
            await browsed.chosen(ids[code])
            assert await browsed.figures() == await told(origin, ids[code])
        assert (await browsed.figures())["places"] == "1"
        await browsed.idle()
        assert await colors(browsed) > 3
        assert any("/map/tiles/" in one for one in browsed.requests)
        await browsed.page.keyboard.press("Escape")
        await browsed.chosen(ids[COMMUNITY])
        assert browsed.elsewhere == []
        assert browsed.said == []


async def test_who_signs_in_sees_figures_and_events_of_the_own_ground(town: Town, tmp_path: Path) -> None:
    needs_browser()
    await drawn_town(town)
    await standing_things(town)
    head = f"community.community_head@{COMMUNITY}"
    async with served(town, tmp_path) as origin, browsing(origin, language="zh-CN") as browsed:
        await browsed.chosen(f"Grid:{town.grids[DISTRICT]}")
        assert await browsed.page.title() == "网格地图"
        token = make_token(head, read_key(tmp_path))
        await browsed.page.get_by_label("令牌").fill(token)
        await browsed.page.keyboard.press("Enter")
        await browsed.page.get_by_role("button", name="退出").wait_for()
        await browsed.page.get_by_role("button", name="Old Port").focus()
        await browsed.page.keyboard.press("Enter")
        await browsed.chosen(f"Grid:{town.grids[SUBDISTRICT]}")
        await browsed.page.get_by_role("button", name="Heron Lane").click()
        id = f"Grid:{town.grids[COMMUNITY]}"
        await browsed.chosen(id)
        found = await browsed.figures()
        assert found == await told(origin, id, token)
        assert (found["openEvents"], found["homes"]) == ("2", "2")
        await browsed.idle()
        assert await _drawn(browsed, "events") == 2
        assert browsed.elsewhere == []
        assert browsed.said == []


async def _drawn(browsed: Browsed, layer: str) -> int:
    """How many things of a layer are drawn; a thing in two tiles' buffers is one."""
    script = "id => wanggeMap.queryRenderedFeatures({layers: [id]}).reduce((sum, one) => sum + one.properties.count, 0)"
    found: Any = await browsed.page.evaluate(script, layer)
    return int(found)


async def test_a_token_that_is_no_good_is_said_beside_its_field(town: Town, tmp_path: Path) -> None:
    needs_browser()
    await drawn_town(town)
    async with served(town, tmp_path) as origin, browsing(origin) as browsed:
        await browsed.chosen(f"Grid:{town.grids[DISTRICT]}")
        await browsed.page.get_by_label("Token").fill("nonsense")
        await browsed.page.keyboard.press("Enter")
        await browsed.page.get_by_text("Token refused").wait_for()
        assert browsed.elsewhere == []
