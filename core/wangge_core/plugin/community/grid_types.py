"""The grid types that belong to no particular ground: administrative divisions above the grids, and the police's overlay."""

from wangge_core.plugin.community import staffing
from wangge_core.plugin.declarations.grid_types import GridType

DIVISION = GridType(
    "division",
    zh="行政区划",
    en="Administrative division",
    desks=(staffing.FIRST_LOOP, staffing.SECOND_LOOP, staffing.THIRD_LOOP),
)

POLICE_GRID = GridType(
    "police_grid",
    zh="警格",
    staffing=(staffing.POLICE_GRID,),
    overlay=True,
)

GRID_TYPES = (DIVISION, POLICE_GRID)
