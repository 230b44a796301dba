"""The rural grid: one natural village, or 300 to 500 households."""

from wangge_core.plugin import GridType, Label, Level, Size, community
from wangge_rural import staffing

RURAL = GridType(
    "rural",
    zh="农村网格",
    en="Rural grid",
    staffing=(staffing.VILLAGE,),
    desks=(community.FIRST_LOOP, community.SECOND_LOOP, staffing.TOWNSHIP_DESK, community.THIRD_LOOP),
    size=Size(households=(300, 500), grids_are="natural villages", or_one=Label("一个自然村", "One natural village")),
    level_names={
        Level.GRID: Label("自然村/组", "Natural village or group"),
        Level.COMMUNITY: Label("村", "Village"),
        Level.SUBDISTRICT: Label("乡镇", "Township"),
        Level.DISTRICT: Label("县", "County"),
    },
)

GRID_TYPES = (RURAL,)
