"""The workflows of the general kinds, a module for each family."""

from wangge_core.plugin.community.workflows.complaints import CORRECTION, SERVICE_COMPLAINT
from wangge_core.plugin.community.workflows.errands import ERRAND
from wangge_core.plugin.community.workflows.mediation import MEDIATION
from wangge_core.plugin.community.workflows.newcomers import NEWCOMER
from wangge_core.plugin.community.workflows.projects import PROJECT
from wangge_core.plugin.community.workflows.three_loops import THREE_LOOPS
from wangge_core.plugin.community.workflows.warnings import ALERT, FRAUD_WARNING

__all__ = [
    "ALERT",
    "CORRECTION",
    "ERRAND",
    "FRAUD_WARNING",
    "MEDIATION",
    "NEWCOMER",
    "PROJECT",
    "SERVICE_COMPLAINT",
    "THREE_LOOPS",
    "WORKFLOWS",
]

WORKFLOWS = (
    THREE_LOOPS,
    MEDIATION,
    ERRAND,
    NEWCOMER,
    FRAUD_WARNING,
    ALERT,
    SERVICE_COMPLAINT,
    CORRECTION,
    PROJECT,
)
