"""The profile of a grid: its figures and those of all below it, by right, in one statement with those of its parts."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import strawberry

from explaining import explaining, statements_of
from large_tables import LARGE, fill
from mapped import standing_things
from operating import done
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.data_care.statistics import publish_statistics
from wangge_core.db import tables as t
from wangge_core.grids.layers import NewLayer, create_layers
from wangge_core.grids.overlays import NewOverlay, create_overlays
from wangge_core.ledger.visits import record_visits
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.rights.viewers import Viewer, anonymous, operator
from wangge_schema.api import Api
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.types.profiles import GridProfile
from worked import a_visit, worker

pytestmark = pytest.mark.anyio
FIELDS = """persons households publishedAt buildings units vacantUnits homes shops otherUnits organizations assets places
  openEvents overdueEvents heldPosts vacantPosts lastVisitAt lastConfirmedAt"""
PROFILE = f"query($code: String!) {{ grid(code: $code) {{ profile {{ {FIELDS} }} }} }}"
TREE = f"query($code: String!) {{ grid(code: $code) {{ profile {{ {FIELDS} }} children {{ nodes {{ code profile {{ {FIELDS} }} }} }} }} }}"
FOR_STAFF = ("buildings", "homes", "shops", "otherUnits", "organizations", "assets", "openEvents", "overdueEvents", "heldPosts")


async def profile(town: Town, code: str, viewer: Viewer | None = None) -> dict[str, Any]:
    return (await town.ask(PROFILE, viewer or operator("en"), code=code))["grid"]["profile"]


async def test_a_profile_counts_all_that_stands_in_the_grid(town: Town) -> None:
    await standing_things(town)
    found = await profile(town, GRIDS["urban"])
    assert found.pop("lastConfirmedAt") is not None
    assert found.pop("lastVisitAt") is None
    assert found | {"vacantPosts": 0, "heldPosts": 0} == {
        "persons": 1,
        "households": 1,
        "publishedAt": None,
        "buildings": 2,
        "units": 3,
        "vacantUnits": 0,
        "homes": 2,
        "shops": 1,
        "otherUnits": 0,
        "organizations": 0,
        "assets": 1,
        "places": 1,
        "openEvents": 1,
        "overdueEvents": 0,
        "heldPosts": 0,
        "vacantPosts": 0,
    }


@pytest.mark.parametrize("code", [DISTRICT, SUBDISTRICT, COMMUNITY, GRIDS["urban"], GRIDS["rural"]])
async def test_a_profile_says_what_the_lists_of_the_same_grid_count(town: Town, code: str) -> None:
    await standing_things(town)
    lists = """query($code: String!) { grid(code: $code) { persons { totalCount } buildings { totalCount } assets { totalCount }
      places { totalCount } organizations { totalCount } events(filter: {closed: {eq: false}}) { totalCount } } }"""
    for viewer in (operator("en"), await town.viewer("community.district_administrator", DISTRICT)):
        counted = {name: one["totalCount"] for name, one in (await town.ask(lists, viewer, code=code))["grid"].items()}
        found = await profile(town, code, viewer)
        counted["openEvents"] = counted.pop("events")
        assert {name: found[name] for name in counted} == counted


async def test_the_parts_of_a_ground_add_up_to_it(town: Town) -> None:
    await standing_things(town)
    found = (await town.ask(TREE, code=COMMUNITY))["grid"]
    assert [one["code"] for one in found["children"]["nodes"]] == sorted(GRIDS.values())
    for name in ("persons", "households", "buildings", "units", "homes", "shops", "assets", "places", "openEvents"):
        assert found["profile"][name] == sum(one["profile"][name] for one in found["children"]["nodes"]), name


async def test_a_worker_has_the_figures_of_the_own_grid_and_not_of_its_neighbour(town: Town) -> None:
    await standing_things(town)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    own, other, above = [await profile(town, code, worker) for code in (GRIDS["urban"], GRIDS["rural"], COMMUNITY)]
    assert (own["persons"], own["homes"], own["openEvents"]) == (1, 2, 1)
    for hidden in (other, above):
        assert {hidden[name] for name in ("persons", *FOR_STAFF)} == {None}


async def test_visitors_get_the_published_figures_of_people_and_no_others(town: Town) -> None:
    made = [NewPerson(grid_id=town.grids[GRIDS[type]], name="Neighbour") for type in ["rural"] * 9 + ["scenic"] * 3]
    async with town.deployment.write() as work:
        ids(await register_persons(work, operator(), made))
    before = await profile(town, DISTRICT, anonymous("en"))
    assert (before["persons"], before["publishedAt"]) == (None, None)
    async with town.deployment.write() as work:
        await publish_statistics(work)
    shown = (await town.ask("query($code: String!) { grid(code: $code) { statistics { persons units } } }", code=DISTRICT))["grid"][
        "statistics"
    ]
    seen = await profile(town, DISTRICT, anonymous("en"))
    assert (seen["persons"], seen["units"]) == (shown["persons"], shown["units"])
    assert seen["publishedAt"] is not None
    assert {seen[name] for name in FOR_STAFF} == {None}
    assert (await profile(town, GRIDS["scenic"], anonymous("en")))["persons"] is None, "three persons are too few to tell"
    assert (await profile(town, GRIDS["scenic"]))["persons"] == 3


async def test_an_event_past_its_due_moment_is_overdue_until_it_ends(town: Town) -> None:
    made = await standing_things(town)
    assert (await profile(town, DISTRICT))["overdueEvents"] == 0
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == made["near"]).values(stage_due_at=work.now - timedelta(minutes=1)))
    assert (await profile(town, DISTRICT))["overdueEvents"] == 1
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == made["near"]).values(closed=True))
    assert (await profile(town, DISTRICT))["overdueEvents"] == 0


async def test_posts_that_have_ended_are_vacant(town: Town) -> None:
    code = GRIDS["urban"]
    before = await profile(town, code)
    chief = town.posts[f"community.grid_chief@{code}"]
    async with town.deployment.write() as work:
        staffing = await work.value(sa.select(t.grid.c.staffing_id).where(t.grid.c.code == code))
        await work.run(sa.update(t.post).where(t.post.c.id == chief).values(ends_at=work.now))
    after = await profile(town, code)
    assert staffing is not None
    assert (after["heldPosts"], after["vacantPosts"]) == (before["heldPosts"] - 1, before["vacantPosts"] + 1)


async def test_the_last_visit_is_told_to_who_reads_the_ledger(town: Town) -> None:
    me, visit = await worker(town), await a_visit(town)
    await done(town, record_visits, visit, by=me)
    seen = [
        (await profile(town, code, viewer))["lastVisitAt"] for code in (GRIDS["urban"], DISTRICT) for viewer in (me, operator("en"))
    ]
    began = visit.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert seen == [began, began, None, began]


async def test_a_grid_of_an_overlay_has_a_profile_where_it_is_made_of_base_grids(town: Town) -> None:
    await standing_things(town)
    police = {"layer_id": "police", "name": "Beat", "type_id": "urban.market_grid"}
    async with town.deployment.write() as work:
        assert (await create_layers(work, operator(), [NewLayer(id="police", name="警务")]))[0].accepted
        new = [NewOverlay(code="1", base_grid_ids=(town.grids[GRIDS["urban"]],), **police), NewOverlay(code="2", **police)]
        made, alone = ids(await create_overlays(work, operator(), new))
    node = f"query($id: ID!) {{ node(id: $id) {{ ... on Grid {{ profile {{ {FIELDS} }} }} }} }}"
    assert (await town.ask(node, id=f"Grid:{alone}"))["node"]["profile"] is None
    for viewer in (operator("en"), await town.viewer("community.grid_worker", GRIDS["urban"])):
        found = (await town.ask(node, viewer, id=f"Grid:{made}"))["node"]["profile"]
        assert (found["buildings"], found["persons"], found["openEvents"]) == (2, 1, 1)
    rural = await town.viewer("community.grid_worker", GRIDS["rural"])
    assert (await town.ask(node, rural, id=f"Grid:{made}"))["node"]["profile"]["buildings"] is None


async def test_a_profile_reads_the_rows_of_its_ground_alone(town: Town, schema: strawberry.Schema) -> None:
    await fill(town)
    town.api = Api(town.deployment, schema)
    async with explaining(town) as explainer:
        for code in (GRIDS["rural"], COMMUNITY):  # of 300 grids one, and eight
            ((statement, parameters),) = await statements_of(town, PROFILE, operator("en"), {"code": code})
            found = await explainer.explain(statement, parameters)
            assert found.scanned & LARGE == set(), found.text
            assert found.rows_read < 5_000, found.text


def test_each_figure_costs_as_much_as_a_count() -> None:
    fields = GridProfile.__strawberry_definition__.fields  # type: ignore[attr-defined]
    assert {one.python_name for one in fields if one.metadata[WEIGHT] == 0} == {"published_at"}
