"""The roles that every kind of grid can use, from the grid worker to the district's command centre."""

from wangge_core.plugin.declarations.capabilities import (
    ADMINISTRATION,
    DATA_CARE,
    FIELD_WORK,
    HANDLING,
    HELPING,
    OVERSIGHT,
    Capability,
)
from wangge_core.plugin.declarations.roles import Level, Role

# In the grid

GRID_WORKER = Role(
    "grid_worker",
    zh="网格员",
    level=Level.GRID,
    duty="Walks the grid daily, visits, keeps its facts true, reports, settles small matters and checks on site.",
    may=FIELD_WORK,
    shown_to_public=True,
)
GRID_CHIEF = Role(
    "grid_chief",
    zh="网格长",
    level=Level.GRID,
    duty="Answers for the grid: leads its team, mediates first, decides what goes up a level.",
    may=FIELD_WORK,
    acts_as=(GRID_WORKER,),
    shown_to_public=True,
)
ADVISER = Role(
    "adviser",
    zh="网格指导员",
    en="Grid adviser",
    level=Level.GRID,
    duty="Guides the team, reads its ledger and gives it a hand with what lies beyond it.",
    may=HANDLING,
    shown_to_public=True,
)
INFORMATION_OFFICER = Role(
    "information_officer",
    zh="网格信息员",
    level=Level.GRID,
    duty="Runs the grid workers' day: pushes notices, hands out tasks, chases up what is late. Not a collector of tip-offs.",
    may=FIELD_WORK,
)
PUBLIC_ORDER_OFFICER = Role(
    "public_order_officer",
    zh="网格治安员",
    en="Public-order officer",
    level=Level.GRID,
    duty="Leads order patrols, is first at a quarrel and calls the police; has no police power.",
    may=HANDLING,
)
BUILDING_HEAD = Role(
    "building_head",
    zh="楼院长",
    level=Level.GRID,
    duty="Speaks for one building or courtyard; the first address for its residents.",
    may=HELPING,
)
MEDIATOR = Role(
    "mediator",
    zh="人民调解员",
    en="People's mediator",
    level=Level.GRID,
    duty="Mediates disputes with both parties' agreement and records the outcome.",
    may=HANDLING,
    shown_to_public=True,
)
VOLUNTEER = Role(
    "volunteer",
    zh="志愿者",
    level=Level.GRID,
    duty="Helps on patrols, visits and campaigns; sees only the task in hand.",
    may=HELPING,
)

# In the community or village

COMMUNITY_HEAD = Role(
    "community_head",
    zh="社区（村）负责人",
    en="Community or village head",
    level=Level.COMMUNITY,
    duty="Answers for the first loop: accepts, settles, raises, and answers residents.",
    may=FIELD_WORK | {Capability.GIVE_REWARDS},
    shown_to_public=True,
)
COMMUNITY_OFFICER = Role(
    "community_officer",
    zh="社区干事",
    level=Level.COMMUNITY,
    duty="Keeps the counter: errands, registers, notices.",
    may=FIELD_WORK,
    acts_as=(INFORMATION_OFFICER,),
    shown_to_public=True,
)
COMMITTEE_STAFF = Role(
    "committee_staff",
    zh="村(居)委工作人员",
    level=Level.COMMUNITY,
    duty="Works for the residents' or village committee; joins joint teams.",
    may=FIELD_WORK,
    acts_as=(COMMUNITY_OFFICER, INFORMATION_OFFICER),
)
PUBLIC_ORDER_COORDINATOR = Role(
    "public_order_coordinator",
    zh="基层综治员",
    en="Public-order coordinator",
    level=Level.COMMUNITY,
    duty="Brings the forces of a place together for order and mediation.",
    may=HANDLING,
    acts_as=(MEDIATOR,),
)
COMMUNITY_POLICE_OFFICER = Role(
    "community_police_officer",
    zh="社区民警",
    level=Level.COMMUNITY,
    duty="Holds the police grid over several grids; leads the joint team of an old town.",
    may=HANDLING,
    acts_as=(PUBLIC_ORDER_OFFICER,),
    shown_to_public=True,
)

# In the subdistrict or township

SUBDISTRICT_ADMINISTRATOR = Role(
    "subdistrict_administrator",
    zh="街道（乡镇）网格管理员",
    level=Level.SUBDISTRICT,
    duty="Runs the second loop; takes direct reports; hands down and checks.",
    may=ADMINISTRATION,
)
DUTY_OFFICER = Role(
    "duty_officer",
    zh="值班员",
    level=Level.SUBDISTRICT,
    duty="Keeps the desk of the shift: calls, alerts, the first steps of an emergency.",
    may=HANDLING | {Capability.BREAK_GLASS},
    shown_to_public=True,
)

# In the district or county

DISTRICT_ADMINISTRATOR = Role(
    "district_administrator",
    zh="区（县）网格管理员",
    level=Level.DISTRICT,
    duty="Runs the third loop; decides whose matter it is when offices differ.",
    may=ADMINISTRATION,
)
INTAKE_OFFICER = Role(
    "intake_officer",
    zh="受理员",
    level=Level.DISTRICT,
    duty="Accepts or declines what comes in; asks for a check on site.",
    may=HANDLING,
)
SHIFT_LEAD = Role(
    "shift_lead",
    zh="值班长",
    level=Level.DISTRICT,
    duty="Files or refuses to file, closes and scores, stands behind the shift.",
    may=HANDLING | {Capability.BREAK_GLASS},
)
DISPATCHER = Role(
    "dispatcher",
    zh="派遣员",
    level=Level.DISTRICT,
    duty="Sends a filed case to the right office or offices and reads their answer.",
    may=HANDLING,
)
DEPARTMENT_SPECIALIST = Role(
    "department_specialist",
    zh="业务专干",
    level=Level.DISTRICT,
    duty="Handles for one office what workers report, straight or through the desk.",
    may=HANDLING,
    in_office=True,
)
VIDEO_PATROLLER = Role(
    "video_patroller",
    zh="视频巡查员",
    level=Level.DISTRICT,
    duty="Looks through public cameras for things, never for persons; hands findings to an office.",
    may=HANDLING,
)
APPRAISER = Role(
    "appraiser",
    zh="考核员",
    level=Level.DISTRICT,
    duty="Runs spot checks and the monthly appraisal; hears appeals.",
    may=OVERSIGHT | {Capability.APPRAISE},
)
DATA_OFFICER = Role(
    "data_officer",
    zh="个人信息保护负责人",
    level=Level.DISTRICT,
    duty="Answers residents' questions on their data, decides corrections, reads the read log, runs retention.",
    may=DATA_CARE | {Capability.READ_EVENTS, Capability.COMMENT_EVENTS},
)
AUDITOR = Role(
    "auditor",
    zh="审计员",
    level=Level.DISTRICT,
    duty="Reads logs and samples closed events; changes nothing.",
    may=OVERSIGHT | {Capability.READ_PEOPLE, Capability.READ_ACCESS_LOG},
)

ROLES = (
    GRID_WORKER,
    GRID_CHIEF,
    ADVISER,
    INFORMATION_OFFICER,
    PUBLIC_ORDER_OFFICER,
    BUILDING_HEAD,
    MEDIATOR,
    VOLUNTEER,
    COMMUNITY_HEAD,
    COMMUNITY_OFFICER,
    COMMITTEE_STAFF,
    PUBLIC_ORDER_COORDINATOR,
    COMMUNITY_POLICE_OFFICER,
    SUBDISTRICT_ADMINISTRATOR,
    DUTY_OFFICER,
    DISTRICT_ADMINISTRATOR,
    INTAKE_OFFICER,
    SHIFT_LEAD,
    DISPATCHER,
    DEPARTMENT_SPECIALIST,
    VIDEO_PATROLLER,
    APPRAISER,
    DATA_OFFICER,
    AUDITOR,
)
