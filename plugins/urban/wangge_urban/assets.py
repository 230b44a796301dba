"""The things on urban ground that events are about."""

from wangge_core.plugin import AssetKind
from wangge_urban.details import Camera

MANHOLE_COVER = AssetKind("manhole_cover", zh="井盖")
STREET_LAMP = AssetKind("street_lamp", zh="路灯")
BIN = AssetKind("bin", zh="垃圾箱")
HYDRANT = AssetKind("hydrant", zh="消火栓")
BENCH = AssetKind("bench", zh="座椅")
SIGN = AssetKind("sign", zh="标志牌")
TREE = AssetKind("tree", zh="行道树", en="Street tree")
CHARGING_POINT = AssetKind("charging_point", zh="充电桩")
NOTICE_BOARD = AssetKind("notice_board", zh="公示牌")
CAMERA = AssetKind("camera", zh="摄像头", details=Camera)

ASSET_KINDS = (MANHOLE_COVER, STREET_LAMP, BIN, HYDRANT, BENCH, SIGN, TREE, CHARGING_POINT, NOTICE_BOARD, CAMERA)
