"""The urban workflows, a module each."""

from wangge_urban.workflows.closed_loop import CLOSED_LOOP
from wangge_urban.workflows.staged_enforcement import STAGED_ENFORCEMENT

__all__ = ["CLOSED_LOOP", "STAGED_ENFORCEMENT", "WORKFLOWS"]

WORKFLOWS = (CLOSED_LOOP, STAGED_ENFORCEMENT)
