"""The roles of rural grids, of the village and of the township's works."""

from wangge_core.plugin import HANDLING, HELPING, Level, Role, community

# In the natural village or group

GROUP_LEADER = Role(
    "group_leader",
    zh="村民小组长",
    en="Villagers' group leader",
    level=Level.GRID,
    duty="Speaks for one natural village or group; brings its matters to the committee.",
    may=HANDLING,
    acts_as=(community.GRID_WORKER,),
)
TEN_HOUSEHOLD_HEAD = Role(
    "ten_household_head",
    zh="十户长",
    en="Ten-household head",
    level=Level.GRID,
    duty="Calls on about ten neighbouring households; passes notices and calls for help. Keeps no record on the neighbours.",
    may=HELPING,
)
HAZARD_WATCHER = Role(
    "hazard_watcher",
    zh="灾害监测员",
    level=Level.GRID,
    duty="Watches a slope, stream or reservoir and gives the alarm.",
    may=HELPING,
)
FOREST_RANGER = Role(
    "forest_ranger",
    zh="护林员",
    level=Level.GRID,
    duty="Patrols woodland and keeps fire out in the dry season.",
    may=HELPING,
)
CARE_PARTNER = Role(
    "care_partner",
    zh="关爱结对人",
    level=Level.GRID,
    duty="Looks in on a left-behind old person or, with the guardian's agreement, a child.",
    may=HELPING,
)

# In the village

POSTED_OFFICIAL = Role(
    "posted_official",
    zh="驻村干部",
    en="Official posted to the village",
    level=Level.COMMUNITY,
    duty="Township official posted to the village who opens doors upward.",
    may=HANDLING,
    shown_to_public=True,
)
VILLAGE_SAFETY_OFFICER = Role(
    "village_safety_officer",
    zh="村安全员",
    level=Level.COMMUNITY,
    duty="Fire, roads, water, electricity: inspects and has hazards mended.",
    may=HANDLING,
    acts_as=(community.PUBLIC_ORDER_OFFICER, HAZARD_WATCHER),
)
AFFAIRS_OVERSEER = Role(
    "affairs_overseer",
    zh="村务监督委员会成员",
    en="Village-affairs overseer",
    level=Level.COMMUNITY,
    duty="Sees that money and works are in order; signs the acceptance and the public notice.",
    may=HANDLING,
)

# In the township

WORKS_OFFICER = Role(
    "works_officer",
    zh="乡镇项目专干",
    en="Township works officer",
    level=Level.SUBDISTRICT,
    duty="Surveys, costs and follows small works.",
    may=HANDLING,
    acts_as=(community.DEPARTMENT_SPECIALIST,),
)

ROLES = (
    GROUP_LEADER,
    TEN_HOUSEHOLD_HEAD,
    HAZARD_WATCHER,
    FOREST_RANGER,
    CARE_PARTNER,
    POSTED_OFFICIAL,
    VILLAGE_SAFETY_OFFICER,
    AFFAIRS_OVERSEER,
    WORKS_OFFICER,
)
