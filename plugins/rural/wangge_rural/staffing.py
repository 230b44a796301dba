"""How rural grids are staffed, and what a township's desk adds for them."""

from wangge_core.plugin import Each, Level, Position, Staffing, community
from wangge_rural import places, roles

VILLAGE = Staffing(
    "village",
    (
        Position(community.GRID_WORKER),
        Position(community.GRID_CHIEF, per="grid; a committee member"),
        Position(roles.GROUP_LEADER, most=None, per="natural village or group", each=Each.UNCOUNTED),
        Position(roles.TEN_HOUSEHOLD_HEAD, least=0, most=None, per="ten households", each=Each.TEN_HOUSEHOLDS),
        Position(roles.POSTED_OFFICIAL, least=0, per="village", each=Each.COMMUNITY),
        Position(roles.VILLAGE_SAFETY_OFFICER, least=0, per="village", each=Each.COMMUNITY),
        Position(roles.AFFAIRS_OVERSEER, least=3, most=5, per="village", each=Each.COMMUNITY),
        Position(roles.HAZARD_WATCHER, least=0, most=None, per="hazard point", each=places.HAZARD_POINT),
        Position(roles.FOREST_RANGER, least=0, most=None, per="woodland", each=Each.UNCOUNTED),
        Position(roles.CARE_PARTNER, least=0, most=None, per="person cared for", each=Each.UNCOUNTED),
        Position(community.MEDIATOR, least=0, most=None, per="grid, as many as come forward"),
        Position(community.VOLUNTEER, least=0, most=None, per="grid, as many as come forward"),
    ),
    zh="村网格",
    en="Village grid",
)

TOWNSHIP_DESK = Staffing(
    "township_desk",
    (Position(roles.WORKS_OFFICER, most=None, per="township"),),
    zh="乡镇（补充）",
    en="Township desk (addition)",
    level=Level.SUBDISTRICT,
)
