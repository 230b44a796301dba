"""Attacks on the ways in for residents, visitors and other systems: guessing, taking over, finding out, and raising alone."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from attacks_on_casework import URBAN, state
from graphql import GraphQLObjectType

from identities import sealer_of
from operating import NOBODY, done
from reports import LITTER, SUBMIT, VISITOR, codes, event_of, follow, step, submit, submitted, with_intake
from steered import moved, worker
from towns import COMMUNITY, Town
from wangge_core.db import tables as t
from wangge_core.intake.webhooks import may_go_to
from wangge_core.rules import IntakeRules
from wangge_core.steering.joining import Join, join_events
from wangge_schema.answers import GraphQLRequest

pytestmark = pytest.mark.anyio


AGAIN = {"kindId": None, "details": None, "gridCode": None}


async def matter_of(town: Town, held: dict[str, str]) -> str:
    return f"Matter:{(await event_of(town, held)).id}"


async def sent_from(town: Town, address: str, **input: Any) -> dict[str, Any]:
    """The payload of a report from an address."""
    given = {name: value for name, value in (LITTER | input).items() if value is not None}
    request = GraphQLRequest(query=SUBMIT, variables={"input": given}, address=address)
    return orjson.loads((await town.api.answer(request, VISITOR)).body)["data"]["publicReportSubmit"]


async def settled(town: Town, held: dict[str, str]) -> int:
    event = await event_of(town, held)
    text = "mutation($id: ID!, $input: EventMoveInput!) { done: eventMove(id: $id, input: $input) { userErrors { code } } }"
    input = {"move": "settle_on_the_spot", "answers": [{"name": "note", "text": "Swept"}]}
    assert (await town.ask(text, await worker(town), id=f"Event:{event.id}", input=input))["done"]["userErrors"] == []
    return int(event.id)


async def test_who_joins_the_matter_of_another_neither_ends_nor_reopens_it(town: Town) -> None:
    """Anybody finds open matters and may report one again: a stranger who does is no reporter of what others began."""
    mine = await submitted(town)
    strange = await submitted(town, sameAs=await matter_of(town, mine), **AGAIN)
    event = await settled(town, mine)
    before = await state(town, event)
    assert (await follow(town, strange))["steps"] == []
    assert codes(await step(town, "publicReportRate", strange, rating=1)) == ["REPORT_STEP_NOT_NOW"]
    assert codes(await step(town, "publicReportWithdraw", strange)) == ["REPORT_STEP_NOT_NOW"]
    assert await state(town, event) == before
    assert codes(await step(town, "publicReportRate", mine, rating=2)) == []
    assert codes(await step(town, "publicReportReopen", strange, words="mine too")) == ["REPORT_STEP_NOT_NOW"]
    assert codes(await step(town, "publicReportRate", strange, rating=5)) == []
    assert "REOPEN" in (await follow(town, mine))["steps"]
    assert codes(await step(town, "publicReportReopen", mine, words="it is back")) == []


RATING = "query($id: ID!) { node(id: $id) { ... on Event { rating } } }"


async def test_of_ratings_after_the_end_the_one_of_who_began_the_matter_is_its_own(town: Town) -> None:
    mine = await submitted(town)
    strange = await submitted(town, sameAs=await matter_of(town, mine), **AGAIN)
    event, above = await settled(town, mine), await town.viewer("community.community_head", COMMUNITY)
    await moved(town, above, event, "close_unrated")
    for held, given, shown in ((strange, 1, None), (mine, 4, 4)):
        assert codes(await step(town, "publicReportRate", held, rating=given)) == []
        assert (await town.ask(RATING, above, id=f"Event:{event}"))["node"] == {"rating": shown}


async def test_who_follows_a_joined_event_does_not_end_the_one_that_goes_on(town: Town) -> None:
    mine, strange = await submitted(town), await submitted(town, description="Another heap")
    await join(town, mine, strange)
    event = await settled(town, mine)
    before = await state(town, event)
    assert codes(await step(town, "publicReportRate", strange, rating=1)) == ["REPORT_STEP_NOT_NOW"]
    assert await state(town, event) == before


async def join(town: Town, main: dict[str, str], other: dict[str, str]) -> None:
    """Join the second matter to the first."""
    whole, part = await event_of(town, main), await event_of(town, other)
    desk = await town.viewer("community.grid_chief", URBAN)
    await done(town, join_events, Join(event_id=whole.id, events=(part.id,)), by=desk)


async def test_the_same_matter_tells_nothing_of_what_it_was_joined_to(town: Town) -> None:
    mine, other = await submitted(town), await submitted(town, description="Another heap")
    await join(town, mine, other)
    main, joined = await event_of(town, mine), await event_of(town, other)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == main.id).values(closed=True))
    told = [await submit(town, **AGAIN, sameAs=f"Matter:{id}") for id in (joined.id, NOBODY)]
    assert codes(told[0]) == ["NOT_FOUND"]
    assert str(told[0]).replace(f"{joined.id}", "_") == str(told[1]).replace(str(NOBODY), "_")
    hidden = await submitted(town, kindId="community.request", details={"communityRequest": {"topic": "WATER"}})
    third = await submitted(town, description="A third heap")
    await join(town, third, hidden)
    assert codes(await submit(town, **AGAIN, sameAs=await matter_of(town, hidden))) == ["NOT_FOUND"]


@pytest.mark.parametrize("by", ["visitor", "account that wants to be unnamed"])
async def test_one_person_with_many_secrets_raises_nothing(town: Town, by: str) -> None:
    address, account = "198.51.100.7", await town.viewer("community.volunteer", URBAN)

    async def sent(**input: Any) -> dict[str, Any]:
        if by == "visitor":
            return await sent_from(town, address, **input)
        return await submit(town, account, unnamed=True, **input)

    first = await sent()
    held = {"number": first["report"]["number"], "secret": first["secret"]}
    again = AGAIN | {"sameAs": await matter_of(town, held)}
    answers = [await sent(**again) for _ in range(5)]
    assert [codes(one) for one in answers] == [[]] * 5
    event = await event_of(town, held)
    assert (event.times_reported, event.priority) == (1, "NORMAL")
    await sent_from(town, "203.0.113.9", **again)
    assert (await event_of(town, held)).times_reported == 2


async def test_who_is_unnamed_is_found_by_nothing(town: Town) -> None:
    """The account of an unnamed reporter stands in no row that others read, is in no list, and filters, orders and counts do not tell."""
    town.deployment.sealer = sealer_of("a")
    login = f"community.volunteer@{URBAN}"
    resident = replace(await town.login(login), posts=(), scopes={}, whole_ground=frozenset(), person_id=town.person)
    held = await submitted(town, resident, name="Zhou Reed", phone="13800138000", unnamed=True)
    named = await submitted(town, resident, description="Another heap")
    event, other = await event_of(town, held), await event_of(town, named)
    assert (event.reporter_id, other.reporter_id) == (None, resident.account_id)
    async with town.deployment.read() as work:
        for table in (t.event_history, t.task, t.event_assignment, t.involvement, t.event_attachment, t.webhook_delivery):
            rows = [row._mapping for row in await work.rows(sa.select(table).where(table.c.event_id == event.id))]
            accounts = {value for row in rows for name, value in row.items() if "account" in str(name)}
            assert accounts <= {None}, table.name
        outbox = await work.rows(sa.select(t.outbox).where(t.outbox.c.thing_id == event.id, t.outbox.c.topic.like("event.%")))
        assert not any(key in str(row.content) for row in outbox for key in ("account", "reporter_id", "Zhou", "8000"))
        logged = await work.rows(sa.select(t.change_log).where(t.change_log.c.account_id == resident.account_id))
        assert not [row for row in logged if f"{event.id}" in str(row)], logged
    assert (await town.ask("query($id: ID!) { node(id: $id) { id } }", resident, id=f"Event:{event.id}"))["node"] is None
    assert (await town.ask("query($id: ID!) { node(id: $id) { id } }", resident, id=f"Event:{other.id}"))["node"] is not None


def test_no_list_of_reporters_is_filtered_or_ordered(schema: Any) -> None:
    types = schema._schema.type_map
    assert not [name for name in types if name.startswith(("EventReporterFilter", "EventReporterOrder", "PublicReportFilter"))]
    for name, one in types.items():
        if name.endswith(("Filter", "OrderBy")) and hasattr(one, "fields"):
            assert not [field for field in one.fields if "reporter" in field.lower() or "phone" in field.lower()], name


NEARBY = """query($k: ID, $b: ID, $lon: Float, $lat: Float, $r: Float! = 500) { openMattersNearby(
  kindId: $k, buildingId: $b, longitude: $lon, latitude: $lat, radius: $r) { id kind building longitude latitude } }"""


async def test_open_matters_tell_nothing_of_what_is_not_shown(town: Town) -> None:
    here = {"longitude": 120.1234, "latitude": 30.1234}
    at_home = {"buildingId": f"Building:{town.building}", "gridCode": None}
    request = {"kindId": "community.request", "details": {"communityRequest": {"topic": "WATER"}}}
    rude = {"kindId": "community.service_complaint", "details": {"communityServiceComplaint": {"what": "RUDE"}}}
    for one in (request, rude):
        await submitted(town, **one, **at_home)
        await submitted(town, **one, position=here)
    around = {"lon": here["longitude"], "lat": here["latitude"]}
    house = {"b": f"Building:{town.building}"}
    for where in (around, house):
        for kind in (None, "community.request", "community.service_complaint", "moon.landing", "\0", "%", "' OR 1=1 --"):
            assert (await town.ask(NEARBY, VISITOR, **where, k=kind))["openMattersNearby"] == [], kind


async def test_many_small_circles_find_a_matter_no_better_than_it_is_told(town: Town) -> None:
    true = {"longitude": 120.12341, "latitude": 30.12342}
    await submitted(town, position=true)
    told = (await town.ask(NEARBY, VISITOR, lon=true["longitude"], lat=true["latitude"], r=200))["openMattersNearby"]
    ((lon, lat),) = [(one["longitude"], one["latitude"]) for one in told]
    assert (lon, lat) != (true["longitude"], true["latitude"])
    assert (await town.ask(NEARBY, VISITOR, lon=true["longitude"], lat=true["latitude"], r=10))["openMattersNearby"] == []
    assert len((await town.ask(NEARBY, VISITOR, lon=lon, lat=lat, r=10))["openMattersNearby"]) == 1


HOSTILE = ["\0", "a\0b", "%", "'; DROP TABLE event; --", "\u202e", "9" * 18, "-1", "0", "Matter:1" * 20, "{}", "🦆" * 50]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_breaks_nothing_that_is_open_to_all(town: Town, text: str) -> None:
    with_intake(town, reports_per_hour=0, reports_per_hour_of_address=0, wrong_secrets_per_hour=1000)
    held = await submitted(town)
    asked: list[tuple[str, dict[str, Any]]] = [
        (SUBMIT, {"input": LITTER | {name: text}, "key": None})
        for name in ("kindId", "gridCode", "buildingId", "placeId", "sameAs", "name", "phone", "intakeToken", "description")
    ]
    asked += [(SUBMIT, {"input": LITTER | {"photos": [f"Attachment:{text}"]}}), (SUBMIT, {"input": LITTER, "key": text + "x" * 16})]
    asked += [
        (SUBMIT, {"input": LITTER | {"sameAs": f"Matter:{text}"}}),
        (SUBMIT, {"input": LITTER | {"buildingId": f"Building:{text}"}}),
    ]
    asked += [(NEARBY, {"b": f"Building:{text}"}), (NEARBY, {"b": text}), (NEARBY, {"k": text, "lon": 120.0, "lat": 30.0})]
    for name, more in (
        ("Answer", {"questionId": text, "text": text}),
        ("Rate", {"rating": 3, "words": text}),
        ("Reopen", {"words": text}),
        ("Withdraw", {"words": text}),
    ):
        mutation = f"mutation($i: PublicReport{name}Input!) {{ publicReport{name}(input: $i) {{ userErrors {{ code }} }} }}"
        asked += [
            (mutation, {"i": held | more}),
            (mutation, {"i": held | more | {"secret": text}}),
            (mutation, {"i": held | more | {"number": text}}),
        ]
    for query, variables in asked:
        answer = await town.api.execute(query, variables, VISITOR)
        found = {one["extensions"]["code"] for one in answer.get("errors", ())}
        assert "INTERNAL_ERROR" not in found, (query[:60], variables, answer)


async def test_guessing_in_one_document_goes_no_further_than_in_many(town: Town) -> None:
    with_intake(town, wrong_secrets_per_hour=3)
    held = await submitted(town)
    guesses = " ".join(f'a{n}: publicReport(number: "{held["number"]}", secret: "guess{n}") {{ stage }}' for n in range(8))
    await town.api.execute(f"{{ {guesses} }}", {}, VISITOR)
    right = f'{{ publicReport(number: "{held["number"]}", secret: "{held["secret"]}") {{ stage }} }}'
    (error,) = await town.errors(right, VISITOR)
    assert error["extensions"]["code"] == "REPORT_TRIES_EXHAUSTED"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.168.1.1", "172.16.0.1", "255.255.255.255",
        "224.0.0.1", "198.18.0.1", "::1", "::", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1",
    ],
)  # fmt: skip
def test_a_webhook_goes_to_no_address_but_those_of_the_internet(address: str) -> None:
    assert not may_go_to(ip_address(address), IntakeRules(), tls=True)
    assert may_go_to(ip_address("2606:2800:220:1::1"), IntakeRules(), tls=True)


def test_a_secret_is_in_no_field_but_the_answer_that_tells_it_once(schema: Any) -> None:
    types = schema._schema.type_map.values()
    holding = {
        one.name for one in types if isinstance(one, GraphQLObjectType) and any("secret" in name.lower() for name in one.fields)
    }
    assert all(name.endswith("Payload") for name in holding - {"Mutation"}), holding
