"""The maritime duties: boats and rafts, the harbour, and the families ashore."""

from wangge_core.plugin import (
    AsItComes,
    Before,
    During,
    Duty,
    DutyWork,
    EachAsset,
    EachEvent,
    EachHousehold,
    EachPlace,
    EveryHours,
    Occasion,
    Period,
    Promptly,
    Times,
    community,
)
from wangge_maritime.assets import RAFT, VESSEL
from wangge_maritime.kinds import EVENT_KINDS
from wangge_maritime.places import ANCHORAGE, HARBOUR, STORM_SHELTER
from wangge_maritime.roles import (
    DUTY_WATCH,
    FAMILY_LIAISON,
    HARBOUR_OFFICER,
    RAFT_KEEPER,
    SKIPPER,
    VESSEL_SAFETY_OFFICER,
)

KINDS = {kind.name: kind for kind in EVENT_KINDS}
TYPHOON_SEASON = Occasion("typhoon_season", zh="台风季")
CLOSED_SEASON = Occasion("closed_season", zh="休渔期")
OCCASIONS = (TYPHOON_SEASON, CLOSED_SEASON)

BOATS = (
    Duty(
        "before_leaving",
        zh="出港前检查",
        en="Check before leaving port",
        who=(VESSEL_SAFETY_OFFICER, SKIPPER),
        does=DutyWork.INSPECTION,
        of=EachAsset(kinds=(VESSEL,)),
        every=AsItComes(),
    ),
    Duty(
        "roll_call",
        zh="每日点名",
        who=(DUTY_WATCH,),
        does=DutyWork.ROLL_CALL,
        of=EachAsset(kinds=(VESSEL,)),
        every=(Times(2, per=Period.DAY), During(community.STORM_WARNING, EveryHours(2))),
        minutes=2,
    ),
    Duty(
        "raft_inspection",
        zh="渔排检查",
        who=(community.GRID_WORKER, RAFT_KEEPER),
        does=DutyWork.INSPECTION,
        of=EachAsset(kinds=(RAFT,)),
        every=(Times(1, per=Period.WEEK), Promptly(hours=12, of=community.STORM_WARNING)),
    ),
    Duty(
        "gear_check",
        zh="救生设备检查",
        en="Life-saving gear",
        who=(VESSEL_SAFETY_OFFICER,),
        does=DutyWork.INSPECTION,
        of=EachAsset(kinds=(VESSEL,)),
        every=Times(1, per=Period.QUARTER),
        minutes=30,
    ),
    Duty(
        "closed_season_talk",
        zh="休渔告知",
        who=(FAMILY_LIAISON, VESSEL_SAFETY_OFFICER),
        does=DutyWork.TALK,
        of=EachAsset(kinds=(VESSEL,)),
        every=Before(CLOSED_SEASON, days=15),
        minutes=10,
    ),
)

HARBOURS = (
    Duty(
        "harbour_fire_round",
        zh="渔港消防巡查",
        who=(HARBOUR_OFFICER,),
        does=DutyWork.PATROL,
        of=EachPlace(kinds=(HARBOUR,)),
        every=(Times(1, per=Period.DAY), During(CLOSED_SEASON, Times(2, per=Period.DAY))),
        minutes=60,
    ),
    Duty(
        "shelter_check",
        zh="避风点检查",
        who=(HARBOUR_OFFICER,),
        does=DutyWork.INSPECTION,
        of=EachPlace(kinds=(ANCHORAGE, STORM_SHELTER, community.SHELTER)),
        every=(Before(TYPHOON_SEASON, days=30), Promptly(hours=24, of=community.STORM_WARNING)),
        minutes=30,
    ),
)

ASHORE = (
    Duty(
        "family_visit",
        zh="渔家走访",
        who=(FAMILY_LIAISON,),
        does=DutyWork.VISIT,
        of=(EachHousehold(), EachEvent(kinds=(KINDS["distress"],))),
        every=(Times(1, per=Period.QUARTER), Promptly(hours=24)),
    ),
    Duty(
        "school_check",
        zh="入学跟进",
        en="Schooling follow-up",
        who=(FAMILY_LIAISON,),
        does=DutyWork.TALK,
        of=EachEvent(kinds=(KINDS["schooling"],)),
        every=(Before(community.SCHOOL_TERM, days=30), Promptly(days=7, of=community.SCHOOL_TERM)),
    ),
)

DUTIES = (*BOATS, *HARBOURS, *ASHORE)
