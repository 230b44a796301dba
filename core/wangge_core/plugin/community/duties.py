"""The duties of any community, whatever its ground."""

from wangge_core.plugin.community import needs, occasions, roles
from wangge_core.plugin.declarations.duties import (
    Duty,
    DutyWork,
    EachAsked,
    EachAsset,
    EachEvent,
    EachHome,
    EachHousehold,
    EachOrganization,
    Period,
    Promptly,
    Times,
    WholeGrid,
)
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.declarations.tasks import TaskKind

DUTIES = (
    Duty(
        "confirm_facts",
        zh="信息核实",
        who=(roles.GRID_WORKER,),
        does=DutyWork.CHECK,
        of=(EachHome(), EachOrganization(), EachAsset()),
        every=Times(1, per=Period.YEAR),
        minutes=10,
    ),
    Duty(
        "check_task",
        zh="核实核查",
        en="Check on site",
        who=(roles.GRID_WORKER,),
        does=DutyWork.CHECK,
        of=EachAsked(tasks=(TaskKind.VERIFY_EXISTS, TaskKind.VERIFY_FIXED)),
        every=Promptly(minutes=30),
    ),
    Duty(
        "talk_offline",
        zh="防诈上门宣传",
        en="Talk with people who are not online",
        who=(roles.GRID_WORKER, roles.VOLUNTEER),
        does=DutyWork.TALK,
        of=EachHousehold(need=(needs.LIVES_ALONE, needs.NO_SMARTPHONE)),
        every=(Times(1, per=Period.QUARTER), Promptly(days=7, of=occasions.FRAUD_ALERT)),
    ),
    Duty(
        "reporter_follow_up",
        zh="回访",
        en="Ask the reporter",
        who=(roles.COMMUNITY_OFFICER,),
        does=DutyWork.TALK,
        of=EachEvent(closed=True, unrated=True, one_in=10),
        every=Promptly(days=7),
        minutes=5,
    ),
    Duty(
        "joint_meeting",
        zh="社区联席会议",
        en="Community joint meeting",
        who=(roles.COMMUNITY_HEAD,),
        does=DutyWork.MEETING,
        of=WholeGrid(level=Level.COMMUNITY),
        every=Times(1, per=Period.QUARTER),
        minutes=120,
    ),
)
