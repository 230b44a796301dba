"""The things on scenic ground that events are about."""

from wangge_core.plugin import AssetKind
from wangge_scenic.details import RescuePost

ASSET_KINDS = (
    AssetKind("railing", zh="护栏"),
    AssetKind("step", zh="台阶"),
    AssetKind("sign", zh="导览牌"),
    AssetKind("rescue_post", zh="救援标识桩", details=RescuePost),
    AssetKind("cableway_car", zh="索道车厢"),
    AssetKind("extinguisher", zh="灭火器"),
    AssetKind("first_aid_kit", zh="急救箱", en="First-aid kit"),
    AssetKind("lifebuoy", zh="救生圈"),
)
