"""What a role may do. A grant is a set of these over a scope; nothing is allowed by default."""

from enum import auto

from wangge_core.plugin.declarations.labels import Choice


class Capability(Choice):
    """One thing that a post may do within its scope."""

    READ_EVENTS = auto(), "查看事件"
    REPORT_EVENTS = auto(), "上报事件"
    COMMENT_EVENTS = auto(), "备注事件"
    READ_PLACES = auto(), "查看房屋、单位、部件"
    REGISTER_PLACES = auto(), "登记房屋、单位、部件"
    READ_PEOPLE = auto(), "查看人员"
    REGISTER_PEOPLE = auto(), "登记人员"
    READ_PRIVATE = auto(), "查看个人信息"
    REVEAL_SEALED = auto(), "调阅加密信息"
    READ_NEEDS = auto(), "查看服务需求"
    REGISTER_NEEDS = auto(), "登记服务需求"
    MANAGE_GRIDS = auto(), "管理网格"
    MANAGE_POSTS = auto(), "管理账号与岗位"
    IMPORT_DATA = auto(), "批量导入"
    BREAK_GLASS = auto(), "紧急调阅"
    READ_ACCESS_LOG = auto(), "查看调阅记录"
    MANAGE_DATA = auto(), "数据管理"
    MANAGE_CALENDARS = auto(), "管理工作日历"
    RECORD_WORK = auto(), "登记走访巡查"
    READ_WORK = auto(), "查看走访巡查"
    READ_TRACKS = auto(), "查看巡查轨迹"
    MANAGE_WORK = auto(), "管理职责与专项任务"
    READ_INDICATORS = auto(), "查看指标"
    APPRAISE = auto(), "考核"
    GIVE_REWARDS = auto(), "发放积分奖励"


HELPING = frozenset({Capability.REPORT_EVENTS, Capability.RECORD_WORK})
"""A volunteer: reports, says what was done, and sees only the task in hand."""

HANDLING = HELPING | {
    Capability.READ_EVENTS,
    Capability.COMMENT_EVENTS,
    Capability.READ_PLACES,
    Capability.READ_WORK,
    Capability.READ_INDICATORS,
}
"""Somebody who handles events but keeps no register of people."""

FIELD_WORK = HANDLING | {
    Capability.REGISTER_PLACES,
    Capability.READ_PEOPLE,
    Capability.REGISTER_PEOPLE,
    Capability.READ_PRIVATE,
    Capability.REVEAL_SEALED,
    Capability.READ_NEEDS,
    Capability.REGISTER_NEEDS,
}
"""A grid worker or a community's staff: handles, visits and keeps the registers true."""

ADMINISTRATION = FIELD_WORK | {
    Capability.MANAGE_GRIDS,
    Capability.MANAGE_POSTS,
    Capability.IMPORT_DATA,
    Capability.MANAGE_CALENDARS,
    Capability.READ_TRACKS,
    Capability.MANAGE_WORK,
    Capability.APPRAISE,
    Capability.GIVE_REWARDS,
}
"""A subdistrict's or district's administrator."""

DATA_CARE = frozenset(
    {
        Capability.READ_PEOPLE,
        Capability.READ_PRIVATE,
        Capability.READ_NEEDS,
        Capability.READ_PLACES,
        Capability.READ_ACCESS_LOG,
        Capability.MANAGE_DATA,
    }
)
"""A data officer: answers residents for what is held on them, reads who read it, corrects, merges and erases."""

OVERSIGHT = frozenset({Capability.READ_EVENTS, Capability.READ_PLACES, Capability.READ_WORK, Capability.READ_INDICATORS})
"""Somebody who reads and changes nothing."""
