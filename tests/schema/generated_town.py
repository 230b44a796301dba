"""A richer town for generated operations: everything that a row can be, in few rows, the same for the same seed.

It is written into the tables directly, on top of `make_town`, because much of it is what years leave behind and no operation makes
today: ended posts, old versions of a workflow, kinds of plugins that are gone, ties, nulls. Texts that not everybody may see carry
a mark, `‹Building 12›`, so that a leak shows in the bytes of an answer whatever was asked.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from generated_filling import GONE, NOW, SEED, Ground, mark
from generated_logs import Logs
from generated_tasks import fill_tasks

from towns import COMMUNITY, DISTRICT, SUBDISTRICT
from wangge_core.db import tables as t
from wangge_core.db.columns import Instant
from wangge_core.db.kind_versions import write_versions
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment


async def enrich(deployment: Deployment) -> None:
    """Fill the small town further."""
    async with deployment.write() as work:
        work.changes = None  # the logs are written by hand too
        await _at_fixed_times(work)
        await _Town(work, Random(SEED)).everything()


async def _at_fixed_times(work: Work) -> None:
    """Have what is there already made long ago, so that the town is the same whenever it is made."""
    for table in (t.grid, t.building, t.household, t.person, t.account, t.post, t.workflow_version):
        moments = [column for column in table.c if isinstance(column.type, Instant) and not column.nullable]
        await work.run(sa.update(table).values({column: NOW - timedelta(days=100) for column in moments}))
    await work.run(sa.update(t.person).values(confirmed_at=NOW - timedelta(days=100), confirm_by=NOW.date()))
    confirmed = {"confirmed_at": NOW - timedelta(days=100), "confirm_by": NOW.date() + timedelta(days=265)}
    await work.run(sa.update(t.building).values(confirmed))


class _Town(Logs):
    """Writes everything in order."""

    async def everything(self) -> None:
        await self.local_kinds()
        await self.grids()
        await self.overlays()
        await self.handling_offices()
        await self.buildings()
        await self.people()
        await self.things()
        await self.staff()
        await self.substitutes()
        await self.versions()
        await self.events()
        await self.logs()
        await self.needs()
        await self.reviews()
        await fill_tasks(self)

    async def local_kinds(self) -> None:
        """A local catalogue below a declared kind, and kinds of a plugin that is gone."""
        base = {
            "available": True,
            "priority": "NORMAL",
            "details_type": None,
            "detail_fields": [],
            "involves": [],
            "limits": [],
            "handled_by": [],
            "supervised_by": [],
            "open_to_public": False,
            "shown_to_public": False,
            "version": 0,
            "parent_id": None,
        }
        base |= {"hidden_from_grid": False, "catalogue": None, "retired_because": None, "workflow_id": "community.three_loops"}
        parent = next(iter(self.registry.event_kinds))
        rows = [
            {
                "id": f"local.city.{key}",
                "plugin": "local",
                "ordinal": key % 3,
                "label": {"zh": f"本地{key}", "en": f'Local "{key}"'},
            }
            | {
                "parent_id": parent if key < 3 else "local.city.0",
                "catalogue": "city",
                "retired_because": self.maybe("merged", 0.3),
            }
            for key in range(7)
        ]
        rows.append(
            {"id": f"{GONE}.matter", "plugin": GONE, "ordinal": 0, "label": {"zh": "旧事", "en": "Gone"}, "available": False}
        )
        for row in rows:
            await self.work.insert(t.event_kind, [base | row])
        await write_versions(self.work, (str(row["id"]) for row in rows))
        gone = {"plugin": GONE, "ordinal": 0, "available": False, "label": {"zh": "旧", "en": "Gone"}}
        for table in (t.asset_kind, t.place_kind):
            thing = gone | {"id": f"{GONE}.thing", "details_type": "GoneDetails", "detail_fields": []}
            await self.work.insert(table, [thing | ({"station": True} if table is t.place_kind else {})])
        ground = {"id": f"{GONE}.ground", "details_type": "GoneDetails", "overlay": False, "level_names": {}}
        ground |= {"size": {"households": None, "people": None, "grids_are": ""}}
        await self.work.insert(t.grid_type, [gone | ground])
        role = {"id": f"{GONE}.role", "level": "GRID", "duty": "none", "may": [], "acts_as": [], "shown_to_public": True}
        await self.work.insert(t.role, [gone | role])

    async def grids(self) -> None:
        await self.start_ids(t.grid)
        types = [id for id, one in self.registry.grid_types.items() if not one.overlay and id != "community.division"]
        types.append(f"{GONE}.ground")
        paths = {row.id: row for row in await self.work.rows(sa.select(t.grid.c.id, t.grid.c.code, t.grid.c.path, t.grid.c.depth))}
        by_code = {row.code: (row.id, row.path, row.depth) for row in paths.values()}
        divisions = [(f"{SUBDISTRICT}002", SUBDISTRICT), (f"{DISTRICT}002", DISTRICT), (f"{DISTRICT}002001", f"{DISTRICT}002")]
        leaves = [(f"{COMMUNITY}{n:03}", COMMUNITY) for n in range(5, 11)]
        leaves += [(f"{code}{n:03}", code) for code in (f"{SUBDISTRICT}002", f"{DISTRICT}002001") for n in range(1, 5)]
        for code, parent in [("999902", None), *divisions, *leaves]:
            type = "community.division" if len(code) < 15 else types[self.random.randrange(len(types))]
            id = self.id(t.grid)
            above = by_code.get(parent or "", (None, "", -1))
            by_code[code] = (id, f"{above[1]}{id}.", above[2] + 1)
            await self.work.insert(t.grid, [self.grid(id, code, type, above)])
        await self.work.change(t.grid, by_code[COMMUNITY][0], {"name": "Willow"})
        rows = await self.work.rows(sa.select(t.grid.c.id, t.grid.c.path).where(t.grid.c.layer_id == "base"))
        self.ground = Ground({row.id: row.path for row in rows})

    def grid(self, id: int, code: str, type: str, above: tuple[int | None, str, int], layer: str = "base") -> dict[str, Any]:
        definition = self.registry.grid_types.get(type)
        level = {6: "DISTRICT", 9: "SUBDISTRICT", 12: "COMMUNITY"}.get(len(code), "GRID")
        path = f"{above[1]}{id}."
        return {
            "id": id, "layer_id": layer, "grid_type_id": type, "parent_id": above[0], "path": path, "depth": above[2] + 1,
            "level": level, "code": code, "name": self.name(), "version": 1, "created_at": self.moment(), "updated_at": self.moment(),
            "staffing_id": self.maybe(definition.staffing[0].id if definition and definition.staffing else None),
            "details": self.details(definition.details, path) if definition else self.unlabelled(path),
        }  # fmt: skip

    async def overlays(self) -> None:
        """A layer of the police with grids over base grids of several communities, one grid without parts."""
        await self.work.insert(t.grid_layer, [{"id": "police", "label": {"zh": "警务网格", "en": "Police's grids"}, "base": False}])
        type = next(id for id, one in self.registry.grid_types.items() if one.overlay)
        self.overlay: dict[int, list[int]] = {}
        for number in range(4):
            id = self.id(t.grid)
            code = COMMUNITY if number == 0 else f"P{number}"  # a code may stand in two layers
            await self.work.insert(t.grid, [self.grid(id, code, type, (None, "", -1), "police")])
            self.overlay[id] = [] if number == 3 else sorted(self.random.sample(self.ground.ids, 3))
            parts = [{"overlay_grid_id": id, "base_grid_id": part} for part in self.overlay[id]]
            await self.work.insert(t.grid_part, parts)

    async def handling_offices(self) -> None:
        await self.start_ids(t.office)
        rows = [{"id": self.id(t.office), "code": code, "name": self.name()} for code in ("Parks", "parks", "fire_brigade", "燃气")]
        await self.work.insert(t.office, rows)

    async def buildings(self) -> None:
        await self.start_ids(t.building, t.unit, t.organization)
        self.accounts = await self.ids(t.account)
        buildings, units = [], []
        for _ in range(24):
            id = self.id(t.building)
            buildings.append({
                "id": id, "grid_id": self.random.choice(self.ground.ids), "name": self.name(), "address": self.maybe(mark("Building", id)),
                "floors": self.maybe(self.random.randrange(40)), "longitude": self.degrees(100, 120), "latitude": self.degrees(20, 40),
                "source_name": None, "source_key": None, "created_at": self.moment(),
            } | self.confirmation())  # fmt: skip
            for _ in range(self.random.choice((0, 1, 3, 5))):
                unit = self.id(t.unit)
                units.append({"id": unit, "building_id": id, "name": f"{self.random.randrange(300)} {mark('Unit', unit)}",
                              "use": self.random.choice(("HOME", "SHOP", "OFFICE", "OTHER")),
                              "floor": self.maybe(self.random.randrange(1, 9)),
                              "area_square_metres": self.maybe(round(self.random.uniform(9, 200), 1)),
                              "occupancy": self.random.choice(("OWNER_OCCUPIED", "RENTED", "VACANT", "UNKNOWN")),
                              "occupancy_since": self.maybe(self.day()), "version": self.random.randrange(1, 4)})  # fmt: skip
        await self.work.insert(t.building, buildings)
        await self.work.insert(t.unit, units)
        all_units = await self.ids(t.unit)
        organizations = []
        for _ in range(16):
            id = self.id(t.organization)
            organizations.append({
                "id": id, "grid_id": self.random.choice(self.ground.ids), "unit_id": self.maybe(self.random.choice(all_units)),
                "name": self.name(), "trade": self.maybe(mark("Organization", id)), "source_name": None, "source_key": None,
                "registration_code": self.maybe(f"91000000{id:010}"), "state": self.random.choice(("OPEN", "OPEN", "CLOSED")),
                "closed_on": self.maybe(self.day(), 0.2), "created_at": self.moment(),
            } | self.confirmation())  # fmt: skip
        await self.work.insert(t.organization, organizations)
        await self.premises([one["id"] for one in organizations])

    async def premises(self, organizations: list[int]) -> None:
        """Where organisations work and who answers for them; some at two places of one building, some at none."""
        unit_rows = await self.work.rows(sa.select(t.unit.c.id, t.unit.c.building_id).order_by(t.unit.c.id))
        sites = [(row.building_id, row.id) for row in unit_rows] + [(id, None) for id in await self.ids(t.building)]
        premises, responsible = [], []
        for id in organizations:
            chosen = self.random.sample(sites, self.random.randrange(4))
            premises += [
                {"organization_id": id, "ordinal": ordinal, "building_id": building, "unit_id": unit}
                for ordinal, (building, unit) in enumerate(chosen, 1)
            ]
            responsible += [
                {"organization_id": id, "ordinal": ordinal, "role": self.random.choice(("HEAD", "SAFETY_OFFICER", "CONTACT")),
                 "person_id": None, "name": f"Answers {mark('Organization', id)}", "phone": self.maybe("1390000 1234")}
                for ordinal in range(1, self.random.randrange(1, 4))
            ]  # fmt: skip
        await self.work.insert(t.organization_premises, premises)
        await self.work.insert(t.organization_responsible, responsible)

    async def people(self) -> None:
        await self.start_ids(t.household, t.person)
        units = await self.ids(t.unit)
        homes = []
        for _ in range(14):
            id = self.id(t.household)
            homes.append({"id": id, "grid_id": self.random.choice(self.ground.ids), "unit_id": self.maybe(self.random.choice(units)),
                          "address": self.maybe(mark("Household", id)), "name": f"Home {mark('Household', id)}",
                          "created_at": self.moment()})  # fmt: skip
        await self.work.insert(t.household, homes)
        households = await self.ids(t.household)
        persons = []
        for number in range(36):
            id = self.id(t.person)
            persons.append({
                "id": id, "grid_id": self.random.choice(self.ground.ids), "household_id": self.maybe(self.random.choice(households)),
                "name": self.name() if number % 2 else f"Lin {mark('Person', id)}",
                "gender": self.random.choice((None, "FEMALE", "MALE", "OTHER")),
                "born_on": self.maybe(date(1930, 1, 1) + timedelta(days=self.random.randrange(30_000)), 0.7),
                "residence": self.random.choice(("PERMANENT", "TEMPORARY", None)), "source_name": None, "source_key": None,
                "identity_number_mask": self.maybe(f"****{id:04}"), "phone_mask": self.maybe(f"138****{id:04}"),
                "guardian_id": self.maybe(self.random.choice([one["id"] for one in persons])) if number > 2 else None,
                "guardian_agreed_on": self.maybe(self.day()), "confirmed_at": self.maybe(self.moment()),
                "confirm_by": self.maybe(self.day()), "removed_at": self.moment() if number % 9 == 8 else None,
                "version": self.random.randrange(1, 9), "created_at": self.moment(),
            })  # fmt: skip
        await self.work.insert(t.person, persons)
        await self.homes(persons, units)

    async def homes(self, persons: list[dict[str, Any]], units: list[int]) -> None:
        """Homes left and lived in, and memberships of which some have ended."""
        homes, members = [], []
        for person in persons:
            for ended in (True, False) if self.random.random() < 0.4 else (False,):
                homes.append({
                    "person_id": person["id"], "grid_id": self.random.choice(self.ground.ids),
                    "address": self.maybe(mark("Person", person["id"])),
                    "unit_id": self.maybe(self.random.choice(units)), "kind": self.random.choice(("PERMANENT", "TEMPORARY")),
                    "moved_in_on": self.maybe(self.day()), "moved_out_on": self.day() if ended else None,
                })  # fmt: skip
                if person["household_id"] is not None:
                    members.append({
                        "person_id": person["id"], "household_id": person["household_id"], "joined_on": self.maybe(self.day()),
                        "relation": self.random.choice((None, "SPOUSE", "CHILD", "LODGER")), "left_on": self.day() if ended else None,
                    })  # fmt: skip
        await self.work.insert(t.residence, homes)
        await self.work.insert(t.household_member, members)

    async def things(self) -> None:
        await self.start_ids(t.asset, t.place)
        organizations, self.offices = await self.ids(t.organization), await self.ids(t.office)
        for table, kinds, type in ((t.asset, self.registry.asset_kinds, "Asset"), (t.place, self.registry.place_kinds, "Place")):
            rows = []
            for number in range(24):
                id, grid = self.id(table), self.random.choice(self.ground.ids)
                kind = kinds[self.random.choice(list(kinds))] if number % 6 else None
                details = self.details(kind.details, self.ground.grids[grid]) if kind else self.unlabelled(self.ground.grids[grid])
                rows.append({
                    "id": id, "grid_id": grid, "kind_id": kind.id if kind else f"{GONE}.thing", "details": details,
                    "name": self.name() if number % 2 or type == "Place" else f"Lamp {mark(type, id)}",
                    "longitude": self.degrees(-180, 180), "latitude": self.degrees(-90, 90), "created_at": self.moment(),
                } | self.confirmation() | (self.kept(id, organizations) if type == "Asset" else self.shown()))  # fmt: skip
            await self.work.insert(table, rows)

    def kept(self, id: int, organizations: list[int]) -> dict[str, Any]:
        """What only assets have."""
        return {
            "code": self.maybe(f"No. {mark('Asset', id)}"), "state": self.random.choice(("IN_ORDER", "DAMAGED", "REMOVED")),
            "accuracy_metres": self.maybe(self.random.choice((0.5, 10.0))), "measured": self.random.choice((None, "SATELLITE", "MAP")),
            "owner_id": self.maybe(self.random.choice(organizations)), "keeper_id": self.maybe(self.random.choice(self.offices)),
        }  # fmt: skip

    def shown(self) -> dict[str, Any]:
        """What only places have."""
        span = {"opens": "08:30", "closes": "17:00", "next_day": False}
        night = {"opens": "22:00", "closes": "02:00", "next_day": True}
        hours = {
            "weekly": [{"weekday": day} | self.random.choice((span, night)) for day in ("MONDAY", "SATURDAY")],
            "exceptions": [{"on": "2026-11-21", "spans": self.random.choice(([], [span])), "note": self.maybe(self.name())}],
        }
        service = {"name": self.name(), "papers": [self.name()], "fee_fen": self.maybe(500), "note": None}
        return {"contact": self.maybe(self.name()), "opening_hours": self.maybe(hours), "services": self.maybe([service])}

    async def staff(self) -> None:
        """Accounts with no post, one, several, of which some are over, some not begun, some in an overlay or an office."""
        await self.start_ids(t.account, t.post)
        offices = await self.ids(t.office)
        roles = list(self.registry.roles)
        accounts, posts = [], []
        for number in range(24):
            id = self.id(t.account)
            accounts.append({"id": id, "login": f"made{number:02}", "name": f"{self.name()} {mark('Account', id)}",
                             "active": number % 8 != 7, "created_at": self.moment()})  # fmt: skip
            for _ in range(number % 5):
                post = self.id(t.post)
                starts = self.random.choice((self.moment(), self.moment(), NOW + timedelta(days=3), NOW))
                role = self.random.choice([*roles, f"{GONE}.role"])
                posts.append({
                    "id": post, "account_id": id, "role_id": role,
                    "grid_id": self.random.choice([*self.ground.ids, *self.overlay]),
                    "office_id": self.maybe(self.random.choice(offices), 0.4),
                    "starts_at": starts, "ends_at": self.random.choice((None, None, starts + timedelta(days=5), NOW + timedelta(days=30))),
                    "end_reason": self.maybe(mark("Post", post), 0.7), "created_at": self.moment(),
                })  # fmt: skip
        await self.work.insert(t.account, accounts)
        await self.work.insert(t.post, posts)
        self.accounts, self.posts, self.offices = await self.ids(t.account), await self.ids(t.post), offices

    async def needs(self) -> None:
        """Needs that run, have run out and were ended; of sensitive kinds, one of which is for two roles."""
        await self.start_ids(t.need)
        disabled, roles = "community.disabled", ("community.grid_worker", "community.community_head")
        await self.work.insert(t.need_kind_role, [{"need_kind_id": disabled, "role_id": role} for role in roles])
        kinds = ("community.lives_alone", "community.hardship", disabled, disabled, "community.in_hospital")
        persons = [tuple(row) for row in await self.work.rows(sa.select(t.person.c.id, t.person.c.grid_id).order_by(t.person.c.id))]
        for number in range(80):
            id, (person, grid) = self.id(t.need), self.random.choice(persons)
            ends = NOW + timedelta(days=self.random.randrange(-40, 90), milliseconds=self.random.choice((-1, 0, 1)))
            ends = NOW + timedelta(milliseconds=number % 3 - 1) if number < 6 else ends
            await self.work.insert(t.need, [{
                "id": id, "person_id": person, "grid_id": grid, "kind_id": self.random.choice(kinds), "reason": mark("Need", id),
                "legal_basis": mark("Need", id), "guardian_agreement": self.maybe(mark("Need", id), 0.3), "from_on": self.day(200),
                "until_on": NOW.date() + timedelta(days=self.random.randrange(90)), "ends_at": ends,
                "set_by_id": self.maybe(self.random.choice(self.posts)), "ending": None, "end_reason": None, "created_at": self.moment(),
            }])  # fmt: skip

    async def reviews(self) -> None:
        """Rows of imports that wait for a decision, and some that were decided."""
        await self.start_ids(t.import_review)
        for person, grid in [tuple(row) for row in await self.work.rows(sa.select(t.person.c.id, t.person.c.grid_id))][:40]:
            id, decided = self.id(t.import_review), self.random.random() < 0.4
            said = {"name": mark("ImportReview", id), "born_on": self.day(9000), "home": self.maybe(mark("ImportReview", id))}
            await self.work.insert(t.import_review, [{
                "id": id, "grid_id": grid, "person_id": person, "run_at": self.moment(), "file": "persons.csv", "line": id,
                "source_name": "town", "source_key": f"R{id}", "why": self.random.choice(("OTHER_HOME", "SAME_PHONE")),
                **(dict.fromkeys(said) if decided else said), "draft": None, "draft_index": None, "decided": decided,
                "decision": "SKIP" if decided else None, "decided_by_id": self.random.choice(self.accounts) if decided else None,
                "decided_at": NOW if decided else None, "created_at": self.moment(),
            }])  # fmt: skip

    async def substitutes(self) -> None:
        """Who stands in for whom, what was opened in an emergency, and which accounts are residents."""
        terms = [(NOW - timedelta(days=9), NOW - timedelta(days=2)), (NOW - timedelta(days=1), NOW + timedelta(days=400))]
        for number in range(12):
            starts, ends = terms[number % 3 > 0]
            values = {"post_id": self.random.choice(self.posts), "account_id": self.random.choice(self.accounts)}
            values |= {"starts_at": starts, "ends_at": ends, "reason": self.name(), "end_reason": self.maybe(self.name(), 0.3)}
            given = {"given_by_id": self.maybe(self.random.choice(self.accounts)), "created_at": self.moment()}
            await self.work.insert(t.delegation, [values | given])
        for number in range(9):
            starts, ends = terms[number % 3 > 0]
            values = {"account_id": self.random.choice(self.accounts), "grid_id": self.random.choice(self.ground.ids)}
            values |= {"capabilities": ["READ_EVENTS", "READ_PLACES"][: 1 + number % 2], "reason": self.name(), "starts_at": starts}
            values |= {
                "ends_at": ends,
                "end_reason": None,
                "post_id": None,
                "reviewed": number % 3 == 0,
                "created_at": self.moment(),
            }
            review = {"reviewed_at": NOW, "reviewed_by_id": self.accounts[0], "finding": "in order"} if values["reviewed"] else {}
            await self.work.insert(t.access_grant, [values | dict.fromkeys(("reviewed_at", "reviewed_by_id", "finding")) | review])
        for account, person in zip(self.accounts[::4], await self.ids(t.person), strict=False):
            await self.work.run(sa.update(t.account).where(t.account.c.id == account).values(person_id=person))
