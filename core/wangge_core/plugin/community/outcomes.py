"""The options that moves of the general workflows choose from."""

from enum import auto

from wangge_core.plugin.declarations.labels import Choice


class MediationOutcome(Choice):
    """How a dispute was settled."""

    APOLOGY = auto(), "赔礼道歉"
    COMPENSATION = auto(), "赔偿补偿"
    REPAIR = auto(), "修缮恢复"
    MUTUAL_CONCESSION = auto(), "互谅互让"
    OTHER = auto(), "其他"


class AgreementForm(Choice):
    """How an agreement was made."""

    WRITTEN = auto(), "书面协议"
    ORAL = auto(), "口头协议"


class Direction(Choice):
    """Where the parties of a dispute are pointed to."""

    COURT = auto(), "法院"
    ARBITRATION = auto(), "仲裁"
    LEGAL_AID = auto(), "法律援助"
    OFFICE = auto(), "主管部门"


class Residence(Choice):
    """The kind of residence, and nothing else of a newcomer."""

    REGISTERED_HERE = auto(), "户籍在此"
    TEMPORARY = auto(), "暂住"
    OTHER = auto(), "其他"


class ComplaintOutcome(Choice):
    """What came of a complaint about the service."""

    UPHELD = auto(), "属实"
    PARTLY_UPHELD = auto(), "部分属实"
    NOT_UPHELD = auto(), "不属实"
    PUT_RIGHT = auto(), "已纠正"
