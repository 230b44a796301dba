"""The things on rural ground that events are about."""

from wangge_core.plugin import AssetKind

ASSET_KINDS = (
    AssetKind("village_lamp", zh="路灯"),
    AssetKind("well", zh="水井"),
    AssetKind("water_pipe", zh="供水管"),
    AssetKind("bridge", zh="桥"),
    AssetKind("ditch", zh="沟渠"),
    AssetKind("pond", zh="水塘"),
    AssetKind("broadcast_horn", zh="广播"),
    AssetKind("notice_board", zh="公示栏"),
    AssetKind("fire_pump", zh="消防泵"),
)
