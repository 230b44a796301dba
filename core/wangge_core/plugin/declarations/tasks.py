"""Tasks: what a piece of work asks of whoever has it."""

from enum import auto

from wangge_core.plugin.declarations.labels import Choice


class TaskKind(Choice):
    """What a task asks for. A stage may ask for the first three; the others come of what happens to an event."""

    HANDLE = auto(), "办理"
    VERIFY_EXISTS = auto(), "核实"
    VERIFY_FIXED = auto(), "核查"
    DO_PART = auto(), "承办分项"
    ANSWER_CHASE = auto(), "督办答复"
    DECIDE_EXTENSION = auto(), "审批延期"
    DECIDE_DEFERRAL = auto(), "审批挂账"
    DECIDE_APPEAL = auto(), "审批申诉"
    ANSWER_QUESTION = auto(), "回答询问"
    ACKNOWLEDGE = auto(), "签收通知"


OF_STAGES = (TaskKind.HANDLE, TaskKind.VERIFY_EXISTS, TaskKind.VERIFY_FIXED)
