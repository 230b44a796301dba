"""The maritime workflows, a module each."""

from wangge_maritime.workflows.distress import DISTRESS
from wangge_maritime.workflows.livelihood import LIVELIHOOD
from wangge_maritime.workflows.rectification import RECTIFICATION
from wangge_maritime.workflows.storm_recall import STORM_RECALL
from wangge_maritime.workflows.vessel_overdue import VESSEL_OVERDUE

__all__ = ["DISTRESS", "LIVELIHOOD", "RECTIFICATION", "STORM_RECALL", "VESSEL_OVERDUE", "WORKFLOWS"]

WORKFLOWS = (DISTRESS, STORM_RECALL, VESSEL_OVERDUE, RECTIFICATION, LIVELIHOOD)
