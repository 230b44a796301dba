"""The places of a coast."""

from wangge_core.plugin import PlaceKind

PLACE_KINDS = (
    PlaceKind("harbour", zh="渔港"),
    PlaceKind("berth", zh="泊位"),
    PlaceKind("anchorage", zh="锚地"),
    PlaceKind("storm_shelter", zh="避风港"),
    PlaceKind("watch_desk", zh="值班点", station=True),
    PlaceKind("landing", zh="上岸点"),
)
