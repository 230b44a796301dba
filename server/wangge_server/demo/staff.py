"""The staff: an account for everybody who holds a post, and the posts that the templates of grids, desks and overlays ask for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.boards.publishing import PostPublishing, publish_posts
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.definitions import GridTypeDefinition, PositionDefinition, StaffingDefinition
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_server.demo.names import person_name
from wangge_server.demo.town import Ground, Holder, Town

LEVELS = (Level.GRID, Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT)
SHIFTS = 3
NUMBERS = {"ten households": (4, 6), "building": (3, 5), "watch desk, on a roster": (3, 3), "shift": (SHIFTS, SHIFTS)}
"""How many posts there are by what they are counted per, where the template leaves it open."""
THINGS = {"vessel": "maritime.vessel", "raft or cluster of rafts": "maritime.raft"}
OF_OFFICE = "office"
OFFICE_OF_ROLE = {
    "urban.city_management_worker": "city_management",
    "urban.market_supervision_worker": "market_supervision",
    "scenic.enforcement_officer": "scenic_enforcement",
}
"""Roles whose holders are members of an office."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A post to give: a role over a ground, by whom, and in which office."""

    role_id: str
    ground: Ground
    person: int
    office_id: int | None = None


async def make_staff(town: Town) -> None:
    """Create the accounts and give the posts."""
    dice = town.dice("staff")
    seats = list(Seating(town, dice).seats())
    first_role = {seat.person: seat.role_id for seat in reversed(seats)}
    logins = _logins(first_role)
    accounts = [NewAccount(login=login, name=person_name(dice)) for login in logins.values()]
    ids = dict(zip(logins, await town.write("accounts", create_accounts, accounts), strict=True))
    requests = [
        NewPost(account_id=ids[seat.person], role_id=seat.role_id, grid_id=seat.ground.id, office_id=seat.office_id)
        for seat in seats
    ]
    for id, seat in zip(await town.write("posts", assign_posts, requests), seats, strict=True):
        town.holders.append(
            Holder(post_id=id, login=logins[seat.person], role_id=seat.role_id, ground=seat.ground, office_id=seat.office_id)
        )
    await _publish(town)


async def _publish(town: Town) -> None:
    """Official telephones, which are nobody's, for who stands on notice boards; somebody has the same one in all posts."""
    dice, phones = town.dice("telephones"), dict[str, str]()
    requests: list[PostPublishing] = []
    for holder in town.holders:
        if town.registry.roles[holder.role_id].shown_to_public:
            phone = phones.setdefault(holder.login, f"000-{dice.randrange(10**8):08d}")
            requests.append(PostPublishing(post_id=holder.post_id, official_phone=phone))
    await town.write("telephones", publish_posts, requests)


def _logins(first_role: dict[int, str]) -> dict[int, str]:
    """`grid_worker.001` and so on, by the first post that somebody holds."""
    logins: dict[int, str] = {}
    numbers: dict[str, int] = {}
    for person in sorted(first_role):
        role = first_role[person].rpartition(".")[2]
        numbers[role] = numbers.get(role, 0) + 1
        logins[person] = f"{role}.{numbers[role]:03d}"
    return logins


def representatives(town: Town) -> dict[str, str]:
    """The login of one holder of each role, and as `district` that of an administrator of the whole district."""
    found: dict[str, str] = {}
    for holder in town.holders:
        found.setdefault(holder.role_id, holder.login)
    return {"district": found["community.district_administrator"]} | found


@dataclass(slots=True)
class Seating:
    """Goes through the templates and says who sits where. `_sharing` remembers whom a position is shared with, and how often."""

    town: Town
    dice: Random
    _people: int = 0
    _filled: set[tuple[int, str, str]] = field(default_factory=set[tuple[int, str, str]])
    _sharing: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict[tuple[str, str, str], tuple[int, int]])

    def seats(self) -> Iterator[Seat]:
        for grid in self.town.grids:
            for position in self._template(grid).positions:
                yield from self._in_grid(grid, position)
        for ground in self.town.divisions:
            for desk in self._desks(ground):
                for position in desk.positions:
                    yield from self._at_desk(ground, position)
        for grid_type in self.town.registry.grid_types.values():
            if grid_type.overlay:
                yield from self._of_overlay(grid_type)

    def _template(self, grid: Ground) -> StaffingDefinition:
        return next(one for one in self.town.registry.grid_types[grid.type_id].staffing if one.id == grid.staffing_id)

    def _in_grid(self, grid: Ground, position: PositionDefinition) -> Iterator[Seat]:
        """The posts of a grid's template; those of a role of a higher level are held there, once for all grids below."""
        ground = grid if position.per.startswith("grid") else self._above(grid, position)
        if (ground.id, grid.staffing_id or "", position.role) in self._filled:
            return
        self._filled.add((ground.id, grid.staffing_id or "", position.role))
        for _ in range(self._number(position, ground)):
            person = self._shared_person(grid, position, shared) if (shared := position.grids_each) else self._somebody()
            yield self._seat(position, ground, person)

    def _above(self, grid: Ground, position: PositionDefinition) -> Ground:
        """The ground of the role's level that a grid lies in, or the next one above where that level is missing."""
        wanted = self.town.registry.roles[position.role].level
        return next(one for level in LEVELS[LEVELS.index(wanted) :] for one in self._around(grid) if one.level.value == level.value)

    def _around(self, grid: Ground) -> list[Ground]:
        return [grid, *(one for one in self.town.divisions if grid.path.startswith(one.path))]

    def _number(self, position: PositionDefinition, ground: Ground) -> int:
        if kind := THINGS.get(position.per):
            return sum(1 for asset in self.town.assets.get(ground.id, []) if asset.kind_id == kind)
        if position.least > 1:
            return position.least
        least, most = NUMBERS.get(position.per, (1, 3 if position.least == 0 else 2))
        return min(self.dice.randint(least, most), position.most or most)

    def _desks(self, ground: Ground) -> list[StaffingDefinition]:
        """The desks of a ground's level that the types of the grids below it bring, each once."""
        types = dict.fromkeys(grid.type_id for grid in self.town.grids if grid.path.startswith(ground.path))
        desks = (desk for type_id in types for desk in self.town.registry.grid_types[type_id].desks)
        return list({desk.id: desk for desk in desks if desk.level.value == ground.level.value}.values())

    def _at_desk(self, ground: Ground, position: PositionDefinition) -> Iterator[Seat]:
        if position.per == OF_OFFICE:
            for office_id in self.town.offices.values():
                for _ in range(self.dice.randint(1, 2)):
                    yield Seat(position.role, ground, self._somebody(), office_id)
            return
        number = SHIFTS if position.per == "shift" else self._number(position, ground)
        for _ in range(number):
            yield self._seat(position, ground, self._somebody())

    def _of_overlay(self, grid_type: GridTypeDefinition) -> Iterator[Seat]:
        """The workers of overlays; of those that the town does not have too: they stand over the whole subdistrict."""
        own = [one for one in self.town.overlays if one.type_id == grid_type.id]
        for ground in own:
            for position in (line for staffing in grid_type.staffing for line in staffing.positions):
                yield self._seat(position, ground, self._somebody())
        if own:
            return
        for ground in self.town.divisions:
            below = {grid.type_id for grid in self.town.grids if grid.path.startswith(ground.path)}
            if ground.level.value == Level.SUBDISTRICT.value and (grid_type.plugin in below or grid_type.plugin == "community"):
                for position in (line for staffing in grid_type.staffing for line in staffing.positions):
                    yield self._seat(position, ground, self._somebody())

    def _seat(self, position: PositionDefinition, ground: Ground, person: int) -> Seat:
        code = OFFICE_OF_ROLE.get(position.role)
        return Seat(position.role, ground, person, self.town.offices[code] if code else None)

    def _somebody(self) -> int:
        self._people += 1
        return self._people

    def _shared_person(self, grid: Ground, position: PositionDefinition, most: int) -> int:
        """Somebody who holds this position in other grids of the same subdistrict already, as long as there are not too many."""
        key = (grid.code[:9], grid.staffing_id or "", position.role)
        person, times = self._sharing.get(key, (0, most))
        if times >= most:
            person, times = self._somebody(), 0
        self._sharing[key] = (person, times + 1)
        return person
