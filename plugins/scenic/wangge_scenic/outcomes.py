"""The options that moves of the scenic workflows choose from."""

from enum import auto

from wangge_core.plugin import Choice


class RescueOutcome(Choice):
    """How a rescue ended for those rescued."""

    WELL = auto(), "平安无碍"
    TREATED_ON_THE_SPOT = auto(), "现场处置"
    TAKEN_TO_HOSPITAL = auto(), "已送医"
    FIRE_OUT = auto(), "火情扑灭"
    DIED = auto(), "身故"
    OTHER = auto(), "其他"


class SafetyMeasure(Choice):
    """How a place was made safe until it is mended."""

    PATH_CLOSED = auto(), "封闭通道"
    ROPED_OFF = auto(), "拉设警戒"
    SIGN = auto(), "设警示牌"
    GUARD = auto(), "专人值守"
    OTHER = auto(), "其他"


class ComplaintOutcome(Choice):
    """How a visitor's complaint was settled."""

    REFUND = auto(), "退款赔偿"
    REPLACED = auto(), "更换或重做"
    APOLOGY = auto(), "赔礼道歉"
    PENALTY = auto(), "依法处罚"
    EXPLAINED = auto(), "解释说明"
    UNFOUNDED = auto(), "投诉不成立"
