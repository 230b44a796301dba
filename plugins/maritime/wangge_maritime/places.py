"""The places of a coast."""

from wangge_core.plugin import PlaceKind

HARBOUR = PlaceKind("harbour", zh="渔港")
BERTH = PlaceKind("berth", zh="泊位")
ANCHORAGE = PlaceKind("anchorage", zh="锚地")
STORM_SHELTER = PlaceKind("storm_shelter", zh="避风港")
WATCH_DESK = PlaceKind("watch_desk", zh="值班点", station=True)
LANDING = PlaceKind("landing", zh="上岸点")

PLACE_KINDS = (HARBOUR, BERTH, ANCHORAGE, STORM_SHELTER, WATCH_DESK, LANDING)
