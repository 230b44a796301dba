"""How sea grids are staffed, at sea and ashore."""

from wangge_core.plugin import Position, Staffing, community
from wangge_maritime import roles

SEA_GRID = Staffing(
    "sea_grid",
    (
        Position(community.GRID_CHIEF, per="sea grid"),
        Position(community.GRID_WORKER, per="sea grid, ashore"),
        Position(roles.SKIPPER, per="vessel"),
        Position(roles.RAFT_KEEPER, per="raft or cluster of rafts"),
        Position(roles.FLEET_LEADER, least=0, per="fleet group"),
        Position(roles.VESSEL_SAFETY_OFFICER, most=None, per="fishing village"),
        Position(roles.HARBOUR_OFFICER, least=0, most=None, per="harbour"),
        Position(roles.DUTY_WATCH, most=None, per="watch desk, on a roster"),
        Position(roles.FAMILY_LIAISON, most=None, per="fishing village"),
        Position(roles.RESCUE_VOLUNTEER, least=0, most=None, per="sea grid, as many as come forward"),
    ),
    zh="海上网格",
    en="Sea grid",
)
