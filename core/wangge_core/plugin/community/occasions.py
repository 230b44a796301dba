"""What may hold over the ground of any community for a time, as its office says."""

from wangge_core.plugin.declarations.duties import Occasion

FRAUD_ALERT = Occasion("fraud_alert", zh="防诈预警期")
HEAVY_RAIN = Occasion("heavy_rain", zh="强降雨")
STORM_WARNING = Occasion("storm_warning", zh="台风大风预警")
WET_SEASON = Occasion("wet_season", zh="汛期")
DRY_SEASON = Occasion("dry_season", zh="森林防火期")
SCHOOL_TERM = Occasion("school_term", zh="学期")

OCCASIONS = (FRAUD_ALERT, HEAVY_RAIN, STORM_WARNING, WET_SEASON, DRY_SEASON, SCHOOL_TERM)
