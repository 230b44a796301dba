"""Lists of things to register: the good ones are written, the bad ones refused one by one, and nothing is left of what failed."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import IdempotencyKeyReusedError, Outcome
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.idempotency import earlier_answer, keep_answer, request_hash
from wangge_core.people.households import NewHousehold, register_households
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.places.assets import NewAsset, register_assets
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.places.offices import NewOffice, create_offices
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_core.places.places import NewPlace, register_places
from wangge_core.places.units import NewUnit
from wangge_core.refusals import message
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio
NOBODY = 10**6
Operation = Callable[[Work, Viewer, Sequence[Any]], Awaitable[list[Outcome]]]


async def registered(town: Town, operation: Operation, requests: Sequence[Any], by: Viewer | None = None) -> list[str]:
    """What each request was refused with, `field: CODE`; empty for the accepted."""
    async with town.deployment.write() as work:
        outcomes = await operation(work, by or operator("en"), requests)
    assert all(message(one, language) for outcome in outcomes for one in outcome.refusals for language in ("zh", "en"))
    assert all((outcome.id is None) is bool(outcome.refusals) for outcome in outcomes)
    return [", ".join(f"{one.field}: {one.code}" for one in outcome.refusals) for outcome in outcomes]


async def count(town: Town, table: sa.Table) -> int:
    async with town.deployment.read() as work:
        return await work.value(sa.select(sa.func.count()).select_from(table))


async def test_buildings(town: Town) -> None:
    grid, before = town.grids[GRIDS["urban"]], await count(town, t.building)
    found = await registered(
        town,
        register_buildings,
        [
            NewBuilding(grid_id=grid, name="One"),
            NewBuilding(grid_id=NOBODY, name="Two"),
            NewBuilding(grid_id=grid, name=" ", floors=0),
            NewBuilding(grid_id=grid, name="n" * 201, address=""),
            NewBuilding(grid_id=grid, name="Five", longitude=114.3),
            NewBuilding(grid_id=grid, name="Six", longitude=0.0, latitude=0.0),
            NewBuilding(grid_id=grid, name="Seven", longitude=float("nan"), latitude=30.0),
            NewBuilding(grid_id=grid, name="Eight", units=(NewUnit(name="1"), NewUnit(name=" 1 "), NewUnit(name=""))),
            NewBuilding(grid_id=grid, name="", source_name="old", source_key="9"),
            NewBuilding(grid_id=grid, name="Ten", source_name="old", source_key="9", units=(NewUnit(name="1"),)),
            NewBuilding(grid_id=grid, name="Eleven", source_name="old", source_key="9"),
        ],
    )
    assert found == [
        "",
        "gridId: NOT_FOUND",
        "name: BLANK, floors: OUT_OF_RANGE",
        "name: TOO_LONG, address: BLANK",
        "position: POSITION_INVALID",
        "position: POSITION_INVALID",
        "position: POSITION_INVALID",
        "units.1.name: NAME_TAKEN, units.2.name: BLANK",
        "name: BLANK",
        "",
        "sourceKey: DUPLICATE",
    ]
    assert await count(town, t.building) == before + 2


async def test_what_two_sources_number_alike_is_told_apart(town: Town) -> None:
    grid = town.grids[GRIDS["urban"]]
    both = [NewBuilding(grid_id=grid, name=name, source_name=name, source_key="1") for name in ("a", "b")]
    assert await registered(town, register_buildings, both) == ["", ""]
    assert await registered(town, register_buildings, both) == ["sourceKey: DUPLICATE"] * 2
    people = [NewPerson(grid_id=grid, name=name, source_name=name, source_key="1") for name in ("a", "b")]
    assert await registered(town, register_persons, people) == ["", ""]
    assert await registered(town, register_persons, people) == ["sourceKey: DUPLICATE"] * 2


async def test_persons_and_households(town: Town) -> None:
    urban, rural = town.grids[GRIDS["urban"]], town.grids[GRIDS["rural"]]
    async with town.deployment.read() as work:
        unit = await work.value(sa.select(sa.func.min(t.unit.c.id)))
        home = await work.value(sa.select(sa.func.min(t.household.c.id)))
        tomorrow = (work.now.astimezone(work.rules.zone) + timedelta(days=1)).date()
    homes = [NewHousehold(grid_id=grid, name="H", unit_id=one) for grid, one in ((urban, unit), (rural, unit), (urban, NOBODY))]
    assert await registered(town, register_households, homes) == ["", "unitId: NOT_FOUND", "unitId: NOT_FOUND"]
    people = [
        NewPerson(grid_id=urban, name="A", household_id=home),
        NewPerson(grid_id=rural, name="B", household_id=home),
        NewPerson(grid_id=urban, name="C", household_id=NOBODY),
        NewPerson(grid_id=urban, name="D", born_on=tomorrow),
        NewPerson(grid_id=urban, name="E", born_on=tomorrow - timedelta(days=1)),
    ]
    expected = ["", "householdId: NOT_FOUND", "householdId: NOT_FOUND", "bornOn: IN_THE_FUTURE", ""]
    assert await registered(town, register_persons, people) == expected


async def test_registering_takes_the_right_over_the_grid(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    auditor = await town.viewer("community.auditor", DISTRICT)
    grids = [town.grids[GRIDS[name]] for name in ("urban", "rural")]
    people = [NewPerson(grid_id=grid, name="A") for grid in grids]
    assert await registered(town, register_persons, people, worker) == ["", "gridId: NOT_ALLOWED"]
    assert await registered(town, register_persons, people, auditor) == ["gridId: NOT_ALLOWED"] * 2
    shops = [NewOrganization(grid_id=grid, name="Bakery") for grid in grids]
    assert await registered(town, register_organizations, shops, worker) == ["", "gridId: NOT_ALLOWED"]


async def test_organizations_assets_and_places(town: Town) -> None:
    grid = town.grids[GRIDS["scenic"]]
    async with town.deployment.read() as work:
        unit = await work.value(sa.select(sa.func.min(t.unit.c.id)))
    firms = [NewOrganization(grid_id=grid, name="F", unit_id=one) for one in (None, unit, NOBODY)]
    firms.append(NewOrganization(grid_id=grid, name="", trade=" "))
    assert await registered(town, register_organizations, firms) == [
        "",
        "unitId: NOT_FOUND",
        "unitId: NOT_FOUND",
        "name: BLANK, trade: BLANK",
    ]
    station = {"sign": True, "logbook": False}
    places = [
        NewPlace(grid_id=grid, kind_id="community.grid_station", name="S", details=station),
        NewPlace(grid_id=grid, kind_id="community.grid_station", name="S"),
        NewPlace(grid_id=grid, kind_id="community.grid_station", name="S", details=station | {"sign": "yes"}),
        NewPlace(grid_id=grid, kind_id="community.shelter", name="S", details=station),
        NewPlace(grid_id=grid, kind_id="community.nothing", name="S"),
        NewPlace(grid_id=grid, kind_id="community.shelter", name="S", longitude=181.0, latitude=0.0),
    ]
    assert await registered(town, register_places, places) == [
        "",
        "details: DETAILS_REQUIRED",
        "details.sign: DETAILS_INVALID",
        "details: DETAILS_UNEXPECTED",
        "kindId: KIND_UNKNOWN",
        "position: POSITION_INVALID",
    ]
    station_as_asset = NewAsset(grid_id=grid, kind_id="community.grid_station", name="S", details=station)
    assert await registered(town, register_assets, [station_as_asset]) == ["kindId: KIND_UNKNOWN"]


async def test_offices_and_accounts(town: Town) -> None:
    offices = [NewOffice(code=code, name=name) for code, name in (("parks", ""), ("parks", "P"), ("parks", "Q"), ("housing", "H"))]
    assert await registered(town, create_offices, offices) == ["name: BLANK", "", "code: CODE_TAKEN", "code: CODE_TAKEN"]
    accounts = [NewAccount(login=login, name=name) for login, name in (("a b", "A"), ("ann", " "), ("ann", "A"), ("ann", "B"))]
    expected = ["login: LOGIN_INVALID", "name: BLANK", "", "login: LOGIN_TAKEN"]
    assert await registered(town, create_accounts, accounts) == expected
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    assert await registered(town, create_offices, [NewOffice(code="x", name="X")], worker) == [": NOT_ALLOWED"]
    assert await registered(town, create_accounts, [NewAccount(login="x", name="X")], worker) == [": NOT_ALLOWED"]


async def test_posts_are_given_within_ones_own_ground(town: Town) -> None:
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    account, now = (await town.viewer("community.grid_worker", GRIDS["urban"])).account_id or 0, town.deployment.clock()

    def post(grid: int = town.grids[GRIDS["urban"]], role: str = "community.volunteer", **more: Any) -> NewPost:
        return NewPost(**{"account_id": account, "role_id": role, "grid_id": grid} | more)

    requests = [
        post(),
        post(grid=town.grids[DISTRICT]),
        post(grid=NOBODY, role="community.king", account_id=NOBODY, office_id=NOBODY),
        post(ends_at=now - timedelta(seconds=5)),
        post(starts_at=now + timedelta(days=2), ends_at=now + timedelta(days=1)),
    ]
    assert await registered(town, assign_posts, requests, administrator) == [
        "",
        "gridId: NOT_ALLOWED",
        "gridId: NOT_FOUND, accountId: NOT_FOUND, officeId: NOT_FOUND, roleId: ROLE_UNKNOWN",
        "endsAt: TERM_INVALID",
        "endsAt: TERM_INVALID",
    ]


async def test_posts_are_ended_once_and_never_made_longer(town: Town) -> None:
    now = town.deployment.clock()
    worker, chief = (town.posts[f"community.{role}@{GRIDS['urban']}"] for role in ("grid_worker", "grid_chief"))
    ends = [
        PostEnd(post_id=worker, at=now - timedelta(days=1)),
        PostEnd(post_id=worker, at=now + timedelta(days=1), reason=""),
        PostEnd(post_id=worker, at=now + timedelta(days=1)),
        PostEnd(post_id=worker, at=now + timedelta(days=2)),
        PostEnd(post_id=worker),
        PostEnd(post_id=worker),
        PostEnd(post_id=NOBODY),
    ]
    expected = ["at: TERM_INVALID", "reason: BLANK", "", "at: TERM_INVALID", "", "id: POST_ENDED", "id: NOT_FOUND"]
    assert await registered(town, end_posts, ends) == expected
    head = await town.viewer("community.community_head", COMMUNITY)
    assert await registered(town, end_posts, [PostEnd(post_id=chief)], head) == ["id: NOT_ALLOWED"]


async def test_a_repeated_request_gets_the_first_answer_and_another_one_an_error(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    chief = await town.viewer("community.grid_chief", GRIDS["urban"])
    first, other = (request_hash("eventReport", {"description": text, "grid": 1}) for text in ("seen", "heard"))
    assert first == request_hash("eventReport", {"grid": 1, "description": "seen"})
    assert first != request_hash("eventMove", {"grid": 1, "description": "seen"})
    async with town.deployment.write() as work:
        assert await earlier_answer(work, worker, "k1", first) is None
        await keep_answer(work, worker, "k1", "eventReport", first, 42)
    async with town.deployment.write() as work:
        assert await earlier_answer(work, worker, "k1", first) == Outcome(id=42)
        assert await earlier_answer(work, chief, "k1", other) is None
        with pytest.raises(IdempotencyKeyReusedError, match="another request"):
            await earlier_answer(work, worker, "k1", other)


async def test_an_answer_is_forgotten_with_the_work_that_made_it(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    hazard = {"hazard": "FIRE", "immediate_danger": True}
    report = EventReport(kind_id="community.hazard", description="seen", grid_id=town.grids[GRIDS["urban"]], details=hazard)
    tables = (t.event, t.event_history, t.outbox, t.idempotency_key, t.counter)
    before = [await count(town, table) for table in tables]
    with pytest.raises(RuntimeError, match="power cut"):
        async with town.deployment.write() as work:
            (id,) = ids(await report_events(work, worker, [report]))
            await keep_answer(work, worker, "k1", "eventReport", "hash", id)
            raise RuntimeError("power cut")
    assert [await count(town, table) for table in tables] == before
