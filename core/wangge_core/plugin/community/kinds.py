"""The general kinds of events: what happens on any kind of ground."""

from wangge_core.plugin.community import details, workflows
from wangge_core.plugin.declarations.kinds import ASSET, ORGANIZATION, PERSON, EventKind, Involves, Priority

DISPUTE = EventKind(
    "dispute",
    zh="矛盾纠纷",
    workflow=workflows.MEDIATION,
    details=details.Dispute,
    involves=(Involves("party", (PERSON, ORGANIZATION), zh="当事人", many=True),),
)
HAZARD = EventKind(
    "hazard",
    zh="安全隐患",
    workflow=workflows.THREE_LOOPS,
    priority=Priority.HIGH,
    details=details.Hazard,
    involves=(
        Involves("object", ASSET, zh="隐患部位", optional=True),
        Involves("owner", ORGANIZATION, zh="责任单位", optional=True),
    ),
    open_to_public=True,
    shown_to_public=True,
)
REQUEST = EventKind(
    "request",
    zh="居民诉求",
    en="Resident's request",
    workflow=workflows.THREE_LOOPS,
    details=details.Request,
    open_to_public=True,
)
OPINION = EventKind(
    "opinion",
    zh="意见建议",
    en="Opinion or proposal",
    workflow=workflows.THREE_LOOPS,
    priority=Priority.LOW,
    details=details.Opinion,
    open_to_public=True,
)
ERRAND = EventKind(
    "errand",
    zh="代办事项",
    workflow=workflows.ERRAND,
    details=details.Errand,
    involves=(Involves("beneficiary", PERSON, zh="委托人"),),
)
PRACTICAL_HELP = EventKind(
    "practical_help",
    zh="办实事",
    workflow=workflows.THREE_LOOPS,
    details=details.PracticalHelp,
    involves=(Involves("beneficiary", PERSON, zh="受助人", optional=True),),
    open_to_public=True,
)
NEWCOMER = EventKind(
    "newcomer",
    zh="新居民服务",
    workflow=workflows.NEWCOMER,
    details=details.Newcomer,
    involves=(Involves("newcomer", PERSON, zh="新居民", optional=True, many=True),),
    open_to_public=True,
)
FRAUD_WARNING = EventKind(
    "fraud_warning",
    zh="防诈预警",
    workflow=workflows.FRAUD_WARNING,
    priority=Priority.HIGH,
    details=details.FraudWarning,
    involves=(Involves("venue", ORGANIZATION, zh="涉及单位", optional=True),),
    open_to_public=True,
)
PUBLIC_ORDER = EventKind(
    "public_order",
    zh="治安秩序",
    workflow=workflows.THREE_LOOPS,
    priority=Priority.URGENT,
    details=details.PublicOrder,
    involves=(Involves("harmed", PERSON, zh="受害人", en="Person harmed", optional=True, many=True),),
    open_to_public=True,
)
SANITATION = EventKind(
    "sanitation",
    zh="环境卫生",
    workflow=workflows.THREE_LOOPS,
    details=details.Sanitation,
    involves=(Involves("object", ASSET, zh="设施", optional=True),),
    open_to_public=True,
    shown_to_public=True,
)
AIR_POLLUTION = EventKind(
    "air_pollution",
    zh="大气污染",
    workflow=workflows.THREE_LOOPS,
    priority=Priority.HIGH,
    details=details.AirPollution,
    involves=(Involves("polluter", ORGANIZATION, zh="污染单位", optional=True),),
    open_to_public=True,
    shown_to_public=True,
)
ALERT = EventKind(
    "alert",
    zh="预警待核实",
    en="Alert to be checked",
    workflow=workflows.ALERT,
    priority=Priority.HIGH,
    details=details.Alert,
    involves=(Involves("object", ASSET, zh="涉及部件", optional=True),),
)
SERVICE_COMPLAINT = EventKind(
    "service_complaint",
    zh="对服务的投诉",
    en="Complaint about the service",
    workflow=workflows.SERVICE_COMPLAINT,
    details=details.ServiceComplaint,
    hidden_from_grid=True,
    open_to_public=True,
)
CORRECTION = EventKind(
    "correction",
    zh="个人信息更正",
    en="Correction of personal data",
    workflow=workflows.CORRECTION,
    details=details.Correction,
    involves=(Involves("subject", PERSON, zh="本人"),),
)
PROJECT = EventKind(
    "project",
    zh="民生项目",
    en="Neighbourhood project",
    workflow=workflows.PROJECT,
    details=details.Project,
    involves=(Involves("contractor", ORGANIZATION, zh="施工单位", optional=True),),
    open_to_public=True,
    shown_to_public=True,
)

EVENT_KINDS = (
    DISPUTE,
    HAZARD,
    REQUEST,
    OPINION,
    ERRAND,
    PRACTICAL_HELP,
    NEWCOMER,
    FRAUD_WARNING,
    PUBLIC_ORDER,
    SANITATION,
    AIR_POLLUTION,
    ALERT,
    SERVICE_COMPLAINT,
    CORRECTION,
    PROJECT,
)
