"""Why a person may need attention. Every need is set with a reason and a legal basis, and ends of itself."""

from wangge_core.plugin.declarations.kinds import NeedKind

LIVES_ALONE = NeedKind(
    "lives_alone",
    zh="独居",
    basis="The person's own statement or the family's.",
    visits="monthly",
    months=12,
)
DISABLED = NeedKind(
    "disabled",
    zh="残疾",
    basis="A certificate, with the person's separate consent; only the help that is wanted is kept.",
    visits="quarterly",
    sensitive=True,
)
HARDSHIP = NeedKind("hardship", zh="困难", basis="A decision on benefits.", visits="quarterly", months=6)
UNEMPLOYED = NeedKind("unemployed", zh="失业", basis="The person's own statement.", visits="quarterly", months=6)
SUPPORT_PLAN = NeedKind(
    "support_plan",
    zh="帮扶计划",
    basis="An agreement in writing with the person.",
    visits="quarterly",
    months=6,
)
LEFT_BEHIND_ELDER = NeedKind(
    "left_behind_elder",
    zh="留守老人",
    en="Left-behind old person",
    basis="The family's statement.",
    visits="twice a month in rural grids",
    months=12,
)
LEFT_BEHIND_CHILD = NeedKind(
    "left_behind_child",
    zh="留守儿童",
    en="Left-behind child",
    basis="The guardian's agreement, to the end of the school year at the longest.",
    visits="monthly in rural grids",
    months=12,
    sensitive=True,
    children=True,
)
IN_HOSPITAL = NeedKind("in_hospital", zh="住院", basis="The person's own statement.", months=1, sensitive=True)
NO_SMARTPHONE = NeedKind(
    "no_smartphone",
    zh="不上网",
    en="Wants to be told in person",
    basis="The person's own statement.",
    visits="talks in person",
    months=24,
)

NEED_KINDS = (
    LIVES_ALONE,
    DISABLED,
    HARDSHIP,
    UNEMPLOYED,
    SUPPORT_PLAN,
    LEFT_BEHIND_ELDER,
    LEFT_BEHIND_CHILD,
    IN_HOSPITAL,
    NO_SMARTPHONE,
)
