"""Grid types: what kind of ground a grid is, who staffs it and how large it should be."""

from dataclasses import KW_ONLY, dataclass, field
from enum import auto
from typing import Any

from wangge_core.plugin.declarations.kinds import AssetKind, PlaceKind
from wangge_core.plugin.declarations.labels import Choice, Declared, Label
from wangge_core.plugin.declarations.roles import Level, Role


class Each(Choice):
    """What the figures of a position are for each of, as far as it can be counted; kinds of assets and places can be too."""

    GRID = auto(), "每个网格", "The ground itself"
    COMMUNITY = auto(), "每个社区（村）", "Each community or village"
    BUILDING = auto(), "每栋楼", "Each building"
    TEN_HOUSEHOLDS = auto(), "每十户", "Each ten households"
    OFFICE = auto(), "每个处置部门", "Each office"
    SHIFT = auto(), "每个班次", "Each shift"
    ASSET = auto(), "每个部件", "Each asset of a kind"
    PLACE = auto(), "每个站点", "Each place of a kind"
    UNCOUNTED = auto(), "不计数", "Something that is not counted"


@dataclass(frozen=True, slots=True, eq=False)
class Position:
    """One line of a staffing template: how many posts of a role.

    `least` and `most` (None: no limit) are for each of what `each` says, and `per` says that in English. Of what is not counted, `least`
    is asked for the whole ground, and nothing is too much; a shift asks for `least` posts on the whole, of whom so many are on duty.
    `grids_each` is how many grids one person may hold this role in.
    """

    role: Role
    _: KW_ONLY
    least: int = 1
    most: int | None = 1
    per: str = "grid"
    each: Each | AssetKind | PlaceKind = Each.GRID
    grids_each: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Team(Declared):
    """A team of a template: the roles that it is made of and the work that they do together. `note` is shown wherever the team is."""

    roles: tuple[Role, ...]
    _: KW_ONLY
    work: Label
    note: Label | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Staffing(Declared):
    """A staffing template. A grid type offers several; a grid chooses one. `level` is where its posts are held.

    A position whose role is of a higher level than the template, and which is not for each grid, is held on the ground of that level above,
    once for all its grids.
    """

    positions: tuple[Position, ...]
    _: KW_ONLY
    level: Level = Level.GRID
    teams: tuple[Team, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The size rule of a grid type. Ranges are inclusive (least, most); a grid outside of one is a warning, never an error.

    `grids_are` says in a word what one grid is where it is not counted in households (`spots`, `sea areas`). `or_one` names what a grid
    may be instead, whatever its size (`Label("一个自然村", "One natural village")`): too few is no warning then, too many is told with it.
    """

    households: tuple[int, int] | None = None
    people: tuple[int, int] | None = None
    grids_are: str = ""
    or_one: Label | None = None


@dataclass(frozen=True, slots=True, eq=False)
class GridType(Declared):
    """A kind of grid.

    `staffing` lists the templates a grid of this type can choose from, the first being the default; `desks` those of the levels
    above that answer for it. `level_names` gives levels the labels that this type uses (a scenic-area administration in place
    of a subdistrict). An `overlay` type is for layers made of base grids. `details` is a dataclass made with `@details`.
    """

    _: KW_ONLY
    staffing: tuple[Staffing, ...] = ()
    desks: tuple[Staffing, ...] = ()
    size: Size = Size()
    level_names: dict[Level, Label] = field(default_factory=dict[Level, Label])
    overlay: bool = False
    details: type[Any] | None = None
