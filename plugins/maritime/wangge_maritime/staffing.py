"""How sea grids are staffed, at sea and ashore."""

from wangge_core.plugin import Each, Position, Staffing, community
from wangge_maritime import assets, places, roles

SEA_GRID = Staffing(
    "sea_grid",
    (
        Position(community.GRID_CHIEF, per="sea grid"),
        Position(community.GRID_WORKER, per="sea grid, ashore"),
        Position(roles.SKIPPER, per="vessel", each=assets.VESSEL),
        Position(roles.RAFT_KEEPER, per="raft or cluster of rafts", each=assets.RAFT),
        Position(roles.FLEET_LEADER, least=0, per="fleet group", each=Each.UNCOUNTED),
        Position(roles.VESSEL_SAFETY_OFFICER, most=None, per="fishing village", each=Each.COMMUNITY),
        Position(roles.HARBOUR_OFFICER, least=0, most=None, per="harbour", each=places.HARBOUR),
        Position(roles.DUTY_WATCH, most=None, per="watch desk, on a roster", each=Each.SHIFT),
        Position(roles.FAMILY_LIAISON, most=None, per="fishing village", each=Each.COMMUNITY),
        Position(roles.RESCUE_VOLUNTEER, least=0, most=None, per="sea grid, as many as come forward"),
    ),
    zh="海上网格",
    en="Sea grid",
)
