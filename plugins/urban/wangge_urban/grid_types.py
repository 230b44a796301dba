"""The urban grid, and the overlays of city management and market supervision, which need not cover every base grid."""

from wangge_core.plugin import GridType, Label, Level, Size, community
from wangge_urban import staffing

URBAN = GridType(
    "urban",
    zh="城市网格",
    en="Urban grid",
    staffing=(staffing.ONE_FIVE_N, staffing.THREE_TIER),
    desks=(community.FIRST_LOOP, community.SECOND_LOOP, community.THIRD_LOOP),
    size=Size(households=(300, 500), people=(1000, 1500)),
    level_names={
        Level.GRID: Label("网格", "Grid"),
        Level.COMMUNITY: Label("社区", "Community"),
        Level.SUBDISTRICT: Label("街道", "Subdistrict"),
        Level.DISTRICT: Label("区", "District"),
    },
)

CITY_MANAGEMENT_GRID = GridType(
    "city_management_grid",
    zh="城管网格",
    en="City-management grid",
    staffing=(staffing.CITY_MANAGEMENT_GRID,),
    overlay=True,
)

MARKET_GRID = GridType(
    "market_grid",
    zh="市场监管网格",
    en="Market-supervision grid",
    staffing=(staffing.MARKET_GRID,),
    overlay=True,
)

GRID_TYPES = (URBAN, CITY_MANAGEMENT_GRID, MARKET_GRID)
