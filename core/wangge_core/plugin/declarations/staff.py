"""What is said of posts and of who holds them, as closed lists with labels: whence staff come, on what ground a post ends, and what ties
somebody to a grid who holds no post in its team."""

from enum import auto

from wangge_core.plugin.declarations.labels import Choice


class StaffSource(Choice):
    """Whence somebody came to a post. Whether a person belongs to a party is no source, and is kept nowhere."""

    COMMITTEE_MEMBER = auto(), "村（居）“两委”成员", "Member of the village or residents' committee"
    POSTED_OFFICIAL = auto(), "驻村干部", "Official posted to the village"
    GROUP_LEADER = auto(), "村（居）民小组长", "Leader of a residents' or villagers' group"
    GRADUATE_OFFICIAL = auto(), "大学生村官", "Graduate posted to a village"
    SAFETY_OFFICER = auto(), "安全员"
    MEDIATOR = auto(), "人民调解员", "People's mediator"
    VOLUNTEER = auto(), "志愿者"
    CONTRACTED_SOCIAL_WORKER = auto(), "政府购买服务的社会工作者", "Social worker under a service contract"
    RETIRED_HELPER = auto(), "退休人员", "Retired person who helps"
    RESIDENT_HELPER = auto(), "热心居民", "Resident who helps"
    POLICE_OFFICER = auto(), "民警"
    SECONDED_OFFICIAL = auto(), "下沉干部"
    RECRUITED_GRADUATE = auto(), "公开招聘人员", "Recruited by open competition"
    FULL_TIME = auto(), "专职人员", "Full-time staff"


class PostEndGround(Choice):
    """On what ground a post ended."""

    TERM_OVER = auto(), "任期届满"
    RESIGNED = auto(), "辞职"
    MOVED = auto(), "调离", "Moved to other work"
    FAILED_APPRAISAL = auto(), "考核不合格", "Failed the appraisal"
    OTHER = auto(), "其他", "Other, as the reason says"


class BindingKind(Choice):
    """What ties somebody to a grid who holds no post in its team."""

    SPONSOR_LEADER = auto(), "包格领导", "Sponsoring leader"
    PARTNER_OFFICE = auto(), "后盾单位"
    UTILITY_FIRM = auto(), "公用事业单位", "Utility or property firm"
    TERRITORY = auto(), "属地管理单位", "Territorial office"
