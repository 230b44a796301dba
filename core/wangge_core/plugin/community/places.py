"""The kinds of places that any community may have."""

from wangge_core.plugin.community.details import GridStation
from wangge_core.plugin.declarations.kinds import PlaceKind

GRID_STATION = PlaceKind("grid_station", zh="网格服务站", details=GridStation, station=True)
STUDIO = PlaceKind("studio", zh="网格员工作室", en="Grid worker's studio", station=True)
GUARD_ROOM = PlaceKind("guard_room", zh="警务室", station=True)
SHELTER = PlaceKind("shelter", zh="避难点")
NOTICE_BOARD = PlaceKind("notice_board", zh="公示点")

PLACE_KINDS = (GRID_STATION, STUDIO, GUARD_ROOM, SHELTER, NOTICE_BOARD)
