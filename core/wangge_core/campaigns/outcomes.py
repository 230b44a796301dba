"""Outcomes: how far a campaign and each of its targets are, and why a target came out otherwise. No reason has a consequence."""

from enum import auto

from wangge_core.plugin.declarations.labels import Choice


class CampaignAim(Choice):
    """What stands on the list of a campaign."""

    PERSONS = auto(), "人员"
    HOMES = auto(), "住户房屋"
    ASSETS = auto(), "部件（船只、渔排等）", "Assets, such as boats"
    PLACES = auto(), "站点"
    ORGANIZATIONS = auto(), "单位"

    @property
    def column(self) -> str:
        """The column of a target that refers to such a thing."""
        return {"HOMES": "unit_id"}.get(self.value, f"{self.value.lower().removesuffix('s')}_id")


OF_PEOPLE = (CampaignAim.PERSONS, CampaignAim.HOMES)
"""What became of these goes when the term of a campaign is over."""


class CampaignState(Choice):
    """Whether a campaign takes check-ins."""

    RUNNING = auto(), "进行中"
    ENDED = auto(), "已结束"


class TargetState(Choice):
    """How far a target is. In descending order those that nobody has accounted for yet come first."""

    DONE = auto(), "已完成"
    EXCEPTION = auto(), "例外"
    OPEN = auto(), "未完成"


class ExceptionReason(Choice):
    """Why a target was accounted for without being done. Nothing follows from it for whoever it is about."""

    DECLINED = auto(), "本人谢绝"
    MOVED_AWAY = auto(), "已迁出"
    NOT_FOUND = auto(), "未找到"
    EXCUSED = auto(), "免除"


class CheckInResult(Choice):
    """What became of a check-in."""

    COUNTED = auto(), "已计入"
    CORRECTED = auto(), "例外改为完成", "Done after an exception"
    ALREADY_DONE = auto(), "此前已计入", "Counted before"
    REFUSED = auto(), "未受理"


def figure_of(state: str, reason: str | None) -> str:
    """The column of the figures in which a target is counted: by its reason, which exceptions alone have."""
    return (reason or state).lower()
