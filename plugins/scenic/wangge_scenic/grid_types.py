"""The scenic grid, which is cut by spots and sections and never by households."""

from wangge_core.plugin import GridType, Label, Level, Size, community
from wangge_scenic import staffing

ADMINISTRATION = Label("景区管委会", "Scenic-area administration")

SCENIC = GridType(
    "scenic",
    zh="景区网格",
    en="Scenic grid",
    staffing=(staffing.ONE_SEVEN_N, staffing.ONE_PLUS_SIX),
    desks=(staffing.AREA_DESK, community.THIRD_LOOP),
    size=Size(grids_are="spots"),
    level_names={
        Level.GRID: Label("景点/片区网格", "Spot or section"),
        # No community stands between a spot and the administration, which therefore answers in both loops.
        Level.COMMUNITY: ADMINISTRATION,
        Level.SUBDISTRICT: ADMINISTRATION,
        Level.DISTRICT: Label("区", "District"),
    },
)

GRID_TYPES = (SCENIC,)
