"""Checks of the tree that a division would leave, and where its grids stand in it."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.divisions.resolved import Resolved
from wangge_core.errors import Refusal, refusal
from wangge_core.grids.codes import CodeScheme


def check_tree(made: Resolved, codes: CodeScheme, below: Sequence[sa.Row[Any]]) -> Iterator[Refusal]:
    """No grid lies below itself, and every code fits that of its parent. `below` are the grids below those that change."""
    circling = [key for key in (*made.parents, *made.new) if _lies_below_itself(made, key)]
    yield from (refusal("PARENT_BELOW_ITSELF", "changes", code=made.code_of(key)) for key in circling)
    looked = {id: made.grids[id] for id in (*made.parents, *made.codes)}
    looked |= {row.id: row for row in below if row.parent_id in made.codes and row.id not in made.ending}
    for id, row in looked.items():
        parent = made.parents.get(id, row.parent_id)
        if id not in circling and parent is not None and not codes.is_child(made.code_of(id), made.code_of(parent)):
            yield refusal("CODE_NOT_BELOW_PARENT", "changes", code=made.code_of(id), parent=made.code_of(parent))


def _lies_below_itself(made: Resolved, key: int) -> bool:
    """Follows the parents as they would be; each step goes up, or meets the grid again."""
    at = made.parents[key] if key > 0 else made.above_new[key]
    for _ in range(len(made.parents) + len(made.new) + 1):
        if at is None:
            return False
        standing, at = _standing(made, at)
        if key in standing:
            return True
    return True


def _standing(made: Resolved, key: int, path: str = "") -> tuple[list[int], int | None]:
    """The grids from the nearest one upwards that gets another parent, or is new, down to this one; and that parent.

    `path` is the grid's, where it is not among those that the division names.
    """
    if key < 0:
        return [key], made.above_new[key]
    line = [int(id) for id in (path or made.grids[key].path).split(".") if id]
    moved = next((id for id in reversed(line) if id in made.parents), None)
    return (line, None) if moved is None else (line[line.index(moved) :], made.parents[moved])


def line_of(made: Resolved, key: int, path: str = "") -> list[int]:
    """The keys from the root down to a grid, as the tree would be. No grid lies below itself; for `path` see `_standing`."""
    line, at = _standing(made, key, path)
    while at is not None:
        above, at = _standing(made, at)
        line = [*above, *line]
    return line


def from_above(made: Resolved) -> dict[int, int]:
    """The grids that get another parent, the highest first: then nobody goes below what still lies below it."""
    return dict(sorted(made.parents.items(), key=lambda one: len(line_of(made, one[0]))))
