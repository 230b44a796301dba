"""What the general kinds, and the places of a community, need to know."""

from datetime import date, datetime
from typing import Annotated

from wangge_core.plugin.community.choices import (
    AirPollutionSource,
    CorrectionAsked,
    DisputeCause,
    FraudChannel,
    FraudScheme,
    HazardType,
    NewcomerWant,
    OpinionTopic,
    PracticalHelpGiven,
    PublicOrderMatter,
    RequestTopic,
    SanitationMatter,
    ServiceComplaintMatter,
)
from wangge_core.plugin.declarations.details import PRIVATE, PUBLIC, STAFF, details, refuse_negative
from wangge_core.plugin.declarations.labels import Zh


@details(data_class=STAFF)
class Dispute:
    """What a mediator needs to know of a dispute."""

    cause: Annotated[DisputeCause, Zh("起因")]
    people_involved: Annotated[int, Zh("涉及人数")]
    immediate_danger: Annotated[bool, Zh("是否有现实危险")]

    def __post_init__(self) -> None:
        refuse_negative(people_involved=self.people_involved)


@details(data_class=STAFF)
class Hazard:
    """What a hazard is, and whether it threatens now."""

    hazard: Annotated[HazardType, Zh("隐患类型")]
    immediate_danger: Annotated[bool, Zh("是否有现实危险")]


@details(data_class=STAFF)
class Request:
    """What a resident asks for, and how often the matter was reported before."""

    topic: Annotated[RequestTopic, Zh("诉求类别")]
    reported_before: Annotated[int | None, Zh("此前反映次数")] = None

    def __post_init__(self) -> None:
        refuse_negative(reported_before=self.reported_before)


@details(data_class=STAFF)
class Opinion:
    """What an opinion or proposal is about."""

    topic: Annotated[OpinionTopic, Zh("类别")]


@details(data_class=PRIVATE)
class Paper:
    """A paper that was handed in for an errand."""

    name: Annotated[str, Zh("名称")]
    received_on: Annotated[date, Zh("收件日期")]


@details(data_class=STAFF)
class Errand:
    """Which service somebody is to obtain for a resident, with which papers."""

    service: Annotated[str, Zh("服务事项")]
    mandate_given: Annotated[bool, Zh("是否已授权")]
    papers: Annotated[tuple[Paper, ...], Zh("已收材料"), PRIVATE] = ()


@details(data_class=STAFF)
class PracticalHelp:
    """How somebody was helped."""

    help: Annotated[PracticalHelpGiven, Zh("帮助方式")]


@details(data_class=STAFF)
class Newcomer:
    """Who moved in and which services they want; never where from."""

    adults: Annotated[int, Zh("成人数")]
    children: Annotated[int, Zh("儿童数")]
    moved_in_on: Annotated[date | None, Zh("入住日期")] = None
    wants: Annotated[tuple[NewcomerWant, ...], Zh("需要的服务")] = ()

    def __post_init__(self) -> None:
        refuse_negative(adults=self.adults, children=self.children)
        if self.adults + self.children == 0:
            raise ValueError("a newcomer is at least one adult or child")


@details(data_class=STAFF)
class FraudWarning:
    """How a fraud works and reaches people, and how many households were told."""

    scheme: Annotated[FraudScheme, Zh("手法")]
    channel: Annotated[FraudChannel, Zh("渠道")]
    households_reached: Annotated[int | None, Zh("已告知户数")] = None

    def __post_init__(self) -> None:
        refuse_negative(households_reached=self.households_reached)


@details(data_class=STAFF)
class PublicOrder:
    """What disturbs public order, and whether the police were called."""

    what: Annotated[PublicOrderMatter, Zh("情况")]
    police_called: Annotated[bool, Zh("是否已报警")]


@details(data_class=STAFF)
class Sanitation:
    """What is unclean."""

    what: Annotated[SanitationMatter, Zh("情况")]


@details(data_class=STAFF)
class AirPollution:
    """What pollutes the air."""

    source: Annotated[AirPollutionSource, Zh("污染源")]


@details(data_class=STAFF)
class Alert:
    """What another system claims to have seen, and how sure it is: never a person."""

    system: Annotated[str, Zh("来源系统")]
    external_id: Annotated[str, Zh("外部编号")]
    claim: Annotated[str, Zh("预警内容")]
    seen_at: Annotated[datetime, Zh("发现时间")]
    confidence: Annotated[float | None, Zh("置信度")] = None

    def __post_init__(self) -> None:
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise ValueError("confidence must be between 0 and 1")


@details(data_class=STAFF)
class ServiceComplaint:
    """What was wrong with the service."""

    what: Annotated[ServiceComplaintMatter, Zh("投诉事由")]


@details(data_class=STAFF)
class Correction:
    """What a person asks to be done with the data kept on them."""

    asks: Annotated[CorrectionAsked, Zh("请求")]
    field: Annotated[str | None, Zh("涉及字段")] = None
    should: Annotated[str | None, PRIVATE, Zh("应为", "What it should be")] = None
    why: Annotated[str | None, PRIVATE, Zh("理由", "Why")] = None


@details(data_class=STAFF)
class Project:
    """Whom a neighbourhood project serves and what it may cost."""

    households: Annotated[int, Zh("受益户数")]
    people: Annotated[int | None, Zh("受益人数")] = None
    cost_estimate_fen: Annotated[int | None, Zh("估算费用（分）", "Cost estimate (fen)")] = None
    reported_before: Annotated[int | None, Zh("此前反映次数")] = None

    def __post_init__(self) -> None:
        refuse_negative(
            households=self.households,
            people=self.people,
            cost_estimate_fen=self.cost_estimate_fen,
            reported_before=self.reported_before,
        )


@details(data_class=PUBLIC)
class GridStation:
    """What a visitor finds at a grid station."""

    sign: Annotated[bool, Zh("是否挂牌")]
    logbook: Annotated[bool, Zh("有无工作日志")]
    opening_hours: Annotated[str | None, Zh("开放时间")] = None
    services: Annotated[tuple[str, ...], Zh("服务清单")] = ()
