"""Open matters are shown before a report is sent; the same matter again joins, keeps everybody informed, and goes up after three."""

import math
from typing import Any

import pytest
import sqlalchemy as sa

from identities import sealer_of
from operating import done
from reports import LITTER, MOVE, VISITOR, WORKER, codes, event_of, follow, submit, submitted, with_intake
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.plugin.registry import Registry
from wangge_core.steering.joining import Join, Separation, join_events, separate_events

pytestmark = pytest.mark.anyio

NEARBY = """query($longitude: Float, $latitude: Float, $radius: Float! = 100, $buildingId: ID, $placeId: ID, $kindId: ID) {
  openMattersNearby(longitude: $longitude, latitude: $latitude, radius: $radius, buildingId: $buildingId, placeId: $placeId,
    kindId: $kindId) { id kindId kind stage building place longitude latitude reportedOn timesReported } }"""
ADD = """mutation($id: ID!, $input: EventReporterAddInput!) { eventReporterAdd(id: $id, input: $input) {
  secret report { number timesReported } userErrors { code field } } }"""
HERE = {"longitude": 120.1234, "latitude": 30.5678}
METRE = 1 / 111_195


async def nearby(town: Town, **where: Any) -> list[dict[str, Any]]:
    return list((await town.ask(NEARBY, VISITOR, **where))["openMattersNearby"])


async def matter_of(town: Town, held: dict[str, str]) -> str:
    return f"Matter:{(await event_of(town, held)).id}"


async def history(town: Town, held: dict[str, str]) -> list[str]:
    event = await event_of(town, held)
    async with town.deployment.read() as work:
        entry = t.event_history
        rows = await work.rows(sa.select(entry.c.entry).where(entry.c.event_id == event.id).order_by(entry.c.sequence))
    return [row.entry for row in rows]


async def test_an_open_matter_nearby_is_shown_to_everybody(town: Town) -> None:
    held = await submitted(town, position=HERE)
    (matter,) = await nearby(town, **HERE)
    assert matter["id"] == await matter_of(town, held)
    assert (matter["kindId"], matter["kind"], matter["stage"]) == ("community.sanitation", "Sanitation", "Reported")
    assert await nearby(town, longitude=HERE["longitude"] + 0.01, latitude=HERE["latitude"]) == []
    assert await nearby(town, **HERE, kindId="urban.street_lamp") == []


async def test_a_matter_is_found_at_its_building_and_around_it(town: Town) -> None:
    async with town.deployment.write() as work:
        await work.run(sa.update(t.building).values(longitude=HERE["longitude"], latitude=HERE["latitude"]))
    await submitted(town, gridCode=None, buildingId=f"Building:{town.building}")
    for where in ({"buildingId": f"Building:{town.building}"}, HERE):
        (matter,) = await nearby(town, **where)
        assert matter["building"] == "Heron House"


async def test_what_is_not_for_the_public_is_not_shown(town: Town) -> None:
    """A kind that is not shown, and a matter that has ended."""
    request = {"kindId": "community.request", "details": {"communityRequest": {"topic": "WATER"}}}
    await submitted(town, position=HERE, **request)
    closed = await submitted(town, position=HERE)
    async with town.deployment.write() as work:
        event = await event_of(town, closed)
        await work.run(sa.update(t.event).where(t.event.c.id == event.id).values(closed=True))
    assert await nearby(town, **HERE) == []


async def test_many_small_circles_tell_no_place_better_than_the_answer_does(town: Town) -> None:
    """Whoever asks from two places within the same 50 metres of where it is told is answered alike, wherever it really is."""
    true = {"longitude": 120.12361, "latitude": 30.56789}
    await submitted(town, position=true)
    (told,) = await nearby(town, **true)
    shown = {"longitude": told["longitude"], "latitude": told["latitude"]}
    apart = math.hypot(
        (true["longitude"] - shown["longitude"]) * math.cos(math.radians(30.5)), true["latitude"] - shown["latitude"]
    )
    assert apart / METRE > 15
    assert await nearby(town, **shown, radius=10) == [told]
    assert await nearby(town, **true, radius=10) == []
    assert round(told["longitude"] / 0.0005, 6).is_integer()


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"longitude": 120.1},
        {**HERE, "buildingId": "Building:1"},
        {**HERE, "radius": 501},
        {**HERE, "radius": 9},
        {"longitude": 0.0, "latitude": 0.0},
        {"longitude": 500.0, "latitude": 0.5},
        {"placeId": "Building:1"},
        {"buildingId": "Building:x"},
    ],
)
async def test_a_place_that_is_none_is_refused(town: Town, where: dict[str, Any]) -> None:
    (error,) = await town.errors(NEARBY, VISITOR, **where)
    assert error["extensions"]["code"] == "NEARBY_INVALID"


async def test_at_most_twenty_are_told_the_newest_of_a_building(town: Town) -> None:
    with_intake(town, reports_per_hour_of_address=0, reports_per_hour=0)
    held = [await submitted(town, gridCode=None, buildingId=f"Building:{town.building}") for _ in range(22)]
    told = await nearby(town, buildingId=f"Building:{town.building}")
    assert [one["id"] for one in told] == [await matter_of(town, one) for one in held[:1:-1]]


async def test_the_same_matter_joins_and_everybody_stays_informed(town: Town) -> None:
    first = await submitted(town, position=HERE)
    matter = await matter_of(town, first)
    second = await submitted(town, kindId=None, details=None, gridCode=None, sameAs=matter, description="Still there")
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.event)) == 1
    found = [await follow(town, one) for one in (first, second)]
    assert [one["timesReported"] for one in found] == [2, 2]
    assert [one["joined"] for one in found] == [False, True]
    assert found[1]["description"] == "Still there"
    event = await event_of(town, first)
    input = {"move": "settle_on_the_spot", "answers": [{"name": "note", "text": "Swept"}]}
    await town.ask(MOVE, await town.viewer(*WORKER), id=f"Event:{event.id}", input=input)
    assert [(await follow(town, one))["stage"] for one in (first, second)] == ["Answered, rating open"] * 2


async def test_after_three_reports_the_priority_rises_and_the_next_level_is_told_once(town: Town) -> None:
    first = await submitted(town)
    matter = await matter_of(town, first)
    again = {"kindId": None, "details": None, "gridCode": None, "sameAs": matter}
    await submitted(town, **again)
    assert (await event_of(town, first)).priority == "NORMAL"
    await submitted(town, **again)
    await submitted(town, **again)
    event = await event_of(town, first)
    assert (event.times_reported, event.priority) == (4, "HIGH")
    assert await history(town, first) == ["REPORTED", "REPORTED_AGAIN", "REPORTED_AGAIN", "ESCALATED", "REPORTED_AGAIN"]
    head = await town.viewer("community.community_head", COMMUNITY)
    tasks = (await town.ask("{ viewer { tasks { nodes { kind event { number } } } } }", head))["viewer"]["tasks"]["nodes"]
    assert [one["event"]["number"] for one in tasks if one["kind"] == "ACKNOWLEDGE"] == [event.number]


async def test_the_next_level_is_told_once_also_where_events_are_joined_and_separated(town: Town) -> None:
    first, other = await submitted(town), await submitted(town, description="The same, said otherwise")
    matter, by = await matter_of(town, first), await town.viewer("community.community_head", COMMUNITY)
    again = {"kindId": None, "details": None, "gridCode": None, "sameAs": matter}
    await submitted(town, **again)
    main, joined = (await event_of(town, first)).id, (await event_of(town, other)).id
    await done(town, join_events, Join(event_id=main, events=(joined,)), by=by)
    assert (await event_of(town, first)).times_reported == 3
    await submitted(town, **again)
    await done(town, separate_events, Separation(event_id=joined), by=by)
    await done(town, join_events, Join(event_id=main, events=(joined,)), by=by)
    await submitted(town, **again)
    event = await event_of(town, first)
    assert (event.times_reported, event.priority) == (5, "HIGH")
    assert (await history(town, first)).count("ESCALATED") == 1


async def test_the_same_reporter_counts_once(town: Town) -> None:
    town.deployment.sealer = sealer_of("a")
    first = await submitted(town, phone="13800138000")
    again = {"kindId": None, "details": None, "gridCode": None, "sameAs": await matter_of(town, first)}
    await submitted(town, **again, phone="+86 138-0013-8000")
    assert (await event_of(town, first)).times_reported == 1
    volunteer = await town.viewer("community.volunteer", GRIDS["urban"])
    for _ in range(2):
        await submitted(town, volunteer, **again)
    assert (await event_of(town, first)).times_reported == 2


async def test_a_matter_that_is_not_public_or_has_ended_cannot_be_joined(town: Town) -> None:
    hidden = await submitted(
        town,
        kindId="community.request",
        details={"communityRequest": {"topic": "WATER"}},
        description="No water on the third floor",
    )
    again = {"kindId": None, "details": None, "gridCode": None, "sameAs": await matter_of(town, hidden)}
    assert codes(await submit(town, **again)) == ["NOT_FOUND"]
    assert (await event_of(town, hidden)).times_reported == 1


async def test_a_desk_writes_down_who_called_and_gives_them_number_and_secret(town: Town) -> None:
    town.deployment.sealer = sealer_of("a")
    first = await submitted(town)
    event, worker = await event_of(town, first), await town.viewer(*WORKER)
    input = {"name": "Zhou Reed", "phone": "13900139000", "again": True, "description": "Called about the litter"}
    added = (await town.ask(ADD, worker, id=f"Event:{event.id}", input=input))["eventReporterAdd"]
    assert (added["userErrors"], added["report"]["timesReported"]) == ([], 2)
    held = {"number": added["report"]["number"], "secret": added["secret"]}
    assert (await follow(town, held))["description"] == "Called about the litter"
    without = (await town.ask(ADD, worker, id=f"Event:{event.id}", input={"again": True}))["eventReporterAdd"]
    assert codes(without) == ["REQUIRED"]
    elsewhere = await town.viewer("community.grid_worker", GRIDS["rural"])
    assert codes((await town.ask(ADD, elsewhere, id=f"Event:{event.id}", input={}))["eventReporterAdd"]) == ["NOT_FOUND"]
    assert codes((await town.ask(ADD, VISITOR, id=f"Event:{event.id}", input={}))["eventReporterAdd"]) == ["NOT_SIGNED_IN"]


def test_the_sample_is_of_a_kind_that_is_shown(registry: Registry) -> None:
    kind = registry.event_kinds[LITTER["kindId"]]
    assert kind.open_to_public
    assert kind.shown_to_public
