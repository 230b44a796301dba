"""Resolving: the changes of a division held against the grids as they are: what becomes of which, or all that is wrong with it.

Grids that do not exist yet have negative keys, in the order in which they are made.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_text, only_right
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.divisions.changes import ChangeKind, DivisionChange, Part
from wangge_core.divisions.named_grids import grids_below, grids_by_code, grids_by_id
from wangge_core.divisions.resolved import Replacement, Resolved, Target
from wangge_core.divisions.tree_checks import check_tree, from_above
from wangge_core.errors import Refusal, refusal
from wangge_core.geometry.shapes import Shape, make_shape
from wangge_core.grids.codes import GridLevel
from wangge_core.grids.grids import NewGrid, ParentGrid, check_new_grid
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

MOST_CHANGES = 1_000
MOST_PARTS = 5_000
SHAPES: Mapping[ChangeKind, tuple[range, range]] = {
    ChangeKind.SPLIT: (range(1, 2), range(2, MOST_PARTS)),
    ChangeKind.MERGE: (range(2, MOST_PARTS), range(1, 2)),
    ChangeKind.REDIVIDE: (range(2, MOST_PARTS), range(2, MOST_PARTS)),
    ChangeKind.MOVE_BOUNDARY: (range(1, MOST_PARTS), range(1, MOST_PARTS)),
    ChangeKind.RE_PARENT: (range(1, 2), range(1)),
    ChangeKind.RENAME: (range(1, 2), range(1)),
    ChangeKind.RE_CODE: (range(1, 2), range(1)),
}
"""How many grids and how many parts each kind of change has."""
GIVEN = {ChangeKind.RE_PARENT: "parent_code", ChangeKind.RENAME: "name", ChangeKind.RE_CODE: "code"}
FIELDS = {"parent_code": "parentCode", "name": "name", "code": "code"}
ENDS = frozenset({ChangeKind.SPLIT, ChangeKind.MERGE, ChangeKind.REDIVIDE})


async def resolve(
    work: Work, viewer: Viewer, ground_id: int, changes: Sequence[DivisionChange]
) -> tuple[Resolved | None, Sequence[Refusal]]:
    """What the changes come to, or why they cannot be made. For MANAGE_GRIDS over the ground."""
    ground = (await grids_by_id(work, [ground_id])).get(ground_id)
    if ground is None:
        return None, [refusal("NOT_FOUND", "parentGridId", what="Grid", id=ground_id)]
    if not viewer.may(Capability.MANAGE_GRIDS, ground.path):
        return None, [refusal("NOT_ALLOWED", "parentGridId")]
    if ground.layer_id != BASE_LAYER:
        return None, [refusal("GRID_OVERLAY", "parentGridId", code=ground.code)]
    if ground.ended_at is not None:
        return None, [refusal("GRID_ENDED", "parentGridId", code=ground.code)]
    parts = sum(len(change.parts) for change in changes)
    if not changes or len(changes) > MOST_CHANGES or parts > MOST_PARTS:
        return None, [refusal("OUT_OF_RANGE", "changes", least=1, most=MOST_CHANGES)]
    named = [id for one in changes for id in (*one.grid_ids, *_of_parts(one.parts))]
    codes = [code for one in changes for code in _codes(one)]
    resolving = _Resolving(work, viewer, ground, await grids_by_id(work, named), await grids_by_code(work, codes))
    resolving.below = await grids_below(work, [id for one in changes for id in one.grid_ids])
    resolving.above = await grids_by_id(work, [row.parent_id for row in resolving.rows.values() if row.parent_id is not None])
    for number, change in enumerate(changes):
        resolving.take(number, change)
    found = resolving.finished()
    return (None, only_right(resolving.found)) if resolving.found else (found, [])


def _of_parts(parts: Iterable[Part]) -> Iterable[int]:
    for part in parts:
        yield from part.child_ids
        if part.grid_id is not None:
            yield part.grid_id


def _codes(change: DivisionChange) -> Iterable[str]:
    named = (change.code, change.parent_code, change.rest, *(one.code for one in change.posts))
    of_parts = (code for part in change.parts for code in (part.code, part.parent_code))
    return (code for code in (*named, *of_parts) if code)


class _Resolving:
    """Takes change after change; `found` is all that is wrong."""

    def __init__(
        self,
        work: Work,
        viewer: Viewer,
        ground: sa.Row[Any],
        rows: Mapping[int, sa.Row[Any]],
        by_code: Mapping[str, sa.Row[Any]],
    ) -> None:
        self.work, self.viewer, self.ground = work, viewer, ground
        self.rows, self.by_code = rows, by_code
        self.below: Sequence[sa.Row[Any]] = ()
        self.above: Mapping[int, sa.Row[Any]] = {}
        self.made = Resolved(ground, dict(rows) | {row.id: row for row in by_code.values()} | {ground.id: ground})
        self.found: list[Refusal] = []
        self.new_keys: dict[str, int] = {}
        self._seen: set[tuple[int, str]] = set()
        self._later: list[tuple[str, DivisionChange]] = []
        self._pending: list[tuple[int, DivisionChange]] = []
        self._buildings: set[int] = set()

    def refuse(self, code: str, at: str, /, **values: object) -> None:
        self.found.append(refusal(code, at, **values))

    def take(self, number: int, change: DivisionChange) -> None:
        """Check what needs no other change, and remember the rest."""
        at = f"changes.{number}"
        grids, parts = SHAPES[change.kind]
        ids = change.grid_ids
        if change.kind is ChangeKind.MOVE_BOUNDARY and not ids:
            ids = tuple(part.grid_id for part in change.parts if part.grid_id is not None)
            change = dataclasses.replace(change, grid_ids=ids)
        if len(ids) not in grids or len(change.parts) not in parts:
            return self.refuse("DIVISION_SHAPE", at, kind=change.kind.value, grids=len(ids), parts=len(change.parts))
        if not self._are_there(change, at):
            return None
        if change.kind in GIVEN:
            self._set(change, at)
        else:
            for number_of_part, part in enumerate(change.parts):
                if part.code and change.kind is not ChangeKind.MOVE_BOUNDARY:
                    self._new(part.code, f"{at}.parts.{number_of_part}.code")
            self._pending.append((number, change))
        return None

    def _are_there(self, change: DivisionChange, at: str) -> bool:
        before = len(self.found)
        sort = change.kind.value if change.kind in GIVEN else "GROUND"
        for id in change.grid_ids:
            row = self.rows.get(id)
            if row is None or row.layer_id != BASE_LAYER:
                self.refuse("NOT_FOUND", f"{at}.gridIds", what="Grid", id=id)
            elif row.ended_at is not None:
                self.refuse("GRID_ENDED", f"{at}.gridIds", code=row.code)
            elif not row.path.startswith(self.ground.path) or row.id == self.ground.id:
                self.refuse("DIVISION_GROUND", f"{at}.gridIds", code=row.code)
            elif (id, sort) in self._seen:
                self.refuse("DIVISION_TWICE", f"{at}.gridIds", code=row.code)
            self._seen.add((id, sort))
        return len(self.found) == before

    def _new(self, code: str, at: str) -> None:
        if code in self.new_keys:
            self.refuse("CODE_TAKEN", at, code=code)
        self.new_keys.setdefault(code, -len(self.new_keys) - 1)

    def _set(self, change: DivisionChange, at: str) -> None:
        """Names and codes; parents wait until all codes are known."""
        (id,) = change.grid_ids
        name = GIVEN[change.kind]
        value = getattr(change, name)
        if not value:
            return self.refuse("REQUIRED", f"{at}.{FIELDS[name]}")
        if change.kind is ChangeKind.RENAME:
            self.found += check_text(value, f"{at}.name", most=200)
            self.made.names[id] = value.strip()
        elif change.kind is ChangeKind.RE_CODE:
            self.made.codes[id] = value
        self._later.append((at, change))
        return None

    def finished(self) -> Resolved:
        """Check what hangs on other changes, and give what all come to."""
        made = self.made
        for number, change in self._pending:
            self._replace(number, change)
        for at, change in self._later:
            if change.kind is ChangeKind.RE_PARENT:
                self._re_parent(change.grid_ids[0], change.parent_code or "", at)
        ending = set(made.ending)
        made.children = [row for row in self.below if row.parent_id in ending]
        made.grids = {**made.grids, **{row.id: row for row in self.below}, **self.above}
        for at, change in self._later:
            if change.grid_ids[0] in ending:
                self.refuse("DIVISION_TWICE", f"{at}.gridIds", code=self.rows[change.grid_ids[0]].code)
            elif change.kind is ChangeKind.RE_CODE:
                self._check_code(change.grid_ids[0], f"{at}.code")
        self._check_children(ending)
        if not self.found:
            self.found += check_tree(made, self.work.rules.codes, self.below)
        if not self.found:
            made.parents = from_above(made)
        return made

    def _key(self, code: str, at: str) -> int | None:
        """The key of the grid that has this code once the division is in force."""
        if code in self.new_keys:
            return self.new_keys[code]
        recoded = next((id for id, value in self.made.codes.items() if value == code), None)
        if recoded is not None:
            return recoded
        row = self.by_code.get(code)
        if row is None or row.id in self.made.codes:
            self.refuse("NOT_FOUND", at, what="Grid", id=code)
            return None
        return row.id

    def _parent(self, code: str, at: str) -> int | None:
        """As `_key`, of a grid within the ground that goes on."""
        key = self._key(code, at)
        if key is not None and key > 0:
            row = self.made.grids[key]
            if row.ended_at is not None or self._ends(key):
                self.refuse("GRID_ENDED", at, code=code)
            elif not row.path.startswith(self.ground.path):
                self.refuse("DIVISION_GROUND", at, code=code)
        return key

    def _ends(self, id: int) -> bool:
        return any(id in change.grid_ids and change.kind in ENDS for _, change in self._pending)

    def _parent_of(self, part: Part, sources: Sequence[sa.Row[Any]], at: str) -> int | None:
        """The key of the grid that a new grid is part of: the one that it names, or else that of the grids that it comes after."""
        if part.parent_code:
            return self._parent(part.parent_code, f"{at}.parentCode")
        parent: int | None = sources[0].parent_id
        if any(row.parent_id != parent for row in sources):
            self.refuse("REQUIRED", f"{at}.parentCode")
        elif parent is not None and self._ends(parent):
            self.refuse("GRID_ENDED", f"{at}.parentCode", code=self._code_of(parent))
        return parent

    def _replace(self, number: int, change: DivisionChange) -> None:
        at = f"changes.{number}"
        targets = [self._target(change, part, f"{at}.parts.{place}") for place, part in enumerate(change.parts)]
        kept = tuple(one for one in targets if one is not None)
        own = {one.key for one in kept}
        if change.kind is ChangeKind.MOVE_BOUNDARY and sorted(one.key for one in kept) != sorted(change.grid_ids):
            return self.refuse("REQUIRED", f"{at}.parts")
        rest = None if change.rest is None else self._among(change.rest, own, f"{at}.rest")
        posts = {
            one.post_id: None if one.code is None else self._among(one.code, own, f"{at}.posts.{place}.code")
            for place, one in enumerate(change.posts)
        }
        made = Replacement(number=number, kind=change.kind, sources=change.grid_ids, targets=kept, rest=rest, posts=posts)
        self.made.replacements.append(made)
        return None

    def _among(self, code: str, own: set[int], at: str) -> int | None:
        """The key of one of the parts by its code."""
        key = self._key(code, at)
        if key is not None and key not in own:
            self.refuse("NOT_FOUND", at, what="Part", id=code)
        return key

    def _target(self, change: DivisionChange, part: Part, at: str) -> Target | None:
        shape = self._shape(part, at)
        for id in part.building_ids:
            if id in self._buildings:
                self.refuse("DUPLICATE", f"{at}.buildingIds", key=f"Building:{id}")
            self._buildings.add(id)
        if change.kind is ChangeKind.MOVE_BOUNDARY:
            row = self.rows.get(part.grid_id or 0)
            if row is None:
                self.refuse("REQUIRED", f"{at}.gridId")
            elif shape is None and part.geometry is None:
                self.refuse("REQUIRED", f"{at}.geometry")
            return None if row is None else Target(key=row.id, type_id=row.grid_type_id, shape=shape, part=part)
        return self._made(change, part, shape, at)

    def _shape(self, part: Part, at: str) -> Shape | None:
        if part.geometry is None:
            return None
        shape = make_shape(part.geometry, part.system, repair=part.repair)
        if isinstance(shape, list):
            self.found += [dataclasses.replace(one, field=f"{at}.{one.field}") for one in shape]
            return None
        return shape

    def _made(self, change: DivisionChange, part: Part, shape: Shape | None, at: str) -> Target | None:
        """A new grid, like the first of those that it comes after where the part does not say otherwise."""
        for name in ("code", "name"):
            if not getattr(part, name):
                self.refuse("REQUIRED", f"{at}.{name}")
        sources = [self.rows[id] for id in change.grid_ids]
        key, first = self.new_keys.get(part.code or ""), sources[0]
        if key is None:
            return None
        parent = self._parent_of(part, sources, at)
        level = self.work.rules.codes.level_of(part.code or "") or part.level or GridLevel(first.level)
        type_id = part.type_id or first.grid_type_id
        same = type_id == first.grid_type_id
        grid = NewGrid(
            code=part.code or "",
            name=part.name or "",
            type_id=type_id,
            parent_code=None if parent is None else self._code_of(parent),
            level=part.level or level,
            staffing_id=part.staffing_id or (first.staffing_id if same else None),
            details=first.details if part.details is None and same else part.details,
        )
        self.made.new[key], self.made.above_new[key] = grid, parent
        self._check_new(grid, key, parent, at)
        for id in part.child_ids:
            self._adopt(id, key, change, at)
        return Target(key=key, type_id=type_id, shape=shape, part=part, new=grid)

    def _code_of(self, key: int) -> str:
        if key < 0:
            return next(code for code, one in self.new_keys.items() if one == key)
        known = self.made.grids.get(key)
        row = known if known is not None else self.above[key]
        code: str = row.code
        return self.made.codes.get(key, code)

    def _check_new(self, grid: NewGrid, key: int, parent: int | None, at: str) -> None:
        above = None
        if parent is not None:
            row = None if parent < 0 else self.made.grids.get(parent, self.above.get(parent))
            above = ParentGrid(parent, self.ground.path if row is None else row.path, 0)
        taken = {code for code, row in self.by_code.items() if row.id not in self.made.codes}
        taken |= {*self.made.codes.values(), *(code for code, one in self.new_keys.items() if one != key)}
        _, found = check_new_grid(self.work, self.viewer, grid, above, taken)
        self.found += [dataclasses.replace(one, field=f"{at}.{one.field}") for one in found]

    def _adopt(self, id: int, key: int, change: DivisionChange, at: str) -> None:
        row = self.rows.get(id)
        if row is None or row.parent_id not in change.grid_ids:
            self.refuse("NOT_FOUND", f"{at}.childIds", what="Grid", id=id)
        elif id in self.made.parents:
            self.refuse("DIVISION_TWICE", f"{at}.childIds", code=row.code)
        self.made.parents[id] = key

    def _re_parent(self, id: int, code: str, at: str) -> None:
        key = self._parent(code, f"{at}.parentCode")
        if id in self.made.parents:
            self.refuse("DIVISION_TWICE", f"{at}.gridIds", code=self.rows[id].code)
        if key is not None:
            self.made.parents[id] = key

    def _check_code(self, id: int, at: str) -> None:
        codes, code, row = self.work.rules.codes, self.made.codes[id], self.rows[id]
        holder = self.by_code.get(code)
        if not codes.is_valid(code):
            self.refuse("CODE_INVALID", at, code=code, scheme=codes.name)
        elif (
            (holder is not None and holder.id not in self.made.codes)
            or code in self.new_keys
            or list(self.made.codes.values()).count(code) > 1
        ):
            self.refuse("CODE_TAKEN", at, code=code)
        elif (level := codes.level_of(code)) is not None and level.value != row.level:
            self.refuse("LEVEL_MISMATCH", at, code=code, level=level.value)

    def _check_children(self, ending: set[int]) -> None:
        """All below a grid that ends goes to the only part, or to the one that names it."""
        only = {
            id: one.targets[0].key for one in self.made.replacements if one.ends and len(one.targets) == 1 for id in one.sources
        }
        homeless = [row for row in self.made.children if row.id not in self.made.parents and row.id not in ending]
        for row in homeless:
            if row.parent_id in only:
                self.made.parents[row.id] = only[row.parent_id]
        left = [row for row in homeless if row.id not in self.made.parents]
        if left:
            self.refuse("DIVISION_UNPLACED", "changes", count=len(left), example=f"Grid:{left[0].id} ({left[0].code})")
