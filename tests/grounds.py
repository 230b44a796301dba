"""Ground for tests: boundaries of a town's grids, and a crooked mesh of many, whose cells share every edge."""

from random import Random
from typing import Any

from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.rights.viewers import operator

WEST, SOUTH, CELL = 114.3, 30.5, 0.001
"""The corner of the ground and the side of a cell, about 100 m, in degrees."""


def square(column: float, row: float, wide: float = 1, high: float = 1) -> dict[str, Any]:
    """An upright rectangle, counted in cells from the corner of the ground."""
    (west, east), (south, north) = (column, column + wide), (row, row + high)
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[place(x, y) for x, y in corners]]}


def place(column: float, row: float) -> list[float]:
    """A position, counted in cells from the corner of the ground."""
    return [round(WEST + column * CELL, 7), round(SOUTH + row * CELL, 7)]


class Mesh:
    """Cells of a crooked mesh by column and row: inner corners lie up to a third of a cell off."""

    def __init__(self, side: int, seed: int = 1) -> None:
        random = Random(seed)
        self.side = side
        self.corners = {
            (column, row): place(
                column + (random.uniform(-0.3, 0.3) if 0 < column < side else 0),
                row + (random.uniform(-0.3, 0.3) if 0 < row < side else 0),
            )
            for column in range(side + 1)
            for row in range(side + 1)
        }

    @property
    def cells(self) -> dict[tuple[int, int], dict[str, Any]]:
        """Each as GeoJSON."""
        around = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
        return {
            (column, row): {"type": "Polygon", "coordinates": [[self.corners[column + x, row + y] for x, y in around]]}
            for column in range(self.side)
            for row in range(self.side)
        }


async def make_mesh(town: Town, side: int) -> tuple[Mesh, dict[int, tuple[int, int]]]:
    """A mesh of grids of a community with its boundaries; the cells by the keys of their grids."""
    mesh = Mesh(side)
    requests = [
        NewGrid(code=f"{COMMUNITY}{number:03}", name="Cell", type_id="urban", parent_code=COMMUNITY)
        for number in range(100, 100 + side * side)
    ]
    async with town.deployment.write() as work:
        made = ids(await create_grids(work, operator(), requests))
        boundaries = [
            NewBoundary(grid_id=id, geometry=one, system="wgs84") for id, one in zip(made, mesh.cells.values(), strict=True)
        ]
        assert ids(await set_boundaries(work, operator(), boundaries)) == made
    return mesh, dict(zip(made, mesh.cells, strict=True))


async def bound(town: Town, **shapes: dict[str, Any]) -> None:
    """Set the boundaries of grids of the town, by grid type or by code with a letter before it."""
    requests = [
        NewBoundary(grid_id=town.grids[GRIDS.get(name, name[1:])], geometry=shape, system="wgs84") for name, shape in shapes.items()
    ]
    async with town.deployment.write() as work:
        ids(await set_boundaries(work, operator(), requests))
