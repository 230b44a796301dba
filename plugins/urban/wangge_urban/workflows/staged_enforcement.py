"""Enforcement in steps, for illegal building and the like: each step has its own limit, and the person concerned is heard."""

from wangge_core.plugin import (
    Flag,
    Level,
    Location,
    Move,
    Note,
    NotWhoDid,
    Photo,
    Reason,
    Stage,
    TaskKind,
    Text,
    Workflow,
    WorkingDays,
    WorkingHours,
    community,
)
from wangge_urban.roles import CITY_MANAGEMENT_OFFICER

OFFICE = (community.DEPARTMENT_SPECIALIST,)
AFTER = Photo("photo_after", zh="处置后照片")

STAGED_ENFORCEMENT = Workflow(
    "staged_enforcement",
    zh="分步处置",
    en="Enforcement in steps",
    stages=(
        Stage(
            "found",
            zh="发现",
            by=(CITY_MANAGEMENT_OFFICER, community.DEPARTMENT_SPECIALIST),
            clock=WorkingHours(4),
            level=Level.GRID,
        ),
        Stage("ordered_to_stop", zh="责令停止", by=OFFICE, clock=WorkingDays(7), level=Level.DISTRICT),
        # A review or a court takes its own time: the decision is deferred meanwhile, and its clock waits.
        Stage("decided", zh="处罚决定", by=OFFICE, clock=WorkingDays(15), level=Level.DISTRICT),
        Stage(
            "verify_fixed",
            zh="核查",
            en="Check on site",
            by=(community.GRID_WORKER,),
            clock=WorkingDays(1),
            task=TaskKind.VERIFY_FIXED,
        ),
        Stage("closed", zh="已结案", final=True),
        Stage("unfounded", zh="不成立", final=True),
    ),
    moves=(
        Move(
            "order",
            "found",
            "ordered_to_stop",
            zh="责令停止",
            en="Order to stop",
            by=(community.DEPARTMENT_SPECIALIST, CITY_MANAGEMENT_OFFICER),
            asks=(Note(), Photo("photo_before", zh="处置前照片")),
        ),
        Move(
            "lawful",
            ("found", "ordered_to_stop"),
            "unfounded",
            zh="不成立",
            en="Lawful after all",
            by=OFFICE,
            asks=(Reason(),),
        ),
        Move(
            "put_right",
            "ordered_to_stop",
            "verify_fixed",
            zh="自行改正",
            en="Put right by the owner",
            by=OFFICE,
            asks=(AFTER,),
        ),
        Move(
            "decide",
            "ordered_to_stop",
            "decided",
            zh="作出决定",
            by=OFFICE,
            asks=(
                Text("decision", zh="处罚决定内容"),
                Flag("hearing_offered", zh="是否已告知陈述申辩和听证权利", en="Hearing offered", must_be_yes=True),
            ),
        ),
        Move("carried_out", "decided", "verify_fixed", zh="执行完毕", by=OFFICE, asks=(AFTER,)),
        Move(
            "rework",
            "verify_fixed",
            "ordered_to_stop",
            zh="返工",
            en="Not put right",
            by=(community.GRID_WORKER,),
            asks=(Reason(), Photo()),
        ),
        Move(
            "close",
            "verify_fixed",
            "closed",
            zh="结案",
            by=(community.GRID_WORKER, community.DEPARTMENT_SPECIALIST),
            asks=(Photo(), Location()),
            guards=(NotWhoDid("put_right", "carried_out"),),
        ),
    ),
)
