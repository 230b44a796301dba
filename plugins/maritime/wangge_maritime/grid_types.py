"""The sea grid, which is cut by anchorages and rafts and never by households."""

from wangge_core.plugin import GridType, Label, Level, Size, community
from wangge_maritime import staffing

MARITIME = GridType(
    "maritime",
    zh="海上网格",
    en="Sea grid",
    staffing=(staffing.SEA_GRID,),
    desks=(community.FIRST_LOOP, community.SECOND_LOOP, community.THIRD_LOOP),
    size=Size(grids_are="sea areas"),
    level_names={
        Level.GRID: Label("海上网格", "Sea grid"),
        Level.COMMUNITY: Label("渔村", "Fishing village"),
        Level.SUBDISTRICT: Label("乡镇", "Township"),
        Level.DISTRICT: Label("县", "County"),
    },
)

GRID_TYPES = (MARITIME,)
