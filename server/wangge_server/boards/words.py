"""The words of the pages, in Chinese and English."""

from collections.abc import Mapping

from wangge_core.plugin.declarations.labels import Label

WORDS: Mapping[str, Label] = {
    "title": Label("网格公示牌", "Grid notice board"),
    "code": Label("网格编码", "Grid code"),
    "staff": Label("谁负责本网格", "Who looks after this grid"),
    "role": Label("岗位", "Role"),
    "name": Label("姓名", "Name"),
    "phone": Label("办公电话", "Official telephone"),
    "instead": Label("代岗", "stands in"),
    "vacant": Label("暂缺", "vacant"),
    "nobody": Label("本网格暂无人员公示，请联系", "Nobody is shown for this grid now. Please turn to"),
    "vacancies": Label("暂缺岗位的事务请联系上级", "For vacant posts turn to the level above"),
    "beside": Label("同一区域的其他网格", "Others who serve this ground"),
    "stations": Label("服务站点", "Stations"),
    "no_stations": Label("暂无服务站点公示", "No station is shown"),
    "contact": Label("联系方式", "How to reach it"),
    "hours": Label("开放时间", "Opening hours"),
    "holidays": Label("法定节假日休息", "Closed on public holidays"),
    "today": Label("今天", "Today"),
    "open": Label("正在开放", "Open now"),
    "closed": Label("现在不开放", "Closed now"),
    "service": Label("服务事项", "Service"),
    "papers": Label("所需材料", "Papers to bring"),
    "fee": Label("费用", "Fee"),
    "free": Label("免费", "free"),
    "levels": Label("上级联系方式", "The levels above"),
    "report": Label("如何反映问题", "How to report something"),
    "report_call": Label(
        "请致电或前往上述岗位、站点，并说明网格编码。", "Call or visit one of the posts or stations above, and tell the grid code."
    ),
    "report_page": Label("也可以在网上反映", "Or report it online"),
    "scan": Label("扫码查看本页最新内容", "Scan for this page as it is now"),
    "as_of": Label("更新日期", "As of"),
    "missing": Label("没有这个网格", "There is no such grid"),
    "missing_why": Label(
        "公示牌上的编码可能已经变更。请核对编码，或向社区询问。",
        "The code on the board may have changed. Check it, or ask in the community.",
    ),
    "divided": Label("这个网格已重新划分", "This grid was divided anew"),
    "divided_why": Label("请选择现在的网格。", "Choose the grid that is there now."),
    "unavailable": Label("公示牌暂时无法显示", "The notice board cannot be shown now"),
    "unavailable_why": Label("请稍后再试。", "Please try again later."),
}
"""By the key under which the templates use them."""
