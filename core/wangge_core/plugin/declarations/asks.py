"""Asks: what a move wants to be told. Front-ends draw a form from them; the core refuses a move whose answers do not fit."""

from dataclasses import KW_ONLY, dataclass
from enum import auto
from typing import ClassVar

from wangge_core.plugin.declarations.labels import Choice, Label, english

Choices = type[Choice]
"""A class of choices, named here because every ask has a `type` of its own."""


class AnswerType(Choice):
    """The form an answer takes."""

    TEXT = auto(), "文字"
    INTEGER = auto(), "整数"
    FLAG = auto(), "是否"
    DATE = auto(), "日期"
    DATE_TIME = auto(), "时间"
    POSITION = auto(), "位置"
    PHOTOS = auto(), "照片"
    POSTS = auto(), "岗位"
    OFFICES = auto(), "部门"
    ASSIGNEES = auto(), "承办岗位或部门"
    EVENT_KIND = auto(), "事件类别"
    CHOICE = auto(), "选项"
    MONEY = auto(), "金额（分）"
    STEPS = auto(), "项目步骤"
    LIMIT = auto(), "立案条件"
    GRIDS = auto(), "网格"
    ASSETS = auto(), "部件"


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One thing a move asks for. `at_least` counts the items of an answer that is a list."""

    type: ClassVar[AnswerType] = AnswerType.TEXT

    name: str
    _: KW_ONLY
    zh: str
    en: str = ""
    optional: bool = False
    at_least: int = 1

    @property
    def label(self) -> Label:
        return Label(self.zh, self.en or english(self.name))


@dataclass(frozen=True, slots=True, eq=False)
class Text(Ask):
    """Free text under a name of the plugin's choice: a finding, a measure, a resolution."""


@dataclass(frozen=True, slots=True, eq=False)
class Integer(Ask):
    """A whole number: a count, a cost in fen, a score."""

    type: ClassVar[AnswerType] = AnswerType.INTEGER


@dataclass(frozen=True, slots=True, eq=False)
class Flag(Ask):
    """Yes or no. With `must_be_yes` the move is made on a yes alone: consent, a mandate, a family told first."""

    type: ClassVar[AnswerType] = AnswerType.FLAG
    _: KW_ONLY
    must_be_yes: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Date(Ask):
    """A calendar day."""

    type: ClassVar[AnswerType] = AnswerType.DATE


@dataclass(frozen=True, slots=True, eq=False)
class Moment(Ask):
    """A date and time with its zone, not before the event happened unless it `may_precede` it, as when somebody was last seen."""

    type: ClassVar[AnswerType] = AnswerType.DATE_TIME
    _: KW_ONLY
    may_precede: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Note(Text):
    """A remark on what was done or seen."""

    name: str = "note"
    _: KW_ONLY
    zh: str = "说明"


@dataclass(frozen=True, slots=True, eq=False)
class Reason(Text):
    """Why. Every move that goes back must ask for it."""

    name: str = "reason"
    _: KW_ONLY
    zh: str = "理由"


@dataclass(frozen=True, slots=True, eq=False)
class Referral(Text):
    """Where the matter is pointed to instead."""

    name: str = "referral"
    _: KW_ONLY
    zh: str = "引导去向"


@dataclass(frozen=True, slots=True, eq=False)
class Approval(Text):
    """Who approved, on what ground."""

    name: str = "approval"
    _: KW_ONLY
    zh: str = "批准依据"


@dataclass(frozen=True, slots=True, eq=False)
class Photo(Ask):
    """Photographs, by reference. Name several apart: `Photo("photo_before", zh="处置前照片")`."""

    type: ClassVar[AnswerType] = AnswerType.PHOTOS
    name: str = "photo"
    _: KW_ONLY
    zh: str = "照片"


@dataclass(frozen=True, slots=True, eq=False)
class Location(Ask):
    """Where the person stands: WGS 84 longitude and latitude."""

    type: ClassVar[AnswerType] = AnswerType.POSITION
    name: str = "location"
    _: KW_ONLY
    zh: str = "位置"


@dataclass(frozen=True, slots=True, eq=False)
class Assignees(Ask):
    """Posts or offices that take the work over; the first one leads, several handle it jointly.

    With `nearest_on_duty` the answer may be left out: then the post on duty whose holder is nearest to the event, of a role of the
    stage that the move leads to, is given it. With `each_a_part` every one of them has a part of their own to finish, even a single one.
    """

    type: ClassVar[AnswerType] = AnswerType.ASSIGNEES
    name: str = "assignees"
    _: KW_ONLY
    zh: str = "承办人"
    nearest_on_duty: bool = False
    each_a_part: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Offices(Ask):
    """Offices that take part; the first one leads. `each_a_part` as for `Assignees`."""

    type: ClassVar[AnswerType] = AnswerType.OFFICES
    name: str = "offices"
    _: KW_ONLY
    zh: str = "承办部门"
    each_a_part: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DueDate(Moment):
    """Until when."""

    name: str = "due_at"
    _: KW_ONLY
    zh: str = "办理期限"


@dataclass(frozen=True, slots=True, eq=False)
class KindConfirmed(Ask):
    """The kind that the event really is; changes the event's kind when it differs and has the same workflow."""

    type: ClassVar[AnswerType] = AnswerType.EVENT_KIND
    name: str = "kind"
    _: KW_ONLY
    zh: str = "事件类别"


@dataclass(frozen=True, slots=True, eq=False)
class Rating(Integer):
    """The reporter's rating, 1 (not settled) to 5 (very satisfied)."""

    name: str = "rating"
    _: KW_ONLY
    zh: str = "评分"


@dataclass(frozen=True, slots=True, eq=False)
class Score(Integer):
    """The evaluation of how the event was handled, 0 to 100."""

    name: str = "score"
    _: KW_ONLY
    zh: str = "得分"


@dataclass(frozen=True, slots=True, eq=False)
class Option(Ask):
    """One of a fixed set, given as a `Choice`: `Option("outcome", of=Outcome, zh="结果")`."""

    type: ClassVar[AnswerType] = AnswerType.CHOICE
    _: KW_ONLY
    of: Choices


@dataclass(frozen=True, slots=True, eq=False)
class Money(Ask):
    """An amount in fen, not negative."""

    type: ClassVar[AnswerType] = AnswerType.MONEY


@dataclass(frozen=True, slots=True, eq=False)
class Steps(Ask):
    """The steps of a project, each with a name and a planned date; they become the project's plan, which `ByPlan` clocks follow."""

    type: ClassVar[AnswerType] = AnswerType.STEPS
    name: str = "steps"
    _: KW_ONLY
    zh: str = "实施步骤"


@dataclass(frozen=True, slots=True, eq=False)
class FilingCondition(Ask):
    """Which of the kind's limits applies. Needed where the kind has several; where it has one, that one holds."""

    type: ClassVar[AnswerType] = AnswerType.LIMIT
    name: str = "filing_condition"
    _: KW_ONLY
    zh: str = "立案条件"
    optional: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Grids(Ask):
    """Grids of the base layer."""

    type: ClassVar[AnswerType] = AnswerType.GRIDS
    name: str = "grids"
    _: KW_ONLY
    zh: str = "网格"


@dataclass(frozen=True, slots=True, eq=False)
class Assets(Ask):
    """Things on the ground, or vessels."""

    type: ClassVar[AnswerType] = AnswerType.ASSETS
    name: str = "assets"
    _: KW_ONLY
    zh: str = "部件"
