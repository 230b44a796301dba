"""Meshes of grids under parents, from a seed. Every edge is drawn once and used by both sides: nothing is wrong until it is planted."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

Point = tuple[int, int]
Ring = list[Point]
Polygons = list[list[Ring]]

WEST, SOUTH = 1_143_000_000, 305_000_000
"""Where a mesh begins, in units of 1e-7 degree: 114.3° east, 30.5° north."""
SIDE = 10_000
"""The side of a cell: 111 m northward and 96 m eastward here."""
ROOT = 1
SIDES = ("south", "east", "north", "west")
STEPS = {"south": (0, -1), "east": (1, 0), "north": (0, 1), "west": (-1, 0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A planted fault: its kind, the kind that a sliver would have if it were wider, whose children are at fault, which grids, where."""

    kind: str
    basis: str
    parent_id: int
    grid_ids: frozenset[int]
    ring: Ring


@dataclass(slots=True)
class Mesh:
    """`columns` × `rows` cells in blocks of `block` × `block`, each block a parent, all blocks in one root.

    `jitter` moves corners and the middles of edges by up to so much of a side. `angle` turns the whole, in degrees, before positions are
    rounded. With `straight` the parents' outlines have their four corners alone.
    """

    columns: int
    rows: int
    block: int = 10
    jitter: float = 0.15
    angle: float = 0.0
    straight: bool = False
    seed: int = 1
    cells: dict[int, Polygons] = field(default_factory=dict[int, Polygons])
    parents: dict[int, Polygons] = field(default_factory=dict[int, Polygons])
    above: dict[int, int] = field(default_factory=dict[int, int])
    plants: list[Plant] = field(default_factory=list[Plant])

    def __post_init__(self) -> None:
        for column in range(self.columns):
            for row in range(self.rows):
                self.cells[self.cell(column, row)] = [[self.ring(column, row)]]
                self.above[self.cell(column, row)] = self.parent(column, row)
        for west in range(0, self.columns, self.block):
            for south in range(0, self.rows, self.block):
                self.parents[self.parent(west, south)] = [[self.outline(west, south, self.block)]]
                self.above[self.parent(west, south)] = ROOT
        self.parents[ROOT] = [[self.outline(0, 0, max(self.columns, self.rows))]]

    def cell(self, column: int, row: int) -> int:
        return 1_000_000 + column * self.rows + row

    def parent(self, column: int, row: int) -> int:
        return 1_000 + (column // self.block) * self.rows + row // self.block

    def point(self, column: float, row: float) -> Point:
        """A corner (whole numbers) or the middle of an edge, always the same for the same place."""
        chance = random.Random(f"{self.seed} {float(column)} {float(row)}")
        moved = [place + chance.uniform(-self.jitter, self.jitter) for place in (column, row)]
        turn = math.radians(self.angle)
        x, y = (place * SIDE for place in moved)
        return WEST + round(x * math.cos(turn) - y * math.sin(turn)), SOUTH + round(x * math.sin(turn) + y * math.cos(turn))

    def ring(self, column: int, row: int) -> Ring:
        return self.outline(column, row, 1, corners=False)

    def outline(self, west: int, south: int, size: int, *, corners: bool | None = None) -> Ring:
        """The ring around a block of cells, anticlockwise from its southwest corner, by its four corners alone or every point on it."""
        east, north = min(west + size, self.columns), min(south + size, self.rows)
        step = 0.5
        around = [
            *((west + step * i, south) for i in range(2 * (east - west))),
            *((east, south + step * i) for i in range(2 * (north - south))),
            *((east - step * i, north) for i in range(2 * (east - west))),
            *((west, north - step * i) for i in range(2 * (north - south))),
        ]
        if self.straight if corners is None else corners:
            around = [(west, south), (east, south), (east, north), (west, north)]
        return [self.point(*place) for place in around]

    def grids(self) -> Iterator[tuple[int, int | None, Polygons]]:
        """Every grid: its id, its parent's, its polygons, each an outer ring and its holes."""
        for id, polygons in (self.parents | self.cells).items():
            yield id, self.above.get(id), polygons

    def spots(self) -> list[tuple[int, int]]:
        """Cells so far apart that what is planted at one touches nothing of the next, in an order by chance."""
        found = [(column, row) for column in range(1, self.columns - 1, 3) for row in range(1, self.rows - 1, 3)]
        random.Random(self.seed).shuffle(found)
        return found

    def plant(self, count: int) -> None:
        """Plant `count` faults of each kind."""
        rest = self.spots()
        for number in range(count):
            slivers = ("GAP", "OVERLAP", "HOLE", "OUTSIDE")
            for kind, basis in (
                ("GAP", "GAP"),
                ("OVERLAP", "OVERLAP"),
                ("HOLE", "HOLE"),
                ("OUTSIDE", "OUTSIDE"),
                ("SLIVER", slivers[number % 4]),
            ):
                self._plant_one(rest, kind, basis, number)

    def _plant_one(self, rest: list[tuple[int, int]], kind: str, basis: str, number: int) -> None:
        reaches_out = basis in {"HOLE", "OUTSIDE"}
        for position, (column, row) in enumerate(rest):
            sides = [side for side in SIDES if self._leaves_block(column, row, side) == reaches_out]
            whole = kind == "GAP" and number % 3 == 0
            if sides and not (whole and len(sides) < 4):
                del rest[position]
                break
        else:
            raise ValueError(f"The mesh is too small for so many faults: no room for {kind} {number}")
        if whole:
            self._remove(column, row)
        elif kind == "GAP" and number % 3 == 1:
            self._pierce(column, row)
        elif kind == "OVERLAP" and number % 3 == 0:
            self._put_inside(column, row)
        else:
            self._dent(column, row, sides[number % len(sides)], kind, basis, number)

    def _leaves_block(self, column: int, row: int, side: str) -> bool:
        east, north = STEPS[side]
        beside = (column + east, row + north)
        return not (0 <= beside[0] < self.columns and 0 <= beside[1] < self.rows) or self.parent(*beside) != self.parent(
            column, row
        )

    def _remove(self, column: int, row: int) -> None:
        """A grid that nobody drew."""
        id = self.cell(column, row)
        [[ring]] = self.cells.pop(id)
        around = [self.cell(column + east, row + north) for east, north in STEPS.values()]
        self._planted("GAP", "GAP", id, around, ring)

    def _pierce(self, column: int, row: int) -> None:
        """A grid with a hole in its middle."""
        id = self.cell(column, row)
        x, y = self.point(column + 0.5, row + 0.5)
        ring = [(x - 900, y - 900), (x + 900, y - 900), (x + 900, y + 900), (x - 900, y + 900)]
        self.cells[id][0].append(ring)
        self._planted("GAP", "GAP", id, [id], ring)

    def _put_inside(self, column: int, row: int) -> None:
        """A grid that lies in another."""
        id, new = self.cell(column, row), self.cell(column, row) + 1_000_000
        x, y = self.point(column + 0.5, row + 0.5)
        ring = [(x - 900, y - 900), (x + 900, y - 900), (x + 900, y + 900), (x - 900, y + 900)]
        self.cells[new] = [[ring]]
        self.above[new] = self.above[id]
        self._planted("OVERLAP", "OVERLAP", id, [id, new], ring)

    def _dent(self, column: int, row: int, side: str, kind: str, basis: str, number: int) -> None:
        """A grid whose own drawing of one edge runs further in or out: by 22 to 33 m, or 0.1 to 0.7 m for a sliver."""
        id, east_north = self.cell(column, row), STEPS[side]
        ring = self.cells[id][0][0]
        place = 2 * SIDES.index(side) + 1
        x, y = ring[place]
        inward = -1 if basis in {"GAP", "HOLE"} else 1
        reach = inward * (
            random.Random(number).randint(10, 60) if kind == "SLIVER" else random.Random(number).randint(2_000, 3_000)
        )
        dented = (x + reach * east_north[0], y + reach * east_north[1])
        kite = [ring[place - 1], ring[place], ring[(place + 1) % 8], dented]
        ring[place] = dented
        beside = self.cell(column + east_north[0], row + east_north[1])
        self._planted(kind, basis, id, [id] if basis in {"HOLE", "OUTSIDE"} else [id, beside], kite)

    def _planted(self, kind: str, basis: str, at: int, grids: list[int], ring: Ring) -> None:
        self.plants.append(Plant(kind=kind, basis=basis, parent_id=self.above[at], grid_ids=frozenset(grids), ring=ring))
