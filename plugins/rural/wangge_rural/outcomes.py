"""The options that moves of the rural workflows choose from."""

from enum import auto

from wangge_core.plugin import Choice


class VillageOutcome(Choice):
    """What came of a village matter."""

    SETTLED = auto(), "已解决"
    PLANNED = auto(), "列入计划"
    PARTLY = auto(), "部分解决"
    EXPLAINED = auto(), "解释说明"
    NOT_POSSIBLE = auto(), "暂不能解决"


class HowTold(Choice):
    """How the villagers were told."""

    AT_HOME = auto(), "入户告知"
    BOARD = auto(), "公示栏"
    BROADCAST = auto(), "广播"
    MEETING = auto(), "会议"


class HazardMeasure(Choice):
    """What keeps people safe from a hazard for now."""

    CORDON = auto(), "拉设警戒"
    WARNING = auto(), "警示告知"
    PEOPLE_MOVED = auto(), "人员转移"
    WATCH = auto(), "专人盯守"
    OTHER = auto(), "其他"
