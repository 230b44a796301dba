"""The things on urban ground that events are about."""

from wangge_core.plugin import AssetKind
from wangge_urban.details import Camera

ASSET_KINDS = (
    AssetKind("manhole_cover", zh="井盖"),
    AssetKind("street_lamp", zh="路灯"),
    AssetKind("bin", zh="垃圾箱"),
    AssetKind("hydrant", zh="消火栓"),
    AssetKind("bench", zh="座椅"),
    AssetKind("sign", zh="标志牌"),
    AssetKind("tree", zh="行道树", en="Street tree"),
    AssetKind("charging_point", zh="充电桩"),
    AssetKind("notice_board", zh="公示牌"),
    AssetKind("camera", zh="摄像头", details=Camera),
)
