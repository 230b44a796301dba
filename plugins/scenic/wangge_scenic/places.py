"""The places of a scenic area."""

from wangge_core.plugin import PlaceKind

SPOT = PlaceKind("spot", zh="景点")
SECTION = PlaceKind("section", zh="片区")
ROUTE = PlaceKind("route", zh="线路")
SECURITY_KIOSK = PlaceKind("security_kiosk", zh="治安岗亭", station=True)
INFORMATION_POINT = PlaceKind("information_point", zh="治安信息点", station=True)
INFORMATION_DESK = PlaceKind("information_desk", zh="咨询台", station=True)
FIRST_AID_POINT = PlaceKind("first_aid_point", zh="医疗救助点", en="First-aid point", station=True)
GATE = PlaceKind("gate", zh="入口")
VIEWPOINT = PlaceKind("viewpoint", zh="观景台")

PLACE_KINDS = (SPOT, SECTION, ROUTE, SECURITY_KIOSK, INFORMATION_POINT, INFORMATION_DESK, FIRST_AID_POINT, GATE, VIEWPOINT)
