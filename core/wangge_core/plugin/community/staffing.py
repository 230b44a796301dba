"""The desks of the three loops above a grid, and the staffing of a police grid."""

from wangge_core.plugin.community import roles
from wangge_core.plugin.declarations.grid_types import Each, Position, Staffing
from wangge_core.plugin.declarations.roles import Level

FIRST_LOOP = Staffing(
    "first_loop",
    (
        Position(roles.COMMUNITY_HEAD, per="community or village"),
        Position(roles.COMMUNITY_OFFICER, most=None, per="community or village"),
        Position(roles.COMMITTEE_STAFF, least=0, most=None, per="community or village"),
        Position(roles.COMMUNITY_POLICE_OFFICER, least=0, most=None, per="community or village"),
        Position(roles.PUBLIC_ORDER_COORDINATOR, least=0, per="community or village"),
        Position(roles.MEDIATOR, most=None, per="community or village"),
    ),
    zh="社区（村）",
    en="Community or village committee",
    level=Level.COMMUNITY,
)

SECOND_LOOP = Staffing(
    "second_loop",
    (
        Position(roles.SUBDISTRICT_ADMINISTRATOR, most=None, per="subdistrict or township"),
        Position(roles.DUTY_OFFICER, most=None, per="shift", each=Each.SHIFT),
        Position(roles.ADVISER, least=0, most=None, per="subdistrict or township"),
    ),
    zh="街道（乡镇）",
    en="Subdistrict or township desk",
    level=Level.SUBDISTRICT,
)

THIRD_LOOP = Staffing(
    "third_loop",
    (
        Position(roles.DISTRICT_ADMINISTRATOR, most=None, per="district or county"),
        Position(roles.INTAKE_OFFICER, most=None, per="shift", each=Each.SHIFT),
        Position(roles.SHIFT_LEAD, per="shift", each=Each.SHIFT),
        Position(roles.DISPATCHER, most=None, per="shift", each=Each.SHIFT),
        Position(roles.VIDEO_PATROLLER, least=0, most=None, per="district or county"),
        Position(roles.DEPARTMENT_SPECIALIST, most=None, per="office", each=Each.OFFICE),
        Position(roles.APPRAISER, most=None, per="district or county"),
        Position(roles.DATA_OFFICER, per="district or county"),
        Position(roles.AUDITOR, least=0, most=None, per="district or county"),
    ),
    zh="区（县）指挥中心",
    en="District command centre",
    level=Level.DISTRICT,
)

POLICE_GRID = Staffing(
    "police_grid",
    (Position(roles.COMMUNITY_POLICE_OFFICER, most=None, per="police grid, over several base grids"),),
    zh="警格",
)
