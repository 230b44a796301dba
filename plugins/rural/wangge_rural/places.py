"""The places of a village."""

from wangge_core.plugin import PlaceKind

NATURAL_VILLAGE = PlaceKind("natural_village", zh="自然村")
VILLAGE_OFFICE = PlaceKind("village_office", zh="村委会", station=True)
HAZARD_POINT = PlaceKind("hazard_point", zh="隐患点")
SHELTER = PlaceKind("shelter", zh="避灾点")
WATER_SOURCE = PlaceKind("water_source", zh="水源")
GRAVE_FIELD = PlaceKind("grave_field", zh="祭扫点")

PLACE_KINDS = (NATURAL_VILLAGE, VILLAGE_OFFICE, HAZARD_POINT, SHELTER, WATER_SOURCE, GRAVE_FIELD)
