"""Grid types: what kind of ground a grid is, who staffs it and how large it should be."""

from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from wangge_core.plugin.declarations.labels import Declared, Label
from wangge_core.plugin.declarations.roles import Level, Role


@dataclass(frozen=True, slots=True, eq=False)
class Position:
    """One line of a staffing template: how many posts of a role. `most=None` means no limit; `per` says of what, in English."""

    role: Role
    _: KW_ONLY
    least: int = 1
    most: int | None = 1
    per: str = "grid"


@dataclass(frozen=True, slots=True, eq=False)
class Staffing(Declared):
    """A staffing template. A grid type offers several; a grid chooses one. `level` is where its posts are held."""

    positions: tuple[Position, ...]
    _: KW_ONLY
    level: Level = Level.GRID


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
