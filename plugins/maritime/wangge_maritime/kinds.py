"""The maritime kinds of events."""

from wangge_core.plugin import ASSET, ORGANIZATION, PERSON, EventKind, Involves, Priority, community

from wangge_maritime import details
from wangge_maritime.workflows import DISTRESS

EVENT_KINDS = (
    EventKind(
        "distress",
        zh="海上遇险",
        en="Distress at sea",
        workflow=DISTRESS,
        priority=Priority.URGENT,
        details=details.Distress,
        involves=(
            Involves("vessel", ASSET, zh="遇险船", optional=True),
            Involves("casualty", PERSON, zh="遇险人员", optional=True, many=True),
        ),
    ),
    EventKind(
        "medical_at_sea",
        zh="海上急病",
        en="Illness or injury at sea",
        workflow=DISTRESS,
        priority=Priority.URGENT,
        details=details.MedicalAtSea,
        involves=(
            Involves("vessel", ASSET, zh="所在船"),
            Involves("casualty", PERSON, zh="伤病员", optional=True, many=True),
        ),
    ),
    EventKind(
        "vessel_overdue",
        zh="逾期失联",
        workflow=community.THREE_LOOPS,
        priority=Priority.URGENT,
        details=details.VesselOverdue,
        involves=(Involves("vessel", ASSET, zh="失联船"),),
    ),
    EventKind(
        "storm_recall",
        zh="防台召回",
        en="Recall before a storm",
        workflow=community.THREE_LOOPS,
        priority=Priority.URGENT,
        details=details.StormRecall,
    ),
    EventKind(
        "vessel_safety",
        zh="渔船安全隐患",
        en="Vessel hazard",
        workflow=community.THREE_LOOPS,
        priority=Priority.HIGH,
        details=details.VesselSafety,
        involves=(Involves("vessel", ASSET, zh="渔船"),),
    ),
    EventKind(
        "raft_safety",
        zh="渔排安全隐患",
        en="Raft hazard",
        workflow=community.THREE_LOOPS,
        priority=Priority.HIGH,
        details=details.RaftSafety,
        involves=(Involves("raft", ASSET, zh="渔排"),),
    ),
    EventKind(
        "harbour_safety",
        zh="渔港安全隐患",
        en="Harbour hazard",
        workflow=community.THREE_LOOPS,
        priority=Priority.HIGH,
        details=details.HarbourSafety,
    ),
    EventKind(
        "anchorage_blocked",
        zh="航道锚地占用",
        en="Fairway or anchorage blocked",
        workflow=community.THREE_LOOPS,
        priority=Priority.HIGH,
        details=details.AnchorageBlocked,
        involves=(Involves("object", ASSET, zh="占用船排", optional=True),),
    ),
    EventKind(
        "gear_dispute",
        zh="网具碰撞纠纷",
        en="Dispute over gear or collision",
        workflow=community.THREE_LOOPS,
        details=details.GearDispute,
        involves=(
            Involves("vessel", ASSET, zh="涉事船", many=True),
            Involves("party", (PERSON, ORGANIZATION), zh="当事人", many=True),
        ),
    ),
    EventKind(
        "crew_wages",
        zh="船员工资纠纷",
        en="Crew's wages",
        workflow=community.THREE_LOOPS,
        details=details.CrewWages,
        involves=(
            Involves("vessel", ASSET, zh="渔船", optional=True),
            Involves("party", (PERSON, ORGANIZATION), zh="当事人", many=True),
        ),
    ),
    EventKind(
        "sea_pollution",
        zh="海洋污染",
        en="Pollution at sea",
        workflow=community.THREE_LOOPS,
        priority=Priority.HIGH,
        details=details.SeaPollution,
    ),
    EventKind(
        "closed_season",
        zh="休渔期情况",
        workflow=community.THREE_LOOPS,
        details=details.ClosedSeason,
        involves=(Involves("vessel", ASSET, zh="渔船", optional=True),),
    ),
    EventKind(
        "livelihood",
        zh="渔民生计帮扶",
        en="Livelihood help",
        workflow=community.THREE_LOOPS,
        details=details.Livelihood,
        involves=(Involves("beneficiary", PERSON, zh="受助人", many=True),),
    ),
    EventKind(
        "schooling",
        zh="子女就学",
        en="Children's schooling",
        workflow=community.THREE_LOOPS,
        details=details.Schooling,
        involves=(Involves("guardian", PERSON, zh="监护人"),),
    ),
)
