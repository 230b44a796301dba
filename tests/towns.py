"""A small fictional town for tests: a district with one grid of each type, a building, people, offices and posts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from graphql import GraphQLEnumType

from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome
from wangge_core.evidence.cleaning import Cleaned
from wangge_core.evidence.receiving import Placed, note
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.people.households import NewHousehold, Relation, register_households
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.places.offices import NewOffice, create_offices
from wangge_core.places.units import NewUnit, UnitUse
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import Viewer, load_viewer, operator
from wangge_schema.api import Api

DISTRICT, SUBDISTRICT, COMMUNITY = "999901", "999901001", "999901001001"
GRIDS = {"urban": f"{COMMUNITY}001", "scenic": f"{COMMUNITY}002", "rural": f"{COMMUNITY}003", "maritime": f"{COMMUNITY}004"}
DESKS = {
    DISTRICT: (
        "community.district_administrator",
        "community.intake_officer",
        "community.shift_lead",
        "community.dispatcher",
        "community.auditor",
    ),
    SUBDISTRICT: ("community.subdistrict_administrator", "community.duty_officer", "rural.works_officer", "maritime.duty_watch"),
    COMMUNITY: ("community.community_head", "community.community_officer", "maritime.family_liaison"),
}
TEAM = ("community.grid_worker", "community.grid_chief", "community.information_officer", "community.public_order_officer")
TEAMS = {
    "urban": (*TEAM, "urban.city_management_officer", "community.volunteer"),
    "scenic": (*TEAM, "scenic.emergency_responder", "scenic.first_aider"),
    "rural": (*TEAM, "rural.group_leader", "rural.affairs_overseer"),
    "maritime": (*TEAM, "maritime.skipper", "maritime.fleet_leader"),
}
PHOTOGRAPH = 1
"""The key of a photograph that everybody may put on an event. Only its row is there, without bytes."""
PICTURE = Cleaned(content=b"a picture of the town", media_type="image/jpeg", width=64, height=48)


@dataclass(slots=True)
class Plan:
    """The ids of what stands in the town: grids and offices by code, posts by the login of their holder."""

    grids: dict[str, int] = field(default_factory=dict[str, int])
    offices: dict[str, int] = field(default_factory=dict[str, int])
    posts: dict[str, int] = field(default_factory=dict[str, int])
    building: int = 0
    person: int = 0
    photo: int = 0


class Town:
    """The town at work. Logins are `role@code`, such as `community.grid_worker@999901001001001`."""

    def __init__(self, deployment: Deployment, api: Api, plan: Plan) -> None:
        self.deployment = deployment
        self.api = api
        self.grids, self.offices, self.posts = dict(plan.grids), dict(plan.offices), dict(plan.posts)
        self.building, self.person, self.photo = plan.building, plan.person, plan.photo

    async def viewer(self, role: str, code: str, language: str = "en") -> Viewer:
        return await self.login(f"{role}@{code}", language)

    async def login(self, login: str, language: str = "en") -> Viewer:
        async with self.deployment.read() as work:
            found = await load_viewer(work, self.deployment.rules.registry, login, language)  # type: ignore[arg-type]
        assert found is not None, login
        return found

    async def ask(self, query: str, viewer: Viewer | None = None, **variables: Any) -> Mapping[str, Any]:
        """The data of an answer that has no errors."""
        answer = await self.api.execute(query, variables, viewer or operator("en"))
        assert "errors" not in answer, answer["errors"]
        assert undeclared(self.api, answer["data"]) == []
        return answer["data"]

    async def errors(self, query: str, viewer: Viewer | None = None, **variables: Any) -> list[dict[str, Any]]:
        """The top-level errors of an answer that must have some."""
        answer = await self.api.execute(query, variables, viewer or operator("en"))
        return answer["errors"]


def undeclared(api: Api, data: Mapping[str, Any]) -> list[str]:
    """Codes of refusals of mutations that the schema does not name."""
    found: list[str] = []
    for name, payload in data.items():
        enum = api.schema._schema.type_map.get(f"{name[:1].upper()}{name[1:]}ErrorCode")
        if isinstance(payload, dict) and isinstance(enum, GraphQLEnumType):
            codes = [error.get("code") for error in payload.get("userErrors", ())]
            found += [f"{name}: {code}" for code in codes if code is not None and code not in enum.values]
    return found


async def make_town(deployment: Deployment) -> Plan:
    """Fill an empty database with the town."""
    town = Plan()
    viewer = operator()
    async with deployment.write() as work:
        division = "community.division"
        tree = [
            NewGrid(code=DISTRICT, name="Lakeside", type_id=division),
            NewGrid(code=SUBDISTRICT, name="Old Port", type_id=division, parent_code=DISTRICT),
            NewGrid(code=COMMUNITY, name="Heron Lane", type_id=division, parent_code=SUBDISTRICT),
            *(NewGrid(code=code, name=f"{type} grid", type_id=type, parent_code=COMMUNITY) for type, code in GRIDS.items()),
        ]
        town.grids = dict(zip((one.code for one in tree), ids(await create_grids(work, viewer, tree)), strict=True))
        offices = [NewOffice(code="water_works", name="Water works"), NewOffice(code="housing", name="Housing")]
        town.offices = dict(zip((one.code for one in offices), ids(await create_offices(work, viewer, offices)), strict=True))
        units = (NewUnit(name="101"), NewUnit(name="102"), NewUnit(name="G1", use=UnitUse.SHOP))
        building = NewBuilding(grid_id=town.grids[GRIDS["urban"]], name="Heron House", floors=6, units=units)
        (town.building,) = ids(await register_buildings(work, viewer, [building]))
        unit = await work.value(sa.select(sa.func.min(t.unit.c.id)))
        home = NewHousehold(grid_id=town.grids[GRIDS["urban"]], name="Household 101", unit_id=unit)
        (household,) = ids(await register_households(work, viewer, [home]))
        person = NewPerson(grid_id=town.grids[GRIDS["urban"]], name="Lin Heron", household_id=household, relation=Relation.HEAD)
        (town.person,) = ids(await register_persons(work, viewer, [person]))
        places = [(role, code, None) for code, roles in DESKS.items() for role in roles]
        places += [(role, GRIDS[type], None) for type, roles in TEAMS.items() for role in roles]
        places += [("community.department_specialist", DISTRICT, office) for office in town.offices]
        logins = [f"{role}@{office or code}" for role, code, office in places]
        accounts = ids(await create_accounts(work, viewer, [NewAccount(login=login, name=login) for login in logins]))
        posts = [
            NewPost(account_id=account, role_id=role, grid_id=town.grids[code], office_id=town.offices[office] if office else None)
            for account, (role, code, office) in zip(accounts, places, strict=True)
        ]
        town.posts = dict(zip(logins, ids(await assign_posts(work, viewer, posts)), strict=True))
        town.photo, _ = await note(work, viewer, PICTURE, Placed(object="town.jpg", thumbnail=None))
        await work.run(sa.update(t.attachment).values(public=True))
        assert town.photo == PHOTOGRAPH
    return town


def ids(outcomes: list[Outcome]) -> list[int]:
    """The ids of outcomes that must all have been accepted."""
    found = [outcome.id for outcome in outcomes if outcome.id is not None]
    assert len(found) == len(outcomes), [outcome.refusals for outcome in outcomes if outcome.refusals]
    return found
