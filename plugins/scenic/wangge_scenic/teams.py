"""The five teams of an old town, in which its six forces work together."""

from wangge_core.plugin import Label, Team, community
from wangge_scenic import roles

TEAMS = (
    Team(
        "team_mediation",
        (community.MEDIATOR, community.COMMITTEE_STAFF, community.COMMUNITY_POLICE_OFFICER),
        zh="矛盾纠纷调处",
        en="Mediation",
        work=Label("居民、商户与游客之间的纠纷", "Disputes among residents, traders and visitors"),
    ),
    Team(
        "team_fire",
        (roles.FIRE_INSPECTOR, roles.FIRE_SAFETY_OFFICER, roles.SITE_GUARD),
        zh="消防安全隐患排查",
        en="Fire hazards",
        work=Label("木结构房屋、民宿客栈、用电线路与消防通道", "Timber houses, lodging, electric wiring, lanes"),
    ),
    Team(
        "team_care",
        (community.COMMITTEE_STAFF, community.VOLUNTEER, roles.FIRST_AIDER),
        zh="困难帮扶",
        en="Care",
        work=Label("帮助遇到困难的居民和游客", "Help for residents and visitors in difficulty"),
        note=Label(
            "此队为本系统所设，替换原方案中对特定人群进行管控的一队；该队不予实现。",
            "Our own, in place of a team of the original scheme that kept certain people under control, which is not built.",
        ),
    ),
    Team(
        "team_order",
        (roles.SITE_GUARD, roles.ROUTE_PATROL_MEMBER, roles.ENFORCEMENT_OFFICER),
        zh="旅游秩序维护",
        en="Visitor order",
        work=Label("客流、拉客、价格欺诈与交通", "Crowds, touting, overcharging, traffic"),
    ),
    Team(
        "team_service",
        (roles.DESK_ATTENDANT, community.VOLUNTEER, community.INFORMATION_OFFICER),
        zh="居民游客服务",
        en="Service to residents and visitors",
        work=Label("咨询、失物与代办", "Questions, lost things, errands"),
    ),
)
