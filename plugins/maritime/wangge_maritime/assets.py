"""The things at sea that events are about."""

from wangge_core.plugin import AssetKind
from wangge_maritime.details import Raft, Vessel

VESSEL = AssetKind("vessel", zh="渔船", en="Fishing vessel", details=Vessel)
RAFT = AssetKind("raft", zh="渔排", en="Fish raft", details=Raft)
MOORING = AssetKind("mooring", zh="锚泊")
BUOY = AssetKind("buoy", zh="浮标")
NAVIGATION_MARK = AssetKind("navigation_mark", zh="航标")

ASSET_KINDS = (VESSEL, RAFT, MOORING, BUOY, NAVIGATION_MARK)
