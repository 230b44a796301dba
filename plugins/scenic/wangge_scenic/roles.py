"""The roles of scenic grids and of the administration above them."""

from wangge_core.plugin import ADMINISTRATION, HANDLING, HELPING, Level, Role, community

# The seven of a grid

OVERSIGHT_OFFICER = Role(
    "oversight_officer",
    zh="网格监督员",
    level=Level.GRID,
    duty="Watches that the team's work is really done; independent of the chief.",
    may=HANDLING,
)
SANITATION_WORKER = Role(
    "sanitation_worker",
    zh="网格保洁员",
    level=Level.GRID,
    duty="Keeps trails, viewpoints and toilets clean; reports damage on the round.",
    may=HELPING,
)
FIRE_SAFETY_OFFICER = Role(
    "fire_safety_officer",
    zh="网格消防员",
    en="Fire-safety officer",
    level=Level.GRID,
    duty="Looks for fire hazards, checks extinguishers and lanes, makes the first attack on a small fire.",
    may=HANDLING,
)

# On the ground

SPOT_INFORMATION_OFFICER = Role(
    "spot_information_officer",
    zh="景点信息员",
    level=Level.GRID,
    duty="Reports what happens at one spot and gives visitors the first information.",
    may=HANDLING,
)
ROUTE_PATROL_MEMBER = Role(
    "route_patrol_member",
    zh="线路巡逻队员",
    level=Level.GRID,
    duty="Walks one route on the roster with its checkpoints.",
    may=HANDLING,
)
EMERGENCY_RESPONDER = Role(
    "emergency_responder",
    zh="应急服务分队队员",
    level=Level.COMMUNITY,
    duty="Goes out at once; must reach any point in ten minutes.",
    may=HANDLING,
)
FIRST_AIDER = Role(
    "first_aider",
    zh="医疗救助点人员",
    en="First-aider",
    level=Level.GRID,
    duty="Staffs a first-aid point; gives the first medical help.",
    may=HANDLING,
)
DESK_ATTENDANT = Role(
    "desk_attendant",
    zh="咨询台人员",
    level=Level.GRID,
    duty="Staffs an information desk: questions, lost things, the first word of a complaint.",
    may=HANDLING,
)
SITE_GUARD = Role(
    "site_guard",
    zh="景点安保人员",
    level=Level.GRID,
    duty="Guards a spot, guides crowds, closes and opens paths.",
    may=HANDLING,
    acts_as=(EMERGENCY_RESPONDER, DESK_ATTENDANT, SPOT_INFORMATION_OFFICER),
)

# Joint forces and the administration

FIRE_INSPECTOR = Role(
    "fire_inspector",
    zh="消防监督员",
    level=Level.COMMUNITY,
    duty="Member of the joint team who inspects buildings and orders hazards mended.",
    may=HANDLING,
    acts_as=(FIRE_SAFETY_OFFICER,),
)
ENFORCEMENT_OFFICER = Role(
    "enforcement_officer",
    zh="景区综合执法队员",
    en="Scenic enforcement officer",
    level=Level.COMMUNITY,
    duty="Deals with overcharging, touting and unlicensed trade in the core area.",
    may=HANDLING,
)
AREA_ADMINISTRATOR = Role(
    "area_administrator",
    zh="景区管委会管理员",
    en="Scenic-area administrator",
    level=Level.SUBDISTRICT,
    duty="Runs the second loop of a scenic grid, in place of a subdistrict.",
    may=ADMINISTRATION,
    acts_as=(community.SUBDISTRICT_ADMINISTRATOR, community.COMMUNITY_HEAD, community.COMMUNITY_OFFICER),
)

ROLES = (
    OVERSIGHT_OFFICER,
    SANITATION_WORKER,
    FIRE_SAFETY_OFFICER,
    SPOT_INFORMATION_OFFICER,
    ROUTE_PATROL_MEMBER,
    EMERGENCY_RESPONDER,
    FIRST_AIDER,
    DESK_ATTENDANT,
    SITE_GUARD,
    FIRE_INSPECTOR,
    ENFORCEMENT_OFFICER,
    AREA_ADMINISTRATOR,
)
