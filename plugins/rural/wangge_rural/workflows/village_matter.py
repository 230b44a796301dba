"""Village matters: village, township, county; the answer comes back the same way and is told at home or on the village board."""

from wangge_core.plugin import (
    REPORTER,
    SYSTEM,
    CalendarDays,
    ClosingParts,
    Date,
    Integer,
    Level,
    Move,
    Note,
    NotStraightAfter,
    Offices,
    Once,
    Option,
    Rating,
    Reason,
    Referral,
    Stage,
    Text,
    Within,
    Workflow,
    WorkingDays,
    community,
)
from wangge_rural.outcomes import HowTold, VillageOutcome
from wangge_rural.roles import GROUP_LEADER, POSTED_OFFICIAL

VILLAGE = (community.COMMUNITY_HEAD,)
TOWNSHIP = (community.SUBDISTRICT_ADMINISTRATOR,)
COUNTY = (community.DEPARTMENT_SPECIALIST, community.DISTRICT_ADMINISTRATOR)
GROUP = (community.GRID_WORKER, GROUP_LEADER)

STAGES = (
    Stage("raised", zh="组内提出", en="Raised in the group", by=GROUP, clock=CalendarDays(3), level=Level.GRID),
    Stage("at_village", zh="村级办理", en="With the village", by=VILLAGE, clock=WorkingDays(5), level=Level.COMMUNITY),
    Stage(
        "village_meeting",
        zh="村民议事",
        en="Villagers' meeting",
        by=VILLAGE,
        clock=CalendarDays(15),
        level=Level.COMMUNITY,
    ),
    Stage(
        "at_township",
        zh="乡镇办理",
        en="With the township",
        by=TOWNSHIP,
        clock=WorkingDays(10),
        level=Level.SUBDISTRICT,
    ),
    Stage("at_county", zh="县级办理", en="With the county", by=COUNTY, clock=WorkingDays(20), level=Level.DISTRICT),
    Stage(
        "answering",
        zh="逐级答复",
        en="Answer on its way down",
        by=(community.COMMUNITY_HEAD, POSTED_OFFICIAL),
        clock=WorkingDays(3),
        level=Level.COMMUNITY,
    ),
    Stage("told", zh="告知回访", en="Told, follow-up open", by=GROUP, clock=CalendarDays(7), level=Level.GRID),
    Stage("closed", zh="已办结", final=True),
    Stage("not_accepted", zh="不予受理", final=True),
)

IN_THE_VILLAGE = (
    Move("take_to_village", "raised", "at_village", zh="报村", en="Take to the village", by=GROUP, asks=(Note(),)),
    Move("settle_in_group", "raised", "told", zh="组内解决", en="Settle in the group", by=GROUP, asks=(Note(),)),
    Move(
        "call_meeting",
        "at_village",
        "village_meeting",
        zh="召开议事",
        en="Call a meeting",
        by=VILLAGE,
        asks=(Date("meeting_on", zh="议事日期"), Text("question", zh="议题")),
    ),
    Move(
        "resolve",
        "village_meeting",
        "answering",
        zh="议定",
        by=VILLAGE,
        asks=(
            Text("resolution", zh="决议内容"),
            Integer("present", zh="到会人数"),
            Integer("votes_for", zh="赞成人数"),
            Integer("votes_against", zh="反对人数"),
        ),
    ),
)

UP_AND_DOWN = (
    # What the township returned unchanged is not raised again as it was; a meeting may make something new of it.
    Move(
        "back_to_village",
        ("village_meeting", "at_township"),
        "at_village",
        zh="退回村级",
        en="Back to the village",
        by=(community.COMMUNITY_HEAD, community.SUBDISTRICT_ADMINISTRATOR),
        asks=(Reason(),),
    ),
    Move(
        "raise_to_township",
        ("at_village", "village_meeting"),
        "at_township",
        zh="报乡镇",
        en="Raise to the township",
        by=(community.COMMUNITY_HEAD, POSTED_OFFICIAL),
        asks=(Note(),),
        guards=(NotStraightAfter("back_to_village"),),
    ),
    Move(
        "raise_to_county",
        "at_township",
        "at_county",
        zh="报县级",
        en="Raise to the county",
        by=TOWNSHIP,
        asks=(Note(), Offices()),
        guards=(NotStraightAfter("back_to_township"),),
    ),
    Move("back_to_township", "at_county", "at_township", zh="退回乡镇", en="Back to the township", by=COUNTY, asks=(Reason(),)),
)

ANSWERING = (
    Move(
        "answer",
        ("at_village", "at_township", "at_county"),
        "answering",
        zh="答复",
        by=(*VILLAGE, *TOWNSHIP, *COUNTY),
        asks=(Note(), Option("outcome", of=VillageOutcome, zh="办理结果")),
    ),
    Move(
        "decline",
        ("at_village", "at_township"),
        "not_accepted",
        zh="不予受理",
        by=(*VILLAGE, *TOWNSHIP),
        asks=(Reason(), Referral()),
    ),
    Move(
        "tell",
        "answering",
        "told",
        zh="告知村民",
        en="Tell the villagers",
        by=(community.COMMUNITY_HEAD, POSTED_OFFICIAL, community.GRID_WORKER),
        asks=(Option("how_told", of=HowTold, zh="告知方式"),),
    ),
    Move("close", "told", "closed", zh="办结", by=(*GROUP, SYSTEM), asks=(Rating(optional=True),)),
    Move(
        "object",
        "told",
        "at_township",
        zh="不满意",
        en="Not satisfied",
        by=(REPORTER, GROUP_LEADER),
        asks=(Reason(),),
        guards=(Once(), Within(days=15)),
    ),
)

VILLAGE_MATTER = Workflow(
    "village_matter",
    zh="村级事务上报",
    en="Village matter",
    stages=STAGES,
    moves=(*IN_THE_VILLAGE, *UP_AND_DOWN, *ANSWERING),
    closing_parts=ClosingParts.SETTLE,
)
