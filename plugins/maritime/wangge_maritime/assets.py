"""The things at sea that events are about."""

from wangge_core.plugin import AssetKind
from wangge_maritime.details import Raft, Vessel

ASSET_KINDS = (
    AssetKind("vessel", zh="渔船", en="Fishing vessel", details=Vessel),
    AssetKind("raft", zh="渔排", en="Fish raft", details=Raft),
    AssetKind("mooring", zh="锚泊"),
    AssetKind("buoy", zh="浮标"),
    AssetKind("navigation_mark", zh="航标"),
)
