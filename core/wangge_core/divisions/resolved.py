"""Resolved: what a division does, in the keys of grids. Those of grids that do not exist yet are negative."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.divisions.changes import ChangeKind, Part
from wangge_core.geometry.shapes import Shape
from wangge_core.grids.grids import NewGrid


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A grid that a replacement leaves: a new one where `new` is given."""

    key: int
    type_id: str
    shape: Shape | None
    part: Part
    new: NewGrid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Grids whose ground becomes that of others. They end, unless they are the targets themselves."""

    number: int
    kind: ChangeKind
    sources: tuple[int, ...]
    targets: tuple[Target, ...]
    rest: int | None
    posts: Mapping[int, int | None]

    @property
    def ends(self) -> bool:
        return self.kind is not ChangeKind.MOVE_BOUNDARY


@dataclass(slots=True)
class Resolved:
    """What a division does, by the keys of grids. `grids` are the present ones that it names, `children` those below grids that end."""

    ground: sa.Row[Any]
    grids: Mapping[int, sa.Row[Any]]
    replacements: list[Replacement] = field(default_factory=list[Replacement])
    parents: dict[int, int] = field(default_factory=dict[int, int])
    names: dict[int, str] = field(default_factory=dict[int, str])
    codes: dict[int, str] = field(default_factory=dict[int, str])
    new: dict[int, NewGrid] = field(default_factory=dict[int, NewGrid])
    above_new: dict[int, int | None] = field(default_factory=dict[int, int | None])
    """The parents of the new grids."""
    children: list[sa.Row[Any]] = field(default_factory=list[sa.Row[Any]])

    @property
    def ending(self) -> list[int]:
        """The grids that end."""
        return [id for one in self.replacements if one.ends for id in one.sources]

    @property
    def redrawn(self) -> list[Target]:
        """Grids that stay and get another boundary."""
        return [target for one in self.replacements if not one.ends for target in one.targets]

    @property
    def touched(self) -> list[int]:
        """The present grids that are changed or end."""
        changed = {*self.ending, *(target.key for target in self.redrawn), *self.parents, *self.names, *self.codes}
        return sorted(changed)

    def code_of(self, key: int) -> str:
        """The code of a grid once the division is in force."""
        if key < 0:
            return self.new[key].code
        return self.codes[key] if key in self.codes else self.grids[key].code
