"""Checks of the tree that a division would leave."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.divisions.resolved import Resolved
from wangge_core.errors import Refusal, refusal
from wangge_core.grids.codes import CodeScheme


def check_tree(made: Resolved, codes: CodeScheme, below: Sequence[sa.Row[Any]]) -> Iterator[Refusal]:
    """No grid lies below itself, and every code fits that of its parent. `below` are the grids below those that change."""
    looked = {id: made.grids[id] for id in (*made.parents, *made.codes)}
    looked |= {row.id: row for row in below if row.parent_id in made.codes and row.id not in made.ending}
    for id, row in looked.items():
        parent = made.parents.get(id, row.parent_id)
        if id in made.parents and _lies_below_itself(made, id):
            yield refusal("PARENT_BELOW_ITSELF", "changes", code=row.code)
        elif parent is not None and not codes.is_child(made.code_of(id), made.code_of(parent)):
            yield refusal("CODE_NOT_BELOW_PARENT", "changes", code=made.code_of(id), parent=made.code_of(parent))


def _lies_below_itself(made: Resolved, id: int) -> bool:
    """Follows the parents as they would be; each step goes up, or meets the grid again."""
    steps, at = 0, made.parents[id]
    while steps <= len(made.parents) + len(made.new):
        steps += 1
        if at < 0:
            above = made.above_new[at]
            if above is None:
                return False
            at = above
            continue
        ancestors = [int(one) for one in made.grids[at].path.split(".")[:-1]]
        moved = next((one for one in reversed(ancestors) if one in made.parents), None)
        if id in (ancestors if moved is None else ancestors[ancestors.index(moved) :]):
            return True
        if moved is None:
            return False
        at = made.parents[moved]
    return True
