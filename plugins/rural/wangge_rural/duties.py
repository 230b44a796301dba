"""The rural duties: who was left behind and everybody else, what slides and floods and burns, and the matters of the village."""

from wangge_core.plugin import (
    Before,
    During,
    Duty,
    DutyWork,
    EachAsset,
    EachHousehold,
    EachPerson,
    EachPlace,
    EveryHours,
    Level,
    Occasion,
    Period,
    Promptly,
    Times,
    WholeGrid,
    community,
)
from wangge_rural.assets import DITCH, POND
from wangge_rural.places import HAZARD_POINT, NATURAL_VILLAGE, SHELTER
from wangge_rural.roles import (
    AFFAIRS_OVERSEER,
    CARE_PARTNER,
    FOREST_RANGER,
    HAZARD_WATCHER,
    TEN_HOUSEHOLD_HEAD,
    VILLAGE_SAFETY_OFFICER,
)

GRAVE_SWEEPING = Occasion("grave_sweeping", zh="祭扫日", en="Grave-sweeping days")
OCCASIONS = (GRAVE_SWEEPING,)

VISITS = (
    Duty(
        "visit_elder",
        zh="留守老人走访",
        en="Visit: left-behind old person",
        who=(community.GRID_WORKER, CARE_PARTNER),
        does=DutyWork.VISIT,
        of=EachPerson(need=(community.LEFT_BEHIND_ELDER,), not_also=(community.LIVES_ALONE,)),
        every=Times(2, per=Period.MONTH),
    ),
    Duty(
        "visit_elder_alone",
        zh="独居留守老人走访",
        en="Visit: left-behind old person living alone",
        who=(community.GRID_WORKER, CARE_PARTNER),
        does=DutyWork.VISIT,
        of=EachPerson(need=(community.LEFT_BEHIND_ELDER,), also=(community.LIVES_ALONE,)),
        every=Times(1, per=Period.WEEK),
    ),
    Duty(
        "visit_child",
        zh="留守儿童走访",
        en="Visit: left-behind child",
        who=(CARE_PARTNER, community.GRID_WORKER),
        does=DutyWork.VISIT,
        of=EachPerson(need=(community.LEFT_BEHIND_CHILD,)),
        every=(Times(1, per=Period.MONTH), Promptly(days=7, of=community.SCHOOL_TERM)),
    ),
    Duty(
        "visit_ordinary",
        zh="普通农户走访",
        en="Visit: ordinary household",
        who=(community.GRID_WORKER,),
        does=DutyWork.VISIT,
        of=EachHousehold(),
        every=Times(1, per=Period.YEAR),
        minutes=15,
    ),
    Duty(
        "visit_hardship",
        zh="困难农户走访",
        en="Visit: hardship",
        who=(community.GRID_WORKER,),
        does=DutyWork.VISIT,
        of=EachPerson(need=(community.HARDSHIP, community.DISABLED)),
        every=Times(1, per=Period.QUARTER),
    ),
    Duty(
        "ten_household_call",
        zh="十户联络",
        en="Call round the ten households",
        who=(TEN_HOUSEHOLD_HEAD,),
        does=DutyWork.TALK,
        of=EachHousehold(),
        every=(Times(1, per=Period.MONTH), Promptly(hours=2, of=community.STORM_WARNING)),
        minutes=5,
    ),
)

GROUND = (
    Duty(
        "hazard_point",
        zh="隐患点巡查",
        who=(HAZARD_WATCHER,),
        does=DutyWork.PATROL,
        of=EachPlace(kinds=(HAZARD_POINT,)),
        every=(
            Times(1, per=Period.WEEK),
            During(community.WET_SEASON, Times(1, per=Period.DAY)),
            During(community.HEAVY_RAIN, EveryHours(4)),
            During(community.STORM_WARNING, EveryHours(4)),
        ),
        minutes=30,
    ),
    Duty(
        "flood_preparation",
        zh="汛前检查",
        en="Check before the wet season",
        who=(VILLAGE_SAFETY_OFFICER,),
        does=DutyWork.INSPECTION,
        of=(EachAsset(kinds=(DITCH, POND)), EachPlace(kinds=(SHELTER, community.SHELTER))),
        every=Before(community.WET_SEASON, days=30),
    ),
    Duty(
        "fire_patrol",
        zh="防火巡查",
        who=(FOREST_RANGER,),
        does=DutyWork.PATROL,
        of=WholeGrid(),
        every=(
            Times(1, per=Period.WEEK),
            During(community.DRY_SEASON, Times(1, per=Period.DAY)),
            During(GRAVE_SWEEPING, Times(1, per=Period.DAY)),
        ),
        minutes=120,
    ),
    Duty(
        "road_round",
        zh="村道巡查",
        who=(VILLAGE_SAFETY_OFFICER, community.GRID_WORKER),
        does=DutyWork.PATROL,
        of=WholeGrid(),
        every=(Times(1, per=Period.MONTH), Promptly(hours=24, of=community.HEAVY_RAIN)),
        minutes=60,
    ),
)

VILLAGE = (
    Duty(
        "village_notice",
        zh="村务公示检查",
        en="Public-notice check",
        who=(AFFAIRS_OVERSEER,),
        does=DutyWork.CHECK,
        of=EachPlace(kinds=(community.NOTICE_BOARD,)),
        every=Times(1, per=Period.MONTH),
        minutes=10,
    ),
    Duty(
        "village_evening",
        zh="村民议事",
        en="Villagers' evening",
        who=(community.COMMUNITY_HEAD,),
        does=DutyWork.MEETING,
        of=(EachPlace(kinds=(NATURAL_VILLAGE,)), WholeGrid(level=Level.COMMUNITY)),
        every=Times(1, per=Period.QUARTER),
        minutes=120,
    ),
)

DUTIES = (*VISITS, *GROUND, *VILLAGE)
