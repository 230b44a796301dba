"""The words of reports, in Chinese and English, by the key under which the templates use them."""

from collections.abc import Mapping

from wangge_core.plugin.declarations.labels import Label

WORDS: Mapping[str, Label] = {
    "title": Label("网格工作月报", "Monthly report of a grid"),
    "code": Label("网格编码", "Grid code"),
    "made": Label("生成时间", "Made"),
    "counted": Label("统计截至", "Counted up to"),
    "not_counted": Label("首次统计尚未完成", "still being counted"),
    "figure": Label("指标", "Figure"),
    "this": Label("本月", "This month"),
    "before": Label("上月", "Month before"),
    "change": Label("环比", "Change"),
    "made_of": Label("分子/分母", "Of"),
    "events": Label("事件", "Events"),
    "work": Label("走访与巡查", "Visits and patrols"),
    "staffing": Label("人员配备", "Staffing"),
    "others": Label("其他指标", "Other figures"),
    "open": Label("月末未结", "Open at the end of the month"),
    "kinds": Label("按类别", "By kind"),
    "days": Label("按日", "By day"),
    "no_events": Label("本月没有事件", "No events this month"),
    "points": Label("个百分点", "points"),
    "note": Label("没有可比基数的指标以“—”表示，不作 0 计。", "A figure with nothing to be counted is shown as —, not as 0."),
    "running": Label("本月尚未结束，数字截至生成时间。", "The month is not over; figures are as of when this was made."),
}
