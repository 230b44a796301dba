"""How scenic grids are staffed, and the desk of the scenic-area administration above them."""

from wangge_core.plugin import Each, Level, Position, Staffing, community
from wangge_scenic import places, roles
from wangge_scenic.teams import TEAMS

ONE_SEVEN_N = Staffing(
    "one_seven_n",
    (
        Position(community.GRID_WORKER),
        Position(community.GRID_CHIEF),
        Position(community.ADVISER),
        Position(roles.OVERSIGHT_OFFICER, per="grid; not the chief"),
        Position(community.INFORMATION_OFFICER),
        Position(community.PUBLIC_ORDER_OFFICER),
        Position(roles.SANITATION_WORKER, most=None),
        Position(roles.FIRE_SAFETY_OFFICER),
        Position(community.VOLUNTEER, least=0, most=None, per="grid, as many as come forward"),
        Position(roles.SPOT_INFORMATION_OFFICER, least=0, most=None, per="spot", each=places.SPOT),
        Position(roles.ROUTE_PATROL_MEMBER, least=0, most=None, per="team of a route", each=Each.UNCOUNTED),
        Position(roles.EMERGENCY_RESPONDER, least=0, most=None, per="squad of the scenic area", each=Each.UNCOUNTED),
        Position(roles.FIRST_AIDER, least=0, most=None, per="first-aid point", each=places.FIRST_AID_POINT),
        Position(roles.DESK_ATTENDANT, least=0, most=None, per="information desk", each=places.INFORMATION_DESK),
    ),
    zh="景区 1+7+N",
    en="Scenic 1+7+N",
)

ONE_PLUS_SIX = Staffing(
    "one_plus_six",
    (
        Position(community.COMMUNITY_POLICE_OFFICER, per="grid, in the lead"),
        Position(community.COMMITTEE_STAFF, most=None),
        Position(community.PUBLIC_ORDER_COORDINATOR, most=None),
        Position(community.GRID_CHIEF, most=None),
        Position(roles.FIRE_INSPECTOR, most=None),
        Position(roles.SITE_GUARD, most=None),
        Position(community.VOLUNTEER, least=0, most=None),
    ),
    zh="古城 1+6",
    en="Old town 1+6",
    teams=TEAMS,
)

AREA_DESK = Staffing(
    "area_desk",
    (
        Position(roles.AREA_ADMINISTRATOR, most=None, per="scenic area"),
        Position(community.DUTY_OFFICER, most=None, per="shift", each=Each.SHIFT),
        Position(roles.ENFORCEMENT_OFFICER, least=0, most=None, per="scenic area"),
        Position(community.MEDIATOR, most=None, per="scenic area"),
    ),
    zh="景区管委会",
    en="Scenic-area administration",
    level=Level.SUBDISTRICT,
)
