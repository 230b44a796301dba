"""Rows of the town itself: the tree of grids, who holds which post, and the registers of buildings, homes, people and firms."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from profiles.sizes import FOUNDED, Profile
from wangge_core.db.mirroring import BASE_LAYER
from wangge_server.demo.names import ESTATES, GIVEN, STEMS, STREETS, SURNAMES

Row = tuple[Any, ...]
ROOT_CODE = "9999"
"""A division code that belongs to nobody."""
OFFICES = ("城市管理局", "住房和建设局", "水务公司", "供电公司", "燃气公司", "市场监督管理局", "消防救援站", "园林绿化所")
ROLES_BY_LEVEL = {
    "CITY": ("community.district_administrator",),
    "DISTRICT": (
        "community.district_administrator",
        "community.intake_officer",
        "community.shift_lead",
        "community.dispatcher",
    ),
    "SUBDISTRICT": ("community.subdistrict_administrator", "community.department_specialist"),
    "COMMUNITY": ("community.community_head", "community.community_officer"),
    "GRID": ("community.grid_worker", "community.grid_chief"),
}
NUMERALS = "一二三四五六七八九十"


@dataclass(slots=True, kw_only=True)
class Grid:
    """A grid, with the posts over it by role: those of its own and of all that it lies in."""

    id: int
    parent: "Grid | None"
    path: str
    depth: int
    level: str
    code: str
    name: str
    longitude: float = 0.0
    latitude: float = 0.0
    posts: dict[str, int] = field(default_factory=dict[str, int])
    """Post ids by role; an account has the id of its only post."""


class Town:
    """The tree and the posts of a profile, and rows for every table of the registers. Equal seeds make equal towns."""

    def __init__(self, profile: Profile, seed: int) -> None:
        self.profile = profile
        self.seed = seed
        self.grids: list[Grid] = []
        self.leaves: list[Grid] = []
        self.accounts: list[Row] = []
        self.posts: list[Row] = []
        self._plant()

    def dice(self, purpose: str) -> Random:
        """Chance that does not depend on what was made before."""
        return Random(f"{self.seed} {purpose}")

    def _plant(self) -> None:
        """The tree, depth first, as an import of divisions makes it."""
        profile, communities = self.profile, []
        root = self._grow(None, "CITY", ROOT_CODE, "镜月市")
        for one in range(profile.districts):
            district = self._grow(root, "DISTRICT", f"{ROOT_CODE}{one + 1:02d}", f"{STEMS[one]}区")
            for two in range(profile.subdistricts):
                name = f"{STEMS[(one + two + 9) % len(STEMS)]}街道"
                subdistrict = self._grow(district, "SUBDISTRICT", f"{district.code}{two + 1:03d}", name)
                for three in range(profile.communities):
                    name = f"{STEMS[(two + three + 20) % len(STEMS)]}社区"
                    community = self._grow(subdistrict, "COMMUNITY", f"{subdistrict.code}{three + 1:03d}", name)
                    communities.append(community)
                    self._divide(community, len(communities) - 1)

    def _divide(self, community: Grid, index: int) -> None:
        whole, grids = self.profile.districts * self.profile.subdistricts * self.profile.communities, self.profile.grids
        for number in range(grids * (index + 1) // whole - grids * index // whole):
            name = f"{community.name.removesuffix('社区')}第{number + 1}网格"
            self.leaves.append(self._grow(community, "GRID", f"{community.code}{number + 1:03d}", name))

    def _grow(self, parent: Grid | None, level: str, code: str, name: str) -> Grid:
        id = len(self.grids) + 1
        path, depth = (f"{parent.path}{id}.", parent.depth + 1) if parent else (f"{id}.", 0)
        grid = Grid(id=id, parent=parent, path=path, depth=depth, level=level, code=code, name=name)
        grid.longitude, grid.latitude = 124 + id % 120 * 0.01, 28 + id // 120 * 0.01
        grid.posts = dict(parent.posts) if parent else {}
        self.grids.append(grid)
        for role in ROLES_BY_LEVEL[level]:
            self._appoint(role, grid)
        return grid

    def _appoint(self, role: str, grid: Grid) -> None:
        id = len(self.posts) + 1
        office = 1 + id % len(OFFICES) if role.endswith("specialist") else None
        name = SURNAMES[id % len(SURNAMES)] + GIVEN[id * 2 % (len(GIVEN) - 1) :][:2]
        self.accounts.append((id, login_of(role, grid.code), name, True, FOUNDED))
        self.posts.append((id, id, role, grid.id, office, FOUNDED, None, None, FOUNDED))
        grid.posts[role] = id

    def viewers(self) -> dict[str, str]:
        """Logins of a few who read: over the whole town, a district, a community and a grid."""
        leaf = self.leaves[0]
        named = {"worker": leaf, "head": leaf.parent, "district": leaf.parent.parent.parent, "city": self.grids[0]}
        roles = {"worker": "community.grid_worker", "head": "community.community_head"}
        return {name: login_of(roles.get(name, "community.district_administrator"), grid.code) for name, grid in named.items()}

    def grid_rows(self) -> Iterator[Row]:
        for grid in self.grids:
            type, parent = ("urban" if grid.level == "GRID" else "community.division"), grid.parent and grid.parent.id
            place = (grid.id, BASE_LAYER, type, parent, grid.path, grid.depth, grid.level, grid.code, grid.name)
            yield (*place, None, None, 1, FOUNDED, FOUNDED)

    def office_rows(self) -> Iterator[Row]:
        yield from ((id, f"office_{id}", name) for id, name in enumerate(OFFICES, 1))

    def leaf_of(self, building_id: int) -> Grid:
        """Buildings are numbered grid by grid."""
        return self.leaves[(building_id - 1) * len(self.leaves) // self.profile.buildings]

    def buildings_of(self, leaf: int) -> range:
        """The ids of the buildings of the grid that is the leaf of this number."""
        buildings, leaves = self.profile.buildings, len(self.leaves)
        return range(-(-leaf * buildings // leaves) + 1, -(-(leaf + 1) * buildings // leaves) + 1)

    def persons_of(self, leaf: int) -> range:
        """The ids of the people of the grid that is the leaf of this number: those of its buildings."""
        buildings, persons = self.buildings_of(leaf), self.profile.persons
        return range(self._first_person(buildings.start), min(self._first_person(buildings.stop), persons + 1))

    def _first_person(self, building_id: int) -> int:
        household = -(-(building_id - 1) * self.profile.households // self.profile.buildings)
        return -(-household * self.profile.persons // self.profile.households) + 1

    def building_rows(self) -> Iterator[Row]:
        dice = self.dice("buildings")
        for id in range(1, self.profile.buildings + 1):
            grid = self.leaf_of(id)
            name = f"{ESTATES[id % len(ESTATES)]}{id}栋"
            address = f"{grid.name}{STREETS[id % len(STREETS)]}{id % 400 + 1}号"
            yield (id, grid.id, name, address, 1 + int(dice.random() * 30), *near(dice, grid), FOUNDED)

    def home(self, household_id: int) -> int:
        """The building in which a household lives."""
        return (household_id - 1) * self.profile.buildings // self.profile.households + 1

    def unit_rows(self) -> Iterator[Row]:
        """A home for each household, with its id; then a shop in every fifth building."""
        for id in range(1, self.profile.households + 1):
            yield id, self.home(id), f"{id % 30 + 1}{id % 4 + 1:02d}-{id}室", "HOME"
        for number, building in enumerate(range(5, self.profile.buildings + 1, 5), 1):
            yield self.profile.households + number, building, f"商铺{number}", "SHOP"

    def household_rows(self) -> Iterator[Row]:
        for id in range(1, self.profile.households + 1):
            yield id, self.leaf_of(self.home(id)).id, id, f"{SURNAMES[id % len(SURNAMES)]}家", FOUNDED

    def person_rows(self) -> Iterator[Row]:
        dice, profile = self.dice("persons"), self.profile
        first, born = date(1936, 1, 1), 32_000
        for id in range(1, profile.persons + 1):
            household = (id - 1) * profile.households // profile.persons + 1
            chance = dice.random()
            given = int(chance * (len(GIVEN) // 2)) * 2
            name = SURNAMES[household % len(SURNAMES)] + GIVEN[given : given + 2]
            gender = ("FEMALE", "MALE", None)[int(chance * 1000) % 21 // 10]
            residence = "PERMANENT" if chance < 0.7 else "TEMPORARY"
            day = first + timedelta(days=int(dice.random() * born))
            yield id, self.leaf_of(self.home(household)).id, household, name, gender, day, residence, FOUNDED

    def organization_rows(self) -> Iterator[Row]:
        """A firm in every shop."""
        trades = (("餐饮", "餐馆"), ("零售", "便利店"), ("理发", "理发店"), ("药品", "药房"))
        for id, building in enumerate(range(5, self.profile.buildings + 1, 5), 1):
            trade, ending = trades[id % len(trades)]
            name = f"{STEMS[id % len(STEMS)]}{ending}{id}"
            yield id, self.leaf_of(building).id, self.profile.households + id, name, trade, FOUNDED


def login_of(role: str, code: str) -> str:
    return f"{role.partition('.')[2]}-{code}"


def near(dice: Random, grid: Grid) -> tuple[float, float]:
    """Degrees within the grid."""
    return round(grid.longitude + dice.random() * 0.01, 7), round(grid.latitude + dice.random() * 0.01, 7)
