"""Livelihood help: schooling, benefits, insurance, income in the closed season. For a child the guardian must agree."""

from wangge_core.plugin import (
    REPORTER,
    SYSTEM,
    CalendarDays,
    Flag,
    Level,
    Move,
    Note,
    Offices,
    PartsDone,
    Rating,
    Reason,
    Referral,
    Stage,
    Text,
    Workflow,
    WorkingDays,
    community,
)
from wangge_maritime.roles import FAMILY_LIAISON

LIAISON = (FAMILY_LIAISON,)
OFFICE = (community.DEPARTMENT_SPECIALIST,)

LIVELIHOOD = Workflow(
    "livelihood",
    zh="渔民生计帮扶",
    en="Livelihood help",
    stages=(
        Stage("asked", zh="提出", by=(FAMILY_LIAISON, community.GRID_WORKER), clock=WorkingDays(2), level=Level.COMMUNITY),
        Stage(
            "checklist",
            zh="部门联办",
            en="Offices at work",
            by=(*LIAISON, *OFFICE),
            clock=WorkingDays(15),
            level=Level.DISTRICT,
        ),
        Stage("follow_up", zh="回访", en="Follow-up", by=LIAISON, clock=CalendarDays(90), level=Level.COMMUNITY),
        Stage("helped", zh="已解决", final=True),
        Stage("not_possible", zh="无法解决", final=True),
        Stage("declined", zh="不需要", en="Not wanted", final=True),
    ),
    moves=(
        Move(
            "start",
            "asked",
            "checklist",
            zh="联办",
            by=(FAMILY_LIAISON, community.GRID_WORKER),
            asks=(
                Text("help", zh="帮扶内容"),
                Offices(each_a_part=True),
                Flag(
                    "guardian_agrees",
                    zh="监护人是否同意（涉及儿童时）",
                    en="The guardian agrees (for a child)",
                    optional=True,
                    must_be_yes=True,
                ),
            ),
        ),
        Move("decline", ("asked", "checklist"), "declined", zh="不需要", en="Not wanted", by=(REPORTER, FAMILY_LIAISON)),
        Move("more", "checklist", "asked", zh="补充材料", en="Something is missing", by=OFFICE, asks=(Reason(),)),
        Move(
            "done",
            "checklist",
            "follow_up",
            zh="办妥",
            by=(*LIAISON, *OFFICE),
            asks=(Note(),),
            guards=(PartsDone(or_lead=True),),
        ),
        Move("cannot", "checklist", "not_possible", zh="无法解决", en="Not possible", by=OFFICE, asks=(Reason(), Referral())),
        Move(
            "again",
            "follow_up",
            "checklist",
            zh="问题反复",
            en="It came back",
            by=(FAMILY_LIAISON, REPORTER),
            asks=(Reason(),),
        ),
        Move("close", "follow_up", "helped", zh="办结", by=(FAMILY_LIAISON, SYSTEM), asks=(Rating(optional=True),)),
    ),
)
