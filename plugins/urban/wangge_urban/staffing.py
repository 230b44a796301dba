"""How urban grids and their overlays are staffed."""

from wangge_core.plugin import Each, Position, Staffing, community
from wangge_urban import roles

ONE_FIVE_N = Staffing(
    "one_five_n",
    (
        Position(community.GRID_WORKER),
        Position(community.GRID_CHIEF),
        Position(community.ADVISER, per="grid; one person for up to 5 grids", grids_each=5),
        Position(community.INFORMATION_OFFICER, per="grid; one person for up to 5 grids", grids_each=5),
        Position(community.PUBLIC_ORDER_OFFICER, per="grid; one person for up to 6 grids", grids_each=6),
        Position(roles.CITY_MANAGEMENT_OFFICER, per="grid; one person for up to 5 grids", grids_each=5),
        Position(community.VOLUNTEER, least=0, most=None, per="grid, as many as come forward"),
        Position(community.BUILDING_HEAD, least=0, most=None, per="building", each=Each.BUILDING),
        Position(community.MEDIATOR, least=0, most=None, per="grid, as many as come forward"),
    ),
    zh="城市 1+5+N",
    en="Urban 1+5+N",
)

THREE_TIER = Staffing(
    "three_tier",
    (
        Position(roles.GRID_LEAD),
        Position(roles.RESIDENT_MANAGER, most=2),
        Position(roles.LIAISON, most=None, per="grid; about one for each building"),
        Position(roles.PATROL_MEMBER, least=0, most=None, per="team of the community", each=Each.UNCOUNTED),
    ),
    zh="三级责任制",
    en="Three tiers",
)

CITY_MANAGEMENT_GRID = Staffing(
    "city_management_grid",
    (Position(roles.CITY_MANAGEMENT_WORKER, most=None, per="city-management grid"),),
    zh="城管网格",
    en="City-management grid",
)

MARKET_GRID = Staffing(
    "market_grid",
    (Position(roles.MARKET_SUPERVISION_WORKER, most=None, per="market-supervision grid"),),
    zh="市场监管网格",
    en="Market-supervision grid",
)
