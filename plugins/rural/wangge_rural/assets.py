"""The things on rural ground that events are about."""

from wangge_core.plugin import AssetKind

VILLAGE_LAMP = AssetKind("village_lamp", zh="路灯")
WELL = AssetKind("well", zh="水井")
WATER_PIPE = AssetKind("water_pipe", zh="供水管")
BRIDGE = AssetKind("bridge", zh="桥")
DITCH = AssetKind("ditch", zh="沟渠")
POND = AssetKind("pond", zh="水塘")
BROADCAST_HORN = AssetKind("broadcast_horn", zh="广播")
NOTICE_BOARD = AssetKind("notice_board", zh="公示栏")
FIRE_PUMP = AssetKind("fire_pump", zh="消防泵")

ASSET_KINDS = (VILLAGE_LAMP, WELL, WATER_PIPE, BRIDGE, DITCH, POND, BROADCAST_HORN, NOTICE_BOARD, FIRE_PUMP)
