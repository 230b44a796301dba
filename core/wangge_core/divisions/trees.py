"""Trees: grids that become part of others, get another name or another code. Undoing does the same the other way."""

from collections.abc import Mapping

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.rights.scopes import END


async def set_parent(work: Work, id: int, parent_id: int) -> None:
    """Make a grid part of another, with all below it."""
    grid = t.grid
    own = await work.first(sa.select(grid.c.path, grid.c.depth).where(grid.c.id == id))
    above = await work.first(sa.select(grid.c.path, grid.c.depth).where(grid.c.id == parent_id))
    assert own is not None
    assert above is not None
    path = f"{above.path}{id}."
    moved = {
        "path": sa.literal(path).concat(sa.func.substr(grid.c.path, len(own.path) + 1)),
        "depth": grid.c.depth + (above.depth + 1 - own.depth),
    }
    await work.run(sa.update(grid).where(grid.c.path >= own.path, grid.c.path < own.path[:-1] + END).values(moved))
    changed = {"parent_id": parent_id, "version": grid.c.version + 1, "updated_at": work.now}
    await work.change(grid, id, changed)
    work.announce("grid.updated", id, id, fields=["parent_id"])


async def set_name(work: Work, id: int, name: str) -> None:
    """Give a grid another name."""
    await work.change(t.grid, id, {"name": name, "version": t.grid.c.version + 1, "updated_at": work.now})
    work.announce("grid.updated", id, id, fields=["name"])


async def set_codes(work: Work, codes: Mapping[int, str]) -> None:
    """Give grids other codes; they may exchange theirs among themselves."""
    grid, left = t.grid, dict(codes)
    present = {row.id: row.code for row in (await work.by_ids((grid.c.code,), grid.c.id, codes)).values()}
    while left:
        held = {present[id] for id in left}
        free = [id for id, code in left.items() if code not in held - {present[id]}]
        if not free:  # they go round: one steps aside, which nobody needs to know
            aside = next(iter(left))
            await work.connection.execute(sa.update(grid).where(grid.c.id == aside).values(code=f"~{aside}"))
            present[aside] = f"~{aside}"
            continue
        for id in free:
            code = left.pop(id)
            await work.change(grid, id, {"code": code, "version": grid.c.version + 1, "updated_at": work.now})
            present[id] = code
            work.announce("grid.updated", id, id, fields=["code"])
