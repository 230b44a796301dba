"""Putting right a hazard of a vessel, a raft or a harbour that an inspection found."""

from wangge_core.plugin import (
    Assignees,
    CalendarDays,
    DueDate,
    Flag,
    Level,
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
    community,
)
from wangge_maritime.roles import HARBOUR_OFFICER, RAFT_KEEPER, SKIPPER, VESSEL_SAFETY_OFFICER

CHECKING = (VESSEL_SAFETY_OFFICER, community.GRID_WORKER)
MENDING = (SKIPPER, RAFT_KEEPER, HARBOUR_OFFICER)
OFFICER = (VESSEL_SAFETY_OFFICER,)
BEFORE, AFTER = Photo("photo_before", zh="整改前照片"), Photo("photo_after", zh="整改后照片")

RECTIFICATION = Workflow(
    "rectification",
    zh="隐患整改",
    en="Putting a hazard right",
    stages=(
        Stage("found", zh="发现", by=CHECKING, clock=WorkingDays(1), level=Level.COMMUNITY),
        Stage("ordered", zh="限期整改", en="To be mended", by=MENDING, clock=CalendarDays(7), level=Level.GRID),
        Stage(
            "rechecking",
            zh="复查",
            en="Re-check",
            by=CHECKING,
            clock=WorkingDays(2),
            level=Level.COMMUNITY,
            task=TaskKind.VERIFY_FIXED,
        ),
        Stage("mended", zh="已整改", final=True),
        Stage("handed_over", zh="移交渔政", en="Handed to the fishery office", final=True),
        Stage("unfounded", zh="不属实", final=True),
    ),
    moves=(
        # Skippers and raft keepers see what they are given and nothing else, so the order names who is to mend it.
        Move(
            "order",
            "found",
            "ordered",
            zh="限期整改",
            by=OFFICER,
            asks=(
                Text("items", zh="整改项目"),
                DueDate(),
                Flag("may_sail", zh="整改期间可否出海", en="May it sail meanwhile", optional=True),
                Assignees("responsible", zh="整改责任人", en="Who is to mend it"),
            ),
        ),
        Move(
            "mend_at_once",
            "found",
            "mended",
            zh="当场整改",
            en="Mended at once",
            by=CHECKING,
            asks=(BEFORE, AFTER),
        ),
        Move("nothing", "found", "unfounded", zh="排除", en="Nothing there", by=OFFICER, asks=(Note(),)),
        Move("done", "ordered", "rechecking", zh="整改完毕", en="Mended", by=MENDING, asks=(AFTER,)),
        Move(
            "not_good",
            "rechecking",
            "ordered",
            zh="复查不合格",
            en="Not good enough",
            by=OFFICER,
            asks=(Reason(), DueDate(zh="新的整改期限", en="New due date")),
        ),
        Move(
            "good",
            "rechecking",
            "mended",
            zh="复查合格",
            en="In order",
            by=CHECKING,
            asks=(Photo(),),
            guards=(NotWhoDid("done"),),
        ),
        Move("hand_over", ("ordered", "rechecking"), "handed_over", zh="移交", by=OFFICER, asks=(Reason(),)),
    ),
)
