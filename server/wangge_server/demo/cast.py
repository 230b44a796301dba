"""The cast: who is there to act in a matter, and as whom the service knows them."""

from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass, field
from random import Random

from wangge_core.db.work import Work
from wangge_core.events.levels import ANSWERING, DESKS, HEADS, desk_post, superior_post
from wangge_core.events.situations import acting_post
from wangge_core.rights.viewers import Viewer, load_viewer
from wangge_server.demo.matters import Matter
from wangge_server.demo.plans import Plan
from wangge_server.demo.town import DemoError, Holder, Town

SUPERIORS = frozenset(role for roles in ANSWERING.values() for role in roles) | set(HEADS)
DESK_ROLES = frozenset(role for roles in DESKS.values() for role in roles)


@dataclass(slots=True)
class Cast:
    """Whoever holds a post in the town. `dice` decide which of several able ones acts."""

    town: Town
    dice: Random
    _viewers: dict[str, Viewer] = field(default_factory=dict[str, Viewer])
    _holders: dict[int, list[Holder]] = field(default_factory=dict[int, list[Holder]])

    def around(self, plan: Plan) -> list[Holder]:
        """Whoever holds a post over the grid of a matter."""
        grid = plan.grid
        if grid.id not in self._holders:
            self._holders[grid.id] = [holder for holder in self.town.holders if holder.ground.covers(grid.path)]
        return self._holders[grid.id]

    def forget(self) -> None:
        """Look again at who holds what: somebody was given a post, or lost one."""
        self._viewers.clear()
        self._holders.clear()

    async def viewer(self, work: Work, login: str) -> Viewer:
        """A holder as the service knows them, until their posts change."""
        if login not in self._viewers:
            viewer = await load_viewer(work, self.town.registry, login)
            if viewer is None:
                raise DemoError(f"the account {login} is gone.", hint="Fill the town again with --fresh.")
            self._viewers[login] = viewer
        return self._viewers[login]

    async def in_roles(self, work: Work, matter: Matter, wanted: Collection[str]) -> AsyncGenerator[Viewer, None]:
        """Those who may act in one of these roles and see the matter, in no order."""
        roles, wanted = self.town.registry.roles, set(wanted)
        able = [holder for holder in self.around(matter.plan) if roles[holder.role_id].acts_as & wanted]
        self.dice.shuffle(able)
        for holder in able:
            viewer = await self.viewer(work, holder.login)
            if matter.is_visible_to(viewer):
                yield viewer

    async def worker(self, work: Work, matter: Matter) -> Viewer | None:
        """Somebody who works on the stage at which the matter stands."""
        by = set(matter.definition.stage(matter.stage).by)
        async for viewer in self.in_roles(work, matter, by):
            if acting_post(matter.situation, by, viewer):
                return viewer
        return None

    async def superior(self, work: Work, matter: Matter, *, but: str = "") -> Viewer | None:
        """Somebody who answers above that stage, but not this one."""
        async for viewer in self.in_roles(work, matter, SUPERIORS):
            if viewer.login != but and superior_post(matter.situation, viewer):
                return viewer
        return None

    async def desk(self, work: Work, *matters: Matter) -> Viewer | None:
        """Somebody at a desk under which all these matters stand."""
        async for viewer in self.in_roles(work, matters[0], DESK_ROLES):
            if all(one.is_visible_to(viewer) and desk_post(one.situation, viewer) for one in matters):
                return viewer
        return None
