"""Overlays over a generated town: whoever holds a post in one sees exactly its base grids, and an event is found from every layer."""

from random import Random
from typing import Any

import pytest

from grounds import place, square
from layered import CITY, MARKET, POLICE, TYPES, Layered, add_base, add_layers, add_overlays
from operating import done
from towns import DISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.events.levels import superiors
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.grids import GridChange, update_grids
from wangge_core.plugin.declarations.roles import Level
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import Viewer, operator
from wangge_core.tasks.duty import on_duty

pytestmark = pytest.mark.anyio
OFFICER, WORKER, SHOPS = "community.community_police_officer", "urban.city_management_worker", "urban.market_supervision_worker"
HOLDERS = {POLICE: OFFICER, CITY: WORKER, MARKET: SHOPS}
EVENTS = 150
ALL = "{ events(first: 1000) { totalCount nodes { number grid { code } overlayGrids { code layer { id label } } } } }"
OF_GRID = """query($id: ID!, $named: String!) {
  node(id: $id) { ... on Grid { code events(first: 1000) { totalCount nodes { number } } } }
  events(first: 1000, filter: {subtree: $named}) { totalCount nodes { number } }
  grids(first: 1000, filter: {subtree: $named, layer: {eq: "base"}}) { nodes { code } } }"""
AT = "query($x: Float!, $y: Float!, $layer: ID!) { gridAt(longitude: $x, latitude: $y, layer: $layer) { inside grid { code } } }"


class Ground:
    """The layered town with events at random places."""

    def __init__(self, town: Town, made: Layered, at: dict[str, str]) -> None:
        self.town, self.made, self.at = town, made, at
        """The code of the base grid of each event, by its number."""

    def on(self, code: str) -> set[str]:
        """The events on the base grids of an overlay's grid, said from the codes alone."""
        return {number for number, grid in self.at.items() if grid.startswith(tuple(self.made.made_of[code]))}

    async def holder(self, role: str, code: str) -> Viewer:
        """Somebody new with a post in an overlay's grid."""
        login = f"{role}@{code}"
        (account,) = await done(self.town, create_accounts, NewAccount(login=login, name=login))
        await done(self.town, assign_posts, NewPost(account_id=account, role_id=role, grid_id=self.made.overlays[code]))
        return await self.town.login(login)


@pytest.fixture
async def ground(town: Town) -> Ground:
    made, random = await add_overlays(town), Random(3)
    grids = [random.choice(sorted(code for code in made.base if len(code) > 9)) for _ in range(EVENTS)]
    reports = [
        EventReport(kind_id="community.sanitation", description="Litter", grid_id=made.base[code], details={"what": "LITTER"})
        for code in grids
    ]
    async with town.deployment.write() as work:
        numbered = ids(await report_events(work, operator(), reports))
    rows = (
        await town.ask(
            "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Event { number } } }", ids=[f"Event:{one}" for one in numbered[:100]]
        )
    )["nodes"]
    rows += (
        await town.ask(
            "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Event { number } } }", ids=[f"Event:{one}" for one in numbered[100:]]
        )
    )["nodes"]
    return Ground(town, made, dict(zip((row["number"] for row in rows), grids, strict=True)))


def numbers(found: Any) -> set[str]:
    assert found["totalCount"] == len(found["nodes"])
    return {one["number"] for one in found["nodes"]}


async def test_posts_in_overlays_see_exactly_their_base_grids(ground: Ground) -> None:
    seen = 0
    for layer, codes in ((POLICE, ("P00", "P17", f"P{DISTRICT}003")), (CITY, ("C3",)), (MARKET, ("M0", "M39"))):
        for code in codes:
            viewer = await ground.holder(HOLDERS[layer], code)
            found = numbers((await ground.town.ask(ALL, viewer))["events"])
            assert found == ground.on(code), code
            seen += len(found)
    assert 20 < seen < EVENTS


async def test_an_event_is_found_from_every_layer(ground: Ground) -> None:
    counted = 0
    for one in (await ground.town.ask(ALL))["events"]["nodes"]:
        layers = {layer: {over["code"] for over in one["overlayGrids"] if over["layer"]["id"] == layer} for layer in HOLDERS}
        code = one["grid"]["code"]
        assert layers[CITY] == {found for found in [ground.made.holder(CITY, code)] if found}
        assert layers[MARKET] == {found for found in [ground.made.holder(MARKET, code)] if found}
        beats = {found for found, parts in ground.made.made_of.items() if found[0] == "P" and code.startswith(tuple(parts))}
        assert layers[POLICE] == beats
        assert f"P{code[:9]}" in beats
        counted += len(one["overlayGrids"])
    assert counted > EVENTS


@pytest.mark.parametrize("who", ["operator", "officer", "worker"])
async def test_a_grid_of_an_overlay_lists_what_is_on_its_base_grids(ground: Ground, who: str) -> None:
    town = ground.town
    viewer = {"operator": operator("en"), "officer": None, "worker": None}[who]
    if viewer is None:
        viewer = await ground.holder(*{"officer": (OFFICER, "P05"), "worker": (WORKER, "C2")}[who])
    mine = numbers((await town.ask(ALL, viewer))["events"])
    for code in ("P05", "P06", f"P{DISTRICT}002", "C2", "M4"):
        id = f"Grid:{ground.made.overlays[code]}"
        answer = await town.ask(OF_GRID, viewer, id=id, named=id)
        assert numbers(answer["node"]["events"]) == numbers(answer["events"]) == ground.on(code) & mine, code
        below = {one for one in ground.made.base if one.startswith(tuple(ground.made.made_of[code]))}
        assert {one["code"] for one in answer["grids"]["nodes"]} == below
    both = {"and": [{"subtree": f"Grid:{ground.made.overlays['C2']}"}, {"subtree": f"Grid:{ground.made.overlays['P05']}"}]}
    query = "query($filter: EventFilter) { events(filter: $filter, first: 1000) { totalCount nodes { number } } }"
    assert numbers((await town.ask(query, viewer, filter=both))["events"]) == ground.on("C2") & ground.on("P05") & mine
    other = {"not": {"subtree": f"Grid:{ground.made.overlays['C2']}"}}
    assert numbers((await town.ask(query, viewer, filter=other))["events"]) == mine - ground.on("C2")


async def test_base_grids_and_overlays_name_each_other(ground: Ground) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Grid {
      parent { code } below { nodes { code } } baseGrids { totalCount nodes { code overlayGrids { code } } } overlayGrids { code } } } }"""
    station = f"P{DISTRICT}002"
    node = (await ground.town.ask(query, id=f"Grid:{ground.made.overlays[station]}"))["node"]
    beats = {
        one
        for one in ground.made.made_of
        if len(one) == 3 and one[0] == "P" and ground.made.made_of[one][0].startswith(station[1:])
    }
    assert {one["code"] for one in node["below"]["nodes"]} == beats
    assert node["baseGrids"] == {"totalCount": 1, "nodes": [{"code": station[1:], "overlayGrids": [{"code": station}]}]}
    assert node["overlayGrids"] == []
    beat = (await ground.town.ask(query, id=f"Grid:{ground.made.overlays['P00']}"))["node"]
    assert {one["code"] for one in beat["baseGrids"]["nodes"]} == set(ground.made.made_of["P00"])
    assert all(
        {"P00", beat["parent"]["code"]} <= {over["code"] for over in one["overlayGrids"]} for one in beat["baseGrids"]["nodes"]
    )


async def test_rights_follow_the_parts_of_an_overlay(ground: Ground) -> None:
    town, made = ground.town, ground.made
    viewer = await ground.holder(OFFICER, "P00")
    free = sorted(code for code in made.base if len(code) == 15 and made.holder("x", code) is None)
    street = made.made_of["P00"][0][:9]
    unheld = [code for code in free if code.startswith(street) and not any(code in parts for parts in made.made_of.values())]
    new = [f"Grid:{made.base[code]}" for code in unheld[:2]]
    setting = """mutation($id: ID!, $parts: [ID!]!) { gridSetParts(id: $id, input: {baseGridIds: $parts}) {
      grid { baseGrids { nodes { code } } } userErrors { code message } } }"""
    id = f"Grid:{made.overlays['P00']}"
    assert (await town.ask(setting, viewer, id=id, parts=new))["gridSetParts"]["userErrors"][0]["code"] == "NOT_ALLOWED"
    district = await town.viewer("community.district_administrator", DISTRICT)
    answer = (await town.ask(setting, district, id=id, parts=new))["gridSetParts"]
    assert [one["code"] for one in answer["grid"]["baseGrids"]["nodes"]] == unheld[:2]
    paths = (await town.login(viewer.login)).posts[0].paths
    assert {path.rstrip(".").rpartition(".")[2] for path in paths} == {one.partition(":")[2] for one in new}
    assert len(viewer.posts[0].paths) in (5, 6)
    log = """query($id: ID!) { changeLog(thing: $id, last: 1) { nodes { operation fields { name label before after } } } }"""
    (change,) = (await town.ask(log, id=id))["changeLog"]["nodes"]
    (parts,) = [one for one in change["fields"] if one["name"] == "parts"]
    assert (change["operation"], parts["before"], parts["after"]) == ("gridSetParts", sorted(made.made_of["P00"]), unheld[:2])


async def test_duty_and_levels_count_posts_of_overlays(ground: Ground) -> None:
    town, made = ground.town, ground.made
    officer = await ground.holder(OFFICER, "P00")
    inside = made.made_of["P00"][0]
    beside = next(code for code in sorted(made.base) if len(code) == 15 and code not in made.made_of["P00"])
    query = "query($code: String!) { grid(code: $code) { path { id } } }"
    for code, holds in ((inside, True), (beside, False)):
        ids = [one["id"].partition(":")[2] for one in (await town.ask(query, code=code))["grid"]["path"]]
        async with town.deployment.read() as work:
            found = await on_duty(work, [OFFICER], "".join(f"{id}." for id in ids))
        assert (officer.posts[0].id in found) is holds
    heads = await ground.holder("community.community_head", "P00")
    assert heads.posts
    for code, level in ((inside, Level.COMMUNITY), (beside, Level.DISTRICT)):
        ids = [one["id"].partition(":")[2] for one in (await town.ask(query, code=code))["grid"]["path"]]
        async with town.deployment.read() as work:
            assert (await superiors(work, "".join(f"{id}." for id in ids), Level.COMMUNITY)).level is level


async def test_the_grid_of_a_position_is_found_through_the_base_grid(town: Town) -> None:
    base = await add_base(town)
    await add_layers(town, POLICE, CITY)
    lane = f"{DISTRICT}002001"
    shapes = [NewBoundary(grid_id=base[f"{lane}{n:03}"], geometry=square(n, 0), system="wgs84") for n in range(1, 6)]
    await done(town, set_boundaries, *shapes)
    create = """mutation($input: GridCreateInput!) { gridCreate(input: $input) {
      grid { id code level depth layer { id base } viewerMay baseGrids { totalCount } } userErrors { field code message } } }"""
    district = await town.viewer("community.district_administrator", DISTRICT)

    async def made(code: str, *parts: str, parent: str | None = None, layer: str = POLICE) -> Any:
        ids = [f"Grid:{base[one]}" for one in parts]
        given = {"code": code, "name": code, "typeId": TYPES[layer], "layer": layer, "parentCode": parent, "baseGridIds": ids}
        return (await town.ask(create, district, input=given))["gridCreate"]

    station = await made("S1", lane)
    beat = await made("B1", f"{lane}001", f"{lane}002", parent="S1")
    assert (station["userErrors"], beat["userErrors"]) == ([], [])
    assert (beat["grid"]["depth"], beat["grid"]["layer"]) == (1, {"id": POLICE, "base": False})
    assert "MANAGE_GRIDS" in beat["grid"]["viewerMay"]
    (wrong,) = (await made("B2", f"{lane}002", parent="S1"))["userErrors"]
    assert (wrong["code"], f"{lane}002: B1" in wrong["message"]) == ("PART_TAKEN", True)
    await made("C1", f"{lane}003", layer=CITY)

    async def at(column: float, layer: str) -> Any:
        x, y = place(column, 0.5)
        return (await town.ask(AT, x=x, y=y, layer=layer))["gridAt"]

    assert await at(1.5, POLICE) == await at(2.5, POLICE) == {"inside": True, "grid": {"code": "B1"}}
    assert await at(3.5, POLICE) == {"inside": True, "grid": {"code": "S1"}}
    assert await at(3.5, CITY) == {"inside": True, "grid": {"code": "C1"}}
    assert await at(4.5, CITY) is None
    assert await at(0.5, POLICE) == {"inside": False, "grid": {"code": "B1"}}


async def test_a_layer_of_its_own_boundaries_answers_by_these(town: Town) -> None:
    await add_layers(town, CITY)
    create = """mutation($input: GridCreateInput!) { gridCreate(input: $input) { grid { id } userErrors { code } } }"""
    set_boundary = (
        "mutation($id: ID!, $input: GridSetBoundaryInput!) { gridSetBoundary(id: $id, input: $input) { userErrors { code } } }"
    )
    for number in range(2):
        given = {"code": f"C{number}", "name": "Area", "typeId": TYPES[CITY], "layer": CITY}
        id = (await town.ask(create, input=given))["gridCreate"]["grid"]["id"]
        shape = {"geometry": square(number, 0), "system": "WGS84"}
        assert (await town.ask(set_boundary, id=id, input=shape))["gridSetBoundary"]["userErrors"] == []
    x, y = place(1.5, 0.5)
    assert (await town.ask(AT, x=x, y=y, layer=CITY))["gridAt"] == {"inside": True, "grid": {"code": "C1"}}


async def test_layers_are_made_and_listed_through_the_schema(town: Town) -> None:
    create = """mutation($input: GridLayerCreateInput!, $key: String) { gridLayerCreate(input: $input, idempotencyKey: $key) {
      gridLayer { id label base grids { totalCount } } userErrors { field code } } }"""
    district = await town.viewer("community.district_administrator", DISTRICT, "en")
    given = {"id": "police", "name": "警格", "nameEn": "Police"}
    first = (await town.ask(create, district, input=given, key="k"))["gridLayerCreate"]
    assert first["gridLayer"] == {"id": "police", "label": "Police", "base": False, "grids": {"totalCount": 0}}
    assert (await town.ask(create, district, input=given, key="k"))["gridLayerCreate"] == first
    assert (await town.ask(create, district, input=given))["gridLayerCreate"] == {
        "gridLayer": None,
        "userErrors": [{"field": "id", "code": "LAYER_TAKEN"}],
    }
    update = """mutation { one: gridLayerUpdate(id: "police", input: {nameEn: "Beats"}) { gridLayer { label } userErrors { code } }
      two: gridLayerUpdate(id: "base", input: {name: "x"}) { gridLayer { id } userErrors { code } } }"""
    answer = await town.ask(update, district)
    assert answer["one"] == {"gridLayer": {"label": "Beats"}, "userErrors": []}
    assert answer["two"] == {"gridLayer": None, "userErrors": [{"code": "LAYER_BASE"}]}
    listed = "{ gridLayers { nodes { id base } } overlays: gridLayers(filter: {base: {eq: false}}) { nodes { id } } }"
    assert await town.ask(listed) == {
        "gridLayers": {"nodes": [{"id": "base", "base": True}, {"id": "police", "base": False}]},
        "overlays": {"nodes": [{"id": "police"}]},
    }


async def test_a_grid_of_an_overlay_is_renamed_by_who_manages_its_ground(ground: Ground) -> None:
    change = GridChange(grid_id=ground.made.overlays["P00"], name="North beat")
    district = await ground.town.viewer("community.district_administrator", DISTRICT)
    await done(ground.town, update_grids, change, by=district)
    query = "query($id: ID!) { node(id: $id) { ... on Grid { name } } }"
    assert (await ground.town.ask(query, id=f"Grid:{change.grid_id}"))["node"]["name"] == "North beat"
