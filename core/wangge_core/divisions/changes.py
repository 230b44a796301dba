"""Changes: what a division does to grids, as it is proposed and as it is stored. `resolving.py` holds them against the grids."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import auto
from typing import Any

import msgspec

from wangge_core.geometry.geojson import bare_geometry
from wangge_core.grids.codes import GridLevel
from wangge_core.plugin.declarations.labels import Choice


class ChangeKind(Choice):
    """What is done to grids."""

    SPLIT = auto(), "拆分"
    """One grid ends, several new ones come after it."""
    MERGE = auto(), "合并"
    """Several end, one new one comes after them."""
    REDIVIDE = auto(), "重划"
    """Several end, several new ones come after them."""
    MOVE_BOUNDARY = auto(), "调整边界"
    """Neighbours get new boundaries and stay what they are."""
    RE_PARENT = auto(), "变更上级"
    """A grid becomes part of another, with all below it."""
    RENAME = auto(), "更名"
    RE_CODE = auto(), "变更编码"
    """A grid gets another code; its former code still leads to it."""


class DivisionState(Choice):
    """How far a division is."""

    DRAFT = auto(), "草案"
    SCHEDULED = auto(), "待生效"
    """It is decided and waits for its day."""
    APPLIED = auto(), "已生效"
    UNDONE = auto(), "已撤销"
    """It was in force and is no more; it can be applied again."""
    WITHDRAWN = auto(), "已撤回"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A grid that a division leaves: a new one by `code`, or with MOVE_BOUNDARY a present one by `grid_id`.

    `geometry` is GeoJSON in `system`, as for `grids.boundaries.NewBoundary`; None leaves it without a boundary. `building_ids` lie in it
    wherever they stand; `child_ids` are grids that become part of it. The type, the parent and the level are those of the grids that
    end, unless given, and so are the `details`, plain data for the type's dataclass, where the type is the same.
    """

    code: str | None = None
    grid_id: int | None = None
    name: str | None = None
    type_id: str | None = None
    level: GridLevel | None = None
    parent_code: str | None = None
    staffing_id: str | None = None
    details: Any = None
    geometry: Any = None
    system: str = ""
    repair: bool = False
    building_ids: tuple[int, ...] = ()
    child_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTo:
    """Where a post of a grid that ends goes; it ends too where `code` is None."""

    post_id: int
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionChange:
    """One change. `grid_ids` are the grids that it is about.

    `rest` is the code of the part to which all goes that neither position nor building places. Posts that `posts` does not name go to
    the only part, and end where there are several. `name`, `code` and `parent_code` are what the last three kinds set.
    """

    kind: ChangeKind
    grid_ids: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    rest: str | None = None
    posts: tuple[PostTo, ...] = ()
    name: str | None = None
    code: str | None = None
    parent_code: str | None = None


def stored(changes: Sequence[DivisionChange]) -> Any:
    """As a column of JSON keeps changes that can be made: of features their geometry."""
    return msgspec.to_builtins([replace(one, parts=tuple(map(_stored, one.parts))) for one in changes])


def _stored(part: Part) -> Part:
    return part if part.geometry is None else replace(part, geometry=bare_geometry(part.geometry))


def read_changes(content: Any) -> list[DivisionChange]:
    """Changes as they were stored."""
    return msgspec.convert(content, list[DivisionChange])
