"""Staffing: which posts templates ask for and which of them are filled, counted from exported rows as docs/staffing.md says it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wangge_core.plugin.declarations.grid_types import Each
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.definitions import PositionDefinition, StaffingDefinition
from wangge_core.plugin.registry import Registry
from year.exporting import Row

THINGS = {Each.ASSET: "asset", Each.PLACE: "place"}
TEN = 10
LEVELS = tuple(Level)
"""From below."""


@dataclass(frozen=True, slots=True)
class Line:
    """A position of a template or desk and the ground on which its posts are held; what grids share is the same line (Vacancies)."""

    template: str
    number: int
    held_in: int


class Staffing:
    """Posts required and filled, of any ground at any moment."""

    def __init__(self, registry: Registry, tables: Mapping[str, Sequence[Row]]) -> None:
        self.registry, self.tables = registry, tables
        base = {row["id"] for row in tables["grid_layer"] if row["base"]}
        self.grids = {row["id"]: row for row in tables["grid"] if row["layer_id"] in base and row["ended_at"] is None}
        self.active = {row["id"] for row in tables["account"] if row["active"]}

    def count(self, grid_id: int, moment: datetime) -> tuple[int, int]:
        """How many posts are required of a grid with what lies below, and how many of these are filled."""
        lines = {line: position for grid in self._below(grid_id) for line, position in self._lines(grid)}
        figures = [self._figures(position, line.held_in, moment) for line, position in lines.items()]
        return sum(required for required, _ in figures), sum(filled for _, filled in figures)

    def _below(self, grid_id: int) -> list[Row]:
        path = self.grids[grid_id]["path"] if grid_id in self.grids else None
        return [row for row in self.grids.values() if path is not None and row["path"].startswith(path)]

    def _lines(self, grid: Row) -> Iterator[tuple[Line, PositionDefinition]]:
        """Templates: a grid has the one that it chose, or the first of its type; above, the desks answer (Templates)."""
        templates = self._chosen(grid) if grid["level"] == "GRID" else self._desks(grid)
        for template in templates:
            for number, position in enumerate(template.positions):
                yield Line(template.id, number, self._held_in(grid, position)), position

    def _chosen(self, grid: Row) -> list[StaffingDefinition]:
        offered = self.registry.grid_types[grid["grid_type_id"]].staffing
        return [one for one in offered if one.id == grid["staffing_id"]] or list(offered[:1])

    def _desks(self, grid: Row) -> list[StaffingDefinition]:
        """Those declared for the types of the grids below, for the level of this ground (Templates)."""
        types = {row["grid_type_id"] for row in self._below(grid["id"]) if row["level"] == "GRID"}
        desks = {one.id: one for type in types for one in self.registry.grid_types[type].desks}
        return [one for one in desks.values() if one.level.value == grid["level"]]

    def _held_in(self, grid: Row, position: PositionDefinition) -> int:
        """On the nearest ground above of the role's level or higher, where the line is held there (Posts against positions)."""
        high = [one.value for one in LEVELS[LEVELS.index(self.registry.roles[position.role].level) :]]
        above = [row for row in self.grids.values() if row["level"] in high and grid["path"].startswith(row["path"])]
        return max(above, key=lambda row: len(row["path"]))["id"] if position.above and above else grid["id"]

    def _figures(self, position: PositionDefinition, held_in: int, moment: datetime) -> tuple[int, int]:
        """Required, and of these filled; of a line for each office, in each office for itself (`missing`)."""
        posts = [row for row in self.tables["post"] if row["role_id"] == position.role and row["grid_id"] == held_in]
        filled = [row for row in posts if self._is_filled(row, moment)]
        if position.each is Each.OFFICE:
            offices = [row["id"] for row in self.tables["office"]]
            own = [sum(row["office_id"] == office for row in filled) for office in offices]
            return position.least * len(offices), sum(min(one, position.least) for one in own)
        required = position.least * self._number(position, held_in)
        return required, min(len(filled), required)

    def _number(self, position: PositionDefinition, held_in: int) -> int:
        """Of what the figures are for each, by the register; of what is not counted they are for all together (the table of `each`)."""
        inside = {row["id"] for row in self._below(held_in)}
        if position.each is Each.BUILDING:
            return sum(row["grid_id"] in inside for row in self.tables["building"])
        if position.each is Each.TEN_HOUSEHOLDS:
            return -(-sum(row["grid_id"] in inside for row in self.tables["household"]) // TEN)
        if table := THINGS.get(position.each):
            return sum(row["grid_id"] in inside and row["kind_id"] == position.kind for row in self.tables[table])
        return 1

    def _is_filled(self, post: Row, moment: datetime) -> bool:
        """In its term, with an active holder or somebody active who stands in (**filled**)."""
        if not _runs(post, moment):
            return False
        standing_in = [
            row["account_id"] for row in self.tables["delegation"] if row["post_id"] == post["id"] and _runs(row, moment)
        ]
        return not self.active.isdisjoint([post["account_id"], *standing_in])


def _runs(row: Row, moment: datetime) -> bool:
    return row["starts_at"] <= moment and (row["ends_at"] is None or row["ends_at"] > moment)
