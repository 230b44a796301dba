"""A town for events that are driven at random: two holders of every role over one grid, residents, things, and its own time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.places.assets import NewAsset, register_assets
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.plugin.declarations.roles import Level
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer, load_viewer, operator
from wangge_core.tasks.shifts import NewShift, set_shifts

GRID = GRIDS["urban"]
"""Everything happens there: every kind may be reported in every grid."""
CODES = {Level.GRID: GRID, Level.COMMUNITY: COMMUNITY, Level.SUBDISTRICT: SUBDISTRICT, Level.DISTRICT: DISTRICT}
RESIDENT, PARTY, NEIGHBOUR = "resident", "party", "neighbour"
"""Residents without a post: one on no register, one who may be involved in events, and one of that one's household."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class DrivenTown:
    """The town with all who work in it, by login. `people` are as they were when last loaded."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.deployment = town.deployment
        self.registry = town.deployment.rules.registry
        self.now = datetime(2026, 3, 2, 2, tzinfo=UTC)
        self.deployment.clock = lambda: self.now
        self.people: dict[str, Viewer] = {}
        self.posts: dict[int, Viewer] = {}
        self.things: dict[Involvable, list[int]] = {}
        self.unchanged: set[str] = set()

    @property
    def everybody(self) -> list[Viewer]:
        return [*self.people.values()]

    @property
    def offices(self) -> list[int]:
        return sorted(self.town.offices.values())

    @property
    def zone(self) -> ZoneInfo:
        return self.deployment.rules.zone

    @property
    def grid(self) -> int:
        return self.town.grids[GRID]

    async def fill(self) -> None:
        """Put everybody and everything there."""
        async with self.deployment.write() as work:
            logins = dict.fromkeys((RESIDENT, PARTY, NEIGHBOUR)) | _places(self)
            accounts = ids(await create_accounts(work, operator(), [NewAccount(login=one, name=one) for one in logins]))
            held = [(login, account, place) for (login, place), account in zip(logins.items(), accounts, strict=True) if place]
            new = [
                NewPost(account_id=account, role_id=role, grid_id=self.town.grids[code], office_id=office)
                for _, account, (role, code, office) in held
            ]
            for (login, _, _), post in zip(held, ids(await assign_posts(work, operator(), new)), strict=True):
                self.town.posts[login] = post
            await _make_residents(work, self.town)
            self.things = await _make_things(work, self.town)
            await work.run(sa.update(t.post).values(starts_at=LONG_AGO))
        await self.load(*logins)

    async def load(self, *logins: str) -> None:
        """Look up what these may do now."""
        async with self.deployment.read() as work:
            for login in logins:
                viewer = await load_viewer(work, self.registry, login, "en")
                assert viewer is not None
                self.people[login] = viewer
        self.posts = {post: viewer for viewer in self.people.values() for post in viewer.post_ids}

    async def begin(self, now: datetime) -> None:
        """Have everything but the events as it was when the town was filled, at another time."""
        self.now = now
        async with self.deployment.write() as work:
            await work.run(sa.delete(t.job))
            await work.run(sa.delete(t.shift))
            await work.run(sa.update(t.post).values(ends_at=None, end_reason=None))
        await self.load(*self.unchanged)
        self.unchanged.clear()

    def able(self, roles: Sequence[str] | frozenset[str]) -> list[Viewer]:
        """Who may act in one of these roles."""
        return [viewer for viewer in self.people.values() if any(post.acts_as & {*roles} for post in viewer.posts)]

    def crew(self, roles: set[str], others: Sequence[Viewer]) -> list[Viewer]:
        """Who holds one of these roles, these others, and the service itself."""
        held = [one for one in self.people.values() if any(post.role in roles for post in one.posts)]
        named = {viewer.login: viewer for viewer in (*held, *others, self.people[PARTY])}
        return [*named.values(), SYSTEM_VIEWER]

    async def on_duty(self, post: int, hours: int) -> None:
        """Somebody's shift begins."""
        async with self.deployment.write() as work:
            await set_shifts(
                work, operator(), [NewShift(post_id=post, starts_at=self.now, ends_at=self.now + timedelta(hours=hours))]
            )


def _places(town: DrivenTown) -> dict[str, tuple[str, str, int | None]]:
    """Two posts for every role, and two in each office for those that work for one."""
    found: dict[str, tuple[str, str, int | None]] = {}
    for role in town.registry.roles.values():
        for office in town.offices if role.in_office else (None,):
            for number in (1, 2):
                login = f"{role.id}-{number}" if office is None else f"{role.id}-{office}-{number}"
                found[login] = (role.id, CODES[role.level], office)
    return found


async def _make_residents(work: Work, town: Town) -> None:
    """One on the register who is an account, with a household; a mediator and a neighbour live in it."""
    grid = town.grids[GRID]
    household = await work.value(sa.select(t.person.c.household_id).where(t.person.c.id == town.person))
    new = [NewPerson(grid_id=grid, name=name, household_id=household) for name in ("Wei Heron", "Mo Heron")]
    neighbour, mediator = ids(await register_persons(work, operator(), new))
    for login, person in ((PARTY, town.person), (NEIGHBOUR, neighbour), ("community.mediator-1", mediator)):
        await work.run(sa.update(t.account).where(t.account.c.login == login).values(person_id=person))


async def _make_things(work: Work, town: Town) -> dict[Involvable, list[int]]:
    grid = town.grids[GRID]
    organizations = ids(
        await register_organizations(work, operator(), [NewOrganization(grid_id=grid, name=f"Firm {at}") for at in range(2)])
    )
    kinds = [id for id, one in work.rules.registry.asset_kinds.items() if one.details is None][:1]
    assets = ids(
        await register_assets(work, operator(), [NewAsset(kind_id=kinds[0], grid_id=grid, name=f"Thing {at}") for at in range(3)])
    )
    persons = [town.person]
    return {Involvable.PERSON: persons, Involvable.ORGANIZATION: organizations, Involvable.ASSET: assets}
