"""The kinds of places that any community may have."""

from wangge_core.plugin.community.details import GridStation
from wangge_core.plugin.declarations.kinds import PlaceKind

PLACE_KINDS = (
    PlaceKind("grid_station", zh="网格服务站", details=GridStation, station=True),
    PlaceKind("studio", zh="网格员工作室", en="Grid worker's studio", station=True),
    PlaceKind("guard_room", zh="警务室", station=True),
    PlaceKind("shelter", zh="避难点"),
    PlaceKind("notice_board", zh="公示点"),
)
