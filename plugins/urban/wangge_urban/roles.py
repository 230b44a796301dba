"""The roles of urban grids and of the two overlays of offices."""

from wangge_core.plugin import FIELD_WORK, HANDLING, HELPING, Level, Role, community

CITY_MANAGEMENT_OFFICER = Role(
    "city_management_officer",
    zh="网格城管员",
    en="City-management officer",
    level=Level.GRID,
    duty="Deals in the grid with street order, shop-fronts, waste and street furniture.",
    may=HANDLING,
    shown_to_public=True,
)

# Three tiers

GRID_LEAD = Role(
    "grid_lead",
    zh="网格负责人",
    level=Level.GRID,
    duty="The one staff member who knows the grid, keeps its records, looks for trouble early and helps residents with services.",
    may=FIELD_WORK,
    acts_as=(community.GRID_CHIEF, community.GRID_WORKER, community.INFORMATION_OFFICER),
    shown_to_public=True,
)
RESIDENT_MANAGER = Role(
    "resident_manager",
    zh="网格管理员（居民）",
    level=Level.GRID,
    duty="A resident who urges the work on, gathers opinion and sees that service is carried out.",
    may=HELPING,
    acts_as=(community.ADVISER,),
)
LIAISON = Role(
    "liaison",
    zh="网格联络员",
    level=Level.GRID,
    duty="Helps the manager with opinion surveys, notices, neighbourhood care, disputes and emergencies.",
    may=HELPING,
    acts_as=(community.VOLUNTEER, community.BUILDING_HEAD),
)
PATROL_MEMBER = Role(
    "patrol_member",
    zh="义务巡逻队员",
    level=Level.GRID,
    duty="Member of a volunteer patrol team, day and night; recommended by residents and trained first.",
    may=HELPING,
)

# Overlays

CITY_MANAGEMENT_WORKER = Role(
    "city_management_worker",
    zh="城管网格员",
    en="City-management grid worker",
    level=Level.GRID,
    duty="Looks after one city-management grid: components and street matters.",
    may=HANDLING,
    acts_as=(CITY_MANAGEMENT_OFFICER,),
)
MARKET_SUPERVISION_WORKER = Role(
    "market_supervision_worker",
    zh="市场网格员",
    en="Market-supervision grid worker",
    level=Level.GRID,
    duty="Looks after one market-supervision grid: shops, food, licences.",
    may=HANDLING,
    acts_as=(community.DEPARTMENT_SPECIALIST,),
)

ROLES = (
    CITY_MANAGEMENT_OFFICER,
    GRID_LEAD,
    RESIDENT_MANAGER,
    LIAISON,
    PATROL_MEMBER,
    CITY_MANAGEMENT_WORKER,
    MARKET_SUPERVISION_WORKER,
)
