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
    MANAGE_GRIDS = auto(), "管理网格"
    MANAGE_POSTS = auto(), "管理账号与岗位"
    IMPORT_DATA = auto(), "批量导入"


HELPING = frozenset({Capability.REPORT_EVENTS})
"""A volunteer: reports, and sees only the task in hand."""

HANDLING = HELPING | {Capability.READ_EVENTS, Capability.COMMENT_EVENTS, Capability.READ_PLACES}
"""Somebody who handles events but keeps no register of people."""

FIELD_WORK = HANDLING | {Capability.REGISTER_PLACES, Capability.READ_PEOPLE, Capability.REGISTER_PEOPLE}
"""A grid worker or a community's staff: handles, visits and keeps the registers true."""

ADMINISTRATION = FIELD_WORK | {Capability.MANAGE_GRIDS, Capability.MANAGE_POSTS, Capability.IMPORT_DATA}
"""A subdistrict's or district's administrator."""

OVERSIGHT = frozenset({Capability.READ_EVENTS, Capability.READ_PLACES})
"""Somebody who reads and changes nothing."""
