"""The places of a scenic area."""

from wangge_core.plugin import PlaceKind

PLACE_KINDS = (
    PlaceKind("spot", zh="景点"),
    PlaceKind("section", zh="片区"),
    PlaceKind("route", zh="线路"),
    PlaceKind("security_kiosk", zh="治安岗亭", station=True),
    PlaceKind("information_point", zh="治安信息点", station=True),
    PlaceKind("information_desk", zh="咨询台", station=True),
    PlaceKind("first_aid_point", zh="医疗救助点", en="First-aid point", station=True),
    PlaceKind("gate", zh="入口"),
    PlaceKind("viewpoint", zh="观景台"),
)
