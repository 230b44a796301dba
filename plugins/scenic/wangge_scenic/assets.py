"""The things on scenic ground that events are about."""

from wangge_core.plugin import AssetKind
from wangge_scenic.details import RescuePost

RAILING = AssetKind("railing", zh="护栏")
STEP = AssetKind("step", zh="台阶")
SIGN = AssetKind("sign", zh="导览牌")
RESCUE_POST = AssetKind("rescue_post", zh="救援标识桩", details=RescuePost)
CABLEWAY_CAR = AssetKind("cableway_car", zh="索道车厢")
EXTINGUISHER = AssetKind("extinguisher", zh="灭火器")
FIRST_AID_KIT = AssetKind("first_aid_kit", zh="急救箱", en="First-aid kit")
LIFEBUOY = AssetKind("lifebuoy", zh="救生圈")

ASSET_KINDS = (RAILING, STEP, SIGN, RESCUE_POST, CABLEWAY_CAR, EXTINGUISHER, FIRST_AID_KIT, LIFEBUOY)
