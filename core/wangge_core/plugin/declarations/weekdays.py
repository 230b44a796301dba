"""The days of the week."""

from enum import auto

from wangge_core.plugin.declarations.labels import Choice


class Weekday(Choice):
    """A day of the week."""

    MONDAY = auto(), "星期一"
    TUESDAY = auto(), "星期二"
    WEDNESDAY = auto(), "星期三"
    THURSDAY = auto(), "星期四"
    FRIDAY = auto(), "星期五"
    SATURDAY = auto(), "星期六"
    SUNDAY = auto(), "星期日"
