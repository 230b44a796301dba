"""The places of a village."""

from wangge_core.plugin import PlaceKind

PLACE_KINDS = (
    PlaceKind("natural_village", zh="自然村"),
    PlaceKind("village_office", zh="村委会", station=True),
    PlaceKind("hazard_point", zh="隐患点"),
    PlaceKind("shelter", zh="避灾点"),
    PlaceKind("water_source", zh="水源"),
    PlaceKind("grave_field", zh="祭扫点"),
)
